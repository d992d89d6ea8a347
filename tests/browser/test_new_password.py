"""A new password, checked while somebody types it: in the browser; nothing leaves before it is sent."""

import pytest
from playwright.sync_api import Page, expect

from directory import passwords
from directory.models import PasswordPolicy, Preset
from mystaff.own_password import NewPasswordForm
from tests.browser.steps import field, heading, press
from tests.conftest import PASSWORD

CHANGE = "/riverside/account/password/"
# With what the two sides could see differently: scripts without case, accents in two pieces, ligatures.
TYPED = """
kite Kite-Fern-4 kitefern Kite47fern sam-Kite-47 x-REED-47x r33d-Kite-9 R3ed-schoo1-9 sch00l-Fern-47
Straße-Kite-4 kite\u0301fern47 Kité-4736 شمس-وقمر-٤٧٣ 山川草木花鳥風月四季 🙂🙂🙂🙂🙂🙂🙂 🙂🙂🙂🙂🙂🙂🙂🙂
ﬁre-Kite-4 ＫＩＴＥ-fern-٤ correct_horse_battery_staple KITE4736
"""
JUDGED = """
password Passw0rd1 kitefern Sunshine-47 Velvet-Canyon-83 Reed-2026! mnrKPT47-xq qwertyuiop aaaaaaaa
Kite-4736-Fern Fussball-1999
"""
CODES = {"length": {"too_short", "too_long"}, "classes": {"too_few_classes"}, "names": {"name"}}


@pytest.fixture
def page(visit, stage) -> Page:
    page = visit(stage.sam)
    page.goto(CHANGE)
    return page


def type_in(page: Page, password: str, again: str | None = None) -> None:
    field(page, "New password").fill(password)
    if again is not None:
        field(page, "Confirm new password").fill(again)


def ticked(page: Page) -> set[str]:
    return set(page.eval_on_selector_all("[data-rule].met", "items => items.map((i) => i.dataset.rule)"))


def word(page: Page) -> str:
    """The first judgement on a page: it comes with the library."""
    shown = page.locator("[data-strength] strong")
    expect(shown).not_to_be_empty()
    return shown.inner_text()


def test_each_rule_gets_its_tick_as_it_is_met(page):
    assert ticked(page) == set()
    for typed, again, met in (
        ("kite", "", {"names"}),
        ("kitefern-", "", {"length", "names"}),
        ("Kitefern-", "", {"length", "names", "classes"}),
        ("Kitefern-Reed", "Kitefern-Ree", {"length", "classes"}),
        ("Kitefern-Rook", "Kitefern-Rook", {"length", "names", "classes", "same"}),
        ("", "", set()),
    ):
        type_in(page, typed, again)
        assert ticked(page) == met, typed


def test_the_browser_ticks_what_the_server_would_let_pass(page, stage):
    form = NewPasswordForm(stage.sam, stage.tenant)
    for password in [*TYPED.split(), "x" * 256 + "A4", "KITE 4736"]:
        type_in(page, password)
        found = set(passwords.policy._codes(password, form.policy, sum_of(form.names), ""))
        shown = {rule for rule in CODES if rule not in ticked(page)}
        if "too_long" not in found:  # then the server looks at nothing else
            assert shown == {rule for rule, codes in CODES.items() if codes & found}, password


def sum_of(names: dict) -> tuple[str, ...]:
    return (*names["person_names"], *names["tenant_names"])


def test_nothing_is_loaded_before_and_nothing_sent_while_somebody_types(visit, stage):
    page, asked = visit(stage.sam), []
    page.on("request", lambda request: asked.append(request))
    page.goto(CHANGE, wait_until="networkidle")
    assert not [request.url for request in asked if "zxcvbn" in request.url]
    asked.clear()
    type_in(page, "Velvet-Canyon-83", "Velvet-Canyon-83")
    assert word(page) == "strong"
    assert [request.url.rsplit("/", 1)[1] for request in asked] == [
        "zxcvbn-ts.core.js",
        "zxcvbn-ts.language-common.js",
    ]
    assert {request.method for request in asked} == {"GET"}


def test_both_sides_judge_alike(page, stage):
    """At most a step apart, on one side of the line between good enough and not, and mostly the same."""
    parts = NewPasswordForm(stage.sam, stage.tenant).checks["names"].split()
    pairs = []
    for password in [*JUDGED.split(), "correct horse battery staple"]:
        page.reload()
        type_in(page, password)
        pairs.append((passwords.WORDS.index(word(page)), passwords.strength(password, parts).score))
    assert max(abs(here - there) for here, there in pairs) <= 1, pairs
    assert sum(here == there for here, there in pairs) >= 0.7 * len(pairs), pairs


def test_the_meter_says_it_in_a_word_and_is_gone_with_the_password(page):
    meter = page.get_by_role("meter", name="Strength")
    expect(meter).to_be_hidden()
    type_in(page, "abcdefgh1")
    expect(meter).to_be_visible()
    expect(page.locator("[data-strength] strong")).to_have_text("weak")
    assert meter.evaluate("meter => [meter.value, meter.max]") == [2, 5]
    type_in(page, "")
    expect(meter).to_be_hidden()


def test_screen_readers_are_told_once_typing_stops(page):
    said = page.locator("[data-strength] + [role=status]")
    page.evaluate(
        """() => {
            window.told = [];
            const status = document.querySelector('[data-strength] + [role=status]');
            new MutationObserver(() => told.push(status.textContent)).observe(status, { childList: true });
        }"""
    )
    field(page, "New password").press_sequentially("Velvet-Canyon-83", delay=10)
    expect(said).to_have_text("3 of 4 rules met. Strength: strong.")
    assert page.evaluate("told").count("3 of 4 rules met. Strength: strong.") == 1
    assert len(page.evaluate("told")) == 1
    expect(page.locator("[data-rule=length]")).to_have_text("8 to 256 characters(done)")


def test_a_password_is_pasted(page):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.evaluate("navigator.clipboard.writeText('Velvet-Canyon-83')")
    for name in ("New password", "Confirm new password"):
        field(page, name).focus()
        page.keyboard.press("ControlOrMeta+V")
        expect(field(page, name)).to_have_value("Velvet-Canyon-83")
    assert ticked(page) == {"length", "classes", "names", "same"}


def test_the_rules_are_those_of_the_policy(visit, stage):
    PasswordPolicy.objects.create(preset=Preset.NIST)
    page = visit(stage.maria)
    page.goto(f"/riverside/people/{stage.sam.pk}/reset-password/")
    type_in(page, "fourteen chars")
    assert ticked(page) == set()
    type_in(page, "fifteen chars..")
    assert ticked(page) == {"length"}


def test_without_javascript_it_is_judged_when_asked(visit, stage):
    page = visit(stage.sam, java_script_enabled=False)
    page.goto(CHANGE)
    field(page, "Current password").fill(PASSWORD)
    type_in(page, "Velvet-Canyon-83", "Velvet-Canyon-83")
    press(page, "Check only")
    heading(page, "Change password")
    expect(page.get_by_role("meter", name="Strength")).to_be_visible()
    expect(page.get_by_role("strong")).to_have_text("strong")
    field(page, "Current password").fill(PASSWORD)
    type_in(page, "Velvet-Canyon-83", "Velvet-Canyon-83")
    field(page, "Confirm new password").press("Enter")
    expect(page.get_by_text("Your password is changed.")).to_be_visible()
