"""Every parameter that the interface names works, a wrong value is told, and nothing at all ends in a 500."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inspector.domain.thread_ids import id_shape
from inspector.index.queries import FLAGS, SORTS, STATES
from tests.pages.browse import Browser

WRONG = {
    "/threads/": {
        "turns": ["two", "1", "One"],
        "state": ["done", "Complete", "complete "],
        "flag": ["nope", "one_turn"],
        "sort": ["owner", "--turns", "-", "turns desc", "thread_id;drop"],
        "limit": ["0", "-1", "501", "ten", "1.5", "99999999999999999999", "\uff11", " 5"],
        "since": ["yesterday", "5x", "h", "2026-13-01", "\u0663h"],
        "until": ["never", "1e3", "0001-01-01T00:00:00+23:59"],
        "after": ["x", "!", "bm90", "\u00e9", "A" * 5_000],
        "q": ["nul \x00 inside"],
        "host": ["\x00"],
        "owner": ["\x00"],
        "graph": ["\x00"],
        "shape": ["uuid9", "UUID4", "random"],
        "muted": ["yes", "Only"],
        "format": ["xml", "JSON", "html"],
    },
    "/thread/": {
        "tab": ["diff", "Changes"],
        "ns": ["\x00"],
        "checkpoint": ["\x00"],
        "against": ["\x00"],
        "before": ["\x00"],
        "id": ["\x00"],
        "format": ["xml"],
    },
    "/orphans/": {"window": ["2h", "24H", "0"], "limit": ["0"], "after": ["x"], "format": ["xml"]},
    "/workers/": {"page": ["0", "-1", "1000", "one"], "format": ["xml"]},
    "/stores/": {"format": ["xml"]},
}
EACH_WRONG = pytest.mark.parametrize(
    ("path", "name", "value"),
    [(path, name, value) for path, names in WRONG.items() for name, values in names.items() for value in values],
)


def wrong_query(path: str, name: str, value: str) -> dict[str, Any]:
    return {**({"id": "two-hosts-sync-shared"} if path == "/thread/" else {}), name: value}


@EACH_WRONG
def test_a_wrong_value_is_told_with_a_hint(pages: Browser, path: str, name: str, value: str) -> None:
    query = wrong_query(path, name, value)

    assert pages.get(path, **query).status_code == 400
    if name != "format":
        told = pages.data(path, status=400, **query)
        assert list(told) == ["error", "hint"]
        assert told["error"]
        assert told["hint"]
        assert len(told["error"]) < 300


@pytest.mark.parametrize(
    ("path", "name", "value"),
    [(path, name, values[0]) for path, names in WRONG.items() for name, values in names.items()],
)
def test_a_wrong_value_is_told_before_the_index_has_anything_too(
    unindexed: Browser, path: str, name: str, value: str
) -> None:
    assert unindexed.get(path, **wrong_query(path, name, value)).status_code == 400


@pytest.mark.parametrize(
    "path", ["/threads/", "/thread/", "/orphans/", "/orphans/alerts/", "/workers/", "/doctor/", "/stores/"]
)
@pytest.mark.parametrize("name", ["nope", "scenarios ", "\x00", "x" * 5_000])
def test_an_unknown_store_is_not_found(pages: Browser, path: str, name: str) -> None:
    told = pages.data(path, status=404, store=name, id="two-hosts-sync-shared")

    assert "scenarios" in told["hint"]
    assert pages.get(path, store=name, id="two-hosts-sync-shared").status_code == 404


@pytest.mark.parametrize(
    "path", ["/threads/", "/thread/", "/orphans/", "/orphans/alerts/", "/workers/", "/doctor/", "/stores/"]
)
def test_a_store_is_picked_by_its_name(pages: Browser, path: str) -> None:
    assert pages.data(path, store="scenarios", id="two-hosts-sync-shared")


@pytest.mark.parametrize(
    ("query", "holds"),
    [
        ({"turns": "one"}, lambda row: row["turns"] == 1 and not row["turns_is_lower_bound"]),
        *[({"state": state}, lambda row, state=state: row["state"] == state) for state in STATES],
        *[({"flag": flag}, lambda row, flag=flag: flag in row["flags"]) for flag in FLAGS],
        ({"host": "web-1"}, lambda row: "web-1" in {worker["hostname"] for worker in row["workers"]}),
        ({"host": "(unnamed)"}, lambda row: "" in {worker["hostname"] for worker in row["workers"]}),
        ({"owner": "ada"}, lambda row: row["owner"] == "ada"),
        ({"shape": "uuid4"}, lambda row: id_shape(row["thread_id"]) == "uuid4"),
        ({"shape": "(unnamed)"}, lambda row: id_shape(row["thread_id"]) == ""),
        ({"graph": "nowhere"}, lambda row: False),
        ({"flag": "orphan", "muted": "show"}, lambda row: "orphan" in row["flags"]),
        ({"muted": "only"}, lambda row: False),
        ({"q": "fork"}, lambda row: "fork" in row["thread_id"]),
        ({"since": "1d"}, lambda row: True),
        ({"until": "2001-01-01T00:00:00Z"}, lambda row: False),
        ({"since": "2001-01-01", "until": "2001-01-02 00:00:00+02:00"}, lambda row: False),
        (
            {"q": "fork", "turns": "one", "state": "complete"},
            lambda row: row["turns"] == 1 and "fork" in row["thread_id"],
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "rows",
)
def test_a_filter_shows_all_that_fit_and_no_other(pages: Browser, query: dict[str, Any], holds: Any) -> None:
    every = pages.data("/threads/", limit=500)["threads"]
    found = pages.data("/threads/", limit=500, **query)

    assert found["total"] == len(found["threads"])
    assert [row["thread_id"] for row in found["threads"]] == [row["thread_id"] for row in every if holds(row)]


@pytest.mark.parametrize(
    "name",
    ["", "turns", "state", "flag", "host", "owner", "graph", "shape", "muted", "q", "since", "until", "after", "limit"],
)
def test_an_empty_parameter_is_as_good_as_none(pages: Browser, name: str) -> None:
    """Forms without JavaScript send every field that they have."""
    query: dict[str, Any] = {name: ""}

    assert pages.data("/threads/", **query)["total"] == pages.data("/threads/")["total"]


@pytest.mark.parametrize("sort", [*SORTS, *(f"-{column}" for column in SORTS)])
def test_every_sort_sorts_and_its_pages_show_each_thread_once(pages: Browser, sort: str) -> None:
    rows: list[dict[str, Any]] = []
    after = ""
    while True:
        page = pages.data("/threads/", sort=sort, limit=67, after=after)
        rows += page["threads"]
        after = page["next"]
        if not after:
            break

    column = sort.removeprefix("-")
    values = [row[column] for row in rows]
    assert len({row["thread_id"] for row in rows}) == len(rows) == page["total"]
    if column == "thread_id":  # the index compares bytes
        values = [value.encode() for value in values]
    assert values == sorted(values, reverse=sort.startswith("-"))


@pytest.mark.parametrize("limit", [1, 7, 50, 500])
def test_a_page_holds_as_many_as_asked(pages: Browser, limit: int) -> None:
    page = pages.data("/threads/", limit=limit)

    assert len(page["threads"]) == min(limit, page["total"])
    assert bool(page["next"]) == (limit < page["total"])


@pytest.mark.parametrize("window", ["1h", "6h", "24h", "7d", "30d", ""])
def test_every_window_of_orphans_has_its_series(pages: Browser, window: str) -> None:
    page = pages.data("/orphans/", window=window)

    assert page["window"] == (window or "24h")
    assert sum(bar["threads"] for bar in page["series"]) == page["current"]["threads"] > 0
    assert sum(bar["orphans"] for bar in page["series"]) == page["current"]["orphans"] > 0
    assert page["rate"] == page["current"]["orphans"] / page["current"]["threads"]


@pytest.mark.parametrize("tab", ["changes", "state", "writes", "metadata", ""])
def test_every_tab_has_a_page(pages: Browser, tab: str) -> None:
    assert pages.get("/thread/", id="two-hosts-sync-shared", tab=tab).status_code == 200


def test_more_parameters_than_anybody_sends_are_refused(pages: Browser) -> None:
    query: dict[str, Any] = {f"p{number}": "" for number in range(1_200)}

    assert pages.get("/threads/", **query).status_code == 400
    assert set(pages.data("/threads/", status=400, **query)) == {"error", "hint"}


NAMES = [
    *("q", "turns", "state", "flag", "host", "owner", "since", "until", "sort", "after", "limit", "format", "store"),
    *("id", "ns", "checkpoint", "against", "tab", "before", "load", "window", "group", "nonsense", "", "\x00"),
]
texts = st.text(max_size=12) | st.text(st.characters(categories=["Cs"]), min_size=1, max_size=2)
values = (
    texts
    | st.sampled_from(
        ["json", "one", "-turns", "complete", "24h", "changes", "scenarios", "500", "two-hosts-sync-shared"]
    )
    | st.sampled_from(
        ["", "\x00", "%", "_", "\\", "'", '"', "<b>", "\u202e", "9" * 400, "-1", "1e999", "\ufffd", "{}", "[]"]
    )
    | st.integers().map(str)
    | st.datetimes().map(str)
    | st.sampled_from(["a", "\u00e9", "\U0001f600", "&", "="]).map(lambda character: character * 3_000)
)
queries = st.lists(st.tuples(st.sampled_from(NAMES), values), max_size=5)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(
        [
            "/",
            "/threads/",
            "/thread/",
            "/orphans/",
            "/orphans/alerts/",
            "/workers/",
            "/doctor/",
            "/stores/",
            "/-/health",
        ]
    ),
    pairs=queries,
    known=st.booleans(),
    part=st.booleans(),
)
def test_no_query_whatever_is_a_fault_of_ours(
    pages: Browser, path: str, pairs: list[tuple[str, str]], known: bool, part: bool
) -> None:
    """`known` looks at a thread that is there, or nearly every query would end at an unknown id."""
    query: dict[str, Any] = {"id": ["two-hosts-sync-shared"]} if known else {}
    for name, value in pairs:
        query.setdefault(name, []).append(value)

    response = pages.get(path, {"HX-Request": "true"} if part else None, **query)

    assert response.status_code in ({302} if path == "/" else set()) | {200, 400, 404}, query


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(["/threads/", "/thread/", "/orphans/"]), raw=st.binary(max_size=40))
def test_bytes_that_are_no_query_are_no_fault_of_ours(pages: Browser, path: str, raw: bytes) -> None:
    """As a server hands them on: every byte a character."""
    response: Any = pages.client.get(path, QUERY_STRING=raw.decode("latin-1"))

    assert response.status_code in {200, 400, 404}


@pytest.mark.parametrize("host", ["evil.example", "", "a b", "[::1", "localhost:port"])
def test_a_foreign_host_name_is_refused_and_not_a_fault_of_ours(pages: Browser, host: str) -> None:
    response: Any = pages.client.get("/threads/", headers={"Host": host})

    assert response.status_code == 403
