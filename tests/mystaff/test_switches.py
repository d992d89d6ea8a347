"""Every switch in every state: what it changes in pages and deeds, and that it changes nothing else."""

import re
from io import StringIO

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from audit.models import Entry, Result
from directory.management.commands.company import OPTIONS
from directory.models import EmailMethod, Group, GroupMember, Settings
from tests import jobs
from tests.conftest import signed_in
from tests.directory.recovery.conftest import OWN, codes_sent, give
from tests.mystaff.admin.test_switches import form_of, page_of
from tests.mystaff.test_access_table import HERE, path_of, urls_of
from tests.mystaff.test_selfservice import CODE, NEW, ask, begin

# Sam and Maria are in the selected group; Sam and Nora hold no role.
CAST = ["nobody", "sam", "maria", "helen", "admin"]
FORGETFUL = ["sam", "nora", "maria", "helen"]
OF_NORA = {"person of nora": "people/{pk}/", "found nora": "search/?q=nora"}  # who is not in Maria's location
AS_NEW: dict[str, str] = {}
GROUPS = {
    "self-service-reset": "self-service-group",
    "my-staff-access": "my-staff-group",
    "registration-required": "registration-group",
}


def surface(name: str) -> list[str]:
    """The URL names of a surface's pages, but for those that anybody may see however switches stand."""
    return [
        url
        for url, pattern in urls_of("mystaff.urls").items()
        if pattern.callback.__module__.startswith(f"mystaff.{name}.") and url != "accent"
    ]


@pytest.fixture
def stage(district):
    """Everybody has an address and a number on file; every switch stands as in a new tenant."""
    for name in ("sam", "nora", "maria", "helen", "admin"):
        give(getattr(district, name), email=f"{name}@home.example", mobile="")
    give(district.maria, mobile="+14255550177")
    district.chosen = Group.objects.create(name="Chosen")
    for person in (district.sam, district.maria):
        GroupMember.objects.create(group=district.chosen, user=person)
    Settings.objects.update(sms_sign_in=False)
    return district


BADGE = ["badge", "badge_pin", "badge_new_pin"]
# Ways in, which lead whoever is signed in to where they begin; and pages of errors, which link there.
LEAD_HOME = ["sign_in", "sms_sign_in", "sms_sign_in_code", "mfa_authenticate", "access_pass"]
NOT_THERE = [*BADGE, "federation_complete", "federation_metadata"]
NO_DEEDS = {
    "maria resets sam": "302 told: ",
    "maria resets nora": "302 told: ",
    "maria lets sam sign in by phone": "302 False",
}


# What can be seen and done


def observe(stage) -> dict[str, str]:
    """Every fact by its name; what was done for it is undone."""
    before = transaction.savepoint()
    facts = _pages(stage) | _ways_back(stage) | _deeds(stage)
    transaction.savepoint_rollback(before)
    mail.outbox.clear()
    return facts


def _pages(stage) -> dict[str, str]:
    paths = {
        name: path_of(stage, pattern, HERE)
        for name, pattern in urls_of("mystaff.urls").items()
        if not name.startswith("admin:")
    }
    paths |= {name: f"{HERE}/{path.format(pk=stage.nora.pk)}" for name, path in OF_NORA.items()}
    facts = {}
    for who in CAST:
        answers = {name: _browser(stage, who).get(path) for name, path in paths.items()}
        facts |= {f"{who}: {name}": _answer(response) for name, response in answers.items()}
        found = 'role="search"' in answers["account"].content.decode()
        facts[f"{who}: bar"] = "search" if found else "no search"
    return facts


def _browser(stage, who: str) -> Client:
    return Client() if who == "nobody" else signed_in(getattr(stage, who))


def _answer(response) -> str:
    """Status, where it leads, template and words; without ids and times."""
    templates = [template.name for template in response.templates or ()][:1]
    page = response.content.decode() if templates else ""
    words = " ".join(re.sub(r"<[^>]+>", " ", page[page.find("<main") :]).split())
    said = f"{response.status_code} {response.headers.get('Location', '')} {templates} {words}"
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d\d:\d\d", "…", said)


def _ways_back(stage) -> dict[str, str]:
    """How far one right code brings everyone who forgot the password."""
    return {f"{who}: forgot": _forgot(getattr(stage, who)) for who in FORGETFUL}


def _forgot(person) -> str:
    client = Client()
    mail.outbox.clear()
    begin(client, person.user_principal_name)
    ask(client, typed=EmailMethod.objects.get(user=person).address)
    jobs.run()
    if not (codes := codes_sent()):
        return "no code"
    if client.post(CODE, {"code": codes[-1]}).headers["Location"] != NEW:
        return "second way"
    mail.outbox.clear()
    done = client.post(NEW, {"new_password": OWN, "confirm_new_password": OWN})
    jobs.run()
    assert "has been reset" in done.content.decode()
    assert ("We sent you a note" in done.content.decode()) == bool(mail.outbox)
    return "reset, told them" if mail.outbox else "reset, told nobody"


def _deeds(stage) -> dict[str, str]:
    """What a POST by hand comes to, and who is told of it."""
    return {
        "maria resets sam": _told(_reset(stage, "maria", "sam")),
        "maria resets nora": _told(_reset(stage, "maria", "nora")),
        "admin resets helen": _told(_reset(stage, "admin", "helen")),
        "maria lets sam sign in by phone": _lets_in_by_phone(stage),
    }


def _reset(stage, who: str, whom: str) -> int:
    mail.outbox.clear()
    browser = _browser(stage, who)
    path = f"{HERE}/people/{getattr(stage, whom).pk}/reset-password/"
    page = browser.get(path)
    ticket = page.context.get("ticket", "") if page.context else ""
    return browser.post(path, {"generate": "1", "ticket": ticket}).status_code


def _told(status: int) -> str:
    jobs.run()
    return f"{status} told: {', '.join(sorted(message.to[0].partition('@')[0] for message in mail.outbox))}"


def _lets_in_by_phone(stage) -> str:
    browser = _browser(stage, "maria")
    status = browser.post(f"{HERE}/people/{stage.sam.pk}/phone-sign-in/", {"on": "1"}).status_code
    return f"{status} {stage.sam.phones.get().sms_sign_in}"


# What each state changes: the fact, and words of it that were not there before


def each(people: list[str], facts: list[str], says: str) -> dict[str, str]:
    return {f"{who}: {fact}": says for who in people for fact in facts}


def shut(people: list[str]) -> dict[str, str]:
    """These get into no page of the portal, and are not led there."""
    pages = each(people, [*surface("portal"), *OF_NORA], "portal/oops.html")
    pages |= each(people, LEAD_HOME, "/riverside/account/") | each(people, ["bar"], "no search")
    return (
        pages | each(people, NOT_THERE, "404.html") | each(people, ["openid_authorize"], "openid/wrong.html")
    )


def registering(people: list[str]) -> dict[str, str]:
    """These are led to their account before anything else."""
    pages = [*surface("portal"), *OF_NORA, "switch_organization"]
    pages += ["openid_continue", "openid_answer", "openid_signed_out"]
    return each(people, pages, "302 /riverside/account/") | each(people, ["account"], "Before you go on")


def changes() -> dict[tuple[str, str], dict[str, str]]:
    """All that each state of a switch changes, from those of a new tenant."""
    asks = each(CAST, surface("selfservice"), "selfservice/ask.html")
    return {
        ("self-service-reset", "none"): asks | each(FORGETFUL, ["forgot"], "no code"),
        ("self-service-reset", "selected"): each(["nora", "helen"], ["forgot"], "no code"),
        ("methods-required", "2"): each(["sam", "nora"], ["forgot"], "second way"),
        ("my-staff-access", "none"): shut(["maria", "helen", "admin"])
        | {"maria resets sam": "403 told: ", "maria resets nora": "403", "admin resets helen": "403 told: "}
        | {"maria lets sam sign in by phone": "403 False"},
        ("my-staff-access", "selected"): shut(["helen", "admin"]) | {"admin resets helen": "403 told: "},
        (
            "self-service-unlock",
            "off",
        ): {},  # nobody is locked here: tests/directory/recovery has those who are
        ("access-policies", "off"): {},  # there are none here: tests/mystaff/test_access_policies.py has some
        ("sms-sign-in", "on"): each(["maria", "helen", "admin"], ["person"], "Phone sign-in")
        | {"maria lets sam sign in by phone": "302 True", "nobody: sign_in": "Sign in with my phone"}
        | {
            "nobody: sms_sign_in": "signin/phone.html",
            "nobody: sms_sign_in_code": "/riverside/sign-in/phone/",
        },
        ("qr-badges", "on"): each(["nobody"], ["sign_in", "badge"], "Sign in with a QR badge")
        | each(["nobody"], ["badge_pin", "badge_new_pin"], "302 /riverside/badge/")
        | each(["sam"], BADGE, "302 /riverside/account/")
        | each(["maria", "helen", "admin"], BADGE, "302 /riverside/")
        | each(["maria", "helen", "admin"], ["person"], "QR badge")
        | each(["helen", "admin"], ["person of nora"], "QR badge"),
        ("temporary-access-pass", "off"): each(["nobody"], ["sign_in"], "signin/sign_in.html")
        | each(["nobody"], ["access_pass"], "302 /riverside/sign-in/")
        | each(["maria", "admin"], ["person"], "portal/person.html")
        | each(["admin"], ["person of nora"], "portal/person.html"),
        ("registration-required", "all"): registering(["sam", "maria", "helen", "admin"])
        | NO_DEEDS
        | {"admin resets helen": "302 told: "},
        ("registration-required", "roles"): registering(["maria", "helen", "admin"])
        | NO_DEEDS
        | {"admin resets helen": "302 told: "},
        ("registration-required", "selected"): registering(["sam", "maria"]) | NO_DEEDS,
        ("look-up-everyone", "on"): each(["maria"], ["person of nora"], "portal/person.html")
        | each(["maria"], ["found nora"], "Nora Field")
        | {"maria resets nora": "403 told: "},
        ("notify-people", "off"): {
            "sam: forgot": "reset, told nobody",
            "nora: forgot": "reset, told nobody",
            "maria resets sam": "200 told: ",
            "admin resets helen": "200 told: admin",
        },
        ("notify-administrators", "off"): {"admin resets helen": "200 told: helen"},
    }


SWITCHES = [option for option in OPTIONS if option.choices and option.field != "password_style"]
STATES = [
    (option.name, word)
    for option in SWITCHES
    for word, value in option.choices.items()
    if value != Settings._meta.get_field(option.field).default
]


@pytest.mark.parametrize(("switch", "state"), STATES)
def test_each_state_changes_what_it_says_and_nothing_else(stage, switch, state):
    before, printed = as_new(stage), company()
    now_printed = company(switch, state)
    _only_that_was_changed(switch, printed, now_printed)
    after = observe(stage)
    says = changes()[switch, state]
    assert {fact for fact in before if after[fact] != before[fact]} == set(says)
    for fact, words in says.items():
        assert words in after[fact], (fact, after[fact])
    if "admin: account" not in says:  # else they would have to register before they get there
        _put_back_in_the_admin(stage, switch)


def as_new(stage) -> dict[str, str]:
    """What is so in a new tenant; found once for all states."""
    if not AS_NEW:
        AS_NEW.update(observe(stage))
    return AS_NEW


def company(switch: str = "", state: str = "") -> dict[str, str]:
    """What the command prints, after it has changed this switch."""
    chosen = [f"--{GROUPS[switch]}", "Chosen"] if state == "selected" else []
    out = StringIO()
    call_command("company", "riverside", *([f"--{switch}", state] if switch else []), *chosen, stdout=out)
    return dict(line.split(":", 1) for line in out.getvalue().splitlines())


def _only_that_was_changed(switch: str, printed: dict[str, str], now_printed: dict[str, str]) -> None:
    field = switch.replace("-", "_")
    changed = {name for name in printed if now_printed[name] != printed[name]}
    assert switch in changed and changed <= {switch, *GROUPS.values()}
    in_trail = {
        c["name"] for entry in Entry.objects.filter(result=Result.SUCCESS) for c in entry.modified_properties
    }
    assert field in in_trail and in_trail == {name.replace("-", "_") for name in changed}


def _put_back_in_the_admin(stage, switch: str) -> None:
    """The form of the admin changes this switch and leaves all others as they are."""
    field = switch.replace("-", "_")
    default = Settings._meta.get_field(field).default
    wanted = _stored() | {field: default}
    browser = signed_in(stage.admin)
    where = page_of(browser)
    typed = ("on" if default else "") if isinstance(default, bool) else str(default)
    assert browser.post(where, form_of(browser.get(where)) | {field: typed}).status_code == 302
    assert _stored() == wanted


def _stored() -> dict:
    return Settings.objects.values().get()
