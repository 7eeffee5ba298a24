"""Which one-turn threads are one conversation. Pure: records in, groups out.

Each thread, in time order, goes on with one of the conversations that are still open, or begins one. How likely each
is, is weighed: how usual so long a pause is, what the first words sound like, what they repeat, how often
conversations begin. With an owner only that owner's conversations are open to it; without one, those of its hosts,
and then only words can tell. Conversations of different graphs are different; one whose graph nobody named fits any.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from inspector.orphans.conversations.opening import TOLD, Group, Join, Opening
from inspector.orphans.conversations.pause import Pause
from inspector.orphans.conversations.wording import Frequencies, Wording, read_wording

#: So many turns are followed by another one.
_CONTINUE = 0.85
#: Seconds from an owner's conversation to the next one, while they are awake. Not learnt: the threads of one page tell
#: of no longer breaks than the page is long, and each page would join differently.
_BETWEEN = 9_000.0
#: The same where what was said is yet to be read: that only ever parts what is joined, so that more has to be.
LENIENT = 43_200.0
#: Threads of one group; more is no conversation of a person.
MOST = 500
#: Conversations of a host that are looked at for each thread, the newest ones.
_OPEN = 200
#: A choice by time alone is in doubt below this chance, and above its opposite.
_SURE = 0.97
#: Without an owner, threads are only joined from this chance on: below it, on busy hosts, half of them and more were
#: strangers, of texts that the rules were not made with. Another conversation could have been meant that
#: is at least so likely beside the chosen one.
_AT_LEAST, _RIVAL = 0.7, 0.05
#: So much less likely a thread goes on with another one where its id was chosen: somebody meant it to be a new one.
_CHOSEN = 0.03
#: Without an owner the words were chosen without a corpus to measure them on, so that chances are tempered.
_TEMPER = 0.97


@dataclass(slots=True)
class _Open:
    openings: list[Opening]
    joins: list[Join] = field(default_factory=list)
    words: Counter[str] = field(default_factory=Counter)

    @property
    def last_at(self) -> datetime:
        return self.openings[-1].at

    @property
    def graph(self) -> str:
        return next((one.graph for one in self.openings if one.graph), "")

    def add(self, opening: Opening, wording: Wording, join: Join | None = None) -> None:
        self.openings.append(opening)
        self.words.update(wording.rare)
        if join is not None:
            self.joins.append(join)


def find_conversations(openings: Iterable[Opening], pause: Pause, between: float = _BETWEEN) -> list[Group]:
    """Groups of two threads or more, the one with the newest thread first. No thread is in two of them, no group has
    two owners."""
    return [group for group in split_all(_in_company(openings, pause), pause, between) if len(group.openings) > 1]


def _in_company(openings: Iterable[Opening], pause: Pause) -> list[Opening]:
    """Without threads of an owner who has no other one near: most are such, and they need not be weighed."""
    found: list[Opening] = []
    last: dict[str, Opening] = {}
    near = timedelta(seconds=pause.cut)
    kept: set[str] = set()
    for opening in sorted(openings, key=lambda one: one.place):
        if not opening.owner:
            found.append(opening)
            continue
        before = last.get(opening.owner)
        last[opening.owner] = opening
        if before is not None and opening.at - before.at <= near:
            if before.thread_id not in kept:
                found.append(before)
            kept.add(opening.thread_id)
            found.append(opening)
    return found


def split_all(openings: Iterable[Opening], pause: Pause, between: float = _BETWEEN) -> list[Group]:
    """The same with the threads that are alone, each a group of its own."""
    ordered = sorted(openings, key=lambda one: one.place)
    wordings = {one.thread_id: read_wording(one.first) for one in ordered}
    frequencies = Frequencies.of(wordings.values())
    lanes = (_Lane(pause, frequencies, wordings, between).walk(lane) for lane in _lanes(ordered).values())
    found = [group for groups in lanes for group in groups]
    found += _Crowd(pause, frequencies, wordings, [one for one in ordered if not one.owner]).walk()
    found = [part for group in found for part in _cut_where_weak(group)]
    found.sort(key=lambda group: (group.last_at, group.thread_ids[-1]), reverse=True)
    return found


def _cut_where_weak(group: Group) -> list[Group]:
    """The group, or parts of it where two of its threads are rather strangers than not."""
    if group.confidence >= TOLD:
        return [group]
    middle = len(group.joins) / 2
    place = min(range(len(group.joins)), key=lambda one: (group.joins[one].chance, abs(one - middle)))
    before = Group(group.openings[: place + 1], group.joins[:place])
    after = Group(group.openings[place + 1 :], group.joins[place + 1 :])
    return [*_cut_where_weak(before), *_cut_where_weak(after)]


def _lanes(ordered: Sequence[Opening]) -> Mapping[str, list[Opening]]:
    lanes: dict[str, list[Opening]] = defaultdict(list)
    for opening in ordered:
        if opening.owner:
            lanes[opening.owner].append(opening)
    return lanes


@dataclass(slots=True)
class _Lane:
    """The threads of one owner."""

    pause: Pause
    frequencies: Frequencies
    wordings: Mapping[str, Wording]
    between: float
    open: list[_Open] = field(default_factory=list)
    done: list[_Open] = field(default_factory=list)

    def walk(self, ordered: Sequence[Opening]) -> list[Group]:
        for opening in ordered:
            self._close(opening.at)
            self._place(opening)
        return [Group(tuple(one.openings), tuple(one.joins)) for one in (*self.done, *self.open)]

    def _close(self, now: datetime) -> None:
        still = [one for one in self.open if (now - one.last_at).total_seconds() <= self.pause.cut]
        if len(still) < len(self.open):
            self.done += [one for one in self.open if one not in still]
            self.open = still

    def _place(self, opening: Opening) -> None:
        wording = self.wordings[opening.thread_id]
        weighed = [(*self._weigh(one, opening, wording), one) for one in self.open if _fits(one, opening)]
        begins = 1 / self.between
        total = sum(weight for weight, _, _ in weighed) + begins
        best = max(weighed, key=lambda found: found[0], default=None)
        if best is None or best[0] <= begins:
            self.open.append(_begun(opening, wording))
            return
        weight, words, chosen = best
        chance = weight / total
        doubtful = opening.first is None and chance < _SURE
        rivals = sum(found[0] > _RIVAL * weight for found in weighed) - 1
        chosen.add(opening, wording, Join(chance, rivals, _signs(wording, words), doubtful))

    def _weigh(self, one: _Open, opening: Opening, wording: Wording) -> tuple[float, tuple[str, ...]]:
        gap = (opening.at - one.last_at).total_seconds()
        repeated, words = self.frequencies.repeats(wording, one.words)
        return _CONTINUE * _torn(opening) * self.pause.density(gap) * wording.factor * repeated, words


@dataclass(slots=True)
class _Crowd:
    """Threads of which nobody knows the owner: everybody's who came by the same hosts."""

    pause: Pause
    frequencies: Frequencies
    wordings: Mapping[str, Wording]
    ordered: Sequence[Opening]

    def walk(self) -> list[Group]:
        by_host: dict[str, list[_Open]] = defaultdict(list)
        rates, turns = self._rates()
        share = 1 / max(len(rates), 1)
        every: list[_Open] = []
        for opening in self.ordered:
            hosts = opening.hosts or ("",)
            near = {id(one): one for host in hosts for one in self._still_open(by_host, host, opening.at)}
            begins = sum(rates[host] for host in hosts)
            elsewhere = _CONTINUE * sum(rate for host, rate in turns.items() if host not in hosts)
            chosen = self._place(opening, list(near.values()), begins, elsewhere, share)
            if chosen is None:
                chosen = _begun(opening, self.wordings[opening.thread_id])
                every.append(chosen)
            for host in hosts:
                if not any(one is chosen for one in by_host[host]):
                    by_host[host].append(chosen)
        return [Group(tuple(one.openings), tuple(one.joins)) for one in every]

    def _still_open(self, by_host: dict[str, list[_Open]], host: str, now: datetime) -> list[_Open]:
        still = [one for one in by_host[host] if (now - one.last_at).total_seconds() <= self.pause.cut]
        by_host[host] = still[-_OPEN:]
        return by_host[host]

    def _place(
        self, opening: Opening, near: Sequence[_Open], begins: float, elsewhere: float, share: float
    ) -> _Open | None:
        """`begins` are conversations a second, `elsewhere` turns a second at other hosts that are gone on with. So
        large a `share` of them comes by this host, and of its own stays: a load balancer deals them out."""
        wording = self.wordings[opening.thread_id]
        if opening.first is None or wording.begins:
            return None
        weighed = []
        for one in near:
            if _fits(one, opening):
                repeated, words = self.frequencies.repeats(wording, one.words)
                gap = (opening.at - one.last_at).total_seconds()
                weight = share * _CONTINUE * _torn(opening) * self.pause.density(gap) * wording.factor * repeated
                weighed.append((weight, words, one))
        best = max(weighed, key=lambda found: found[0], default=None)
        if best is None:
            return None
        weight, words, chosen = best
        unseen = share * elsewhere * wording.factor
        chance = _TEMPER * weight / (sum(found[0] for found in weighed) + begins + unseen)
        signs = _signs(wording, words)
        if chance < _AT_LEAST or not signs:
            return None
        others = sum(
            len(found[2].openings) for found in weighed if found[2] is not chosen and found[0] > _RIVAL * weight
        )
        chosen.add(opening, wording, Join(chance, others, signs))
        return chosen

    def _rates(self) -> tuple[Mapping[str, float], Mapping[str, float]]:
        """Per second and host: conversations that begin, which are the threads that do not sound like going on, and all
        threads."""
        of_host: dict[str, list[Opening]] = defaultdict(list)
        for opening in self.ordered:
            for host in opening.hosts or ("",):
                of_host[host].append(opening)
        begin, turns = {}, {}
        for host, theirs in of_host.items():
            seconds = max((theirs[-1].at - theirs[0].at).total_seconds(), self.pause.cut)
            begin[host] = max(sum(self.wordings[one.thread_id].factor <= 1 for one in theirs), 1) / seconds
            turns[host] = len(theirs) / seconds
        return begin, turns


def _begun(opening: Opening, wording: Wording) -> _Open:
    found = _Open([])
    found.add(opening, wording)
    return found


def _fits(one: _Open, opening: Opening) -> bool:
    if len(one.openings) >= MOST:
        return False
    return not one.graph or not opening.graph or one.graph == opening.graph


def _torn(opening: Opening) -> float:
    """The factor of its id: one made at random, or with a random part, says nothing."""
    return 1.0 if opening.shape else _CHOSEN


def _signs(wording: Wording, words: tuple[str, ...]) -> tuple[str, ...]:
    """`words` are repeated; they are the texts' own, so only their number is told."""
    repeated = f"it repeats {'a rare word' if len(words) == 1 else f'{len(words)} rare words'} of before"
    return (*wording.signs, *([repeated] if words else []))
