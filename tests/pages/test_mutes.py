"""`/orphans/mutes/`: what people want no word of, how they say so, and who cannot say it for them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import timezone

from inspector.index.covered import Cover
from inspector.index.mutes import Mutes
from inspector.models import Mute, StoreEntry
from inspector.mute import parse_mute
from inspector.patterns import exactly
from inspector.views.mute_page import PAST
from inspector.views.mutes import MOST
from tests.pages.browse import Browser, Document, address
from tests.pages.muting import ADD, PAGE, RIGHT, UNDO, People, text_of
from tests.signing_in import signed_in_client


@pytest.fixture
def people(pages: Browser) -> People:
    return People(Browser(signed_in_client(enforce_csrf_checks=True)))


def test_a_mute_is_made_listed_and_undone(people: People) -> None:
    before = timezone.now()
    answer = people.mute()
    made = Mute.objects.get()

    assert answer.status_code == 303
    assert answer["Location"] == f"{PAGE}?made={made.pk}"
    assert (made.what, made.pattern, made.reason, made.undone_at) == (
        "id",
        "nightly:*",
        "Reports, one thread each",
        None,
    )
    assert made.ends_at == made.made_at + timedelta(days=7)
    assert made.made_at >= before
    page = people.browser.get(answer["Location"])
    assert "Muted: thread ids nightly:* until" in text_of(page)
    (listed,) = people.browser.data(PAGE)["mutes"]
    assert (listed["id"], listed["reason"]) == (made.pk, "Reports, one thread each")

    answer = people.send(UNDO, mute=made.pk)
    assert answer.status_code == 303
    assert "is no longer muted" in text_of(people.browser.get(answer["Location"]))
    data = people.browser.data(PAGE)
    assert data["mutes"] == []
    assert data["past"][0]["id"] == made.pk
    assert data["past"][0]["undone_at"] == data["past"][0]["ended_at"]


def test_undoing_twice_keeps_the_time_of_the_first(people: People) -> None:
    people.mute()
    made = Mute.objects.get()
    people.send(UNDO, mute=made.pk)
    first = Mute.objects.get().undone_at

    assert people.send(UNDO, mute=made.pk).status_code == 303
    assert Mute.objects.get().undone_at == first


@pytest.mark.parametrize("path", [ADD, UNDO])
def test_nothing_changes_without_the_token_or_from_elsewhere(people: People, path: str) -> None:
    made = Mute.objects.create(
        store=StoreEntry.objects.get(), what="id", pattern="x", reason="y", made_at=timezone.now()
    )
    fields = {**RIGHT, "mute": made.pk}

    assert people.client.post(path, fields).status_code == 403
    assert people.send(path, {"origin": "https://evil.example"}, **fields).status_code == 403
    assert people.send(path, {"origin": "null"}, **fields).status_code == 403
    assert Mute.objects.get() == made
    assert Mute.objects.get().undone_at is None


@pytest.mark.parametrize("path", [ADD, UNDO])
def test_the_addresses_that_change_something_take_nothing_but_a_form(people: People, path: str) -> None:
    for method in ("GET", "HEAD"):
        answer = people.browser.ask(method, path)
        assert answer.status_code == 405
        assert answer["Allow"] == "POST"
    assert people.browser.data(path, status=405)["hint"].startswith("Open the page")


def test_the_page_itself_takes_no_form(people: People) -> None:
    answer = people.send(PAGE, **RIGHT)

    assert answer.status_code == 405
    assert not Mute.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"pattern": " "}, "pattern", "The pattern is missing."),
        ({"pattern": "x" * 10_000}, "pattern", "The pattern can have 500 characters; this has 10,000."),
        ({"pattern": "a\0b"}, "pattern", "The pattern holds a NUL character."),
        ({"reason": "ok"}, "reason", "The reason needs at least 3 characters."),
        ({"reason": "x" * 501}, "reason", "The reason can have 500 characters; this has 501."),
        ({"what": "shoe"}, "what", "What is muted can be"),
        ({"end": "soon"}, "end", "The end can be"),
        ({"end": "at"}, "day", "The day is missing."),
        ({"end": "at", "day": "tomorrow"}, "day", "The day is to be a date"),
        ({"end": "at", "day": "2020-01-01"}, "day", "The day is to be today or later"),
        ({"end": "at", "day": "9999-12-31"}, "day", "The day is to be a date"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_what_was_typed_stays(
    people: People, wrong: dict[str, str], field: str, said: str
) -> None:
    answer = people.mute(**wrong)
    document = Document(answer.content.decode())
    elements = {element.attributes["id"]: element for element in document.elements if "id" in element.attributes}

    assert answer.status_code == 422
    assert not Mute.objects.exists()
    assert said in elements["wrong"].text
    assert elements[field].attributes.get("aria-invalid") == "true" or field == "what"
    described = elements[field].attributes.get("aria-describedby", "").split()
    assert any(said in elements[name].text for name in described) or field == "what"
    kept = {"pattern": "nightly:*", "reason": "Reports, one thread each"}
    for name, value in kept.items():
        if name not in wrong:
            assert elements[name].attributes["value"] == value
    told = people.send(f"{ADD}?format=json", **{**RIGHT, **wrong})
    assert told.status_code == 400
    assert said in json.loads(told.content)["error"]


@pytest.mark.parametrize(
    ("end", "days"), [("1d", 1), ("30d", 30), ("never", None)], ids=["a day", "a month", "until it is undone"]
)
def test_a_mute_ends_when_it_was_told_to(people: People, end: str, days: int | None) -> None:
    people.mute(end=end)
    made = Mute.objects.get()

    assert made.ends_at == (made.made_at + timedelta(days=days) if days else None)


def test_a_mute_up_to_a_day_lasts_until_that_day_is_over(people: People) -> None:
    day = (timezone.now() + timedelta(days=3)).astimezone(UTC).date()
    people.mute(end="at", day=day.isoformat())

    assert Mute.objects.get().ends_at == datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)


def test_the_same_is_not_muted_twice_unless_the_first_is_over(people: People) -> None:
    people.mute()
    again = people.mute()
    assert again.status_code == 422
    assert "This is muted already" in text_of(again)

    Mute.objects.update(ends_at=timezone.now() - timedelta(seconds=1))
    assert people.mute().status_code == 303
    data = people.browser.data(PAGE)
    assert len(data["mutes"]) == len(data["past"]) == 1
    assert data["past"][0]["undone_at"] is None


def test_there_is_room_for_so_many_and_no_more(people: People) -> None:
    store, now = StoreEntry.objects.get(), timezone.now()
    mutes = [Mute(store=store, what="id", pattern=f"{n}*", reason="Test", made_at=now) for n in range(MOST)]
    Mute.objects.bulk_create(mutes)

    answer = people.mute()
    assert answer.status_code == 422
    assert f"{MOST} mutes are in force" in text_of(answer)


def test_past_mutes_are_the_last_ended_first_and_not_all_of_them(people: People) -> None:
    store, now = StoreEntry.objects.get(), timezone.now()
    for n in range(PAST + 5):
        at = now - timedelta(days=n + 1)
        end = {"undone_at": at} if n % 2 else {"ends_at": at}
        Mute.objects.create(store=store, what="id", pattern=f"{n}", reason="Test", made_at=at - timedelta(1), **end)

    assert [mute["pattern"] for mute in people.browser.data(PAGE)["past"]] == [f"{n}" for n in range(PAST)]


def test_what_the_settings_mute_is_shown_and_cannot_be_undone_here(people: People) -> None:
    muted = (parse_mute("thread-per-run:thread=nightly:*"), parse_mute("clock-skew"))
    with override_settings(INSPECTOR=replace(settings.INSPECTOR, muted=muted)):
        data, document = people.browser.data(PAGE), people.browser.document(PAGE)

    assert data["settings"] == [
        {"rule": "thread-per-run", "what": "thread", "pattern": "nightly:*"},
        {"rule": "clock-skew", "what": "", "pattern": ""},
    ]
    assert "By the setting INSPECTOR_MUTED" in document.elements[0].text
    assert not [form for form in document.all("form") if form.attributes.get("action") == UNDO]


def test_only_pages_with_a_form_set_the_cookie(people: People) -> None:
    assert not people.browser.get("/orphans/").cookies
    assert not people.browser.get(PAGE, format="json").cookies
    answer = people.browser.get(PAGE)
    assert list(answer.cookies) == [settings.CSRF_COOKIE_NAME]
    assert {"Cookie", "HX-Request"} <= set(answer["Vary"].split(", "))
    assert answer["Cache-Control"] == "no-store"


def test_a_store_that_was_never_read_has_nothing_to_mute(unindexed: Browser) -> None:
    people = People(Browser(signed_in_client(enforce_csrf_checks=True)))
    answer = people.mute()

    assert answer.status_code == 422
    assert "has not been read yet" in text_of(answer)


def test_a_mute_that_is_not_there_is_told(people: People) -> None:
    for number in ("", "x", "999999", "9" * 30):
        answer = people.send(f"{UNDO}?format=json", mute=number)
        assert answer.status_code == 400
        assert "Nothing was changed" in json.loads(answer.content)["hint"]


def test_data_leads_to_data(people: People) -> None:
    answer = people.send(f"{ADD}?format=json", **RIGHT)

    assert answer["Location"] == f"{PAGE}?format=json&made={Mute.objects.get().pk}"


@pytest.mark.parametrize("size", ["whole", "part"])
def test_ids_are_given_once_and_references_find_their_own(people: People, size: str) -> None:
    people.mute()
    headers = {"HX-Request": "true"} if size == "part" else {}
    for query in ({}, {"pattern": "*"}, {"made": Mute.objects.get().pk}):
        document = Document(people.browser.ask("GET", address(PAGE, **query), headers).content.decode())
        ids = [element.attributes["id"] for element in document.elements if "id" in element.attributes]
        assert len(ids) == len(set(ids))
        for element in document.elements:
            for name in ("for", "aria-labelledby", "aria-describedby"):
                assert set(element.attributes.get(name, "").split()) <= set(ids), element


@pytest.mark.parametrize("text", ["a*b", "[x]", "what?", " a ", "web-1", "]", "a[!b]", "\U0001f600*"])
def test_the_pattern_of_exactly_one_text_fits_it_alone(text: str, people: People) -> None:
    mutes = Mutes.of([("host", exactly(text))])

    assert mutes.covers("", "", "", [text])
    assert not mutes.covers("", "", "", [text + "x"])
    assert not mutes.covers("", "", "", ["a-b", "x", "whats", "a", "ax"])


def test_a_store_without_threads_covers_nothing(unindexed: Browser) -> None:
    cover = Cover(StoreEntry(pk=0, name="none"))

    assert [cover.of(what, "*").threads for what in ("id", "owner", "host", "graph")] == [0, 0, 0, 0]
    assert cover.share("id", cover.of("id", "*")) is None
