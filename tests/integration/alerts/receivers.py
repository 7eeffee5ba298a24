"""Real servers that get what is sent, by HTTP and by SMTP. Each fails as it is told to, and then takes what comes."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass(frozen=True)
class Posted:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass
class Receiver:
    """`answers` are given one by one: a status, a status with headers, "silence" or "hang up"; then 200."""

    url: str = ""
    answers: list[Any] = field(default_factory=list)
    tried: list[Posted] = field(default_factory=list)
    taken: list[Posted] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    ends: threading.Event = field(default_factory=threading.Event)

    @property
    def events(self) -> list[tuple[str, str]]:
        """What was taken: status and host."""
        return [(one.data["status"], one.data["commonLabels"].get("host", "")) for one in self.taken]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers["content-length"]))
        posted = Posted(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
        with receiver.lock:
            receiver.tried.append(posted)
            answer = receiver.answers.pop(0) if receiver.answers else 200
            if answer == 200:
                receiver.taken.append(posted)
        if answer == "silence":
            receiver.ends.wait(30)
            return
        if answer == "hang up":
            return
        status, headers = answer if isinstance(answer, tuple) else (answer, {})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, receiver: Receiver) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.receiver = receiver


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    with _Server(receiver) as server:
        receiver.url = f"http://127.0.0.1:{server.server_port}/services/hunter2"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield receiver
        finally:
            receiver.ends.set()
            server.shutdown()
            thread.join()


def closed_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@dataclass
class Mailbox:
    """`answers` are given to the mails one after the other, as "451 try later"; then each is taken."""

    port: int = 0
    answers: list[str] = field(default_factory=list)
    tried: int = 0
    mails: list[tuple[list[str], EmailMessage]] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.tried += 1
        if self.answers:
            return self.answers.pop(0)
        content = envelope.content
        assert isinstance(content, bytes)
        self.mails.append((list(envelope.rcpt_tos), message_from_bytes(content, policy=policy.default)))
        return "250 taken"


@contextmanager
def mailing(*, password: str = "") -> Iterator[Mailbox]:
    """A mail server that wants a login where there is a password."""

    def check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword) -> AuthResult:
        return AuthResult(success=data.password == password.encode(), handled=False)

    mailbox = Mailbox()
    login: dict[str, Any] = {"auth_required": True, "auth_require_tls": False, "authenticator": check}
    mailbox.port = closed_port()
    controller = Controller(
        mailbox, hostname="127.0.0.1", port=mailbox.port, ready_timeout=60, **(login if password else {})
    )
    controller.start()
    try:
        yield mailbox
    finally:
        controller.stop()
