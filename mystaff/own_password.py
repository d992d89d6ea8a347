"""A person's own new password: asked for after a temporary one, and whenever they want another."""

from __future__ import annotations

from django import forms
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from directory import actions, passwords
from directory.connectors import AuthorityError
from mystaff.initiator import initiator

NEW_PASSWORD = {"autocomplete": "new-password", "autocapitalize": "none", "spellcheck": "false"}


class NewPasswordForm(forms.Form):
    """A person chooses their own password, twice."""

    new_password = forms.CharField(
        label=_("New password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(NEW_PASSWORD),
        error_messages={"required": _("Type a new password.")},
    )
    confirm_new_password = forms.CharField(
        label=_("Confirm new password"),
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(NEW_PASSWORD),
        error_messages={"required": _("Type the new password once more.")},
    )

    def __init__(self, person, tenant, *args, reuse_allowed: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.tenant, self.reuse_allowed = person, tenant, reuse_allowed

    def clean_new_password(self) -> str:
        password = self.cleaned_data["new_password"]
        found = passwords.problems(password, person_names=self.person.names, tenant_names=[self.tenant.name])
        if not self.reuse_allowed and self.person.check_password(password):
            found.append(_("Choose a password that is not your last one."))
        if found:
            raise ValidationError(found)
        return password

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
        form.add_error(None, str(error))
        return False
    update_session_auth_hash(request, request.user)
    return True
