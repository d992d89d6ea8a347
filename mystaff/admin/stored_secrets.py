"""A stored secret does not move: the one rule for every form that holds one."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenants import keys


class SecretStays(forms.ModelForm):
    """A form with a secret that is never shown, and wanted again when where or how it is sent changes.

    Else whoever gets at the page could have it sent to themselves.
    """

    secret_field = "secret"  # noqa: S105  a name
    way_out: frozenset[str] = frozenset()  # fields that say where or how the secret leaves
    moved = gettext_lazy("Type the secret again: where or how it is sent has changed.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mark_stored()

    def mark_stored(self) -> None:
        """Say beside the field that a secret is there."""
        field = self.fields.get(self.secret_field)
        if field and self._stored:
            field.help_text = format_html("<strong>{}</strong> {}", _("A secret is stored."), field.help_text)

    @property
    def _stored(self) -> str:
        return getattr(self.instance, self.secret_field)

    def keeps_secret(self, cleaned: dict[str, Any]) -> bool:
        """Whether what is stored stays, as nothing was typed."""
        return bool(self._stored and not cleaned.get(self.secret_field))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.stores_something(cleaned):
            self._refuse_without_keys()
        if self.keeps_secret(cleaned) and self.way_out & set(self.changed_data):
            self.add_error(self.secret_field, self.moved)
        return cleaned

    def stores_something(self, cleaned: dict[str, Any]) -> bool:
        """Whether saving encrypts anything."""
        return bool(cleaned.get(self.secret_field))

    def _refuse_without_keys(self) -> None:
        """Said here, as one sentence: without a key it could not be stored."""
        try:
            keys.ring()
        except keys.NoKeys as error:
            self.add_error(self.secret_field, str(error))


class KeyInput(forms.Textarea):
    """Room for a key of many lines, which a field for passwords would run together; never shows it again."""

    def __init__(self) -> None:
        super().__init__({"rows": 4, "cols": 60, "spellcheck": "false", "autocomplete": "off"})

    def format_value(self, value: Any) -> str:
        return ""


def key_of(text: str) -> str:
    """A private key as it was pasted: PEM, or Google's whole JSON file. Raises ValidationError."""
    if not text.startswith("{"):
        return text
    try:
        key = json.loads(text)["private_key"]
    except (ValueError, KeyError, TypeError, RecursionError):
        key = None
    if not isinstance(key, str):
        raise ValidationError(_("There is no private key in this."))
    return key
