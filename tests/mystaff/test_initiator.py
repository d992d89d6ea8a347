"""Where somebody is: behind a proxy what the proxy says, and nothing that a visitor can make up."""

import pytest
from django.test import RequestFactory

from mystaff.initiator import client_ip, network


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


def test_a_household_of_ipv6_is_one_network(rf):
    near, far = ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9"), "2001:db8:1:3::1"
    networks = [network(rf.get("/", REMOTE_ADDR=address)) for address in (*near, far, "203.0.113.7", "")]
    assert networks == ["2001:db8:1:2::/64", "2001:db8:1:2::/64", "2001:db8:1:3::/64", "203.0.113.7", "local"]
