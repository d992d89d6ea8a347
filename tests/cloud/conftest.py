"""Microsoft and Google on loopback, and a person whose password lives there."""

from uuid import uuid4

import pytest

from directory.connectors import rest
from directory.connectors.google import FOR_DEEDS, Workspace
from directory.connectors.graph import Entra
from directory.door import Initiator
from directory.models import ConnectedDirectory, User
from tenants import scopes
from tenants.models import AllowedHost, operators
from tests.cloud import microsoft, workspace
from tests.cloud.servers import serving
from tests.messages import servers


@pytest.fixture(autouse=True)
def no_tokens_from_before():
    rest._tokens.clear()


def allow(host: str, port: int) -> None:
    """Let the tenant in whose scope we are reach a host, as an operator does."""
    tenant = scopes.require()
    with operators().scope():
        AllowedHost.objects.create(host=host, port=port, tenant_id=tenant)


@pytest.fixture
def trusted(tmp_path, monkeypatch):
    """A server's context for localhost whose certificate we trust."""
    file, context = servers.certificate(tmp_path, "localhost", "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return context


@pytest.fixture
def graph(district, monkeypatch):
    """Microsoft Graph; at the end it must have found no request wrong."""
    with serving(microsoft.Graph()) as vendor:
        monkeypatch.setattr(Entra, "address", f"{vendor.address}/v1.0")
        monkeypatch.setattr(Entra, "token_address", f"{vendor.address}/login")
        allow("127.0.0.1", vendor.port)
        yield vendor
    assert vendor.wrong == []


@pytest.fixture
def entra(graph) -> ConnectedDirectory:
    """The tenant's row for it."""
    fields = {"kind": "entra", "enabled": True, "writes_passwords": True}
    fields |= {"directory_id": microsoft.TENANT, "account": microsoft.CLIENT, "secret": microsoft.SECRET}
    return ConnectedDirectory.objects.create(key="entra", name="Riverside Entra", **fields)


def register(graph: microsoft.Graph, person: User, **properties) -> str:
    """Put a person into Entra ID, by their user name; returns their object id."""
    row = {
        "userPrincipalName": person.user_principal_name,
        "displayName": person.display_name,
        "givenName": person.given_name,
        "surname": person.surname,
        "accountEnabled": True,
    }
    return graph.users.put(str(uuid4()), **(row | properties))


@pytest.fixture
def sam(district, graph, entra) -> User:
    """Sam's password lives in Entra ID; `object_id` is his there."""
    district.sam.authority = "entra"
    district.sam.save(update_fields=["authority"])
    district.sam.object_id = register(graph, district.sam)
    return district.sam


@pytest.fixture
def by(district) -> Initiator:
    return Initiator(district.maria, "192.0.2.7")


@pytest.fixture
def google(district, monkeypatch):
    """Google's Directory API; at the end it must have found no request wrong."""
    with serving(workspace.Google(granted=set(FOR_DEEDS))) as vendor:
        monkeypatch.setattr(Workspace, "address", f"{vendor.address}/admin/directory/v1")
        monkeypatch.setattr(Workspace, "token_address", f"{vendor.address}/token")
        allow("127.0.0.1", vendor.port)
        yield vendor
    assert vendor.wrong == []


@pytest.fixture
def at_google(google) -> ConnectedDirectory:
    """The tenant's row for it."""
    fields = {"kind": "google", "enabled": True, "writes_passwords": True}
    google.users["1"] = {"id": "1", "primaryEmail": workspace.ADMIN}
    fields |= {"account": workspace.ACCOUNT, "acts_for": workspace.ADMIN, "secret": workspace.secret()}
    return ConnectedDirectory.objects.create(key="google", name="Riverside Workspace", **fields)


@pytest.fixture
def pia(district, google, at_google) -> User:
    """Pia's password lives at Google; `google_id` is hers there."""
    district.pia.authority = "google"
    district.pia.save(update_fields=["authority"])
    district.pia.google_id = "104285932741683310001"
    google.users[district.pia.google_id] = {
        "id": district.pia.google_id,
        "primaryEmail": district.pia.user_principal_name,
    }
    return district.pia
