"""Values hold classes that strict deserialization does not know: one day they come back as plain dictionaries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from inspector.doctor.case import Case
from inspector.doctor.evidence.safe_types import other_classes
from inspector.doctor.evidence.samples import Sample
from inspector.doctor.finding import Evidence, Fix, Link, Verdict, fine, problem, unknown
from inspector.doctor.rule import Rule
from inspector.doctor.words import listed
from inspector.domain.text import count_noun, shorten_middle
from inspector.domain.value import Omitted

_FIX = Fix(
    before="""\
class State(MessagesState):
    context: dict[str, Any]  # {"basket": Basket(...), "page": 3}""",
    after="""\
class State(MessagesState):
    basket: Basket  # a class that the state names is allowed by itself
    page: int""",
    note="Where the state cannot name it, tell the serializer: `PostgresSaver(pool, serde=JsonPlusSerializer("
    'allowed_msgpack_modules=[("shop.models", "Basket")]))`. Try it with LANGGRAPH_STRICT_MSGPACK=true.',
)
_LONG = 100


@dataclass
class _Class:
    """Where a class was met."""

    name: str
    named: bool  #: in some place where an annotation may name it
    channel: str
    thread_ids: list[str]


def check(case: Case) -> Verdict:
    samples = case.samples
    if not samples:
        return fine("No thread is stored whose values could be looked at.")
    if all(isinstance(part.value, Omitted) or part.value is None for sample in samples for part in sample.parts):
        return _unread(samples)
    found = _classes(samples)
    odd = [one for one in found if not one.named]
    threads = count_noun(len(samples), "thread")
    if odd:
        return _problem(odd, threads)
    if not found:
        return fine(f"In the values of {threads} there is no class that LangGraph does not know by itself.")
    names = listed([one.name for one in found], "classes")
    return fine(
        f"In the values of {threads} there are {count_noun(len(found), 'class', 'classes')} of your own ({names}), all "
        "of them where a graph's state can name them: LangGraph allows such classes by itself.",
        evidence=tuple(_evidence(one) for one in found),
    )


def _unread(samples: tuple[Sample, ...]) -> Verdict:
    if any(part.sealed for sample in samples for part in sample.parts):
        return unknown("Which classes are stored is not known: values are encrypted.", missing="INSPECTOR_AES_KEY.")
    return fine("The values that were looked at hold no classes.")


def _classes(samples: Iterable[Sample]) -> list[_Class]:
    found: dict[str, _Class] = {}
    for sample in samples:
        for part in sample.parts:
            for name, named in other_classes(part.value):
                one = found.setdefault(name, _Class(name, False, part.channel, []))
                one.named = one.named or named
                if sample.thread_id not in one.thread_ids:
                    one.thread_ids.append(sample.thread_id)
    return sorted(found.values(), key=lambda one: (-len(one.thread_ids), one.name))


def _problem(odd: list[_Class], threads: str) -> Verdict:
    names = listed([f"`{shorten_middle(one.name, _LONG)}`" for one in odd], "classes")
    short = listed([shorten_middle(one.name.rpartition(".")[2], _LONG) for one in odd], "classes")
    number = count_noun(len(odd), "class", "classes")
    return problem(
        f"The values of {threads} that were looked at hold {number} in places that no graph's state seems to name: "
        f"{names}. With LANGGRAPH_STRICT_MSGPACK=true, and by default in a version to come, they are read back as "
        "plain dictionaries, without an error.",
        title=f"{short} may come back as {'a plain dictionary' if len(odd) == 1 else 'plain dictionaries'}",
        confidence="possible",  # the serializer may have been told of it, and annotations are not stored
        thread_ids=tuple(dict.fromkeys(thread_id for one in odd for thread_id in one.thread_ids)),
        evidence=tuple(_evidence(one) for one in odd),
    )


def _evidence(one: _Class) -> Evidence:
    where = f"in the channel {shorten_middle(one.channel, _LONG)}"
    text = f"{shorten_middle(one.name, _LONG)}: {count_noun(len(one.thread_ids), 'thread')}, {where}"
    return Evidence(text, Link("thread", {"id": one.thread_ids[0]}))


RULE = Rule(
    slug="unregistered-types",
    problem="Stored classes may come back as plain dictionaries",
    good="Stored classes are ones that LangGraph builds again",
    severity="medium",
    fix=_FIX,
    check=check,
)
