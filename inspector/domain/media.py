"""What bytes are, by how they begin: no name or label that came with them is believed.

Signatures are those of the formats' own specifications (PNG, JFIF, GIF89a, RIFF, PDF, gzip, zip and so on).
"""

from __future__ import annotations

import base64
import binascii
import re

from inspector.domain.value import Binary, CutText, Value

#: Beginnings, the longest of a kind first, and what begins so: a word for people and a media type.
_SIGNATURES: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG image", "image/png"),
    (b"\xff\xd8\xff", "JPEG image", "image/jpeg"),
    (b"GIF87a", "GIF image", "image/gif"),
    (b"GIF89a", "GIF image", "image/gif"),
    (b"%PDF-", "PDF", "application/pdf"),
    (b"\x1f\x8b", "gzip", "application/gzip"),
    (b"PK\x03\x04", "zip archive", "application/zip"),
    (b"BZh", "bzip2", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "xz", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "zstd", "application/zstd"),
    (b"OggS", "Ogg", "application/ogg"),
    (b"ID3", "MP3 audio", "audio/mpeg"),
    (b"fLaC", "FLAC audio", "audio/flac"),
    (b"PAR1", "Parquet", "application/vnd.apache.parquet"),
    (b"ARROW1", "Arrow", "application/vnd.apache.arrow.file"),
    (b"\x93NUMPY", "NumPy array", "application/octet-stream"),
    (b"SQLite format 3\x00", "SQLite database", "application/vnd.sqlite3"),
    (b"\x7fELF", "ELF program", "application/octet-stream"),
    (b"BM", "BMP image", "image/bmp"),
)
_RIFF = {b"WEBP": ("WebP image", "image/webp"), b"WAVE": ("WAV audio", "audio/wav")}
#: A protocol byte from 2 to 5 follows.
_PICKLE = re.compile(rb"\x80[\x02-\x05][\x95\x8c\x80-\x8f}\](cX]")

#: Images that a browser shows without running anything that is in them.
SAFE_IMAGES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
#: Bytes of the largest image that is shown.
MOST_IMAGE_BYTES = 2_000_000

_DATA_URL = re.compile(r"data:[\w.+-]*/?[\w.+-]*(?:;[\w=.+-]*)*;base64,", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{32}")
_SNIFFED = 64  #: characters of base64 that tell a kind: 48 bytes


def kind_of(head: bytes) -> tuple[str, str]:
    """A word and a media type, ("", "") for bytes of no known kind. Needs no more than the first 32 bytes."""
    for signature, word, media_type in _SIGNATURES:
        if head.startswith(signature):
            return word, media_type
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], ("", ""))
    if head[4:8] == b"ftyp":
        return "MP4 or HEIC", "video/mp4"
    return ("pickle", "application/octet-stream") if _PICKLE.match(head) else ("", "")


def image_type(value: Value) -> str:
    """The media type of the image that a value is: bytes, a `data:` URL or bare base64. "" for one that is none, and
    for one that no browser is given (SVG holds scripts)."""
    head = value.head if isinstance(value, Binary) else base64_head(value)
    media_type = kind_of(head)[1]
    return media_type if media_type in SAFE_IMAGES else ""


def image_bytes(value: Value) -> int:
    """About how many bytes an image (see `image_type`) has."""
    if isinstance(value, Binary):
        return value.size
    size = value.size if isinstance(value, CutText) else len(value) if isinstance(value, str) else 0
    return size * 3 // 4


def base64_head(value: Value) -> bytes:
    """The first bytes of what a text holds in base64, b"" where it holds none."""
    text = value.head if isinstance(value, CutText) else value
    if not isinstance(text, str) or len(text) < _SNIFFED:
        return b""
    found = _DATA_URL.match(text[:200]) if text[:5].lower() == "data:" else None
    start = found.end() if found else 0
    if not _BASE64.match(text, start):
        return b""
    return decode_base64(text[start : start + _SNIFFED]) or b""


def whole_image(value: Value) -> bytes:
    """All bytes of an image, b"" where the value holds none or was cut."""
    if isinstance(value, Binary):
        return value.head if len(value.head) == value.size else b""
    if not isinstance(value, str):
        return b""
    found = _DATA_URL.match(value[:200]) if value[:5].lower() == "data:" else None
    return decode_base64(value[found.end() if found else 0 :]) or b""


def decode_base64(text: str) -> bytes | None:
    """Of the usual and of the URL-safe alphabet, with or without padding; None for what is neither."""
    plain = text.strip().replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def fingerprint(value: Value) -> str:
    """How an image is named in an address: its length and its beginning, which a cut value has as well. Two images may
    share one; then neither is shown."""
    if isinstance(value, Binary):
        return f"b{value.size:x}-{value.head[:64].hex()}"
    text = value.head if isinstance(value, CutText) else value
    size = value.size if isinstance(value, CutText) else len(text) if isinstance(text, str) else 0
    return f"t{size:x}-{text[:160].encode().hex()}" if isinstance(text, str) else ""
