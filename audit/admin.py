from collections.abc import Iterable

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from audit.models import Entry, left_open

# What the filters beside the list ask.
ASKED = {"activity", "activity_at__gte", "activity_at__lt", "result__exact"}

# Columns that are shown as people read them.
READABLE = {"activity_at": "at", "modified_properties": "changes", "additional_details": "details"}


def _lines(pairs: Iterable[tuple[str, object]]) -> SafeString:
    return format_html_join(mark_safe("<br>"), "{}: {}", pairs)


class EntryAdmin(admin.ModelAdmin):
    """The trail, to read."""

    list_display = ["at", "activity", "actor_name", "target_name", "outcome", "result_reason"]
    list_filter = ["activity_at", "activity", "result"]
    list_display_links = ["at", "activity"]
    search_fields = ["actor_principal_name__startswith", "target_principal_name__startswith"]
    search_help_text = _("The beginning of a user name, of who did it or to whom.")
    date_hierarchy = None
    show_full_result_count = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return super().get_queryset(request).annotate(left_open=left_open())

    @admin.display(description=_("result"), ordering="result")
    def outcome(self, entry: Entry) -> str:
        """The result; an attempt without an outcome is told from one whose outcome is another line."""
        return _("attempted, outcome unknown") if entry.left_open else entry.get_result_display()

    def get_fields(self, request, obj=None) -> list[str]:
        return [
            READABLE.get(field.name, field.name) for field in Entry._meta.fields if field.name != "tenant"
        ]

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        return list(READABLE.values())

    @admin.display(description=_("date"), ordering="activity_at")
    def at(self, entry: Entry) -> str:
        """To the second and with the zone: what stands here may be held against another log."""
        return localtime(entry.activity_at).isoformat(" ", "seconds")

    @admin.display(description=_("changed"))
    def changes(self, entry: Entry) -> str:
        values = ((c["name"], c["oldValue"], c["newValue"]) for c in entry.modified_properties)
        return _lines(
            (name, " → ".join("–" if v is None else str(v) for v in both)) for name, *both in values
        )

    @admin.display(description=_("additional details"))
    def details(self, entry: Entry) -> str:
        return _lines((item["key"], item["value"]) for item in entry.additional_details)

    def get_search_results(self, request, queryset, search_term):
        return super().get_search_results(request, queryset, search_term.lower())

    def lookup_allowed(self, lookup, value, request=None) -> bool:
        """Nothing made up in the address: a pattern could keep the database busy, an odd value crash it."""
        return lookup in ASKED and "\0" not in value

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.may_read_trail

    def has_module_permission(self, request) -> bool:
        return request.user.may_read_trail

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
