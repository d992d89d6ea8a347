"""Many people at once, from a file: what its preview showed is done in one transaction, or nothing is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from directory import administration, administrators, dynamic_units, tasks
from directory.actions.following import follow_all
from directory.actions.people import FIELDS
from directory.actions.saving import note_changes, refused_if_taken
from directory.connectors import Refused
from directory.door import Deed, Initiator, administering
from directory.models import EmailMethod, PhoneMethod, PhoneType, Upload, User
from directory.notices import Notice
from directory.people_csv.columns import EMAIL, ENABLED, PHONE
from directory.people_csv.compare import compare
from directory.people_csv.plan import Change, Plan, Step
from directory.people_csv.reading import Row, read
from directory.sync.turn import wait_for_turn
from tenants import keys

AT_ONCE, UPDATED_AT_ONCE = 1000, 250
EVENTS = {EMAIL: "email", PHONE: "phone"}  # how the names of notices begin


class RowsRefused(Refused):
    """Rows of the file cannot be done, as the plan says; then nothing was."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        first = plan.refused[0]
        super().__init__(
            _("%(count)d rows cannot be imported, the first on line %(line)d: %(problem)s")
            % {"count": len(plan.refused), "line": first.line, "problem": first.problem}
        )


def preview(upload: Upload, rows: list[Row], *, by: Initiator) -> Plan:
    """What confirming would do; the upload remembers what was shown. Changes nobody."""
    plan = compare(rows, by)
    upload.seen = plan.hashes
    upload.save(update_fields=["seen"])
    return plan


def import_people(upload: Upload, *, by: Initiator) -> Plan:
    """Do what the preview of this person's own upload showed, and forget the file.

    Every person is a deed of their own in the trail, all with the import's correlation id. Raises Denied,
    RowsRefused (a row that is bad, or changed since the preview) or Refused; then nothing has changed.
    """
    target = {"id": upload.pk, "type": "File", "name": upload.name}
    with administering(by, administration.IMPORT_PEOPLE, target) as deed:
        wait_for_turn()
        with administrators.keeping_one(by.user):
            return _import(upload, deed, by)


def content_of(upload: Upload) -> bytes:
    """The file that waits; raises Refused where the key it was encrypted with is lost."""
    try:
        return bytes(upload.content)
    except (keys.NoKeys, keys.Undecryptable):
        raise Refused(_("This preview is over. Choose the file again.")) from None


def _import(upload: Upload, deed: Deed, by: Initiator) -> Plan:
    # Of two who press at once, or twice, the second finds no file any more.
    found = Upload.objects.of(by.user).filter(pk=upload.pk).defer("content")
    upload = found.select_for_update().first()
    if upload is None:
        raise Refused(_("This preview is over. Choose the file again."))
    plan = compare(read(content_of(upload)), by, lock=True)
    plan.refuse_unseen(upload.seen)
    if plan.refused:
        raise RowsRefused(plan)
    with refused_if_taken(_("Somebody changed the same people at this moment. Try again.")):
        _write(plan, deed)
    deed.details |= {kind: str(count) for kind, count in plan.counts().items()}
    upload.delete()
    return plan


def export_people(people: QuerySet[User], *, by: Initiator) -> None:
    """Write down that these people leave as a file, before they do. Raises Denied."""
    target = {"id": None, "type": "File", "name": "CSV"}
    with administering(by, administration.EXPORT_PEOPLE, target) as deed:
        deed.details["people"] = str(people.count())


# Writing


def _write(plan: Plan, deed: Deed) -> None:
    added, changed = plan.added, plan.changed
    dynamic_units.hold()
    for step in added:
        # No password, and nothing to hash: somebody who looks after them resets it.
        step.person.password = make_password(None)
        step.person.prepare()
        part = deed.part(administration.ADD_USER, step.person)
        note_changes(part, None, step.person, FIELDS | {"is_active": "accountEnabled"})
    User.objects.bulk_create([step.person for step in added], batch_size=AT_ONCE)
    for step in added + changed:
        _note(step, deed)
    _update(changed)
    User.objects.index(step.person for step in added + changed if step.is_searched_anew)
    _write_emails(added + changed, deed.by)
    _write_phones(added + changed, deed.by)
    ids = ([step.person.pk for step in steps] for steps in (changed, added))
    follow_all(deed, *ids)
    tasks.notify_all(notice for step in added + changed for notice in _notices(step))


def _note(step: Step, deed: Deed) -> None:
    """An entry for each deed that the row comes down to, as if it had been done by itself."""
    parts: dict[str, Deed] = {}
    for change in step.by_themselves:
        word = str(change.deed)
        if word not in parts:
            parts[word] = deed.part(change.deed, step.person)
        parts[word].change(change.column.in_trail, _said(change.old), _said(change.new))


def _said(value: object) -> object:
    return None if value == "" else value


def _update(steps: list[Step]) -> None:
    """Only what changed, in as few statements as there can be; whoever is disabled is signed out."""
    people = [step.person for step in steps if any(change.field in FIELDS for change in step.changes)]
    fields = {change.field for step in steps for change in step.changes if change.field in FIELDS}
    for step in steps:
        for change in step.changes:
            if change.field in FIELDS:
                setattr(step.person, change.field, change.new)
        step.person.prepare()
    if people:
        User.objects.bulk_update(people, [*sorted(fields), "sort_name"], batch_size=UPDATED_AT_ONCE)
    switched = {active: _ids(steps, active) for active in (True, False)}
    User.objects.filter(pk__in=switched[True]).update(is_active=True, disabled_by_source=False)
    User.objects.filter(pk__in=switched[False]).update(
        is_active=False, disabled_by_source=False, sessions_valid_from=timezone.now()
    )


def _ids(steps: list[Step], active: bool) -> list:
    return [step.person.pk for step, change in _changes(steps, ENABLED) if change.new is active]


def _changes(steps: Iterable[Step], field: str) -> Iterator[tuple[Step, Change]]:
    return ((step, change) for step in steps for change in step.changes if change.field == field)


def _write_emails(steps: list[Step], by: Initiator) -> None:
    found = list(_changes(steps, EMAIL))
    EmailMethod.objects.filter(user__in=[step.person.pk for step, change in found if change.old]).delete()
    rows = [
        EmailMethod(user=step.person, address=change.new, set_by=by.user_id)
        for step, change in found
        if change.new
    ]
    EmailMethod.objects.bulk_create(rows, batch_size=AT_ONCE)


def _write_phones(steps: list[Step], by: Initiator) -> None:
    """A changed number is no longer used to sign in."""
    found = list(_changes(steps, PHONE))
    old = [step.person.pk for step, change in found if change.old]
    PhoneMethod.objects.filter(user__in=old, phone_type=PhoneType.MOBILE).delete()
    rows = [
        PhoneMethod(user=step.person, phone_type=PhoneType.MOBILE, number=change.new, set_by=by.user_id)
        for step, change in found
        if change.new
    ]
    PhoneMethod.objects.bulk_create(rows, batch_size=AT_ONCE)


def _notices(step: Step) -> Iterator[Notice]:
    """What the single deeds tell the person, at the new address and at the one until now."""
    for change in step.changes:
        name = EVENTS.get(change.field)
        if name is None:
            continue
        event = f"{name}_removed" if not change.new else f"{name}_changed" if change.old else f"{name}_added"
        if event != "email_removed":
            yield Notice(step.person, event)
        if change.old:
            yield Notice(step.person, event, "email" if change.field == EMAIL else "sms", change.old)
