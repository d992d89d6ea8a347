"""Where somebody is: behind a proxy what the proxy says, and nothing that a visitor can make up."""

import pytest
from django.test import RequestFactory

from mystaff.initiator import client_ip


@pytest.mark.parametrize(
    ("proxy", "remote", "forwarded", "address"),
    [
        (False, "192.0.2.7", "", "192.0.2.7"),
        (False, "192.0.2.7", "203.0.113.9", "192.0.2.7"),
        (True, "127.0.0.1", "203.0.113.9", "203.0.113.9"),
        (True, "127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),
        (True, "127.0.0.1", "", "127.0.0.1"),
        (True, "127.0.0.1", "<script>", None),
        (False, "", "", None),
        (False, "fe80::1%eth0", "", "fe80::1"),
    ],
)
def test_the_address(settings, proxy, remote, forwarded, address):
    settings.MYSTAFF_PROXY = proxy
    headers = {"REMOTE_ADDR": remote} | ({"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {})
    assert client_ip(RequestFactory().get("/", **headers)) == address
