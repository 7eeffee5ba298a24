"""Why there was no connection. What the libraries say of it may hold the address, so it is said in own words."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator


def why_unreached(error: BaseException, timeout: float) -> str:
    """Goes on after "It"."""
    for cause in _causes(error):
        match cause:
            case ssl.SSLCertVerificationError():
                return f"could not be trusted: {cause.verify_message or 'its certificate was not accepted'}"
            case ssl.SSLError():
                return "does not speak TLS as it should"
            case socket.gaierror():
                return "could not be reached: its name is not known"
            case ConnectionRefusedError():
                return "could not be reached: it refused the connection"
            case TimeoutError():
                return f"could not be reached within {timeout:g} s"
    return "could not be reached"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
