"""What somebody may see: what was given to their name, else by their groups, else the default."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.test import override_settings

from inspector.access.grants import find_viewer
from inspector.access.viewer import Role, Viewer
from inspector.config import GroupGrant, load
from inspector.config.groups import parse_groups
from inspector.errors import ConfigError
from tests.signing_in import give_access

pytestmark = pytest.mark.django_db


@contextmanager
def groups(**settings: str) -> Iterator[None]:
    with override_settings(INSPECTOR=load({f"INSPECTOR_{name.upper()}": text for name, text in settings.items()})):
        yield


@pytest.mark.parametrize(
    ("text", "grants"),
    [
        ("sre", [("sre", "")]),
        ("sre@prod, sre@eu\n support", [("sre", "prod"), ("sre", "eu"), ("support", "")]),
        ("team@example.com@", [("team@example.com", "")]),
        ("team@example.com@prod", [("team@example.com", "prod")]),
        ("a,,a", [("a", "")]),
    ],
)
def test_a_setting_names_groups_and_stores(text: str, grants: list[tuple[str, str]]) -> None:
    assert parse_groups(text) == tuple(GroupGrant(*grant) for grant in grants)


def test_a_store_without_a_group_is_no_grant() -> None:
    with pytest.raises(ConfigError, match="INSPECTOR_SHAPE_GROUPS cannot be used"):
        load({"INSPECTOR_SHAPE_GROUPS": "a, @prod"})


def test_nobody_sees_anything_unless_it_was_given() -> None:
    assert find_viewer("ada", "header", ["sre"]) is None
    assert find_viewer("ada", "password") is None


def test_groups_give_role_and_stores() -> None:
    with groups(content_groups="sre@prod, sre@eu, root", shape_groups="support@eu, all", auditor_groups="audit"):
        assert find_viewer("a", "header", ["root"]) == Viewer("a", "header", Role.CONTENT)
        assert find_viewer("a", "oidc", ["sre"]) == Viewer("a", "oidc", Role.CONTENT, frozenset({"prod", "eu"}))
        assert find_viewer("a", "header", ["support"]) == Viewer("a", "header", Role.SHAPE, frozenset({"eu"}))
        assert find_viewer("a", "header", ["support", "all"]) == Viewer("a", "header", Role.SHAPE)
        assert find_viewer("a", "header", ["all", "audit"]) == Viewer("a", "header", Role.SHAPE, auditor=True)
        assert find_viewer("a", "header", ["audit"]) is None


def test_content_of_one_store_and_shape_of_all_is_content_of_that_store_alone() -> None:
    with groups(content_groups="sre@prod", shape_groups="all"):
        viewer = find_viewer("a", "header", ["all", "sre"])
    assert viewer == Viewer("a", "header", Role.CONTENT, frozenset({"prod"}))


def test_what_was_given_to_a_name_goes_before_its_groups() -> None:
    give_access("ada", "shape", ["eu"], auditor=True)
    with groups(content_groups="root"):
        assert find_viewer("ada", "header", ["root"]) == Viewer("ada", "header", Role.SHAPE, frozenset({"eu"}), True)


def test_the_default_is_for_whom_somebody_else_vouches_for_and_not_for_a_password() -> None:
    with groups(default_role="shape"):
        assert find_viewer("ada", "header") == Viewer("ada", "header", Role.SHAPE)
        assert find_viewer("ada", "password") is None
    with groups(default_role="content", content_groups="root", shape_groups="all"):
        assert find_viewer("ada", "oidc", ["all"]) == Viewer("ada", "oidc", Role.SHAPE)
        assert find_viewer("ada", "oidc", ["others"]) == Viewer("ada", "oidc", Role.CONTENT)


def test_what_was_given_to_a_name_of_the_providers_is_nobody_elses() -> None:
    give_access("oidc:ada@example.com")
    assert find_viewer("oidc:ada@example.com", "oidc") is not None
    assert find_viewer("oidc:ada@example.com", "header") is None
    assert find_viewer("oidc:ada@example.com", "password") is None
