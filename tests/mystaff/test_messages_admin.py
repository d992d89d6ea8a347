"""The admin of messages: settings whose secret never comes out again, words, and what became of each."""

import pytest

from audit.models import Entry, Result
from directory import notices, roles
from directory.models import Message, MessageTemplate, OutboxMessage, TextSettings
from directory.notices import Undeliverable
from tenants.models import AllowedHost, operators
from tests.conftest import assign, make_person
from tests.mystaff.test_admin import form

PAGES = "/riverside/admin/directory"
TEXTS, TEMPLATES, MESSAGES = f"{PAGES}/textsettings/", f"{PAGES}/messagetemplate/", f"{PAGES}/message/"
SECRET = "hunter2-and-more"
SMPP = {"gateway": "smpp", "host": "smsc.example", "account": "school", "secret": SECRET, "sender": "School"}


@pytest.fixture
def admin(district, sign_in):
    return sign_in(district.admin)


def page(admin) -> str:
    return admin.get(TEXTS).headers["Location"]


def save(admin, **fields):
    where = page(admin)
    return admin.post(where, form(admin.get(where)) | fields)


def errors(response) -> str:
    return " ".join(str(response.context["adminform"].form.errors).split())


def trail(activity: str = "Update text message settings") -> Entry:
    return Entry.objects.get(activity=activity, result=Result.SUCCESS)


def test_settings_are_saved_through_the_door_and_the_secret_stays_inside(admin):
    response = save(admin, **SMPP)
    assert response.status_code == 302, errors(response)
    row = TextSettings.objects.get()
    assert (row.gateway, row.secret, row.recipients) == ("smpp", SECRET, "staff")
    shown = admin.get(page(admin)).content.decode()
    assert SECRET not in shown and "A secret is stored." in shown
    changed = {change["name"]: change["newValue"] for change in trail().modified_properties}
    assert changed["host"] == "smsc.example" and changed["secret"] == "(not shown)"
    assert SECRET not in str(list(Entry.objects.values()))


def test_an_empty_field_keeps_the_secret(admin):
    save(admin, **SMPP)
    assert save(admin, daily_limit="9").status_code == 302
    row = TextSettings.objects.get()
    assert (row.secret, row.daily_limit) == (SECRET, 9)


@pytest.mark.parametrize(
    "changed",
    [
        {"host": "evil.example"},
        {"port": "2776"},
        {"tls": ""},
        {"gateway": "http", "url": "https://evil.example/", "body": "{to} {text} {secret}"},
        {"body": "{to} {text} {secret}"},
    ],
)
def test_whoever_changes_where_it_goes_must_know_it(admin, changed):
    save(admin, **SMPP)
    refused = save(admin, **changed)
    assert refused.status_code == 200 and "Type the secret again" in errors(refused)
    assert TextSettings.objects.get().host == "smsc.example"
    assert save(admin, **changed, secret="another").status_code == 302
    assert TextSettings.objects.get().secret == "another"


def test_with_no_gateway_the_secret_is_forgotten(admin):
    save(admin, **SMPP)
    assert save(admin, gateway="").status_code == 302
    assert TextSettings.objects.get().secret == ""


def test_without_a_key_it_says_what_operators_must_do(admin, settings):
    settings.MYSTAFF_ENCRYPTION_KEYS = None
    refused = save(admin, **SMPP)
    assert "MYSTAFF_ENCRYPTION_KEYS is not set" in errors(refused)
    assert not TextSettings.objects.exists()


def test_what_is_typed_into_address_headers_and_body_is_not_in_the_trail(admin):
    data = {"gateway": "http", "url": "https://sms.example/?key=typed", "body": "{to} {text} typed"}
    assert save(admin, **data, headers="X-Key: typed").status_code == 302
    assert "typed" not in str(list(Entry.objects.values()))


# The test text


def test_a_test_text_saves_and_is_sent_by_the_worker(admin):
    response = save(admin, test_number="425 555 0177", _test="1")
    assert response.headers["Location"] == MESSAGES
    message = Message.objects.get()
    assert (message.channel, message.to, message.name) == ("sms", "+14255550177", "test")
    assert trail("Send test text").target_name == "•••77"
    notices.deliver(message)
    assert OutboxMessage.objects.get().body == (
        "This is a test of Riverside Unified School District. It arrived."
    )


def test_it_goes_to_whom_texts_do_not_go_but_not_to_every_country(admin):
    save(admin, test_number="+49 1511 2345678", _test="1")
    with pytest.raises(Undeliverable, match="country"):
        notices.deliver(Message.objects.get())


@pytest.mark.parametrize("typed", ["", "12", "abc"])
def test_a_test_needs_a_number(admin, typed):
    response = save(admin, test_number=typed, _test="1")
    assert response.status_code == 200 and "test_number" in errors(response)
    assert not Message.objects.exists()


def test_a_plain_save_sends_nothing(admin):
    assert save(admin, test_number="425 555 0177").status_code == 302
    assert not Message.objects.exists()


# Words


def test_a_template_is_saved_and_used(district, admin, mailoutbox):
    data = {
        "name": "password_reset",
        "channel": "email",
        "subject": "Neu",
        "text": "Hallo {name}",
        "html": "",
    }
    response = admin.post(f"{TEMPLATES}add/", data)
    assert response.status_code == 302, errors(response)
    assert trail("Update message template").modified_properties
    notices.send(district.sam, "password_reset")
    assert (mailoutbox[0].subject, mailoutbox[0].body) == ("Neu", "Hallo Sam")


def test_a_bad_one_is_refused_with_the_reason(admin):
    data = {"name": "code", "channel": "sms", "subject": "", "text": "{code} {password}", "html": ""}
    assert "Nothing stands for {password}" in errors(admin.post(f"{TEMPLATES}add/", data))
    assert not MessageTemplate.objects.exists()


def test_html_and_placeholders_of_a_template_are_shown_as_text(admin):
    MessageTemplate.objects.create(name="test", subject="<b>x</b>", text="</textarea><script>", html="<i>")
    for where in (TEMPLATES, f"{TEMPLATES}{MessageTemplate.objects.get().pk}/change/"):
        text = admin.get(where).content.decode()
        assert "<b>x" not in text and "</textarea><script>" not in text


# What became of them


def test_messages_are_shown_with_their_reason_and_without_their_address(district, admin):
    with pytest.raises(Undeliverable):
        notices.send_to("sms", "+14255550199", "code", district.nora, code="731946", minutes=5)
    notices.send_to("email", "nora@home.example", "code", district.nora, code="731946", minutes=5)
    waiting = Message.objects.create(channel="sms", to="+14255550100", name="test", person=district.sam)
    for where in (MESSAGES, f"{MESSAGES}{waiting.pk}/change/"):
        text = admin.get(where).content.decode()
        assert "•••00" in text and "4255550" not in text and "731946" not in text
    text = admin.get(MESSAGES).content.decode()
    assert "Texts go to staff only." in text and "n•••@home.example" in text and "Nora Field" in text
    assert "staff only" not in admin.get(f"{MESSAGES}?state__exact=sent").content.decode()


@pytest.mark.parametrize("asked", ["to__startswith=sam", "to=sam.home%40example.org", "reason__regex=.*"])
def test_what_is_not_shown_is_not_asked_for_either(district, sign_in, asked):
    Message.objects.create(channel="email", to="sam.home@example.org", name="test", person=district.sam)
    reader = make_person("reader@riverside.example", "Rita Adams")
    assign(reader, roles.GLOBAL_READER)
    assert sign_in(reader).get(f"{MESSAGES}?{asked}").status_code == 400


def test_they_cannot_be_touched(district, admin):
    row = Message.objects.create(channel="sms", to="+14255550100", name="test", person=district.sam)
    assert admin.post(f"{MESSAGES}{row.pk}/change/", {"state": "sent"}).status_code == 403
    assert admin.post(f"{MESSAGES}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    assert admin.get(f"{MESSAGES}add/").status_code == 403


def test_the_list_asks_as_often_for_fifty_as_for_one(district, admin):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert admin.get(MESSAGES).status_code == 200
        return len(asked)

    Message.objects.create(channel="email", to="a@x.example", name="test", person=district.sam)
    count()  # the first notes where the session is used from
    one = count()
    people = [district.sam, district.nora, district.tom, district.pia, district.omar] * 10
    for person in people:
        Message.objects.create(channel="email", to="a@x.example", name="test", person=person)
    assert count() == one


# Who may


@pytest.mark.parametrize("where", [f"{TEXTS}add/", TEXTS, TEMPLATES, f"{TEMPLATES}add/"])
def test_only_a_global_administrator_may_change_them(district, admin, sign_in, where):
    reader = make_person("rita@riverside.example", "Rita Reader")
    assign(reader, roles.GLOBAL_READER)
    assert admin.get(where, follow=True).status_code == 200
    assert sign_in(reader).get(where).status_code == 403
    assert sign_in(district.helen).get(where).status_code == 403


def test_a_global_reader_reads_the_messages(district, sign_in):
    reader = make_person("rita@riverside.example", "Rita Reader")
    assign(reader, roles.GLOBAL_READER)
    assert sign_in(reader).get(MESSAGES).status_code == 200
    assert sign_in(district.helen).get(MESSAGES).status_code == 403


def test_operators_allow_a_host_for_one_tenant(district, operator, sign_in):
    desk = sign_in(operator)
    data = {"host": "SMS.school.example", "port": "8443", "tenant": str(district.tenant.pk)}
    assert desk.post("/admin/tenants/allowedhost/add/", data).status_code == 302
    assert str(AllowedHost.objects.get()) == "sms.school.example:8443"
    with operators().scope():
        assert Entry.objects.filter(result=Result.SUCCESS).exists()
    assert sign_in(district.admin).get("/riverside/admin/tenants/allowedhost/").status_code == 404


def test_a_tenant_cannot_allow_itself_a_host(district):
    from django.db import DatabaseError, transaction

    with pytest.raises(DatabaseError), transaction.atomic():
        AllowedHost.objects.create(host="127.0.0.1", port=80, tenant=district.tenant)
