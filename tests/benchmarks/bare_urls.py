"""The bare site's pages: a form, and tables of people."""

import django_tables2 as tables
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from directory.models import AdministrativeUnit, SearchWord, UnitMembership, User
from tenants.words import words_of

PAGE = engines["django"].from_string(
    "<!doctype html><title>People</title>{% load render_table from django_tables2 %}{% render_table table %}"
)
ROWS = 25  # as on our pages


class PeopleTable(tables.Table):
    """django-tables2's own table, with its own template."""

    name = tables.Column(
        accessor="display_name", order_by=("sort_name", "id"), linkify=("person", {"pk": tables.A("pk")})
    )
    user_name = tables.Column(accessor="user_principal_name")
    job = tables.Column(accessor="job_title")
    account = tables.Column(accessor="is_active", orderable=False)

    class Meta:
        order_by = "name"


class FoundTable(PeopleTable):
    job = None
    places = tables.Column(accessor="pk", orderable=False)

    class Meta(PeopleTable.Meta):
        sequence = ("name", "user_name", "places", "account")

    def render_places(self, record: User) -> str:
        return ", ".join(membership.unit.name for membership in record.unit_memberships.all())


def location(request: HttpRequest, pk) -> HttpResponse:
    unit = AdministrativeUnit.objects.get(pk=pk)
    below = AdministrativeUnit.objects.filter(tenant=unit.tenant_id).below(unit)
    inside = UnitMembership.objects.filter(tenant=unit.tenant_id, unit__in=below.values("pk"))
    people = User.objects.filter(tenant=unit.tenant_id, pk__in=inside.values("user_id"))
    return _page(request, PeopleTable(people))


def search(request: HttpRequest, tenant) -> HttpResponse:
    people = User.objects.filter(tenant=tenant)
    for word in words_of(request.GET["q"]):
        people = people.filter(pk__in=SearchWord.matching(word).filter(tenant=tenant))
    return _page(request, FoundTable(people.prefetch_related("unit_memberships__unit")))


def _page(request: HttpRequest, table: tables.Table) -> HttpResponse:
    tables.RequestConfig(request, paginate={"per_page": ROWS}).configure(table)
    return HttpResponse(PAGE.render({"table": table}, request))


def person(request: HttpRequest, pk) -> HttpResponse:
    return HttpResponse("")


urlpatterns = [
    path("accounts/", include("allauth.urls")),
    path("locations/<uuid:pk>/", location),
    path("search/<uuid:tenant>/", search),
    path("people/<uuid:pk>/", person, name="person"),
]
