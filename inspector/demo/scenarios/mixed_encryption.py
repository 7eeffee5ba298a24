"""One deployment was not given the key: it stores in the clear what the others encrypt, and cannot read theirs."""

from __future__ import annotations

from langgraph.checkpoint.serde.base import SerializerProtocol
from langgraph.checkpoint.serde.encrypted import EncryptedSerializer
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer

from inspector.demo.graphs.chat import build_chat
from inspector.demo.lab.lab import Lab
from inspector.demo.lab.pools import open_postgres_saver
from inspector.demo.lab.scenario import Handler, Request, Scenario, Worker
from inspector.demo.lab.traffic import converse

#: What LANGGRAPH_AES_KEY would hold, here of a lab that is thrown away.
AES_KEY = b"a key of the lab"


def encrypting(worker: Worker) -> Handler:
    return handler_of(worker, EncryptedSerializer.from_pycryptodome_aes(key=AES_KEY))


def broken(worker: Worker) -> Handler:
    """No key in the environment: `if key else JsonPlusSerializer()` made no word of it."""
    return handler_of(worker, JsonPlusSerializer())


def handler_of(worker: Worker, serde: SerializerProtocol) -> Handler:
    saver = open_postgres_saver(worker)
    saver.serde = serde
    graph = build_chat(saver)

    def handle(request: Request) -> None:
        graph.invoke({"messages": [("user", request.text)]}, worker.config(request.thread_id, request.user))

    return handle


def drive(lab: Lab) -> None:
    """Every conversation stays with one worker, as with sticky sessions: until one is moved, all seems well."""
    for host in lab.hosts:
        converse(lab, conversations=12, hosts=(host,))


SCENARIO = Scenario(
    broken={"web-1": encrypting, "web-2": broken, "web-3": encrypting},
    fixed={"web-1": encrypting, "web-2": encrypting, "web-3": encrypting},
    raises={"mixed-encryption": ("web-2",)},
    raises_unprobed={"mixed-encryption": ("web-2",)},
    drive=drive,
)
