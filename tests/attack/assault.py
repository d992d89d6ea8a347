"""The whole attack on one database and one server."""

from __future__ import annotations

from argparse import Namespace

from psycopg import Connection
from psycopg.sql import SQL, Identifier

from tests.attack import controls, report, snapshot
from tests.attack.cast import cast, ended_cookies, sign_in
from tests.attack.client import Browser
from tests.attack.flood import Flood
from tests.attack.judges import Finding
from tests.attack.overlay import keys
from tests.attack.run import Campaign, Tally, run
from tests.attack.world import World, build


def attack(administrator: Connection, port: int, arguments: Namespace) -> tuple[list[Finding], int]:
    """Everything, in order; prints the table, gives the findings and the number of different requests."""
    print(f"Seed {arguments.seed}", flush=True)
    world = build(administrator, arguments.seed)
    heard = controls.check(world, Browser(port))
    print(f"Control: rightful people hear {heard} of {len(world.canaries.cells):,} canaries.", flush=True)
    campaigns = _campaigns(world, port, arguments)
    if arguments.break_the_wall:
        _break_the_wall(administrator)
    findings = Flood(world, [c for c in campaigns if not c.attacker.actor.ended]).run()
    # Counters that the sign-ins began: whatever stands there afterwards is new.
    administrator.execute("DELETE FROM cache WHERE value NOT LIKE 'zq%'")
    before = snapshot.take(administrator)
    if arguments.break_the_wall:
        administrator.execute("UPDATE directory_group SET name = name || '!'")
    tallies = run(campaigns)
    findings += [finding for tally in tallies for finding in tally.findings]
    findings += _written(world, before, snapshot.take(administrator), tallies)
    return findings, _print(tallies, findings)


def _campaigns(world: World, port: int, arguments: Namespace) -> list[Campaign]:
    ended = ended_cookies(world)
    found = []
    wanted = set(filter(None, arguments.actors.split(",")))
    for number, actor in enumerate(cast(world), 1):
        if wanted and actor.name not in wanted:
            continue
        browser = Browser(port, number)
        cookie = ended[actor.name] if actor.ended else sign_in(browser, actor, world)
        found.append(Campaign.plan(world, actor, browser, cookie, arguments.seed, arguments.limit))
    return found


def _written(world: World, before: dict, after: dict, tallies: list[Tally]) -> list[Finding]:
    rightful = snapshot.Rightful(world, {key for tally in tallies for key in tally.keys})
    wrong = [change for change in snapshot.changes(before, after) if not rightful(change)]
    return [Finding("written", "any", "any", "one of all requests", str(change)) for change in wrong]


def _break_the_wall(administrator: Connection) -> None:
    """For the test that the attack finds something where there is something to find."""
    for table in keys(administrator):
        administrator.execute(SQL("ALTER TABLE {} DISABLE ROW LEVEL SECURITY").format(Identifier(table)))


def _print(tallies: list[Tally], findings: list[Finding]) -> int:
    sent = sum(tally.sent.total() for tally in tallies)
    distinct = sum(len(tally.distinct) for tally in tallies)
    print(report.table(tallies, findings))
    print(f"{sent:,} requests, {distinct:,} of them distinct.")
    print("Rows that may differ afterwards:")
    print("\n".join(f"  {table}: {why}" for table, why in snapshot.RIGHTFUL.items()))
    print(report.listed(findings))
    print(f"{len(findings)} findings")
    return distinct
