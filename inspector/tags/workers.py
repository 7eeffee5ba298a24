"""Processes in words: how many of a host live, what they run, what went wrong in one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from django.template import Library
from django.utils.safestring import SafeString, mark_safe

from inspector.domain.text import ago, count_noun, thousands
from inspector.ledger.grants import PROBE_ROLE
from inspector.ledger.remarks import FEW_READS
from inspector.tags.marks import short

register = Library()

#: What the folded line about versions names, most telling first.
_TELLING = ("langgraph", "langgraph-checkpoint", "python")
_EXCEPTIONS = 3
#: The name of the probe's login, unless `inspector grants` is told another.
_DROPPED = 3


class Host(Protocol):
    @property
    def live(self) -> int: ...
    @property
    def silent(self) -> int: ...
    @property
    def ended(self) -> int: ...
    @property
    def partial(self) -> bool: ...


class Setup(Protocol):
    @property
    def versions(self) -> Sequence[tuple[str, str]]: ...


class Worker(Protocol):
    @property
    def open_calls(self) -> int: ...
    @property
    def exceptions(self) -> Mapping[str, int]: ...
    @property
    def dropped(self) -> Mapping[str, int]: ...
    @property
    def loop_mismatches(self) -> int: ...


@register.filter
def alive_words(hosts: Sequence[Host]) -> str:
    """ "8 live processes on 3 hosts"."""
    live, on = sum(host.live for host in hosts), sum(1 for host in hosts if host.live)
    if not live:
        return "No process that reported lives now"
    return f"{count_noun(live, 'live process', 'live processes')} on {count_noun(on, 'host')}"


@register.filter
def figure(count: int | None) -> str:
    """ "1,048,212"; a dash where nobody counted."""
    return "–" if count is None else thousands(count)


@register.filter
def heard_words(seconds: float) -> str:
    """How long ago a process was heard of, by the ledger's clock: "4 s ago"."""
    return ago(seconds)


@register.filter
def misses_all(counted: Any) -> bool:
    """No read found anything, and there were more than a few. A share says nothing: the first read of every new
    conversation misses, and where conversations have one turn all their reads are first ones."""
    return bool(counted.reads and counted.misses == counted.reads >= FEW_READS)


@register.filter
def probe_login(ledger: str) -> str:
    """The address for a worker's environment: the same place with the login that `inspector grants` makes up, for the
    dashboard's own only reads. A file has no login. An example where there is no ledger."""
    if not has_logins(ledger):
        return ledger
    scheme, _, place = (ledger or "postgresql://HOST/DATABASE").partition("://")
    return f"{scheme}://{PROBE_ROLE}:PASSWORD@{place.rpartition('@')[2]}"


@register.filter
def has_logins(ledger: str) -> bool:
    """A file has none: nothing is to be granted there."""
    return not ledger.startswith("sqlite:")


@register.filter
def processes_words(host: Host) -> str:
    """ "3 live processes, 1 silent"."""
    rest = [f"{thousands(count)} {word}" for count, word in ((host.silent, "silent"), (host.ended, "ended")) if count]
    if host.live:
        least = "at least " if host.partial else ""
        return least + ", ".join([count_noun(host.live, "live process", "live processes"), *rest])
    return f"no live process: {' and '.join(rest)}"


@register.filter
def setup_words(setups: Sequence[Setup]) -> SafeString:
    """ "langgraph 1.2.22, python 3.12.4", of the setup that most processes have."""
    versions = dict(setups[0].versions)
    known = [f"{name} {short(versions[name], 20)}" for name in _TELLING if name in versions]
    return mark_safe(", ".join(known) or "Versions")  # noqa: S308  `short` escapes


@register.filter
def trouble_words(worker: Worker) -> SafeString:
    """What one process has beside its figures: calls under way, failed, dropped. "" as a rule."""
    lost = [(name, count) for name, count in worker.dropped.items() if count]
    names = sorted(worker.exceptions, key=lambda name: -worker.exceptions[name])
    words = [
        count_noun(worker.open_calls, "call") + " under way" if worker.open_calls else "",
        count_noun(worker.loop_mismatches, "call") + " from another event loop" if worker.loop_mismatches else "",
        *(f"{thousands(worker.exceptions[name])} × {short(name, 60)}" for name in names[:_EXCEPTIONS]),
        f"{thousands(len(names) - _EXCEPTIONS)} more kinds of exceptions" if len(names) > _EXCEPTIONS else "",
        *(f"{thousands(count)} {short(name, 20)} dropped" for name, count in lost[:_DROPPED]),
    ]
    return mark_safe(" · ".join(filter(None, words)))  # noqa: S308  `short` escapes
