"""What no scenario has: a conversation of many steps, one whose every text is markup, by LangGraph like all; and a
ledger that tells of processes of every kind."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage, ToolMessage

from inspector.demo.graphs.chat import build_support
from inspector.demo.repertoire import open_saver
from inspector.domain.coordinates import time_of
from inspector.probe.ledger_schema import Read, ThreadCounts
from tests.pages.ledgers import MEMORY, Telling, telling

LONG = "long"
MARKUP = "markup"
#: Asked for, never stored.
ASKED = "asked "
#: Each would count itself in a trap, if it were ever more than text.
ATTACKS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "'><svg onload=alert(3)><a href='javascript:alert(4)'>x</a>",
    "</pre></bdi></details></template><iframe srcdoc='<script>parent.alert(5)</script>'></iframe>",
    "<b data-live=1 hx-get=/stores/ hx-trigger=load onmouseover=alert(6)>x</b>",
)


def play_extra(url: str) -> int:
    """Play both, and tell of them; the number of threads."""
    with open_saver(url) as saver:
        graph: Any = build_support(saver)
        for number in range(24):
            config = _config(LONG, worker_hostname=f"web-{number % 2 + 1}")
            graph.invoke({"messages": [("user", f"Question {number}")]}, config)
        attack = " ".join(ATTACKS)
        for text in ATTACKS:
            call = {"name": text, "args": {text: [text, {text: text}]}, "id": text, "type": "tool_call"}
            messages = [
                HumanMessage([{"type": "text", "text": text}, {"type": text, text: text}], name=text),
                AIMessage(text, tool_calls=[call], response_metadata={text: text}),
                ToolMessage(text, tool_call_id=text, name=text, status="error"),
            ]
            config = _config(MARKUP, worker_hostname=text, user_id=text, assistant=text, **{"<i>key": attack})
            graph.update_state(config, {"messages": messages}, as_node="agent")
        with telling(url) as ledger:
            _tell(ledger, [item.checkpoint["id"] for item in saver.list(_config(LONG))])
    return 2


def _tell(ledger: Telling, checkpoint_ids: Sequence[str]) -> None:
    """Reads of the long conversation, one that nobody stored, and processes that live, ended, fell silent, were lost
    long ago, keep all to themselves, or are called by markup."""
    now, versions = time.time(), {"langgraph": "1.2.22", "python": "3.12.4"}
    found = [(at.timestamp(), one) for one in checkpoint_ids[:40] if (at := time_of(one)) is not None]
    reads = tuple(Read(at + 0.000_01, one) for at, one in reversed(found))
    missed = (Read(now, ""), Read(now + 1, ""))
    ledger.tell("web-1", _counts(LONG, reads[-30:]), program="gunicorn", reads=30, compiles=2, versions=versions)
    ledger.tell("web-2", _counts(LONG, reads[:9]), _counts(ASKED, missed), reads=124, misses=124, versions=versions)
    ledger.tell("web-2", program="celery", ended=True, ago=700, versions={"python": "3.11.9"})
    ledger.tell("web-2", ended=True, ago=200_000)
    ledger.tell("web-3", _counts(LONG, missed), _counts(ASKED, (), 4), places=(MEMORY,), ago=400)
    ledger.tell("web-0", ago=300_000)
    away = replace(ledger.place, saver=ATTACKS[0], where=ATTACKS[1], identities=("postgres:system:1/x/public",))
    named = {ATTACKS[2]: 3}
    ledger.tell(ATTACKS[0], _counts(LONG, missed), places=(away,), program=ATTACKS[3], exceptions=named, dropped=named)


def _counts(thread_id: str, reads: tuple[Read, ...], checkpoints: int = 0) -> ThreadCounts:
    missed = [read.at for read in reads if not read.found]
    ats = [read.at for read in reads] or [time.time()]
    return ThreadCounts(
        thread_id,
        0,
        min(ats),
        max(ats),
        reads=len(reads),
        misses=len(missed),
        checkpoints=checkpoints,
        last_read_at=max(ats) if reads else None,
        last_miss_at=max(missed, default=None),
        recent=reads,
    )


def _config(thread_id: str, **metadata: str) -> Any:
    return {"configurable": {"thread_id": thread_id}, "metadata": metadata}
