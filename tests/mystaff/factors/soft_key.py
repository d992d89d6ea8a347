"""An authenticator in Python that also does what a real one would refuse to do."""

from __future__ import annotations

import json
import os
from hashlib import sha256

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from directory import factors
from directory.models import User

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40  # flags: Web Authentication Level 3, 6.1
ORIGIN = "http://localhost"


class SoftKey:
    """One credential of one person, made for one host."""

    def __init__(self, host: str = "localhost") -> None:
        self._private = ec.generate_private_key(ec.SECP256R1())
        self.host, self.id = host, os.urandom(32)

    def register(
        self, options: dict, *, origin: str = ORIGIN, flags: int = PRESENT | VERIFIED, kind: str = "create"
    ) -> dict:
        """What a browser makes of these creation options."""
        public = ES256.from_cryptography_key(self._private.public_key())
        data = AttestedCredentialData.create(b"\0" * 16, self.id, public)
        made = AuthenticatorData.create(self._host_hash, flags | ATTESTED, 0, data)
        attested = AttestationObject.create("none", made, {})
        response = {
            "clientDataJSON": self._client_data(kind, options, origin),
            "attestationObject": websafe_encode(bytes(attested)),
        }
        return self._credential(response) | {"clientExtensionResults": {"credProps": {"rk": True}}}

    def answer(
        self,
        options: dict,
        person: User,
        *,
        origin: str = ORIGIN,
        flags: int = PRESENT | VERIFIED,
        kind: str = "get",
    ) -> dict:
        """What a browser makes of these request options."""
        data = bytes(AuthenticatorData.create(self._host_hash, flags, 0))
        client = self._client_data(kind, options, origin)
        signed = data + sha256(websafe_decode(client)).digest()
        response = {
            "clientDataJSON": client,
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(self._private.sign(signed, ec.ECDSA(SHA256()))),
            "userHandle": websafe_encode(person.pk.hex.encode()),
        }
        return self._credential(response)

    def belongs_to(self, person: User) -> Authenticator:
        """Registered for this person, past every page."""
        credential = self.register({"publicKey": {"challenge": websafe_encode(b"x" * 32)}})
        data = {"name": "Soft key", "credential": credential}
        return Authenticator.objects.create(user=person, type=factors.KEY, data=data)

    @property
    def _host_hash(self) -> bytes:
        return sha256(self.host.encode()).digest()

    def _client_data(self, kind: str, options: dict, origin: str) -> str:
        said = {
            "type": f"webauthn.{kind}",
            "challenge": options["publicKey"]["challenge"],
            "origin": origin,
            "crossOrigin": False,
        }
        return websafe_encode(json.dumps(said).encode())

    def _credential(self, response: dict) -> dict:
        name = websafe_encode(self.id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response}
