"""People: added, changed, disabled, removed; their alternate e-mail address and mobile phone number."""

from __future__ import annotations

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory import actions, administration, permissions, places, refusals
from directory.actions.people import FIELDS
from directory.door import Initiator
from directory.models import (
    LOCAL,
    AdministrativeUnit,
    ConnectedDirectory,
    EmailMethod,
    Group,
    PhoneType,
    RoleAssignment,
    SearchWord,
    Settings,
    User,
)
from directory.phone_numbers import to_e164
from directory.sync import kept
from directory.sync.absence import absence
from mystaff.admin.door import REFUSALS, DeedAdmin, DeedForm, sentence
from mystaff.admin.filters import DisabledFilter, GroupFilter, PlaceFilter
from mystaff.admin.listing import listed, role_and_scope
from mystaff.admin.people_csv import PeopleAsCSV
from mystaff.initiator import initiator
from mystaff.templatetags.mystaff import phone as written

METHODS = ("alternate_email_address", "mobile_phone_number")
REGISTER = "register_again"


class PersonForm(DeedForm):
    """A person's facts, and how to reach them without their account. There is no password in it."""

    alternate_email_address = forms.EmailField(
        label=gettext_lazy("Alternate email address"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("One that opens without this account: for notices, and to get back in."),
    )
    mobile_phone_number = forms.CharField(
        label=gettext_lazy("Mobile phone number"), required=False, max_length=64
    )
    register_again = forms.BooleanField(
        label=gettext_lazy("Require registration again"),
        required=False,
        help_text=gettext_lazy("Their security info is to be proved again at the next sign-in."),
    )
    reaches_methods = True  # set on the class by the admin: whether these two are this visitor's business

    class Meta:
        model = User
        fields = [*FIELDS, "is_active"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not self.reaches_methods:
            for name in (*METHODS, REGISTER):
                del self.fields[name]
        elif not self.instance._state.adding:
            email, phone = on_file(self.instance)
            self.initial |= dict(zip(METHODS, (email, written(phone) if phone else ""), strict=True))

    def clean_user_principal_name(self) -> str:
        return self.cleaned_data["user_principal_name"].strip().lower()

    def clean_alternate_email_address(self) -> str:
        address = self.cleaned_data["alternate_email_address"]
        if address and address.lower() == self.cleaned_data.get("user_principal_name"):
            raise ValidationError(
                _("An alternate address is one that opens without this account’s password.")
            )
        return address

    def clean_mobile_phone_number(self) -> str:
        """E.164, or ''; what stands there already is not judged again."""
        text = self.cleaned_data["mobile_phone_number"].strip()
        if not text or "mobile_phone_number" not in self.changed_data:
            return text
        return to_e164(text, Settings.current().phone_region)


def on_file(person: User) -> tuple[str, str]:
    """The alternate address and the mobile number (E.164), '' for none."""
    email = EmailMethod.objects.filter(user=person).first()
    phone = person.phones.filter(phone_type=PhoneType.MOBILE).first()
    return (email.address if email else "", phone.number if phone else "")


class PersonAdmin(PeopleAsCSV, DeedAdmin):
    """People of the tenant; guests have a page of their own."""

    may = administration.ADD_USER.needs
    form = PersonForm
    list_display = ["display_name", "user_principal_name", "job_title", "department", "is_active"]
    list_filter = [DisabledFilter, PlaceFilter, GroupFilter]
    search_fields = ["words"]  # shows the box; what is found says get_search_results
    search_help_text = gettext_lazy("The beginning of a first or last name, user name or employee number.")
    ordering = ["sort_name", "id"]
    readonly_fields = ["password_changed_at", "registration_from", "locations", "groups", "roles"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return User.objects.members()

    def get_search_results(self, request, queryset, search_term) -> tuple[QuerySet[User], bool]:
        found = queryset.filter(pk__in=SearchWord.search(search_term)) if search_term else queryset
        return found, False

    def get_fields(self, request, obj=None) -> list[str]:
        methods = METHODS if self._reaches_methods(request, obj) else ()
        methods += (REGISTER,) if obj and methods else ()
        return [*FIELDS, "is_active", *methods, *(self.readonly_fields if obj else ())]

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        return self.readonly_fields if obj else []

    def get_form(self, request, obj=None, change=False, **kwargs) -> type[PersonForm]:
        form = super().get_form(request, obj, change, **kwargs)
        form.reaches_methods = self._reaches_methods(request, obj)
        return form

    def _reaches_methods(self, request: HttpRequest, obj: User | None) -> bool:
        if obj is None:
            return bool(permissions.holding(request.user, administration.ADD_EMAIL))
        return refusals.refusal(request.user, administration.ADD_EMAIL, obj) is None

    def refusal(self, request: HttpRequest, obj: User) -> str | None:
        return refusals.refusal(request.user, administration.UPDATE_USER, obj)

    def notes(self, request: HttpRequest, obj: User) -> list[str]:
        found = [absent] if (absent := absence(obj)) else []
        if source := kept.source_of(obj):
            found.append(
                _("This person comes from the source %(source)s. What it says of them is changed there.")
                % {"source": source.name}
            )
        if obj.authority != LOCAL:
            lives = ConnectedDirectory.objects.filter(key=obj.authority).values_list("name", flat=True)
            where = lives.first() or obj.authority
            found.append(_("The password lives in %(directory)s.") % {"directory": where})
        elif not obj.has_usable_password():
            found.append(no_password(obj))
        return found

    # What a save comes down to

    def save_model(self, request, obj: User, form: PersonForm, change: bool) -> None:
        by = initiator(request, "Admin")
        if change:
            actions.update_user(obj, form.cleaned_data, by=by)
            person = User.objects.get(pk=obj.pk)
            _set_active(person, form.cleaned_data["is_active"], by)
            _set_methods(person, form, by)
            if form.cleaned_data.get(REGISTER):
                actions.require_registration(person, by=by)
            return
        actions.add_user(obj, by=by)
        messages.info(request, no_password(obj))
        try:
            _set_methods(obj, form, by)
        except REFUSALS as error:  # the person is there: no second try at adding them
            messages.error(request, sentence(error))

    def remove(self, obj: User, by: Initiator) -> None:
        actions.remove_user(obj, by=by)

    def hanging(self, obj: User) -> dict[str, int]:
        return {
            _("memberships of locations"): obj.unit_memberships.count(),
            _("memberships of groups"): obj.groupmember_set.count(),
            _("role assignments"): obj.role_assignments.count(),
        }

    def history_words(self, obj: User) -> dict[str, str]:
        return {"q": obj.user_principal_name}

    # What hangs on a person, to read

    @admin.display(description=gettext_lazy("locations"))
    def locations(self, obj: User) -> str:
        units = AdministrativeUnit.objects.filter(memberships__user=obj).order_by("path")
        return listed(obj, AdministrativeUnit, [(unit.pk, places.full_name(unit)) for unit in units])

    @admin.display(description=gettext_lazy("groups"))
    def groups(self, obj: User) -> str:
        return listed(obj, Group, obj.member_of.values_list("pk", "name"))

    @admin.display(description=gettext_lazy("roles"))
    def roles(self, obj: User) -> str:
        held = RoleAssignment.objects.not_over().filter(user=obj).select_related("unit")
        return listed(obj, RoleAssignment, [(one.pk, role_and_scope(one)) for one in held])


def _set_active(person: User, active: bool, by: Initiator) -> None:
    if person.is_active != active:
        (actions.enable_user if active else actions.disable_user)(person, by=by)


def _set_methods(person: User, form: PersonForm, by: Initiator) -> None:
    """Only what was changed: an empty field that was empty before removes nothing."""
    changed, data = set(METHODS) & set(form.changed_data), form.cleaned_data
    if "alternate_email_address" in changed:
        if address := data["alternate_email_address"]:
            actions.set_alternate_email(person, address, by=by)
        else:
            actions.remove_alternate_email(person, by=by)
    if "mobile_phone_number" in changed:
        if number := data["mobile_phone_number"]:
            actions.set_phone(person, number, by=by)
        else:
            actions.remove_phone(person, by=by)


def no_password(person: User) -> str:
    """Says so, and leads to where somebody gives them one."""
    return format_html(
        '{} <a href="{}">{}</a>',
        _("%(name)s has no password yet.") % {"name": person.first_name},
        reverse("person", args=[person.pk]),
        _("Reset it in the portal."),
    )
