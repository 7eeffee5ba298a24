"""What a configuration is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any

from inspector.config.groups import GroupGrant
from inspector.mute import Mute
from inspector.secret import Secret, StoreUrl, WebhookUrl

PREFIX = "INSPECTOR_"


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
    webhook_url: WebhookUrl | None
    webhook_secret: Secret | None
    email_url: StoreUrl | None
    email_from: str
    email_to: tuple[str, ...]
    public_url: str
    aes_key: Secret | None
    secret_key: Secret | None
    allowed_hosts: tuple[str, ...]
    proxy_addresses: tuple[IPv4Network | IPv6Network, ...]
    proxy_user_header: str
    proxy_groups_header: str
    oidc_issuer: str
    oidc_client_id: str
    oidc_client_secret: Secret | None
    oidc_name: str
    oidc_username_claim: str
    oidc_groups_claim: str
    oidc_scopes: str
    content_groups: tuple[GroupGrant, ...]
    shape_groups: tuple[GroupGrant, ...]
    auditor_groups: tuple[GroupGrant, ...]
    default_role: str  #: `none`, `shape` or `content`
    session_hours: float
    metrics_token: Secret | None
    audit_days: int
    masks: Secret | None
    log_format: str  #: `text` or `json`
    log_requests: bool | None  #: None: where the log is JSON
    drain_seconds: float
    processes: int
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
