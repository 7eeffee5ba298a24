"""How much of what a ledger tells fits on a page of processes: whoever may write to it may write names of any size."""

from __future__ import annotations

from collections.abc import Sequence

from inspector.views.contexts import AskedHost, HostGroup, Setup, WorkerItem
from inspector.views.weight import address_bytes, how_many_fit, shown_bytes

#: Bytes of markup that one page of hosts may take, and what its parts take without names and addresses.
PAGE_BYTES = 105_000
HOST_BYTES = 2_200
WORKER_BYTES = 1_050
#: Processes of one host that a page shows, and earlier ones; bytes that they may take.
MOST = 60
MOST_EARLIER = 12
WORKERS_BYTES = 80_000
#: Setups of one host that a page tells, and packages of each.
MOST_SETUPS = 5
VERSIONS = 20
#: Hosts that a list of mere names has, and bytes that it may take.
NAMES = 40
NAMES_BYTES = 14_000
#: Processes that asked for a thread which is not stored.
ASKED = 30
ASKED_BYTES = 60_000


def turn_to(groups: Sequence[HostGroup], number: int) -> tuple[tuple[HostGroup, ...], int, int]:
    """The hosts on one page, its number and how many pages there are. A number beyond the last is the last."""
    pages: list[list[HostGroup]] = [[]]
    room = PAGE_BYTES
    for group in groups:
        weight = _of_group(group)
        room -= weight
        if room < 0 and pages[-1]:
            pages.append([])
            room = PAGE_BYTES - weight
        pages[-1].append(group)
    number = min(number, len(pages))
    return tuple(pages[number - 1]), number, len(pages)


def workers_that_fit(workers: Sequence[WorkerItem]) -> tuple[WorkerItem, ...]:
    return tuple(workers[: how_many_fit(workers[:MOST], _of_worker, WORKERS_BYTES)])


def earlier_that_fit(workers: Sequence[WorkerItem]) -> tuple[WorkerItem, ...]:
    return tuple(workers[:MOST_EARLIER])


def setups_that_fit(setups: Sequence[Setup]) -> tuple[Setup, ...]:
    return tuple(setups[:MOST_SETUPS])


def gone_that_fit(groups: Sequence[HostGroup]) -> tuple[HostGroup, ...]:
    """For a list of hosts of which nothing but the name is told."""
    return tuple(groups[: how_many_fit(groups[:NAMES], lambda group: _of_name(group.host.hostname), NAMES_BYTES)])


def names_that_fit(hostnames: Sequence[str]) -> tuple[str, ...]:
    return tuple(hostnames[: how_many_fit(hostnames[:NAMES], _of_name, NAMES_BYTES)])


def asked_that_fit(hosts: Sequence[AskedHost]) -> tuple[AskedHost, ...]:
    return tuple(hosts[: how_many_fit(hosts[:ASKED], _of_asked, ASKED_BYTES)])


def _of_group(group: HostGroup) -> int:
    notes = sum(200 + shown_bytes(note.sentence, len(note.sentence)) for note in group.host.notes)
    notes += sum(420 + shown_bytes(finding.title, 160) for finding in group.host.findings)
    workers = sum(map(_of_worker, group.workers))
    earlier = sum(300 + shown_bytes(worker.program, 24) for worker in group.earlier)
    setups = sum(
        200 + sum(20 + shown_bytes(name, 40) + shown_bytes(version, 30) for name, version in setup.versions[:VERSIONS])
        for setup in group.setups
    )
    name = 2 * address_bytes(group.host.hostname) + shown_bytes(group.host.hostname, 48)
    name += 2 * shown_bytes(group.host.hostname, 200)  # of the link to what it missed
    return HOST_BYTES + name + notes + workers + earlier + setups


def _of_worker(worker: WorkerItem) -> int:
    places = sum(
        120 + shown_bytes(place.saver, 200) + shown_bytes(place.short_saver, 40) + shown_bytes(place.where, 70)
        for place in worker.places[:3]
    )
    exceptions = sum(sorted((20 + shown_bytes(name, 60) for name in worker.exceptions), reverse=True)[:3])
    dropped = sum(sorted((30 + shown_bytes(name, 20) for name in worker.dropped), reverse=True)[:3])
    return WORKER_BYTES + shown_bytes(worker.program, 24) + places + exceptions + dropped


def _of_name(hostname: str) -> int:
    return 260 + address_bytes(hostname) + shown_bytes(hostname, 40)


def _of_asked(host: AskedHost) -> int:
    return 700 + address_bytes(host.hostname) + shown_bytes(host.hostname, 40) + shown_bytes(host.where, 80)
