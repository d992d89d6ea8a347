"""New passwords that somebody types: for somebody else, after a temporary one, or because they want to."""

from __future__ import annotations

from functools import cached_property

from django import forms
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from directory import actions, passwords
from directory.connectors import AuthorityError
from directory.models import User
from directory.password_policies import policy_for
from mystaff.initiator import initiator
from tenants.models import Tenant

NEW_PASSWORD = {"autocomplete": "new-password", "autocapitalize": "none", "spellcheck": "false"}


def names_around(person: User, tenant: Tenant) -> dict:
    """What passwords.problems() and passwords.generate() have to know of this person."""
    return {
        "person_names": person.names,
        "tenant_names": [tenant.name],
        "user_name": person.user_principal_name,
    }


class PasswordForm(forms.Form):
    """A new password for a person, by their policy; what was typed is never shown again."""

    new_password = forms.CharField(
        label=_("New password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(NEW_PASSWORD),
        error_messages={"required": _("Type a new password.")},
    )

    def __init__(self, person: User, tenant: Tenant, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.names = person, names_around(person, tenant)

    @cached_property
    def policy(self) -> passwords.Policy:
        return policy_for(self.person)

    @property
    def rules(self) -> list[passwords.Rule]:
        """What to say before anybody types."""
        return passwords.rules(self.policy)

    @property
    def checks(self) -> dict[str, int | str]:
        """What the browser has to know to check while somebody types; the banned words stay here."""
        return {
            "shortest": self.policy.shortest,
            "longest": self.policy.longest,
            "classes": self.policy.classes,
            "names": " ".join(self._name_parts),
        }

    @property
    def _name_parts(self) -> list[str]:
        return passwords.name_parts([*self.names["person_names"], *self.names["tenant_names"]])

    @property
    def strength(self) -> passwords.Strength | None:
        """How strong the password is that was sent; None before."""
        password = self.data.get(self.add_prefix("new_password"))
        return passwords.strength(password, self._name_parts) if password else None

    @property
    def is_to_be_saved(self) -> bool:
        """Whether all is well and it was not sent to be judged only, as browsers without JavaScript can."""
        return self.is_valid() and "check" not in self.data

    def clean_new_password(self) -> str:
        if found := self.problems(self.cleaned_data["new_password"]):
            raise ValidationError(found)
        return self.cleaned_data["new_password"]

    def problems(self, password: str) -> list[str]:
        return passwords.problems(password, self.policy, **self.names)


class NewPasswordForm(PasswordForm):
    """A person chooses their own password, twice.

    Another than the last one, where the policy says so and reuse is not allowed: changed, not reset.
    """

    confirm_new_password = forms.CharField(
        label=_("Confirm new password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(NEW_PASSWORD),
        error_messages={"required": _("Type the new password once more.")},
    )

    def __init__(self, person: User, tenant: Tenant, *args, reuse_allowed: bool = False, **kwargs) -> None:
        super().__init__(person, tenant, *args, **kwargs)
        self.reuse_allowed = reuse_allowed

    @property
    def refuses_last(self) -> bool:
        return self.policy.last and not self.reuse_allowed

    @property
    def rules(self) -> list[passwords.Rule]:
        return [*super().rules, *([passwords.NOT_THE_LAST] * self.refuses_last), passwords.TYPED_TWICE]

    def problems(self, password: str) -> list[str]:
        found = super().problems(password)
        if self.refuses_last and self.is_last(password):
            found.append(_("Choose a password that is not your last one."))
        return found

    def is_last(self, password: str) -> bool:
        """Whether this is the person's password up to now."""
        return self.person.check_password(password)

    def clean(self) -> dict:
        cleaned = super().clean()
        new, again = cleaned.get("new_password"), cleaned.get("confirm_new_password")
        if None not in (new, again) and new != again:
            self.add_error("confirm_new_password", _("The two passwords are not the same."))
        return cleaned


def change_own(request: HttpRequest, form: NewPasswordForm) -> bool:
    """Change the password behind a valid form and keep this one session; False adds the reason to it."""
    try:
        actions.change_password(form.cleaned_data["new_password"], by=initiator(request, "My Account"))
    except AuthorityError as error:
        form.add_error(None, error.plain)
        return False
    update_session_auth_hash(request, request.user)
    return True
