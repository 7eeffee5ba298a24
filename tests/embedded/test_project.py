"""The project around the dashboard: its tables, its commands, its checks, and what it is told when a page fails."""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from inspector.demo.embedded import EmbeddedPostgres
from tests.embedded.project import Project, make_project
from tests.pages.places import chat_in_sqlite


def tables(path: Path) -> set[str]:
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
    return {name for (name,) in found if not name.startswith("sqlite_")}


def postgres_tables(url: str) -> set[str]:
    with psycopg.connect(url) as connection:
        found = connection.execute("select table_name from information_schema.tables where table_schema = 'public'")
        return {str(name) for (name,) in found}


def test_each_database_has_its_own_tables_and_no_others(project: Project) -> None:
    theirs, ours = tables(project.home / "shop.sqlite3"), tables(project.home / "data" / "index.sqlite3")
    assert "auth_user" in theirs
    assert not any(name.startswith("inspector_") for name in theirs)
    assert "inspector_storeentry" in ours
    assert all(name.startswith("inspector_") or name == "django_migrations" for name in ours)


def test_nothing_is_to_be_complained_of_or_migrated(project: Project) -> None:
    assert "no issues" in project.manage("check", "--fail-level", "WARNING")
    project.manage("makemigrations", "--check", "--dry-run")
    project.manage("migrate", "--check")


@pytest.mark.one_in(2)
@pytest.mark.parametrize("own", ["sqlite", "postgres"])
def test_a_project_in_postgres(postgres: EmbeddedPostgres, tmp_path: Path, own: str) -> None:
    theirs, ours = postgres.create_database(), postgres.create_database()
    store = chat_in_sqlite(tmp_path / "prod.sqlite", "thread-one")
    variables = {"SHOP_DATABASE": theirs, "INSPECTOR_STORES": f"prod={store}"}
    made = make_project(tmp_path, **variables, **({"INSPECTOR_DATABASE_URL": ours} if own == "postgres" else {}))
    made.manage("migrate")
    made.manage("inspector", "sync")  # makes the tables where nobody has
    assert not any(name.startswith("inspector_") for name in postgres_tables(theirs))
    if own == "postgres":
        assert "auth_user" not in postgres_tables(ours)
    said = made.python(
        "from django.test import Client",
        "from django.contrib.auth.models import User",
        "client = Client(headers={'host': 'shop.example'})",
        "client.force_login(User.objects.create_superuser('chief', password='x'))",
        "print(client.get('/checkpoints/threads/?format=json').content.decode())",
    )
    assert "thread-one" in said


def test_a_command_of_the_projects_goes_first_and_ours_is_there_all_the_same(project: Project) -> None:
    assert "in step with its stock" in project.manage("sync")
    assert "prod:" in project.manage("inspector", "sync")
    assert "bob  shape" in project.manage("inspector", "user", "list")


@pytest.mark.parametrize("command", ["serve", "demo", "link"])
def test_what_is_for_a_dashboard_alone_says_so(project: Project, command: str) -> None:
    assert "not for a dashboard that is an app" in project.manage(command, code=1)
    assert "invalid choice" in project.manage("inspector", command, code=2)


def test_taking_access_away_leaves_the_projects_account(project: Project) -> None:
    project.python("from django.contrib.auth.models import User", "User.objects.create_user('gone', password='x')")
    project.manage("inspector", "user", "add", "gone", "--role", "content")
    project.manage("inspector", "user", "remove", "gone")
    assert "True" in project.python(
        "from django.contrib.auth.models import User", "print(User.objects.filter(username='gone').exists())"
    )


def test_what_is_wrong_is_told_without_a_traceback(project: Project) -> None:
    said = project.manage("inspector", "doctor", "--store", "prod=nonsense://here", code=2)
    assert said.startswith("inspector: ")
    assert "Traceback" not in said


def test_the_work_beside_the_pages_keeps_the_index_up_to_date(tmp_path: Path) -> None:
    store = chat_in_sqlite(tmp_path / "prod.sqlite", "thread-one")
    made = make_project(tmp_path, INSPECTOR_STORES=f"prod={store}", INSPECTOR_SYNC_SECONDS="0.1")
    made.manage("migrate")
    with made.background([sys.executable, "manage.py", "inspector", "work"]) as process:
        assert process.stdout is not None
        said = [process.stdout.readline(), process.stdout.readline()]
        assert "Reading prod" in said[0]
        assert "Working" in said[1]
        made.python(
            "import time",
            "from inspector.models import StoreEntry",
            "done = lambda: StoreEntry.objects.exclude(synced_at=None).exclude(diagnosed_at=None).exists()",
            "while not done(): time.sleep(0.05)",
        )
    assert process.returncode == 0


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    made = make_project(tmp_path)
    settings = tmp_path / "shop" / "settings.py"
    settings.write_text(
        "from shop.base_settings import *\nfrom inspector import embed\nINSTALLED_APPS += embed.APPS\n"
        "MIDDLEWARE.remove('django.contrib.auth.middleware.AuthenticationMiddleware')\n"
        "MIDDLEWARE.remove('django.contrib.messages.middleware.MessageMiddleware')\n"
        "INSTALLED_APPS.remove('django.contrib.admin')\n"
        "DATABASE_ROUTERS = [embed.ROUTER]\n"
        "del LOGIN_URL\n",
        "utf-8",
    )
    (tmp_path / "shop" / "urls.py").write_text("urlpatterns = []\n", "utf-8")
    said = made.manage("check", code=1)
    for name in ("E001", "E002", "E003", "E004", "E005", "W001", "W002"):
        assert f"inspector.{name}" in said


@pytest.mark.one_in(3)
@pytest.mark.parametrize(
    ("addresses", "told"),
    [
        ("", True),
        ("urlpatterns += [path('accounts/', include('django.contrib.auth.urls'))]", False),
        ("urlpatterns += i18n_patterns(path('accounts/', include('django.contrib.auth.urls')))", False),
    ],
)
def test_a_sign_in_page_that_is_not_there_is_told(tmp_path: Path, addresses: str, told: bool) -> None:
    made = make_project(tmp_path)
    with (tmp_path / "shop" / "settings.py").open("a", encoding="utf-8") as settings:
        settings.write("\nLOGIN_URL = '/accounts/login/'\n")
    with (tmp_path / "shop" / "urls.py").open("a", encoding="utf-8") as file:
        file.write(f"\nfrom django.conf.urls.i18n import i18n_patterns\n{addresses}\n")
    assert ("inspector.W002" in made.manage("check")) is told


def test_a_setting_that_there_is_not_is_refused(project: Project) -> None:
    said = project.run(sys.executable, "-c", "from inspector import embed; embed.config(store='x')", code=1)
    assert "There is no setting INSPECTOR_STORE." in said


def test_a_page_that_fails_tells_its_log_where_and_never_what(project: Project) -> None:
    said = project.python(
        "from django.test import RequestFactory",
        "from django.contrib.auth.models import User",
        "from inspector.views.included import included",
        "def fail(request): raise ValueError('my card is 4111')",
        "request = RequestFactory(headers={'host': 'shop.example'}).get('/checkpoints/threads/')",
        "request.user = User(username='chief', is_superuser=True)",
        "answer = included(fail)(request)",
        "print(answer.status_code, answer.content.decode())",
    )
    assert "500 The dashboard made a mistake." in said
    assert "builtins.ValueError" in said or "ValueError" in said
    assert "4111" not in said
