"""A local provider's gateway over HTTP: what it is sent, and what of its answer is told."""

import json
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from directory import notices
from directory.models import Message, TextSettings
from directory.notices import Deferred, Undeliverable
from directory.notifiers import filling

TO, CODE = "+14255550100", "731946"


@pytest.fixture
def gateway(texts, web, allow):
    """The tenant's settings for the server on loopback."""
    allow("127.0.0.1", web.port)

    def make(path: str = "/send", **fields) -> TextSettings:
        defaults = {"gateway": "http", "account": "school", "secret": "s3cret"}
        url = f"http://127.0.0.1:{web.port}{path}"
        row = texts(**defaults | {"url": url, "body": "{to} {text}"} | fields)
        row.full_clean()
        return row

    return make


def send(district) -> None:
    notices.send_to("sms", TO, "code", district.sam, code=CODE, minutes=5)


def test_json(district, gateway, web):
    headers = "Content-Type: application/json\nAuthorization: Bearer {secret}\n"
    gateway(headers=headers, body='{"to": "{to}", "from": "{from}", "message": {"text": "{text}"}}')
    send(district)
    [asked] = web.asked
    assert (asked.method, asked.path) == ("POST", "/send")
    assert asked.headers["Authorization"] == "Bearer s3cret"
    sent = json.loads(asked.body)
    assert (sent["to"], sent["from"]) == (TO, "+14255550111")
    assert sent["message"]["text"].startswith(f"{CODE} is your code")
    assert Message.objects.get().state == "sent"


def test_a_form(district, gateway, web):
    headers = "content-type: application/x-www-form-urlencoded\nAuthorization: Basic {basic}"
    gateway(headers=headers, body="to={to}&text={text}", method="PUT")
    send(district)
    [asked] = web.asked
    assert asked.method == "PUT"
    assert asked.headers["Authorization"] == "Basic c2Nob29sOnMzY3JldA=="
    assert parse_qs(asked.body)["to"] == [TO]


def test_everything_in_the_address(district, gateway, web):
    gateway("/send?key={secret}&to={to}&n={digits}&text={text}", method="GET", body="")
    send(district)
    query = parse_qs(urlsplit(web.asked[0].path).query)
    assert (query["key"], query["to"], query["n"]) == (["s3cret"], [TO], ["14255550100"])
    assert web.asked[0].body == ""


@given(st.text())
def test_every_value_comes_out_as_it_went_in(text):
    def made(kind: str, body: str) -> str:
        row = TextSettings(headers=f"Content-Type: {kind}", body=body, url="https://x.example/?t={text}")
        return filling.body(row, filling.values(row, TO, text))

    assert json.loads(made("application/json", '{"t": "{text}"}')) == {"t": text}
    encodable = text.encode("utf-8", "replace").decode()
    row = TextSettings(url="https://x.example/?t={text}&u=1")
    found = parse_qs(filling.url(row, filling.values(row, TO, encodable)).partition("?")[2], True)
    assert found["t"] == [encodable] and found["u"] == ["1"]


def test_values_start_no_header_and_close_no_tag():
    row = TextSettings(headers="X: {secret}\nContent-Type: text/xml", body="<t>{text}</t>")
    row.secret = "a\r\nEvil: 1"
    given_values = filling.values(row, TO, '</t><evil a="1">&')
    assert filling.headers(row, given_values)["X"] == "aEvil: 1"
    assert filling.body(row, given_values) == "<t>&lt;/t&gt;&lt;evil a=&quot;1&quot;&gt;&amp;</t>"


def test_a_text_that_names_a_placeholder_gets_no_secret(district, gateway, web):
    gateway()
    district.sam.given_name = "{secret}"
    notices.send_to("sms", TO, "password_recovered", district.sam)
    row = TextSettings(body="{text}", secret="s3cret")
    assert "s3cret" not in web.asked[0].body
    assert filling.body(row, filling.values(row, TO, "{secret} {to}")) == "{secret} {to}"


@pytest.mark.parametrize(
    ("status", "error", "said"),
    [
        (500, Deferred, "refused it (500)"),
        (429, Deferred, "refused it (429)"),
        (400, Undeliverable, "refused it (400)"),
        (401, Undeliverable, "refused it (401)"),
        (302, Undeliverable, "refused it (302)"),
    ],
)
def test_a_refusal_is_told_as_a_number(district, gateway, web, status, error, said):
    web.status, web.body, web.headers = status, f"{CODE} s3cret".encode(), {"Location": "http://evil.example"}
    gateway()
    with pytest.raises(error):
        send(district)
    reason = Message.objects.get().reason
    assert said in reason and CODE not in reason and "s3cret" not in reason


def test_an_answer_of_200_without_the_expected_text_is_a_refusal(district, gateway, web):
    row = gateway(expected="queued")
    web.body = b"no credit for 731946"
    with pytest.raises(Undeliverable):
        send(district)
    assert Message.objects.get().reason == "The gateway’s answer does not hold the expected text."
    web.body = b"status=queued"
    send(district)
    row.expected = ""
    row.save()
    send(district)


def test_a_host_that_nobody_allowed_is_not_asked(district, gateway, web):
    from tenants.models import AllowedHost, operators

    gateway()
    with operators().scope():
        AllowedHost.objects.all().delete()
    with pytest.raises(Undeliverable):
        send(district)
    assert web.asked == [] and "https only" in Message.objects.get().reason


def test_one_that_does_not_answer_is_tried_again(district, gateway, web):
    gateway()
    web.talks = lambda handler: handler.connection.close()
    with pytest.raises(Deferred):
        send(district)
    assert Message.objects.get().state == "waiting"


# What can be saved

GOOD = {"gateway": "http", "url": "https://sms.example/send", "body": "{to} {text}"}


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"url": ""}, "url"),
        ({"url": "ftp://sms.example/"}, "url"),
        ({"url": "https://{secret}.evil.example/"}, "url"),
        ({"url": "https://user:key@sms.example/"}, "url"),
        ({"url": "https://sms.example:x/"}, "url"),
        ({"url": "https://sms.example/{password}"}, "url"),
        ({"url": "https://sms.example/a b"}, "url"),
        ({"body": "{to}"}, "body"),
        ({"body": "{to} {text} {code}"}, "body"),
        ({"headers": "Content-Type: application/json", "body": '{"to": {to}, "t": {text}}'}, "body"),
        ({"headers": "no colon"}, "headers"),
        ({"headers": "Host: evil.example"}, "headers"),
        ({"headers": "Authorization: Bearer typed-in-clear"}, "headers"),
        ({"headers": "X: {unknown}"}, "headers"),
        ({"gateway": "twilio", "account": "x"}, "account"),
        ({"gateway": "twilio"}, "secret"),
        ({"gateway": "smpp"}, "host"),
        ({"countries": "XX"}, "countries"),
        ({"sender": "a name that is much too long"}, "sender"),
    ],
)
def test_what_cannot_work_is_refused(district, fields, field):
    with pytest.raises(ValidationError) as refused:
        TextSettings(**GOOD | fields).full_clean()
    assert field in refused.value.message_dict


def test_countries_are_written_in_one_way(district):
    row = TextSettings(**GOOD | {"countries": " us,ca;  de "})
    row.full_clean()
    assert row.countries == "US CA DE"
