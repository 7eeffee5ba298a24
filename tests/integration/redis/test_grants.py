"""`inspector grants` for a Redis store: one line for redis-cli."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command

from inspector.errors import ConfigError
from inspector.stores.redis.commands import ALLOWED
from inspector.stores.redis.grants import reader_grants
from tests.integration.redis.conftest import saver_of


def test_the_printed_line_allows_the_commands_on_the_list_and_no_other(empty: str) -> None:
    printed = io.StringIO()
    with saver_of(empty):
        call_command("grants", "--store", empty, "--part", "reader", "--role", "proof", stdout=printed)
    comment, line = printed.getvalue().splitlines()
    assert comment.startswith("--")
    assert line.startswith("ACL SETUSER proof on resetkeys ~checkpoint* resetchannels -@all +")
    allowed = {word[1:].upper() for word in line.split() if word.startswith("+")}
    assert allowed == ALLOWED | {"AUTH", "HELLO"}


def test_a_store_that_cannot_be_asked_gets_a_guess_that_says_so(empty: str) -> None:
    printed, told = io.StringIO(), io.StringIO()
    with pytest.raises(SystemExit):
        call_command("grants", "--store", f"{empty}?prefix=acme", "--part", "reader", stdout=printed, stderr=told)
    assert "NOT CHECKED" in printed.getvalue()
    assert "~acme* " in printed.getvalue()
    assert "no search index" in told.getvalue()


def test_prefixes_with_the_signs_of_a_pattern_stand_for_themselves() -> None:
    assert r"~a\*b* ~w\[1\]* " in reader_grants(prefix="a*b", write_prefix="w[1]", role="reader")


@pytest.mark.parametrize(("role", "prefix"), [("a b", "x"), ("", "x"), ("a", "x +@all")])
def test_names_that_would_change_the_line_are_refused(role: str, prefix: str) -> None:
    with pytest.raises(ConfigError):
        reader_grants(prefix=prefix, write_prefix="w", role=role)
