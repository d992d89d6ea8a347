"""A profile: what it shows, to whom, and what was done to the person."""

import re

from audit.models import Entry, Result, record
from directory import roles
from directory.models import PhoneMethod, Settings, UnitMembership
from mystaff.portal.places import password_style
from tests.conftest import assign, make_unit
from tests.mystaff.reading import text_of


def profile(browser, person):
    return browser.get(f"/riverside/people/{person.pk}/")


def test_a_profile_shows_what_is_on_file(district, sign_in):
    shown = text_of(profile(sign_in(district.maria), district.sam))
    for words in ("Sam Reed", "+1 425-555-0100", "sam.home@example.org", "Lincoln Elementary", "Never"):
        assert words in shown


def test_what_may_not_be_managed_is_masked(district, sign_in):
    PhoneMethod.objects.create(user=district.nora, number="+14255550177")
    page = profile(sign_in(district.tom), district.nora).content.decode()
    assert "••• 77" in page
    assert "0177" not in page
    shown = profile(sign_in(district.helen), district.sam).content.decode()
    assert "s•••@example.org" in shown
    assert "sam.home" not in shown


def test_of_people_elsewhere_a_profile_says_name_and_location_only(district, sign_in):
    Settings.objects.update(look_up_everyone=True)
    PhoneMethod.objects.create(user=district.omar, number="+14255550177")
    page = profile(sign_in(district.maria), district.omar)
    shown = page.content.decode()
    assert "Jefferson High" in shown
    assert shown.count("Omar is not in your locations.") == 2
    for secret in ("omar.diaz", "••• 77", "<h2>History", "Last password change", "Edit phone number"):
        assert secret not in shown


def test_a_hidden_location_is_not_named_to_those_outside_it(district, sign_in):
    Settings.objects.update(look_up_everyone=True)
    refuge = make_unit("Refuge", hidden_membership=True)
    UnitMembership.objects.filter(user=district.omar).delete()
    UnitMembership.objects.create(unit=refuge, user=district.omar)
    browser = sign_in(district.maria)
    assert "Refuge" not in profile(browser, district.omar).content.decode()
    assert "Refuge" not in browser.get("/riverside/search/", {"q": "omar"}).content.decode()
    assert "Refuge" in profile(sign_in(district.helen), district.omar).content.decode()


def test_a_refused_action_stays_visible_with_its_reason(district, sign_in):
    page = profile(sign_in(district.helen), district.admin).content.decode()
    button = re.search(r"<button[^>]*disabled[^>]*>(?:(?!</button>).)*Reset password", page, re.DOTALL)
    assert button and 'aria-describedby="why-reset"' in button[0]
    assert re.search(r'id="why-reset">.*?Ada holds Global Administrator\.', page, re.DOTALL)


def test_every_refused_button_has_its_own_reason(district, sign_in):
    page = profile(sign_in(district.helen), district.sam).content.decode()
    for button in ("why-phone", "why-sms"):
        assert page.count(f'id="{button}"') == 1 and f'aria-describedby="{button}"' in page


def test_phone_sign_in_is_offered_where_it_applies(district, sign_in):
    browser = sign_in(district.maria)
    assert "Phone sign-in is available for Sam" in text_of(profile(browser, district.sam))
    assert "Phone sign-in" not in text_of(profile(browser, district.pia))
    Settings.objects.update(sms_sign_in=False)
    assert "Phone sign-in" not in text_of(profile(browser, district.sam))


def entry(person, result, action="reset_password", **fields):
    actor = {
        "id": person.pk,
        "name": "Joanna <b>",
        "principal_name": "j@riverside.example",
        "ip_address": None,
    }
    target = {"id": person.pk, "type": "User", "name": "Sam", "principal_name": "sam"}
    details = {"Action": action}
    return record(
        "Something",
        category="c",
        operation="o",
        result=result,
        actor=actor,
        target=target,
        details=details,
        **fields,
    )


def test_history_says_what_was_done_and_what_is_unknown(district, sign_in):
    entry(district.sam, Result.DENIED, "remove_phone")
    entry(district.sam, Result.FAILURE, "enable_sms_sign_in")
    entry(district.sam, Result.ATTEMPTED)
    page = profile(sign_in(district.maria), district.sam)
    assert "Joanna &lt;b&gt;</b> reset the password" in page.content.decode()
    assert "Outcome unknown" in text_of(page)
    assert "removed the phone number" not in text_of(page)
    assert "enabled phone sign-in" not in text_of(page)
    done = Entry.objects.get(result=Result.ATTEMPTED)
    entry(district.sam, Result.SUCCESS, correlation_id=done.correlation_id)
    page = profile(sign_in(district.maria), district.sam)
    assert text_of(page).count("reset the password") == 1
    assert "Outcome unknown" not in text_of(page)


def test_the_nearest_location_sets_the_style_of_passwords(district):
    assert password_style(district.pia, "words") == "words"
    type(district.lincoln).objects.filter(pk=district.lincoln.pk).update(password_style="strong")
    assert password_style(district.pia, "words") == "strong"
    type(district.lincoln).objects.filter(pk=district.lincoln_students.pk).update(
        password_style="word-and-digits"
    )
    assert password_style(district.pia, "words") == "word-and-digits"


def test_another_tenants_person_is_not_there(district, lake, sign_in):
    assign(district.maria, roles.GLOBAL)
    assert profile(sign_in(district.maria), lake.ivy).status_code == 404
