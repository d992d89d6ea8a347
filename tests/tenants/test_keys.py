"""Secrets at rest: readable in their own place only, under any key of the ring, never shown by accident."""

from io import StringIO

import pytest
from django.core.exceptions import FieldError
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.forms import modelform_factory
from hypothesis import given
from hypothesis import strategies as st

from directory.models import TextSettings
from tenants import keys

SECRET = "hunter2-and-more"
OLD, NEW = "o1d-" * 8 + "abcdef", "n3w-" * 8 + "abcdef"


def raw(statement: str = "SELECT secret FROM directory_textsettings", *values: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0] if cursor.description else ""


@pytest.fixture
def stored(two) -> TextSettings:
    with two[0].scope():
        yield TextSettings.objects.create(secret=SECRET)


@given(st.text(min_size=1))
def test_what_is_sealed_comes_out_as_it_was(text):
    sealed = keys.seal(text, "here")
    assert keys.unseal(sealed, "here") == text
    assert sealed != keys.seal(text, "here")


def test_the_column_does_not_hold_it(stored):
    assert SECRET not in raw() and raw().startswith("1.")
    assert TextSettings.objects.get().secret == SECRET


def test_copied_into_another_tenants_row_it_is_not_readable(stored, two):
    sealed = raw()
    with two[1].scope():
        TextSettings.objects.create()
        raw("UPDATE directory_textsettings SET secret = %s", sealed)
        with pytest.raises(keys.Undecryptable):
            TextSettings.objects.get()


def test_copied_into_another_column_or_changed_it_is_not_readable(two):
    sealed = keys.seal(SECRET, f"{two[0].pk}/directory_textsettings.secret")
    for other in (f"{two[0].pk}/directory_textsettings.body", f"{two[1].pk}/directory_textsettings.secret"):
        with pytest.raises(keys.Undecryptable):
            keys.unseal(sealed, other)
    flipped = sealed[:-6] + ("AAAAAA" if not sealed.endswith("AAAAAA") else "BBBBBB")
    for broken in (flipped, sealed[:40], "2" + sealed[1:], "x", "1.2.3"):
        with pytest.raises(keys.Undecryptable):
            keys.unseal(broken, f"{two[0].pk}/directory_textsettings.secret")


def test_every_key_reads_and_the_newest_writes(two, settings):
    settings.MYSTAFF_ENCRYPTION_KEYS = [OLD]
    with two[0].scope():
        row = TextSettings.objects.create(secret=SECRET)
        by_old = raw()
        settings.MYSTAFF_ENCRYPTION_KEYS = [NEW, OLD]
        assert TextSettings.objects.get().secret == SECRET
        row.save()
        assert raw().split(".")[1] != by_old.split(".")[1]
        settings.MYSTAFF_ENCRYPTION_KEYS = [NEW]
        assert TextSettings.objects.get().secret == SECRET


def test_rotation_writes_every_tenants_secrets_under_the_newest(two, settings):
    settings.MYSTAFF_ENCRYPTION_KEYS = [OLD]
    for tenant in two:
        with tenant.scope():
            TextSettings.objects.create(secret=f"{SECRET} {tenant.slug}", daily_limit=7)
    settings.MYSTAFF_ENCRYPTION_KEYS = [NEW, OLD]
    said = StringIO()
    call_command("rotate_keys", stdout=said)
    assert said.getvalue() == "Secrets written under the newest key: 2.\n"
    settings.MYSTAFF_ENCRYPTION_KEYS = [NEW]
    for tenant in two:
        with tenant.scope():
            row = TextSettings.objects.get()
            assert (row.secret, row.daily_limit) == (f"{SECRET} {tenant.slug}", 7)


def test_rotation_names_what_it_cannot_read_and_does_the_rest(two, settings):
    for tenant, key in zip(two, (OLD, NEW), strict=True):
        settings.MYSTAFF_ENCRYPTION_KEYS = [key]
        with tenant.scope():
            TextSettings.objects.create(secret=SECRET)
    with two[0].scope():
        before = raw()
    said = StringIO()
    with pytest.raises(CommandError, match=f"{two[0].slug}: text message settings .* is the key") as refused:
        call_command("rotate_keys", stdout=said)
    assert "key: 1." in said.getvalue() and SECRET not in str(refused.value)
    with two[0].scope():
        assert raw() == before


def test_without_a_key_it_is_one_sentence(two, settings):
    settings.MYSTAFF_ENCRYPTION_KEYS = None
    refused = pytest.raises(keys.NoKeys, match="MYSTAFF_ENCRYPTION_KEYS is not set")
    with two[0].scope(), refused, transaction.atomic():
        TextSettings.objects.create(secret=SECRET)
    with two[0].scope():
        TextSettings.objects.create()  # no secret, no key
    with pytest.raises(CommandError, match="MYSTAFF_ENCRYPTION_KEYS is not set"):
        call_command("rotate_keys")


def test_no_log_and_no_form_shows_it(stored):
    row = TextSettings.objects.get()
    assert SECRET not in repr(row.secret)
    form = modelform_factory(TextSettings, fields=["secret", "sender"])(instance=row)
    assert SECRET not in form.as_p() and SECRET not in str(form.initial)


def test_an_empty_field_keeps_it_and_another_text_replaces_it(stored):
    form_class = modelform_factory(TextSettings, fields=["secret", "sender"])
    for typed, then in (("", SECRET), ("another", "another")):
        form = form_class({"secret": typed, "sender": "School"}, instance=TextSettings.objects.get())
        assert ("secret" in form.changed_data) == bool(typed)
        form.save()
        assert TextSettings.objects.get().secret == then


def test_nothing_can_be_found_by_it(stored):
    with pytest.raises(FieldError):
        TextSettings.objects.filter(secret=SECRET).exists()
    assert not TextSettings.objects.filter(secret__isnull=True).exists()
