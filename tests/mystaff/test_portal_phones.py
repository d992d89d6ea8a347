"""Phone numbers and phone sign-in, and the confirmations before."""

import re
from html import unescape

import pytest

from audit.models import Entry, Result
from directory.models import PhoneMethod, Settings
from mystaff.portal.forms import PhoneForm
from mystaff.templatetags.mystaff import masked, phone

SAM, NEW = "+14255550100", "+14255550133"


@pytest.fixture
def maria(district, sign_in):
    return sign_in(district.maria)


def people(person, *rest) -> str:
    return "/".join(["/riverside/people", str(person.pk), *rest, ""])


def numbers(person) -> list[str]:
    return [method.number for method in person.phones.all()]


def without_tokens(response) -> str:
    return re.sub(r'(csrfmiddlewaretoken" value=")\w+', r"\1", response.content.decode())


def done(person) -> list[str]:
    return [
        str(detail["value"])
        for entry in Entry.objects.filter(target_id=person.pk, result=Result.SUCCESS)
        for detail in entry.additional_details
        if detail["key"] == "Action"
    ]


def test_a_changed_number_that_signed_in_says_that_it_does_no_longer(district, maria):
    PhoneMethod.objects.filter(user=district.sam).update(sms_sign_in=True)
    page = maria.post(people(district.sam, "phone"), {"phone_number": NEW}, follow=True).content.decode()
    assert "Phone sign-in is off now." in page
    page = maria.post(people(district.sam, "phone"), {"phone_number": SAM}, follow=True).content.decode()
    assert "Phone sign-in is off now." not in page


# What may be typed


@pytest.mark.parametrize(
    ("typed", "region", "stored"),
    [
        ("(425) 555-0133", "US", NEW),
        ("+1 425 555 0133", "GB", NEW),
        ("00 1 425 555 0133", "DE", NEW),
        ("425.555.0133 ext. 12", "US", NEW),
        ("425 555 0133 x12", "US", NEW),
        ("٤٢٥٥٥٥٠١٣٣", "US", NEW),
        ("  +44 20 7946 0958 ", "US", "+442079460958"),
        ("+39 06 1234 5678", "US", "+390612345678"),
        ("030 901820", "DE", "+4930901820"),
        ("07700 900123", "GB", "+447700900123"),
    ],
)
def test_any_countrys_number_becomes_e164(typed, region, stored):
    form = PhoneForm(region, {"phone_number": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["phone_number"] == stored


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Type a phone number"),
        ("+", "Type a phone number"),
        ("---", "Type a phone number"),
        ("1-800-FLOWERS", "no letters"),
        ("call Sam", "no letters"),
        ("+999 123456789", "No country has the code"),
        ("425-555-01", "too short: it has 8 digits"),
        ("911", "too short"),
        ("+1 425 555 01001234", "too long"),
        ("555-0142", "The area code is missing."),
        ("+1 123 456 7890", "begin like this"),
        ("4" * 60, "too long"),
        ("1\x002", "Null characters"),
    ],
)
def test_what_is_wrong_is_said(typed, said):
    form = PhoneForm("US", {"phone_number": typed})
    assert not form.is_valid()
    assert said in " ".join(form.errors["phone_number"])


@pytest.mark.parametrize("region", ["US", "GB", "DE", "AQ", "ZZ"])
def test_every_country_has_a_hint(region):
    assert "+" in str(PhoneForm(region).fields["phone_number"].help_text)


def test_numbers_are_written_across_borders_and_masked():
    assert phone(SAM) == "+1 425-555-0100"
    assert phone("odd") == "odd"
    assert masked(SAM) == "••• 00"
    assert masked("sam.home@example.org") == "s•••@example.org"


# Pages


def test_a_number_is_added(district, maria):
    assert "Add phone number" in maria.get(people(district.pia)).content.decode()
    response = maria.post(people(district.pia, "phone"), {"phone_number": "425 555 0133"}, follow=True)
    assert numbers(district.pia) == [NEW]
    assert done(district.pia) == ["add_phone"]
    assert "Pia’s phone number is now +1 425-555-0133." in response.content.decode()


def test_a_number_is_edited(district, maria):
    page = maria.get(people(district.sam, "phone")).content.decode()
    assert "Edit phone number</h1>" in page
    assert 'value="+1 425-555-0100"' in page
    maria.post(people(district.sam, "phone"), {"phone_number": "425 555 0133"})
    assert numbers(district.sam) == [NEW]
    assert done(district.sam) == ["change_phone"]


def test_a_wrong_number_stays_in_the_field(district, maria):
    response = maria.post(people(district.sam, "phone"), {"phone_number": "425-555-01"})
    page = response.content.decode()
    assert response.status_code == 422
    assert 'value="425-555-01"' in page
    assert page.count("too short") == 2
    assert '<a href="#id_phone_number">' in page
    assert numbers(district.sam) == [SAM]


def test_removing_asks_first(district, maria):
    path = people(district.sam, "phone", "remove")
    page = maria.get(path).content.decode()
    assert "Delete</button>" in page
    assert numbers(district.sam) == [SAM]
    maria.post(path)
    assert numbers(district.sam) == []
    assert done(district.sam) == ["remove_phone"]
    assert maria.get(path).status_code == 302


def test_a_confirmation_is_a_page_or_a_part_for_a_dialog(district, maria):
    path = people(district.sam, "phone", "remove")
    part = maria.get(path, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'id="question"' in part and "Delete</button>" in part
    assert "csrfmiddlewaretoken" in part


def test_phone_sign_in_is_enabled_and_disabled(district, maria):
    path = people(district.sam, "phone-sign-in")
    assert 'name="on" value="1"' in maria.get(path).content.decode()
    maria.post(path, {"on": "1"})
    assert PhoneMethod.objects.get(user=district.sam).sms_sign_in
    assert 'name="on" value="0"' in maria.get(path).content.decode()
    maria.post(path, {"on": "0"})
    assert not PhoneMethod.objects.get(user=district.sam).sms_sign_in
    assert sorted(done(district.sam)) == ["disable_sms_sign_in", "enable_sms_sign_in"]


def test_a_number_that_is_taken_says_only_that(district, maria):
    PhoneMethod.objects.create(user=district.omar, number=SAM, sms_sign_in=True)
    response = maria.post(people(district.sam, "phone-sign-in"), {"on": "1"})
    page = response.content.decode()
    assert response.status_code == 422
    assert "This number cannot be used for sign-in." in page
    assert "Omar" not in page
    assert not PhoneMethod.objects.get(user=district.sam).sms_sign_in


def test_the_same_number_may_be_on_file_twice(district, maria):
    maria.post(people(district.pia, "phone"), {"phone_number": SAM})
    assert numbers(district.pia) == [SAM]


def test_phone_sign_in_can_still_be_ended_where_the_tenant_switched_it_off(district, maria):
    PhoneMethod.objects.update(sms_sign_in=True)
    Settings.objects.update(sms_sign_in=False)
    assert "Disable" in maria.get(people(district.sam)).content.decode()
    maria.post(people(district.sam, "phone-sign-in"), {"on": "0"})
    assert not PhoneMethod.objects.get(user=district.sam).sms_sign_in


def test_without_a_number_there_is_nothing_to_enable(district, maria):
    assert maria.get(people(district.pia, "phone-sign-in")).status_code == 404


@pytest.mark.parametrize("deed", [("phone",), ("phone", "remove"), ("phone-sign-in",)])
@pytest.mark.parametrize(
    ("who", "whom", "reason"),
    [
        ("helen", "sam", "Your role does not include this."),
        ("maria", "maria", "This is your own account."),
        ("maria", "omar", "Omar is not in your locations."),
    ],
)
def test_refused_with_the_sentence_that_the_profile_shows(district, sign_in, deed, who, whom, reason):
    Settings.objects.update(look_up_everyone=True)
    browser, person = sign_in(getattr(district, who)), getattr(district, whom)
    assert reason in unescape(browser.get(people(person)).content.decode())
    for response in (browser.get(people(person, *deed)), browser.post(people(person, *deed), {"on": "1"})):
        assert response.status_code == 403
        assert reason in unescape(response.content.decode())
    assert Entry.objects.filter(result=Result.DENIED, target_id=person.pk).count() == 1


def test_a_refusal_is_the_same_whether_there_is_a_number_or_not(district, sign_in):
    Settings.objects.update(look_up_everyone=True)
    browser = sign_in(district.maria)
    paths = [people(district.omar), people(district.omar, "phone"), people(district.omar, "phone", "remove")]
    before = [without_tokens(browser.get(path)) for path in paths]
    PhoneMethod.objects.create(user=district.omar, number=NEW)
    assert [without_tokens(browser.get(path)) for path in paths] == before
