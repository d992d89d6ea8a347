"""**My account**: what is on file is added, proved, changed and removed by whoever has just signed in."""

import re

import pytest

from directory import actions
from directory.door import Initiator
from directory.models import EmailMethod, PhoneMethod, Proof
from tests import jobs
from tests.confirming import confirmed
from tests.directory.recovery.conftest import codes_sent
from tests.mystaff.reading import text_of

HERE = "/riverside/account/"
EMAIL, MOBILE, OFFICE = (f"{HERE}security-info/{kind}/" for kind in ("email", "mobile", "office"))
NEW, NUMBER = "sam.new@example.org", "+1 425-555-0177"


def newest_code() -> str:
    jobs.run()
    return codes_sent()[-1]


def test_an_address_is_added_and_proved(district):
    nora = confirmed(district.nora)
    assert "None yet" in text_of(nora.get(HERE))
    answer = nora.post(EMAIL, {"destination": "nora@example.org"})
    assert answer.url == f"{EMAIL}code/"
    page = text_of(nora.get(answer.url))
    assert "A code is on its way to nora@example.org" in page and "5 minutes" in page
    wrong = nora.post(answer.url, {"code": "000000"})
    assert wrong.status_code == 422 and "This code is not right" in text_of(wrong)
    code = newest_code()
    done = nora.post(answer.url, {"code": f"{code[:3]} {code[3:]}"}, follow=True)
    page = text_of(done)
    assert "Your alternate e-mail address is on file." in page and "nora@example.org Proved" in page


def test_a_number_is_changed(district):
    sam = confirmed(district.sam)
    page = text_of(sam.get(MOBILE))
    assert "Until now: +1 425-555-0100" in page
    sam.post(MOBILE, {"destination": NUMBER})
    sam.post(f"{MOBILE}code/", {"code": newest_code()})
    assert PhoneMethod.objects.get().number == "+14255550177"


def test_what_somebody_else_put_there_is_confirmed(district):
    actions.set_alternate_email(district.nora, "nora@example.org", by=Initiator(district.admin))
    nora = confirmed(district.nora)
    page = text_of(nora.get(HERE))
    assert "Not proved by you" in page and "This is mine" in page
    assert "nora@example.org" in text_of(nora.get(f"{EMAIL}prove/"))
    assert nora.post(f"{EMAIL}prove/").url == f"{EMAIL}code/"
    nora.post(f"{EMAIL}code/", {"code": newest_code()})
    assert EmailMethod.objects.get(user=district.nora).set_by == district.nora.pk
    assert "This is mine" not in text_of(nora.get(HERE))


def test_an_office_phone_is_saved_at_once(district):
    sam = confirmed(district.sam)
    sam.post(OFFICE, {"destination": NUMBER})
    assert PhoneMethod.objects.get(phone_type="office").number == "+14255550177"
    assert sam.get(f"{OFFICE}code/").url == HERE and sam.get(f"{OFFICE}prove/").status_code == 404


def test_it_is_removed_after_a_question(district):
    sam = confirmed(district.sam)
    assert "sam.home@example.org" in text_of(sam.get(f"{EMAIL}remove/"))
    assert EmailMethod.objects.exists()
    assert "It is removed." in text_of(sam.post(f"{EMAIL}remove/", follow=True))
    assert not EmailMethod.objects.exists()
    assert sam.get(f"{EMAIL}remove/").url == HERE


@pytest.mark.parametrize(
    ("path", "typed", "said"),
    [
        (EMAIL, "", "Type your alternate email address."),
        (EMAIL, "no address", "Enter a valid email address."),
        (EMAIL, "sam@riverside.example", "opens without this account"),
        (MOBILE, "12", "too short"),
        (MOBILE, "+44 7700 900123", "country of this number"),
    ],
)
def test_what_will_not_do_says_why(district, path, typed, said):
    answer = confirmed(district.sam).post(path, {"destination": typed})
    assert answer.status_code == 422 and said in text_of(answer)
    assert not Proof.objects.exists() and jobs.queued() == []


def test_too_many_wrong_codes(district):
    sam = confirmed(district.sam)
    sam.post(EMAIL, {"destination": NEW})
    answers = [sam.post(f"{EMAIL}code/", {"code": "none"}).status_code for _n in range(5)]
    assert answers == [422] * 4 + [429]
    assert "with Unlock" in text_of(sam.post(f"{EMAIL}code/", {"code": newest_code()}))
    assert sam.post(EMAIL, {"destination": "other@example.org"}).status_code == 429


def test_a_code_is_sent_again(district, clock):
    sam = confirmed(district.sam)
    sam.post(EMAIL, {"destination": NEW})
    first = newest_code()
    assert "disabled" in sam.get(f"{EMAIL}code/").content.decode()
    clock.pass_(seconds=10)
    assert "disabled" not in sam.get(f"{EMAIL}code/").content.decode()
    assert sam.post(f"{EMAIL}code/", {"again": "1"}).url == f"{EMAIL}code/"
    assert newest_code() and first
    sam.post(f"{EMAIL}code/", {"code": newest_code()})
    assert EmailMethod.objects.get().address == NEW


PAGES = [EMAIL, f"{EMAIL}prove/", f"{EMAIL}code/", f"{EMAIL}remove/", MOBILE, OFFICE]


@pytest.mark.parametrize("path", PAGES)
def test_whoever_signed_in_long_ago_confirms_first(district, sign_in, path):
    actions.ask_to_prove("email", NEW, by=Initiator(district.sam))
    fresh, old, unknown = confirmed(district.sam, 9), confirmed(district.sam, 10), sign_in(district.sam)
    assert fresh.get(path).status_code == 200
    for browser in (old, unknown):
        for answer in (browser.get(path), browser.post(path, {"destination": NEW, "code": newest_code()})):
            assert answer.url == f"/riverside/confirm/?next={re.sub('/', '%2F', path)}"
    assert EmailMethod.objects.get().address == "sam.home@example.org"


def test_of_no_other_kind(district):
    sam = confirmed(district.sam)
    for kind in ("nothing", "Email", "badge"):
        assert sam.get(f"{HERE}security-info/{kind}/").status_code == 404


def test_a_guest_is_led_home(district, lake, guest_maria):
    maria = confirmed(district.maria)
    for path in PAGES:
        answer = maria.post(path.replace("riverside", "lakeshore"), {"destination": NEW})
        assert answer.url == "/lakeshore/account/"
    page = text_of(maria.get("/lakeshore/account/"))
    assert "looks after your account" in page and "Security info" not in page


def test_where_no_texts_go_no_number_is_offered(district):
    page = text_of(confirmed(district.pia).get(HERE))  # a pupil, and texts go to staff
    assert "Add Alternate e-mail" in page and "Mobile phone" not in page


def test_another_persons_proof_is_not_there(district):
    confirmed(district.sam).post(EMAIL, {"destination": NEW})
    omar = confirmed(district.omar)
    assert omar.get(f"{EMAIL}code/").url == HERE
    omar.post(f"{EMAIL}code/", {"code": newest_code()})
    assert not EmailMethod.objects.filter(user=district.omar).exists()


def test_no_page_is_kept_by_a_browser(district):
    for path in (HERE, *PAGES):
        assert "no-store" in confirmed(district.sam).get(path).headers["Cache-Control"]
