"""Messages: which are to go out and how that went, in whose words, and the demo's, which stay here.

None of these rows holds the text of a message that was sent, or a code.
"""

from __future__ import annotations

from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from directory import wordings
from directory.models.policies import Settings
from directory.models.users import User
from tenants import scopes
from tenants.models import Tenant, TenantModel


class Channel(models.TextChoices):
    EMAIL = "email", _("e-mail")
    SMS = "sms", _("text message")


class State(models.TextChoices):
    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent")
    FAILED = "failed", _("failed")


def template_names() -> list[tuple[str, str]]:
    """Every message by its name, with its title."""
    return [(name, wording.title) for name, wording in wordings.WORDINGS.items()]


def masked(to: str) -> str:
    """An address that only somebody who knows it recognises; masking it again changes nothing."""
    local, at, domain = to.partition("@")
    if at:
        return f"{local[:1].strip('•')}•••@{domain}"
    return f"•••{to.lstrip('•')[-2:]}"


def surroundings() -> dict[str, str]:
    """What every message of a tenant may say of it: its name, and whom to ask."""
    settings = Settings.current()
    contact = ", ".join(filter(None, [settings.help_contact, settings.help_phone]))
    return {
        "organization": Tenant.objects.get(pk=scopes.require()).name,
        "contact": contact or _t("whoever looks after your account"),
    }


class Message(TenantModel):
    """One message to one address. The whole address is kept only until the message is sent or given up."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    at = models.DateTimeField(_("date"), auto_now_add=True)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    to = models.CharField(_("to"), max_length=320)
    name = models.CharField(_("message"), max_length=32, choices=template_names)
    person = models.ForeignKey(User, models.CASCADE, related_name="messages", verbose_name=_("person"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    counted_on = models.DateField(null=True, editable=False)  # the day whose limit of texts it is part of

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        indexes = [
            models.Index(fields=["tenant", "-at", "-id"], name="message_by_date"),
            models.Index(fields=["tenant", "counted_on"], name="message_by_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()}: {masked(self.to)}"

    def take_up(self, *, only_put_off: bool = False) -> bool:
        """Begin a try: False where it is done with or, on demand, where its last try has not ended."""
        waiting = Message.objects.filter(pk=self.pk, state=State.WAITING)
        if only_put_off:
            waiting = waiting.exclude(reason="")
        self.tries, self.reason = self.tries + 1, ""
        return bool(waiting.update(tries=self.tries, reason=""))

    def settle(self, state: str, reason: str = "") -> None:
        """How the last try ended; with the end of the tries the address is masked for good."""
        self.state, self.reason = state, reason[:200]
        if state != State.WAITING:
            self.to = masked(self.to)
        self.save(update_fields=["state", "reason", "to"])


class MessageTemplate(TenantModel):
    """A tenant's own words for one message; without a row it is ours."""

    name = models.CharField(_("message"), max_length=32, choices=template_names)
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices, default=Channel.EMAIL)
    subject = models.CharField(_("subject"), max_length=200, blank=True, help_text=_("Of e-mail only."))
    text = models.TextField(
        _("text"),
        max_length=5000,
        help_text=_(
            "{name}, {user_name}, {organization} and {contact} stand for the person and for whom to ask. "
            "The code’s message needs {code} and {minutes}; the one to administrators knows {whom}."
        ),
    )
    html = models.TextField(
        _("HTML"),
        max_length=20000,
        blank=True,
        help_text=_("Of e-mail only; left empty it is made from the text. The same placeholders."),
    )

    class Meta:
        ordering = ["name", "channel"]
        verbose_name = _("message template")
        verbose_name_plural = _("message templates")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name", "channel"],
                name="template_once_per_tenant",
                violation_error_message=_("There is a template for this message already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_name_display()} ({self.get_channel_display()})"

    def clean(self) -> None:
        """Refuse what could not be sent; raises ValidationError."""
        if self.name not in wordings.WORDINGS:
            return
        self._check_channel()
        around, errors = surroundings(), {}
        for field in ("subject", "text", "html"):
            if problem := wordings.problem(self.name, field, getattr(self, field), around):
                errors[field] = problem
        if errors:
            raise ValidationError(errors)

    def _check_channel(self) -> None:
        if self.channel == Channel.EMAIL and not self.subject.strip():
            raise ValidationError({"subject": _t("An e-mail needs a subject.")})
        if self.channel == Channel.SMS and (self.subject or self.html):
            raise ValidationError(_t("A text message has neither subject nor HTML."))
        if self.channel == Channel.SMS and not wordings.WORDINGS[self.name].sms:
            raise ValidationError({"channel": _t("This message is sent by e-mail only.")})


class OutboxMessage(TenantModel):
    """A mail or a text that the demo shows at /outbox/ instead of sending it."""

    at = models.DateTimeField(auto_now_add=True)
    channel = models.CharField(max_length=8, choices=[("email", "email"), ("sms", "sms")])
    to = models.CharField(max_length=320)
    subject = models.CharField(max_length=998, blank=True)
    body = models.TextField()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["tenant", "-at"], name="outbox_by_date")]
