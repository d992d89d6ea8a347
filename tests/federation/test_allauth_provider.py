"""allauth's own OpenID provider, in another process, as the tenant's provider."""

import json
import socket
import subprocess
import sys
import time

import pytest
from django.core.cache import cache
from django.test import Client

from directory import saml_keys
from directory.models import FederatedIdentity, IdentityProvider
from mystaff.own_files import PROJECT
from tests.federation.conftest import allow, complete_url, person_in, reasons, there_and_back
from tests.federation.openid import OpenId


@pytest.fixture
def op(tmp_path, district):
    """The provider, and the row for it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (tmp_path / "idp.key").write_text(saml_keys.make()[0])
    row = IdentityProvider(name="Cloud", enabled=True, issuer=f"http://127.0.0.1:{port}")
    where = complete_url(row, district.tenant)
    command = [sys.executable, "-m", "tests.federation.allauth_idp", str(port), str(tmp_path), where]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            for name, value in json.loads(process.stdout.readline()).items():
                setattr(row, name, value)
            _wait_for(port)
            cache.clear()
            allow("127.0.0.1", port)
            row.full_clean()
            row.save()
            yield OpenId(port), row
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    for _second in range(60):
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.5)
    raise RuntimeError("The provider does not answer.")


def test_a_person_comes_in_by_it(op, district):
    provider, row = op
    browser = Client()
    response = there_and_back(browser, provider, row)
    assert reasons() == []
    assert response.headers["Location"] == "/riverside/account/"
    assert person_in(browser) == "sam.reed@riverside.example"
    assert FederatedIdentity.objects.get().uid.startswith(f"{row.pk}:")
