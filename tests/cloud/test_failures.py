"""Everything that fails: an honest sentence, a failure in the trail, nothing changed here, no secret told."""

import logging
import re
import socket
from contextlib import ExitStack, suppress
from time import sleep

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from audit.models import Entry, Result
from directory import actions, outgoing
from directory.connectors import AuthorityError, Refused, Unreachable, errands, open_authority, slots
from directory.connectors.google import Workspace
from directory.connectors.graph import Entra
from directory.models import ConnectedDirectory, PhoneMethod, User
from tests.cloud import microsoft, workspace
from tests.cloud.conftest import allow
from tests.cloud.servers import Says, serving
from tests.directory.trail import last, outcomes

NEW = "Maple-Bridge-93"
RESET = "Reset password (by admin)"
UNKNOWN = "Whether it was done for %s is not known: please do it again later."


@pytest.fixture(params=["graph", "google"])
def vendor(request):
    """Each vendor, with `person`, whose password lives there; asked once before: it has given a token."""
    person = request.getfixturevalue({"graph": "sam", "google": "pia"}[request.param])
    server = request.getfixturevalue(request.param)
    server.person = person
    return server


def reset(vendor, by) -> AuthorityError:
    """Why a reset fails; then nothing is other than it was."""
    before = User.objects.filter(pk=vendor.person.pk).values().get()
    jobs = ProcrastinateJob.objects.count()
    with pytest.raises(AuthorityError) as caught:
        actions.reset_password(vendor.person, NEW, by=by)
    assert User.objects.filter(pk=vendor.person.pk).values().get() == before
    assert ProcrastinateJob.objects.count() == jobs
    assert outcomes(RESET)[-1] == Result.FAILURE
    assert Entry.objects.order_by("-activity_at")[0].result_reason == str(caught.value)
    return caught.value


def drip(handler) -> None:
    with suppress(OSError):
        while True:
            handler.wfile.write(b"H")
            sleep(0.02)


# What a teacher is never told: statuses, hosts, whose account and secret it is.
TECHNICAL = re.compile(r"\d|“|account or|secret|understand")
SERVERS_WORDS = {"error": {"code": "x", "message": f"you sent {NEW}", "errors": [{"message": NEW}]}}
# What the write is answered with; which kind of failure; what the sentence holds.
ANSWERS = [
    (Says(400, SERVERS_WORDS), Refused, "did not take this password, most likely because of its own rules"),
    (Says(401, SERVERS_WORDS), Refused, "does not accept the account or the secret of “Riverside"),
    (Says(403, SERVERS_WORDS), Refused, "does not let MyStaff do this for"),
    (Says(404, SERVERS_WORDS), Refused, "is not in"),
    (
        Says(429, headers={"Retry-After": "300"}),
        Unreachable,
        "is too busy. Please try again in a few minutes.",
    ),
    (Says(503, headers={"Retry-After": "Wed, 21 Oct 2099 07:28:00 GMT"}), Unreachable, "is too busy."),
    (Says(500, SERVERS_WORDS), Unreachable, "(500). Whether it was done for"),
    (Says(503, b"gateway"), Unreachable, "(503). Whether it was done for"),
    (Says(202, {}), Unreachable, "(202). Whether it was done for"),
    (Says(200, b"<html>nonsense"), Unreachable, "(200). Whether it was done for"),
    (Says(302, headers={"Location": "http://127.0.0.1:9/"}), Unreachable, "(302). Whether it was done for"),
    (Says(200, b"{" + b" " * outgoing.LARGEST + b"}"), Unreachable, "(200). Whether it was done for"),
    (Says(talks=lambda handler: None), Unreachable, "did not answer. Whether it was done for"),
]


@pytest.mark.parametrize(("says", "kind", "sentence"), ANSWERS)
def test_what_a_write_may_be_answered_with(vendor, by, says, kind, sentence, caplog):
    # The person is looked up first; where a token is refused it is asked for once more.
    vendor.script = [None, says, says]
    error = reset(vendor, by)
    assert type(error) is kind and sentence in str(error)
    assert not TECHNICAL.search(error.plain)
    assert NEW not in str(error) + error.plain + caplog.text and error.__cause__ is None
    assert vendor.signed_out == []


@pytest.mark.parametrize(
    "says", [Says(500), Says(200, b"[]"), Says(200, {}), Says(200, {"id": 7}), Says(302)]
)
def test_a_look_up_that_fails_has_changed_nothing_and_says_no_more(vendor, by, says):
    vendor.script = [says]
    error = reset(vendor, by)
    assert type(error) is Unreachable and "Whether it was done" not in str(error)
    assert len(vendor.deeds()) == 1


@pytest.mark.parametrize(
    ("says", "kind", "sentence"),
    [
        (
            Says(400, {"error": "invalid_grant", "x": NEW}),
            Refused,
            "does not accept the account or the secret",
        ),
        (Says(401, {"error": "invalid_client"}), Refused, "An administrator needs to look at this connected"),
        (Says(500), Unreachable, "does not understand (500)"),
        (Says(429, headers={"Retry-After": "300"}), Unreachable, "is too busy."),
        (Says(200, b"<html>"), Unreachable, "does not understand (200)"),
        (Says(200, {"access_token": 7}), Unreachable, "does not understand (200)"),
        (Says(200, {"access_token": "two\r\nlines"}), Unreachable, "does not understand (200)"),
        (Says(200, {"access_token": "x" * 20_000}), Unreachable, "does not understand (200)"),
        (Says(talks=lambda handler: None), Unreachable, "“127.0.0.1” did not answer."),
    ],
)
def test_without_a_token_nothing_is_asked(vendor, by, says, kind, sentence):
    vendor.token_script = [says]
    error = reset(vendor, by)
    assert type(error) is kind and sentence in str(error)
    assert "department" in error.plain or "too busy" in error.plain
    assert not TECHNICAL.search(error.plain)
    assert vendor.deeds() == []


def test_what_says_it_was_not_done_is_asked_again_once_the_wait_is_over(vendor, by):
    vendor.script = [None, Says(429, headers={"Retry-After": "0"}), Says(503, headers={"Retry-After": "0"})]
    actions.reset_password(vendor.person, NEW, by=by)
    assert outcomes(RESET) == [Result.SUCCESS]


@pytest.mark.parametrize(
    "says", [Says(500), Says(502), Says(503), Says(504), Says(talks=lambda handler: None)]
)
def test_what_may_have_been_done_is_not_done_twice(vendor, by, says):
    vendor.script = [None, says]
    reset(vendor, by)
    assert len([one for one in vendor.asked if NEW in one.text]) == 1


def test_one_that_drips_is_cut_off_at_the_limit_of_the_whole(vendor, by, monkeypatch):
    monkeypatch.setattr(errands, "CONNECTED", 0.7)
    vendor.script = [None, Says(talks=drip)]
    error = reset(vendor, by)
    assert type(error) is Unreachable
    assert str(error) == f"“127.0.0.1” did not answer. {UNKNOWN % vendor.person.first_name}"


def test_where_nobody_listens_nothing_can_have_been_done(vendor, by, monkeypatch):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    allow("127.0.0.1", port)
    for service in (Entra, Workspace):
        monkeypatch.setattr(service, "address", f"http://127.0.0.1:{port}/x")
    assert str(reset(vendor, by)) == "“127.0.0.1” did not answer."


def test_where_all_of_a_tenants_slots_are_taken_nothing_is_asked(vendor, by, monkeypatch):
    monkeypatch.setattr(slots, "WAIT", 0.01)
    with ExitStack() as taken:
        for _ in range(slots.MOST):
            taken.enter_context(slots.slot("Riverside"))
        assert "has too much to do" in str(reset(vendor, by))
    assert vendor.asked == []
    actions.reset_password(User.objects.get(pk=vendor.person.pk), NEW, by=by)


def test_a_wrong_certificate_gets_neither_secret_nor_password(vendor, by, trusted, monkeypatch):
    with serving(type(vendor)(), trusted) as other:
        allow("localhost", other.port)
        for service in (Entra, Workspace):
            monkeypatch.setattr(service, "token_address", f"https://localhost:{other.port}/token")
        monkeypatch.delenv("SSL_CERT_FILE")
        assert str(reset(vendor, by)) == "The certificate of “localhost” is not valid."
    assert other.asked == []


def test_a_host_inside_that_nobody_allowed_is_not_reached(vendor, by, monkeypatch):
    for service in (Entra, Workspace):
        monkeypatch.setattr(service, "token_address", f"https://127.0.0.2:{vendor.port}/token")
    assert "has no address that MyStaff may connect to" in str(reset(vendor, by))


def test_a_connection_is_tried_without_changing_anything(vendor):
    authority = open_authority(vendor.person)
    for _ in range(2):
        authority.probe()
    assert vendor.tokens_made == 2  # what was let in an hour ago says nothing
    assert {deed.partition(" ")[0] for deed in vendor.deeds()} == {"GET"}


@pytest.mark.parametrize(
    ("says", "kind", "sentence"),
    [
        (Says(403, SERVERS_WORDS), Refused, "lets MyStaff in, but not read who is there."),
        (Says(404), Unreachable, "does not understand (404)"),
        (Says(429, headers={"Retry-After": "300"}), Unreachable, "is too busy."),
        (Says(200, b"<html>"), Unreachable, "does not understand (200)"),
    ],
)
def test_a_connection_that_is_no_good_says_why(vendor, says, kind, sentence):
    vendor.script = [says]
    with pytest.raises(kind) as caught:
        open_authority(vendor.person).probe()
    assert sentence in str(caught.value)


@pytest.mark.parametrize(
    ("says", "why"),
    [(Says(403, SERVERS_WORDS), "status 403"), (Says(talks=lambda handler: None), "no answer")],
)
def test_sessions_that_do_not_end_stop_nothing_and_stand_in_the_trail(vendor, by, caplog, says, why):
    """The password is new by then: a failure here would keep it from whoever has to tell it."""
    vendor.script = [None, None, says]
    with caplog.at_level(logging.WARNING):
        actions.reset_password(vendor.person, NEW, by=by)
    assert outcomes(RESET) == [Result.SUCCESS]
    assert f"of person {vendor.person.pk} did not end: {why}" in caplog.text
    assert NEW not in caplog.text
    said = {one["key"]: one["value"] for one in last(RESET).additional_details}
    assert said["Sessions"].startswith("Not ended in ") and said["Sessions"].endswith(f" ({why})")


def test_a_number_that_is_refused_there_is_not_on_file_here(vendor, by):
    # Entra ID is asked for the numbers that are on file before one is set.
    before = 2 if isinstance(vendor, microsoft.Graph) else 1
    vendor.script = [None] * before + [Says(400, SERVERS_WORDS)]
    with pytest.raises(Refused, match="did not take this for"):
        actions.set_phone(vendor.person, "+14255550111", by=by)
    assert not PhoneMethod.objects.filter(user=vendor.person, number="+14255550111").exists()


def test_no_secret_password_or_token_stands_anywhere(vendor, by, caplog, capsys):
    """After resets that were done, refused and unknown: in entries, jobs, logs, and what was raised."""
    caplog.set_level(logging.DEBUG)
    said = []
    actions.reset_password(vendor.person, NEW, by=by)
    for says in (Says(400, SERVERS_WORDS), Says(401), Says(403), Says(500, SERVERS_WORDS), Says(200, b"<")):
        vendor.script = [None, says, says]
        person = User.objects.get(pk=vendor.person.pk)
        with pytest.raises(AuthorityError) as caught:
            actions.reset_password(person, NEW, by=by)
        said.append(f"{caught.value!r} {caught.value.__context__!r}")
    secrets = [NEW, microsoft.SECRET, workspace.secret()[100:140], *vendor.tokens]
    told = [*said, caplog.text, *capsys.readouterr()]
    told += [str(row) for model in (Entry, ProcrastinateJob) for row in model.objects.values()]
    assert len(secrets) >= 4
    assert [(secret, text) for secret in secrets for text in told if secret in text] == []


def test_nothing_of_the_stored_row_shows_the_secret(vendor):
    row = ConnectedDirectory.objects.get()
    assert str(row.secret) not in repr(row) + repr(vars(row))
