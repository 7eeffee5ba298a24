"""What sends a message, and what it says when it could not."""

from __future__ import annotations

from typing import Protocol

from inspector.alerts.message import Message


class SendFailed(Exception):
    """An attempt that did not succeed. `words` go on after "It": "answered 500", without an address or a secret."""

    def __init__(self, words: str, *, lasting: bool = False, unsure: bool = False, wait: float | None = None) -> None:
        super().__init__(words)
        self.words = words
        self.lasting = lasting  #: more of the same will hardly do
        self.unsure = unsure  #: it may have arrived all the same
        self.wait = wait  #: seconds that the other side asks for


class Channel(Protocol):
    """One way to people, as the settings name it."""

    name: str  #: as `Delivery.channel` has it

    @property
    def where(self) -> str:
        """Where messages go, without what is secret about it."""

    def send(self, message: Message, *, timeout: float) -> str:
        """Gives what was answered, in words that go on after "It": "answered 200". Raises `SendFailed`.

        `timeout` in seconds is that of each step: to connect, to write, to be answered.
        """
