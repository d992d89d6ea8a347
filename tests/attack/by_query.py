"""Foreign ids and names in the addresses of lists: searches, filters, sorting, pages, the admin's lookups."""

from __future__ import annotations

from collections.abc import Iterator

from tests.attack.kinds import Attack, Attacker
from tests.attack.targets import ID, Mount, Target

LISTS = {"locations", "location", "search", "account", "switch_organization", "sign_in", "choose"}
COLUMNS = (
    "id", "pk", "tenant", "tenant_id", "tenant__slug", "tenant__name", "user", "user_id", "person", "unit",
    "unit_id", "actor_id", "target_id", "actor_name", "actor_principal_name", "target_name", "activity",
    "correlation_id", "ip_address", "host", "domain", "slug", "name", "password", "display_name",
)  # fmt: skip
LOOKUPS = ("__exact", "__in", "__startswith", "__contains", "__gte", "__isnull", "__regex")
JOINS = (
    "user__display_name", "person__user_principal_name", "unit__name", "tenant__hosts__host",
    "tenant__domains__domain", "hosts__tenant__name", "domains__domain__startswith",
)  # fmt: skip
WORDS = (
    "q",
    "everyone",
    "page",
    "p",
    "o",
    "all",
    "e",
    "_to_field",
    "_popup",
    "_facets",
    "_changelist_filters",
)
WORDS += ("term", "app_label", "model_name", "field_name", "next", "sort", "per_page", "format", "as", "sudo")
NAMES = 20  # searched for in each list
AUTOCOMPLETE = "app_label={app}&model_name={model}&field_name={field}&term="
FIELDS = (
    ("directory", "settings", "my_staff_group"), ("directory", "user", "home_tenant"),
    ("directory", "roleassignment", "user"), ("audit", "entry", "tenant"), ("tenants", "hostname", "tenant"),
)  # fmt: skip


def queries(attacker: Attacker) -> Iterator[Attack]:
    """Each parameter at each list, with a foreign id or a foreign name, which one by turns."""
    if attacker.actor.ended:
        return
    mount = attacker.home
    for target in _lists(attacker, mount):
        for n, name in enumerate(_parameters(attacker)):
            key = attacker.random.choice(attacker.words) if n % 2 else attacker.row(target.table).pk
            if key not in target.route:
                yield attacker.twins("queries", mount, _with(target, f"{name}={ID}"), "GET", key)
        for word in attacker.random.sample(attacker.words, NAMES):
            yield attacker.twins("queries", mount, _with(target, f"q={ID}"), "GET", word)
    yield from _autocompletes(attacker, mount)


def _parameters(attacker: Attacker) -> list[str]:
    """Each column plain and with one of the lookups."""
    found = [column + attacker.random.choice(LOOKUPS) for column in COLUMNS]
    return [*COLUMNS, *found, *JOINS, *WORDS]


def _lists(attacker: Attacker, mount: Mount) -> Iterator[Target]:
    """Lists that this actor may open, with an id of their own where one belongs."""
    for target in mount.targets:
        if target.name in LISTS or target.name.endswith("_changelist"):
            own = {"manager": "lincoln", "guest": "lincoln", "teacher": "algebra"}.get(
                attacker.actor.name, "lincoln"
            )
            yield Target(target.name, target.route.replace(ID, str(attacker.world.units[own].pk)))


def _with(target: Target, query: str) -> Target:
    return Target(target.name, f"{target.route}?{query}")


def _autocompletes(attacker: Attacker, mount: Mount) -> Iterator[Attack]:
    target = next(target for target in mount.targets if target.name == "admin:autocomplete")
    for app, model, name in FIELDS:
        for word in attacker.words[:5]:
            query = AUTOCOMPLETE.format(app=app, model=model, field=name) + ID
            yield attacker.twins("queries", mount, _with(target, query), "GET", word)
