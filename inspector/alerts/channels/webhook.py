"""Posts a message to an address."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime

import httpx

import inspector
from inspector.alerts.channels.base import SendFailed
from inspector.alerts.channels.reasons import why_unreached
from inspector.alerts.channels.signature import signed_headers
from inspector.alerts.channels.webhook_body import write_body
from inspector.alerts.message import Message
from inspector.secret import Secret, WebhookUrl

_AGENT = f"checkpoint-inspector/{inspector.__version__}"
#: Answers of 4xx that ask to come again.
_LATER = frozenset({408, 425, 429})
#: Answers of gateways, which cannot tell what became of it behind them.
_GATEWAY = frozenset({502, 504})


class Webhook:
    """Anything but an answer of 2xx is a failure. An answer that leads elsewhere is not followed: what is sent is for
    one receiver alone."""

    name = "webhook"

    def __init__(self, url: WebhookUrl, secret: Secret | None, clock: Callable[[], float] = time.time) -> None:
        self._url = url
        self._secret = secret
        self._clock = clock

    @property
    def where(self) -> str:
        return self._url.safe

    def send(self, message: Message, *, timeout: float) -> str:
        body = write_body(message)
        headers = {
            "content-type": "application/json",
            "user-agent": _AGENT,
            **signed_headers(message.id, int(self._clock()), body, self._secret),
        }
        try:
            # The answer's body is not read: it may be anything, as long as it likes to be.
            with httpx.stream(
                "POST", self._url.reveal(), content=body, headers=headers, timeout=timeout, follow_redirects=False
            ) as response:
                return _judge(response, self._clock())
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise SendFailed(why_unreached(error, timeout)) from None
        except httpx.TimeoutException:
            raise SendFailed(f"did not answer within {timeout:g} s", unsure=True) from None
        except httpx.TransportError:
            raise SendFailed("broke off without an answer", unsure=True) from None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            raise SendFailed("has an address that cannot be posted to", lasting=True) from None


def _judge(response: httpx.Response, now: float) -> str:
    code = response.status_code
    words = f"answered {code} {httpx.codes.get_reason_phrase(code)}".rstrip()
    if response.is_success:
        return words
    if response.has_redirect_location:
        raise SendFailed(f"{words}, to another address, which is not followed", lasting=True)
    lasting = 400 <= code < 500 and code not in _LATER
    raise SendFailed(words, lasting=lasting, unsure=code in _GATEWAY, wait=_asked_wait(response, now))


def _asked_wait(response: httpx.Response, now: float) -> float | None:
    """What `Retry-After` asks for: seconds, or a time."""
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() - now)
