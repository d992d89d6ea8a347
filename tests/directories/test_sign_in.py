"""Signing in with a password that lives in a directory: checked there, by a bind, and counted here."""

import pytest
from django.test import Client

from audit.models import Entry
from directory import actions, lockout
from directory.connectors.checking import Verdict
from directory.connectors.ldap import ActiveDirectory
from directory.connectors.ldap.people import ask
from directory.door import Initiator
from directory.models import SignInCount, User
from tests.conftest import make_person
from tests.directories.conftest import allow, lives_at
from tests.directories.samba import LINCOLN
from tests.mystaff.factors.totp import give_app
from tests.mystaff.test_selfservice import words

OLD, NEW = "Copper-Lantern-47", "Maple-Bridge-93"
ZOE, NOBODY = "zoe.ray@riverside.example", "nobody@riverside.example"
LATER = "Passwords cannot be checked now. Try again in a few minutes."
WRONG = "The username or the password is not right."


@pytest.fixture
def zoe(district, domain, ad):
    person = lives_at("ad", ZOE, district.lincoln_students)
    person.dn = domain.add("zoe.ray", LINCOLN, OLD)
    yield person
    domain.remove(person.dn)


def try_to(name: str = ZOE, password: str = OLD, browser: Client | None = None):
    return (browser or Client()).post("/riverside/sign-in/", {"login": name, "password": password})


def take_down(ad) -> None:
    """Let it stand at a port where nothing answers."""
    host = ad.servers.rpartition(":")[0]
    allow(ad.tenant, host, 637)
    ad.servers = f"{host}:637"
    ad.save()


def fresh(person: User) -> User:
    return User.objects.get(pk=person.pk)


def test_the_directorys_password_opens_and_no_other(zoe):
    browser = Client()
    assert WRONG in words(try_to(password=NEW))
    assert try_to(browser=browser).headers["Location"] == "/riverside/account/"
    assert browser.get("/riverside/account/").status_code == 200
    assert not fresh(zoe).has_usable_password()


def test_an_old_hash_that_was_left_here_opens_nothing(zoe):
    """Wherever it came from: the password lives elsewhere."""
    zoe.set_password("Left-Over-Hash-1")
    zoe.save()
    assert WRONG in words(try_to(password="Left-Over-Hash-1"))


@pytest.mark.parametrize("password", ["", " ", "\0"])
def test_an_empty_password_never_binds(zoe, password):
    browser = Client()
    assert try_to(password=password, browser=browser).status_code != 302
    assert browser.get("/riverside/account/").status_code == 302


def test_nor_does_one_that_reaches_the_link(domain, ad, zoe):
    """Servers take a bind without a password for an anonymous one, and say yes."""
    outcomes = ask(ad, lambda link: [link.bind(zoe.dn, text) for text in ("", "\0", "\0x")])
    assert [outcome.is_done for outcome in outcomes] == [False] * 3


def test_who_is_switched_off_there_or_here_hears_what_everybody_hears(domain, zoe):
    domain.set(zoe.dn, userAccountControl="514")
    assert WRONG in words(try_to())
    domain.set(zoe.dn, userAccountControl="512")
    User.objects.filter(pk=zoe.pk).update(is_active=False)
    assert WRONG in words(try_to())


def test_who_must_change_there_changes_here(domain, zoe):
    domain.set(zoe.dn, pwdLastSet="0")
    assert WRONG in words(try_to(password=NEW))
    browser = Client()
    assert try_to(browser=browser).status_code == 302
    assert browser.get("/riverside/account/").headers["Location"] == "/riverside/update-password/"
    new = {"new_password": NEW, "confirm_new_password": NEW}
    assert browser.post("/riverside/update-password/", new).headers["Location"] == "/riverside/account/"
    assert domain.lets_in(zoe.dn, NEW)
    assert not fresh(zoe).must_change_password
    assert try_to(password=NEW).status_code == 302


def test_a_temporary_password_travels_all_the_way(district, domain, zoe):
    """Reset by a manager, used once, replaced."""
    actions.reset_password(zoe, NEW, by=Initiator(district.maria))
    browser = Client()
    assert try_to(password=NEW, browser=browser).status_code == 302
    assert browser.get("/riverside/account/").headers["Location"] == "/riverside/update-password/"


def test_what_was_changed_at_a_computer_there_is_due_no_more(zoe):
    User.objects.filter(pk=zoe.pk).update(must_change_password=True)
    browser = Client()
    try_to(browser=browser)
    assert browser.get("/riverside/account/").status_code == 200


def test_where_nothing_is_written_they_are_sent_to_where_it_is(domain, ad, zoe):
    ad.writes_passwords = False
    ad.save()
    domain.set(zoe.dn, pwdLastSet="0")
    assert "Your password has to be changed first." in words(try_to())
    assert WRONG in words(try_to(password=NEW))


def test_tries_count_as_everywhere(domain, zoe):
    for number in range(lockout.MOST):
        answer = try_to(password=f"Wrong-{number}")
    assert "too many wrong tries" in words(answer)
    assert "too many wrong tries" in words(try_to())  # the right one is not looked at


def test_a_directory_that_is_down_is_no_wrong_password(ad, zoe):
    take_down(ad)
    assert LATER in words(try_to())
    assert LATER in words(try_to(password=NEW))
    assert not SignInCount.objects.exists()


def test_nor_is_one_that_lets_our_account_in_no_more(ad, zoe, caplog):
    caplog.set_level("WARNING")
    ad.secret = "changed meanwhile"
    ad.save()
    assert LATER in words(try_to())
    assert "Riverside AD does not let MyStaff’s own account in." in caplog.text
    assert OLD not in caplog.text and "changed meanwhile" not in caplog.text


def test_nor_is_a_secret_that_cannot_be_read_any_more(zoe, ad, settings):
    settings.MYSTAFF_ENCRYPTION_KEYS = ["another-key-that-never-encrypted-anything-here"]
    assert LATER in words(try_to())


def test_while_it_is_down_names_that_nobody_has_sound_like_those_of_people(ad, zoe):
    """Some like its people, others like people of this database; each the same each time."""
    make_person("local.one@riverside.example", "Local One")
    take_down(ad)
    said = {name: LATER in words(try_to(name)) for name in [f"nobody{n}@riverside.example" for n in range(9)]}
    assert set(said.values()) == {True, False}
    assert {name: LATER in words(try_to(name)) for name in said} == said


def test_what_is_typed_for_nobody_stays_with_us(domain, ad):
    """A name that is known there and not here cannot be tried, nor be locked, through us."""
    dn = domain.add("secretary", LINCOLN, OLD)
    try:
        assert ActiveDirectory(ad).check_nobody("secretary@riverside.example") is Verdict.WRONG
        assert domain.get(dn, "badPwdCount")["badPwdCount"] in ([], [b"0"])
    finally:
        domain.remove(dn)


def test_passwords_are_checked_only_where_that_is_switched_on(ad, zoe):
    for field in ("enabled", "checks_passwords"):
        setattr(ad, field, False)
        ad.save()
        assert WRONG in words(try_to())
        setattr(ad, field, True)


def test_a_second_factor_is_asked_for_all_the_same(district, zoe):
    give_app(zoe)
    browser = Client()
    assert "second" in try_to(browser=browser).headers["Location"]
    assert browser.get("/riverside/account/").status_code == 302


def test_confirming_and_changing_ask_the_directory_too(domain, zoe):
    browser = Client()
    try_to(browser=browser)
    page = browser.get("/riverside/confirm/")
    assert 'name="password"' in page.content.decode()
    assert "This is not your password." in words(browser.post("/riverside/confirm/", {"password": NEW}))
    assert browser.post("/riverside/confirm/", {"password": OLD}).status_code == 302
    change = {"current_password": OLD, "new_password": NEW, "confirm_new_password": NEW}
    answer = browser.post("/riverside/account/password/", change | {"current_password": NEW})
    assert "This is not your current password." in words(answer)
    assert browser.post("/riverside/account/password/", change).status_code == 302
    assert domain.lets_in(zoe.dn, NEW)
    assert browser.get("/riverside/account/").status_code == 200  # this session stays


def test_no_password_reaches_a_log_or_the_trail(zoe, caplog):
    caplog.set_level(0)
    try_to()
    try_to(password="Wrong-Guess-55")
    for secret in (OLD, "Wrong-Guess-55"):
        assert secret not in caplog.text
        assert secret not in str(list(Entry.objects.values()))
