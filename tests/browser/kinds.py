"""Every kind of page, with an address on the shared dashboard that shows it."""

from __future__ import annotations

from urllib.parse import quote

from inspector.demo.plays.hostile_thread_ids import HOSTILE
from tests.browser.extra import ASKED, LONG, MARKUP

TABS = ("changes", "state", "writes", "metadata")


def thread(thread_id: str, more: str = "") -> str:
    return f"/thread/?id={quote(thread_id)}{more}"


#: Threads in every state, each looked at on every tab.
THREADS = {
    "tool calls": thread("tool-agent-sync-orders"),
    "an interrupt": thread("unanswered-interrupt-sync-left"),
    "an error": thread("error-sync-later"),
    "subgraphs": thread("research-sync-report"),
    "structured state": thread("structured-state-sync-shopping"),
    "a hostile id": thread(f"{HOSTILE[3]} hostile-thread-ids-sync-"),
    "many steps": thread(LONG, "&store=extra"),
}
#: Values in every form, on the tab that shows most of them.
VALUES = {
    "typed values": thread("typed-values-sync-typed", "&tab=state"),
    "rebuilt values": thread("delta-channel-sync-long", "&tab=state"),
    "hostile values": thread(MARKUP, "&store=extra&tab=state"),
    "forks": thread("fork-by-update-sync-branched"),
    "a subgraph with a memory": thread("subgraph-persistent-sync-remembers", "&ns=specialist&tab=writes"),
    "a subgraph whose caller is not stored": thread("subgraph-persistent-exit-remembers", "&ns=specialist"),
    "questions of a functional graph": thread("functional-interrupt-sync-waiting", "&tab=writes"),
    "a question within two subgraphs": thread("subgraph-interrupt-sync-unsigned", "&tab=writes"),
}
#: What lies below a thread's own page.
FORKED = "fork-by-update-sync-branched"
FOLLOWED = {
    "a comparison of two threads": f"/thread/compare/?id={FORKED}&with_id=tool-agent-sync-orders",
    "a comparison to be chosen": f"/thread/compare/?id={FORKED}",
    "a channel": f"/thread/channel/?id={FORKED}&channel=messages",
    "a message": "/thread/message/?id=message-edits-sync-trimmed&message=question-1",
}
TABBED = {f"thread with {words}, {tab}": f"{path}&tab={tab}" for words, path in THREADS.items() for tab in TABS}
PAGES = {
    "threads": "/threads/?limit=20",
    "one-turn threads": "/threads/?turns=one&limit=20",
    "hostile ids": "/threads/?q=hostile-thread-ids-sync",
    "nothing found": "/threads/?q=no+such+thread",
    "narrowed": "/threads/?q=two&flag=several-hosts&sort=turns&owner=ada",
    "orphans": "/orphans/?limit=20",
    "no orphans": "/orphans/?store=gone",
    "alerts": "/orphans/alerts/",
    "mutes": "/orphans/mutes/?what=id&pattern=*",
    "no mutes": "/orphans/mutes/?store=gone",
    "workers": "/workers/?store=extra",
    "no workers": "/workers/",
    "a ledger that does not answer": "/workers/?store=gone",
    "a diagnosis": "/doctor/?store=extra",
    "a diagnosis without reports": "/doctor/",
    "a diagnosis of a store that does not answer": "/doctor/?store=gone",
    "a rule": "/doctor/rules/saver-in-memory/",
    "one worker": "/workers/?store=extra&host=web-3",
    "time and size": thread(LONG, "&store=extra").replace("/thread/", "/thread/size/"),
    "found in all steps": thread("tool-agent-sync-orders", "&q=order").replace("/thread/", "/thread/find/"),
    "found in all graphs": thread("research-sync-report", "&q=e&all=1").replace("/thread/", "/thread/find/"),
    "found in hostile values": thread(MARKUP, "&store=extra&q=a").replace("/thread/", "/thread/find/"),
    "nothing to find yet": thread(LONG, "&store=extra").replace("/thread/", "/thread/find/"),
    "downloads": thread("tool-agent-sync-orders").replace("/thread/", "/thread/download/"),
    "downloads of a hostile id": THREADS["a hostile id"].replace("/thread/", "/thread/download/"),
    "time and size of an interrupt": "/thread/size/?id=unanswered-interrupt-sync-left",
    "time and size of a hostile id": THREADS["a hostile id"].replace("/thread/", "/thread/size/"),
    "stores": "/stores/",
    "masks": "/masks/",
    "the audit log": "/audit/",
    "no line of the audit log": "/audit/?who=nobody",
    "a store that never answered": "/threads/?store=gone",
    **{f"thread with {words}": path for words, path in VALUES.items()},
    **FOLLOWED,
    **TABBED,
}
#: Errors, with their status.
ERRORS = {
    "a wrong parameter": ("/threads/?sort=sideways", 400),
    "a missing thread": ("/thread/?id=no+such+thread", 404),
    "a thread that was only asked for": (thread(ASKED, "&store=extra"), 404),
    "a missing page": ("/no/such/page/", 404),
    "a missing rule": ("/doctor/rules/no-such-rule/", 404),
    "a store that does not answer": ("/thread/?id=x&store=gone", 503),
}
