"""E-mail, through the backend that the operators have set."""

from __future__ import annotations

import smtplib

from anymail.exceptions import AnymailAPIError, AnymailError
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from directory.notifiers import Deferred, Undeliverable
from directory.wordings import Finished

# Of a provider's answers in the four hundreds those that another try can change (RFC 9110, 15.5).
PASSING = {401, 403, 408, 425, 429}


def send(to: str, message: Finished) -> None:
    """Send one mail. Raises Undeliverable or Deferred, without a word of what the server said of it."""
    mail = EmailMultiAlternatives(message.subject, message.text, None, [to])
    mail.extra_headers["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note comes back
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    try:
        mail.send()
    except AnymailAPIError as error:
        raise _of_provider(error.status_code) from None
    except AnymailError:
        raise Undeliverable(_("The mail provider does not take this address or message.")) from None
    except smtplib.SMTPException as error:
        raise _of_server(_reply(error)) from None
    except OSError:
        raise Deferred(_("The mail server did not answer.")) from None


def _of_provider(status: int | None) -> Exception:
    if status is None:
        return Deferred(_("The mail provider did not answer."))
    sentence = _("The mail provider refused it (%s).") % status
    lasting = 400 <= status < 500 and status not in PASSING
    return Undeliverable(sentence) if lasting else Deferred(sentence)


def _of_server(code: int | None) -> Exception:
    """In the five hundreds it is the last word (RFC 5321, 4.2.1); a wrong sign-in is the operators' case."""
    if code is None:
        return Deferred(_("The mail server did not answer."))
    sentence = _("The mail server refused it (%s).") % code
    return Undeliverable(sentence) if 500 <= code < 600 and code not in (530, 535) else Deferred(sentence)


def _reply(error: smtplib.SMTPException) -> int | None:
    """The server's code; of several addresses' the first, for there is one only."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(iter(error.recipients.values()))[0]
    return getattr(error, "smtp_code", None)
