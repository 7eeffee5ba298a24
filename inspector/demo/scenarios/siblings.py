"""Two workers run one conversation at the same time: somebody sends again while the answer is under way.

Both runs begin at the same checkpoint, and both end well. From then on, only one of the two is remembered.
"""

from __future__ import annotations

from psycopg_pool import ConnectionPool

from inspector.demo.graphs.slow import build_slow
from inspector.demo.lab.lab import Lab
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker

#: What the model takes to answer, in seconds.
THINKING = 0.6
CONVERSATIONS = 3


def broken(worker: Worker) -> Handler:
    graph = build_slow(open_postgres_saver(worker), lambda: THINKING)

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


def fixed(worker: Worker) -> Handler:
    graph = build_slow(open_postgres_saver(worker), lambda: THINKING)
    pool = worker.stack.enter_context(ConnectionPool(worker.url, min_size=1, max_size=4, open=False))

    def handle(request: Request) -> None:
        with pool.connection() as connection, connection.transaction():
            # One run a thread, in all workers. The lock ends with the transaction.
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [request.thread_id])
            graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


def drive(lab: Lab) -> None:
    """One turn, then two that are sent at once, then one more."""
    first, second = lab.hosts
    for number in range(1, CONVERSATIONS + 1):
        thread_id = f"conv-{number}"
        lab.ask(first, Request(thread_id, "Hi, this is Ada."))
        asked = [
            (first, lab.send(first, Request(thread_id, "Where is order 4021?"))),
            (second, lab.send(second, Request(thread_id, "And where is order 4022?"))),
        ]
        for host, answer in asked:
            lab.wait(host, answer)
        lab.ask(second, Request(thread_id, "What did I ask you before?"))


SCENARIO = Scenario(
    broken={"web-1": broken, "web-2": broken},
    fixed={"web-1": fixed, "web-2": fixed},
    raises={"siblings": ("web-1", "web-2")},
    raises_unprobed={"siblings": ("web-1", "web-2")},
    drive=drive,
)
