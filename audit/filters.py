"""What stands beside the list: filters that ask no question which reads a whole trail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.admin import ListFilter, SimpleListFilter
from django.contrib.admin.filters import DateFieldListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from audit.search import activities
from audit.words import range_of_actor, range_of_target
from tenants.models import Tenant


class DateFilter(DateFieldListFilter):
    """The stock ranges, and two days to type: from the first to the second, both whole."""

    template = "admin/audit/entry/date_filter.html"
    DAYS = ("since", "until")

    def __init__(self, field, request: HttpRequest, params: dict, *args, **kwargs) -> None:
        self.typed = {name: params.pop(name, [""])[-1] for name in self.DAYS}
        super().__init__(field, request, params, *args, **kwargs)

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        since, until = (_beginning(self.typed[name], after) for after, name in enumerate(self.DAYS))
        queryset = queryset.filter(activity_at__gte=since) if since else queryset
        queryset = queryset.filter(activity_at__lt=until) if until else queryset
        return super().queryset(request, queryset)

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        names = {*self.DAYS, *self.expected_parameters()}
        yield {"fields": self.typed, "kept": changelist.others(names)}
        for choice in super().choices(changelist):
            # With days typed none of the stock ranges is the whole of what is asked.
            yield choice | {"selected": choice["selected"] and not any(self.typed.values())}


def _beginning(day: str, after: int) -> datetime | None:
    """When a day begins here, or the one so many days after; raises IncorrectLookupParameters."""
    if not day:
        return None
    try:
        return timezone.make_aware(datetime.combine(date.fromisoformat(day) + timedelta(days=after), time()))
    except (ValueError, OverflowError) as error:
        raise IncorrectLookupParameters(error) from error


class ActivityFilter(SimpleListFilter):
    """One of the activities that the trail has."""

    title = _("activity")
    parameter_name = "activity"

    def lookups(self, request: HttpRequest, model_admin) -> list[tuple[str, str]]:
        return sorted(((name, gettext(name)) for name in activities()), key=lambda pair: pair[1])

    def has_output(self) -> bool:
        return True

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(activity=self.value()) if self.value() else queryset


class TypedFilter(ListFilter):
    """A field to type into; what it finds goes into the search for words."""

    template = "admin/audit/entry/typed_filter.html"
    parameter_name: str
    hint: str

    def __init__(self, request: HttpRequest, params: dict, model, model_admin) -> None:
        super().__init__(request, params, model, model_admin)
        self.value = params.pop(self.parameter_name, [""])[-1].strip()

    def has_output(self) -> bool:
        return True

    def expected_parameters(self) -> list[str]:
        return [self.parameter_name]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        yield {
            "name": self.parameter_name,
            "value": self.value,
            "kept": changelist.others({self.parameter_name}),
            "all": changelist.get_query_string(remove=[self.parameter_name]),
        }

    def range(self) -> tuple[str, str] | None:
        """The words that an entry must have one of, or None where nothing is typed."""
        return None


class ActorFilter(TypedFilter):
    """Who did it."""

    title = _("actor")
    parameter_name = "actor"
    hint = _("Who did it: the beginning of a user name, or of another name.")

    def range(self) -> tuple[str, str] | None:
        return range_of_actor(self.value) if self.value else None


class TargetFilter(TypedFilter):
    """To whom or to what."""

    title = _("target")
    parameter_name = "target"
    hint = _("To whom or to what: the beginning of a user name, or of another name.")

    def range(self) -> tuple[str, str] | None:
        return range_of_target(self.value) if self.value else None


class TenantFilter(TypedFilter):
    """Whose trail: for operators, who look into one at a time."""

    title = _("tenant")
    parameter_name = "tenant"
    template = "admin/audit/entry/tenant_filter.html"

    def choices(self, changelist: ChangeList) -> Iterator[dict[str, Any]]:
        # Whatever else is asked is asked of another trail then.
        yield {
            "value": self.value,
            "tenants": [tenant for tenant in Tenant.objects.all() if not tenant.is_operators],
        }
