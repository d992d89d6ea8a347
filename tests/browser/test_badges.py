"""Badges as people use them: made and printed, read by a camera, from a photo, by hand, without scripts."""

import re
from base64 import b64decode
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from directory import actions, badges
from directory.actions.badges import state
from directory.door import Initiator
from directory.models import Badge, Pin, Settings
from mystaff.portal import qr
from tests.browser import chromium
from tests.browser.conftest import DESK, PATIENCE, PHONE
from tests.browser.steps import field, heading, press
from tests.browser.watch import Watch

OWN = "27183405"
WIDE, HIGH = 640, 480
SIZES = pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])


@pytest.fixture
def given(stage):
    """Pia's first badge."""
    Settings.objects.update(qr_badges=True)
    term = badges.temporary(12)
    return actions.add_badge(stage.pia, term, state(stage.pia), by=Initiator(stage.maria))


def film(path: Path, text: str) -> Path:
    """What a camera sees that a badge is held to (YUV4MPEG2): grey around it, and not in the middle."""
    modules = qr.matrix(text)
    dot, left, top = 8, 190, 70
    lines = [bytearray(b"\x70" * WIDE) for _y in range(HIGH)]
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            for line in lines[top + y * dot : top + (y + 1) * dot]:
                line[left + x * dot : left + (x + 1) * dot] = (b"\x20" if dark else b"\xdc") * dot
    frame = b"FRAME\n" + b"".join(lines) + b"\x80" * (WIDE * HIGH // 2)
    path.write_bytes(f"YUV4MPEG2 W{WIDE} H{HIGH} F10:1 Ip A1:1 C420jpeg\n".encode() + frame * 10)
    return path


@pytest.fixture
def filmed(browser, server, tmp_path):
    """A page of a Chromium whose camera sees this text; it allows the camera, if it is to."""
    opened, watch = [], Watch()

    def open_page(text: str, size: dict, allowed: bool = True) -> Page:
        args = [
            *chromium.QUIET,
            "--use-fake-device-for-media-stream",
            f"--use-file-for-fake-video-capture={film(tmp_path / 'badge.y4m', text)}",
        ]
        own = browser.browser_type.launch(executable_path=chromium.path(), args=args)
        opened.append(own)
        permissions = ["camera"] if allowed else []
        context = own.new_context(base_url=server.url, viewport=size, permissions=permissions)
        context.set_default_timeout(PATIENCE)
        watch.follow(context)
        return context.new_page()

    yield open_page
    for own in opened:
        own.close()
    assert not watch.problems


def before_a_camera(page: Page) -> None:
    """What sees the badge leaves the page at once: nothing on it can be waited for."""
    page.goto("/riverside/sign-in/")
    press(page, "Sign in with a QR badge")


def from_sign_in(page: Page) -> None:
    before_a_camera(page)
    heading(page, "Sign in with a QR badge")


def pin_is_chosen(page: Page, temporary: str) -> None:
    heading(page, "Type your PIN")
    field(page, "PIN").fill(temporary)
    press(page, "Sign in")
    heading(page, "Choose a PIN")
    field(page, "New PIN").fill(OWN)
    field(page, "Confirm new PIN").fill(OWN)
    press(page, "Save")
    heading(page, "My account")


# The camera


@SIZES
def test_a_camera_reads_the_badge(filmed, stage, given, size):
    """It was allowed before: a child need not press anything."""
    page = filmed(badges.code(given.secret), size)
    before_a_camera(page)
    pin_is_chosen(page, given.pin)
    expect(page.get_by_text("Pia Moss").first).to_be_visible()


def test_a_camera_that_sees_another_code_says_so_and_goes_on(filmed, stage, given):
    page = filmed("https://example.org/", DESK)
    from_sign_in(page)
    expect(page.get_by_role("status")).to_have_text("This code is no badge.")
    assert page.url.endswith("/badge/")


def test_where_the_camera_is_not_allowed_there_are_other_ways(filmed, stage, given):
    page = filmed(badges.code(given.secret), PHONE, allowed=False)
    from_sign_in(page)
    press(page, "Scan with the camera")
    expect(page.get_by_role("status")).to_contain_text("The camera cannot be used.")
    field(page, "Letters and digits on the badge").fill(given.secret)
    press(page, "Next")
    pin_is_chosen(page, given.pin)


def test_another_tenants_badge_is_refused_with_a_sentence(filmed, stage, given):
    with stage.lake.tenant.scope():
        Settings.objects.create(qr_badges=True)
    page = filmed(badges.code(given.secret), PHONE)
    page.goto("/lakeshore/badge/")
    expect(page.get_by_role("alert")).to_contain_text("This badge belongs to another organization.")


def test_the_browsers_own_reader_is_used_where_it_has_one(filmed, stage, given):
    """Chromium has none on this system: here is one that finds the badge wherever it looks."""
    page, asked = filmed("https://example.org/", PHONE), []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script(
        "globalThis.BarcodeDetector = class { static getSupportedFormats = async () => ['qr_code'];"
        f" detect = async () => [{{ rawValue: '{badges.code(given.secret)}' }}] }}"
    )
    before_a_camera(page)
    heading(page, "Type your PIN")
    assert not any("decode" in url for url in asked)


# Without it


def test_a_photo_is_read_in_the_browser(visit, stage, given, tmp_path):
    page = visit(None, DESK)
    from_sign_in(page)
    photo = tmp_path / "badge.png"
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data or ""))
    photo.write_bytes(_file("something else"))
    page.get_by_label("Use a photo of the badge").set_input_files(photo)
    expect(page.get_by_role("status")).to_have_text("This code is no badge.")
    photo.write_bytes(_file(badges.code(given.secret)))
    page.get_by_label("Use a photo of the badge").set_input_files(photo)
    pin_is_chosen(page, given.pin)
    assert not any("PNG" in body for body in sent)


def _file(text: str) -> bytes:
    return b64decode(qr.png(qr.matrix(text)).partition(",")[2])


def test_a_scanner_types_it_where_the_page_opens(visit, stage, given):
    page = visit(None, DESK)
    from_sign_in(page)
    expect(field(page, "Letters and digits on the badge")).to_be_focused()
    page.keyboard.type(badges.code(given.secret))
    page.keyboard.press("Enter")
    heading(page, "Type your PIN")


def test_by_keyboard_only(visit, stage, given):
    page = visit(None, DESK)
    page.goto("/riverside/sign-in/")
    page.get_by_role("link", name="Sign in with a QR badge").focus()
    page.keyboard.press("Enter")
    heading(page, "Sign in with a QR badge")
    expect(field(page, "Letters and digits on the badge")).to_be_focused()
    page.keyboard.type("-".join(badges.groups(given.secret)).lower())
    page.keyboard.press("Enter")
    heading(page, "Type your PIN")
    field(page, "PIN").focus()
    page.keyboard.type(given.pin)
    page.keyboard.press("Enter")
    heading(page, "Choose a PIN")
    field(page, "New PIN").focus()
    page.keyboard.type(OWN)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type(OWN)
    page.keyboard.press("Enter")
    heading(page, "My account")


def test_without_javascript(visit, stage):
    Settings.objects.update(qr_badges=True)
    manager = visit(stage.maria, DESK, java_script_enabled=False)
    manager.goto(f"/riverside/people/{stage.pia.pk}/")
    press(manager, "Create badge", "Create badge")
    heading(manager, "Badge created")
    expect(manager.get_by_role("button", name="Print")).to_have_count(0)  # it would do nothing
    typed, pin = manager.locator(".typed").inner_text(), field(manager, "Temporary PIN").input_value()
    manager.reload()
    expect(manager.get_by_role("status").filter(has_text="was sent before")).to_be_visible()
    assert Badge.objects.count() == 1

    page = visit(None, PHONE, java_script_enabled=False)
    from_sign_in(page)
    expect(page.get_by_role("button", name="Scan with the camera")).to_have_count(0)
    field(page, "Letters and digits on the badge").fill(typed)
    press(page, "Next")
    pin_is_chosen(page, pin)


# The manager


def test_a_badge_is_downloaded_ended_and_its_pin_reset(visit, stage):
    Settings.objects.update(qr_badges=True)
    page = visit(stage.maria)
    page.goto(f"/riverside/people/{stage.pia.pk}/")
    press(page, "Create badge")
    expect(field(page, "First day")).to_be_visible()
    page.get_by_label("For today, where the badge is forgotten").check()
    expect(page.get_by_label("First day")).to_be_hidden()
    page.get_by_label("Hours").fill("2")
    press(page, "Create badge")
    heading(page, "Badge created")
    with page.expect_download() as downloading:
        press(page, "Download")
    assert downloading.value.suggested_filename == "badge-pia-moss.png"
    assert downloading.value.path().read_bytes().startswith(b"\x89PNG")
    before = Pin.objects.get().hash
    press(page, "Back to Pia Moss", "Reset PIN", "Make a temporary PIN")
    heading(page, "PIN has been reset")
    assert re.fullmatch(r"\d{8}", field(page, "Temporary PIN").input_value())
    assert Pin.objects.get().hash != before
    press(page, "Back to Pia Moss")
    page.get_by_role("link", name="End Temporary").click()
    page.get_by_role("dialog").get_by_role("button", name="End badge").click()
    expect(page.get_by_text("Pia has no badge to sign in with.")).to_be_visible()


def test_nothing_but_the_badge_is_printed_two_inches_square(visit, stage):
    Settings.objects.update(qr_badges=True)
    page = visit(stage.maria, DESK)
    page.goto(f"/riverside/people/{stage.pia.pk}/badge/")
    press(page, "Create badge")
    heading(page, "Badge created")
    page.evaluate("window.print = () => document.body.dataset.printed = '1'")
    press(page, "Print")
    expect(page.locator("[data-printed]")).to_have_count(1)
    page.emulate_media(media="print")
    box = page.locator(".qr-badge").bounding_box()
    assert (round(box["width"]), round(box["height"])) == (192, 192)  # 96 pixels an inch
    assert page.locator("body").inner_text().split("\n")[0] == "Pia Moss"
    assert field(page, "Temporary PIN").count() == 0  # hidden
    inside = page.evaluate(
        "[...document.querySelectorAll('.qr-badge *')].every(e => { const p = e.getBoundingClientRect(),"
        " b = document.querySelector('.qr-badge').getBoundingClientRect();"
        " return p.left >= b.left - 1 && p.right <= b.right + 1 && p.bottom <= b.bottom + 1 })"
    )
    assert inside
    assert page.pdf(width="2in", height="2in").count(b"/Type /Page\n") == 1  # all of it on one sheet
