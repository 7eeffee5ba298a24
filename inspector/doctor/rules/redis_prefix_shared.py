"""Two sets of checkpoints in one Redis get in each other's way: prefixes are nested, or both hold the same threads."""

from __future__ import annotations

from collections import defaultdict

from inspector.doctor.case import Case
from inspector.doctor.finding import Evidence, Fix, Link, Verdict, fine, problem, unknown
from inspector.doctor.rule import REDIS, Rule
from inspector.doctor.words import listed
from inspector.domain.text import count_noun, shorten_middle
from inspector.stores.signs import RedisSigns

_FIX = Fix(
    before="""\
# The search index of the first also takes in the keys of the second: they begin with "app:".
one = RedisSaver(url, checkpoint_prefix="app", checkpoint_write_prefix="app_write")
two = RedisSaver(url, checkpoint_prefix="app:beta", checkpoint_write_prefix="app:beta_write")""",
    after="""\
# No prefix is the beginning of another, up to a colon.
one = RedisSaver(url, checkpoint_prefix="app", checkpoint_write_prefix="app_write")
two = RedisSaver(url, checkpoint_prefix="beta", checkpoint_write_prefix="beta_write")""",
    note="Workers that serve the same conversations need the same prefix. Others are best kept apart by a server of "
    "their own: search indexes cover database 0 only.",
)
_LONG = 100


def check(case: Case) -> Verdict:
    return judge(case.signs.redis)


def judge(signs: RedisSigns | None) -> Verdict:
    if signs is None or not signs.prefixes:
        return unknown(
            "Which sets of checkpoints share this database is not known.", missing="The right to call FT._LIST."
        )
    nested = [(outer, inner) for outer in signs.prefixes for inner in signs.prefixes if inner.startswith(f"{outer}:")]
    if nested:
        return _nested(nested)
    if signs.shared_threads:
        return _shared(signs)
    if len(signs.prefixes) == 1:
        return fine(f"One set of checkpoints is in this database, under the prefix {signs.prefixes[0]}.")
    if not signs.sampled_pointers:
        return unknown(
            f"Whether the sets of checkpoints under {listed(signs.prefixes)} hold the same threads is not known.",
            missing="Threads of full savers, and the rights to SCAN and MGET, which `inspector grants` prints.",
        )
    return fine(
        f"{count_noun(len(signs.prefixes), 'set')} of checkpoints are in this database, under the prefixes "
        f"{listed(signs.prefixes)}: no prefix begins with another, and of "
        f"{count_noun(signs.sampled_pointers, 'thread')} of {signs.prefix} that were looked at, no other set has one."
    )


def _nested(nested: list[tuple[str, str]]) -> Verdict:
    outer, inner = nested[0]
    return problem(
        f"The prefix {inner} begins with the prefix {outer} and a colon: the search index of {outer} holds the keys of "
        f"{inner} as well, so its saver lists, counts and deletes what belongs to the other, or fails over it.",
        title=f"The Redis prefixes {outer} and {inner} overlap",
        confidence="certain",
        evidence=tuple(Evidence(f"{one}:* takes in {other}:*", Link("stores")) for one, other in nested),
    )


def _shared(signs: RedisSigns) -> Verdict:
    by_prefix: dict[str, list[str]] = defaultdict(list)
    for prefix, thread_id in signs.shared_threads:
        by_prefix[prefix].append(thread_id)
    threads = list(dict.fromkeys(thread_id for _, thread_id in signs.shared_threads))
    others = listed(sorted(by_prefix))
    return problem(
        f"Of {count_noun(signs.sampled_pointers, 'thread')} of {signs.prefix} that were looked at, "
        f"{count_noun(len(threads), 'is', 'are')} also kept under {others}: workers with different prefixes serve the "
        "same conversations, and each remembers its own half.",
        title=f"The prefixes {signs.prefix} and {others} hold the same threads",
        confidence="likely",
        thread_ids=tuple(threads),
        evidence=tuple(
            Evidence(
                f"{shorten_middle(thread_id, _LONG)} is under {signs.prefix} and {prefix}",
                Link("thread", {"id": thread_id}),
            )
            for prefix, thread_id in signs.shared_threads
        ),
    )


RULE = Rule(
    slug="redis-prefix-shared",
    problem="Two sets of checkpoints in one Redis overlap",
    good="Sets of checkpoints in this Redis keep apart",
    severity="medium",
    of_threads=False,
    kinds=REDIS,
    fix=_FIX,
    check=check,
)
