"""**Test connection**, at real directories: what is right, and each thing that is wrong."""

import pytest

from directory.actions.connected_directories import probe_directory
from directory.connectors import Refused, Unreachable
from directory.door import Initiator
from directory.models import ConnectedDirectory
from tests.directories.samba import LINCOLN
from tests.directory.trail import outcomes

KINDS = ["ad", "ldap"]


@pytest.fixture
def probe(request, district):
    def ask(kind: str, **wrong) -> None:
        row = request.getfixturevalue(kind)
        ConnectedDirectory.objects.filter(pk=row.pk).update(enabled=False)
        for name, value in wrong.items():
            setattr(row, name, value)
        row.save(update_fields=list(wrong))
        probe_directory(row, by=Initiator(district.admin))

    return ask


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_let_in_before_it_is_switched_on(probe, kind):
    probe(kind)
    probe(kind, base_dn="")
    assert outcomes("Test connected directory") == ["success", "success"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"secret": "not-the-password"}, "does not let MyStaff’s own account in"),
        ({"base_dn": "OU=Nowhere,DC=nowhere,DC=test"}, "its base is not there"),
    ],
)
def test_what_is_wrong_is_said(probe, kind, wrong, said):
    with pytest.raises(Refused, match=said):
        probe(kind, **wrong)
    assert outcomes("Test connected directory") == ["failure"]


def test_a_base_by_which_nobody_would_be_found_is_told(probe, domain):
    """Active Directory knows other ways to name it; what it says of people does not look like them."""
    guid = domain.get(LINCOLN, "objectGUID")["objectGUID"][0].hex()
    with pytest.raises(Refused, match="writes its base otherwise"):
        probe("ad", base_dn=f"<GUID={guid}>")
    probe("ad", base_dn=LINCOLN.upper())


@pytest.mark.parametrize("kind", KINDS)
def test_a_certificate_of_nobody_is_not_taken(probe, kind):
    with pytest.raises((Refused, Unreachable), match="certificate"):
        probe(kind, ca_certificates="")
