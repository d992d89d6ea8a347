"""Lists of people: sorted and paged by the database."""

from __future__ import annotations

from collections import Counter
from functools import cached_property

import django_tables2 as tables
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from directory.by_name import walk
from directory.models import UnitMembership, User
from mystaff.templatetags.mystaff import breakable, icon
from tenants.planning import planned_anew

PER_PAGE = 25


class PeopleTable(tables.Table):
    """People of a location; `people` are those of the page."""

    people: list[User]
    name = tables.Column(gettext_lazy("Name"), accessor="display_name", order_by=("sort_name", "id"))
    user_name = tables.Column(gettext_lazy("User name"), accessor="user_principal_name")
    job = tables.Column(gettext_lazy("Job"), accessor="job_title", order_by=("job_title", "sort_name", "id"))
    account = tables.Column(gettext_lazy("Account"), accessor="pk", orderable=False)

    class Meta:
        template_name = "parts/people.html"
        order_by = "name"

    @property
    def lines(self) -> list[tuple[User, list[tuple[str, str]]]]:
        """Each person of the page with what stands beside the name: the columns' names, and texts or HTML.

        django-tables2 would look at the signature of what renders a cell, for every cell anew.
        """
        return [(person, list(self.cells(person).items())) for person in self.people]

    def cells(self, person: User) -> dict[str, str]:
        """By the columns' names; of the account what needs someone, and nothing where all is well."""
        shown = format_html_join(" ", '<span class="badge {}">{}{}</span>', badges(person))
        return {"user_name": breakable(person.user_principal_name), "job": person.job_title, "account": shown}

    @property
    def first(self) -> int:
        return self.page.start_index()

    @property
    def last(self) -> int:
        return self.page.end_index()


def badges(person: User):
    """What needs someone, as (tone, icon, words)."""
    if not person.is_active:
        yield "bad", icon("lock"), _("Account disabled")
    if person.must_change_password:
        yield "warn", icon("key"), _("Must change password")
    if person.is_guest:
        yield "", icon("person"), _("Guest")


class FoundTable(PeopleTable):
    """People found anywhere: of those outside one's own locations the name and the location only."""

    user_name = tables.Column(gettext_lazy("User name"), accessor="user_principal_name", orderable=False)
    job = None
    places = tables.Column(gettext_lazy("Location"), accessor="pk", orderable=False)

    class Meta(PeopleTable.Meta):
        sequence = ("name", "user_name", "places", "account")

    def cells(self, person: User) -> dict[str, str]:
        own = super().cells(person) if person.is_mine else {"user_name": "", "account": ""}
        places = ", ".join(unit.name for unit in person.places)
        return {"user_name": own["user_name"], "places": places, "account": own["account"]}


class Pages(Paginator):
    """Counts ids: for that nobody need be looked up."""

    def __init__(self, rows, per_page: int, *, ids: QuerySet | None, **kwargs) -> None:
        super().__init__(rows, per_page, **kwargs)
        self._ids = ids

    @cached_property
    def count(self) -> int:
        if self._ids is None:
            return User.objects.count()
        # An intersection holds nobody twice, and Django refuses to say so again.
        return self._ids.count() if self._ids.query.combinator else self._ids.distinct().count()


def table_of(kind: type[PeopleTable], ids: QuerySet | None, request: HttpRequest) -> PeopleTable:
    """One page of the people with these ids (None: of everyone), as the address asks for it.

    A page that is not there becomes the nearest one. The table is not given the request: it would let the
    address choose any number of rows, and count the people in its own way.
    """
    people = User.objects.all() if ids is None else User.objects.filter(pk__in=ids)
    table = kind(people, order_by=request.GET.getlist("sort") or "name")
    with planned_anew():
        table.paginate(Pages, page=1, per_page=PER_PAGE, ids=ids)
        table.page = table.paginator.get_page(request.GET.get("page"))
        table.people = _people_of(table, ids)
    _tell_apart(table.people)
    return table


def _people_of(table: PeopleTable, ids: QuerySet | None) -> list[User]:
    """Those of the table's page."""
    count, start = table.paginator.count, (table.page.number - 1) * PER_PAGE
    # How many a word finds PostgreSQL guesses well, and other orders have no index to walk along.
    is_walked = ids is not None and ids.model is UnitMembership and tuple(table.order_by) == ("name",)
    found = walk(ids, count, start, PER_PAGE) if is_walked else []
    return found or list(table.data.data[start : start + PER_PAGE])


def _tell_apart(people: list[User]) -> None:
    """Give each person `apart`, which follows the name of a link where two on the page have the same."""
    names = Counter(person.display_name for person in people)
    for person in people:
        person.apart = person.user_principal_name if names[person.display_name] > 1 else ""
