"""Groups, their members and owners."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory import actions, administration, granting
from directory.actions.groups import GUARDIANS, refusal
from directory.door import Initiator
from directory.models import Group, RoleAssignment
from mystaff.admin.door import DeedAdmin, DeedForm
from mystaff.admin.forms import PeopleField
from mystaff.admin.listing import listed, role_and_scope
from mystaff.initiator import initiator

SHOWN = 50  # members and owners on the page
DEEDS = {
    "add_members": actions.add_group_member,
    "remove_members": actions.remove_group_member,
    "add_owners": actions.add_group_owner,
    "remove_owners": actions.remove_group_owner,
}


class GroupForm(DeedForm):
    """A group; who comes in and who goes is typed by user name."""

    add_members = PeopleField(label=gettext_lazy("Add members"))
    remove_members = PeopleField(label=gettext_lazy("Remove members"))
    add_owners = PeopleField(label=gettext_lazy("Add owners"))
    remove_owners = PeopleField(label=gettext_lazy("Remove owners"))

    class Meta:
        model = Group
        fields = ["name", "is_role_assignable"]


class GroupAdmin(DeedAdmin):
    """Plain groups for whoever manages groups; those on which power hangs for their guardians."""

    may = administration.ADD_GROUP.needs | frozenset(GUARDIANS)
    form = GroupForm
    list_display = ["name", "is_role_assignable"]
    search_fields = ["name"]
    ordering = ["name", "id"]

    def get_fields(self, request, obj=None) -> list[str]:
        adding = ["name", "is_role_assignable", "add_members", "add_owners"]
        return (
            [*adding, "remove_members", "remove_owners", "current_members", "current_owners", "roles"]
            if obj
            else adding
        )

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        return ["is_role_assignable", "current_members", "current_owners", "roles"] if obj else []

    def refusal(self, request: HttpRequest, obj: Group) -> str | None:
        return refusal(request.user, obj)

    def notes(self, request: HttpRequest, obj: Group) -> list[str]:
        return (
            [_("This group is selected in the settings, by an access policy or for an application.")]
            if granting.is_selected(obj)
            else []
        )

    def save_model(self, request, obj: Group, form: GroupForm, change: bool) -> None:
        by, data = initiator(request, "Admin"), form.cleaned_data
        if change:
            actions.update_group(obj, data["name"], by=by)
        else:
            actions.add_group(obj, by=by)
        for name, deed in DEEDS.items():
            for person in data.get(name, []):
                deed(obj, person, by=by)

    def remove(self, obj: Group, by: Initiator) -> None:
        actions.remove_group(obj, by=by)

    def hanging(self, obj: Group) -> dict[str, int]:
        return {
            _("members"): obj.groupmember_set.count(),
            _("role assignments"): obj.role_assignments.count(),
        }

    def history_words(self, obj: Group) -> dict[str, str]:
        return {"activity": administration.UPDATE_GROUP.activity}

    @admin.display(description=gettext_lazy("members"))
    def current_members(self, obj: Group) -> str:
        return _named(obj.members.all())

    @admin.display(description=gettext_lazy("owners"))
    def current_owners(self, obj: Group) -> str:
        return _named(obj.owners.all())

    @admin.display(description=gettext_lazy("roles"))
    def roles(self, obj: Group) -> str:
        held = RoleAssignment.objects.not_over().filter(group=obj).select_related("unit")
        return listed(obj, RoleAssignment, [(one.pk, role_and_scope(one)) for one in held])


def _named(people) -> str:
    """Names with user names, one on a line; after SHOWN, how many more."""
    shown = [(person.display_name, person.user_principal_name) for person in people[:SHOWN]]
    more = people.count() - len(shown)
    lines = format_html_join(mark_safe("<br>"), "{} ({})", shown) or mark_safe("–")
    return format_html("{}<br>{}", lines, _("… and %(more)s more") % {"more": more}) if more > 0 else lines
