"""SMPP 3.4, the language of mobile operators: bind, submit each part of the text, unbind."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from smpplib import client, consts, exceptions, gsm

from directory import outgoing
from directory.notifiers import Deferred, Undeliverable

if TYPE_CHECKING:
    from directory.models import TextSettings

# SMPP 3.4, 5.1.3: those that another try can change.
PASSING = {
    consts.SMPP_ESME_RSYSERR,
    consts.SMPP_ESME_RMSGQFUL,
    consts.SMPP_ESME_RTHROTTLED,
    consts.SMPP_ESME_RX_T_APPN,
}


class Link(client.Client):
    """smpplib's client on a connection that outgoing.py has made, and with a limit to what it is sent."""

    def __init__(self, connection: socket.socket) -> None:
        # One name for the log: the library's own would be a new one each time, kept for ever.
        super().__init__("", 0, logger_name="smpplib", allow_unknown_opt_params=True)
        self._socket, self.state = connection, consts.SMPP_CLIENT_STATE_OPEN
        self.set_message_sent_handler(lambda pdu: self.taken.append(pdu.sequence))
        self.taken: list[int] = []

    def _recv_exact(self, exact_size: int) -> bytes:
        if exact_size > outgoing.LARGEST:
            raise exceptions.ConnectionError
        return super()._recv_exact(exact_size)

    def submit(self, **values: object) -> None:
        """Send one part, and wait until it is taken."""
        number = self.send_message(**values).sequence
        while number not in self.taken:
            self.read_once(auto_send_enquire_link=False)


class Smpp:
    """Sends in the name of the tenant's own account."""

    def __init__(self, settings: TextSettings) -> None:
        self.settings = settings

    def send(self, to: str, text: str) -> None:
        """Raises Undeliverable or Deferred."""
        settings = self.settings
        try:
            with outgoing.connection(settings.host, settings.port, tls=settings.tls) as connection:
                self._submit(Link(connection), to, text)
        except outgoing.Forbidden as error:
            raise Undeliverable(str(error)) from None
        except (outgoing.Unreachable, exceptions.ConnectionError):
            raise Deferred(_("“%(host)s” did not answer.") % {"host": settings.host}) from None
        except exceptions.PDUError as error:
            raise _refusal(error.args[1] if len(error.args) > 1 else None) from None

    def _submit(self, link: Link, to: str, text: str) -> None:
        with link:
            link.bind_transmitter(system_id=self.settings.account, password=self.settings.secret)
            parts, coding, kind = gsm.make_parts(text)
            for part in parts:
                link.submit(
                    source_addr_ton=_type_of(self.settings.sender),
                    source_addr_npi=consts.SMPP_NPI_ISDN,
                    source_addr=self.settings.sender.lstrip("+"),
                    dest_addr_ton=consts.SMPP_TON_INTL,
                    dest_addr_npi=consts.SMPP_NPI_ISDN,
                    destination_addr=to.lstrip("+"),
                    short_message=part,
                    data_coding=coding,
                    esm_class=kind,
                )


def _type_of(sender: str) -> int:
    """SMPP 3.4, 5.2.5."""
    if sender.lstrip("+").isdigit():
        return consts.SMPP_TON_INTL if sender.startswith("+") else consts.SMPP_TON_UNK
    return consts.SMPP_TON_ALNUM if sender else consts.SMPP_TON_UNK


def _refusal(status: int | None) -> Exception:
    sentence = _("The gateway refused it (%s).") % ("–" if status is None else f"0x{status:08X}")
    return Deferred(sentence) if status in PASSING else Undeliverable(sentence)
