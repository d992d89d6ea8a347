"""The trail: what was done to whom by whom. Entries can be added and read, never changed.

The fields are those of Microsoft Entra's directoryAudit record; names are snapshots and not references, so
that an entry still says what it said after everyone in it is gone. Nothing secret ever stands in it.

A tenant's entries are numbered without gaps and chained by their hashes (chain.py).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID, uuid4

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from audit import chain, plain, words
from tenants import scopes
from tenants.models import TenantModel

AT_ONCE = 500  # entries in one statement


class Result(models.TextChoices):
    """How it ended. An attempt is written before anything is touched; its outcome is a second entry."""

    ATTEMPTED = "attempted", _("attempted")
    SUCCESS = "success", pgettext_lazy("result", "success")
    FAILURE = "failure", _("failure")
    DENIED = "denied", _("denied")


class Entry(TenantModel):
    """One line of the trail."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    sequence = models.BigIntegerField(_("number"))
    activity_at = models.DateTimeField(_("date"))
    activity = models.CharField(_("activity"), max_length=128)
    category = models.CharField(_("category"), max_length=64)
    service = models.CharField(_("service"), max_length=64, default="MyStaff")
    operation_type = models.CharField(_("operation type"), max_length=32)
    correlation_id = models.UUIDField(_("correlation id"), default=uuid4)
    result = models.CharField(_("result"), max_length=16, choices=Result.choices)
    result_reason = models.TextField(_("reason"), blank=True)
    actor_id = models.UUIDField(_("actor id"), null=True)
    actor_name = models.CharField(_("actor"), max_length=256)
    actor_principal_name = models.CharField(_("actor's user name"), max_length=256, blank=True)
    ip_address = models.GenericIPAddressField(_("network address"), null=True)
    target_id = models.UUIDField(_("target id"), null=True)
    target_type = models.CharField(_("target type"), max_length=32, blank=True)
    target_name = models.CharField(_("target"), max_length=256, blank=True)
    target_principal_name = models.CharField(_("target's user name"), max_length=256, blank=True)
    modified_properties = models.JSONField(_("changed"), default=list, encoder=DjangoJSONEncoder)
    additional_details = models.JSONField(_("additional details"), default=list, encoder=DjangoJSONEncoder)
    previous_hash = models.CharField(_("hash of the entry before"), max_length=64)
    hash = models.CharField(_("hash"), max_length=64)

    class Meta:
        ordering = ["-activity_at", "-sequence"]
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = [models.UniqueConstraint(fields=["tenant", "sequence"], name="entry_numbered_once")]
        indexes = [
            models.Index(fields=["tenant", "-activity_at", "-sequence"], name="entry_by_date"),
            models.Index(fields=["tenant", "activity", "-activity_at"], name="entry_by_activity"),
            models.Index(fields=["tenant", "result", "-activity_at"], name="entry_by_result"),
            models.Index(fields=["tenant", "target_id", "-activity_at"], name="entry_by_target"),
            models.Index(fields=["tenant", "correlation_id"], name="entry_by_correlation"),
        ]

    def __str__(self) -> str:
        return f"{self.activity}: {self.target_name} ({self.get_result_display()})"


class EntryWord(TenantModel):
    """One word of one entry, by its day: searched from the newest day on, until a page is full."""

    day = models.IntegerField()
    word = models.CharField(max_length=words.LONGEST, db_collation="C")
    sequence = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "day", "word", "sequence"], name="word_once_per_entry")
        ]


class Head(TenantModel):
    """The end of a tenant's chain. Locked while an entry is added; tells if the last one is taken away."""

    sequence = models.BigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=chain.START)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tenant"], name="one_head_per_tenant")]

    @classmethod
    def locked(cls) -> Head:
        """The head of the tenant whose scope we are in, ours until the transaction ends."""
        locked = cls.objects.select_for_update()
        if not (head := locked.first()):
            # The first entry. Of two at once one makes the row, and the other waits for it.
            cls.objects.bulk_create([cls(tenant_id=scopes.require())], ignore_conflicts=True)
            head = locked.get()
        return head


def left_open() -> Q:
    """Attempts whose outcome nobody wrote down, such as those in which a program was killed."""
    outcome = Entry.objects.filter(correlation_id=OuterRef("correlation_id")).exclude(result=Result.ATTEMPTED)
    return Q(result=Result.ATTEMPTED) & ~Exists(outcome)


def tell_left_open(entries: Sequence[Entry]) -> None:
    """Give each of a page's entries `left_open`; asked row by row, PostgreSQL would read the whole trail."""
    attempts = [entry.correlation_id for entry in entries if entry.result == Result.ATTEMPTED]
    outcomes = Entry.objects.filter(correlation_id__in=attempts).exclude(result=Result.ATTEMPTED)
    known = set(outcomes.values_list("correlation_id", flat=True))
    for entry in entries:
        entry.left_open = entry.result == Result.ATTEMPTED and entry.correlation_id not in known


def record(activity: str, **facts: Any) -> Entry:
    """Add one line to the trail of the tenant whose scope we are in; it says what `draft` takes.

    From here to the end of the caller's transaction nobody else adds to this trail: let it be the last
    statement. A transaction that writes into two trails could wait for another that waits for it.
    """
    [entry] = record_all([draft(activity, **facts)])
    return entry


def record_all(drafts: Iterable[Entry]) -> list[Entry]:
    """Add many lines in this order, or none; the same holds as of `record`.

    Everything that takes time is done before the end of the chain is locked.
    """
    entries = list(drafts)
    found_by = [sorted(words.words_of_entry(entry)) for entry in entries]
    if entries:
        with transaction.atomic(savepoint=False):
            _append(entries, found_by)
    return entries


def draft(
    activity: str,
    *,
    category: str,
    operation: str,
    result: str = Result.SUCCESS,
    reason: str = "",
    actor: dict[str, Any],
    target: dict[str, Any] | None = None,
    changed: list[dict[str, Any]] = (),
    details: dict[str, str] | None = None,
    correlation_id: UUID | None = None,
) -> Entry:
    """A line for the trail of the tenant whose scope we are in, not yet written: without number and date.

    `actor` holds id, name, principal_name and ip_address; `target` id, type, name and principal_name.
    Names of activities and categories: Microsoft's "Audit activity reference". Raises NoScope.
    """
    return Entry(
        tenant_id=scopes.require(),
        activity=plain.text(activity),
        category=plain.text(category),
        operation_type=plain.text(operation),
        result=str(result),
        result_reason=plain.text(reason),
        correlation_id=plain.key(correlation_id) or uuid4(),
        modified_properties=plain.json(list(changed)),
        additional_details=plain.json([{"key": k, "value": v} for k, v in (details or {}).items()]),
        ip_address=plain.address(actor.get("ip_address")),
        **_snapshot("actor", {name: value for name, value in actor.items() if name != "ip_address"}),
        **_snapshot("target", target or {}),
    )


def _snapshot(role: str, who: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{role}_{name}": plain.key(value) if name == "id" else plain.text(value)
        for name, value in who.items()
    }


def _append(entries: list[Entry], found_by: list[list[str]]) -> None:
    head = Head.locked()
    for entry in entries:
        entry.sequence, entry.previous_hash = head.sequence + 1, head.hash
        entry.activity_at = timezone.now()
        entry.hash = head.hash = chain.digest(entry)
        head.sequence = entry.sequence
    Entry.objects.bulk_create(entries, batch_size=AT_ONCE)
    _append_words(entries, found_by)
    head.save(update_fields=["sequence", "hash"])


def _append_words(entries: list[Entry], found_by: list[list[str]]) -> None:
    """As arrays: of many entries there are a hundred thousand words, too many to make an object of each."""
    rows = [
        (words.day_of(entry.activity_at), word, entry.sequence)
        for entry, own in zip(entries, found_by, strict=True)
        for word in own
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_entryword (day, word, sequence) "
            "SELECT * FROM unnest(%s::int[], %s::text[], %s::bigint[])",
            [list(column) for column in zip(*rows, strict=True)] or [[], [], []],
        )
