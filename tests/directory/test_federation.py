"""Tickets of sign-ins under way, and whose account is whose, beneath every protocol."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from audit.models import Entry
from directory import actions, federation, schedule
from directory.connectors import Refused
from directory.door import Denied, Initiator
from directory.federation import Received
from directory.models import FederatedIdentity, FederationTicket, IdentityProvider, User
from tenants import scopes

SAM = Received("1042", "sam.reed@riverside.example")


@pytest.fixture
def provider(district) -> IdentityProvider:
    return IdentityProvider.objects.create(name="Riverside ID", issuer="https://id.example", enabled=True)


@pytest.mark.django_db(transaction=True)
def test_of_many_answers_at_once_one_takes_the_ticket(riverside):
    def take(_n: int) -> bool:
        try:
            with riverside.scope():
                return FederationTicket.take("row", "state")
        finally:
            connection.close()

    with riverside.scope():
        FederationTicket.give("row", "state")
    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(take, range(40))) == 1


def test_a_ticket_is_for_one_provider_of_one_tenant_and_an_hour(riverside, lakeshore, clock):
    with riverside.scope():
        FederationTicket.give("row", "state")
        assert "state" not in FederationTicket.objects.get().key_hash
        assert not FederationTicket.take("other", "state")
    with lakeshore.scope():
        assert not FederationTicket.take("row", "state")
    clock.now += timedelta(hours=1, seconds=1)
    with riverside.scope():
        assert not FederationTicket.take("row", "state")
        with scopes.scope(None):
            schedule.clear_recoveries(timestamp=0)
        assert not FederationTicket.objects.exists()


def test_looking_who_it_is_writes_nothing(provider):
    before = Entry.objects.count()
    assert federation.match(provider, SAM).person.user_principal_name == SAM.user_name
    assert Entry.objects.count() == before and not FederatedIdentity.objects.exists()


def test_two_browsers_at_once_link_one_account_once(provider, district):
    by = Initiator(district.sam)
    actions.link_identity(provider, SAM.subject, by=by)
    with pytest.raises(Refused, match="linked already"):
        actions.link_identity(provider, SAM.subject, by=by)
    with pytest.raises(Refused, match="linked already"):
        actions.link_identity(provider, SAM.subject, by=Initiator(district.nora))
    with pytest.raises(IntegrityError), transaction.atomic():
        FederatedIdentity.objects.create(provider=provider, user=district.sam, uid="another")


def test_only_global_administrators_unlink(provider, district):
    link = FederatedIdentity.objects.create(provider=provider, user=district.sam, uid=provider.uid("1"))
    with pytest.raises(Denied):
        actions.unlink_identity(link, by=Initiator(district.helen))
    assert FederatedIdentity.objects.exists()


def test_two_providers_of_a_tenant_do_not_share_subjects(provider, district):
    other = IdentityProvider.objects.create(name="Other", issuer="https://other.example", enabled=True)
    actions.link_identity(provider, "7", by=Initiator(district.sam))
    found = federation.match(other, Received("7", "nora.field@riverside.example"))
    assert found.person == district.nora and not found.is_linked


def test_a_person_who_goes_takes_the_link_along(provider, district):
    actions.link_identity(provider, "7", by=Initiator(district.sam))
    actions.remove_user(district.sam, by=Initiator(district.admin))
    assert not FederatedIdentity.objects.exists()


def test_whoever_joins_has_no_power_and_is_in_the_trail(provider, district):
    person = actions.join(provider, Received("9", "zoe.new@riverside.example"), ip_address="203.0.113.7")
    assert person.display_name == "zoe.new" and not person.has_usable_password()
    entry = Entry.objects.get(activity="Add user", result="success", target_id=person.pk)
    assert str(entry.ip_address) == "203.0.113.7"
    assert User.objects.get(pk=person.pk).assignments == []
