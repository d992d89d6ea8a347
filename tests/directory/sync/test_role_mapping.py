"""Who gets a role from a roster, and who never does."""

import pytest

from directory import roles
from directory.sync import role_mapping
from directory.sync.findings import Findings, RosterError
from directory.sync.role_mapping import PRESETS, mapping_of


def test_without_a_setting_teachers_help_their_classes():
    assert mapping_of({}, Findings()) == {"teacher": roles.PASSWORD}


def test_an_empty_role_gives_nothing():
    assert mapping_of({"teacher": "", "aide": roles.HELPDESK}, Findings()) == {"aide": roles.HELPDESK}


@pytest.mark.parametrize("role", [roles.GLOBAL, roles.PRIVILEGED_ROLE, roles.OPERATOR, "Wizard"])
def test_a_role_that_no_location_can_be_given_for_is_refused(role):
    findings = Findings()
    mapping_of({"teacher": role}, findings)
    with pytest.raises(RosterError, match=f"^roles of the source: “{role}” cannot be given over a location"):
        findings.stop_if_refused()


@pytest.mark.parametrize("key", ["student", "parent", "districtAdministrator", "teacher.students", "wizard"])
def test_what_gives_nothing_is_said(key):
    findings = Findings()
    assert mapping_of({key: roles.PASSWORD}, findings) == {}
    assert [str(warning) for warning in findings.warnings] == [
        f"roles of the source: “{key}” is no role that gives anything."
    ]


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_every_preset_is_taken_without_a_word(preset):
    findings = Findings()
    found = mapping_of(preset.roles, findings)
    findings.stop_if_refused()
    assert findings.warnings == [] and set(found) <= role_mapping.KEYS
    assert found == {key: role for key, role in preset.roles.items() if role}
