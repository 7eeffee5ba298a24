"""Pending writes and the tasks that left them."""

from __future__ import annotations

from collections.abc import Sequence

from inspector.decode import Sight, see_value
from inspector.domain.answers import has_written
from inspector.domain.channels import ERROR, INTERRUPT, NULL_TASK_ID
from inspector.domain.checkpoint import Interrupt, PendingWrite, Task
from inspector.domain.tasks import node_of_task_path, send_index
from inspector.domain.value import CutText, Omitted, Tagged, Value, to_json
from inspector.reader.bodies import present
from inspector.stores.base import WriteRow


def build_writes(rows: Sequence[WriteRow], due: Sequence[str], *, sight: Sight) -> tuple[PendingWrite, ...]:
    """Decoded writes in LangGraph's order. `due` are the nodes due next: the Sends among
    them come first and in their order, and a Send's writes hold only its number."""
    ordered = sorted(rows, key=lambda row: (row.task_path, row.task_id, row.idx))
    return tuple(
        PendingWrite(
            task_id=row.task_id,
            task_path=row.task_path,
            node_name=node_of_write(row, due),
            idx=row.idx,
            channel=row.channel,
            type=row.type,
            size_bytes=row.size_bytes,
            value=_value(row, sight),
        )
        for row in ordered
    )


def build_tasks(next_nodes: Sequence[str], writes: Sequence[PendingWrite]) -> tuple[Task, ...]:
    """One task for each node due after a checkpoint, with what its writes tell. A node due several times (Sends)
    takes the tasks of its name in the order of their paths."""
    by_node: dict[str, list[str]] = {}
    for write in writes:
        ids = by_node.setdefault(write.node_name, [])
        if write.task_id != NULL_TASK_ID and write.task_id not in ids:
            ids.append(write.task_id)
    tasks = []
    for node in next_nodes:
        ids = by_node.get(node) or [""]
        task_id = ids.pop(0)
        tasks.append(_task(node, task_id, [write for write in writes if task_id and write.task_id == task_id]))
    return tuple(tasks)


def build_inner_tasks(tasks: Sequence[Task], writes: Sequence[PendingWrite]) -> tuple[Task, ...]:
    """Tasks that left writes and are not due by themselves: what a node of the functional API called."""
    known = {NULL_TASK_ID, *(task.task_id for task in tasks)}
    inner = dict.fromkeys(write.task_id for write in writes if write.task_id not in known)
    found = ([write for write in writes if write.task_id == task_id] for task_id in inner)
    return tuple(_task(own[0].node_name, own[0].task_id, own) for own in found)


def _task(node: str, task_id: str, writes: Sequence[PendingWrite]) -> Task:
    errors = [write for write in writes if write.channel == ERROR]
    interrupts = tuple(
        interrupt for write in writes if write.channel == INTERRUPT for interrupt in read_interrupts(write.value)
    )
    return Task(
        name=node,
        task_id=task_id,
        error=plain_text(errors[0].value) if errors else "",
        interrupts=interrupts,
        finished=bool(writes) and not errors and not interrupts,
        task_path=writes[0].task_path if writes else "",
        wrote=has_written(task_id, writes),
    )


def read_interrupts(value: Value) -> tuple[Interrupt, ...]:
    """The interrupts in an `__interrupt__` write: a list of them since langgraph 0.2, one alone before."""
    return tuple(_interrupt(item) for item in (value if isinstance(value, list) else [value]))


def _interrupt(item: Value) -> Interrupt:
    if isinstance(item, Tagged) and item.short_name == "Interrupt":
        found = item.fields.get("id") or item.fields.get("interrupt_id")
        return Interrupt(found if isinstance(found, str) else "", item.fields.get("value"))
    return Interrupt("", item)


def plain_text(value: Value) -> str:
    """An error's text. Postgres and SQLite keep `repr(exception)`; anything else is shown as JSON."""
    match value:
        case str():
            return value
        case CutText():
            return value.head + "…"
        case Omitted():
            return value.detail or value.reason
        case Tagged(fields={"args": Omitted(reason="hidden")}):
            return f"{value.short_name}(hidden)"
        case Tagged():
            shown = ", ".join(str(to_json(item)) for item in value.fields.values())
            return f"{value.short_name}({shown})"
    return str(to_json(value))


def node_of_write(row: WriteRow, due: Sequence[str]) -> str:
    """The node that a write is of; "" where its path does not tell. `due` as for `build_writes`."""
    if row.task_id == NULL_TASK_ID:
        return ""
    number = send_index(row.task_path)
    if number is not None:
        return due[number] if number < len(due) else ""
    return node_of_task_path(row.task_path)


def _value(row: WriteRow, sight: Sight) -> Value:
    if row.blob is None and row.type not in ("null", "empty"):
        return Omitted("size", row.size_bytes, "Larger than one read may take.")
    return present(see_value(row.type, row.blob, sight=sight.of(row.channel)).value)
