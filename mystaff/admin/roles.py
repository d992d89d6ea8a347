"""Role assignments: who holds which role, over what, from when to when."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory import actions, administration, granting, places, roles
from directory.door import Initiator
from directory.models import RoleAssignment, SearchWord, User
from mystaff.admin.door import DeedAdmin, DeedForm
from mystaff.admin.forms import MomentField, PlaceField, PrincipalField
from mystaff.initiator import initiator


class RoleForm(DeedForm):
    """Who, which role, over what, and when."""

    who = PrincipalField(
        label=gettext_lazy("Who"),
        help_text=gettext_lazy("A user name, or the name of a group that roles can be assigned to."),
    )
    role = forms.ChoiceField(
        label=gettext_lazy("Role"), choices=[(role, gettext_lazy(role)) for role in roles.EVERY_ROLE]
    )
    location = PlaceField(
        label=gettext_lazy("Location"),
        help_text=gettext_lazy("Its name, like Staff or Lincoln Elementary/Staff; empty for all of them."),
    )
    starts_at = MomentField(label=gettext_lazy("Starts"), help_text=gettext_lazy("Empty for now."))
    ends_at = MomentField(label=gettext_lazy("Ends"), help_text=gettext_lazy("Empty for no end."))

    class Meta:
        model = RoleAssignment
        fields = ["starts_at", "ends_at"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        held = self.instance
        if not held._state.adding:
            del self.fields["who"]
            self.initial |= {"role": held.role, "location": places.full_name(held.unit) if held.unit else ""}

    def clean_location(self):
        return self.cleaned_data["location"] if "location" in self.changed_data else self.instance.unit

    def clean(self) -> dict:
        cleaned = super().clean()
        who = cleaned.get("who")
        if isinstance(who, User):
            self.instance.user = who
        elif who is not None:
            self.instance.group = who
        return cleaned


class RoleAdmin(DeedAdmin):
    """For tenant-wide Global and Privileged Role Administrators; who gives what, granting.py says."""

    may = administration.ASSIGN_ROLE.needs
    form = RoleForm
    list_display = ["principal", "role", "over", "starts_at", "ends_at", "source"]
    list_select_related = ["user", "group", "unit"]
    search_fields = ["user"]  # shows the box; what is found says get_search_results
    search_help_text = gettext_lazy("The beginning of a person’s or group’s name, or a role’s whole name.")
    ordering = ["-id"]

    def get_search_results(self, request, queryset, search_term) -> tuple[QuerySet, bool]:
        if not search_term:
            return queryset, False
        found = Q(user__in=SearchWord.search(search_term)) | Q(role=search_term)
        return queryset.filter(found | Q(group__name__istartswith=search_term)), False

    def get_fields(self, request, obj=None) -> list[str]:
        return ["principal" if obj else "who", "role", "location", "starts_at", "ends_at"]

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        return ["principal"] if obj else []

    def refusal(self, request: HttpRequest, obj: RoleAssignment) -> str | None:
        return granting.refusal_to_take(request.user, obj.role, obj.user or obj.group)

    def notes(self, request: HttpRequest, obj: RoleAssignment) -> list[str]:
        if not obj.source:
            return []
        return [
            _("This role comes from %(source)s. It cannot be changed here; an import may bring it back.")
            % {"source": obj.source}
        ]

    def save_model(self, request, obj: RoleAssignment, form: RoleForm, change: bool) -> None:
        by, data = initiator(request, "Admin"), form.cleaned_data
        facts = {"role": data["role"], "unit": data["location"]}
        if change:
            # What was not typed keeps its fractions of a second, which the page does not show.
            known = form.initial | {name: data[name] for name in form.changed_data}
            dates = {name: known[name] for name in ("starts_at", "ends_at")}
            actions.change_role(obj, **facts, **dates, by=by)
            return
        for name, value in facts.items():
            setattr(obj, name, value)
        actions.assign_role(obj, by=by)

    def remove(self, obj: RoleAssignment, by: Initiator) -> None:
        actions.remove_role(obj, by=by)

    def history_words(self, obj: RoleAssignment) -> dict[str, str]:
        return {"q": obj.user.user_principal_name} if obj.user else {}

    @admin.display(description=gettext_lazy("who"))
    def principal(self, obj: RoleAssignment) -> str:
        return f"{obj.user.display_name} ({obj.user.user_principal_name})" if obj.user else obj.group.name

    @admin.display(description=gettext_lazy("location"))
    def over(self, obj: RoleAssignment) -> str:
        return obj.unit.name if obj.unit else _("the whole organization")
