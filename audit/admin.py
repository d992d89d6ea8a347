"""The trail in the stock admin: to read, filter, search and take along as a file; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from audit import exports
from audit.changelist import Trail
from audit.filters import ActivityFilter, ActorFilter, DateFilter, TargetFilter, TenantFilter
from audit.models import Entry
from tenants.models import Tenant

# What the filters beside the list ask.
ASKED = {"activity", "activity_at__gte", "activity_at__lt", "since", "until", "result__exact"}
ASKED |= {"actor", "target"}

# Columns that are shown as people read them.
READABLE = {"activity_at": "at", "modified_properties": "changes", "additional_details": "details"}


def _lines(pairs: Iterable[tuple[str, object]]) -> SafeString:
    return format_html_join(mark_safe("<br>"), "{}: {}", pairs)


class EntryAdmin(admin.ModelAdmin):
    """The trail, to read."""

    list_display = ["at", "activity", "actor_name", "target_name", "outcome", "result_reason"]
    list_filter = [("activity_at", DateFilter), ActivityFilter, "result", ActorFilter, TargetFilter]
    list_display_links = ["at", "activity"]
    search_fields = ["actor_name"]  # shows the field; what is typed there is looked for by its words
    search_help_text = _("The beginning of a name, of a user name or of a network address.")
    sortable_by = ()  # newest first, and no other order: each would need an index of its own
    list_per_page = 50
    actions = None
    empty_value_display = ""
    show_facets = admin.ShowFacets.NEVER  # they count

    class Media:
        css = {"all": ["audit/trail.css"]}

    # Whose trail

    def _tenant(self, request: HttpRequest) -> Tenant:
        """The tenant whose trail is read: one's own, or the one that an operator names."""
        if not (slug := request.GET.get("tenant", "")):
            return request.tenant
        if not self._crosses(request):
            raise DisallowedModelAdminLookup("Only operators look into another trail.")
        tenant = Tenant.objects.filter(slug=slug).first() if "\0" not in slug else None
        if tenant is None:
            raise Http404
        return tenant

    def _crosses(self, request: HttpRequest) -> bool:
        # Asked once, where they stand: inside another tenant's scope an operator is nobody.
        if not hasattr(request, "crosses"):
            request.crosses = request.tenant.is_operators and request.user.is_operator
        return request.crosses

    def _scope(self, request: HttpRequest) -> AbstractContextManager:
        """Of the trail that is read. One's own is read in the scope that is there, and in no other."""
        self._crosses(request)
        tenant = self._tenant(request)
        return nullcontext() if tenant is request.tenant else tenant.scope()

    # The list

    def get_list_filter(self, request: HttpRequest) -> list:
        return [TenantFilter, *self.list_filter] if self._crosses(request) else self.list_filter

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[Trail]:
        return Trail

    def get_changelist_instance(self, request: HttpRequest) -> Trail:
        """Everything that the list shows is read here, inside the scope; the page around it is not."""
        with self._scope(request):
            return super().get_changelist_instance(request)

    def get_search_results(self, request, queryset, search_term) -> tuple[QuerySet, bool]:
        return queryset, False  # by words: audit/changelist.py

    def lookup_allowed(self, lookup, value, request=None) -> bool:
        """Nothing made up in the address: a pattern could keep the database busy, an odd value crash it."""
        asked = ASKED | {"tenant"} if request and self._crosses(request) else ASKED
        return lookup in asked and "\0" not in value

    # One entry

    def get_object(self, request, object_id, from_field=None) -> Entry | None:
        with self._scope(request):
            return super().get_object(request, object_id, from_field)

    def get_fields(self, request, obj=None) -> list[str]:
        return [
            READABLE.get(field.name, field.name) for field in Entry._meta.fields if field.name != "tenant"
        ]

    def get_readonly_fields(self, request, obj=None) -> list[str]:
        return list(READABLE.values())

    # The file

    def get_urls(self) -> list:
        own = [
            path(
                f"export.{kind}",
                self.admin_site.admin_view(partial(self.export, kind=kind)),
                name=f"audit_entry_export_{kind}",
            )
            for kind in exports.FORMATS
        ]
        return own + super().get_urls()

    def export(self, request: HttpRequest, kind: str) -> HttpResponse:
        """What the list shows with these filters, all of it, as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            listed = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return redirect("admin:audit_entry_changelist")
        with self._scope(request):
            return exports.response(listed.found, self._tenant(request).slug, kind)

    # Columns

    @admin.display(description=_("result"))
    def outcome(self, entry: Entry) -> str:
        """The result; an attempt without an outcome is told from one whose outcome is another line."""
        return _("attempted, outcome unknown") if entry.left_open else entry.get_result_display()

    @admin.display(description=_("date"))
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

    # Who may: whoever reads the trail, and nobody writes

    def has_view_permission(self, request, obj=None) -> bool:
        return request.user.may_read_trail

    def has_module_permission(self, request) -> bool:
        return request.user.may_read_trail

    def _never(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_add_permission = has_change_permission = has_delete_permission = _never
