"""Runs that stopped, failed or wait: told when they are many and old enough, and never with a stored value."""

from __future__ import annotations

import contextlib
from datetime import timedelta

import pytest

from inspector.demo.graphs.base import Saver
from inspector.demo.graphs.chat import build_chat, build_support
from inspector.demo.graphs.checkout import PaymentGatewayError, build_checkout
from inspector.demo.graphs.refund import build_refund
from inspector.demo.stage import Stage
from inspector.doctor.finding import Finding
from inspector.doctor.rules import failed_head, unanswered_interrupt, unfinished_run
from inspector.mute import Mute
from tests.contract.library import open_reader
from tests.contract.places import RedisPlace, StoreUnderTest
from tests.integration.doctor.looked import say_one

pytestmark = pytest.mark.usefixtures("index")

MINUTES, HOUR, DAY = timedelta(minutes=10), timedelta(hours=1), timedelta(days=1)


def told(place: StoreUnderTest, slug: str, later: timedelta, *muted: Mute) -> Finding:
    with open_reader(place) as reader:
        return say_one(reader, slug, later=later, muted=muted)


def texts(found: Finding) -> str:
    return "\n".join([found.title, found.sentence, *(line.text for line in found.evidence)])


def stop(saver: Saver, count: int, before: str, *, name: str = "stopped") -> None:
    """Runs that end before a node and leave what a killed process leaves: the node is due, and nothing says why."""
    stage, graph = Stage(saver, "sync", name), build_support(saver)
    for number in range(count):
        config = stage.config(f"{name}-{number}", worker_hostname="web-2")
        stage.run(graph, {"messages": [("user", "Where is order 4021?")]}, config, interrupt_before=[before])


def chat(saver: Saver, count: int) -> None:
    stage, graph = Stage(saver, "sync", "chat"), build_chat(saver)
    for number in range(count):
        stage.say(graph, stage.config(f"chat-{number}"), "Hello")


def fail(saver: Saver, count: int, *, again: bool = False) -> None:
    down = [True]
    stage, graph = Stage(saver, "sync", "fail"), build_checkout(saver, lambda: down[0])
    for number in range(count):
        down[0] = True
        config = stage.config(f"fail-{number}")
        with contextlib.suppress(PaymentGatewayError):
            stage.say(graph, config, "I'll take the tent.")
        down[0] = False
        if again:
            stage.run(graph, None, config)


def ask(saver: Saver, count: int, *, answered: bool = False) -> None:
    stage, graph = Stage(saver, "sync", "ask"), build_refund(saver)
    for number in range(count):
        config = stage.config(f"ask-{number}")
        stage.say(graph, config, "Please refund order 4119.")
        if answered:
            stage.resume(graph, config, {"approved": True, "by": "Mara"})


def test_runs_that_stopped_in_their_first_step_are_told_with_the_host(place: StoreUnderTest, saver: Saver) -> None:
    stop(saver, unfinished_run.FEW, "agent")

    found = told(place, "unfinished-run", HOUR)
    assert (found.status, found.confidence, found.hosts) == ("warning", "likely", ("web-2",))
    assert "stopped in the middle of a run, in agent" in found.sentence
    assert len(found.thread_ids) == unfinished_run.FEW


@pytest.mark.parametrize(("count", "later"), [(2, HOUR), (3, MINUTES), (3, 2 * DAY)])
def test_fewer_or_younger_or_older_ones_are_no_pattern(
    place: StoreUnderTest, saver: Saver, count: int, later: timedelta
) -> None:
    stop(saver, count, "agent")

    assert told(place, "unfinished-run", later).status == "ok"


def test_few_among_many_are_no_pattern(place: StoreUnderTest, saver: Saver) -> None:
    stop(saver, 3, "agent")
    chat(saver, 297)

    assert told(place, "unfinished-run", HOUR).status == "ok"


def test_runs_that_all_wait_before_one_later_node_may_be_meant_to(place: StoreUnderTest, saver: Saver) -> None:
    stop(saver, 5, "tools")

    found = told(place, "unfinished-run", HOUR)
    assert found.status == "unknown"
    assert "`interrupt_before`" in found.sentence
    assert "tools" in found.missing


def test_breakpoints_beside_dead_runs_are_not_named(place: StoreUnderTest, saver: Saver) -> None:
    stop(saver, 4, "agent", name="dead")
    stop(saver, 2, "tools", name="meant")

    found = told(place, "unfinished-run", HOUR)
    assert found.status == "warning"
    assert {thread_id.split("-")[0] for thread_id in found.thread_ids} == {"dead"}
    assert "Others among them may wait" in found.sentence


def test_muted_threads_do_not_count(place: StoreUnderTest, saver: Saver) -> None:
    stop(saver, 3, "agent", name="review")

    mute = Mute("unfinished-run", "thread", "review-*")
    assert told(place, "unfinished-run", HOUR, mute).status == "ok"


def test_threads_left_with_an_error_are_told_by_node_and_class(place: StoreUnderTest, saver: Saver) -> None:
    fail(saver, failed_head.FEW)

    found = told(place, "failed-head", HOUR)
    assert (found.status, found.severity) == ("warning", "medium")
    assert "in charge with PaymentGatewayError" in found.sentence
    assert "upstream" not in texts(found)  # the error's message is a stored value


@pytest.mark.redis
def test_an_error_in_redis_is_told_alike(request: pytest.FixtureRequest) -> None:
    place = RedisPlace(request.getfixturevalue("redis_server").flush())
    with place.open_saver() as saver:
        fail(saver, failed_head.FEW)

    found = told(place, "failed-head", HOUR)
    assert found.status == "warning"
    assert "in charge with PaymentGatewayError" in found.sentence


def test_errors_that_are_few_among_many_or_new_are_no_pattern(place: StoreUnderTest, saver: Saver) -> None:
    fail(saver, 3)
    assert told(place, "failed-head", MINUTES).status == "ok"

    chat(saver, 57)
    assert told(place, "failed-head", HOUR).status == "ok"


def test_errors_that_somebody_got_past_are_gone(place: StoreUnderTest, saver: Saver) -> None:
    fail(saver, 5, again=True)

    found = told(place, "failed-head", HOUR)
    assert found.status == "ok"
    assert found.sentence.startswith("None of 5 threads")


def test_questions_without_an_answer_are_told_by_node(place: StoreUnderTest, saver: Saver) -> None:
    ask(saver, unanswered_interrupt.FEW)

    found = told(place, "unanswered-interrupt", 2 * DAY)
    assert (found.status, found.severity, found.confidence) == ("warning", "medium", "certain")
    assert "were asked in approve" in found.sentence
    assert "EUR" not in texts(found)  # what was asked is a stored value


def test_of_questions_that_few_leave_open_it_is_told_softly(place: StoreUnderTest, saver: Saver) -> None:
    ask(saver, 3)
    chat(saver, 30)

    found = told(place, "unanswered-interrupt", 2 * DAY)
    assert (found.status, found.severity) == ("warning", "low")


@pytest.mark.parametrize(("count", "later"), [(2, 2 * DAY), (3, timedelta(hours=20)), (3, 40 * DAY)])
def test_fewer_or_younger_or_older_questions_are_left_alone(
    place: StoreUnderTest, saver: Saver, count: int, later: timedelta
) -> None:
    ask(saver, count)

    assert told(place, "unanswered-interrupt", later).status == "ok"


def test_answered_questions_are_good_news(place: StoreUnderTest, saver: Saver) -> None:
    ask(saver, 4, answered=True)

    found = told(place, "unanswered-interrupt", 2 * DAY)
    assert (found.status, found.sentence.split(" of ")[0]) == ("ok", "None")


def test_where_more_are_muted_than_are_listed_nothing_is_said(place: StoreUnderTest, saver: Saver) -> None:
    stop(saver, 70, "agent", name="review")

    mute = Mute("unfinished-run", "thread", "review-*")
    assert told(place, "unfinished-run", HOUR, mute).status == "ok"
