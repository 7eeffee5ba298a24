"""Ledger URLs: what the driver gets, and what people see."""

from __future__ import annotations

import pytest

from inspector.errors import ConfigError
from inspector.ledger.registry import open_ledger_reader
from inspector.probe.ledger_url import LedgerUrl
from inspector.probe.ledgers import open_ledger, safe_place
from inspector.stores.guard import Limits

SAFE = {
    "postgresql://app:hunter2@db:5432/orders": "postgresql://app@db:5432/orders",
    "POSTGRES://app:hunter2@one,two:6/orders?sslmode=require&schema=lang": "postgresql://app@one,two:6/orders",
    "postgresql://:@/x?host=/run/pg": "postgresql:///run/pg/x",
    "postgresql:///x": "postgresql://local socket/x",
    "postgresql://app:hun@ter2@db/x": "postgresql://app@db/x",
    "postgresql://app:hunter2#@db/x": "postgresql://app@db/x",
    "redis://:hunter2@cache:6379/3": "redis://cache:6379/3",
    "rediss://app:hunter2@cache/0": "rediss://app@cache/0",
    "postgresql://app:hunter2@[::1]:5432/x": "postgresql://app@[::1]:5432/x",
    "postgresql://app:hunter2@[::1]/x": "postgresql://app@[::1]/x",
    "postgresql://app:hunter2@:5432/x": "postgresql://app@:5432/x",
    "postgresql://db:/x": "postgresql://db:/x",
    "redis://cache": "redis://cache",
    "sqlite:////var/lib/ledger.db": "sqlite:////var/lib/ledger.db",
    "sqlite:///ledger%20one.db": "sqlite:///ledger one.db",
}
REFUSED = [
    "",
    "hunter2",
    "mysql://app:hunter2@db/x",
    "postgresql:app:hunter2",
    "postgresql://app:hun/ter2@db/x",
    "postgresql://app:hun?ter2@db/x",
    "redis://app:hunter2#@db/0",
    "postgresql://app:hunter2/orders",
    "postgresql://app:hunter2",
    "postgresql://one:5432,app:hunter2/orders",
    "postgresql://db:hun:5432/orders",
    "redis://app:hunter2/0",
    "redis://:hunter2/0",
    "redis://:7777777/0",
    "redis://:6379/0",
    "postgresql://app:99999/orders",
    "postgresql://app:hunter2\x00@db/x",
    "sqlite://hunter2/x",
    "sqlite://",
    "sqlite:///",
    "sqlite:///:memory:",
    "sqlite:///hunter%002",
    "sqlite:///~hunter2/x",
    f"postgresql://app:{'7' * 5_000}/hunter2",
]


@pytest.mark.parametrize("url", SAFE)
def test_people_see_no_password(url: str) -> None:
    assert safe_place(url) == SAFE[url]
    assert "hunter2" not in repr(LedgerUrl.parse(url))
    open_ledger(url).close()


@pytest.mark.parametrize("url", REFUSED)
def test_what_is_no_ledger_is_refused_without_its_text(url: str) -> None:
    for refuse in (open_ledger, safe_place):
        with pytest.raises(ValueError, match="ledger") as told:
            refuse(url)
        assert "hun" not in str(told.value)
        assert "7777777" not in str(told.value)
    with pytest.raises(ConfigError) as shown:
        open_ledger_reader(url, Limits())
    assert "hun" not in shown.value.message + shown.value.hint


def test_libpq_gets_everything_but_our_own_parameter() -> None:
    parsed = LedgerUrl.parse("postgres://a:p@b@h/x?sslmode=require&schema=my%20lang&application_name=me")

    assert parsed.address == "postgresql://a:p%40b@h/x?sslmode=require&application_name=me"
    assert parsed.schema == "my lang"
