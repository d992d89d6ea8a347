"""A tenant's password policies: one for everyone, and others for locations with younger or older people."""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from directory import passwords
from directory.models.units import AdministrativeUnit
from directory.passwords.banned import TERM_LENGTHS
from directory.passwords.policy import (
    LONGEST,
    LONGEST_AT_LEAST,
    MOST_CLASSES,
    MOST_POINTS,
    SHORTEST,
    SHORTEST_EVER,
)
from tenants.models import TenantModel

MOST_TERMS = 1000
TOO_SHORT = _("Only the policy of a location, for young children, may ask for fewer than 8 characters.")


class Preset(models.TextChoices):
    ENTRA = "entra", "Microsoft Entra"
    NIST = "nist", "NIST SP 800-63B-4"
    OWN = "own", _("Own")


class PasswordPolicy(TenantModel):
    """The rules for new passwords of a tenant, or of the people in and below one location.

    A tenant without a row has Entra's.
    """

    RULES: ClassVar[dict[str, str]] = {  # the model's fields, as passwords.Policy calls them
        "shortest": "shortest",
        "longest": "longest",
        "classes": "classes_needed",
        "names": "refuse_names",
        "common": "refuse_common",
        "points": "points_needed",
        "last": "refuse_last",
    }
    PRESETS: ClassVar[dict[str, passwords.Policy]] = {
        Preset.ENTRA: passwords.ENTRA,
        Preset.NIST: passwords.NIST,
    }

    unit = models.ForeignKey(
        AdministrativeUnit,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("location"),
        help_text=_(
            "Empty: for everyone. Otherwise for the people in this location and below it who have no policy "
            "of a nearer one. It never weakens the rules for anyone with a role."
        ),
    )
    preset = models.CharField(
        _("preset"),
        max_length=16,
        choices=Preset.choices,
        default=Preset.ENTRA,
        help_text=_(
            "Microsoft Entra: 8 to 256 characters, three kinds of them. NIST SP 800-63B-4: at least 15 "
            "characters of any kind, as it asks where the password is the only factor. Either fills in all "
            "the rules below but your own words; choose Own to set them yourself."
        ),
    )
    shortest = models.PositiveSmallIntegerField(
        _("at least so many characters"),
        default=passwords.ENTRA.shortest,
        validators=[MinValueValidator(SHORTEST_EVER), MaxValueValidator(LONGEST_AT_LEAST)],
        help_text=_(
            "8 to 64; in the policy of a location 6 or 7 too. That is for young children: those who are just "
            "learning their letters write longer ones on their desks. Nobody else should have one so short."
        ),
    )
    longest = models.PositiveSmallIntegerField(
        _("at most so many characters"),
        default=passwords.ENTRA.longest,
        validators=[MinValueValidator(LONGEST_AT_LEAST), MaxValueValidator(LONGEST)],
        help_text=_("64 to 256."),
    )
    classes_needed = models.PositiveSmallIntegerField(
        _("kinds of characters needed"),
        default=passwords.ENTRA.classes,
        validators=[MaxValueValidator(MOST_CLASSES)],
        help_text=_("0 to 4 of: small letters, capital letters, digits, symbols."),
    )
    refuse_names = models.BooleanField(
        _("refuse parts of names"),
        default=passwords.ENTRA.names,
        help_text=_("Of the person’s name and user name and of the organization’s: four letters or more."),
    )
    refuse_common = models.BooleanField(_("refuse common passwords"), default=passwords.ENTRA.common)
    points_needed = models.PositiveSmallIntegerField(
        _("points needed"),
        default=passwords.ENTRA.points,
        validators=[MaxValueValidator(MOST_POINTS)],
        help_text=_(
            "A common or banned word counts 1 point, however long, each character besides 1 more; 0 to 10, "
            "in Microsoft Entra 5. With 0, words are refused only where they are the whole password."
        ),
    )
    banned_words = models.TextField(
        _("your own banned words"),
        blank=True,
        help_text=_(
            "One a line, 4 to 16 letters each, up to 1,000: the school’s mascot, the town, the local team."
        ),
    )
    refuse_last = models.BooleanField(
        _("refuse the last password"),
        default=passwords.ENTRA.last,
        help_text=_("Where people change a password. A reset may set the same one again."),
    )

    class Meta:
        verbose_name = _("password policy")
        verbose_name_plural = _("password policies")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "unit"],
                name="one_password_policy_per_place",
                nulls_distinct=False,
                violation_error_message=_("There is a policy for that already."),
            ),
            models.CheckConstraint(
                condition=Q(shortest__gte=SHORTEST) | Q(shortest__gte=SHORTEST_EVER, unit__isnull=False),
                name="passwords_long_enough",
                violation_error_message=TOO_SHORT,
            ),
            models.CheckConstraint(
                condition=Q(longest__range=(LONGEST_AT_LEAST, LONGEST), shortest__lte=LONGEST_AT_LEAST),
                name="passwords_short_enough",
            ),
            models.CheckConstraint(
                condition=Q(classes_needed__lte=MOST_CLASSES, points_needed__lte=MOST_POINTS),
                name="password_rules_can_be_met",
            ),
        ]

    def __str__(self) -> str:
        return str(self.unit) if self.unit else str(_("Everyone"))

    @property
    def rules(self) -> passwords.Policy:
        """The policy as it is applied."""
        fields = {name: getattr(self, field) for name, field in self.RULES.items()}
        return passwords.Policy(**fields, banned=tuple(self.terms))

    @property
    def terms(self) -> list[str]:
        """The tenant's own banned words, as typed, sorted, once each."""
        return sorted({line.strip() for line in self.banned_words.splitlines() if line.strip()})

    def prepare(self) -> None:
        """Let the preset fill in the rules; bring the words into order."""
        if preset := self.PRESETS.get(self.preset):
            for name, field in self.RULES.items():
                setattr(self, field, getattr(preset, name))
        self.banned_words = "\n".join(self.terms)

    def clean(self) -> None:
        self.prepare()
        bad = [term for term in self.terms if len(term) not in TERM_LENGTHS or not term.isalpha()]
        if bad:
            raise ValidationError({"banned_words": _wrong(bad)})
        if len(self.terms) > MOST_TERMS:
            raise ValidationError({"banned_words": _("At most 1,000 words.")})

    def save(self, *args, **kwargs) -> None:
        self.prepare()
        super().save(*args, **kwargs)


def _wrong(terms: list[str]) -> str:
    return _("Each word needs 4 to 16 letters: %(words)s") % {"words": ", ".join(terms[:5])}
