"""SAML 2.0 with one provider of one tenant: python3-saml in strict mode, and what it leaves open."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from lxml.etree import XMLSyntaxError
from onelogin.saml2.auth import OneLogin_Saml2_Auth
from onelogin.saml2.constants import OneLogin_Saml2_Constants as C
from onelogin.saml2.errors import OneLogin_Saml2_Error, OneLogin_Saml2_ValidationError
from onelogin.saml2.response import OneLogin_Saml2_Response
from onelogin.saml2.settings import OneLogin_Saml2_Settings
from onelogin.saml2.utils import OneLogin_Saml2_Utils
from xmlsec import Error as XMLSecError

from directory.federation import Received
from directory.models import FederationTicket, IdentityProvider
from mystaff.signin.federation.claims import CONTEXTS, WrongAccount
from mystaff.signin.federation.words import WrongAnswer

V = OneLogin_Saml2_ValidationError
# It says nothing, and what comes back of it is not read. Left empty, some would sign it in and others out.
RELAY_STATE = "mystaff"
# What python3-saml refuses, in words of ours: its own repeat what was sent.
REASONS = {
    V.NO_SIGNED_ASSERTION: "unsigned",
    V.NO_SIGNATURE_FOUND: "unsigned",
    V.INVALID_SIGNATURE: "invalid_signature",
    V.WRONG_SIGNED_ELEMENT: "invalid_signature",
    V.UNEXPECTED_SIGNED_ELEMENTS: "invalid_signature",
    V.WRONG_NUMBER_OF_SIGNATURES_IN_RESPONSE: "invalid_signature",
    V.WRONG_NUMBER_OF_ASSERTIONS: "invalid_signature",
    V.DEPRECATED_SIGNATURE_METHOD: "weak_signature",
    V.DEPRECATED_DIGEST_METHOD: "weak_signature",
    V.ASSERTION_EXPIRED: "response_expired",
    V.SESSION_EXPIRED: "response_expired",
    V.ASSERTION_TOO_EARLY: "response_not_yet_valid",
    V.WRONG_AUDIENCE: "aud",
    V.WRONG_ISSUER: "iss",
    V.WRONG_INRESPONSETO: "state_mismatch",
    V.WRONG_DESTINATION: "recipient",
    V.WRONG_SUBJECTCONFIRMATION: "subject_confirmation",
    V.STATUS_CODE_IS_NOT_SUCCESS: "authorization_declined",
}
MALFORMED = (OneLogin_Saml2_Error, XMLSyntaxError, XMLSecError, ValueError, TypeError, AttributeError)


class SamlBackend:
    """One sign-in: the request, and the answer to it."""

    def __init__(
        self, request: Any, provider: IdentityProvider, urls: dict[str, str], *, fresh: bool = False
    ) -> None:
        self.request, self.provider, self.urls, self.fresh = request, provider, urls, fresh
        self.state = ""  # the id of the request that was just made

    @property
    def _facts(self) -> dict[str, Any]:
        return {
            "https": "on" if self.request.is_secure() else "off",
            "http_host": self.request.get_host(),
            "script_name": self.request.path,
            "get_data": {},
            "post_data": {},
        }

    @property
    def config(self) -> dict[str, Any]:
        """In python3-saml's form."""
        mine, theirs = self.provider, {"binding": C.BINDING_HTTP_REDIRECT, "url": self.provider.sso_url}
        return {
            "strict": True,
            "debug": False,
            "sp": {
                "entityId": self.urls["entity_id"],
                "assertionConsumerService": {"url": self.urls["acs"], "binding": C.BINDING_HTTP_POST},
                "NameIDFormat": C.NAMEID_UNSPECIFIED,
                "x509cert": mine.own_certificate,
                "privateKey": str(mine.own_key or ""),
            },
            "idp": {
                "entityId": mine.entity_id,
                "singleSignOnService": theirs,
                "x509certMulti": {"signing": mine.certificate_list},
            },
            "security": SECURITY,
        }

    def auth_url(self) -> str:
        """Where the browser is led; the request is signed, and one answer to it is waited for."""
        try:
            auth = OneLogin_Saml2_Auth(self._facts, self.config)
            url = auth.login(return_to=RELAY_STATE, force_authn=self.fresh, set_nameid_policy=False)
        except MALFORMED as error:
            raise WrongAnswer("missing_setting") from error
        self.state = auth.get_last_request_id()
        FederationTicket.give(self._of, self.state)
        return url

    @property
    def _of(self) -> str:
        return f"saml.{self.provider.pk}"

    def metadata(self) -> bytes:
        """What the provider is told about us."""
        settings = OneLogin_Saml2_Settings(self.config, sp_validation_only=True)
        text = settings.get_sp_metadata()
        return text if isinstance(text, bytes) else text.encode()

    # The answer

    def answers(self) -> str:
        """The id of the request that it says it answers; nothing of it is checked yet."""
        try:
            return self._read().get_in_response_to() or ""
        except MALFORMED:
            return ""

    def _read(self) -> OneLogin_Saml2_Response:
        sent = self.request.POST.get("SAMLResponse", "")
        return OneLogin_Saml2_Response(OneLogin_Saml2_Settings(self.config), sent)

    def complete(self, request_id: str) -> Received:
        """What it says, if it answers this request and nothing is wrong with it. Raises WrongAnswer."""
        try:
            response = self._read()
            response.is_valid(self._facts, request_id=request_id, raise_exceptions=True)
            self._demand(response, request_id)
            received = self._received(response)
        except OneLogin_Saml2_ValidationError as error:
            raise WrongAnswer(REASONS.get(error.code, "malformed_response")) from error
        except MALFORMED as error:
            raise WrongAnswer("malformed_response") from error
        # Last, so that nobody uses up a request with rubbish: of two right answers one comes in.
        if not FederationTicket.take(self._of, request_id):
            raise WrongAnswer("replayed")
        return received

    def _demand(self, response: OneLogin_Saml2_Response, request_id: str) -> None:
        """What strict mode takes where it is missing (SAML 2.0 Profiles, 4.1.4.2 and 4.1.4.3)."""
        if self.urls["entity_id"] not in response.get_audiences():
            raise WrongAnswer("aud")
        if set(response.get_issuers()) != {self.provider.entity_id}:
            raise WrongAnswer("iss")
        # Below the one assertion whose signature was checked, wherever else others may hide.
        confirmations = response._query_assertion("/saml:Subject/saml:SubjectConfirmation")
        if not any(self._confirms(one, request_id) for one in confirmations):
            raise WrongAnswer("subject_confirmation")

    def _confirms(self, confirmation: Any, request_id: str) -> bool:
        data = confirmation.find("saml:SubjectConfirmationData", namespaces=C.NSMAP)
        if confirmation.get("Method") != C.CM_BEARER or data is None or not data.get("NotOnOrAfter"):
            return False
        ends = OneLogin_Saml2_Utils.parse_SAML_to_time(data.get("NotOnOrAfter"))
        meant = (data.get("Recipient"), data.get("InResponseTo"))
        return meant == (self.urls["acs"], request_id) and ends > OneLogin_Saml2_Utils.now()

    def _received(self, response: OneLogin_Saml2_Response) -> Received:
        values = {name: found[0] for name, found in response.get_attributes().items() if found}
        subject = values.get(self.provider.subject_attribute, "")
        if not self.provider.subject_attribute:
            subject = _permanent(response)
        if not subject:
            raise WrongAccount(_("The provider sent no permanent ID."))
        names = {name: next((values[n] for n in known if values.get(n)), "") for name, known in NAMES.items()}
        return Received(
            subject=subject.strip(),
            user_name=(values.get(self.provider.user_name_attribute) or "").strip(),
            multi_factor=bool(set(response.get_authn_contexts()) & CONTEXTS),
            authenticated_at=_authenticated_at(response),
            **names,
        )


def _permanent(response: OneLogin_Saml2_Response) -> str:
    """The NameID, unless it is made anew each time (SAML 2.0 Core, 8.3.8)."""
    return "" if response.get_nameid_format() == C.NAMEID_TRANSIENT else response.get_nameid() or ""


def _authenticated_at(response: OneLogin_Saml2_Response) -> float | None:
    """When they signed in there, seconds since 1970 (SAML 2.0 Core, 2.7.2)."""
    found = response._query_assertion("/saml:AuthnStatement")
    instants = [statement.get("AuthnInstant") for statement in found]
    return max((OneLogin_Saml2_Utils.parse_SAML_to_time(when) for when in instants if when), default=None)


SECURITY = {
    "authnRequestsSigned": True,
    "wantAssertionsSigned": True,
    "wantNameId": False,  # a provider may send its permanent id as an attribute
    "wantAttributeStatement": False,
    "requestedAuthnContext": False,
    "allowSingleLabelDomains": True,  # which hosts are ours is the middleware's to say
    "rejectDeprecatedAlgorithm": True,
    "allowRepeatAttributeName": True,
    "rejectUnsolicitedResponsesWithInResponseTo": True,
    "signatureAlgorithm": C.RSA_SHA256,
    "digestAlgorithm": C.SHA256,
}
# Of the X.500 attribute profile (SAML 2.0 Profiles, 8.2), and those of Entra ID and AD FS.
_CLAIMS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"
NAMES = {
    "display_name": ("urn:oid:2.16.840.1.113730.3.1.241", "displayName", f"{_CLAIMS}/displayname"),
    "given_name": ("urn:oid:2.5.4.42", "givenName", f"{_CLAIMS}/givenname"),
    "surname": ("urn:oid:2.5.4.4", "sn", f"{_CLAIMS}/surname"),
}
