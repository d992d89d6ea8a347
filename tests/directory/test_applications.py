"""Keys and tokens of applications, from the command line and by themselves."""

from datetime import timedelta
from io import StringIO

import pytest
from allauth.idp.oidc.models import Token
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from directory import actions, roles, schedule, signing_keys
from directory.door import Denied, Initiator
from directory.models import Application, Group, SigningKey, User
from tenants import scopes
from tests.conftest import assign
from tests.directory.trail import last


@pytest.fixture
def library(district) -> Application:
    application = Application(name="Library", redirect_uris="https://library.example/back")
    actions.add_application(application, by=Initiator(district.admin))
    return application


def test_its_group_is_changed_by_those_who_change_what_power_hangs_on(district, library):
    group = Group.objects.create(name="Readers")
    actions.update_application(library, {"group": group}, by=Initiator(district.admin))
    assign(district.omar, roles.GROUPS)
    with pytest.raises(Denied):
        actions.add_group_member(group, district.sam, by=Initiator(User.objects.get(pk=district.omar.pk)))
    actions.add_group_member(group, district.sam, by=Initiator(district.admin))


def rotate(*args: str) -> str:
    out = StringIO()
    call_command("rotate_signing_key", *args, stdout=out)
    return out.getvalue()


def test_a_second_application_shares_the_key(district, library):
    actions.add_application(
        Application(name="Games", redirect_uris="https://games.example/"), by=Initiator(district.admin)
    )
    assert SigningKey.objects.count() == 1


def test_the_key_is_sealed_and_rotate_keys_seals_it_anew(library, settings):
    def stored() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pem FROM directory_signingkey")
            return cursor.fetchone()[0]

    before, pem = stored(), str(SigningKey.objects.get().pem)
    assert before.startswith("1.") and "BEGIN" not in before
    settings.MYSTAFF_ENCRYPTION_KEYS = ["n" * 50, *settings.MYSTAFF_ENCRYPTION_KEYS]
    call_command("rotate_keys", stdout=StringIO())
    settings.MYSTAFF_ENCRYPTION_KEYS = ["n" * 50]
    assert stored() != before
    assert str(SigningKey.objects.get().pem) == pem


def test_a_key_is_rotated_from_the_command_line(district, library):
    old = SigningKey.objects.get()
    assert rotate("riverside", "--by", "admin@riverside.example") == "riverside: a new key signs.\n"
    new, still = signing_keys.published()
    assert (still.pk, new.retires_at) == (old.pk, None)
    assert still.retires_at > timezone.now() + timedelta(hours=23)
    assert last("Update signing key").actor_name == "Ada Rivers"
    rotate("riverside", "--at-once")
    assert SigningKey.objects.count() == 1
    assert "PRIVATE" not in str(last("Update signing key").additional_details)


def test_whoever_may_not_rotates_nothing(district, library):
    old = SigningKey.objects.get()
    with pytest.raises(CommandError, match="may not do this"):
        rotate("riverside", "--by", "helen.park@riverside.example")
    assert SigningKey.objects.get() == old
    with pytest.raises(CommandError, match="no tenant"):
        rotate("nowhere")


def test_what_is_over_is_deleted_in_every_tenant(district, lake, library):
    now = timezone.now()
    made = {"client_id": library.pk, "user": district.sam, "data": {}}
    Token.objects.create(type="at", hash="over", expires_at=now - timedelta(seconds=1), **made)
    Token.objects.create(type="at", hash="good", expires_at=now + timedelta(minutes=1), **made)
    rotate("riverside")
    SigningKey.objects.exclude(retires_at=None).update(retires_at=now - timedelta(seconds=1))
    with scopes.scope(None):
        schedule.clear_tokens(timestamp=0)
    assert Token.objects.get().hash == "good"
    assert SigningKey.objects.get().retires_at is None
