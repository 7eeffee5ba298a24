"""One project for all tests of this folder, set up by the guide's own commands, served by a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.embedded.project import Project, commands, make_project
from tests.pages.places import chat_in_sqlite

#: Under which the dashboard is, as the guide says.
PREFIX = "/checkpoints/"
#: Somebody with each permission, by its name; `nobody` has none, `left` is switched off, and `bob` is the guide's.
PEOPLE = {"shape": ["view_shape"], "content": ["view_content"], "auditor": ["view_shape", "view_audit"], "nobody": []}

_MAKE = f"""
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.auth import SESSION_KEY, BACKEND_SESSION_KEY, HASH_SESSION_KEY

User.objects.create_superuser("chief", password="x")
User.objects.create_user("bob", password="x")
for name, permissions in {PEOPLE!r}.items():
    held = Permission.objects.filter(content_type__app_label="inspector", codename__in=permissions)
    assert len(held) == len(permissions)
    User.objects.create_user(name, password="x").user_permissions.set(held)
User.objects.create_user("left", password="x", is_superuser=True)
for user in User.objects.all():
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    print("SESSION", user.username, session.session_key)
User.objects.filter(username="left").update(is_active=False)
"""


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    home = tmp_path_factory.mktemp("shop")
    prod = chat_in_sqlite(home / "prod.sqlite", "thread-one", "thread-two")
    other = chat_in_sqlite(home / "other.sqlite", "thread-apart")
    made = make_project(home, INSPECTOR_STORES=f"prod={prod}\nother={other}", INSPECTOR_ORPHAN_AFTER="0.001")
    for command in commands():
        if command != ["inspector", "work"]:
            made.manage(*command)
    made.manage("inspector", "sync")
    return made


@dataclass(frozen=True)
class Site:
    """`sign_in(name)` gives a client of somebody who has signed in to the project; "" of nobody."""

    address: str
    sessions: dict[str, str]

    def sign_in(self, name: str = "") -> httpx.Client:
        cookies = {"sessionid": self.sessions[name]} if name else {}
        return httpx.Client(base_url=self.address, cookies=cookies, timeout=30)


@pytest.fixture(scope="session")
def site(project: Project) -> Iterator[Site]:
    said = project.python(_MAKE).splitlines()
    sessions = dict(line.split()[1:] for line in said if line.startswith("SESSION "))
    with project.served() as address:
        yield Site(address, sessions)


@pytest.fixture
def as_(site: Site) -> Iterator[Callable[[str], httpx.Client]]:
    opened: list[httpx.Client] = []

    def sign_in(name: str) -> httpx.Client:
        opened.append(site.sign_in(name))
        return opened[-1]

    yield sign_in
    for client in opened:
        client.close()
