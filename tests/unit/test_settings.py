"""Django's settings: what every answer carries, where the index lies, and how static files are addressed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.templatetags.static import static
from django.test import Client, override_settings
from django.urls import include, path

from inspector import parts
from inspector.config import load
from inspector.errors import ConfigError
from tests.signing_in import signed_in_client

HTMX = "django_htmx/htmx-2.min.js"


def show_nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse("nothing")


urlpatterns = [path("", show_nothing), path("dashboard/", include("inspector.urls"))]


@pytest.fixture
def reader(db: None) -> Client:
    return signed_in_client()


@pytest.fixture
def answer(reader: Client) -> Iterator[HttpResponseBase]:
    with override_settings(ROOT_URLCONF=__name__):
        yield reader.get("/")


def test_every_answer_forbids_what_the_pages_do_not_use(answer: HttpResponseBase) -> None:
    policy = dict(part.strip().split(" ", 1) for part in answer["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' data:",
        "font-src": "'self'",
        "object-src": "'none'",
        "connect-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Set-Cookie" not in answer


def test_it_answers_to_no_foreign_name(answer: HttpResponseBase, reader: Client) -> None:
    assert reader.get("/", headers={"host": "evil.example"}).status_code == 403
    assert reader.get("/", headers={"host": "127.0.0.1:8765"}).status_code == 200


def test_a_static_files_address_changes_with_its_content(client: Client) -> None:
    address = static(HTMX)
    served = client.get(address)
    body = served.getvalue()
    assert address == f"/static/{HTMX}?v={hashlib.sha256(body).hexdigest()[:12]}"
    assert "max-age" in served["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in served


def test_a_static_file_that_is_missing_has_no_hash() -> None:
    assert static("no/such.css") == "/static/no/such.css"


@pytest.mark.django_db
def test_writers_of_the_index_queue_instead_of_failing() -> None:
    options = connection.settings_dict["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "PRAGMA journal_mode=WAL;" in options["init_command"]


def database_of(url: str) -> dict[str, object]:
    return parts.database(load({"INSPECTOR_DATABASE_URL": url}))


def test_the_index_may_be_a_file_anywhere(tmp_path: Path) -> None:
    wanted = tmp_path / "new folder" / "index.db"
    database = database_of(f"sqlite:///{wanted}")
    assert (database["ENGINE"], database["NAME"]) == ("django.db.backends.sqlite3", str(wanted))
    assert wanted.parent.is_dir()


def test_the_index_may_be_in_postgres() -> None:
    database = database_of("postgresql://me:p%40ss@db:6543/index?sslmode=require")
    wanted = {"ENGINE": "django.db.backends.postgresql", "HOST": "db", "PORT": 6543, "NAME": "index"}
    assert {name: database[name] for name in wanted} == wanted
    assert database["PASSWORD"] == "p@ss"
    assert database["OPTIONS"] == {"connect_timeout": 2, "sslmode": "require"}


@pytest.mark.parametrize("url", ["mysql://me:hunter2@db/x", "postgresql://me:[hunter2@db/x"])
def test_an_index_that_cannot_be_is_told_without_its_password(url: str) -> None:
    with pytest.raises(ConfigError, match=re.escape("cannot be used")) as caught:
        database_of(url)
    assert "hunter2" not in caught.value.message + caught.value.hint
