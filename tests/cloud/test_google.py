"""Google Workspace as an authority: what it is asked, judged by its description, and what is done there."""

from contextlib import nullcontext

import pytest

from audit.models import Result
from directory import actions
from directory.connectors import AuthorityError, Refused
from directory.connectors.google import FOR_READING, Google, Workspace
from directory.models import PhoneType, Source, User
from tests.cloud import workspace
from tests.directory.trail import outcomes

NEW = "Maple-Bridge-93"
RESET = "Reset password (by admin)"


def test_a_reset_is_seen_there_and_nothing_of_it_is_kept_here(google, pia, by):
    actions.reset_password(pia, NEW, by=by)
    there = google.users[pia.google_id]
    assert (there["password"], there["changePasswordAtNextLogin"]) == (NEW, True)
    assert google.signed_out == [pia.google_id]
    assert outcomes(RESET) == [Result.SUCCESS]
    assert not User.objects.get(pk=pia.pk).has_usable_password()


def test_a_password_they_chose_themselves_need_not_be_changed(google, pia, at_google):
    Google(at_google).set_password(pia, NEW, must_change=False)
    assert google.users[pia.google_id]["changePasswordAtNextLogin"] is False


def test_somebody_elses_alias_is_nobodys_name(google, pia, at_google):
    google.users[pia.google_id]["primaryEmail"] = "pia.hill@riverside.example"
    google.aliases[pia.user_principal_name] = pia.google_id
    with pytest.raises(Refused, match="^Pia is not in Google Workspace.$"):
        Google(at_google).set_password(pia, NEW, must_change=True)
    assert "password" not in google.users[pia.google_id]


@pytest.mark.parametrize(
    ("there", "done"),
    [("K.Moss@Riverside.Example", True), ("\u212a.moss@riverside.example", False), ("", False)],
)
def test_only_the_same_letters_are_the_same_name(google, pia, at_google, there, done):
    pia.user_principal_name = "k.moss@riverside.example"
    google.users[pia.google_id]["primaryEmail"] = there
    google.aliases[pia.user_principal_name] = pia.google_id
    with nullcontext() if done else pytest.raises(AuthorityError):
        Google(at_google).set_password(pia, NEW, must_change=True)
    assert ("password" in google.users[pia.google_id]) is done


def test_who_comes_from_there_is_asked_for_by_id(google, pia, at_google):
    Source.objects.create(key="google-people", name="Google", kind="google", directory=at_google)
    google.users[pia.google_id]["primaryEmail"] = "pia.hill@riverside.example"
    pia.source, pia.source_id = "google-people", pia.google_id
    Google(at_google).set_password(pia, NEW, must_change=True)
    assert google.users[pia.google_id]["password"] == NEW


def test_a_password_against_the_rules_there_is_refused_in_our_words(google, pia, by):
    kept = pia.password
    with pytest.raises(Refused, match="^Google Workspace did not take this password, most likely"):
        actions.reset_password(pia, "Ab1-xyz", by=by)
    assert outcomes(RESET) == [Result.FAILURE]
    assert google.signed_out == []
    assert User.objects.get(pk=pia.pk).password == kept


def test_an_administrator_there_is_out_of_reach(google, pia, by):
    google.administrators.add(pia.google_id)
    with pytest.raises(Refused, match="^Google Workspace does not let MyStaff do this for Pia.$"):
        actions.reset_password(pia, NEW, by=by)


def test_the_recovery_phone_is_the_mobile_number(google, at_google, pia):
    authority, there = Google(at_google), google.users[pia.google_id]
    authority.set_phone(pia, PhoneType.MOBILE, "+14255550100")
    assert there["recoveryPhone"] == "+14255550100"
    asked = len(google.asked)
    authority.set_phone(pia, PhoneType.OFFICE, "+14255550101")
    assert len(google.asked) == asked
    authority.set_phone(pia, PhoneType.MOBILE, None)
    assert "recoveryPhone" not in there


def test_the_recovery_address_is_the_alternate_one(google, at_google, pia):
    authority, there = Google(at_google), google.users[pia.google_id]
    authority.set_email(pia, "pia.home@example.org")
    assert there["recoveryEmail"] == "pia.home@example.org"
    authority.set_email(pia, None)
    assert "recoveryEmail" not in there


def test_unlocking_asks_nothing(google, pia, by):
    actions.unlock(pia, by=by)
    assert google.asked == []


def test_a_connection_that_only_reads_is_tried_with_the_scopes_for_reading(google, at_google):
    google.granted = set(FOR_READING)
    with pytest.raises(Refused, match="does not accept the account"):
        Google(at_google).probe()
    at_google.writes_passwords = False
    Google(at_google).probe()


@pytest.mark.parametrize("missing", ["admin.directory.user", "admin.directory.user.security"])
def test_without_a_scope_nothing_is_done(google, pia, at_google, missing):
    google.granted.discard(missing)
    with pytest.raises(Refused, match="Google Workspace does not accept the account or the secret"):
        Google(at_google).set_password(pia, NEW, must_change=True)
    assert google.deeds() == []


@pytest.mark.parametrize(
    "spoil", [lambda key: "no key", lambda key: key[:200], lambda key: key.replace("A", "B")]
)
def test_a_key_that_is_none_is_a_sentence_for_an_admin(google, pia, at_google, spoil):
    at_google.secret = spoil(workspace.secret())
    with pytest.raises(
        Refused, match="An administrator needs to look at this connected directory.$"
    ) as caught:
        Google(at_google).set_email(pia, None)
    assert caught.value.__cause__ is None and caught.value.__suppress_context__


def test_a_key_as_it_stands_in_googles_file_is_taken(google, pia, at_google):
    at_google.secret = workspace.secret().replace("\n", "\\n")
    Google(at_google).set_email(pia, "pia.home@example.org")
    assert google.tokens_made == 1


def test_the_real_addresses():
    description = workspace.DESCRIPTION.document
    assert Workspace.address == f"{description['rootUrl']}admin/directory/v1"
    assert Workspace.token_address == "https://oauth2.googleapis.com/token"
