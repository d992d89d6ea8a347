"""The demo's message viewer."""

from datetime import datetime

from django.test import Client

from directory.models import OutboxMessage


def fill(district, lake) -> None:
    OutboxMessage.objects.create(channel="email", to="a@example.org", subject="First", body="One")
    with lake.tenant.scope():
        OutboxMessage.objects.create(channel="sms", to="+14255550100", body="<b>Two</b>")


def test_it_shows_every_tenants_messages_newest_first(district, lake):
    fill(district, lake)
    found = Client().get("/outbox/?format=json").json()
    assert [message["to"] for message in found] == ["+14255550100", "a@example.org"]
    assert found[0] | {"at": ""} == {
        "at": "",
        "channel": "sms",
        "to": "+14255550100",
        "subject": "",
        "body": "<b>Two</b>",
    }
    at = datetime.fromisoformat(found[0]["at"].replace("Z", "+00:00"))
    assert at.utcoffset().total_seconds() == 0


def test_what_people_wrote_is_text_and_no_markup(district, lake):
    fill(district, lake)
    page = Client().get("/outbox/").content.decode()
    assert "&lt;b&gt;Two&lt;/b&gt;" in page


def test_it_answers_this_machine_only(district):
    assert Client(REMOTE_ADDR="192.0.2.7").get("/outbox/").status_code == 404


def test_it_is_not_there_inside_a_tenant(district):
    assert Client().get("/riverside/outbox/").status_code == 404
