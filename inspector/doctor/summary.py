"""The diagnosis in a few sentences: what speaks against memory that persists, what does not, what could not be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from inspector.doctor.record import Recorded
from inspector.doctor.words import hosts_in_words, listed
from inspector.domain.text import count_noun, thousands


@dataclass(frozen=True, slots=True)
class Summary:
    """`sentence` is of what was found. `not_known` and `would_tell` are "" where every rule could tell."""

    heading: str
    sentence: str
    not_known: str = ""
    would_tell: str = ""


def sum_up(recorded: Sequence[Recorded], *, partial: bool, unread: bool) -> Summary:
    """`partial` says that the index holds only some of the store's threads, `unread` that it holds none of them yet."""
    asked = [one for one in recorded if one.finding.applies and not one.finding.muted]
    untold = [one for one in asked if one.finding.status == "unknown"]
    return Summary(
        _heading(asked, untold, partial=partial),
        _sentence(asked, untold, unread=unread),
        _not_known(asked, untold),
        _would_tell(untold),
    )


def _heading(asked: Sequence[Recorded], untold: Sequence[Recorded], *, partial: bool) -> str:
    problems = [one.finding for one in asked if one.finding.is_problem]
    if any(finding.cause or finding.status == "error" for finding in problems):
        return "Why memory does not persist"
    blind = partial or any(one.finding.cause for one in untold)
    if problems:  # one that may be grave is a warning where it is only possible: memory may be lost to it all the same
        grave = any(finding.severity == "high" for finding in problems)
        return "Not all is well" if blind or grave else "Memory persists, but not all is well"
    if asked and len(untold) == len(asked):
        return "Nothing could be looked at"
    if partial or not asked:
        return "Nothing found so far"
    if blind:
        return "Nothing found, but not all could be looked at"
    return "Memory persists: nothing speaks against it"


def _sentence(asked: Sequence[Recorded], untold: Sequence[Recorded], *, unread: bool) -> str:
    problems = [one.finding for one in asked if one.finding.is_problem]
    told = len(asked) - len(untold)
    if not problems:
        if unread:
            return "No thread has been read yet, so nothing can be said of any."
        if not told:
            return "No rule could tell anything yet."
        return f"{count_noun(told, 'rule')} looked for trouble and found none."
    counts = Counter(finding.status for finding in problems)
    kinds = [count_noun(counts[status], status) for status in ("error", "warning") if counts[status]]
    hosts = sorted({host or "hosts without a name" for finding in problems for host in finding.hosts})
    where = f", on {hosts_in_words(hosts)}" if hosts else ""
    return f"There {'is' if kinds[0].startswith('1 ') else 'are'} {listed(kinds)}{where}."


def _not_known(asked: Sequence[Recorded], untold: Sequence[Recorded]) -> str:
    if not untold:
        return ""
    could = "could" if len(untold) < len(asked) else "can"
    return f"{thousands(len(untold))} of {count_noun(len(asked), 'rule')} {could} not tell."


def _would_tell(untold: Sequence[Recorded]) -> str:
    """What most of them lack."""
    missing = Counter(one.finding.missing for one in untold if one.finding.missing)
    return missing.most_common(1)[0][0] if missing else ""
