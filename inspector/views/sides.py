"""The two sides of a comparison: the checkpoint that each names, and how they stand to each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields

from inspector.domain.channels import is_internal
from inspector.domain.checkpoint import Checkpoint
from inspector.domain.coordinates import step_of
from inspector.domain.lineage import Relation, relate
from inspector.domain.text import count_noun
from inspector.errors import NotFound, StoreError
from inspector.reader import Reader
from inspector.reader.branch import OUTLINED, Kin
from inspector.stores.base import ReadBudget
from inspector.views.contexts import CheckpointItem, CheckpointPlace, ForkItem, RelationItem, SideItem
from inspector.views.steps import checkpoint_item


@dataclass(frozen=True, slots=True)
class Side:
    """A checkpoint, and the store that it was read from."""

    reader: Reader
    checkpoint: Checkpoint

    @property
    def namespace(self) -> tuple[str, str, str]:
        """Store, thread and namespace: within one, versions and parents mean something."""
        return self.reader.store.name, self.checkpoint.thread_id, self.checkpoint.checkpoint_ns

    def item(self) -> SideItem:
        store = self.reader.store
        item = checkpoint_item(self.checkpoint)
        held = {one.name: getattr(item, one.name) for one in fields(CheckpointItem)}
        return SideItem(**held, thread_id=self.checkpoint.thread_id, store=store.name, kind=store.kind)


@contextmanager
def naming(letter: str, reader: Reader) -> Iterator[None]:
    """Errors of the store say which side of the comparison they are of."""
    try:
        yield
    except StoreError as error:
        told = f"Side {letter}, in the store {reader.store.name}, cannot be read. {error.message}"
        raise type(error)(told, error.hint) from error


def find_side(letter: str, reader: Reader, thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> Side:
    """The checkpoint of that id, the newest of the namespace without one. Raises `NotFound` and `StoreError`."""
    with naming(letter, reader):
        if not checkpoint_id:
            newest = reader.store.read_checkpoints(thread_id, checkpoint_ns, budget=ReadBudget(rows=1)).rows
            checkpoint_id = newest[0].checkpoint_id if newest else ""
        found = reader.read_checkpoint(thread_id, checkpoint_ns, checkpoint_id) if checkpoint_id else None
        if found is None:
            raise _not_there(letter, reader, thread_id, checkpoint_ns, checkpoint_id)
    return Side(reader, found)


def _not_there(letter: str, reader: Reader, thread_id: str, checkpoint_ns: str, checkpoint_id: str) -> NotFound:
    where = f"in the store {reader.store.name}"
    if checkpoint_id:
        hint = "It may have been pruned, or be of another thread, namespace or store. Leave it out for the newest."
        return NotFound(f"Side {letter} names a checkpoint that this thread does not hold {where}.", hint)
    if checkpoint_ns:
        return NotFound(
            f"Side {letter} names a namespace that holds no checkpoint {where}.",
            "Leave it out for the graph's root.",
        )
    others = [item for item in reader.read_namespaces(thread_id) if item.checkpoint_ns]
    if others:
        hint = f"Name one of its {count_noun(len(others), 'subgraph')}, as its page lists them."
        return NotFound(f"Side {letter} names a thread whose root holds no checkpoint {where}.", hint)
    hint = "It was never written, has been deleted or has expired, or lives in another store."
    return NotFound(f"Side {letter} names a thread that is not stored {where}.", hint)


def relation_of(a: Side, b: Side, kin: Kin) -> RelationItem:
    """How B stands to A, of whose namespace `kin` is."""
    between = None
    if a.checkpoint.at is not None and b.checkpoint.at is not None:
        between = (b.checkpoint.at - a.checkpoint.at).total_seconds()
    if a.namespace != b.namespace:
        kind, sentence = _strangers(a, b)
        return RelationItem(kind, sentence, 0, 0, None, between)
    relation = relate(kin.parents, a.checkpoint.checkpoint_id, b.checkpoint.checkpoint_id)
    fork = _fork(a, b, relation) if relation.kind == "branches" else None
    sentence = _kin_words(relation, fork, whole=kin.whole)
    return RelationItem(relation.kind, sentence, relation.a_steps, relation.b_steps, fork, between)


def _kin_words(relation: Relation, fork: ForkItem | None, *, whole: bool) -> str:
    match relation.kind:
        case "same":
            return "A and B are the same checkpoint."
        case "after":
            return f"B is {count_noun(relation.b_steps, 'step')} after A on one branch."
        case "before":
            return f"B is {count_noun(relation.a_steps, 'step')} before A on one branch."
        case "branches":
            step = fork.step if fork is not None and fork.step is not None else "?"
            ways = f"A is {count_noun(relation.a_steps, 'step')} from there, B {relation.b_steps}"
            return f"A and B are on branches that part at step {step}: {ways}."
    if whole:
        return "A and B are on branches of which no common ancestor is stored."
    return f"Among the newest {OUTLINED:,} checkpoints, A and B have no common ancestor; older ones were not looked at."


def _strangers(a: Side, b: Side) -> tuple[str, str]:
    """Of two namespaces, threads or stores."""
    one, other = a.checkpoint, b.checkpoint
    same_store = a.reader.store.name == b.reader.store.name
    if one.thread_id != other.thread_id:
        return "threads", f"A and B are of two threads{'' if same_store else ' in two stores'}."
    if not same_store:
        copied = " Both have the same checkpoint_id." if one.checkpoint_id == other.checkpoint_id else ""
        graphs = "" if one.checkpoint_ns == other.checkpoint_ns else ", and of two of its graphs"
        return "stores", f"A and B are of one thread_id in two stores{graphs}.{copied}"
    called = _called_at(one, other, "B", "A") or _called_at(other, one, "A", "B")
    return "namespaces", f"A and B are of two graphs of one thread.{called}"


def _called_at(outer: Checkpoint, inner: Checkpoint, inner_letter: str, outer_letter: str) -> str:
    """Where the metadata of a subgraph's checkpoint names one of the other side's graph."""
    parents = inner.metadata.get("parents")
    caller = parents.get(outer.checkpoint_ns) if isinstance(parents, dict) else None
    if not isinstance(caller, str) or not caller:
        return ""
    if caller == outer.checkpoint_id:
        return f" {inner_letter} is of a subgraph that was called right after {outer_letter}."
    step = step_of(caller)
    return (
        f" {inner_letter} is of a subgraph that was called after step {step} of the other." if step is not None else ""
    )


def _fork(a: Side, b: Side, relation: Relation) -> ForkItem:
    """The checkpoint that two branches go on from. Versions of one namespace tell what each wrote since."""
    place = CheckpointPlace(*a.namespace, relation.fork)
    fork = a.reader.read_checkpoint(a.checkpoint.thread_id, a.checkpoint.checkpoint_ns, relation.fork)
    if fork is None:  # pruned just now
        return ForkItem(relation.fork, None, (), (), (), place)
    by_a, by_b = _own_changes(a.checkpoint, fork), _own_changes(b.checkpoint, fork)
    both = tuple(name for name in by_a if name in by_b)
    return ForkItem(fork.checkpoint_id, fork.step, by_a, by_b, both, place)


def _own_changes(checkpoint: Checkpoint, fork: Checkpoint) -> tuple[str, ...]:
    """The graph's own channels with another version than at the fork."""
    earlier, now = fork.channel_versions, checkpoint.channel_versions
    names = (name for name in {*earlier, *now} if not is_internal(name))
    return tuple(sorted(name for name in names if earlier.get(name) != now.get(name)))
