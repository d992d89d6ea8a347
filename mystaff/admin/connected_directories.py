"""Directories outside: where some people's passwords live, and where sources read."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory import administration, source_kinds
from directory.actions import connected_directories as deeds
from directory.door import Initiator
from directory.models import ConnectedDirectory, DirectoryKind
from mystaff.admin.by_kind import ByKind, KindForm
from mystaff.admin.door import REFUSALS, sentence
from mystaff.admin.stored_secrets import KeyInput, key_of
from mystaff.initiator import initiator

PAGE = "admin:directory_connecteddirectory_change"
ABOUT = {
    DirectoryKind.ACTIVE_DIRECTORY: gettext_lazy("Your own domain controllers, reached over LDAPS."),
    DirectoryKind.LDAP: gettext_lazy("OpenLDAP, or another server that speaks LDAP, over TLS."),
    DirectoryKind.ENTRA: gettext_lazy("Microsoft 365, through an app registration of yours."),
    DirectoryKind.GOOGLE: gettext_lazy("Google Workspace, through a service account of yours."),
}
# What the texts that all kinds share are called for each.
LABELS = {
    "ldap": {
        "account": (gettext_lazy("Service account"), gettext_lazy("Its DN or its user name.")),
        "secret": (gettext_lazy("Its password"), ""),
    },
    DirectoryKind.ENTRA: {
        "account": (gettext_lazy("Client ID"), gettext_lazy("Of the app registration.")),
        "secret": (gettext_lazy("Client secret"), ""),
    },
    DirectoryKind.GOOGLE: {
        "account": (gettext_lazy("Service account’s address"), ""),
        "secret": (
            gettext_lazy("Private key"),
            gettext_lazy("As PEM, or the whole JSON file that Google gave you."),
        ),
    },
}
# The form is of one kind: its words need not say which, as those of the row do.
ABOUT_FIELDS = {
    "servers": gettext_lazy("One on each line, like dc1.ad.example:636. The first one is asked first."),
    "ca_certificates": gettext_lazy("What signed their certificates, as PEM. Left empty: the public ones."),
    "base_dn": gettext_lazy("DC=ad,DC=example, or a part of it. Nobody outside it is found."),
    "match_attribute": gettext_lazy("Left empty: userPrincipalName, or mail for OpenLDAP."),
    "directory_id": gettext_lazy("Of your directory, as its overview page in Entra ID shows it."),
    "acts_for": gettext_lazy("Whose rights the service account is lent."),
    "checks_passwords": gettext_lazy("The directory is asked whether a typed password is right."),
}
STAYS = gettext_lazy("It is never shown again; left empty, the one that is stored stays.")


class DirectoryForm(KindForm):
    way_out = frozenset({"servers", "ca_certificates", "directory_id", "account", "acts_for"})

    class Meta:
        model = ConnectedDirectory
        fields = ("name", "key", "enabled", "servers", "ca_certificates", "base_dn", "match_attribute")
        fields += ("directory_id", "account", "acts_for", "secret")
        fields += ("writes_passwords", "checks_passwords")

    def wanted(self) -> list[str]:
        return [name for _title, names in groups_of(self.kind) for name in names]

    def check(self) -> None:
        source_kinds.check_directory(self.instance)

    def mark_stored(self) -> None:
        """First what this kind calls it."""
        for name, about in ABOUT_FIELDS.items():
            self.fields[name].help_text = about
        for name, (label, about) in LABELS.get(self.kind, LABELS["ldap"]).items():
            self.fields[name].label, self.fields[name].help_text = label, about
        self.fields["secret"].help_text = f"{self.fields['secret'].help_text} {STAYS}".strip()
        super().mark_stored()
        if self.kind == DirectoryKind.GOOGLE:
            self.fields["secret"].widget = KeyInput()

    def clean_secret(self) -> str:
        return key_of(self.cleaned_data["secret"])


def groups_of(kind: str) -> list[tuple[str | None, list[str]]]:
    """The form's parts, each with its title and fields."""
    use = ["writes_passwords", *(["checks_passwords"] if kind in source_kinds.CHECKING else [])]
    fields = list(source_kinds.FIELDS_OF_DIRECTORY[DirectoryKind(kind)])
    return [
        (None, ["name", "key", "kind", "enabled"]),
        (gettext_lazy("How it is reached"), fields),
        (gettext_lazy("What it is asked to do"), use),
    ]


class ConnectedDirectoryAdmin(ByKind):
    """Nothing secret is ever shown or written into the trail."""

    may = administration.ADD_DIRECTORY.needs
    form = DirectoryForm
    kinds, about = DirectoryKind, ABOUT
    list_display = ["name", "kind", "enabled", "writes_passwords"]
    change_form_template = "admin/directory/connected_directory.html"

    def get_urls(self) -> list:
        view = self.admin_site.admin_view(self.test)
        return [path("<uuid:pk>/test/", view, name="directory_connecteddirectory_test"), *super().get_urls()]

    def notes(self, request: HttpRequest, obj: ConnectedDirectory) -> list[str]:
        reason = deeds.in_use(obj)
        return [_("%(reason)s It cannot be deleted.") % {"reason": reason}] if reason else []

    def get_fieldsets(self, request, obj=None) -> list:
        kind = self.kind_of(request, obj)
        new = obj is None
        return [
            (title, {"fields": [name for name in names if not (new and name == "kind")]})
            for title, names in groups_of(kind)
        ]

    def test(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """**Test connection**: with what is saved; says what came of it."""
        if not self._holds(request):
            raise PermissionDenied
        found = get_object_or_404(ConnectedDirectory, pk=pk)
        if request.method == "POST":
            try:
                deeds.probe_directory(found, by=initiator(request, "Admin"))
                messages.success(request, _("%(name)s answers, and lets MyStaff in.") % {"name": found.name})
            except REFUSALS as error:
                messages.error(request, sentence(error))
        return redirect(PAGE, found.pk)

    def save_model(self, request, obj: ConnectedDirectory, form: DirectoryForm, change: bool) -> None:
        by = initiator(request, "Admin")
        if change:
            deeds.update_directory(obj, form.cleaned_data, by=by)
        else:
            deeds.add_directory(obj, by=by)

    def response_add(self, request, obj: ConnectedDirectory, post_url_continue=None) -> HttpResponse:
        """To its page: there is the button that tests it."""
        messages.success(request, _("%(name)s is added. Test it now.") % {"name": obj.name})
        return redirect(PAGE, obj.pk)

    def remove(self, obj: ConnectedDirectory, by: Initiator) -> None:
        deeds.delete_directory(obj, by=by)

    def history_words(self, obj: ConnectedDirectory) -> dict[str, str]:
        return {"target": obj.name}
