from allauth.account.forms import LoginForm
from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.models import Tenant

USERNAME = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}


class ChooseForm(forms.Form):
    """The instance's front page: whose person is this?"""

    username = forms.CharField(
        label=_("Username"),
        max_length=256,
        widget=forms.TextInput(USERNAME),
        error_messages={"required": _("Type your username.")},
    )

    def clean_username(self) -> str:
        name = self.cleaned_data["username"]
        if "@" not in name:
            raise forms.ValidationError(_("Type all of your username, with the part after the @."))
        return name


def with_domain(name: str, tenant: Tenant) -> str:
    """The whole user name: one without a domain gets the tenant's default one."""
    domain = "" if "@" in name else tenant.default_domain
    return f"{name}@{domain}" if domain else name


class SignInForm(LoginForm):
    """allauth's form with our words; a name without a domain gets the tenant's default one."""

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("Username")
        self.fields["login"].widget = forms.TextInput(USERNAME)
        self.fields["login"].error_messages["required"] = _("Type your username.")
        self.fields["password"].error_messages["required"] = _("Type your password.")
        self.fields["password"].help_text = ""
        self.fields["password"].widget = forms.PasswordInput({"autocomplete": "current-password"})

    def clean_login(self) -> str:
        return with_domain(super().clean_login(), self.request.tenant)
