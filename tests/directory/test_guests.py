"""Guests: asked by name, accepted at home, decided at home on every request."""

import pytest
from django.contrib.auth.models import AnonymousUser

from audit.models import Entry, Result
from directory import guests
from directory.door import Denied, Initiator
from directory.models import Invitation, User
from tests.conftest import make_person


def ask(lake, name: str) -> None:
    with lake.tenant.scope():
        guests.invite(name, by=Initiator(lake.admin))


def rows_at(lake) -> list[tuple]:
    with lake.tenant.scope():
        people = User.objects.exclude(home_tenant=None)
        return list(people.values_list("display_name", "is_active", "accepted_at", "home_user_id"))


def test_the_answer_is_the_same_whether_the_name_exists_or_not(district, lake):
    ask(lake, "maria.lopez@riverside.example")
    ask(lake, "nobody.here@riverside.example")
    assert rows_at(lake) == [
        ("maria.lopez@riverside.example", True, None, None),
        ("nobody.here@riverside.example", True, None, None),
    ]
    with lake.tenant.scope():
        results = list(Entry.objects.filter(activity="Invite guest").values_list("result", flat=True))
    assert sorted(results) == [Result.ATTEMPTED, Result.ATTEMPTED, Result.SUCCESS, Result.SUCCESS]
    assert Invitation.objects.get().user == district.maria


def test_only_a_global_administrator_invites(district, lake):
    with lake.tenant.scope(), pytest.raises(Denied):
        guests.invite("maria.lopez@riverside.example", by=Initiator(lake.kai))
    assert not Invitation.objects.exists()


def test_operators_and_ones_own_people_are_no_guests(district, lake, operator):
    ask(lake, operator.user_principal_name)
    ask(lake, lake.ivy.user_principal_name)
    assert rows_at(lake) == []


def test_pending_stands_for_nobody(district, lake):
    ask(lake, "maria.lopez@riverside.example")
    with lake.tenant.scope():
        assert guests.as_guest(district.maria, lake.tenant) == AnonymousUser()
        # A host that says so itself is not believed: the home decides.
        User.objects.exclude(home_tenant=None).update(home_user_id=district.maria.pk)
        assert guests.as_guest(district.maria, lake.tenant) == AnonymousUser()


def test_accepted_stands_for_the_person_and_learns_the_name(district, lake, guest_maria):
    with lake.tenant.scope():
        assert guests.as_guest(district.maria, lake.tenant) == guest_maria
        assert (guest_maria.display_name, guest_maria.first_name) == ("Maria López", "Maria")
        assert not guest_maria.has_usable_password()
        assert guest_maria in User.objects.search("lopez")


def test_who_got_a_guests_old_name_gets_nothing_of_theirs(district, lake, guest_maria):
    User.objects.filter(pk=district.maria.pk).update(user_principal_name="maria.old@riverside.example")
    namesake = make_person("maria.lopez@riverside.example", "Mario López")
    ask(lake, "maria.lopez@riverside.example")
    assert not Invitation.objects.filter(user=namesake).exists()
    with lake.tenant.scope():
        assert guests.as_guest(district.maria, lake.tenant) == guest_maria


def test_who_comes_back_under_a_new_name_is_the_guest_they_were(district, lake, guest_maria):
    guests.decline(Invitation.objects.get(user=district.maria), by=Initiator(district.maria))
    User.objects.filter(pk=district.maria.pk).update(user_principal_name="maria.reed@riverside.example")
    ask(lake, "maria.reed@riverside.example")
    guests.accept(Invitation.objects.get(user=district.maria), by=Initiator(district.maria))
    with lake.tenant.scope():
        assert guests.as_guest(district.maria, lake.tenant) == guest_maria


def test_an_invitation_is_accepted_only_by_the_invited(district, lake):
    ask(lake, "maria.lopez@riverside.example")
    for deed in (guests.accept, guests.decline):
        with pytest.raises(Denied):
            deed(Invitation.objects.get(), by=Initiator(district.sam))
    assert Invitation.objects.get().accepted_at is None


def test_declining_ends_it(district, lake, guest_maria):
    guests.decline(Invitation.objects.get(), by=Initiator(district.maria))
    with lake.tenant.scope():
        assert guests.as_guest(district.maria, lake.tenant) == AnonymousUser()


def test_removing_a_guest_ends_it_on_both_sides(district, lake, guest_maria):
    with lake.tenant.scope():
        guests.remove(guest_maria, by=Initiator(lake.admin))
    assert rows_at(lake) == []
    assert not Invitation.objects.exists()


def test_remove_takes_guests_only(district, lake):
    with lake.tenant.scope():
        with pytest.raises(Denied):
            guests.remove(lake.ivy, by=Initiator(lake.admin))
        assert User.objects.filter(pk=lake.ivy.pk).exists()


def test_where_a_person_can_go(district, lake, guest_maria):
    assert guests.organizations(district.maria) == [district.tenant, lake.tenant]
    assert guests.organizations(district.sam) == [district.tenant]
