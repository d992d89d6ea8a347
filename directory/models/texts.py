"""A tenant's way of sending text messages: through which gateway, to whom, how many."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from urllib.parse import urlsplit
from uuid import UUID

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from directory.models.assignments import any_role_of
from directory.models.policies import Settings
from directory.models.units import Kind, UnitMembership
from directory.models.users import User
from directory.notifiers import filling
from tenants.fields import EncryptedTextField
from tenants.models import TenantModel

STAFF_KINDS = (Kind.STAFF, Kind.DEPARTMENT, Kind.STORE)


class Gateway(models.TextChoices):
    NONE = "", _("None: no texts are sent")
    TWILIO = "twilio", _("Twilio")
    HTTP = "http", _("HTTP gateway")
    SMPP = "smpp", _("SMPP")


class Recipients(models.TextChoices):
    STAFF = "staff", _("Staff")
    EVERYONE = "everyone", _("Everyone")


class Method(models.TextChoices):
    POST = "POST", "POST"
    PUT = "PUT", "PUT"
    GET = "GET", "GET"


class TextSettings(TenantModel):
    """How a tenant's text messages leave; a tenant without a row sends none."""

    gateway = models.CharField(_("gateway"), max_length=8, choices=Gateway.choices, blank=True, default="")
    sender = models.CharField(
        _("sender"),
        max_length=34,
        blank=True,
        validators=[RegexValidator(r"\A(\+?\d{3,15}|[A-Za-z0-9 ]{1,11}|MG[0-9a-f]{32})\Z")],
        help_text=_(
            "A number with its country, like +14255550100, a short code or a name of at most 11 letters and "
            "digits; for Twilio also the SID of a messaging service."
        ),
    )
    account = models.CharField(
        _("account"),
        max_length=100,
        blank=True,
        help_text=_("Twilio: account SID. SMPP: system id. HTTP: the user name of {basic}."),
    )
    secret = EncryptedTextField(
        _("secret"),
        blank=True,
        default="",
        help_text=_(
            "Twilio: auth token. SMPP: password. HTTP: what stands for {secret}. "
            "It is never shown again; left empty, the one that is stored stays."
        ),
    )
    url = models.CharField(
        _("address"),
        max_length=1000,
        blank=True,
        help_text=_("Of an HTTP gateway: https://sms.example/send?to={to}&text={text}"),
    )
    method = models.CharField(_("method"), max_length=4, choices=Method.choices, default=Method.POST)
    headers = models.TextField(
        _("headers"),
        max_length=2000,
        blank=True,
        help_text=_(
            "One a line, like “Authorization: Bearer {secret}” or “Authorization: Basic {basic}”. "
            "Content-Type says how values are written into the body: as JSON, as a form or as XML."
        ),
    )
    body = models.TextField(
        _("body"),
        max_length=5000,
        blank=True,
        help_text=_("Placeholders: {to} (or {digits}, without the +) {text} {from} {secret}"),
    )
    expected = models.CharField(
        _("expected in the answer"),
        max_length=200,
        blank=True,
        help_text=_("Where a gateway answers 200 to everything: text that stands in the answer of success."),
    )
    host = models.CharField(_("SMPP host"), max_length=253, blank=True)
    port = models.PositiveIntegerField(
        _("SMPP port"), default=2775, validators=[MinValueValidator(1), MaxValueValidator(65535)]
    )
    tls = models.BooleanField(_("SMPP over TLS"), default=True)
    recipients = models.CharField(
        _("who gets texts"),
        max_length=8,
        choices=Recipients.choices,
        default=Recipients.STAFF,
        help_text=_(
            "Staff: who holds a role, now or later, or is in a location of the kind staff, department "
            "or store."
        ),
    )
    daily_limit = models.PositiveIntegerField(_("texts a day at most"), default=500)
    countries = models.CharField(
        _("countries"),
        max_length=400,
        blank=True,
        help_text=_(
            "Two letters each, like “US CA”. Left empty: the one of numbers typed without a country."
        ),
    )

    class Meta:
        verbose_name = _("text message settings")
        verbose_name_plural = _("text message settings")
        constraints = [models.UniqueConstraint(fields=["tenant"], name="one_row_of_texts_per_tenant")]

    def __str__(self) -> str:
        return str(_("Text message settings"))

    @classmethod
    def current(cls) -> TextSettings:
        """Those of the tenant whose scope we are in; reading writes nothing."""
        return cls.objects.first() or cls()

    # Who gets texts

    def reaches(self, person: User) -> bool:
        """Whether texts go to this person at all."""
        return bool(self.reached([person.pk]))

    def reached(self, people: Collection[UUID]) -> set[UUID]:
        """Those of these people, by their ids, to whom texts go."""
        return set(people) if self.recipients == Recipients.EVERYONE else staff_among(people)

    def goes_to(self, number: str) -> bool:
        """Whether texts go to the country that this number (E.164) belongs to."""
        try:
            country = phonenumbers.region_code_for_number(phonenumbers.parse(number))
        except phonenumbers.NumberParseException:
            return False
        return country in (self.countries.split() or [Settings.current().phone_region])

    # What can be saved

    def clean(self) -> None:
        """Refuse what cannot work; raises ValidationError."""
        self.countries = " ".join(re.split(r"[\s,;]+", self.countries.strip().upper()))
        if unknown := set(self.countries.split()) - phonenumbers.SUPPORTED_REGIONS:
            raise ValidationError({"countries": _t("Not a country: %s.") % ", ".join(sorted(unknown))})
        errors = {
            Gateway.TWILIO: self._twilio_errors,
            Gateway.HTTP: self._http_errors,
            Gateway.SMPP: self._smpp_errors,
        }
        if self.gateway and (found := errors[self.gateway]()):
            raise ValidationError(found)

    def _twilio_errors(self) -> dict[str, str]:
        errors = self._missing("account", "secret", "sender")
        if not re.fullmatch(r"AC[0-9a-fA-F]{32}", self.account):
            errors["account"] = _t("An account SID is AC and 32 digits or letters from a to f.")
        return errors

    def _smpp_errors(self) -> dict[str, str]:
        return self._missing("host", "account", "secret")

    def _http_errors(self) -> dict[str, str]:
        errors = self._missing("url")
        if not _is_address(self.url):
            errors["url"] = _t("Use an address like https://sms.example/send?to={to}&text={text}")
        for name in ("url", "headers", "body"):
            if unknown := filling.unknown(getattr(self, name)):
                errors[name] = _t("Nothing stands for {%s}.") % unknown
        for line in self.headers.splitlines():
            if problem := _header_problem(line):
                errors["headers"] = problem
        return errors | self._errors_of_the_body(errors)

    def _errors_of_the_body(self, errors: dict[str, str]) -> dict[str, str]:
        if errors:
            return {}
        example = filling.values(self, "+14255550100", 'A "test"\n\\ & <b>')
        try:
            made = filling.body(self, example)
            if filling.kind_of(self) == "json":
                json.loads(made)
        except ValueError:
            return {"body": _t("This is not valid JSON once the values stand in it.")}
        used = set(filling.names(f"{self.url} {self.body}"))
        if "text" not in used or not used & {"to", "digits"}:
            return {"body": _t("{to} and {text} must stand in the body or in the address.")}
        return {}

    def _missing(self, *names: str) -> dict[str, str]:
        return {name: _t("This gateway needs it.") for name in names if not getattr(self, name)}


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  raises ValueError where it is no number
    except ValueError:
        return False
    plain = url.isascii() and url.isprintable() and " " not in url
    # No name or password before the host, and no placeholder in it: a secret could be sent to any host.
    return (
        plain
        and parts.scheme in ("https", "http")
        and re.fullmatch(r"[\w.:\[\]-]+", parts.netloc) is not None
    )


def _header_problem(line: str) -> str:
    name, colon, value = line.partition(":")
    if not line.strip():
        return ""
    if not colon or not re.fullmatch(r"[A-Za-z0-9-]+", name) or not value.strip().isascii():
        return _t("Write each header on a line of its own, like “Accept: text/plain”.")
    if name.lower() in ("host", "content-length", "transfer-encoding", "connection"):
        return _t("The header %s is set by itself.") % name
    if name.lower() == "authorization" and not {"secret", "basic"} & set(filling.names(value)):
        return _t("Type the key as the secret, and write {secret} or {basic} here.")
    return ""


def staff_among(people: Collection[UUID]) -> set[UUID]:
    """Those of these people, by their ids, who hold a role (see any_role_of) or are in a unit of staff."""
    person = OuterRef("pk")
    in_unit = Exists(UnitMembership.objects.filter(user=person, unit__kind__in=STAFF_KINDS))
    found = User.objects.filter(Q(in_unit) | any_role_of(person), pk__in=people)
    return set(found.values_list("pk", flat=True))
