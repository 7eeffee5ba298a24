"""Every setting, one row each, read from the environment into one frozen `Config`.

Without Django, so that a command can complain about a setting before Django starts, and a test can build a
configuration from a plain mapping. `docs/configuration.md` is held to this table by a test.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from inspector.errors import ConfigError
from inspector.mute import Mute, parse_mute
from inspector.secret import Secret, StoreUrl

PREFIX = "INSPECTOR_"
INDEX_FILE = "index.sqlite3"

_ENTRY = re.compile(r"(?:(?P<name>\w[\w.-]*)\s*=\s*)?(?P<url>[A-Za-z][A-Za-z0-9+.-]*://.*)", re.DOTALL)
#: A comma parts two entries only where a new URL starts behind it: one URL may list several hosts.
_NEXT_ENTRY = re.compile(r",(?=\s*(?:\w[\w.-]*\s*=\s*)?[A-Za-z][A-Za-z0-9+.-]*://)")


@dataclass(frozen=True, slots=True)
class StoreSetting:
    """One checkpoint store to look at. `name` is what the pages and `?store=` call it."""

    name: str
    url: StoreUrl


@dataclass(frozen=True, slots=True)
class Config:
    """All settings, parsed. Times are in seconds. Its repr holds no secret."""

    stores: tuple[StoreSetting, ...]
    data_dir: Path
    database_url: StoreUrl
    ledger_url: StoreUrl | None
    host_keys: tuple[str, ...]
    owner_keys: tuple[str, ...]
    graph_keys: tuple[str, ...]
    orphan_after: float
    sync_seconds: float
    statement_timeout: float
    muted: tuple[Mute, ...]
    alert_share: float
    alert_rise: float
    alert_threads: int
    alert_cooldown: float
    webhook_url: StoreUrl | None
    webhook_secret: Secret | None
    email_url: StoreUrl | None
    email_from: str
    email_to: tuple[str, ...]
    public_url: str
    aes_key: Secret | None
    secret_key: Secret | None
    allowed_hosts: tuple[str, ...]
    debug: bool


@dataclass(frozen=True, slots=True)
class Setting:
    """One row of the table. `default` is in the environment's own form; empty ones are told in `help`."""

    field: str  #: of `Config`; the variable is INSPECTOR_ and this in capitals
    parse: Callable[[str], Any]  #: raises ValueError that says what is wrong without the value
    default: str
    help: str
    secret: bool = False  #: may also come from the file that INSPECTOR_…_FILE names
    fallback: str = ""  #: another variable to read when this one is not set

    @property
    def variable(self) -> str:
        return PREFIX + self.field.upper()


def parse_stores(text: str) -> tuple[StoreSetting, ...]:
    """Parse `[NAME=]URL` entries, one a line or comma-separated; lines that begin with # are comments.

    Raises ValueError naming the entry by its number, never by its text, which may be a password.
    """
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    entries = [entry.strip() for line in lines for entry in _NEXT_ENTRY.split(line)]
    found: dict[str, StoreSetting] = {}
    for number, entry in enumerate(filter(None, (entry.strip(",") for entry in entries)), 1):
        match = _ENTRY.fullmatch(entry)
        if match is None:
            raise ValueError(f"entry {number} is neither URL nor NAME=URL (postgresql://…, redis://…, sqlite:///…)")
        url = StoreUrl(match["url"])
        name = match["name"] or _name_of(url)
        if name in found:
            raise ValueError(f"two stores are called {name!r}; give each its own name as NAME=URL")
        found[name] = StoreSetting(name, url)
    return tuple(found.values())


def _name_of(url: StoreUrl) -> str:
    """What a store without a name is called: its database; a bare number gets its kind in front."""
    database = url.path.rstrip("/").rpartition("/")[2]
    if url.scheme == "sqlite":
        database = Path(database).stem
    name = re.sub(r"[^\w.-]+", "-", database).strip("-.")
    kind = url.scheme.partition("+")[0]
    return f"{kind}-{name}" if name.isdigit() else name or kind


def _url(text: str) -> StoreUrl:
    return StoreUrl(text)


def _names(text: str) -> tuple[str, ...]:
    """Names between commas or line ends, first one wins, order kept."""
    return tuple(dict.fromkeys(filter(None, (name.strip() for name in re.split(r"[,\n]", text)))))


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds < math.inf:
        raise ValueError("not a number of seconds greater than 0")
    return seconds


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = math.nan
    if not 0 < share <= 1:
        raise ValueError("not a share: a number greater than 0 and at most 1")
    return share


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 10**6:
        raise ValueError("not a whole number from 1 to 999999")
    return int(text)


def _web_url(text: str) -> StoreUrl:
    url = StoreUrl(text)
    if url.scheme not in ("http", "https"):
        raise ValueError("it does not begin with http:// or https://")
    return url


def _mail_url(text: str) -> StoreUrl:
    url = StoreUrl(text)
    if url.scheme not in ("smtp", "smtps", "smtp+tls"):
        raise ValueError("it does not begin with smtp://, smtp+tls:// or smtps://")
    return url


def _address(text: str) -> str:
    return _web_url(text).reveal().rstrip("/")


def _directory(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _mutes(text: str) -> tuple[Mute, ...]:
    return tuple(parse_mute(entry) for entry in _names(text))


def _switch(text: str) -> bool:
    words = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
    }
    try:
        return words[text.lower()]
    except KeyError:
        raise ValueError("neither true nor false") from None


def _aes_key(text: str) -> Secret:
    if len(text.encode()) not in (16, 24, 32):
        raise ValueError("an AES key has 16, 24 or 32 bytes")
    return Secret(text)


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "stores",
        parse_stores,
        "",
        "The checkpoint stores to look at: `NAME=URL`, one a line or comma-separated. "
        "Without a name, a store is called like its database.",
        secret=True,
    ),
    Setting(
        "data_dir",
        _directory,
        "",
        "Where the default index and the generated secret key are kept. Default: the user's data directory.",
    ),
    Setting(
        "database_url",
        _url,
        "",
        "The dashboard's own index, never a checkpoint store's tables: `sqlite:///PATH` or `postgresql://…`. "
        f"Default: `{INDEX_FILE}` in the data directory.",
        secret=True,
    ),
    Setting(
        "ledger_url",
        _url,
        "",
        "Where the probe's ledger is, when it is not in the store itself. Default: in the store.",
        secret=True,
    ),
    Setting(
        "host_keys",
        _names,
        "worker_hostname,hostname,host,host_name,worker_host,node_name,pod_name,pod,worker,worker_id,instance_id",
        "Checkpoint metadata keys that name the worker's host; the first that is there counts.",
    ),
    Setting(
        "owner_keys",
        _names,
        "user_id,owner,owner_id,customer_id,account_id,tenant_id,user,customer,tenant",
        "Checkpoint metadata keys that name whose conversation it is; the first that is there counts.",
    ),
    Setting(
        "graph_keys",
        _names,
        "assistant,assistant_name,graph_name,graph_id,graph,agent,agent_name,assistant_id",
        "Checkpoint metadata keys that name the graph; the first that is there counts.",
    ),
    Setting(
        "orphan_after",
        _seconds,
        "1800",
        "Seconds without activity after which a one-turn thread counts as an orphan.",
    ),
    Setting("sync_seconds", _seconds, "2", "Seconds between two sync passes over a store."),
    Setting("statement_timeout", _seconds, "15", "Seconds after which a read from a store is cut."),
    Setting(
        "muted",
        _mutes,
        "",
        "Findings of the diagnosis that are not to be told: `RULE`, `RULE:host=PATTERN` or `RULE:thread=PATTERN`, "
        "one a line or comma-separated, patterns as in a shell (`thread-per-run:thread=nightly:*`).",
    ),
    Setting(
        "alert_share",
        _share,
        "0.5",
        "An alert fires only where at least this share of a host's newest threads was left after one turn.",
    ),
    Setting(
        "alert_rise",
        _share,
        "0.25",
        "And only where that is so much more than was to be expected: 0.25 is 25 percentage points.",
    ),
    Setting(
        "alert_threads",
        _number,
        "20",
        "And only where so many of its threads are old enough to tell.",
    ),
    Setting(
        "alert_cooldown",
        _seconds,
        "3600",
        "Seconds in which a host that people were told of is not told of again.",
    ),
    Setting(
        "webhook_url",
        _web_url,
        "",
        "Where alerts are posted to as JSON that Slack's and Alertmanager's receivers read. Default: nowhere.",
        secret=True,
    ),
    Setting(
        "webhook_secret",
        Secret,
        "",
        "Signs what is posted, as Standard Webhooks does it. Default: unsigned.",
        secret=True,
    ),
    Setting(
        "email_url",
        _mail_url,
        "",
        "The mail server for alerts: `smtp://`, `smtp+tls://` (STARTTLS) or `smtps://`, with `USER:PASSWORD@HOST`. "
        "Default: no mail.",
        secret=True,
    ),
    Setting("email_from", str, "checkpoint-inspector@localhost", "The sender of these mails."),
    Setting("email_to", _names, "", "Who gets them, between commas. Default: nobody."),
    Setting(
        "public_url",
        _address,
        "",
        "Where people open the dashboard (`https://inspector.example.com`), for links in alerts. Default: no links.",
    ),
    Setting(
        "aes_key",
        _aes_key,
        "",
        "The key of an encrypted store, 16, 24 or 32 bytes: opens rows that show as locked without it. "
        "Default: `LANGGRAPH_AES_KEY`, which LangGraph itself reads.",
        secret=True,
        fallback="LANGGRAPH_AES_KEY",
    ),
    Setting(
        "secret_key",
        Secret,
        "",
        "Django's signing key. Default: made once and kept in the data directory. Replicas share one.",
        secret=True,
    ),
    Setting(
        "allowed_hosts",
        _names,
        "localhost,127.0.0.1,[::1]",
        "Host names that the dashboard answers to, beside this machine's own. "
        "Set it when the dashboard is opened from elsewhere.",
    ),
    Setting(
        "debug",
        _switch,
        "false",
        "Django's debug pages and unminified messages. Never where others can reach it.",
    ),
)


def load(environ: Mapping[str, str]) -> Config:
    """Build the configuration; only the files named in …_FILE variables are read, and nothing is written.

    A variable that is set but empty counts as not set, as compose files leave it. Raises ConfigError.
    """
    values: dict[str, Any] = {setting.field: _value_of(setting, environ) for setting in SETTINGS}
    values["stores"] = values["stores"] or ()
    values["muted"] = values["muted"] or ()
    values["email_to"] = values["email_to"] or ()
    values["public_url"] = values["public_url"] or ""
    values["data_dir"] = values["data_dir"] or default_data_dir()
    if values["database_url"] is None:
        values["database_url"] = StoreUrl(f"sqlite:///{quote(str(values['data_dir'] / INDEX_FILE))}")
    return Config(**values)


def _value_of(setting: Setting, environ: Mapping[str, str]) -> Any:
    source, text = _text_of(setting, environ)
    if not text:
        return None
    try:
        return setting.parse(text)
    except ValueError as error:
        raise ConfigError(f"{source} cannot be used: {error}.", f"See docs/configuration.md. {setting.help}") from None


def _text_of(setting: Setting, environ: Mapping[str, str]) -> tuple[str, str]:
    """Where the value comes from, to name it in an error, and its text; "" where nothing gives one."""
    variable, file_variable = setting.variable, f"{setting.variable}_FILE"
    text = environ.get(variable, "").strip()
    path = environ.get(file_variable, "").strip() if setting.secret else ""
    if text and path:
        raise ConfigError(f"{variable} and {file_variable} are both set.", "Set one of the two.")
    if path:
        try:
            return file_variable, Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise ConfigError(f"The file that {file_variable} names cannot be read: {reason}.") from None
    if not text and setting.fallback:
        fallback = environ.get(setting.fallback, "")
        if fallback:
            return setting.fallback, fallback
    return variable, text or setting.default


def default_data_dir() -> Path:
    """The user's data directory by the platform's custom. It is named here and made by who writes into it."""
    from platformdirs import user_data_path

    return user_data_path("checkpoint-inspector", appauthor=False)
