"""Counts: pages must not change when many rows come to be where the reader must not look."""

from __future__ import annotations

from directory.models import (
    AdministrativeUnit,
    Group,
    Invitation,
    OutboxMessage,
    PhoneMethod,
    SearchWord,
    UnitMembership,
    User,
)
from tests.attack import judges
from tests.attack.canaries import Cell, Row
from tests.attack.client import Answer, Request
from tests.attack.judges import Finding
from tests.attack.kinds import OWN, Attacker
from tests.attack.people import in_trail
from tests.attack.run import Campaign
from tests.attack.world import World

Pages = dict[str, Answer]

MANY = 40
PAGES = (
    "",
    "search/?everyone=1",
    "search/?q=zq",
    "search/?q=a",
    "search/?everyone=1&page=2&sort=-name",
    "account/",
)
PAGES += ("switch/", "locations/{unit}/", "locations/{unit}/?q=zq", "people/{person}/", "admin/")
PAGES += ("admin/audit/entry/", "admin/audit/entry/?p=2", "admin/directory/settings/", "sign-in/")
# Where the new rows are: tenant, unit, circle of people.
PLACES = (("lakeshore", "harbor", "harbor"), ("operators", "", ""), ("riverside", "office", "office"))


class Flood:
    """Looks, lets many rows come to be in one place, looks again, and so on."""

    def __init__(self, world: World, visitors: list[Campaign]) -> None:
        self.world, self.visitors = world, visitors

    def run(self) -> list[Finding]:
        """The pages that changed for those whose business the new rows are not."""
        found, before = [], [self._look(visitor) for visitor in self.visitors]
        for slug, unit, circle in PLACES:
            self._fill(slug, unit)
            after = [self._look(visitor) for visitor in self.visitors]
            for visitor, old, new in zip(self.visitors, before, after, strict=True):
                if not self._sees(visitor.attacker, slug, circle):
                    found += self._compare(visitor.tally.actor, old, new, slug)
            before = after
        return found

    def _sees(self, attacker: Attacker, slug: str, circle: str) -> bool:
        """Whether new people of this circle, or new lines of the trail there, are this actor's business."""
        tenant = str(self.world.tenants[slug].pk)
        rows = [Row(tenant, table, "", circle) for table in ("directory_user", "audit_entry")]
        return any(attacker.actor.sees(Cell(row, name)) for row in rows for name in ("id", "display_name"))

    def _look(self, visitor: Campaign) -> Pages:
        here = {"teacher": ("algebra", "nora")}.get(visitor.tally.actor, ("lincoln", "pia"))
        own = {"unit": self.world.units[here[0]].pk, "person": self.world.people[here[1]].pk}
        paths = [f"{visitor.attacker.home.prefix}/{page.format(**own)}" for page in PAGES]
        return {path: visitor.send("counts", Request("GET", path, OWN)) for path in paths}

    def _compare(self, name: str, before: Pages, after: Pages, slug: str) -> list[Finding]:
        changed = {path: judges.difference(before[path], after[path]) for path in after}
        return [
            Finding(
                "counted", "counts", name, f"GET {path}", f"with {MANY} people more in {slug}: first {what}"
            )
            for path, what in changed.items()
            if what
        ]

    def _fill(self, slug: str, unit: str) -> None:
        tenant = self.world.tenants[slug]
        with tenant.scope():
            there = AdministrativeUnit.objects.get(pk=self.world.units[unit].pk) if unit else None
            for n in range(MANY):
                self._one(f"{slug}-{n}", there)

    def _one(self, name: str, unit: AdministrativeUnit | None) -> None:
        """A person with all that hangs on one."""
        person = User.objects.create(user_principal_name=f"{name}@flood.example", display_name=f"Amy {name}")
        SearchWord.objects.create(user=person, word=f"zq{name}")
        PhoneMethod.objects.create(user=person, number="+14255550199")
        if unit:
            UnitMembership.objects.create(unit=unit, user=person)
            AdministrativeUnit.objects.create(name=name, parent=unit)
        else:
            AdministrativeUnit.objects.create(name=name)
            Group.objects.create(name=name)
            OutboxMessage.objects.create(channel="sms", to="x", body=name)
        Invitation.objects.create(user=person, host=self.world.tenants["hillside"], guest_id=person.pk)
        in_trail(person)
