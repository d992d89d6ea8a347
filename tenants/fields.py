"""Secrets in columns: encrypted at rest, bound to the tenant and the column that they were written in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.apps import apps
from django.db import models
from django.utils.text import capfirst

from tenants import keys, scopes


class Secret(str):
    """A text that no error page and no log shows by accident."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "Secret(…)"


class SecretInput(forms.CharField):
    """An input that never shows what is stored; left empty it keeps it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["widget"] = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        super().__init__(**(kwargs | {"required": False, "strip": True}))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)


class EncryptedTextField(models.TextField):
    """A text under authenticated encryption: copied to another tenant or column it cannot be read."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Secret | None:
        return Secret(keys.unseal(value, _place(self))) if value else value

    def get_db_prep_save(self, value: str | None, connection: Any) -> str | None:
        return keys.seal(value, _place(self)) if value else value

    def get_lookup(self, lookup_name: str):
        """Nothing can be found by it: the same text is never encrypted the same way twice."""
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None

    def value_from_object(self, obj: models.Model) -> str:
        """What forms and dumps get."""
        return ""

    def save_form_data(self, instance: models.Model, data: str | None) -> None:
        if data:
            super().save_form_data(instance, data)

    def formfield(self, **kwargs: Any) -> forms.Field:
        return SecretInput(label=capfirst(self.verbose_name), help_text=self.help_text)


class EncryptedBinaryField(models.BinaryField):
    """A file under the same encryption; nothing of it can be looked for but whether it is there."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> bytes | None:
        return value if value is None else keys.unseal_bytes(bytes(value), _place(self))

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        sealed = value if value is None else keys.seal_bytes(bytes(value), _place(self))
        return super().get_db_prep_save(sealed, connection)


ENCRYPTED = (EncryptedTextField, EncryptedBinaryField)


def _place(field: models.Field) -> str:
    return f"{scopes.require()}/{field.model._meta.db_table}.{field.column}"


def encrypted() -> dict[type[models.Model], list[str]]:
    """Every model that holds secrets, with the names of their fields."""
    found = {
        model: [field.name for field in model._meta.fields if isinstance(field, ENCRYPTED)]
        for model in apps.get_models()
    }
    return {model: names for model, names in found.items() if names}
