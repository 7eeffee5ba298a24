"""Sends a message as a mail, by Django's own mail backend."""

from __future__ import annotations

import re
import smtplib
from contextlib import suppress
from email.utils import parseaddr

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from inspector.alerts.channels.base import SendFailed
from inspector.alerts.channels.reasons import why_unreached
from inspector.alerts.message import RESOLVED, Message
from inspector.config import MailServer
from inspector.domain.text import exact_time, one_line

_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
_LONGEST_SUBJECT = 180
_DOMAIN = re.compile(r"[A-Za-z0-9.-]{1,200}")


class Email:
    """One mail to all of those who get them."""

    name = "email"

    def __init__(self, server: MailServer, sender: str, to: tuple[str, ...]) -> None:
        self._server = server
        self._sender = sender
        self._to = to

    @property
    def where(self) -> str:
        return f"{', '.join(self._to)} by {self._server.host}:{self._server.port}"

    def send(self, message: Message, *, timeout: float) -> str:
        server = self._server
        connection = get_connection(
            _BACKEND,
            host=server.host,
            port=server.port,
            username=server.user,
            password=server.password.reveal(),
            use_tls=server.starttls,
            use_ssl=server.tls,
            timeout=timeout,
        )
        try:
            self._send(connection, message, timeout)
        finally:
            with suppress(OSError, smtplib.SMTPException):  # what was taken is taken, however they part
                connection.close()
        return f"was taken by {server.host}"

    def _send(self, connection: BaseEmailBackend, message: Message, timeout: float) -> None:
        """Until the connection stands nothing can have arrived. After that, only an answer tells."""
        try:
            connection.open()
        except (OSError, smtplib.SMTPException) as error:
            raise SendFailed(_refusal(error, timeout), lasting=_is_lasting(error)) from None
        try:
            connection.send_messages([write_mail(message, self._sender, self._to)])
        except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
            raise SendFailed(_refusal(error, timeout), lasting=_is_lasting(error)) from None
        except (OSError, smtplib.SMTPException) as error:
            raise SendFailed(_refusal(error, timeout), unsure=True) from None
        except ValueError:  # an address that is none, which Django or the header's own rules refuse
            raise SendFailed("cannot be sent from or to the addresses that are set", lasting=True) from None


def write_mail(message: Message, sender: str, to: tuple[str, ...]) -> EmailMessage:
    """Plain text. A resolution answers the mail of its alert, so that readers show them as one conversation."""
    headers = {"Message-ID": _mail_id(message.id, sender), "Auto-Submitted": "auto-generated"}
    if message.answers:
        headers["In-Reply-To"] = headers["References"] = _mail_id(message.answers, sender)
    subject = one_line(f"[Checkpoint Inspector] {message.headline}", _LONGEST_SUBJECT)
    return EmailMessage(subject, _text(message), sender, list(to), headers=headers)


def _text(message: Message) -> str:
    parts = [message.headline, *message.lines]
    if message.store:
        parts.append(f"Store: {message.store}\nHost: {message.hostname}\nFired: {exact_time(message.started_at)}")
    if message.thread_ids and message.event != RESOLVED:
        parts.append("Some of these threads:\n" + "\n".join(f"  {one}" for one in message.thread_ids))
    links = {
        "The threads": message.host_link,
        "What the diagnosis says": message.doctor_link,
        "All alerts": message.alert_link,
    }
    parts.append("\n".join(f"{words}: {link}" for words, link in links.items() if link))
    return "\n\n".join(filter(None, parts)) + "\n"


def _mail_id(message_id: str, sender: str) -> str:
    domain = parseaddr(sender)[1].rpartition("@")[2]
    return f"<{message_id}@{domain if _DOMAIN.fullmatch(domain) else 'localhost'}>"


def _refusal(error: Exception, timeout: float) -> str:
    """A server's own words may repeat what it was told, so only its number is kept."""
    match error:
        case smtplib.SMTPAuthenticationError():
            return f"refused the login ({error.smtp_code})"
        case smtplib.SMTPResponseException():
            return f"answered {error.smtp_code}"
        case smtplib.SMTPRecipientsRefused():
            codes = sorted({code for code, _ in error.recipients.values()})
            return f"refused those who are to get it ({', '.join(map(str, codes))})"
        case smtplib.SMTPNotSupportedError():
            return "offers no login or no STARTTLS, which the settings ask for"
        case TimeoutError():
            return f"did not answer within {timeout:g} s"
        case smtplib.SMTPServerDisconnected():
            return "broke off the connection"
    return why_unreached(error, timeout)


def _is_lasting(error: Exception) -> bool:
    """A number from 500 on says so itself; 4xx asks to come again."""
    match error:
        case smtplib.SMTPResponseException():
            return error.smtp_code >= 500
        case smtplib.SMTPRecipientsRefused():
            return all(code >= 500 for code, _ in error.recipients.values())
        case smtplib.SMTPNotSupportedError():
            return True
    return False
