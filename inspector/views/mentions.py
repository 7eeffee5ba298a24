"""Problems of the last diagnosis that name a thread or a host, for the pages about these. No rule is asked for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from inspector.doctor.finding import Finding
from inspector.doctor.record import load_problems
from inspector.models import StoreEntry
from inspector.views.contexts import HostGroup, HostItem, MentionItem, NoteItem

#: What notes on processes say that a rule says as well, under another name.
RULES = {"loop-mismatch": "sync-async-mixed"}


def about_thread(entry: StoreEntry, thread_id: str) -> tuple[MentionItem, ...]:
    return tuple(_item(finding) for finding in load_problems(entry) if thread_id in finding.thread_ids)


def with_mentions(problems: Sequence[Finding], groups: Sequence[HostGroup]) -> list[HostGroup]:
    """The hosts, each with those of the problems that name it. A note that says the same leads to the problem."""
    return [replace(group, host=_mentioned(group.host, problems)) for group in groups]


def _mentioned(host: HostItem, problems: Sequence[Finding]) -> HostItem:
    findings = tuple(_item(finding) for finding in problems if host.hostname in finding.hosts)
    rules = {item.rule for item in findings}
    notes = tuple(_linked(note, rules) for note in host.notes)
    said = {note.rule for note in notes}
    return replace(host, findings=findings, notes=notes, other=tuple(one for one in findings if one.rule not in said))


def _linked(note: NoteItem, rules: set[str]) -> NoteItem:
    rule = RULES.get(note.kind, note.kind)
    return replace(note, rule=rule) if rule in rules else note


def _item(finding: Finding) -> MentionItem:
    return MentionItem(finding.rule, finding.status, finding.title)
