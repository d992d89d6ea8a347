from pathlib import Path

import pytest

from directory.models import TextSettings
from tenants import scopes
from tenants.models import AllowedHost, operators
from tests.messages import programs, servers
from tests.npm import NotInstalled


@pytest.fixture
def web():
    """An HTTP server."""
    with servers.web() as site:
        yield site


@pytest.fixture
def trusted(tmp_path, monkeypatch):
    """A server's context for localhost whose certificate we trust."""
    file, context = servers.certificate(tmp_path, "localhost", "127.0.0.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    return context


@pytest.fixture
def allow():
    """Lets the tenant in whose scope we are reach a host, as an operator does."""

    def let(host: str, port: int) -> None:
        tenant = scopes.require()
        with operators().scope():
            AllowedHost.objects.create(host=host, port=port, tenant_id=tenant)

    return let


@pytest.fixture
def texts(district, settings):
    """Makes the tenant's settings of texts; they leave through them and not into the demo's outbox."""
    settings.MYSTAFF_DEMO = False

    def make(**fields) -> TextSettings:
        return TextSettings.objects.create(**{"sender": "+14255550111"} | fields)

    return make


@pytest.fixture(scope="session")
def packages(tmp_path_factory) -> Path:
    """The folder of the packages from npm; without them the tests that need them are skipped, loudly."""
    try:
        return programs.install()
    except NotInstalled as error:
        pytest.skip(f"SMPP and Twilio are NOT tested: {error}")


@pytest.fixture(scope="module")
def running_smsc(packages):
    with programs.smsc(packages) as centre:
        yield centre


@pytest.fixture
def smsc(running_smsc):
    """A short message service centre that has taken nothing yet."""
    running_smsc.taken()
    return running_smsc


@pytest.fixture
def smsc_tls(packages, trusted, tmp_path):
    """One that speaks TLS, with a certificate for localhost."""
    with programs.smsc(packages, tmp_path / "key.pem", tmp_path / "certificate.pem") as centre:
        yield centre


@pytest.fixture(scope="module")
def described(packages):
    """What answers as Twilio's description of its interface says."""
    with programs.described(packages, programs.TWILIO) as server:
        yield server
