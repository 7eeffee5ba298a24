"""Redis is told to drop keys when its memory is full: then conversations are gone, wholly or in part."""

from __future__ import annotations

from inspector.doctor.case import Case
from inspector.doctor.finding import Evidence, Fix, Link, Verdict, fine, problem, unknown
from inspector.doctor.rule import REDIS, Rule
from inspector.domain.text import count_noun, text_size
from inspector.stores.signs import RedisSigns

_FIX = Fix(
    before="""\
redis-cli CONFIG SET maxmemory-policy allkeys-lru""",
    after="""\
redis-cli CONFIG SET maxmemory-policy noeviction
redis-cli CONFIG REWRITE""",
    language="sh",
    note="With noeviction a full server refuses writes, which is seen at once. Give checkpoints a server of their own, "
    "apart from caches, enough memory, and a time to live by the saver's `ttl` where old ones may go.",
)
_EVERY, _EXPIRING = "allkeys-", "volatile-"


def check(case: Case) -> Verdict:
    return judge(case.signs.redis, case.signs.notes)


def judge(signs: RedisSigns | None, notes: tuple[str, ...] = ()) -> Verdict:
    """`notes` say what could not be looked at."""
    if signs is None or not signs.policy:
        return unknown(
            "What the server does when its memory is full is not known.",
            missing="The right to ask for INFO. `inspector grants` prints the ACL line.",
        )
    evicts = signs.policy.startswith((_EVERY, _EXPIRING))
    touched = signs.policy.startswith(_EVERY) or signs.expiring_checkpoints or signs.expiring_writes
    if evicts and signs.max_memory_bytes and touched:
        return _problem(signs)
    if evicts and signs.max_memory_bytes and not signs.sampled_checkpoints:
        return unknown(
            f"The policy {signs.policy} drops keys with a time to live, and whether checkpoints have one is not known.",
            missing=" ".join(notes) or "Checkpoints in the store.",
            evidence=(_memory(signs),),
        )
    return fine(_good(signs, evicts=evicts), evidence=(_memory(signs),))


def _problem(signs: RedisSigns) -> Verdict:
    limit = f"{text_size(signs.used_memory_bytes)} of {text_size(signs.max_memory_bytes)} are in use"
    which = "any key" if signs.policy.startswith(_EVERY) else "keys with a time to live, as the checkpoints have,"
    said = f"When its memory is full, the server drops {which} (maxmemory-policy {signs.policy}); {limit}."
    if signs.evicted_keys:
        return problem(
            f"{said} It has dropped {count_noun(signs.evicted_keys, 'key')} since it started.",
            title=f"Redis has dropped {count_noun(signs.evicted_keys, 'key')}",
            confidence="likely",
            severity="high",
            evidence=_lines(signs),
        )
    return problem(
        f"{said} It has not done so since it started.",
        title="Redis may drop checkpoints when its memory is full",
        confidence="certain",
        evidence=_lines(signs),
    )


def _good(signs: RedisSigns, *, evicts: bool) -> str:
    if not evicts:
        return (
            f"When its memory is full, the server refuses writes and drops nothing (maxmemory-policy {signs.policy})."
        )
    if not signs.max_memory_bytes:
        return f"The policy is {signs.policy}, but there is no limit of memory (maxmemory 0) at which it would be used."
    return f"The policy {signs.policy} drops only keys with a time to live, and the checkpoints have none."


def _lines(signs: RedisSigns) -> tuple[Evidence, ...]:
    return (
        Evidence(f"maxmemory-policy is {signs.policy}", Link("stores")),
        _memory(signs),
        Evidence(f"evicted_keys is {signs.evicted_keys:,}, of all databases of the server", Link("stores")),
    )


def _memory(signs: RedisSigns) -> Evidence:
    limit = f"maxmemory is {text_size(signs.max_memory_bytes)}" if signs.max_memory_bytes else "there is no maxmemory"
    return Evidence(f"{limit}, and {text_size(signs.used_memory_bytes)} are in use", Link("stores"))


RULE = Rule(
    slug="redis-eviction",
    problem="Redis may drop checkpoints",
    good="Redis drops no checkpoints",
    severity="medium",
    of_threads=False,
    kinds=REDIS,
    fix=_FIX,
    check=check,
)
