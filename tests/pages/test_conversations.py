"""Conversations that were torn into one-turn threads: found, explained, and read as one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest

from inspector.demo.embedded import EmbeddedPostgres
from inspector.index.connections import get_reader
from inspector.models import ThreadEntry
from inspector.views import conversation
from tests.integration.index.syncing import sync
from tests.pages.browse import Browser
from tests.pages.torn import telling
from tests.redis_server import RedisServer

PAGE = "/orphans/conversations/"
TALK = ("Hi, where is order 8841?", "And the second one?", "The order I just asked about!")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'torn.db'}"
    postgres: EmbeddedPostgres = request.getfixturevalue("postgres")
    return postgres.create_database()


def shown(show_stores: Any, url: str) -> Browser:
    browser: Browser = show_stores(torn=url)
    assert sync(get_reader()).complete
    return browser


def test_threads_of_one_owner_are_one_conversation_and_those_of_another_are_not(show_stores: Any, url: str) -> None:
    with telling(url) as teller:
        ours = teller.talk(0, TALK, user_id="ada")
        theirs = teller.talk(10, TALK, user_id="bo")
        teller.say(20, "Hello, are you open on Sunday?", user_id="chen")
    groups = shown(show_stores, url).data(PAGE)["groups"]
    assert [(group["owner"], group["thread_ids"]) for group in groups] == [("bo", theirs), ("ada", ours)]
    assert all(group["likely"] and group["owner_key"] == "user_id" for group in groups)
    assert [said["first"] for said in groups[0]["said"]] == list(TALK)
    assert groups[0]["said"][0]["answer"] == f"I have noted: {TALK[0]}"
    assert groups[0]["hosts"] == ["web-3"]
    assert groups[0]["shapes"] == ["uuid4"]
    assert "The same user_id" in groups[0]["why"]


def test_a_chosen_id_among_made_ones_is_told(show_stores: Any, url: str) -> None:
    with telling(url) as teller:
        teller.talk(0, TALK, user_id="ada")
        teller.say(80, "And that one again?", thread_id="my-talk", user_id="ada")
        teller.say(0, TALK[0], thread_id="first-talk", user_id="bo")
        teller.say(20, TALK[1], thread_id="second-talk", user_id="bo")
    browser = shown(show_stores, url)
    assert {group["owner"]: group["shapes"] for group in browser.data(PAGE)["groups"]} == {
        "ada": ["uuid4", ""],
        "bo": [""],
    }
    page = browser.get(PAGE).content.decode()
    assert "ids: uuid4, 1 chosen<" in page
    assert "ids: chosen<" in page


def test_a_greeting_begins_another_conversation_of_the_same_owner(show_stores: Any, url: str) -> None:
    with telling(url) as teller:
        first = teller.talk(0, TALK[:2], user_id="ada")
        second = teller.talk(120, ["Hello, which tent is waterproof?", "and the price?"], user_id="ada")
    groups = shown(show_stores, url).data(PAGE)["groups"]
    assert [group["thread_ids"] for group in groups] == [second, first]


def test_words_that_part_a_group_bring_other_threads_into_sight_and_these_are_read(show_stores: Any, url: str) -> None:
    """Of nine threads that follow each other, five are read first; the fourth greets, and so does the eighth."""
    later = ["Hello, which tent is waterproof?", *(f"and number {number}?" for number in range(3))]
    with telling(url) as teller:
        first = teller.talk(0, TALK, user_id="ada")
        second = teller.talk(90, later, user_id="ada")
        third = teller.talk(210, ["Hello, do you sell boots?", "and in red?"], user_id="ada")
    found = shown(show_stores, url).data(PAGE)
    assert [group["thread_ids"] for group in found["groups"]] == [third, second, first]
    assert [[said["first"] for said in group["said"]] for group in found["groups"]] == [
        ["Hello, do you sell boots?", "and in red?"],
        later,
        list(TALK),
    ]
    assert not found["texts_cut"]


def test_a_conversation_is_read_in_order_with_what_was_lost_at_each_seam(show_stores: Any, url: str) -> None:
    with telling(url) as teller:
        ids = teller.talk(0, TALK, user_id="ada")
    browser = shown(show_stores, url)
    for asked in ids:
        data = browser.data("/orphans/", group=asked)
        whole = data["conversation"]
        assert [part["thread_id"] for part in whole["threads"]] == ids
        assert [message["role"] for message in whole["messages"]] == ["human", "ai"] * 3
        assert [message["thread_id"] for message in whole["messages"]] == [one for one in ids for _ in range(2)]
        assert [seam["messages"] for seam in whole["seams"]] == [2, 4]
        lost = {one["channel"]: (one["value"], one["now"]) for one in whole["seams"][0]["values"]}
        assert lost == {"order_id": ("8841", None), "api_key": ("***", None)}
    page = browser.get("/orphans/", group=ids[1]).content.decode()
    assert page.count("the agent started blank") == 2
    assert "sk-very-secret" not in page
    assert "order_id" in page
    for thread_id in ids:
        assert f"/thread/?id={thread_id}" in page


@pytest.mark.parametrize("durability", ["sync", "exit"])
def test_a_thread_that_has_gone_on_since_the_index_looked_says_so(show_stores: Any, url: str, durability: str) -> None:
    with telling(url) as teller:
        ids = teller.talk(0, TALK, user_id="ada")
        browser = shown(show_stores, url)
        teller.say(200, "And the third?", thread_id=ids[1], user_id="ada", durability=durability)
    whole = browser.data("/orphans/", group=ids[0])["conversation"]
    assert [(part["thread_id"], part["went_on"]) for part in whole["threads"]] == [
        (ids[0], False),
        (ids[1], True),
        (ids[2], False),
    ]
    assert browser.get("/orphans/", group=ids[0]).content.decode().count("It has gone on") == 1


def test_a_store_that_hangs_is_not_waited_for_and_the_page_says_so(
    show_stores: Any, postgres: EmbeddedPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.create_database()
    with telling(url) as teller:
        ids = teller.talk(0, TALK, user_id="ada")
        alone = teller.say(0, "Hello?")
    browser = shown(show_stores, url)
    monkeypatch.setattr(conversation, "SECONDS", 0.4)
    monkeypatch.setattr(conversation, "FINDING", 0.2)
    with psycopg.connect(url) as holder:
        holder.execute("LOCK TABLE checkpoints IN ACCESS EXCLUSIVE MODE")
        data = browser.data("/orphans/", group=ids[0])
        assert data["group"]["thread_ids"] == ids
        assert data["texts_cut"]
        assert data["conversation"]["left_out"] == 3
        assert data["conversation"]["slow"] or data["error"]
        assert 'id="texts-told"' in browser.get("/orphans/", group=ids[0]).content.decode()
        assert "could not all be read" in browser.data("/orphans/", group=alone)["why_alone"]
    assert not browser.data("/orphans/", group=ids[0])["texts_cut"]


def test_what_time_did_not_suffice_for_is_told(show_stores: Any, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with telling(url) as teller:
        ids = teller.talk(0, TALK, user_id="ada")
    browser = shown(show_stores, url)
    monkeypatch.setattr(conversation, "SECONDS", 0.0)
    assert browser.data("/orphans/", group=ids[0])["conversation"]["slow"]
    page = browser.get("/orphans/", group=ids[0]).content.decode()
    assert "3 threads of this conversation are not read here: the store took longer than" in page


def test_one_checkpoint_a_turn_tells_the_same_seams(show_stores: Any, url: str) -> None:
    with telling(url) as teller:
        ids = teller.talk(0, TALK, user_id="ada", durability="exit")
    data = shown(show_stores, url).data("/orphans/", group=ids[0])
    assert [seam["messages"] for seam in data["conversation"]["seams"]] == [2, 4]


def test_what_the_input_brings_along_is_no_loss(show_stores: Any, url: str) -> None:
    """An application that keeps the conversation itself hands it over with each request."""
    with telling(url) as teller:
        first = teller.say(0, "Where is order 8841?", user_id="ada")
        second = teller.say(30, "It is 8841, as I said.", user_id="ada")
    data = shown(show_stores, url).data("/orphans/", group=second)
    (seam,) = data["conversation"]["seams"]
    assert seam["thread_id"] == second
    assert [one["channel"] for one in seam["values"]] == ["api_key", "order_id"]
    assert first in data["group"]["thread_ids"]


def test_a_thread_that_is_alone_says_why(show_stores: Any, url: str) -> None:
    with telling(url) as teller:
        alone = teller.say(0, "Hello!", user_id="ada")
        far = teller.say(5_000, "Hello!", user_id="bo")
        teller.say(0, "Hello!", user_id="bo")
        kept = teller.say(0, "Hello!", thread_id="kept", user_id="chen")
        teller.say(30, "Still there?", thread_id="kept", user_id="chen")
        lost = teller.say(60, "And now?", user_id="chen")
    browser = shown(show_stores, url)

    def why(thread_id: str) -> str:
        return str(browser.data("/orphans/", group=thread_id)["why_alone"])

    assert why(alone) == "Its owner has no other one-turn thread within 12 hours of it."
    assert "which is a long pause here" in why(far)
    assert why(kept).startswith("It had 2 turns")
    assert browser.data("/orphans/", group=lost)["group"]["perhaps"] == "kept"
    assert "A thread that is alone" in browser.get("/orphans/", group=alone).content.decode()


def test_an_unknown_thread_is_told_with_a_hint(pages: Browser) -> None:
    data = pages.data("/orphans/", status=404, group="no-such-thread")
    assert "No thread with this id" in data["error"]
    assert "list of orphans" in data["hint"]
    assert pages.get("/orphans/", group="no-such-thread").status_code == 404


def test_without_an_owner_only_words_join_threads_and_the_group_says_how_unsure_it_is(
    show_stores: Any, url: str
) -> None:
    with telling(url) as teller:
        teller.talk(-3_000, [f"Hello, a question about item {number}00{number}." for number in range(6)], pause=400)
        ours = teller.talk(0, ["Hello, where is order 8841?", "8841", "The order 8841 I just asked about!"])
        teller.say(20, "Hello, how do I reset my password?")
    groups = shown(show_stores, url).data(PAGE)["groups"]
    assert [group["thread_ids"] for group in groups] == [ours]
    assert groups[0]["owner"] == ""
    assert groups[0]["why"].startswith("No owner is named, so only words tell")
    assert "it repeats" in groups[0]["why"]
    assert "8841" not in groups[0]["why"]


def test_nobody_is_grouped_whom_a_mute_covers(show_stores: Any, url: str) -> None:
    with telling(url) as teller:
        ids = teller.talk(0, TALK, user_id="ada")
    browser = shown(show_stores, url)
    ThreadEntry.objects.filter(thread_id__in=ids).update(muted=True)
    assert browser.data(PAGE)["groups"] == []
    assert "muted" in browser.data("/orphans/", group=ids[0])["why_alone"]


def test_pages_follow_each_other_and_no_group_is_lost_or_told_twice(show_stores: Any, url: str) -> None:
    with telling(url) as teller:
        expected = [teller.talk(number * 15, TALK, user_id=f"u-{number}") for number in range(7)]
    browser = shown(show_stores, url)
    seen: list[list[str]] = []
    after: dict[str, str] = {}
    while True:
        data = browser.data(PAGE, limit=2, **after)
        assert len(data["groups"]) <= 2
        seen += [group["thread_ids"] for group in data["groups"]]
        if not data["next"]:
            break
        after = {"after": data["next"]}
    assert seen == expected[::-1]


def test_the_data_of_orphans_holds_the_newest_groups_and_its_page_fetches_them(show_stores: Any, url: str) -> None:
    with telling(url) as teller:
        ids = teller.talk(0, TALK, user_id="ada")
    browser = shown(show_stores, url)
    assert [group["thread_ids"] for group in browser.data("/orphans/")["groups"]] == [ids]
    (lazy,) = [one for one in browser.document("/orphans/").all("section") if "data-lazy" in one.attributes]
    assert lazy.attributes["hx-get"] == f"{PAGE}?limit=3"
    part = browser.part(PAGE, limit=3).content.decode()
    assert 'id="groups"' in part
    assert ids[0] in part


def test_an_owner_whose_name_is_a_pattern_is_muted_as_it_stands(show_stores: Any, url: str) -> None:
    with telling(url) as teller:
        teller.talk(0, TALK, user_id="a*b[1]?")
    links = [one.attributes["href"] for one in shown(show_stores, url).document(PAGE).all("a") if one.text == "Mute"]
    assert [link.partition("pattern=")[2] for link in links] == ["a%5B*%5Db%5B%5B%5D1%5D%5B?%5D"]


def test_groups_show_without_texts_when_the_store_is_down(show_stores: Any, postgres: EmbeddedPostgres) -> None:
    with EmbeddedPostgres() as server:
        url = server.create_database()
        with telling(url) as teller:
            ids = teller.talk(0, TALK, user_id="ada")
        browser = shown(show_stores, url)
    data = browser.data(PAGE)
    assert [group["thread_ids"] for group in data["groups"]] == [ids]
    assert data["groups"][0]["said"][0]["first"] is None
    assert data["error"]
    assert "told by owner and time alone" in browser.get(PAGE).content.decode()
    read = browser.data("/orphans/", group=ids[0])
    assert read["error"]
    assert read["conversation"]["left_out"] == 3


def test_conversations_in_redis_are_read_like_others(show_stores: Any, redis_server: RedisServer) -> None:
    """Redis keeps no owner, so words alone tell."""
    url = redis_server.flush()
    with telling(url) as teller:
        ids = teller.talk(0, ["Hello, where is order 8841?", "8841", "The order 8841 I just asked about!"])
    browser = shown(show_stores, url)
    (group,) = browser.data(PAGE)["groups"]
    assert group["thread_ids"] == ids
    whole = browser.data("/orphans/", group=ids[2])["conversation"]
    assert [seam["messages"] for seam in whole["seams"]] == [2, 4]
    assert whole["seams"][0]["values"][1]["channel"] == "order_id"
