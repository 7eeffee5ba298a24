"""Opening values that LangGraph's `EncryptedSerializer` closed. Only with a key does it need pycryptodome.

The layout is a fact of `langgraph.checkpoint.serde.encrypted`: a 16-byte nonce, a 16-byte tag, the
ciphertext; AES in EAX mode, so a wrong key is noticed and never gives garbage.
"""

from __future__ import annotations

_NONCE = 16
_TAG = 16
_KEY_SIZES = (16, 24, 32)


class Closed(Exception):
    """The value stays closed; the message says why in a sentence."""


def open_sealed(cipher: str, sealed: bytes, key: bytes | None) -> bytes:
    """The bytes inside. Raises `Closed` without the key, with a wrong one, and for an unknown cipher."""
    if not key:
        raise Closed("Encrypted, and no key is configured.")
    if cipher != "aes":
        raise Closed("Encrypted with a cipher of the application's own.")
    if len(key) not in _KEY_SIZES:
        raise Closed("Encrypted; the configured key is not 16, 24 or 32 bytes long.")
    if len(sealed) < _NONCE + _TAG:
        raise Closed("Encrypted, but too short to hold anything.")
    try:
        from Crypto.Cipher import AES
    except ImportError:
        raise Closed("Encrypted; opening it needs the package pycryptodome.") from None
    nonce, tag, text = sealed[:_NONCE], sealed[_NONCE : _NONCE + _TAG], sealed[_NONCE + _TAG :]
    try:
        return AES.new(key, AES.MODE_EAX, nonce=nonce).decrypt_and_verify(text, tag)
    except ValueError:
        raise Closed("Encrypted, and the configured key does not open it.") from None
