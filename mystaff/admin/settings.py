"""A tenant's switches."""

from django.db.models import DateTimeField, Field
from django.forms import Field as FormField
from django.http import HttpRequest
from django.utils.text import capfirst

from directory import verbs
from directory.actions.settings import fields_open_to, update_settings
from directory.models import AccessPolicy, Settings
from mystaff.admin.access_policies import SaverStays
from mystaff.admin.door import OnePageAdmin
from mystaff.admin.forms import MomentField
from mystaff.initiator import initiator


class SettingsForm(SaverStays):
    """Switching the access policies on may not shut out who does it."""

    def judged_after(self) -> list[AccessPolicy]:
        on_now = self.instance.access_policies and "access_policies" in self.changed_data
        return list(AccessPolicy.objects.all()) if on_now else []


class SettingsAdmin(OnePageAdmin):
    """Everyone sees the switches that are theirs to change, and no others."""

    action = verbs.UPDATE_SETTINGS
    form = SettingsForm

    def _may(self, request: HttpRequest, obj=None) -> bool:
        return bool(fields_open_to(initiator(request)))

    has_view_permission = has_change_permission = _may

    def get_fields(self, request: HttpRequest, obj=None) -> list[str]:
        opened = fields_open_to(initiator(request))
        return [field.name for field in Settings._meta.fields if field.name in opened]

    def formfield_for_dbfield(self, db_field: Field, request: HttpRequest, **kwargs) -> FormField:
        if isinstance(db_field, DateTimeField):
            return MomentField(label=capfirst(db_field.verbose_name), help_text=db_field.help_text)
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_form(self, request: HttpRequest, obj=None, change: bool = False, **kwargs) -> type[SettingsForm]:
        form = super().get_form(request, obj, change, **kwargs)
        form.request = request
        return form

    def save_model(self, request: HttpRequest, obj: Settings, form, change: bool) -> None:
        values = {name: form.cleaned_data[name] for name in form.changed_data}
        update_settings(values, by=initiator(request, "Admin"))
        obj.pk = Settings.current().pk
