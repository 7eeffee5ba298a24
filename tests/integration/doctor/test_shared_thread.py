"""Threads that several people share are told from long ones and from those of a group, by real checkpoints."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from inspector.demo.graphs.chat import build_chat
from inspector.demo.repertoire import open_saver
from inspector.doctor.case import Case
from inspector.doctor.finding import Verdict
from inspector.doctor.mutes import Mutes
from inspector.doctor.rules.shared_thread import RULE
from inspector.index.queries import Moment
from inspector.models import StoreEntry
from inspector.mute import Mute
from inspector.reader import Reader
from tests.integration.doctor.made import NOW
from tests.integration.index.conftest import NewDatabase, OpenReader
from tests.integration.index.syncing import sync

pytestmark = pytest.mark.usefixtures("index")


class Site:
    """A store in which people chat."""

    def __init__(self, url: str, reader: Reader) -> None:
        self.url = url
        self.reader = reader

    def chat(self, thread_id: Any, owners: list[str], times: int = 1) -> None:
        with open_saver(self.url) as saver:
            graph: Any = build_chat(saver)
            for _ in range(times):
                for owner in owners:
                    named = {"user_id": owner} if owner else {}
                    config = {"configurable": {"thread_id": thread_id}, "metadata": {"hostname": "web-1", **named}}
                    graph.invoke({"messages": [("user", "Hello")]}, config)

    def ask(self, *mutes: Mute) -> Verdict:
        sync(self.reader)
        case = Case(self.reader, StoreEntry.objects.get(), Moment(NOW, 1800), Mutes(mutes))
        return RULE.check(case)


@pytest.fixture
def site(new_database: NewDatabase, open_reader: OpenReader) -> Site:
    url = new_database()
    with open_saver(url):
        pass
    reader = open_reader(url)
    site = Site(url, dataclasses.replace(reader, host_keys=("hostname",), owner_keys=("user_id",)))
    for number in range(3):
        site.chat(f"conv-{number}", [f"user-{number}"], times=2)
    return site


@pytest.mark.parametrize(("thread_id", "stored"), [(str(None), "None"), ("", ""), ("undefined", "undefined"), (1, "1")])
def test_an_id_that_stands_for_nothing_with_two_owners_is_certain(site: Site, thread_id: Any, stored: str) -> None:
    site.chat(thread_id, ["ada", "bo"])
    said = site.ask()
    assert (said.outcome, said.confidence, said.hosts) == ("problem", "certain", ("web-1",))
    assert said.thread_ids == (stored,)
    assert "2 people share the thread" in said.sentence
    assert not [line for line in (said.sentence, said.title, *(e.text for e in said.evidence)) if "ada" in line]


def test_one_person_who_tries_things_out_shares_with_nobody(site: Site) -> None:
    site.chat("test", ["ada"], times=4)
    assert site.ask().outcome == "fine"


def test_many_people_in_a_thread_of_any_name_are_likely(site: Site) -> None:
    site.chat("support-desk", [f"user-{number}" for number in range(5)], times=5)
    assert (site.ask().confidence, site.ask().thread_ids) == ("likely", ("support-desk",))
    assert site.ask(Mute("shared-thread", "thread", "support-*")).outcome == "fine"


def test_a_long_conversation_of_a_few_people_is_sound(site: Site) -> None:
    site.chat("conv-long", ["ada", "agent", "supervisor"], times=8)
    said = site.ask()
    assert said.outcome == "fine"
    assert "none holds turns of several people" in said.sentence


def test_without_owners_very_many_turns_are_possible(site: Site) -> None:
    site.chat("default", [""], times=9)
    assert site.ask().outcome == "fine"
    site.chat("default", [""], times=12)
    assert (site.ask().outcome, site.ask().confidence) == ("problem", "possible")


def test_a_store_that_names_no_owners_is_not_called_sound(new_database: NewDatabase, open_reader: OpenReader) -> None:
    url = new_database()
    site = Site(url, open_reader(url))
    with open_saver(url):
        pass
    assert site.ask().outcome == "unknown"
    site.chat("conv-1", [""])
    assert "INSPECTOR_OWNER_KEYS" in site.ask().missing
