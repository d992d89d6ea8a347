"""Where people, groups and locations come from by themselves, and each time they came."""

from __future__ import annotations

from uuid import uuid4

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from directory.models.connected_directories import KEY, ConnectedDirectory
from directory.models.users import User
from tenants.fields import EncryptedBinaryField, EncryptedTextField
from tenants.models import TenantModel


class SourceKind(models.TextChoices):
    ONEROSTER_CSV = "oneroster-csv", _("OneRoster file (1.1 or 1.2)")
    ONEROSTER_REST = "oneroster-rest", _("OneRoster service (1.2)")
    CSV = "csv", _("CSV files")
    LDAP = "ldap", _("Active Directory or LDAP")
    ENTRA = "entra", _("Microsoft Entra ID")
    GOOGLE = "google", _("Google Workspace")


class Rhythm(models.TextChoices):
    NEVER = "never", _("Only by hand")
    HOURLY = "hourly", _("Every hour")
    DAILY = "daily", _("Every day")


class ManagersGroups(models.TextChoices):
    """Which groups of a directory say who helps the people of a location."""

    NONE = "none", _("Give no roles")
    GUARDED = "guarded", _("Administrators’ give roles")
    ANY = "any", _("All give roles")


class Source(TenantModel):
    """One source. Rows that it keeps hold its key in their column `source`; others' it never touches."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    key = models.CharField(
        _("short name"),
        max_length=32,
        validators=[KEY],
        help_text=_("In lists and in the trail, like “oneroster”. It cannot be changed later."),
    )
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("kind"), max_length=16, choices=SourceKind.choices)
    enabled = models.BooleanField(_("enabled"), default=True)
    rhythm = models.CharField(_("runs"), max_length=8, choices=Rhythm.choices, default=Rhythm.NEVER)
    hour = models.PositiveSmallIntegerField(
        _("at this hour"),
        default=3,
        validators=[MaxValueValidator(23)],
        help_text=_("Of the day, for daily runs."),
    )
    directory = models.ForeignKey(
        ConnectedDirectory,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("connected directory"),
        help_text=_("What is read, where the kind is a directory."),
    )
    authority = models.ForeignKey(
        ConnectedDirectory,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("where passwords live"),
        help_text=_("Of the people who come from this source. Left empty: here."),
    )
    address = models.CharField(
        _("address"), max_length=500, blank=True, help_text=_("Of the service, where the kind is one.")
    )
    client_id = models.CharField(_("client ID"), max_length=255, blank=True)
    secret = EncryptedTextField(
        _("client secret"),
        blank=True,
        default="",
        help_text=_("It is never shown again; left empty, the one that is stored stays."),
    )
    roles = models.JSONField(
        _("roles"),
        default=dict,
        blank=True,
        help_text=_("What somebody gets over their classes or school, by what they are in the source."),
    )
    columns = models.JSONField(
        _("columns"), default=dict, blank=True, help_text=_("CSV: the name of each column in your files.")
    )
    groups = models.TextField(
        _("groups that become locations"),
        max_length=20000,
        blank=True,
        help_text=_("One name or pattern in a line: AU-*. Their members become the location’s people."),
    )
    unit_prefix = models.CharField(_("prefix of locations"), max_length=60, blank=True)
    managers_suffix = models.CharField(
        _("ending of managers’ groups"),
        max_length=60,
        blank=True,
        default=" password managers",
        help_text=_("For each location a group of this ending is made; its members help the people there."),
    )
    managers_groups = models.CharField(
        _("managers’ groups of the directory"),
        max_length=8,
        choices=ManagersGroups.choices,
        default=ManagersGroups.NONE,
        help_text=_(
            "Where they give roles, whoever gets into one helps the people of its location; else you put "
            "people in here. Before you choose “all”: nobody there but administrators may make groups, "
            "rename them, or let people in."
        ),
    )
    brake_percent = models.PositiveSmallIntegerField(
        _("brake, in percent"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("A run that would disable or remove more than this waits until somebody confirms it."),
    )
    remove_after_days = models.PositiveSmallIntegerField(
        _("remove after days"),
        default=0,
        help_text=_("People who vanish are disabled at once, and removed so long after; 0 for never."),
    )
    # Since when it runs as it does: one that has never run is late from then on.
    scheduled_at = models.DateTimeField(editable=False, default=timezone.now)
    # Where a delta goes on: what the source said last, never a secret of ours.
    cursor = models.TextField(editable=False, blank=True, default="")

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "key"],
                name="source_key_once_per_tenant",
                violation_error_message=_("There is one of this short name already."),
            )
        ]

    def __str__(self) -> str:
        return self.name


class RosterFile(TenantModel):
    """One file of a roster as it was read last: a delta says only what has changed since.

    Of its columns only those that are read; never a password, a phone number or an address.
    """

    source = models.ForeignKey(Source, models.CASCADE, related_name="files")
    name = models.CharField(max_length=64)
    content = models.BinaryField()  # CSV, gzipped

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["tenant", "source", "name"], name="roster_file_once_per_source")
        ]

    def __str__(self) -> str:
        return self.name


class RunState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    READING = "reading", _("Reading")
    COMPARING = "comparing", _("Comparing")
    WRITING = "writing", _("Writing")
    DONE = "done", _("Done")
    BRAKED = "braked", _("Waits for your word")
    FAILED = "failed", _("Failed")
    BROKEN_OFF = "broken-off", _("Broken off")


class Run(TenantModel):
    """One run of a source: how far it is, what it found and what it changed."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    source = models.ForeignKey(Source, models.CASCADE, related_name="runs")
    state = models.CharField(_("state"), max_length=12, choices=RunState.choices, default=RunState.WAITING)
    is_dry = models.BooleanField(_("dry run"), default=False)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    confirms = models.ForeignKey("self", models.SET_NULL, null=True, related_name="confirmed_in")
    # What was uploaded, until it was read: names of children, and what else an export holds.
    content = EncryptedBinaryField(_("file"), null=True, editable=False)
    made_at = models.DateTimeField(_("asked for"), auto_now_add=True)
    began_at = models.DateTimeField(_("began"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    sign_of_life = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)  # of `total` in this state; records, then steps
    total = models.PositiveIntegerField(null=True)
    counts = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64, blank=True, default="")  # of what waits for a word
    changes_held = models.BooleanField(default=False)  # user names that are held back without a word
    problems = models.JSONField(default=list)  # sentences, each with file and line
    warnings = models.JSONField(default=list)

    class Meta:
        ordering = ["-made_at"]
        verbose_name = _("run")
        verbose_name_plural = _("runs")
        indexes = [models.Index(fields=["tenant", "source", "-made_at"], name="runs_of_source")]

    def __str__(self) -> str:
        return f"{self.source}, {self.made_at:%Y-%m-%d %H:%M}"


class RunChange(TenantModel):
    """Some of the changes of a run: those of one kind, at most a thousand of them together."""

    run = models.ForeignKey(Run, models.CASCADE, related_name="changes", db_index=False)
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=32)  # a key of the run's counts
    names = models.JSONField(default=list)  # what changed, in words for a person

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "run", "position"], name="change_once_per_run")
        ]
        indexes = [models.Index(fields=["run", "position"], name="changes_of_run")]
