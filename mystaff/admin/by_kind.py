"""Pages of rows that come in kinds: the kind is chosen first, and a form shows only what its kind needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from directory.source_kinds import refuse_reserved
from mystaff.admin.door import DeedAdmin, DeedForm
from mystaff.admin.stored_secrets import SecretStays


class KindForm(SecretStays, DeedForm):
    """Shows the fields of its kind, which the admin sets on the class that it makes for each request."""

    kind: str

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.kind = self.kind
        for name in set(self.fields) - set(self.wanted()):
            del self.fields[name]

    def wanted(self) -> list[str]:
        """The names of the fields that this kind has."""
        raise NotImplementedError

    def check(self) -> None:
        """Raise ValidationError, by field, for what cannot work."""
        raise NotImplementedError

    def clean_key(self) -> str:
        refuse_reserved(self.cleaned_data["key"])
        return self.cleaned_data["key"]

    def _post_clean(self) -> None:
        # Only now the row has what was typed.
        super()._post_clean()
        if not self.errors:
            try:
                self.check()
            except ValidationError as error:
                self._update_errors(error)


class ByKind(DeedAdmin):
    """Two steps to add one, without a script: links to the kinds, then the form of that kind."""

    kinds: type[models.TextChoices]
    about: Mapping[str, str]  # each kind in a sentence
    list_display = ["name", "kind", "enabled"]
    ordering = ["name", "pk"]

    def kind_of(self, request: HttpRequest, obj: models.Model | None) -> str:
        """The row's, or the one that was chosen; '' where none was."""
        asked = obj.kind if obj else request.GET.get("kind", "")
        return asked if asked in self.kinds.values else ""

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context=None) -> HttpResponse:
        kind = self.kind_of(request, None)
        if not kind and self.has_add_permission(request):
            return self._choose_kind(request)
        title = f"{self._add}: {self.kinds(kind).label}" if kind else ""
        return super().add_view(request, form_url, (extra_context or {}) | {"title": title})

    @property
    def _add(self) -> str:
        return _("Add %(what)s") % {"what": self.opts.verbose_name}

    def _choose_kind(self, request: HttpRequest) -> HttpResponse:
        context = self.admin_site.each_context(request) | {"opts": self.opts}
        kinds = [(kind.value, kind.label, self.about[kind]) for kind in self.kinds]
        context |= {"kinds": kinds, "title": self._add}
        return TemplateResponse(request, "admin/directory/choose_kind.html", context)

    def get_form(self, request, obj=None, change=False, **kwargs) -> type[forms.ModelForm]:
        # The fields of the parts are made by the form itself: it knows its kind.
        form = super().get_form(request, obj, change, **kwargs | {"fields": self.form.Meta.fields})
        form.kind = self.kind_of(request, obj)
        return form

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        return ["key", "kind"] if obj else []
