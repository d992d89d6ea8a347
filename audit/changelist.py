"""The list of entries: the stock admin's, but without counting, sorting or leafing through pages."""

from __future__ import annotations

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.http import urlencode

from audit.filters import TypedFilter
from audit.models import Entry, tell_left_open
from audit.search import Found
from audit.words import ranges_of

BEFORE = "before"  # the number of the entry below which the page begins
COUNTED = 1_000  # entries; beyond that the page says "1,000+"


class Trail(ChangeList):
    """A page of entries, newest first; the next one begins below the last entry of this one."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet) -> list[str]:
        return ["-activity_at", "-sequence"]  # whatever the address says

    def get_queryset(self, request: HttpRequest, exclude_parameters=None) -> QuerySet:
        """The filters; the words that are searched for besides are kept apart."""
        for parameters in (self.params, self.filter_params):
            parameters.pop(BEFORE, None)  # as the stock list does with its number of the page
        queryset = super().get_queryset(request, exclude_parameters)
        typed = (spec.range() for spec in self.filter_specs if isinstance(spec, TypedFilter))
        self.found = Found(queryset, [[found] for found in typed if found] + ranges_of(self.query))
        return queryset

    def get_results(self, request: HttpRequest) -> None:
        """One entry more than a page has tells whether there are older ones."""
        per_page, before = self.list_per_page, self._before(request)
        entries = self.found.page(per_page + 1, before)
        tell_left_open(entries)
        more = len(entries) > per_page
        self.older = self.get_query_string({BEFORE: entries[per_page - 1].sequence}) if more else ""
        self.newest = self.get_query_string() if before else ""
        self.result_list = entries[:per_page]
        self.result_count = self.full_result_count = self._count(len(entries), before)
        self.counted_all = self.result_count <= COUNTED
        self.multi_page = self.can_show_all = self.show_full_result_count = self.show_admin_actions = False
        self.paginator = self.model_admin.get_paginator(request, self.result_list, per_page)

    def _before(self, request: HttpRequest) -> Entry | None:
        if not (number := request.GET.get(BEFORE)):
            return None
        try:
            return self.model.objects.get(sequence=int(number))
        except (ValueError, OverflowError, Entry.DoesNotExist) as error:
            raise IncorrectLookupParameters(error) from error

    def _count(self, shown: int, before: Entry | None) -> int:
        alone = before is None and shown <= self.list_per_page
        return shown if alone else self.found.count(COUNTED + 1)

    def get_query_string(self, new_params=None, remove=None) -> str:
        """As the stock one, but “activity” does not take “activity_at__gte” along; back on the first page."""
        gone = set(remove or ())
        prefixes = tuple(name for name in gone if name.endswith("__"))
        kept = {k: v for k, v in self.filter_params.items() if k not in gone and not k.startswith(prefixes)}
        kept |= new_params or {}
        return "?" + urlencode(sorted((k, v) for k, v in kept.items() if v is not None), doseq=True)

    def others(self, names: set[str]) -> list[tuple[str, str]]:
        """What else is asked, for the hidden fields of a form that asks for these."""
        return [(k, v[-1]) for k, v in sorted(self.filter_params.items()) if k not in names]

    def url_for_result(self, result: Entry) -> str:
        slug = self.params.get("tenant")
        return super().url_for_result(result) + (f"?{urlencode({'tenant': slug})}" if slug else "")
