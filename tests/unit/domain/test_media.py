"""Bytes are what they begin as, whatever they are called."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from inspector.domain.media import fingerprint, image_bytes, image_type, kind_of, whole_image
from inspector.domain.value import Binary, CutText
from tests.unit.domain.pictures import SVG, png

PNG = png()
DATA_URL = "data:image/png;base64," + base64.b64encode(PNG).decode()


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (PNG, "PNG image"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 20, "JPEG image"),
        (b"GIF89a" + b"\0" * 20, "GIF image"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WebP image"),
        (b"RIFF\0\0\0\0WAVEfmt ", "WAV audio"),
        (b"%PDF-1.7", "PDF"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"\x80\x05\x95\x10\0\0\0\0\0\0\0", "pickle"),
        (b"hello", ""),
        (b"", ""),
    ],
)
def test_a_kind_is_told_by_the_beginning(head: bytes, word: str) -> None:
    assert kind_of(head)[0] == word


@pytest.mark.parametrize(
    "value",
    [
        Binary(PNG[:64], len(PNG)),
        DATA_URL,
        DATA_URL.replace("image/png", "text/html"),
        base64.b64encode(PNG).decode(),
        CutText(DATA_URL[:200], len(DATA_URL)),
    ],
)
def test_a_picture_is_known_in_every_form(value: Any) -> None:
    assert image_type(value) == "image/png"
    assert abs(image_bytes(value) - len(PNG)) < 24


@pytest.mark.parametrize(
    "value",
    [
        SVG,
        "data:image/svg+xml;base64," + base64.b64encode(SVG.encode()).decode(),
        "data:image/svg+xml," + SVG,
        "data:image/png;base64,<script>alert(1)</script>" + "A" * 80,
        "a text that is long enough to be looked at, and no base64 of anything",
        "QUJD" * 40,
        7,
        None,
        ["x"],
    ],
)
def test_nothing_else_is_a_picture(value: Any) -> None:
    assert image_type(value) == ""


def test_a_picture_comes_out_whole_or_not_at_all() -> None:
    assert whole_image(DATA_URL) == whole_image(Binary(PNG, len(PNG))) == PNG
    assert whole_image(CutText(DATA_URL[:200], len(DATA_URL))) == b""
    assert whole_image(Binary(PNG[:20], len(PNG))) == b""
    assert whole_image("data:image/png;base64,!!!") == b""


def test_a_cut_picture_has_the_name_of_the_whole_one() -> None:
    assert fingerprint(CutText(DATA_URL[:500], len(DATA_URL))) == fingerprint(DATA_URL)
    assert fingerprint(Binary(PNG[:256], len(PNG))) == fingerprint(Binary(PNG, len(PNG)))
    assert fingerprint(DATA_URL) != fingerprint(DATA_URL + "AAAA")
