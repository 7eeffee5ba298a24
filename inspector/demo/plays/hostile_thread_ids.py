"""Thread ids that are legal and unkind: empty, huge, with slashes, quotes, markup, wildcards, emoji.

These ids carry no prefix in front, only one at their end, because how they begin is part of the point. The
empty id cannot carry any, so it is played under one durability only.
"""

from __future__ import annotations

from inspector.demo.graphs.chat import build_chat
from inspector.demo.stage import Played, PlayedThread, Stage, played

HOSTILE = (
    "a/b/../c?d=e&f=g#h",
    "line one\nline two\ttabbed\r\n",
    'it\'s "quoted" `here`',
    "<script>alert(1)</script><b>&amp;",
    "emoji 👩🏽‍💻 and \u202eright to left\u202c",
    "100%_wild*card?[a-z]",
    "back\\slash \\n \\u0000 \\x41",
    "  spaces around  ",
    "\u0001control\u001b[31m\u007f",
    "\uff46\uff55\uff4c\uff4c width e\u0301 vs \u00e9",
    "'; drop table checkpoints; --",
    "{{ template }} {% tag %} ${shell} %(name)s",
    "None",
)


def play(stage: Stage) -> Played:
    """One turn each, and two on a twin that differs in case only."""
    graph = build_chat(stage.saver)
    ending = stage.thread_id("")
    turns = dict.fromkeys((f"{start} {ending}" for start in HOSTILE), 1)
    turns["".join(map(str, range(1000)))[: 1999 - len(ending)] + f" {ending}"] = 1  # 2000 characters
    turns[f"CASE {ending}"] = 1
    turns[f"case {ending}"] = 2
    if stage.durability == "sync":
        turns[""] = 1
    for thread_id, count in turns.items():
        stage.say(graph, stage.config(thread_id), *(["Where is that order?"] * count))
    return played(graph, [PlayedThread(thread_id, turns=count) for thread_id, count in turns.items()])
