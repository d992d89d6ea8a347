"""Locations, and who is in them."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory import actions, administration, places
from directory.actions.units import CHANGEABLE
from directory.door import Initiator
from directory.models import AdministrativeUnit, RoleAssignment, UnitMembership, User
from directory.passwords import Style
from directory.sync import kept
from mystaff.admin.door import DeedAdmin, DeedForm
from mystaff.admin.forms import PeopleField, PlaceField
from mystaff.admin.listing import listed
from mystaff.admin.membership_rules import RuleField, about_rule
from mystaff.initiator import initiator

SHOWN_ONLY = ("registration_from", "members", "roles")
SHOWN = 50  # members on the page; the people list has all
RULE = ["membership_rule", "rule_is_paused"]
BY_HAND = ["add_people", "remove_people"]


class UnitForm(DeedForm):
    """A location; who comes in and who goes is typed by user name."""

    below = PlaceField(
        label=gettext_lazy("Below"),
        help_text=gettext_lazy("The name of the location it is part of; empty for none."),
    )
    password_style = forms.ChoiceField(
        label=gettext_lazy("Style of temporary passwords"),
        choices=[("", gettext_lazy("As in the settings")), *Style.choices],
        required=False,
    )
    add_people = PeopleField(label=gettext_lazy("Add people"))
    register_again = forms.BooleanField(
        label=gettext_lazy("Require registration again"),
        required=False,
        help_text=gettext_lazy(
            "Whoever is here or below and has security info on file proves it again at the next sign-in."
        ),
    )
    remove_people = PeopleField(label=gettext_lazy("Remove people"))
    membership_rule = RuleField()
    is_preview = False  # set on the class by the admin: the form is filled in, and not to be saved

    class Meta:
        model = AdministrativeUnit
        fields = ["name", "kind", "hidden_membership", "is_restricted", "password_style", *RULE]
        help_texts = {"rule_is_paused": gettext_lazy("Nobody comes and nobody goes until it goes on.")}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        parent = None if self.instance._state.adding else self.instance.parent
        self.initial["below"] = places.full_name(parent) if parent else ""

    def is_valid(self) -> bool:
        return super().is_valid() and not self.is_preview

    def clean_membership_rule(self) -> str:
        rule = self.cleaned_data["membership_rule"]
        if rule and "membership_rule" in self.changed_data:
            actions.check_rule(rule)
        return rule

    def clean_below(self) -> AdministrativeUnit | None:
        return self.cleaned_data["below"] if "below" in self.changed_data else self.instance.parent


class UnitAdmin(DeedAdmin):
    """The tree of locations."""

    may = administration.ADD_UNIT.needs
    form = UnitForm
    list_display = ["name", "kind", "parent", "is_restricted", "is_dynamic"]
    list_select_related = ["parent"]
    search_fields = ["name"]
    ordering = ["name", "id"]

    def get_fields(self, request, obj=None) -> list[str]:
        facts = ["name", "kind", "below", "password_style", "hidden_membership", "is_restricted"]
        if obj is None:
            return [*facts, "add_people"]
        return [*facts, *([] if obj.membership_rule else BY_HAND), "register_again", *SHOWN_ONLY]

    def get_fieldsets(self, request, obj=None) -> list[tuple]:
        rule = [(_("People found by a rule"), {"fields": RULE})] if obj else []
        return [*super().get_fieldsets(request, obj), *rule]

    def get_form(self, request, obj=None, change=False, **kwargs) -> type[UnitForm]:
        form = super().get_form(request, obj, change, **kwargs)
        form.is_preview = obj is not None and "_preview" in request.POST
        return form

    def render_change_form(self, request, context, *args, **kwargs):
        context |= about_rule(context["adminform"].form)
        return super().render_change_form(request, context, *args, **kwargs)

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        return ["is_restricted", *SHOWN_ONLY] if obj else []

    def notes(self, request: HttpRequest, obj: AdministrativeUnit) -> list[str]:
        found = []
        if source := kept.source_of(obj):
            found.append(
                _("This location comes from the source %(source)s. What it says of it is changed there.")
                % {"source": source.name}
            )
        if reason := actions.units.restricted_from(request.user, obj.path):
            found.append(reason)
        return found

    def save_model(self, request, obj: AdministrativeUnit, form: UnitForm, change: bool) -> None:
        by, data = initiator(request, "Admin"), form.cleaned_data
        if change:
            actions.update_unit(obj, {name: data[name] for name in CHANGEABLE}, by=by)
            actions.move_unit(obj, data["below"], by=by)
        else:
            obj.parent = data["below"]
            actions.add_unit(obj, by=by)
        if change:
            actions.set_rule(obj, data["membership_rule"], data["rule_is_paused"], by=by)
        for person in data["add_people"]:
            actions.add_unit_member(obj, person, by=by)
        for person in data.get("remove_people", []):
            actions.remove_unit_member(obj, person, by=by)
        if data.get("register_again"):
            actions.require_registration_in(obj, by=by)

    def remove(self, obj: AdministrativeUnit, by: Initiator) -> None:
        actions.remove_unit(obj, by=by)

    def hanging(self, obj: AdministrativeUnit) -> dict[str, int]:
        return {
            _("memberships"): UnitMembership.objects.filter(unit=obj).count(),
            _("role assignments"): RoleAssignment.objects.filter(unit=obj).count(),
        }

    def history_words(self, obj: AdministrativeUnit) -> dict[str, str]:
        return {"activity": administration.UPDATE_UNIT.activity}

    @admin.display(description=gettext_lazy("dynamic"))
    def is_dynamic(self, obj: AdministrativeUnit) -> str:
        if not obj.membership_rule:
            return ""
        return _("Dynamic, paused") if obj.rule_is_paused else _("Dynamic")

    @admin.display(description=gettext_lazy("people"))
    def members(self, obj: AdministrativeUnit) -> str:
        people = User.objects.filter(unit_memberships__unit=obj)[:SHOWN]
        link = f"{reverse('admin:directory_user_changelist')}?location={obj.pk}"
        some = listed(obj, User, [(person.pk, person.display_name) for person in people])
        return format_html('{}<br><a href="{}">{}</a>', some, link, _("All people here and below"))

    @admin.display(description=gettext_lazy("roles over it"))
    def roles(self, obj: AdministrativeUnit) -> str:
        held = RoleAssignment.objects.not_over().filter(unit=obj).select_related("user", "group")[:SHOWN]
        names = [(one.pk, f"{_(one.role)}: {one.user or one.group}") for one in held]
        return listed(obj, RoleAssignment, names)
