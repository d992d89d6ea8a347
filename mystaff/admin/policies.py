"""Policies for new passwords: the tenant's and those of its locations."""

from django.forms import ModelChoiceField
from django.utils.functional import cached_property

from directory import verbs
from directory.models import AdministrativeUnit
from mystaff.admin.door import DoorAdmin


class PlaceField(ModelChoiceField):
    """A location by its name and those of the locations above it: every school has a "Staff"."""

    @cached_property
    def _names(self) -> dict[str, str]:
        return dict(AdministrativeUnit.objects.values_list("path", "name"))

    def label_from_instance(self, unit: AdministrativeUnit) -> str:
        return " – ".join(self._names[path] for path in reversed(unit.paths_above))


class PasswordPolicyAdmin(DoorAdmin):
    """One row for the tenant, and one for each location that has rules of its own."""

    action = verbs.UPDATE_PASSWORD_POLICY
    list_display = ["__str__", "preset", "shortest"]
    list_select_related = ["unit"]
    ordering = ["unit__name", "pk"]

    def _changed(self, form, obj, before) -> list[str]:
        # The preset has filled in fields that nobody typed into.
        return [f for f in form.fields if not before or getattr(before, f) != getattr(obj, f)]

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        return super().formfield_for_foreignkey(db_field, request, form_class=PlaceField, **kwargs)
