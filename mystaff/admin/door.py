"""Bases of the pages that change something: none has a write path of its own."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from directory import permissions
from directory.connectors import AuthorityError
from directory.door import Denied, administering
from mystaff.admin.listing import ListAdmin
from mystaff.initiator import initiator
from tenants.models import Tenant

REFUSALS = (Denied, AuthorityError, ValidationError)


def sentence(error: Exception) -> str:
    """What one of REFUSALS has to say."""
    return " ".join(getattr(error, "messages", None) or [str(error)])


class ThroughTheDoor(ModelAdmin):
    """A ModelAdmin whose changes go through the door, one by one."""

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None) -> HttpResponse:
        # Without the stock transaction around it: the attempt must be committed before the deed.
        return self._changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request, object_id, extra_context=None) -> HttpResponse:
        return self._delete_view(request, object_id, extra_context)

    def get_actions(self, request) -> dict:
        return {}

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """No filters made up in the address: none is offered, and an odd value would crash the page."""
        return False

    # The trail is ours; the stock history would say it a second time.
    def log_addition(self, request, obj, message) -> None: ...
    def log_change(self, request, obj, message) -> None: ...
    def log_deletions(self, request, queryset) -> None: ...


class DoorAdmin(ThroughTheDoor):
    """For rows with nothing but fields: whatever is saved is one deed, with old and new values."""

    action: permissions.Action
    withheld: tuple[str, ...] = ()  # fields of which the trail says only that they changed

    def _may(self, request: HttpRequest, obj=None) -> bool:
        return request.user.holds(*self.action.needs)

    has_view_permission = has_add_permission = has_change_permission = has_delete_permission = _may

    def save_model(self, request, obj, form, change) -> None:
        action = self._deed("change" if change else "add")
        with administering(initiator(request, "Admin"), action, self._target(obj)) as deed:
            before = self._before(obj)
            for name in self._changed(form, obj, before):
                deed.change(name, self._said(before, name) if before else None, self._said(obj, name))
            super().save_model(request, obj, form, change)

    def delete_model(self, request, obj) -> None:
        with administering(initiator(request, "Admin"), self._deed("delete"), self._target(obj)) as deed:
            deed.change("deleted", str(obj), None)
            super().delete_model(request, obj)

    def _deed(self, what: str) -> permissions.Action:
        """Which deed it is to add, change or delete a row."""
        return self.action

    def _changed(self, form, obj, before) -> list[str]:
        """Names of the fields whose old and new value the trail keeps."""
        return form.changed_data

    def _said(self, obj, name: str) -> str:
        """A value as the trail shows it."""
        return _("(not shown)") if name in self.withheld else str(getattr(obj, name))

    def _before(self, obj):
        """What was in force until now, or None."""
        return self.model.objects.filter(pk=obj.pk).first()

    def _target(self, obj) -> dict:
        key = obj.pk if isinstance(obj, Tenant) else None
        return {"id": key, "type": obj._meta.object_name, "name": str(obj)[:256]}

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        where = reverse("admin:audit_entry_changelist")
        return redirect(f"{where}?{urlencode({'activity': self.action.activity})}")


class OnePageAdmin(DoorAdmin):
    """For a model of which a tenant has one row or, with the defaults, none: one page, no list."""

    def _before(self, obj):
        return self.model.current()  # a tenant that has saved none yet has the defaults

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._may(request) and not self.model.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        if not self._may(request):
            raise PermissionDenied
        row = self.model.objects.first()
        page = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        return redirect(f"{page}_change", row.pk) if row else redirect(f"{page}_add")


class DeedForm(forms.ModelForm):
    """A form that also says why the deed was refused."""

    refused: Exception | None = None  # set on the class, which the admin makes anew for each request

    def clean(self) -> dict:
        cleaned = super().clean()
        if self.refused:
            raise ValidationError(sentence(self.refused))
        return cleaned


class DeedAdmin(ListAdmin, ThroughTheDoor):
    """For what directory/actions/ changes: each model says which deeds its form comes down to.

    `may` are the roles over the whole tenant that open its pages; the deeds themselves ask once more.
    """

    may: frozenset[str] = frozenset()
    form = DeedForm

    def _holds(self, request: HttpRequest) -> bool:
        return request.user.holds(*self.may)

    def has_view_permission(self, request: HttpRequest, obj=None) -> bool:
        return self._holds(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self._holds(request)

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return self._holds(request) and self._open(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return self._holds(request) and self._open(request, obj)

    def _open(self, request: HttpRequest, obj) -> bool:
        """Closed pages show no buttons; a POST by hand meets the door, so that the trail has it."""
        return obj is None or request.method == "POST" or not self.refusal(request, obj)

    def refusal(self, request: HttpRequest, obj) -> str | None:
        """Why nothing of this row can be changed here, as a sentence; None if something can."""
        return None

    def notes(self, request: HttpRequest, obj) -> list[str]:
        """What else to know before changing it."""
        return []

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None) -> HttpResponse:
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except REFUSALS as error:
            # Once more, and the form says why; deeds that were done before it stay done.
            request.refused = error
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request, obj=None, change=False, **kwargs) -> type[forms.ModelForm]:
        form = super().get_form(request, obj, change, **kwargs)
        form.refused, form.by = getattr(request, "refused", None), request.user
        return form

    def render_change_form(self, request, context, add=False, change=False, form_url="", obj=None):
        if obj is not None:
            context |= {"reason": self.refusal(request, obj), "notes": self.notes(request, obj)}
        context |= {"show_save_and_add_another": False, "history": obj and request.user.may_read_trail}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def delete_view(self, request, object_id, extra_context=None) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except REFUSALS as error:
            messages.error(request, sentence(error))
            opts = self.model._meta
            return redirect(f"admin:{opts.app_label}_{opts.model_name}_change", object_id)

    def get_deleted_objects(self, objs, request) -> tuple:
        """Nothing is collected, it could be thousands: the deed takes along what hangs on it."""
        return [str(obj) for obj in objs], self.hanging(objs[0]), set(), []

    def hanging(self, obj) -> dict[str, int]:
        """What goes with it, and how many of each."""
        return {}

    def delete_model(self, request, obj) -> None:
        self.remove(obj, by=initiator(request, "Admin"))

    def save_related(self, request, form, formsets, change) -> None: ...

    def history_view(self, request, object_id, extra_context=None) -> HttpResponse:
        """The trail, at the entries about this row."""
        if not (request.user.may_read_trail and self.has_view_permission(request)):
            raise PermissionDenied
        obj = self.get_object(request, object_id)
        words = self.history_words(obj) if obj else {}
        return redirect(f"{reverse('admin:audit_entry_changelist')}?{urlencode(words)}")

    def history_words(self, obj) -> dict[str, str]:
        """What to ask the trail for."""
        return {}
