"""Lists of very many rows: counted only so far, and asked nothing that would read them all."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.admin import ModelAdmin, ShowFacets
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from directory.models import RoleAssignment

MOST = 1000  # rows that are counted and paged through; beyond it one searches


class UpToPaginator(Paginator):
    """Counts up to MOST rows and no further: counting all of 200,000 takes longer than showing fifty."""

    @cached_property
    def _found(self) -> int:
        return self.object_list[: MOST + 1].count()

    @property
    def count(self) -> int:
        return min(self._found, MOST)

    @property
    def goes_on(self) -> bool:
        """Whether there are more rows than are counted."""
        return self._found > MOST


class InOneOrder(ChangeList):
    """Sorted as an index is: any other order, asked for in the address, would sort 200,000 rows."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet) -> list[str]:
        self.params.pop(ORDER_VAR, None)
        return super().get_ordering(request, queryset)


class ListAdmin(ModelAdmin):
    """What every list of ours has in common."""

    paginator = UpToPaginator
    list_per_page = 50
    show_full_result_count = False
    actions = None
    view_on_site = False
    sortable_by = ()
    show_facets = ShowFacets.NEVER  # they count everybody, for each choice

    def get_changelist(self, request: HttpRequest, **kwargs) -> type[ChangeList]:
        return InOneOrder

    def get_search_results(self, request, queryset, search_term: str) -> tuple[QuerySet, bool]:
        # What the search form refuses, the stock way of looking names up while one types lets through.
        return super().get_search_results(request, queryset, search_term.replace("\0", ""))

    def get_object(self, request, object_id, from_field=None):
        """Remember who looks: links lead only where they may go."""
        obj = super().get_object(request, object_id, from_field)
        if obj is not None:
            obj.opens = {model: page.has_view_permission(request) for model, page in self._pages()}
        return obj

    def _pages(self):
        return self.admin_site._registry.items()

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Filters of ours, and nothing made up in the address."""
        return lookup in {one.parameter_name for one in self.list_filter}


def listed(obj, model: type, rows: Iterable[tuple[object, str]]) -> SafeString:
    """Rows of another model one on a line, as links for those whom its pages open to; a dash for none."""
    view = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    rows = list(rows)
    if not rows:
        return mark_safe("–")
    if not obj.opens.get(model):
        return format_html_join(mark_safe("<br>"), "{}", ((text,) for _pk, text in rows))
    pairs = ((reverse(view, args=[pk]), text) for pk, text in rows)
    return format_html_join(mark_safe("<br>"), '<a href="{}">{}</a>', pairs)


def role_and_scope(held: RoleAssignment) -> str:
    """Like “Password Administrator: Lincoln Elementary”."""
    return f"{_(held.role)}: {held.unit or _('the whole organization')}"
