"""Lines of the log: their forms, the id of the request, and that no text of an exception gets into one."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, connection

from inspector.errors import StoreTimeout
from inspector.logs.faults import faults
from inspector.logs.formats import FIELDS, JsonFormat, TextFormat
from inspector.logs.hooks import log_what_nobody_catches
from inspector.logs.request_id import answering, current_id, is_id, new_id
from inspector.logs.settings import logging_settings

CANARY = "canary-of-a-conversation"
FORMS = {"text": TextFormat, "json": JsonFormat}


@pytest.fixture(params=list(FORMS))
def log(request: pytest.FixtureRequest) -> Iterator[tuple[logging.Logger, StringIO]]:
    """A logger of its own, and all that it has written."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(FORMS[request.param]())
    logger = logging.getLogger("test.of.formats")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, written
    logger.removeHandler(handler)
    logger.propagate = True


@pytest.fixture
def json_log() -> Iterator[tuple[logging.Logger, StringIO]]:
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormat())
    logger = logging.getLogger("test.of.json")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, written
    logger.removeHandler(handler)
    logger.propagate = True


@pytest.fixture
def hooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of Python, which the test may set."""
    for module, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(module, name, getattr(module, name))
    monkeypatch.setattr(logging, "raiseExceptions", True)


class ForeignType(Exception):
    def __str__(self) -> str:
        return CANARY

    __repr__ = __str__


def _key_error() -> None:
    {}[CANARY]


def _with_a_cause() -> None:
    local = CANARY
    try:
        raise ForeignType(local)
    except ForeignType as error:
        raise RuntimeError(f"while {local}") from error


def _broken_body() -> None:
    CANARY.encode().decode("utf-16")
    json.loads(f'{{"{CANARY}')


def _refused_row() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE once (name text UNIQUE CHECK (length(name) < 3))")
        cursor.execute("INSERT INTO once VALUES (%s)", [CANARY])


def _a_note() -> None:
    error = ValueError(CANARY)
    error.add_note(CANARY)
    raise error


@pytest.mark.django_db
@pytest.mark.parametrize("fails", [_key_error, _with_a_cause, _broken_body, _refused_row, _a_note])
def test_an_exception_is_told_by_its_kind_and_its_place(log: tuple[logging.Logger, StringIO], fails: Any) -> None:
    logger, written = log
    try:
        fails()
    except Exception as error:
        kind = type(error).__name__
        logger.exception("It failed: %s", error)
        logger.warning("And was told: %s", error)
        logger.warning(error)
    told = written.getvalue()
    assert CANARY not in told
    assert kind in told
    assert fails.__name__ in told
    assert "tests/unit/logs/test_formats.py" in told


def test_a_database_that_refuses_a_row_is_told_with_its_code_and_without_the_row(
    postgres: Any, log: tuple[logging.Logger, StringIO]
) -> None:
    import psycopg

    logger, written = log
    with psycopg.connect(postgres.create_database()) as own:
        own.execute("create table once (name text unique)")
        own.execute("insert into once values (%s)", [CANARY])
        with pytest.raises(psycopg.Error, match=CANARY) as refused:  # DETAIL: Key (name)=(…) already exists.
            own.execute("insert into once values (%s)", [CANARY])
    error = IntegrityError(*refused.value.args)
    error.__cause__ = refused.value
    logger.error("It was not written.", exc_info=error)
    assert CANARY not in written.getvalue()
    assert "UniqueViolation (23505)" in written.getvalue()


def test_our_own_errors_are_told_in_full(log: tuple[logging.Logger, StringIO]) -> None:
    logger, written = log
    try:
        raise StoreTimeout("The store took too long.", "It is busy.")
    except StoreTimeout as error:
        logger.exception("A read failed: %s", error)
    assert "A read failed: The store took too long." in written.getvalue()
    assert "It is busy." in written.getvalue()


def test_no_text_makes_a_line_of_its_own(log: tuple[logging.Logger, StringIO]) -> None:
    logger, written = log
    logger.warning("The host %s.", "a\n2026-11-23T10:00:00Z ERROR x: made up\r\x1b[2J\u2028")
    assert len(written.getvalue().splitlines()) == 1
    assert "\x1b" not in written.getvalue()


def test_words_that_do_not_fit_lose_the_line_and_nothing_else(
    log: tuple[logging.Logger, StringIO], capsys: pytest.CaptureFixture[str]
) -> None:
    logger, written = log
    logger.handlers[0].handle(logging.LogRecord("x", logging.WARNING, __file__, 1, "%d of %s", (CANARY,), None))
    assert "do not fit" in written.getvalue()
    assert CANARY not in written.getvalue() + capsys.readouterr().err


def test_a_line_of_json_has_its_fields_and_none_of_a_librarys(json_log: tuple[logging.Logger, StringIO]) -> None:
    logger, written = json_log
    with answering("abc"):
        logger.info("never", extra={FIELDS: {}})
        logger.warning("Told.", extra={FIELDS: {"store": "prod", "level": "mine", "odd": object()}, "request": CANARY})
    told = json.loads(written.getvalue())
    assert told.pop("time").endswith("Z")
    assert told == {
        "level": "WARNING",
        "logger": "test.of.json",
        "message": "Told.",
        "request_id": "abc",
        "store": "prod",
        "odd": "object",
    }


def test_a_trace_in_json_is_one_line(json_log: tuple[logging.Logger, StringIO]) -> None:
    logger, written = json_log
    try:
        _with_a_cause()
    except RuntimeError:
        logger.exception("x")
    (line,) = written.getvalue().splitlines()
    told = json.loads(line)["exception"]
    assert [fault["type"].rpartition(".")[2] for fault in told] == ["RuntimeError", "ForeignType"]
    assert told[0]["frames"][-1].endswith(" _with_a_cause")


def test_errors_that_bring_each_other_about_come_to_an_end() -> None:
    one, two = ValueError(CANARY), TypeError(CANARY)
    one.__cause__, two.__cause__ = two, one
    assert [fault["type"] for fault in faults(one)] == ["ValueError", "TypeError"]


def test_ids_are_of_one_form_and_belong_to_one_request() -> None:
    assert is_id(new_id())
    assert new_id() != new_id()
    for wrong in ("", "a b", "a\n", "é", "x" * 65):
        assert not is_id(wrong)
    with answering("outer"), answering("inner"):
        assert current_id() == "inner"
    assert current_id() == ""


def test_what_nobody_catches_in_a_thread_is_told_without_its_text(
    hooks: None, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    log_what_nobody_catches()
    thread = threading.Thread(target=_with_a_cause, name="ask-prod")
    thread.start()
    thread.join()
    sys.excepthook(ForeignType, ForeignType(), None)
    assert [record.getMessage() for record in caplog.records] == [
        "The thread ask-prod ended by an error.",
        "The process ends by an error.",
    ]
    assert CANARY not in "".join(TextFormat().format(record) for record in caplog.records)
    assert CANARY not in capsys.readouterr().err


def test_a_line_that_cannot_be_written_is_not_told_another_way(
    hooks: None, capsys: pytest.CaptureFixture[str], log: tuple[logging.Logger, StringIO]
) -> None:
    logger, written = log
    written.close()
    logger.warning("Of %s.", CANARY)
    assert CANARY in capsys.readouterr().err
    log_what_nobody_catches()
    logger.warning("Of %s.", CANARY)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("form", "kind"), FORMS.items())
def test_every_handler_has_the_form(form: str, kind: type[logging.Formatter]) -> None:
    told = logging_settings(form, log_requests=True, debug=False)
    assert set(told["handlers"]) == {"stderr"}
    assert told["formatters"]["line"]["()"] == f"{kind.__module__}.{kind.__name__}"
    assert told["loggers"]["inspector.requests"]["level"] == "INFO"
    assert settings.LOGGING["loggers"]["inspector.requests"]["level"] == "WARNING"  # text, on somebody's laptop
