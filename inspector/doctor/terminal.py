"""Findings as text for a terminal: what is wrong, with evidence and fix, then what is not known, then the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from inspector.doctor.finding import Finding, Fix
from inspector.doctor.look import Look
from inspector.doctor.record import Recorded
from inspector.doctor.report import docs_page, link_address
from inspector.domain.text import ago, count_noun, exact_time

#: Lines of evidence of one finding.
_LINES = 5
_MARKS = {"error": ("✕", "bold red"), "warning": ("!", "bold yellow"), "unknown": ("–", "dim"), "ok": ("✓", "green")}
_OF_A_PAGE = re.compile(r"; the page recovers by itself|\s*The page recovers by itself[^.]*\.")


def print_look(console: Console, look: Look, *, store: str, everything: bool, heading: bool, now: datetime) -> None:
    """`store` is what links name, "" where there is one store only. `everything` lists rules that found nothing."""
    if heading:
        console.print(_line((look.store, "bold"), (f"  {look.url}", "dim")))
    if look.error:
        console.print(_line((look.error, "red"), (f" {for_a_terminal(look.hint)}", "")))
        return
    console.print(_line((look.basis, "dim")))
    console.print()
    for part in _parts(look.diagnosis.recorded, store, everything, now):
        console.print(part)
        console.print()
    console.print(_line((_summary(look.diagnosis.recorded), "bold")))


def _parts(found: Sequence[Recorded], store: str, everything: bool, now: datetime) -> Iterator[RenderableType]:
    for one in found:
        if one.finding.is_problem:
            yield _problem(one, store, now)
    mended = [one for one in found if one.is_mended]
    if mended:
        yield Group(*(_mended(one, now) for one in mended))
    untold = [one.finding for one in found if one.finding.status == "unknown"]
    yield from _untold(untold)
    rest = [one.finding for one in found if one.finding.status == "ok" and not one.is_mended]
    if everything and rest:
        yield Group(*map(_passed, rest))


def _problem(one: Recorded, store: str, now: datetime) -> RenderableType:
    finding = one.finding
    since = f", since {_past(one.since, now)}" if one.since and one.since != one.seen_at else ""
    body: list[RenderableType] = [
        _line((f"{finding.rule} · {finding.status}, {finding.confidence}{since}", "dim")),
        _line((finding.sentence, "")),
    ]
    for line in finding.evidence[:_LINES]:
        at = f"{exact_time(line.at)}  " if line.at else ""
        link = f"  {link_address(line.link, store)}" if line.link else ""
        body.append(_line(("· ", "dim"), (f"{at}{line.text}", ""), (link, "dim cyan")))
    if len(finding.evidence) > _LINES:
        body.append(_line((f"· and {count_noun(len(finding.evidence) - _LINES, 'more line')}", "dim")))
    body += [*_fix(finding.fix), _line((docs_page(finding.rule), "cyan"))]
    return Group(_marked(finding, _line((finding.title, "bold"))), _indented(Group(*body)))


def _indented(part: RenderableType) -> RenderableType:
    return Padding(part, (0, 0, 0, 2), expand=False)


def _fix(fix: Fix) -> Iterator[RenderableType]:
    for word, code, style in (("Before:", fix.before, "red"), ("After:", fix.after, "green")):
        if code:
            yield _line((word, "bold"))
            yield _indented(_line((code, style)))
    if fix.note:
        yield _line((fix.note, ""))


def _mended(one: Recorded, now: datetime) -> Text:
    when = f" (mended {_past(one.fixed_at, now)})" if one.fixed_at else ""
    return _line(("✓ ", "green"), (f"No more: {one.was}", ""), (f"{when}  {one.finding.rule}", "dim"))


def _untold(findings: Sequence[Finding]) -> Iterator[RenderableType]:
    """Those that lack the same together: what is missing is said once."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(for_a_terminal(finding.missing), []).append(finding)
    for missing, group in sorted(groups.items(), key=lambda item: -len(item[1])):
        lines = [_marked(finding, _line((finding.sentence, ""), (f"  {finding.rule}", "dim"))) for finding in group]
        needs = [_line(("Would tell: ", "bold"), (missing, ""))] if missing else []
        yield Group(_line(("Not known", "bold")), *lines, *needs)


def _passed(finding: Finding) -> RenderableType:
    muted = " (muted)" if finding.muted else ""
    return _marked(
        finding, _line((finding.title, ""), (f": {finding.sentence}", "dim"), (f"{muted}  {finding.rule}", "dim"))
    )


def _marked(finding: Finding, text: RenderableType) -> RenderableType:
    mark, style = _MARKS[finding.status]
    row = Table.grid(padding=(0, 1))
    row.add_row(_line((mark, style)), text)
    return row


def _summary(found: Sequence[Recorded]) -> str:
    """ "2 errors, 1 warning, 3 rules could not tell, 21 rules passed." """
    findings = [one.finding for one in found]
    counts = {status: sum(one.status == status for one in findings) for status in _MARKS}
    passed = sum(one.status == "ok" and one.applies and not one.muted for one in findings)
    muted = sum(one.muted for one in findings)
    parts = [
        count_noun(counts["error"], "error") if counts["error"] else "",
        count_noun(counts["warning"], "warning") if counts["warning"] else "",
        "" if counts["error"] or counts["warning"] else "No problem found",
        f"{count_noun(counts['unknown'], 'rule')} could not tell" if counts["unknown"] else "",
        f"{count_noun(passed, 'rule')} passed",
        f"{muted:,} muted" if muted else "",
    ]
    return ", ".join(filter(None, parts)) + "."


def _past(at: datetime | None, now: datetime) -> str:
    return ago(max(0.0, (now - at).total_seconds())) if at else ""


def _line(*pieces: tuple[str, str]) -> Text:
    """Ids may hold anything: what a terminal would obey is written out."""
    return Text.assemble(*((_plain(text), style) for text, style in pieces if text))


def for_a_terminal(hint: str) -> str:
    """Without what is true of a page only."""
    return _OF_A_PAGE.sub("", hint).strip()


def _plain(text: str) -> str:
    return "".join(
        character if character.isprintable() or character == "\n" else character.encode("unicode_escape").decode()
        for character in text
    )
