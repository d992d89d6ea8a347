"""The keys that secrets are encrypted with at rest: a ring from the settings, of which the newest writes."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

# Parts that keep sealed texts elsewhere than in a field of ours: each gives what there is in the tenant whose
# scope it is called in, and how it is written anew, which says how many it wrote and may raise Undecryptable.
ELSEWHERE: list[Callable[[], Iterable[tuple[str, Callable[[], int]]]]] = []
NONCE = 12  # bytes, chosen at random: NIST SP 800-38D, 8.2.2
VERSION = "1"
CHANGED = "This was changed, or encrypted for another place."


class NoKeys(ImproperlyConfigured):
    """A secret is to be stored or read, and there is no key."""

    def __init__(self) -> None:
        super().__init__(
            "MYSTAFF_ENCRYPTION_KEYS is not set: in production no secret can be stored or read without it."
        )


class Undecryptable(Exception):
    """None of the keys opens it, or it was written for another place."""


@dataclass(frozen=True)
class Key:
    """One key of the ring."""

    name: str
    cipher: AESGCM


def ring() -> list[Key]:
    """Every key, the newest first; raises NoKeys."""
    if not settings.MYSTAFF_ENCRYPTION_KEYS:
        raise NoKeys
    return [_key(secret) for secret in settings.MYSTAFF_ENCRYPTION_KEYS]


@cache
def _key(secret: str) -> Key:
    """AES-256-GCM, and a name that says which key it was without a word about the key (RFC 5869)."""
    made = HKDF(SHA256(), 38, salt=None, info=b"mystaff secrets at rest, version 1").derive(secret.encode())
    return Key(made[32:].hex(), AESGCM(made[:32]))


def seal(text: str, place: str) -> str:
    """The text, encrypted under the newest key for this place and for no other."""
    key = ring()[0]
    return ".".join((VERSION, key.name, urlsafe_b64encode(_encrypted(key, text.encode(), place)).decode()))


def unseal(sealed: str, place: str) -> str:
    """The text; raises Undecryptable where no key opens it in this place, and NoKeys."""
    version, _dot, rest = sealed.partition(".")
    name, _dot, content = rest.partition(".")
    key = _key_of(version, name)
    try:
        return _decrypted(key, urlsafe_b64decode(content), place).decode()
    except ValueError:
        raise Undecryptable(CHANGED) from None


def seal_bytes(content: bytes, place: str) -> bytes:
    """The same of bytes, such as a file."""
    key = ring()[0]
    return b".".join((VERSION.encode(), key.name.encode(), _encrypted(key, content, place)))


def unseal_bytes(sealed: bytes, place: str) -> bytes:
    """The bytes; raises as unseal() does."""
    version, name, content = (sealed.split(b".", 2) + [b"", b""])[:3]
    return _decrypted(_key_of(version.decode("latin-1"), name.decode("latin-1")), content, place)


def _encrypted(key: Key, content: bytes, place: str) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + key.cipher.encrypt(nonce, content, place.encode())


def _decrypted(key: Key, raw: bytes, place: str) -> bytes:
    try:
        return key.cipher.decrypt(raw[:NONCE], raw[NONCE:], place.encode())
    except (InvalidTag, ValueError):
        raise Undecryptable(CHANGED) from None


def _key_of(version: str, name: str) -> Key:
    key = next((key for key in ring() if key.name == name), None)
    if key is None or version != VERSION:
        raise Undecryptable("None of MYSTAFF_ENCRYPTION_KEYS is the key that this was encrypted with.")
    return key
