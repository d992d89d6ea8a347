from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from directory import passwords

USERNAME = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
NEW_PASSWORD = {"autocomplete": "new-password", "autocapitalize": "none", "spellcheck": "false"}


class ChooseForm(forms.Form):
    """The instance's front page: whose person is this?"""

    username = forms.CharField(label=_("Username"), max_length=256, widget=forms.TextInput(USERNAME))


class SignInForm(LoginForm):
    """allauth's form with our words; a name without a domain gets the tenant's default one."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Username")
        self.fields["login"].widget = forms.TextInput(USERNAME)
        self.fields["password"].help_text = ""
        self.fields["password"].widget = forms.PasswordInput({"autocomplete": "current-password"})

    def clean_login(self) -> str:
        name, domain = super().clean_login(), self.request.tenant.default_domain
        return name if "@" in name or not domain else f"{name}@{domain}"

    def clean(self) -> dict:
        cleaned = super().clean()
        if self.user and not self.user.is_active:
            # The same words as for a wrong password: nobody learns that the account exists.
            raise get_adapter().validation_error("username_password_mismatch")
        return cleaned


class UpdatePasswordForm(forms.Form):
    """A person chooses their own password, twice."""

    new_password = forms.CharField(
        label=_("New password"), max_length=256, strip=False, widget=forms.PasswordInput(NEW_PASSWORD)
    )
    confirm_new_password = forms.CharField(
        label=_("Confirm new password"), max_length=256, strip=False, widget=forms.PasswordInput(NEW_PASSWORD)
    )

    def __init__(self, person, tenant, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.person, self.tenant = person, tenant

    def clean_new_password(self) -> str:
        password = self.cleaned_data["new_password"]
        found = passwords.problems(password, person_names=self.person.names, tenant_names=[self.tenant.name])
        if self.person.check_password(password):
            found.append(_("Choose a password that is not your last one."))
        if found:
            raise ValidationError(found)
        return password

    def clean(self) -> dict:
        cleaned = super().clean()
        new = cleaned.get("new_password")
        if new is not None and new != cleaned.get("confirm_new_password"):
            self.add_error("confirm_new_password", _("The two passwords are not the same."))
        return cleaned
