"""E-mail over a real server with STARTTLS and sign-in, and over a provider's interface."""

import json

import pytest

from directory.models import Message
from directory.notices import Deferred, Undeliverable
from directory.notifiers import mail
from directory.wordings import Finished
from mystaff.email_url import mail as from_url
from tests.messages import servers

HELLO = Finished("Grüße", "731946 is your code", "<p>731946</p>")
TO = "sam.home@example.org"


@pytest.fixture
def use(settings):
    """Send through this address, as MYSTAFF_EMAIL_URL names it."""

    def through(url: str) -> None:
        for name, value in from_url(url).items():
            setattr(settings, name, value)

    return through


@pytest.fixture
def server(trusted):
    with servers.mail_server(trusted, "school", "p@ss") as post:
        yield post


def test_over_starttls_after_signing_in(server, use):
    use(f"smtp://school:p%40ss@localhost:{server.port}?tls=1")
    mail.send(TO, HELLO)
    [content] = server.mails
    assert server.secured == [True]
    assert "To: sam.home@example.org" in content and "=?utf-8?" in content
    assert "multipart/alternative" in content and "<p>731946</p>" in content
    assert "Auto-Submitted: auto-generated" in content


@pytest.mark.parametrize("url", ["smtp://school:wrong@localhost:{}?tls=1", "smtp://localhost:{}?tls=1"])
def test_a_wrong_sign_in_can_be_mended_by_operators_and_is_tried_again(server, use, url):
    use(url.format(server.port))
    with pytest.raises(Deferred, match=r"^The mail server refused it \(53\d\)\.$"):
        mail.send(TO, HELLO)
    assert server.mails == []


def test_a_certificate_that_nobody_vouches_for_gets_no_password(server, use, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    use(f"smtp://school:p%40ss@localhost:{server.port}?tls=1")
    with pytest.raises(Deferred, match="did not answer"):
        mail.send(TO, HELLO)


@pytest.mark.parametrize(("code", "error"), [("550", Undeliverable), ("451", Deferred)])
def test_what_the_server_says_of_the_address_is_told_as_a_number(server, use, code, error):
    server.refuses = code
    use(f"smtp://school:p%40ss@localhost:{server.port}?tls=1")
    with pytest.raises(error) as refused:
        mail.send(TO, HELLO)
    assert str(refused.value) == f"The mail server refused it ({code})."
    assert refused.value.__cause__ is None and refused.value.__suppress_context__


def test_nobody_answers(server, use):
    use("smtp://localhost:9")
    with pytest.raises(Deferred, match="did not answer"):
        mail.send(TO, HELLO)


def test_through_a_provider(web, use):
    web.headers["Content-Type"] = "application/json"
    web.body = b'{"ErrorCode": 0, "Message": "OK", "To": "sam.home@example.org", "MessageID": "1"}'
    use(f"anymail+postmark://Token-1?api_url=http://127.0.0.1:{web.port}/")
    mail.send(TO, HELLO)
    [asked] = web.asked
    assert asked.headers["X-Postmark-Server-Token"] == "Token-1"
    sent = json.loads(asked.body)
    assert (sent["To"], sent["Subject"], sent["HtmlBody"]) == (TO, "Grüße", "<p>731946</p>")


@pytest.mark.parametrize(
    ("status", "error"), [(500, Deferred), (429, Deferred), (401, Deferred), (422, Undeliverable)]
)
def test_what_a_provider_says_is_told_as_a_number(web, use, status, error):
    web.status, web.body = status, b'{"ErrorCode": 10, "Message": "the code 731946 and Token-1"}'
    web.headers["Content-Type"] = "application/json"
    use(f"anymail+postmark://Token-1?api_url=http://127.0.0.1:{web.port}/")
    with pytest.raises(error) as refused:
        mail.send(TO, HELLO)
    assert "731946" not in str(refused.value) and "Token" not in str(refused.value)


def test_a_provider_that_does_not_answer(use):
    use("anymail+postmark://Token-1?api_url=http://127.0.0.1:9/")
    with pytest.raises(Deferred, match="provider did not answer"):
        mail.send(TO, HELLO)


def test_the_reason_stands_in_the_message(district, server, use):
    from directory import notices

    server.refuses = "550"
    use(f"smtp://school:p%40ss@localhost:{server.port}?tls=1")
    with pytest.raises(Undeliverable):
        notices.send(district.sam, "password_reset")
    assert Message.objects.get().reason == "The mail server refused it (550)."
