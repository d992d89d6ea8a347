"""Whoever gets past the database's wall and rewrites the trail is found out, and told where."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from audit import verification
from audit.models import Entry, Head
from tenants.models import operators
from tests.audit.conftest import deed

MANY = 6
CHANGED = [{"name": "mobilePhone", "oldValue": None, "newValue": "+1"}]  # by the third

# What somebody does as the owner of the tables, and what is said of it. {n} is the entry of that number's id.
TAMPERED = {
    "a changed text": (
        "UPDATE audit_entry SET actor_name = 'Eve' WHERE sequence = 3", ["3 ({3}): was changed"],
    ),
    "a changed time": (
        "UPDATE audit_entry SET activity_at = activity_at - interval '1 microsecond' WHERE sequence = 3",
        ["3 ({3}): was changed"],
    ),
    "a changed list": (
        "UPDATE audit_entry SET additional_details = '[1]' WHERE sequence = 3", ["3 ({3}): was changed"],
    ),
    "a list that is none": (
        "UPDATE audit_entry SET modified_properties = '5' WHERE sequence = 3", ["3 ({3}): was changed"],
    ),
    "another name shown for what changed": (
        "UPDATE audit_entry SET modified_properties = '[{{\"name\": \"jobTitle\", "
        "\"displayName\": \"mobilePhone\", \"oldValue\": null, \"newValue\": \"+1\"}}]' WHERE sequence = 3",
        ["3 ({3}): was changed"],
    ),
    "a name under another key": (
        "UPDATE audit_entry SET modified_properties = '[{{\"displayName\": \"mobilePhone\", "
        "\"oldValue\": null, \"newValue\": \"+1\"}}]' WHERE sequence = 3",
        ["3 ({3}): was changed"],
    ),
    "nothing instead of an empty list": (
        "UPDATE audit_entry SET additional_details = 'null' WHERE sequence = 2; "
        "UPDATE audit_entry SET modified_properties = '{{}}' WHERE sequence = 4",
        ["2 ({2}): was changed", "4 ({4}): was changed"],
    ),
    "an address that is a network": (
        "UPDATE audit_entry SET ip_address = '192.0.2.7/24' WHERE sequence = 3", ["3 ({3}): was changed"],
    ),
    "a changed hash": (
        "UPDATE audit_entry SET hash = repeat('a', 64) WHERE sequence = 3",
        ["3 ({3}): was changed", "4 ({4}): was not written after"],
    ),
    "one removed": ("DELETE FROM audit_entry WHERE sequence = 3", ["3: was removed."]),
    "several removed": (
        "DELETE FROM audit_entry WHERE sequence IN (2, 3, 4)", ["2: was removed, and all after it up to 4."],
    ),
    "the first removed": ("DELETE FROM audit_entry WHERE sequence = 1", ["1: was removed."]),
    "the last removed": ("DELETE FROM audit_entry WHERE sequence = 6", ["6: was removed."]),
    "all removed": ("DELETE FROM audit_entry", ["1: was removed, and all after it up to 6."]),
    "one removed, the rest moved up": (
        "DELETE FROM audit_entry WHERE sequence = 5; UPDATE audit_entry SET sequence = 5 WHERE sequence = 6",
        ["5 ({6}): was changed", "5 ({6}): was not written after", "6: was removed."],
    ),
    "two exchanged": (
        "UPDATE audit_entry SET sequence = 99 WHERE sequence = 2; "
        "UPDATE audit_entry SET sequence = 2 WHERE sequence = 4; "
        "UPDATE audit_entry SET sequence = 4 WHERE sequence = 99",
        ["2 ({4}): was changed", "2 ({4}): was not", "3 ({3}): was not", "4 ({2}): was changed",
         "4 ({2}): was not", "5 ({5}): was not"],
    ),
    "one put in at the end": (
        "INSERT INTO audit_entry SELECT (jsonb_populate_record(e, '{{\"sequence\": 7, "
        "\"id\": \"00000000-0000-4000-8000-000000000007\"}}')).* FROM audit_entry e WHERE sequence = 6",
        ["7 (00000000-0000-4000-8000-000000000007): was put in"],
    ),
    "one put in before the first": (
        "INSERT INTO audit_entry SELECT (jsonb_populate_record(e, '{{\"sequence\": 0, "
        "\"id\": \"00000000-0000-4000-8000-000000000007\"}}')).* FROM audit_entry e WHERE sequence = 1",
        ["0 (00000000-0000-4000-8000-000000000007): was put in"],
    ),
    "the last removed, and the end moved": (
        "DELETE FROM audit_entry WHERE sequence = 6; UPDATE audit_head SET sequence = 5",
        ["5 ({5}): is not the entry that was written last."],
    ),
    "the end removed": ("DELETE FROM audit_head", ["6 ({6}): may not be the last"]),
}  # fmt: skip


@pytest.fixture
def ids(riverside, lakeshore, transactional_db) -> dict[int, str]:
    """Six entries at Riverside and one at Lakeshore, which nobody touches."""
    with lakeshore.scope():
        deed()
    with riverside.scope():
        return {n: str(deed(f"Deed {n}", changed=CHANGED if n == 3 else ()).pk) for n in range(1, MANY + 1)}


def verify(*arguments: str) -> tuple[int, str, list[str]]:
    out, errors, status = StringIO(), StringIO(), 0
    try:
        call_command("verify_audit", *arguments, stdout=out, stderr=errors)
    except SystemExit as stop:
        status = stop.code
    return status, out.getvalue(), [line for line in errors.getvalue().splitlines() if line]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
@pytest.mark.parametrize("kind", TAMPERED)
def test_it_is_found_and_named(ids, riverside, owner, kind):
    statements, expected = TAMPERED[kind]
    for statement in statements.replace("{{", "{").replace("}}", "}").split("; "):
        # Of this tenant only: the owner sees all.
        word = " AND" if " WHERE " in statement else " WHERE"
        owner(f"{statement}{word} tenant_id = %s", [riverside.pk])
    status, out, errors = verify("riverside")
    assert (status, out) == (1, "")
    named = [
        f"riverside: Entry {text}".replace("{", "{0[").replace("}", "]}").format(ids) for text in expected
    ]
    assert len(errors) == len(named), errors
    assert all(line.startswith(start) for line, start in zip(errors, named, strict=True)), errors
    assert verify("lakeshore")[0] == 0


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_one_bad_trail_among_all_fails_them(ids, owner, lakeshore):
    assert verify("--all")[0] == 0
    owner("UPDATE audit_entry SET activity = 'x' WHERE tenant_id = %s", [lakeshore.pk])
    status, out, errors = verify("--all")
    assert status == 1 and len(errors) == 1 and errors[0].startswith("lakeshore: Entry 1 (")
    assert re.findall(r"^(\w+): ", out, re.MULTILINE) == ["operators", "riverside"]


def test_a_sound_trail_is_one_sentence_with_what_to_keep(ids, riverside):
    with riverside.scope():
        last = Entry.objects.get(sequence=MANY)
    sentence = f"riverside: all 6 entries are as they were written; the last has the hash {last.hash}.\n"
    assert verify("riverside") == (0, sentence, [])


def test_an_empty_trail_is_sound(riverside):
    assert verify("riverside") == (0, "riverside: the trail is empty.\n", [])
    with operators().scope():
        deed()
    assert "all 1 entries" in verify("operators")[1]


@pytest.mark.parametrize("arguments", [["nowhere"], [], ["riverside", "--all"]])
def test_a_wrong_question_is_refused(riverside, arguments):
    with pytest.raises(CommandError):
        call_command("verify_audit", *arguments)


def test_a_trail_longer_than_what_is_read_at_once_is_read_to_its_end(ids, riverside, monkeypatch):
    monkeypatch.setattr(verification, "AT_ONCE", 2)
    with riverside.scope():
        found = verification.Verification()
        assert list(found.findings()) == [] and found.count == MANY
        assert Head.objects.get().hash == found.end.hash
