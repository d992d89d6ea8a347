"""Words: ours hold together, a tenant's are checked, and a code stands alone in its message."""

import re

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from smpplib import gsm

from directory import wordings
from directory.models import MessageTemplate, Settings
from directory.wordings import WORDINGS, fill, finish

EVERY = {
    "name": "Sam",
    "user_name": "sam.reed@riverside.example",
    "organization": "Riverside Unified School District",
    "contact": "Riverside help desk, +1 951-555-0100",
    "code": "123456",
    "minutes": 5,
    "whom": "Ada Rivers",
}
WAYS = [(name, channel) for name in WORDINGS for channel in ("email", "sms")]
WAYS = [(name, channel) for name, channel in WAYS if channel == "email" or WORDINGS[name].sms]


@pytest.mark.parametrize(("name", "channel"), WAYS)
def test_ours_are_whole(name, channel):
    made = finish(name, channel, EVERY, None)
    assert "{" not in f"{made.subject}{made.text}{made.html}"
    assert bool(made.subject) == bool(made.html) == (channel == "email")
    if name != "code":
        assert "123456" not in made.text


def test_the_codes_text_is_short_says_how_long_and_to_keep_it():
    text = finish("code", "sms", EVERY, None).text
    assert text.startswith("123456 is your code for Riverside Unified School District.")
    assert "5 minutes" in text and "nobody" in text
    parts, _coding, _kind = gsm.make_parts(text)
    assert len(parts) == 1


@pytest.mark.parametrize("channel", ["email", "sms"])
@pytest.mark.parametrize(
    "given_too", [{"organization": "School 987654"}, {"name": "S1234567"}, {"contact": "9515550100"}]
)
def test_a_second_long_number_never_stands_beside_the_code(channel, given_too):
    own = ("Code", "{name}: {code}, {minutes} minutes, {contact}, {organization}", "")
    for way in (None, own):
        made = finish("code", channel, EVERY | given_too, way)
        assert re.findall(r"\d{6,}", made.subject + made.text) == ["123456"]
        assert "5 minutes" in made.text


@given(st.text(), st.text())
def test_values_are_values_whatever_they_look_like(one, other):
    assert fill("{name}|{code}", {"name": one, "code": other}) == f"{one}|{other}"
    assert "<" not in wordings.fill_html("{name}", {"name": one})


def test_nothing_is_looked_up_but_names_in_the_list():
    text = "{name.__class__} {0} {{ name }} {% now %} {name!r} {unknown}"
    assert fill(text, {"name": "Sam"}) == "{name.__class__} {0} {Sam} {% now %} {name!r} {unknown}"


def test_a_line_break_in_a_name_starts_no_header():
    made = finish("password_reset", "email", EVERY | {"name": "x"}, ("Hi {name}\r\nBcc: all", "x", ""))
    assert made.subject == "Hi x Bcc: all"


def test_our_html_is_the_text_escaped():
    made = finish("password_reset", "email", EVERY | {"name": "<b>Sam</b>"}, None)
    assert "&lt;b&gt;Sam" in made.html and "<b>" in made.text


# A tenant's own


def template(**fields) -> MessageTemplate:
    defaults = {"name": "code", "channel": "email", "subject": "Code", "text": "{code}: {minutes} minutes"}
    return MessageTemplate(**defaults | fields)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"channel": "sms", "subject": ""},
        {"text": "{ code } works for {minutes} minutes. Call {contact}, {name}."},
        {"html": "<p><b>{code}</b>, {minutes} minutes, {organization}, {user_name}</p>"},
        {"html": '<p style="color: #123456">{code}, {minutes} minutes</p>'},
        {"name": "password_reset", "text": "Call 9515550100, {name}. Braces {} are {fine: 1}."},
        {"name": "administrator_reset", "text": "{whom}"},
    ],
)
def test_a_good_one_is_saved(district, fields):
    template(**fields).full_clean()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"text": "{code} {minutes} {password}"}, "Nothing stands for {password}"),
        ({"text": "{code} {minutes} {{ code }} {user.password}"}, "Nothing stands for {user.password}"),
        ({"subject": "{secret}"}, "Nothing stands for {secret}"),
        ({"html": "{code} {minutes} {x}"}, "Nothing stands for {x}"),
        ({"text": "{code} is your code"}, "needs {code} and {minutes}"),
        ({"text": "It works for {minutes} minutes"}, "needs {code} and {minutes}"),
        ({"html": "<p>{minutes}</p>"}, "needs {code} and {minutes}"),
        ({"text": "{code} {minutes}, call 9515550100"}, "one number of six digits"),
        ({"text": "{code} {code} {minutes}"}, "one number of six digits"),
        ({"text": "1{code} {minutes}"}, "one number of six digits"),
        ({"html": "<p>{code} {minutes} 9515550100</p>"}, "one number of six digits"),
        (
            {"html": '<p>{code} {minutes}</p><img src="https://x.example/{code}">'},
            "not inside a tag or a style",
        ),
        (
            {"html": "<style>p {background: url(//x.example/{code})}</style> {minutes}"},
            "not inside a tag or a style",
        ),
        ({"subject": "{code}"}, "in the text only"),
        ({"subject": "Call 9515550100"}, "in the text only"),
        ({"subject": " "}, "needs a subject"),
        ({"channel": "sms"}, "neither subject nor HTML"),
        ({"name": "password_reset", "channel": "sms", "subject": ""}, "by e-mail only"),
        ({"name": "password_reset", "text": "{code}"}, "Nothing stands for {code}"),
    ],
)
def test_a_bad_one_is_refused_with_the_reason(district, fields, said):
    with pytest.raises(ValidationError) as refused:
        template(**fields).full_clean()
    assert said in " ".join(refused.value.messages)


def test_the_tenants_own_help_phone_counts_too(district):
    Settings.objects.update(help_phone="9515550100")
    template().full_clean()
    with pytest.raises(ValidationError, match="one number of six digits"):
        template(text="{code} {minutes} {contact}").full_clean()


def test_one_for_each_message_and_channel(district):
    template().save()
    template(channel="sms", subject="").full_clean()
    with pytest.raises(ValidationError, match="already"):
        template().full_clean()
