"""**Require registration again**, for a person or a location; no alternate address on a domain of ours."""

import pytest
from django.core.management import CommandError, call_command

from audit.models import Entry, Result
from directory.models import AdministrativeUnit, EmailMethod, User
from tests.directory.trail import outcomes
from tests.mystaff.admin.conftest import AT
from tests.mystaff.admin.pages import errors, save
from tests.mystaff.reading import text_of


def asked(person: User) -> bool:
    return User.objects.get(pk=person.pk).registration_from is not None


def test_a_person(district, admin):
    where = f"{AT}/user/{district.sam.pk}/change/"
    assert not asked(district.sam) and save(admin, where).status_code == 302
    assert not asked(district.sam)
    assert save(admin, where, register_again="on").status_code == 302
    assert asked(district.sam)
    assert outcomes("Admin updated security info") == ["success"]


def test_not_by_who_may_not_touch_their_methods(district, staff):
    where = f"{AT}/user/{district.sam.pk}/change/"
    page = staff["user"].get(where)
    assert "register_again" not in page.context["adminform"].form.fields
    save(staff["user"], where, register_again="on")
    assert not asked(district.sam)


def test_a_location(district, admin):
    where = f"{AT}/administrativeunit/{district.lincoln.pk}/change/"
    assert save(admin, where, register_again="on").status_code == 302
    assert AdministrativeUnit.objects.get(pk=district.lincoln.pk).registration_from
    assert not AdministrativeUnit.objects.exclude(pk=district.lincoln.pk).exclude(registration_from=None)
    assert outcomes("Update administrative unit") == ["success"]


def test_in_the_portal_after_a_question(district, sign_in):
    maria, where = sign_in(district.maria), f"/riverside/people/{district.sam.pk}/"
    assert "Require registration again" in text_of(maria.get(where))
    assert "before anything else opens" in text_of(maria.get(f"{where}register-again/"))
    assert not asked(district.sam)
    page = text_of(maria.post(f"{where}register-again/", follow=True))
    assert "prove their security info again" in page and "required registration again" in page
    assert asked(district.sam)


def test_in_the_portal_not_by_who_resets_passwords_only(district, sign_in):
    helen, where = sign_in(district.helen), f"/riverside/people/{district.sam.pk}/"
    assert "Require registration again" not in text_of(helen.get(where))
    assert helen.post(f"{where}register-again/").status_code == 403
    assert not asked(district.sam)
    assert Entry.objects.filter(result=Result.DENIED).exists()


# No alternate address on a domain of the tenant's own: everywhere


OWN = "anything@riverside.example"


def test_not_in_the_admin(district, admin):
    answer = save(admin, f"{AT}/user/{district.sam.pk}/change/", alternate_email_address=OWN)
    assert "opens without this account" in errors(answer)
    assert EmailMethod.objects.get(user=district.sam).address == "sam.home@example.org"


def test_not_on_the_command_line(district):
    with pytest.raises(CommandError, match="opens without"):
        call_command("set_user", "sam.reed@riverside.example", "--alternate-email", OWN, verbosity=0)
    assert EmailMethod.objects.get(user=district.sam).address == "sam.home@example.org"
