"""Who asks for what in the bench's database."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count
from django.test import Client

from audit.models import Entry
from directory.models import AdministrativeUnit, User
from tenants.models import Tenant
from tests.benchmarks.size import slug_of

PAGE, SEARCH = 0.005, 0.015  # seconds of database time that 95 of 100 requests may take

# A frequent surname, an employee number, and nobody; with one word and with two.
SEARCHES = {
    "search, hits, one word": "garcía",
    "search, hits, two words": "sofía garcía",
    "search, rare, one word": "{number}",
    "search, rare, two words": "{name} {number}",
    "search, nobody, one word": "qqxz",
    "search, nobody, two words": "garcía qqxz",
    "search, one letter": "s",
}


@dataclass(frozen=True)
class Case:
    """A page that somebody signed in asks for, and how much database time it may take."""

    name: str
    path: str
    cookie: str
    goal: float
    bare: str = ""  # the same rows on the bare site


def cookie_of(tenant: Tenant, local: str) -> str:
    """A new session of this person, as the browser's header says it."""
    with tenant.scope():
        browser = Client()
        browser.force_login(User.objects.get(user_principal_name=f"{local}@{tenant.slug}.example"))
    return f"{settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"


def school_of(tenant: Tenant) -> AdministrativeUnit:
    """The tenant's first school, which the principal runs."""
    with tenant.scope():
        return (
            User.objects.get(user_principal_name=f"principal@{tenant.slug}.example")
            .role_assignments.get(unit__kind="school")
            .unit
        )


def tenant_of(number: int) -> Tenant:
    return Tenant.objects.get(slug=slug_of(number))


def cases(number: int) -> list[Case]:
    """Every page that is measured in one tenant."""
    tenant = tenant_of(number)
    principal, helpdesk = cookie_of(tenant, "principal"), cookie_of(tenant, "helpdesk")
    school = school_of(tenant)
    with tenant.scope():
        size = f"{User.objects.count():,}"
        people = User.objects.in_unit(school)
        path = f"/{tenant.slug}/locations/{school.pk}/"
        found = [
            Case(
                f"{size}: location of {people.count():,}", path, principal, PAGE, f"/locations/{school.pk}/"
            ),
            Case(f"{size}: the same, helpdesk", path, helpdesk, PAGE),
            Case(f"{size}: location, search", f"{path}?q=garcía", principal, SEARCH),
        ]
        found += _profiles(tenant, size, people, {"principal": principal, "helpdesk": helpdesk})
        found += _searches(tenant, size, people, helpdesk)
    return found + [
        Case(f"{size}: {name}", f"/{tenant.slug}/{path}", cookie, goal)
        for name, path, cookie, goal in (
            ("everyone, helpdesk", "search/?everyone=1", helpdesk, PAGE),
            ("search in one's school, hits", "search/?q=garcía", principal, SEARCH),
            ("search in one's classes, hits", "search/?q=garcía", cookie_of(tenant, "teacher"), SEARCH),
            ("locations, helpdesk", "", helpdesk, PAGE),
        )
    ]


def _profiles(tenant: Tenant, size: str, people, cookies: dict[str, str]) -> list[Case]:
    """Of somebody who was helped more often than a profile shows."""
    helped = Entry.objects.filter(target_id__in=people.values("pk")).values("target_id")
    most = helped.annotate(times=Count("pk")).order_by("-times").first()
    path = f"/{tenant.slug}/people/{most['target_id']}/"
    return [Case(f"{size}: profile, {who}", path, cookie, PAGE) for who, cookie in cookies.items()]


def _searches(tenant: Tenant, size: str, people, cookie: str) -> list[Case]:
    someone = people.filter(job_title="Student").first()
    words = {"name": someone.given_name, "number": someone.employee_id}
    return [
        Case(
            f"{size}: {name}",
            f"/{tenant.slug}/search/?q={text.format(**words)}",
            cookie,
            SEARCH,
            f"/search/{tenant.pk}/?q={text.format(**words)}" if "hits" in name else "",
        )
        for name, text in SEARCHES.items()
    ]
