"""Signs what is posted as Standard Webhooks does (https://www.standardwebhooks.com): whoever has the secret can tell
that it comes from here, is whole, and is new."""

from __future__ import annotations

import base64
import hashlib
import hmac

from inspector.secret import Secret, signing_key


def signed_headers(message_id: str, at: int, body: bytes, secret: Secret | None) -> dict[str, str]:
    """The headers of a message that is sent at a time (seconds since 1970); without a secret it is not signed."""
    headers = {"webhook-id": message_id, "webhook-timestamp": str(at)}
    if secret is not None:
        signed = hmac.new(signing_key(secret), f"{message_id}.{at}.".encode() + body, hashlib.sha256).digest()
        headers["webhook-signature"] = f"v1,{base64.b64encode(signed).decode()}"
    return headers
