"""The tenant's admin of messages: how texts are sent, in which words, and what became of each."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin, display
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory import tasks, verbs
from directory.door import administering
from directory.models import Channel, Gateway, Message, Settings, TextSettings
from directory.models.messages import masked
from directory.notifiers.texts import TEST
from directory.phone_numbers import to_e164
from mystaff.admin.door import DoorAdmin, OnePageAdmin
from mystaff.admin.stored_secrets import SecretStays
from mystaff.initiator import initiator


class TextSettingsForm(SecretStays):
    way_out = frozenset({"gateway", "url", "method", "headers", "body", "host", "port", "tls"})
    test_number = forms.CharField(
        label=gettext_lazy("Number for a test text"),
        required=False,
        help_text=gettext_lazy("For the button “Send a test text”: it saves this page first."),
    )

    class Meta:
        model = TextSettings
        fields = "__all__"  # noqa: DJ007  the admin's own pages, for who may set them all

    def clean_test_number(self) -> str:
        if "_test" not in self.data:
            return ""
        return to_e164(self.cleaned_data["test_number"], Settings.current().phone_region)

    def keeps_secret(self, cleaned: dict[str, Any]) -> bool:
        """With no gateway there is nothing that it is for."""
        keeps = super().keeps_secret(cleaned)
        if keeps and cleaned.get("gateway") == Gateway.NONE:
            self.instance.secret, keeps = "", False
        return keeps


class TextSettingsAdmin(OnePageAdmin):
    """One row; nothing secret is ever shown or written into the trail."""

    action = verbs.UPDATE_TEXT_SETTINGS
    form = TextSettingsForm
    withheld = ("secret", "url", "headers", "body")
    change_form_template = "admin/directory/text_settings.html"
    fieldsets = [
        (None, {"fields": ["gateway", "sender", "account", "secret"]}),
        (gettext_lazy("HTTP gateway"), {"fields": ["url", "method", "headers", "body", "expected"]}),
        (gettext_lazy("SMPP"), {"fields": ["host", "port", "tls"]}),
        (gettext_lazy("Who gets texts"), {"fields": ["recipients", "countries", "daily_limit"]}),
        (gettext_lazy("Test"), {"fields": ["test_number"]}),
    ]

    def save_model(
        self, request: HttpRequest, obj: TextSettings, form: forms.ModelForm, change: bool
    ) -> None:
        form.changed_data = [name for name in form.changed_data if name != "test_number"]
        super().save_model(request, obj, form, change)
        if number := form.cleaned_data["test_number"]:
            self._send_test(request, number)

    def _send_test(self, request: HttpRequest, number: str) -> None:
        by = initiator(request, "Admin")
        target = {"id": None, "type": "TextSettings", "name": masked(number)}
        with administering(by, verbs.SEND_TEST_TEXT, target):
            tasks.notify(request.user, TEST, Channel.SMS, number)

    def response_add(self, request: HttpRequest, obj: TextSettings, post_url_continue=None) -> HttpResponse:
        return self._to_the_messages(request) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: TextSettings) -> HttpResponse:
        return self._to_the_messages(request) or super().response_change(request, obj)

    def _to_the_messages(self, request: HttpRequest) -> HttpResponse | None:
        if "_test" not in request.POST:
            return None
        messages.success(
            request, _("A test text is on its way. Load this page again to see what became of it.")
        )
        return redirect(reverse("admin:directory_message_changelist"))


class MessageTemplateAdmin(DoorAdmin):
    """A tenant's own words; the defaults are no rows."""

    action = verbs.UPDATE_MESSAGE_TEMPLATE
    list_display = ["name", "channel", "subject"]


class MessageAdmin(ModelAdmin):
    """What became of each message, to read; neither its text nor the whole address."""

    list_display = ["at", "state", "name", "person", "shown_to", "reason", "tries", "channel"]
    list_filter = ["state", "channel"]
    list_select_related = ["person"]
    list_per_page = 50
    show_full_result_count = False
    fields = readonly_fields = list_display

    @display(description=gettext_lazy("to"))
    def shown_to(self, message: Message) -> str:
        return masked(message.to)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """What is masked here cannot be asked for either, by a beginning that is made up in the address."""
        return lookup in {"state__exact", "channel__exact"} and "\0" not in value

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return super().get_queryset(request).defer("counted_on")

    def get_actions(self, request: HttpRequest) -> dict:
        return {}

    def has_view_permission(self, request: HttpRequest, obj: Message | None = None) -> bool:
        return request.user.may_read_trail

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.may_read_trail

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    has_change_permission = has_delete_permission = lambda self, request, obj=None: False  # noqa: E731
