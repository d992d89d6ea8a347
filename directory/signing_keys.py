"""The keys that a tenant's tokens are signed with: made when the first application comes, sealed at rest."""

from __future__ import annotations

from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.db.models import Q, QuerySet
from django.utils import timezone

from directory import administration
from directory.door import CommandLine, Initiator, administering
from directory.models import SigningKey

BITS = 2048  # RS256, which every application must understand (OpenID Connect Core 1.0, 15.1)
STAYS = timedelta(days=1)  # that what an old key signed can still be checked


def published() -> QuerySet[SigningKey]:
    """The keys that applications may check with, the one that signs first."""
    return SigningKey.objects.filter(Q(retires_at=None) | Q(retires_at__gt=timezone.now()))


def ensure() -> None:
    """Make the first key; raises NoKeys where secrets cannot be stored."""
    if not SigningKey.objects.filter(retires_at=None).exists():
        _make()


def rotate(*, by: Initiator | CommandLine, at_once: bool = False) -> None:
    """Sign with a new key; the old one stays a day, or `at_once` (it was stolen) goes now. Raises Denied."""
    target = {"type": "SigningKey", "name": "OpenID Connect"}
    with administering(by, administration.ROTATE_SIGNING_KEY, target) as deed:
        deed.details["Old key"] = "removed" if at_once else "retires"
        SigningKey.objects.filter(retires_at=None).update(retires_at=timezone.now() + STAYS)
        if at_once:
            SigningKey.objects.all().delete()
        _make()


def forget_retired() -> None:
    """Delete the keys that nothing is checked with any more."""
    SigningKey.objects.filter(retires_at__lt=timezone.now()).delete()


def _make() -> None:
    key = rsa.generate_private_key(65537, BITS)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    SigningKey.objects.create(pem=pem)
