"""Settings: what the environment says, what it may not say, and that no password shows on the way."""

from __future__ import annotations

import dataclasses
import os
import re
import stat
from pathlib import Path

import pytest

import inspector
from inspector.config import SETTINGS, Config, MailServer, Setting, load, parse_stores
from inspector.errors import ConfigError
from inspector.secret import Secret, StoreUrl, obtain_key, signing_key

DOCS = Path(__file__).parents[2] / "docs" / "configuration.md"
PROBE = Path(inspector.__file__).parent / "probe"
BY_FIELD = {setting.field: setting for setting in SETTINGS}


def stores_of(text: str) -> list[tuple[str, str]]:
    return [(store.name, store.url.reveal()) for store in load({"INSPECTOR_STORES": text}).stores]


def test_an_empty_environment_is_enough() -> None:
    config = load({})
    assert config.stores == ()
    assert config.database_url.scheme == "sqlite"
    assert config.database_url.path.endswith("index.sqlite3")
    assert config.ledger_url is config.aes_key is config.secret_key is None
    assert (config.orphan_after, config.sync_seconds, config.statement_timeout) == (1800, 2, 15)
    assert config.host_keys[0] == "worker_hostname"
    assert config.owner_keys[0] == "user_id"
    assert config.allowed_hosts == ("localhost", "127.0.0.1", "[::1]")
    assert config.debug is False


def test_a_variable_that_is_set_but_empty_counts_as_not_set() -> None:
    assert load({setting.variable: "" for setting in SETTINGS}) == load({})


def test_the_default_index_lies_in_the_data_directory(tmp_path: Path) -> None:
    odd = tmp_path / "a b#c?d%e"
    config = load({"INSPECTOR_DATA_DIR": str(odd)})
    assert config.database_url.path == str(odd / "index.sqlite3")


@pytest.mark.parametrize(
    ("text", "stores"),
    [
        ("main=postgresql://db/app", [("main", "postgresql://db/app")]),
        ("postgresql://db/app", [("app", "postgresql://db/app")]),
        ("postgresql://db/app?schema=x", [("app", "postgresql://db/app?schema=x")]),
        ("postgresql://db", [("postgresql", "postgresql://db")]),
        ("redis://cache/0", [("redis-0", "redis://cache/0")]),
        ("redis+sentinel://a:1,b:2/main/3", [("redis-3", "redis+sentinel://a:1,b:2/main/3")]),
        ("sqlite:////var/lib/memory.db", [("memory", "sqlite:////var/lib/memory.db")]),
        ("a=postgresql://h/x, b=redis://h/0", [("a", "postgresql://h/x"), ("b", "redis://h/0")]),
        (
            "a=postgresql://h/x\n\n# old: b=redis://h\nc=redis://h/1\n",
            [("a", "postgresql://h/x"), ("c", "redis://h/1")],
        ),
        ("a=postgresql://h1:1,h2:2/x,b=redis://h", [("a", "postgresql://h1:1,h2:2/x"), ("b", "redis://h")]),
        ("postgresql://u:a,b=c@h/x", [("x", "postgresql://u:a,b=c@h/x")]),
        ("postgresql://db/na%20me", [("na-me", "postgresql://db/na%20me")]),
    ],
)
def test_stores_are_named_urls_by_line_or_comma(text: str, stores: list[tuple[str, str]]) -> None:
    assert stores_of(text) == stores


def test_two_stores_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigError, match="two stores are called 'app'") as caught:
        load({"INSPECTOR_STORES": "postgresql://one/app,postgresql://two/app"})
    assert "NAME=URL" in caught.value.message


def test_what_is_no_url_is_named_by_its_number_and_not_shown() -> None:
    with pytest.raises(ConfigError, match="entry 2") as caught:
        load({"INSPECTOR_STORES": "postgresql://db/app\nhost=db password=hunter2"})
    assert "hunter2" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://reader:hunter2@db/app",
        "postgresql://reader:hunter2@db:5432,db2:5432/app?schema=x",
        "postgresql://reader:a@b/c?d#hunter2@db/app",
        "postgresql://reader:[hunter2@db/app",
        "postgresql://db/app?user=reader&password=hunter2&schema=x",
        "postgresql://db/app?sslpassword=hunter2",
        "redis://:hunter2@cache/0",
        "rediss://default:hunter2@cache:6380/0",
    ],
)
def test_a_password_shows_nowhere(url: str) -> None:
    config = load({"INSPECTOR_STORES": f"main={url}", "INSPECTOR_DATABASE_URL": url, "INSPECTOR_LEDGER_URL": url})
    shown = f"{config!r} {config} {config.stores[0].url} {config.database_url!s:>9} {config.database_url.safe}"
    assert "hunter2" not in shown
    assert "***" in config.database_url.safe
    assert config.database_url.reveal() == url


def test_a_url_without_password_shows_whole() -> None:
    for url in ("postgresql://reader@db:5432/app?schema=x", "sqlite:////var/a@b.db", "redis://cache/0"):
        assert StoreUrl(url).safe == url


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://hooks.slack.com/services/T0/B0/hunter2", "https://hooks.slack.com"),
        ("https://hunter2@example.com:8443/in?x=hunter2", "https://example.com:8443"),
        ("http://[::1]:9/hunter2#hunter2", "http://[::1]:9"),
    ],
)
def test_of_a_webhook_only_scheme_host_and_port_show(url: str, shown: str) -> None:
    config = load({"INSPECTOR_WEBHOOK_URL": url})
    assert config.webhook_url is not None
    assert config.webhook_url.safe == str(config.webhook_url) == shown
    assert "hunter2" not in f"{config!r}"
    assert config.webhook_url.reveal() == url


@pytest.mark.parametrize(
    "url", ["ftp://example.com/hunter2", "https:///hunter2", "hunter2", "http://[hunter2", "http://h:hunter2/"]
)
def test_a_webhook_that_cannot_be_posted_to_stops_the_start(url: str) -> None:
    with pytest.raises(ConfigError, match="INSPECTOR_WEBHOOK_URL") as caught:
        load({"INSPECTOR_WEBHOOK_URL": url})
    assert "hunter2" not in caught.value.message + caught.value.hint


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail", MailServer("mail", 25, "", Secret(""), starttls=False, tls=False)),
        ("smtp+tls://jo:p%40ss@mail", MailServer("mail", 587, "jo", Secret("p@ss"), starttls=True, tls=False)),
        ("smtps://jo%40x:p%2F@mail:99", MailServer("mail", 99, "jo@x", Secret("p/"), starttls=False, tls=True)),
    ],
)
def test_a_mail_server_is_read_from_its_url(url: str, server: MailServer) -> None:
    config = load({"INSPECTOR_EMAIL_URL": url})
    assert config.email_url is not None
    assert MailServer.of(config.email_url) == server


@pytest.mark.parametrize("url", ["http://hunter2", "smtp://", "smtp://jo:hunter2@", "smtp://jo:hunter/2@mail"])
def test_a_mail_server_that_is_none_stops_the_start(url: str) -> None:
    with pytest.raises(ConfigError, match="INSPECTOR_EMAIL_URL") as caught:
        load({"INSPECTOR_EMAIL_URL": url})
    assert "hunter" not in caught.value.message + caught.value.hint


def test_a_webhooks_secret_is_base64_behind_its_prefix_and_else_itself() -> None:
    assert signing_key(Secret("whsec_aHVudGVyMg==")) == b"hunter2"
    assert signing_key(Secret("hunter2")) == b"hunter2"
    with pytest.raises(ConfigError, match="not base64") as caught:
        load({"INSPECTOR_WEBHOOK_SECRET": "whsec_hunter2!"})
    assert "hunter2" not in caught.value.message + caught.value.hint


def test_secrets_compare_by_value_and_kind() -> None:
    assert Secret("x") == Secret("x")
    assert Secret("x") != Secret("y")
    assert Secret("a://b") != StoreUrl("a://b")
    assert Secret("x") != "x"
    assert len({Secret("x"), Secret("x")}) == 1


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("INSPECTOR_ORPHAN_AFTER", "half an hour"),
        ("INSPECTOR_ORPHAN_AFTER", "-1"),
        ("INSPECTOR_SYNC_SECONDS", "0"),
        ("INSPECTOR_STATEMENT_TIMEOUT", "nan"),
        ("INSPECTOR_STATEMENT_TIMEOUT", "inf"),
        ("INSPECTOR_DEBUG", "maybe"),
        ("INSPECTOR_AES_KEY", "hunter2"),
        ("LANGGRAPH_AES_KEY", "hunter2"),
        ("INSPECTOR_DATABASE_URL", "hunter2"),
        ("INSPECTOR_LEDGER_URL", "hunter2"),
    ],
)
def test_a_wrong_value_is_told_by_its_variable(variable: str, value: str) -> None:
    with pytest.raises(ConfigError, match=variable) as caught:
        load({variable: value})
    assert "hunter2" not in caught.value.message + caught.value.hint
    assert caught.value.hint


def test_langgraphs_own_key_opens_what_ours_does_not_name() -> None:
    theirs, ours = "a" * 16, "b" * 32
    assert load({"LANGGRAPH_AES_KEY": theirs}).aes_key == Secret(theirs)
    assert load({"LANGGRAPH_AES_KEY": theirs, "INSPECTOR_AES_KEY": ours}).aes_key == Secret(ours)


def test_lists_keep_their_order_and_lose_repeats() -> None:
    config = load({"INSPECTOR_HOST_KEYS": " pod , host,,pod\nnode"})
    assert config.host_keys == ("pod", "host", "node")


@pytest.mark.parametrize("setting", [setting for setting in SETTINGS if setting.secret], ids=lambda row: row.field)
def test_a_secret_also_comes_from_a_file(setting: Setting, tmp_path: Path) -> None:
    values = {"aes_key": "k" * 16, "webhook_url": "https://example.com/hook", "email_url": "smtp://a:hunter2@mail"}
    values["masks"] = "email\nkey:ssn"
    value = values.get(setting.field, "postgresql://reader:hunter2@db/app")
    file = tmp_path / "secret"
    file.write_text(f"{value}\n")
    assert load({f"{setting.variable}_FILE": str(file)}) == load({setting.variable: value})


def test_a_rule_of_masks_that_cannot_be_used_is_told_with_its_line_and_not_with_its_text() -> None:
    with pytest.raises(ConfigError, match="line 3: missing") as caught:
        load({"INSPECTOR_MASKS": "email\n# a comment\nWHO=pattern:(hunter2"})
    assert "hunter2" not in str(caught.value)
    assert "hunter2" not in repr(load({"INSPECTOR_MASKS": "pattern:hunter2"}))


def test_a_value_and_a_file_for_one_secret_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="both set"):
        load({"INSPECTOR_SECRET_KEY": "x", "INSPECTOR_SECRET_KEY_FILE": str(tmp_path / "y")})


def test_a_secret_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="INSPECTOR_STORES_FILE names cannot be read: No such file"):
        load({"INSPECTOR_STORES_FILE": str(tmp_path / "missing")})
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load({"INSPECTOR_STORES_FILE": str(tmp_path / "binary")})


def test_a_setting_that_is_no_secret_has_no_file() -> None:
    assert load({"INSPECTOR_DEBUG_FILE": "anything"}) == load({})


def test_the_table_and_the_configuration_have_the_same_fields() -> None:
    assert {field.name for field in dataclasses.fields(Config)} == set(BY_FIELD)


def test_every_setting_is_documented() -> None:
    rows = dict(re.findall(r"^\| `(INSPECTOR_\w+)` \| (.*)$", DOCS.read_text(encoding="utf-8"), re.MULTILINE))
    assert list(rows) == [setting.variable for setting in SETTINGS]
    for setting in SETTINGS:
        shown = [f"`{part}`" for part in setting.default.split(",")] if setting.default else []
        assert all(part in rows[setting.variable] for part in shown), f"{setting.variable}: its default differs"
        assert ("yes" in rows[setting.variable]) == setting.secret, f"{setting.variable}: may it come from a file?"


def test_every_variable_of_the_probe_is_documented() -> None:
    """It has no table: it reads the environment itself, in processes that lack the rest of the package."""
    text = DOCS.read_text(encoding="utf-8")
    sources = [path.read_text(encoding="utf-8") for path in PROBE.rglob("*.py")]
    read = set(re.findall(r"\"(INSPECTOR_\w+|POD_NAME|HOSTNAME)\"", "".join(sources)))
    assert {"INSPECTOR_LEDGER_URL", "INSPECTOR_HOSTNAME", "INSPECTOR_PROBE"} <= read
    assert [name for name in sorted(read) if f"`{name}`" not in text] == []


def test_the_generated_key_is_made_once_and_private(tmp_path: Path) -> None:
    path = tmp_path / "data" / "secret-key"
    first = obtain_key(path)
    assert len(first) >= 50
    assert obtain_key(path) == first
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["secret-key"]


def test_where_nothing_can_be_written_the_key_lasts_for_the_process(tmp_path: Path) -> None:
    (tmp_path / "a file").write_text("")
    path = tmp_path / "a file" / "secret-key"
    assert obtain_key(path) != obtain_key(path)


def test_the_parser_of_stores_is_there_for_the_command_line() -> None:
    (store,) = parse_stores("main=postgresql://db/app")
    assert store.name == "main"
    with pytest.raises(ValueError, match="entry 1"):
        parse_stores("nothing")
