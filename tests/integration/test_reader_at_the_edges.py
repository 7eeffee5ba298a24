"""What the scenarios are too small or too tidy for: large Sends, answers nobody took in, parents out of reach."""

from __future__ import annotations

import operator
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, Send, interrupt

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.repertoire import open_saver
from inspector.domain.tasks import UNKNOWN_NODE
from inspector.reader import At, Reader
from inspector.stores.base import ReadBudget
from inspector.stores.guard import Limits
from inspector.stores.postgres import PostgresStore


class Papers(TypedDict):
    done: Annotated[list[int], operator.add]


class Count(TypedDict):
    n: int
    kept: str


@contextmanager
def stored(postgres: EmbeddedPostgres, **limits: Any) -> Iterator[tuple[Any, Reader]]:
    """A real saver and a reader on an empty database."""
    url = postgres.create_database()
    store = PostgresStore("edges", url, Limits(**limits))
    with open_saver(url) as saver:
        yield saver, Reader(store)
    store.close()


def map_reduce(saver: Any, size: int, count: int, **options: Any) -> Any:
    """`begin` sends `count` documents of `size` characters to `work`."""
    graph = StateGraph(Papers)
    graph.add_node("begin", lambda state: {"done": []})
    graph.add_node("work", lambda state: {"done": [1]})
    graph.add_edge(START, "begin")
    graph.add_conditional_edges("begin", lambda _: [Send("work", {"text": "x" * size}) for _ in range(count)], ["work"])
    graph.add_edge("work", END)
    return graph.compile(checkpointer=saver, **options)


@pytest.mark.parametrize(("size", "count", "turns"), [(40_000, 3, 1), (700_000, 2, 3)])
def test_sends_of_whole_documents_are_due_and_have_run(
    postgres: EmbeddedPostgres, size: int, count: int, turns: int
) -> None:
    with stored(postgres) as (saver, reader):
        graph = map_reduce(saver, size, count)
        config: Any = {"configurable": {"thread_id": "papers"}}
        for _ in range(turns):
            graph.invoke({"done": []}, config)
        expected = [sorted(snapshot.next) for snapshot in graph.get_state_history(config)]
        history = reader.read_history("papers")

        assert [sorted(item.next) for item in history.checkpoints] == expected
        assert sum("work" in item.node_names for item in history.checkpoints) == turns
        sending = [item for item in history.checkpoints if item.next == ("work",) * count]
        for item in sending:
            writes = reader.read_writes(item)
            assert {write.node_name for write in writes} == {"work"}
            assert all(task.finished for task in reader.read_tasks(item, writes))
        assert len(sending) == turns


def test_a_thread_that_waits_with_large_sends_is_not_complete(postgres: EmbeddedPostgres) -> None:
    with stored(postgres) as (saver, reader):
        graph = map_reduce(saver, 40_000, 3, interrupt_before=["work"])
        graph.invoke({"done": []}, {"configurable": {"thread_id": "papers"}})
        (summary,) = reader.read_summaries(["papers"])

        assert (summary.state, summary.next) == ("unfinished", ("work",) * 3)


def test_sends_beyond_the_budget_are_due_without_a_name(postgres: EmbeddedPostgres) -> None:
    with stored(postgres, control_bytes=10_000) as (saver, reader):
        graph = map_reduce(saver, 40_000, 3, interrupt_before=["work"])
        graph.invoke({"done": []}, {"configurable": {"thread_id": "papers"}})
        (summary,) = reader.read_summaries(["papers"])

        assert (summary.state, summary.next) == ("unfinished", (UNKNOWN_NODE,))


def test_a_question_waits_until_its_answer_is_stored_and_again_when_one_more_is_asked(
    postgres: EmbeddedPostgres,
) -> None:
    """A worker that dies after it was given the answer leaves unfinished work, not a question."""
    dying = [False]

    def ask(state: Count) -> dict[str, int]:
        interrupt("first?")
        if dying[0]:
            raise KeyboardInterrupt
        interrupt("second?")
        return {"n": 1}

    with stored(postgres) as (saver, reader):
        graph = StateGraph(Count).add_node("ask", ask).add_edge(START, "ask").compile(checkpointer=saver)
        asked: Any = {"configurable": {"thread_id": "asked again"}}
        died: Any = {"configurable": {"thread_id": "worker died"}}
        for config in (asked, died):
            graph.invoke({"n": 0, "kept": ""}, config)
            assert _state(reader, config) == "interrupted"
        graph.invoke(Command(resume="yes"), asked)
        dying[0] = True
        with pytest.raises(KeyboardInterrupt):
            graph.invoke(Command(resume="yes"), died)

        assert _state(reader, asked) == "interrupted"
        assert _state(reader, died) == "unfinished"


def test_what_a_step_changed_is_the_same_in_a_history_that_is_cut(postgres: EmbeddedPostgres) -> None:
    """Also for a fork whose parent lies far beyond the cut."""
    with stored(postgres) as (saver, reader):
        graph = StateGraph(Count).add_node("bot", lambda state: {"n": state["n"] + 1}).add_edge(START, "bot")
        bot = graph.compile(checkpointer=saver)
        config: Any = {"configurable": {"thread_id": "forked"}}
        for n in range(5):
            bot.invoke({"n": n, "kept": "the same"} if not n else {"n": n}, config)
        oldest = list(bot.get_state_history(config))[-2].config
        bot.update_state(oldest, {"n": 99})
        bot.invoke({"n": 5}, config)
        whole = {item.checkpoint_id: item for item in reader.read_history("forked").checkpoints}

        for rows in range(1, len(whole)):
            part = reader.read_history("forked", budget=ReadBudget(rows=rows))
            assert part.beyond in whole
            for item in part.checkpoints:
                assert item.channels_changed == whole[item.checkpoint_id].channels_changed
                assert item.node_names == whole[item.checkpoint_id].node_names


def test_a_step_whose_parent_was_pruned_claims_no_changes(postgres: EmbeddedPostgres) -> None:
    with stored(postgres) as (saver, reader):
        bot = StateGraph(Count).add_node("bot", lambda state: {"n": 1}).add_edge(START, "bot").compile(saver)
        bot.invoke({"n": 0, "kept": "x"}, {"configurable": {"thread_id": "pruned"}})
        saver.conn.execute("delete from checkpoints where metadata ->> 'step' <> '1'")
        (left,) = reader.read_history("pruned").checkpoints

        assert (left.channels_changed, left.node_names) == ((), ())


def test_of_very_many_namespaces_the_root_and_the_newest_are_listed(postgres: EmbeddedPostgres) -> None:
    with stored(postgres, namespaces=3) as (saver, reader):
        inner = StateGraph(Count).add_node("step", lambda state: {"n": 1}).add_edge(START, "step").compile()
        graph = StateGraph(Count).add_node("inner", inner).add_edge(START, "inner").compile(checkpointer=saver)
        for n in range(4):
            graph.invoke({"n": n, "kept": ""}, {"configurable": {"thread_id": "deep"}})
        found = [namespace.checkpoint_ns for namespace in reader.read_history("deep").namespaces]
        everything = saver.conn.execute(
            "select checkpoint_ns from checkpoints group by 1 order by min(checkpoint_id)"
        ).fetchall()

        assert found == ["", *[row["checkpoint_ns"] for row in everything][-2:]]


def _state(reader: Reader, config: Any) -> str:
    (summary,) = reader.read_summaries([config["configurable"]["thread_id"]])
    return summary.state


def test_a_history_knows_its_neighbours_on_both_sides_of_a_cut(postgres: EmbeddedPostgres) -> None:
    with stored(postgres) as (saver, reader):
        bot = StateGraph(Count).add_node("bot", lambda state: {"n": 1}).add_edge(START, "bot").compile(saver)
        for n in range(3):
            bot.invoke({"n": n, "kept": ""}, {"configurable": {"thread_id": "long"}})
        ids = [item.checkpoint_id for item in reader.read_history("long").checkpoints]
        middle = reader.read_history("long", at=At(before=ids[3]), budget=ReadBudget(rows=2))

        assert [item.checkpoint_id for item in middle.checkpoints] == ids[4:6]
        assert (middle.above, middle.beyond) == (ids[3], ids[6])
        assert reader.read_history("long").above == reader.read_history("long").beyond == ""
