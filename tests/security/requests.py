"""Requests as nobody sends them but who looks for a hole: right and wrong values, in any number, in any encoding."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from hypothesis import strategies as st

from tests.security.facts import Facts

#: Of all pages, in the words of docs/interface.md; and some that there are not.
NAMES = (
    *("q", "turns", "state", "flag", "host", "owner", "graph", "shape", "muted", "since", "until", "sort", "after"),
    *("limit", "download", "format", "store", "id", "ns", "checkpoint", "against", "tab", "load", "unfold", "before"),
    *("end", "count", "graphs", "node", "source", "mark", "case", "all", "skip", "within", "as", "with_id", "with_ns"),
    *("with_checkpoint", "with_store", "channel", "through", "message", "image", "window", "group", "tested", "what"),
    *("pattern", "made", "undone", "page", "who", "of_store", "check", "next", "token", "nonsense", "", "\0", "id[]"),
)
#: What is right somewhere.
WORDS = (
    *("json", "csv", "jsonl", "markdown", "python", "one", "complete", "interrupted", "failed", "absent", "orphan"),
    *("missed-reads", "siblings", "last_at", "-turns", "thread_id", "24h", "30d", "5m", "changes", "state", "writes"),
    *("metadata", "oldest", "newest", "now", "show", "only", "id", "host", "1", "2", "500", "live", "ready"),
    *("(unnamed)", "uuid4", "2026-11-22T09:30:00Z", "/threads/"),
)
NASTY = (
    *("0", "-1", "999999999999999999999999", "1e309", "NaN", "0x10", "\uff11", "\u0661", "1_0", "+1", "-0", "2**64"),
    *("9223372036854775807", "9223372036854775808", "-9223372036854775809", "1.5", "\x1f", "\x00", "a\x00b"),
    *("' OR 1=1 --", '"; DROP TABLE inspector_threadentry; --', "%", "_", "%%s", "{0}", "{{7*7}}", "${jndi:x}"),
    *("(a+)+$", "[", "*", "**", "?", "\\", "../../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "C:\\x"),
    *(
        "\u202e\u2066x",
        "\u2028",
        "\ufeff",
        "\ufffe",
        "e\u0301",
        "\U0001f469\u200d\U0001f4bb",
        "<script>",
        "&amp;",
        "%00",
    ),
    *("9999-12-31T23:59:59Z", "0001-01-01T00:00:00+23:59", "-1d", "99999d", "null", "None", "true", "[]", "{}"),
    *("x" * 10_000, "\u00e9" * 5_000, "(" * 500, "a/" * 2_000, "|".join("abc") * 300),
)
#: As bytes, since no text is one of these.
RAW = (b"%ED%A0%80", b"%FF%FE", b"%C0%AF", b"%", b"%zz", b"%u0041", b"\xff", b"+", b"%2B", b"%26", b"%00", b"=", b";")


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: bytes
    headers: dict[str, str]
    body: bytes = b""


def requests(paths: Sequence[str], facts: Facts, methods: Sequence[str] = ("GET",)) -> st.SearchStrategy[Request]:
    """To these addresses, with values of these stores among them."""
    pairs = st.lists(_pair(_values(facts)), max_size=6)
    thread = st.sampled_from(facts.threads).map(
        lambda one: [_encoded("store", one.store), _encoded("id", one.thread_id)]
    )
    queries = st.tuples(st.one_of(thread, thread, st.just([])), pairs, st.booleans())
    return st.builds(
        Request,
        method=st.sampled_from(methods),
        path=st.sampled_from(paths),
        query=queries.map(_query),
        headers=st.lists(_header(), max_size=3).map(dict),
        body=st.just(b""),
    )


def forms(facts: Facts) -> st.SearchStrategy[bytes]:
    """What a form may send."""
    names = st.sampled_from(("what", "pattern", "reason", "end", "day", "do", "mute", "text", "rule", "username", "x"))
    words = st.sampled_from(("id", "owner", "host", "graph", "7d", "never", "day", "2026-12-01", "preview", "email"))
    return st.lists(st.builds(_encoded, names, words | _values(facts)), max_size=7).map(b"&".join)


def _values(facts: Facts) -> st.SearchStrategy[str]:
    held = [*facts.stores, *facts.hosts, *facts.graphs, *facts.owners]
    for one in facts.threads:
        held += [one.thread_id, *(text for step in one.steps for text in step)]
        held += [text for value in (*one.values, *one.messages) for text in value]
    right = st.sampled_from(sorted(set(held)))
    return st.one_of(
        right,
        st.sampled_from(WORDS),
        st.sampled_from(NASTY),
        st.tuples(right, st.integers(0, 40), st.text(max_size=2)).map(lambda made: made[0][: made[1]] + made[2]),
        st.text(max_size=12),
        st.text(st.characters(categories=["Cs", "Cc", "Cf"]), min_size=1, max_size=3),
        st.integers().map(str),
        st.binary(max_size=60).map(_cursor),
    )


def _cursor(content: bytes) -> str:
    return urlsafe_b64encode(content).decode().rstrip("=")


def _pair(values: st.SearchStrategy[str]) -> st.SearchStrategy[bytes]:
    names = st.sampled_from(NAMES) | st.text(max_size=3)
    return st.one_of(
        st.builds(_encoded, names, values),
        st.builds(_encoded, names, values),
        st.builds(_encoded, names, values),
        st.builds(lambda name, raw: _encoded(name, "")[:-1] + b"=" + raw, names, st.sampled_from(RAW)),
        st.sampled_from(RAW),
    )


def _encoded(name: str, value: str) -> bytes:
    return "=".join(quote(text, safe="", errors="surrogatepass") for text in (name, value)).encode()


def _query(made: Any) -> bytes:
    thread, pairs, data = made
    return b"&".join([*thread, *pairs, *([b"format=json"] if data else [])])


def _header() -> st.SearchStrategy[tuple[str, str]]:
    odd = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
    return st.one_of(
        st.sampled_from(
            [
                *[("HX-Request", "true"), ("HX-Request", "false"), ("HX-Boosted", "true"), ("X-Refresh", "1")],
                *[("HX-History-Restore-Request", "true"), ("HX-Current-URL", "http://testserver/threads/?a=%ff")],
                *[
                    ("HX-Current-URL", "http://[::1"),
                    ("HX-Target", "list"),
                    ("If-None-Match", "*"),
                    ("Range", "bytes=0-"),
                ],
                *[
                    ("If-Modified-Since", "Thu, 99 Foo 0000"),
                    ("Accept", "application/openmetrics-text"),
                    ("Accept", ";q=x"),
                ],
                *[
                    ("Accept-Encoding", "gzip, br;q=9"),
                    ("Content-Length", "-1"),
                    ("Content-Length", "x"),
                    ("Accept", "*/*"),
                ],
                *[
                    ("X-Forwarded-For", "1.2.3.4, ::1, x"),
                    ("X-Forwarded-Proto", "https"),
                    ("Authorization", "Bearer \x7f"),
                ],
                *[("Sec-Fetch-Site", "same-origin"), ("X-Request-ID", "x" * 9_000), ("Content-Type", "a/b")],
                *[
                    ("X-HTTP-Method-Override", "DELETE"),
                    ("Forwarded", "for=x;proto=y"),
                    ("Cookie", "inspector-form=; a"),
                ],
            ]
        ),
        st.tuples(st.sampled_from(["Accept", "If-None-Match", "Range", "X-Refresh", "User-Agent", "HX-Target"]), odd),
    )
