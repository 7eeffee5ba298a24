"""What is posted can be verified as the rules of Standard Webhooks say."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from pathlib import Path
from typing import Any

import pytest

from inspector.alerts.channels.signature import signed_headers
from inspector.secret import Secret

DOC = Path(__file__).parents[3] / "docs" / "how-to" / "alerts.md"
BODY = '{"text": "web-3 läßt Threads liegen"}'.encode()


def test_the_example_of_the_rules_comes_out() -> None:
    """The values are those that the reference libraries are tested with."""
    headers = signed_headers(
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
        Secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(("secret", "key"), [("whsec_aHVudGVyMg==", b"hunter2"), ("hunter2", b"hunter2")])
def test_a_receiver_can_verify_it_by_hand(secret: str, key: bytes) -> None:
    headers = signed_headers("id-1", 1_700_000_000, BODY, Secret(secret))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + BODY
    version, _, signature = headers["webhook-signature"].partition(",")
    assert version == "v1"
    assert base64.b64decode(signature) == hmac.new(key, signed, hashlib.sha256).digest()


def test_another_body_time_or_id_has_another_signature() -> None:
    secret = Secret("hunter2")
    made = {
        signed_headers(name, at, body, secret)["webhook-signature"]
        for name, at, body in [("a", 1, b"x"), ("b", 1, b"x"), ("a", 2, b"x"), ("a", 1, b"y")]
    }
    assert len(made) == 4


def test_without_a_secret_there_is_no_signature() -> None:
    assert signed_headers("a", 1, b"x", None) == {"webhook-id": "a", "webhook-timestamp": "1"}


def test_the_code_that_the_docs_show_verifies_it() -> None:
    shown: dict[str, Any] = {}
    exec(DOC.read_text(encoding="utf-8").partition("```python")[2].partition("```")[0], shown)  # noqa: S102
    is_genuine, now = shown["is_genuine"], int(time.time())
    headers = signed_headers("id-1", now, BODY, Secret("whsec_aHVudGVyMg=="))
    assert is_genuine(headers, BODY, b"hunter2")
    assert not is_genuine(headers, BODY + b" ", b"hunter2")
    assert not is_genuine(headers, BODY, b"hunter3")
    assert not is_genuine(signed_headers("id-1", now - 600, BODY, Secret("hunter2")), BODY, b"hunter2")
