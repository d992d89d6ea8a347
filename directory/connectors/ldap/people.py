"""What both kinds of LDAP directory share: asking its servers, and finding exactly one person."""

from __future__ import annotations

import re
from collections.abc import Callable
from secrets import token_hex
from typing import TypeVar
from uuid import UUID

import ldap3
from django.utils.translation import gettext as _
from ldap3.utils.conv import escape_bytes, escape_filter_chars

from directory import connectors, outgoing
from directory.connectors import Refused, Unreachable
from directory.connectors.checking import Verdict
from directory.connectors.ldap.link import Control, Found, Link, Outcome, linked
from directory.connectors.ldap.names import lies_below
from directory.connectors.ldap.servers import in_turn, note_failure, servers_of, trust
from directory.connectors.plainly import ask_it, later, look_at
from directory.connectors.slots import slot
from directory.models import ConnectedDirectory, Source, SourceKind, User
from tenants import keys

ATTRIBUTE = re.compile(r"[A-Za-z][A-Za-z0-9-]*")  # RFC 4512, 2.5: a short name
# RFC 4511, appendix A: constraint violation, inappropriate authentication, invalid credentials, no rights,
# unwilling to perform. No such object: it has gone since it was found.
ABOUT_THE_PASSWORD = {19, 32, 48, 49, 50, 53}
Answer = TypeVar("Answer")


def ask(directory: ConnectedDirectory, work: Callable[[Link], Answer]) -> Answer:
    """Do it at the first server that answers, as the service account. Raises Refused or Unreachable.

    Another server is asked only as long as nothing can have been done: not after something was sent that
    changes the directory.
    """
    with slot(directory.name):
        return _asked(directory, work)


def _asked(directory: ConnectedDirectory, work: Callable[[Link], Answer]) -> Answer:
    context, problem = trust(directory), None
    for server, share in in_turn(servers_of(directory), connectors.CONNECTED):
        link = None
        try:
            with linked(server, context, share) as link:
                bind_as_service(link, directory)
                return work(link)
        except (outgoing.Forbidden, outgoing.Unreachable) as error:
            note_failure(server)
            if link and link.wrote:
                raise Unreachable(_unknown(directory)) from None
            problem = error
    if isinstance(problem, outgoing.Forbidden):
        raise Refused(str(problem), look_at(directory.name))
    raise Unreachable(_silent(problem), later(directory.name))


def _unknown(directory: ConnectedDirectory) -> str:
    sentence = _("%(directory)s broke off. It may have done it all the same: do it again to be sure.")
    return sentence % {"directory": directory.name}


def _silent(problem: Exception | None) -> str:
    return _("%(reason)s Try again later.") % {"reason": problem}


def bind_as_service(link: Link, directory: ConnectedDirectory) -> None:
    if not link.bind(directory.account, _secret(directory)).is_done:
        sentence = _("%(directory)s does not let MyStaff’s own account in.")
        raise Refused(sentence % {"directory": directory.name}, look_at(directory.name))


def _secret(directory: ConnectedDirectory) -> str:
    try:
        return str(directory.secret)
    except (keys.NoKeys, keys.Undecryptable):
        sentence = _("The secret of %(directory)s cannot be read any more. Type it again.")
        raise Refused(sentence % {"directory": directory.name}, look_at(directory.name)) from None


class LdapDirectory:
    """One of the tenant's LDAP directories."""

    people = "(objectClass=person)"  # whom it finds
    match = "mail"  # by what, unless the directory's settings say something else
    key = "entryUUID"  # what an entry keeps for ever

    def __init__(self, directory: ConnectedDirectory) -> None:
        self.directory = directory

    def find(self, link: Link, person: User, *attributes: str) -> Found:
        """The person's entry; raises Refused for none, and for more than one."""
        found = self._entries(link, self.base(link), person, *attributes)
        if len(found) == 1:
            return found[0]
        said = _("%(name)s was not found in %(directory)s.")
        if found:
            said = _("%(directory)s holds more than one entry for %(name)s.")
        said %= {"name": person.display_name, "directory": self.directory.name}
        raise Refused(said, ask_it(said))

    def base(self, link: Link) -> str:
        """Where people are looked for: what is set, or all that the server holds."""
        if self.directory.base_dn:
            return self.directory.base_dn
        root = root_of(link, "defaultNamingContext", "namingContexts")
        return root.text("defaultNamingContext") or root.text("namingContexts")

    def probe(self) -> None:
        """Whether our account is let in, and what people are looked for below is there."""

        def work(link: Link) -> None:
            base = self.base(link)
            found = link.search(base, "(objectClass=*)", ["1.1"], scope=ldap3.BASE)
            if not found:
                sentence = _("%(directory)s lets MyStaff in, but its base is not there.")
                raise Refused(sentence % {"directory": self.directory.name})
            if not lies_below(found[0].dn, base):
                sentence = _("%(directory)s writes its base otherwise. Type it as the directory does.")
                raise Refused(sentence % {"directory": self.directory.name})

        ask(self.directory, work)

    def _entries(self, link: Link, base: str, person: User, *attributes: str) -> list[Found]:
        """What was found, if it lies below the base: a server may know ways out of it, like aliases."""
        found = self._found(link, base, person, *attributes)
        return [one for one in found if lies_below(one.dn, base)]

    def _found(self, link: Link, base: str, person: User, *attributes: str) -> list[Found]:
        """At most two: by what never changes if they come from there, else by user name.

        Servers take other letters for those of a name, accents or none (Active Directory: [MS-ADTS]
        3.1.1.2.2.4.13), and that would be somebody else.
        """
        if by_key := self._by_key(person):
            return link.search(base, f"(&{self.people}{by_key})", list(attributes), most=2)
        where = f"(&{self.people}{self.by_name(person.user_principal_name)})"
        asked = [self._called_by, *(name for name in attributes if name != "1.1")]
        found = link.search(base, where, asked, most=2)
        return found if len(found) > 1 else [one for one in found if self._is_called(one, person)]

    def _is_called(self, entry: Found, person: User) -> bool:
        name = person.user_principal_name
        found = [
            value.decode(errors="replace")
            for attribute, values in entry.attributes.items()
            if attribute.partition(";")[0] == self._called_by.lower()
            for value in values
        ]
        return any(one.lower() == name and one.isascii() == name.isascii() for one in found)

    @property
    def _called_by(self) -> str:
        return self.directory.match_attribute or self.match

    def by_name(self, name: str) -> str:
        attribute = self._called_by
        if not ATTRIBUTE.fullmatch(attribute):
            sentence = _("The attribute of the user name of %(directory)s is none.")
            raise Refused(sentence % {"directory": self.directory.name}, look_at(self.directory.name))
        return f"({attribute}={escape_filter_chars(name)})"

    def _by_key(self, person: User) -> str:
        # Of this kind only: the keys of a file are whatever somebody wrote into it.
        of_ours = Source.objects.filter(kind=SourceKind.LDAP, directory=self.directory)
        comes_from = of_ours.filter(key=person.source)
        if not (person.source and person.source_id and comes_from.exists()):
            return ""
        return f"({self.key}={self.as_key(person.source_id)})"

    def as_key(self, source_id: str) -> str:
        """How a filter writes the key that the source gave."""
        return escape_filter_chars(source_id)

    def done(self, outcome: Outcome) -> None:
        """Raise Refused, with a sentence, unless it was done."""
        if outcome.is_done:
            return
        said = self.sentence(outcome) % {"directory": self.directory.name}
        raise Refused(said, "" if self.rule(outcome) else ask_it(said))

    def check(self, person: User, password: str) -> Verdict:
        """Whether this is the password of exactly one person there. Raises Refused or Unreachable."""

        def work(link: Link) -> Verdict:
            base = self.base(link)
            found = self._entries(link, base, person, "1.1")
            if len(found) != 1:
                return self._nobody(link, base)
            return self.verdict(link.bind(found[0].dn, password, self._asking()))

        return ask(self.directory, work)

    def check_nobody(self, name: str) -> Verdict:
        """As much work as for somebody, for a name that nobody has here; what was typed stays with us."""
        where = f"(&{self.people}{self.by_name(name)})"

        def work(link: Link) -> Verdict:
            base = self.base(link)
            link.search(base, where, ["1.1"], most=2)
            return self._nobody(link, base)

        return ask(self.directory, work)

    def _nobody(self, link: Link, base: str) -> Verdict:
        link.bind(f"cn={token_hex(8)},{base}", token_hex(8))
        return Verdict.WRONG

    def _asking(self) -> list[Control] | None:
        return None

    def verdict(self, outcome: Outcome) -> Verdict:
        """What a bind said; raises Unreachable where it says nothing about the password."""
        if outcome.is_done:
            return Verdict.RIGHT
        if outcome.code in ABOUT_THE_PASSWORD:
            return Verdict.WRONG
        raise Unreachable(self.sentence(outcome) % {"directory": self.directory.name})

    def rule(self, outcome: Outcome) -> str:
        """What its rules for passwords have against the one that was sent, or ''."""
        return ""

    def sentence(self, outcome: Outcome) -> str:
        """Why not, in our words: the server's own may hold what was sent."""
        if said := self.rule(outcome):
            return said
        match outcome.code:
            case 32:
                return _("%(directory)s does not know this person any more.")
            case 50:
                return _("MyStaff’s own account may not do this in %(directory)s for this person.")
            case 16 | 17 | 21 | 65:
                return _("%(directory)s has no such attribute for this person.")
            case _other:
                return _("%(directory)s refused it.")


def root_of(link: Link, *attributes: str) -> Found:
    """What the server says of itself (RFC 4512, 5.1)."""
    found = link.search("", "(objectClass=*)", list(attributes), scope=ldap3.BASE)
    return found[0] if found else Found("", {})


def guid_in_filter(source_id: str) -> str:
    """An objectGUID as filters write it: its bytes, as Microsoft orders them."""
    try:
        return escape_bytes(UUID(source_id).bytes_le)
    except ValueError:
        return escape_filter_chars(source_id)
