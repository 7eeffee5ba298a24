"""Objects in msgpack that are not stored as LangGraph stores them: shown as they are, looked up nowhere."""

from __future__ import annotations

from typing import Any

import pytest

from inspector.domain.value import Binary, Tagged, to_json
from tests.unit.decode.raw import an_object, decode, ext, pack


@pytest.mark.parametrize("code", [-128, -1, 8, 42, 127])
def test_an_extension_that_is_not_langgraphs_shows_its_code_and_bytes(code: int) -> None:
    assert decode(ext(code, b"abc")).value == Tagged("ormsgpack.Ext", {"tag": code, "data": Binary(b"abc", 3)})


@pytest.mark.parametrize("width", [1, 2, 4, 8, 16])
def test_extensions_of_fixed_width_are_read(width: int) -> None:
    tag = {1: b"\xd4", 2: b"\xd5", 4: b"\xd6", 8: b"\xd7", 16: b"\xd8"}[width]

    assert decode(b"\x92" + tag + b"\x2a" + b"x" * width + b"\x01").value == [
        Tagged("ormsgpack.Ext", {"tag": 42, "data": Binary(b"x" * width, width)}),
        1,
    ]


@pytest.mark.parametrize("code", range(7))
@pytest.mark.parametrize(
    "parts",
    [
        [],
        ["a"],
        ["a", "B"],
        [1, 2, 3],
        ["a", 1, []],
        [None] * 4,
        "text",
        5,
        None,
        {"a": 1},
        ["a", "B", 1],
        ["", "", {}, 5],
    ],
    ids=repr,
)
def test_an_object_of_any_shape_is_shown(code: int, parts: object) -> None:
    shown = decode(b"\x92" + ext(code, pack(parts)) + b"\x07").value

    assert isinstance(shown, list)
    assert isinstance(shown[0], Tagged)
    assert shown[1] == 7
    to_json(shown)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        (("datetime", "date"), [2026, 13, 99]),
        (("datetime", "date"), ["a"]),
        (("datetime", "timedelta"), [10**12, 0, 0]),
        (("datetime", "timedelta"), [1.5, 0, 0]),
        (("datetime", "timezone"), [5]),
        (("datetime", "timezone"), []),
        (("pathlib", "PosixPath"), [1, "a"]),
        (("re", "compile"), ["a"]),
        (("langgraph.types", "Send"), ["only"]),
        (("langgraph.types", "Send"), [1, 2, 3, 4]),
        (("datetime", "date"), {"a": 1}),
        (("a", "B"), None),
    ],
    ids=repr,
)
def test_arguments_that_make_no_such_value_are_shown_as_they_are(name: tuple[str, str], arguments: Any) -> None:
    dotted = "re.Pattern" if name[0] == "re" else ".".join(name)

    assert decode(an_object(1, *name, arguments)).value == Tagged(dotted, {"args": arguments})


@pytest.mark.parametrize(
    "parts",
    [
        {"hour": 25, "minute": 0, "second": 0, "microsecond": 0},
        {"hour": 1},
        {"hour": "x", "minute": 0, "second": 0, "microsecond": 0},
    ],
)
def test_a_time_that_is_none_shows_its_parts(parts: dict[str, Any]) -> None:
    assert decode(an_object(2, "datetime", "time", parts)).value == Tagged("datetime.time", parts)


@pytest.mark.parametrize("dtype", ["", "<", "<f", "<f3", "<f16", "|O8", "=f8", "<M8[ns]", "|V8", "<f99999999", "<f٣"])
def test_an_array_of_unknown_elements_shows_its_bytes_only(dtype: str) -> None:
    shown = decode(an_object(6, dtype, [1], "C", b"12345678")).value

    assert shown == Tagged(
        "numpy.ndarray", {"dtype": dtype, "shape": [1], "order": "C", "data": Binary(b"12345678", 8)}
    )


def test_a_windows_path_keeps_its_own_separator() -> None:
    assert decode(an_object(1, "pathlib", "WindowsPath", ["C:\\", "a", "b"])).value == Tagged(
        "pathlib.WindowsPath", {"value": "C:\\a\\b"}
    )


def test_a_method_that_is_not_known_is_named_and_not_called() -> None:
    assert decode(an_object(3, "os", "path", "rm -rf /", "system")).value == Tagged(
        "os.path", {"value": "rm -rf /", "method": "system"}
    )


def test_a_secret_stored_with_several_arguments_is_masked() -> None:
    assert decode(an_object(1, "app", "Secret", ["x", "y"])).value == Tagged("app.Secret", {"value": "**********"})


def test_an_offset_of_days_is_no_timezone() -> None:
    days = an_object(1, "datetime", "timedelta", [2, 0, 0])
    payload = b"\x93" + pack("datetime") + pack("timezone") + b"\x91" + days

    assert decode(ext(1, payload)).value == Tagged(
        "datetime.timezone", {"args": [Tagged("datetime.timedelta", {"value": "P2D"})]}
    )
