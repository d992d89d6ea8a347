"""A real SAML provider: pysaml2's, which signs with the library xmlsec where it would start a program."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import xmlsec
from lxml import etree
from saml2 import BINDING_HTTP_POST, BINDING_HTTP_REDIRECT
from saml2.config import IdPConfig
from saml2.saml import NAMEID_FORMAT_PERSISTENT, NameID
from saml2.server import Server
from saml2.sigver import CryptoBackend
from saml2.xmldsig import DIGEST_SHA256, SIG_RSA_SHA256

from directory import saml_keys

ENTITY = "https://idp.riverside.example/metadata"
SSO = "https://idp.riverside.example/sso"
PASSWORD = "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport"
SAM = {"eduPersonPrincipalName": ["sam.reed@riverside.example"], "displayName": ["Sam Reed"]}
UPN = "urn:oid:1.3.6.1.4.1.5923.1.1.1.6"  # how eduPersonPrincipalName goes over the wire


class Library(CryptoBackend):
    """Signs in this process."""

    version = "1.3.0"

    def sign_statement(self, statement: Any, node_name: str, key_file: str, node_id: str) -> str:
        text = statement if isinstance(statement, bytes) else str(statement).encode()
        document = etree.fromstring(text)
        xmlsec.tree.add_ids(document, ["ID"])
        found = xmlsec.constants.DSigNs
        template = next(
            node
            for node in document.iter(f"{{{found}}}Signature")
            if node.find(f".//{{{found}}}Reference").get("URI") == f"#{node_id}"
        )
        context = xmlsec.SignatureContext()
        context.key = xmlsec.Key.from_file(key_file, xmlsec.constants.KeyDataFormatPem)
        context.sign(template)
        return etree.tostring(document).decode()


class Idp:
    """The provider; it knows the service provider that the metadata describes."""

    def __init__(self, folder: Path, metadata: bytes = b"", sso: str = SSO, lifetime: int = 15) -> None:
        key, self.certificate = saml_keys.make()
        (folder / "idp.key").write_text(key)
        (folder / "idp.pem").write_text(self.certificate)
        self.folder, self.sso, self.lifetime = folder, sso, lifetime
        self.meet(metadata)

    def meet(self, metadata: bytes) -> None:
        """Take over the metadata of the service provider."""
        (self.folder / "sp.xml").write_bytes(metadata)
        self.server = Server(config=IdPConfig().load(self._config(bool(metadata))))
        self.server.sec.crypto = Library()

    def _config(self, knows: bool) -> dict[str, Any]:
        policy = {"default": {"lifetime": {"minutes": self.lifetime}, "attribute_restrictions": None}}
        return {
            "entityid": ENTITY,
            "xmlsec_binary": "/bin/true",  # it must be there; nothing starts it
            "key_file": str(self.folder / "idp.key"),
            "cert_file": str(self.folder / "idp.pem"),
            "metadata": {"local": [str(self.folder / "sp.xml")]} if knows else {},
            "service": {
                "idp": {
                    "endpoints": {"single_sign_on_service": [(self.sso, BINDING_HTTP_REDIRECT)]},
                    "policy": policy,
                    "want_authn_requests_signed": True,
                }
            },
        }

    def read(self, url: str) -> dict[str, str]:
        """What we ask for, after the provider has checked our signature."""
        sent = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        asked = self.server.parse_authn_request(
            sent["SAMLRequest"],
            BINDING_HTTP_REDIRECT,
            relay_state=sent.get("RelayState"),
            sigalg=sent["SigAlg"],
            signature=sent["Signature"],
        )
        message = asked.message
        self.was_forced = message.force_authn == "true"
        acs = self.server.pick_binding(
            "assertion_consumer_service", [BINDING_HTTP_POST], "spsso", request=message
        )[1]
        return {"in_response_to": message.id, "destination": acs, "sp_entity_id": message.issuer.text}

    def answer(self, asked: dict[str, str], person: dict[str, list[str]] = SAM, **other: Any) -> str:
        """A signed response, as XML; other values than the right ones make it a wrong one."""
        facts: dict[str, Any] = {
            "name_id": NameID(format=NAMEID_FORMAT_PERSISTENT, text="saml-1042"),
            "authn": {"class_ref": PASSWORD, "authn_auth": ENTITY},
            "sign_assertion": True,
            "sign_response": False,
            "sign_alg": SIG_RSA_SHA256,
            "digest_alg": DIGEST_SHA256,
        }
        return str(self.server.create_authn_response(person, **(facts | asked | other)))


def encoded(xml: str) -> str:
    """As it stands in the form."""
    return b64encode(xml.encode()).decode()
