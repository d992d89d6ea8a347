"""Foreign ids and names in every field of every form."""

from __future__ import annotations

from collections.abc import Iterator

from tests.attack.kinds import NUMBER, Attack, Attacker
from tests.attack.targets import ID, Mount, Target

# Whom each may rightly help: the pages with forms are theirs, and so are the changes.
HELPED = {"teacher": "nora", "manager": "pia", "helpdesk": "pia", "admin": "pia", "guest": "pia"}
FIELDS = (
    "id", "pk", "user", "user_id", "person", "person_id", "username", "login", "unit", "unit_id", "tenant",
    "tenant_id", "home_tenant", "home_user_id", "host", "host_id", "guest_id", "group", "my_staff_group",
    "invitation", "ticket", "next", "role", "set_by", "authority", "source_id", "user_principal_name",
    "display_name", "_selected_action", "action", "object_id", "session", "_method", "actor_id", "target_id",
    "who", "location", "below", "add_people", "add_members", "user_name",
)  # fmt: skip
# Fields that may take a name, and how one is written there.
NAMES = {name: ID for name in ("login", "user", "person", "host", "group", "next", "display_name")}
NAMES |= {
    name: f"{ID}@lakeshore.example"
    for name in ("username", "user_principal_name", "who", "add_people", "add_members", "user_name")
}
HERE = ("own path", "outside")
ELSEWHERE = ("login", "next", "tenant")
FORMS = ("sign_in", "choose", "update_password", "change_password", "account", "reset_password", "phone")
FORMS += ("remove_phone", "phone_sign_in", "forgot_password", "admin:directory_settings_change")
FORMS += ("admin:directory_settings_add", "admin:audit_entry_changelist", "admin:audit_entry_add")
FORMS += ("admin:directory_user_change", "admin:directory_user_add", "admin:directory_group_add")
FORMS += ("admin:directory_administrativeunit_add", "admin:directory_roleassignment_add")
FORMS += ("admin:directory_guest_add", "badge", "badge_pin", "add_badge", "end_badge", "reset_pin")
SETTINGS = {
    "my_staff_access": "selected",
    "self_service_reset": "all",
    "methods_required": "1",
    "pin_length": "8",
    "registration_required": "nobody",
    "registration_review_days": "0",
    "password_style": "word-and-digits",
    "phone_region": "US",
    "help_contact": "x",
    "help_phone": "x",
    "accent": "#1d6b55",
    "_save": "Save",
}
PERSON = {"user_principal_name": "pia@riverside.example", "display_name": "Pia", "is_active": "on"}
BASES = {
    "sign_in": {"login": "nobody@riverside.example", "password": "wrong"},
    "choose": {"username": "nobody@nowhere.example"},
    "change_password": {"current_password": "wrong"},
    "account": {"accept": "1"},
    "badge": {"badge": "0" * 28},
    "badge_pin": {"pin": "27183405"},
    "add_badge": {"kind": "temporary", "hours": "1"},
    "end_badge": {"kind": "standard"},
    "phone": {"phone_number": NUMBER},
    "phone_sign_in": {"on": "1"},
    "admin:directory_settings_change": SETTINGS,
    "admin:directory_settings_add": SETTINGS,
    "admin:directory_user_change": PERSON,
    "admin:directory_user_add": PERSON,
    "admin:directory_group_add": {"name": "Attacked", "_save": "Save"},
    "admin:directory_administrativeunit_add": {"name": "Attacked", "kind": "class", "_save": "Save"},
    "admin:directory_roleassignment_add": {"who": "pia@riverside.example", "role": "Password Administrator"},
}


def forms(attacker: Attacker) -> Iterator[Attack]:
    """Each field at each form with a foreign id, then with a foreign name."""
    if attacker.actor.ended:
        return
    for mount in attacker.mounts:
        for target in mount.targets:
            # Elsewhere they are strangers: the one form that is open to them there is the sign-in.
            if target.name in FORMS and (mount.name in HERE or target.name == "sign_in"):
                yield from _fields(attacker, mount, _own(attacker, target))


def _own(attacker: Attacker, target: Target) -> Target:
    """The form on the page of somebody whom the actor may help."""
    name = HELPED.get(attacker.actor.name, "pia")
    own = str(attacker.world.people[name].pk)
    if "settings" in target.name:
        here = str(attacker.world.tenants["riverside"].pk)
        own = next(r.pk for r in attacker.world.rows if (r.tenant, r.table) == (here, "directory_settings"))
    return Target(target.name, target.route.replace(ID, own))


def _fields(attacker: Attacker, mount: Mount, target: Target) -> Iterator[Attack]:
    for name in FIELDS if mount.name in HERE else ELSEWHERE:
        keys = [attacker.row(_table_of(name)).pk]
        if name in NAMES:
            keys.append(attacker.random.choice(attacker.words))
        for key in keys:
            # An id that stands for the page too would have no twin.
            if key not in target.route:
                form = (*_base(target, name), (name, NAMES.get(name, ID)))
                yield attacker.twins("forms", mount, target, "POST", key, form=form)
    if target.name == "reset_password":
        yield from _tickets(attacker, mount, target)


def _base(target: Target, name: str) -> list[tuple[str, str]]:
    """What makes the form whole, but for the field that is attacked."""
    return [(key, value) for key, value in BASES.get(target.name, {}).items() if key != name]


def _tickets(attacker: Attacker, mount: Mount, target: Target) -> Iterator[Attack]:
    """Each foreign person's ticket, on the page of somebody whom the actor may help."""
    for row in attacker.foreign["directory_user"]:
        form = (("generate", "1"), ("ticket", attacker.ticket(row.pk)))
        yield attacker.alone("forms", mount, target, "POST", form=form)


def _table_of(field: str) -> str:
    tables = {"below": "directory_administrativeunit", "location": "directory_administrativeunit"}
    tables |= {"group": "directory_group", "unit": "directory_administrativeunit"}
    tables |= {"invitation": "directory_invitation", "session": "tenants_session", "source_id": "audit_entry"}
    return next((table for name, table in tables.items() if name in field), "directory_user")
