"""Applications that people sign in to with the password kept here (OpenID Connect)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from directory import actions, administration
from directory.actions.applications import TYPED
from directory.door import Initiator
from directory.models import Application, Group
from mystaff.admin.door import REFUSALS, DeedAdmin, DeedForm, sentence
from mystaff.initiator import initiator

PAGE = "admin:directory_application_change"


class GroupField(forms.CharField):
    """A group by its name; empty means everyone."""

    def clean(self, value: str) -> Group | None:
        text = super().clean(value).strip()
        found = Group.objects.filter(name=text).first() if text else None
        if text and found is None:
            raise ValidationError(_("No group has the name %(name)s."), params={"name": text})
        return found


class ApplicationForm(DeedForm):
    """What an application is called, where it wants people back, and who may use it."""

    group = GroupField(
        label=gettext_lazy("Who may use it"),
        required=False,
        max_length=256,
        help_text=gettext_lazy("The name of a group. Empty: everyone whose password is kept here."),
    )

    class Meta:
        model = Application
        fields = TYPED
        labels = {
            "name": gettext_lazy("Name"),
            "type": gettext_lazy("Type"),
            "redirect_uris": gettext_lazy("Redirect URIs"),
            "post_logout_redirect_uris": gettext_lazy("Redirect URIs after signing out"),
            "skip_consent": gettext_lazy("Do not ask people whether they want to sign in"),
        }
        help_texts = {
            "type": gettext_lazy(
                "Confidential: it runs on a server and keeps a secret. Public: it runs in a browser or on a "
                "device, where no secret stays one."
            ),
            "redirect_uris": gettext_lazy("One a line, letter for letter as the application sends them."),
            "post_logout_redirect_uris": gettext_lazy("The same, for where people go after signing out."),
            "skip_consent": gettext_lazy("For the school’s own. They learn the name and the username."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["group"] = str(self.instance.group or "")


class ApplicationAdmin(DeedAdmin):
    """For Global Administrators: whom an application is told of is theirs to say."""

    may = administration.ADD_APPLICATION.needs
    form = ApplicationForm
    list_display = ["name", "type", "group"]
    list_select_related = ["group"]
    ordering = ["name", "pk"]

    def get_urls(self) -> list:
        """With the secret before the stock ones, of which the last takes whatever comes."""
        view = self.admin_site.admin_view(require_POST(self.renew_secret))
        return [path("<str:pk>/secret/", view, name="directory_application_secret"), *super().get_urls()]

    def get_fields(self, request, obj=None) -> list[str]:
        return [*TYPED, "client_id", "discovery", "secret_state"] if obj else list(TYPED)

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        return ["client_id", "discovery", "secret_state"] if obj else []

    @admin.display(description=gettext_lazy("client ID"))
    def client_id(self, obj: Application) -> str:
        return obj.pk

    @admin.display(description=gettext_lazy("secret"))
    def secret_state(self, obj: Application) -> str:
        if obj.is_public:
            return _("A public application has no secret.")
        return _("A secret is stored.") if obj.has_secret else _("None yet: make one with the button below.")

    @admin.display(description=gettext_lazy("discovery document"))
    def discovery(self, obj: Application) -> str:
        return obj.discovery

    def get_object(self, request, object_id: str, from_field=None) -> Application | None:
        if "\0" in object_id:
            return None
        if obj := super().get_object(request, object_id, from_field):
            obj.discovery = request.build_absolute_uri(reverse("openid_configuration"))
        return obj

    def save_model(self, request, obj: Application, form: ApplicationForm, change: bool) -> None:
        by = initiator(request, "Admin")
        if change:
            actions.update_application(obj, {name: getattr(obj, name) for name in TYPED}, by=by)
        else:
            actions.add_application(obj, by=by)

    def response_add(self, request, obj: Application, post_url_continue=None) -> HttpResponse:
        """To its page: there its id stands, and the button for a secret."""
        messages.success(request, _("%(name)s is added.") % {"name": obj.name})
        return redirect(PAGE, obj.pk)

    def remove(self, obj: Application, by: Initiator) -> None:
        actions.remove_application(obj, by=by)

    def history_words(self, obj: Application) -> dict[str, str]:
        return {"activity": administration.UPDATE_APPLICATION.activity}

    def renew_secret(self, request: HttpRequest, pk: str) -> HttpResponse:
        """Make a secret and show it this once; a reload finds that it was made."""
        if not self._holds(request):
            raise PermissionDenied
        obj = self.get_object(request, pk)
        if obj is None:
            raise Http404
        try:
            by, version = initiator(request, "Admin"), request.POST.get("version", "")
            secret = actions.renew_secret(obj, by=by, after=version)
        except REFUSALS as error:
            messages.error(request, sentence(error))
            return redirect(PAGE, obj.pk)
        context = self.admin_site.each_context(request) | {"application": obj, "secret": secret}
        context |= {"title": _("New secret"), "opts": self.opts}
        return TemplateResponse(request, "admin/directory/application/secret.html", context)
