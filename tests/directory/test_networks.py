"""Networks as people type them."""

import pytest

from directory.networks import network, networks, within


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("203.0.113.0/24", "203.0.113.0/24"),
        ("203.0.113.7", "203.0.113.7/32"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("2001:DB8::1", "2001:db8::1/128"),
        ("::ffff:203.0.113.0/120", "203.0.113.0/24"),
        ("0.0.0.0/0", "0.0.0.0/0"),
        ("10.0.0.0/255.0.0.0", "10.0.0.0/8"),
    ],
)
def test_what_is_read(typed, read):
    assert str(network(typed)) == read


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("203.0.113.7/24", "Did you mean 203.0.113.0/24?"),
        ("2001:db8::1/32", "Did you mean 2001:db8::/32?"),
        ("the school", "is no network"),
        ("203.0.113.0/33", "is no network"),
        ("fe80::1%eth0/64", "is no network"),
        ("10.0.0.0 - 10.0.0.9", "is no network"),
    ],
)
def test_what_is_refused_with_a_sentence(typed, said):
    with pytest.raises(ValueError, match=said.replace("?", r"\?")):
        network(typed)


def test_one_on_each_line_and_empty_lines_do_not_count():
    assert [str(one) for one in networks(" 10.0.0.0/8 \r\n\n2001:db8::/32\n")] == [
        "10.0.0.0/8",
        "2001:db8::/32",
    ]


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("10.1.2.3", True),
        ("11.1.2.3", False),
        ("::ffff:10.1.2.3", True),  # what a socket for both kinds says of an IPv4 visitor
        ("2001:db8::7", True),
        ("2001:db9::7", False),
        ("", False),
        (None, False),
        ("nowhere", False),
    ],
)
def test_within(address, inside):
    assert within(address, networks("10.0.0.0/8\n2001:db8::/32")) is inside
