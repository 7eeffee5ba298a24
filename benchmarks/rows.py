"""A turn's pattern filled in for one thread: lines of COPY's text format."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from benchmarks.plan import Plan, mix
from benchmarks.shapes import Family

#: Ticks of 100 ns between 1582-10-15, where UUIDs begin to count, and 1970-01-01.
_UUID_EPOCH = 0x01B21DD213814000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Rows:
    """The lines of any turn of any thread of a plan."""

    def __init__(self, plan: Plan, families: dict[str, Family]) -> None:
        self.plan = plan
        self.families = families

    def lines(self, table: str, thread: int, turn: int, begin: int = 0, parent: str = "", of: int = 0) -> str:
        """As planned, or, for a turn beyond the plan, as begun at `begin` after the checkpoint `parent`, in a thread
        of `of` turns. "" when the turn has no row there."""
        plan = self.plan
        planned = of or plan.turns[thread]
        found, more_versions, more_steps = self.families[plan.kind(thread)].turn(turn, planned)
        pattern = found.patterns.get(table)
        if pattern is None:
            return ""
        key = plan.key(thread)
        begin = begin or plan.begin_of(thread, turn)
        if turn > 1 and not parent:
            parent, _ = self.last_of(thread, turn - 1, plan.begin_of(thread, turn - 1), planned)
        values = [plan.thread_id(thread), plan.host(thread, turn), plan.owner(thread), f"{mix(key, begin) >> 32:08x}"]
        values.append(parent)
        for number in pattern.ids:
            after, step, grows = found.marks[number]
            values.append(id_of(key, begin + after, step + more_steps * grows))
        values += [iso(begin + found.marks[number][0]) for number in pattern.times]
        values += [str(step + more_steps) for step in pattern.steps]
        values += [version_of(key, version + more_versions * grows) for version, grows in pattern.versions]
        return pattern.text % pattern.pick(values)

    def last_of(self, thread: int, turn: int, begin: int, of: int = 0) -> tuple[str, int]:
        """The root checkpoint that a turn left as the newest, and its time."""
        found, _, more_steps = self.families[self.plan.kind(thread)].turn(turn, of)
        after, step, _ = found.marks[found.last]
        return id_of(self.plan.key(thread), begin + after, step + more_steps), begin + after

    def takes(self, thread: int, turn: int) -> int:
        """Microseconds from a turn's first checkpoint to its last, in a thread that goes on."""
        found, _, _ = self.families[self.plan.kind(thread)].turn(turn)
        return found.marks[-1][0]


def iso(at: int) -> str:
    """As a checkpoint's `ts` is written."""
    return (_EPOCH + timedelta(microseconds=at)).isoformat()


def id_of(key: int, at: int, step: int) -> str:
    """A UUID version 6 of a time in microseconds, with the step in its clock sequence, as LangGraph makes them."""
    ticks = at * 10 + _UUID_EPOCH
    return (
        f"{ticks >> 28 & 0xFFFFFFFF:08x}-{ticks >> 12 & 0xFFFF:04x}-6{ticks & 0xFFF:03x}-"
        f"{0x8000 | step & 0x3FFF:04x}-{mix(key, at) >> 16:012x}"
    )


def version_of(key: int, number: int) -> str:
    """A channel's version, as `PostgresSaver.get_next_version` makes them."""
    return f"{number:032}.0.{mix(key, number) % 10**16:016}"
