"""Every setting, one row each. `docs/configuration.md` is held to this table by a test."""

from __future__ import annotations

from inspector.config.groups import parse_groups
from inspector.config.oidc import parse_issuer, parse_scopes
from inspector.config.parsers import (
    parse_address,
    parse_aes_key,
    parse_default_role,
    parse_directory,
    parse_drain,
    parse_header,
    parse_hours,
    parse_log_format,
    parse_mail_url,
    parse_masks,
    parse_mutes,
    parse_names,
    parse_networks,
    parse_number,
    parse_processes,
    parse_seconds,
    parse_share,
    parse_signing_secret,
    parse_switch,
    parse_token,
    parse_url,
    parse_web_url,
)
from inspector.config.stores import parse_stores
from inspector.config.values import Setting
from inspector.secret import Secret

INDEX_FILE = "index.sqlite3"

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
        parse_directory,
        "",
        "Where the default index and the generated secret key are kept. Default: the user's data directory.",
    ),
    Setting(
        "database_url",
        parse_url,
        "",
        "The dashboard's own index, never a checkpoint store's tables: `sqlite:///PATH` or `postgresql://…`. "
        f"Default: `{INDEX_FILE}` in the data directory.",
        secret=True,
    ),
    Setting(
        "ledger_url",
        parse_url,
        "",
        "Where the probe's ledger is, when it is not in the store itself. Default: in the store.",
        secret=True,
    ),
    Setting(
        "host_keys",
        parse_names,
        "worker_hostname,hostname,host,host_name,worker_host,node_name,pod_name,pod,worker,worker_id,instance_id",
        "Checkpoint metadata keys that name the worker's host; the first that is there counts.",
    ),
    Setting(
        "owner_keys",
        parse_names,
        "user_id,owner,owner_id,customer_id,account_id,tenant_id,user,customer,tenant",
        "Checkpoint metadata keys that name whose conversation it is; the first that is there counts.",
    ),
    Setting(
        "graph_keys",
        parse_names,
        "assistant,assistant_name,graph_name,graph_id,graph,agent,agent_name,assistant_id",
        "Checkpoint metadata keys that name the graph; the first that is there counts.",
    ),
    Setting(
        "orphan_after",
        parse_seconds,
        "1800",
        "Seconds without activity after which a one-turn thread counts as an orphan.",
    ),
    Setting("sync_seconds", parse_seconds, "2", "Seconds between two sync passes over a store."),
    Setting("statement_timeout", parse_seconds, "15", "Seconds after which a read from a store is cut."),
    Setting(
        "muted",
        parse_mutes,
        "",
        "Findings of the diagnosis that are not to be told: `RULE`, `RULE:host=PATTERN` or `RULE:thread=PATTERN`, "
        "one a line or comma-separated, patterns as in a shell (`thread-per-run:thread=nightly:*`).",
    ),
    Setting(
        "alert_share",
        parse_share,
        "0.5",
        "An alert fires only where at least this share of a host's newest threads was left after one turn.",
    ),
    Setting(
        "alert_rise",
        parse_share,
        "0.25",
        "And only where that is so much more than was to be expected: 0.25 is 25 percentage points.",
    ),
    Setting(
        "alert_threads",
        parse_number,
        "20",
        "And only where so many of its threads are old enough to tell.",
    ),
    Setting(
        "alert_cooldown",
        parse_seconds,
        "3600",
        "Seconds in which a host that people were told of is not told of again.",
    ),
    Setting(
        "webhook_url",
        parse_web_url,
        "",
        "Where alerts are posted to as JSON that Slack's and Alertmanager's receivers read. Default: nowhere.",
        secret=True,
    ),
    Setting(
        "webhook_secret",
        parse_signing_secret,
        "",
        "Signs what is posted, as Standard Webhooks does it. Default: unsigned.",
        secret=True,
    ),
    Setting(
        "email_url",
        parse_mail_url,
        "",
        "The mail server for alerts: `smtp://`, `smtp+tls://` (STARTTLS) or `smtps://`, with `USER:PASSWORD@HOST`. "
        "Default: no mail.",
        secret=True,
    ),
    Setting("email_from", str, "checkpoint-inspector@localhost", "The sender of these mails."),
    Setting("email_to", parse_names, "", "Who gets them, between commas. Default: nobody."),
    Setting(
        "public_url",
        parse_address,
        "",
        "Where people open the dashboard (`https://inspector.example.com`), for links in alerts. Default: no links.",
    ),
    Setting(
        "aes_key",
        parse_aes_key,
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
        parse_names,
        "localhost,127.0.0.1,[::1]",
        "Host names that the dashboard answers to, beside this machine's own. "
        "Set it when the dashboard is opened from elsewhere.",
    ),
    Setting(
        "proxy_addresses",
        parse_networks,
        "",
        "Addresses or networks of the proxies in front of the dashboard, between commas. What they say of a request in "
        "X-Forwarded-For, X-Forwarded-Proto and X-Request-ID is believed, and of nobody else. Default: none.",
    ),
    Setting(
        "proxy_user_header",
        parse_header,
        "",
        "The header in which these proxies say who has signed in with them (`X-Forwarded-User`). Default: none, and "
        "nobody is signed in by a header.",
    ),
    Setting(
        "proxy_groups_header",
        parse_header,
        "",
        "The header in which they say what groups that person is in, between commas. Default: none.",
    ),
    Setting(
        "oidc_issuer",
        parse_issuer,
        "",
        "The OpenID Connect provider that signs people in, by its issuer (`https://login.example.com/realms/company`). "
        "Needs the extra `oidc`. Default: none.",
    ),
    Setting("oidc_client_id", str, "", "What this provider calls the dashboard."),
    Setting("oidc_client_secret", Secret, "", "What the dashboard proves itself with to this provider.", secret=True),
    Setting("oidc_name", str, "", "What the button calls the provider. Default: the name of its host."),
    Setting(
        "oidc_username_claim",
        str,
        "email",
        "The claim that names a person. An `email` counts only where the provider says that it is verified.",
    ),
    Setting(
        "oidc_groups_claim",
        str,
        "groups",
        "The claim that lists a person's groups; `realm_access.roles` is a claim within a claim.",
    ),
    Setting("oidc_scopes", parse_scopes, "openid email profile", "What is asked of the provider, between spaces."),
    Setting(
        "content_groups",
        parse_groups,
        "",
        "Groups of a proxy or an OpenID provider whose members see everything: `GROUP`, or `GROUP@STORE` for one store "
        "alone, between commas. Default: none.",
    ),
    Setting("shape_groups", parse_groups, "", "The same of those who see the shape of threads and no content."),
    Setting(
        "auditor_groups",
        parse_groups,
        "",
        "Groups whose members may read the audit log, beside what another group lets them see. Default: none.",
    ),
    Setting(
        "default_role",
        parse_default_role,
        "none",
        "What somebody may see whom a proxy or an OpenID provider signs in, who is in none of these groups and was "
        "given nothing by `inspector user`: `none`, `shape` or `content`.",
    ),
    Setting("session_hours", parse_hours, "12", "Hours after which people sign in again."),
    Setting(
        "metrics_token",
        parse_token,
        "",
        "Who sends it as `Authorization: Bearer …` gets `/-/metrics` and the details of `/-/health` without signing "
        "in. At least 16 characters. Default: nobody.",
        secret=True,
    ),
    Setting(
        "audit_days",
        parse_number,
        "400",
        "Days for which the log of who opened which thread is kept (`/audit/`).",
    ),
    Setting(
        "masks",
        parse_masks,
        "",
        "What is masked in values beside secrets that tell themselves by their form, one rule a line: `email`, `card`, "
        "`phone`, `iban`, `ip`, `pattern:REGEX`, `path:CHANNEL/…`, `key:NAME`; `-NAME` switches a built-in mask off.",
        secret=True,
    ),
    Setting("log_format", parse_log_format, "text", "How the log is written: `text`, or `json`, one object a line."),
    Setting(
        "log_requests",
        parse_switch,
        "",
        "Whether each request that was answered is a line of the log. Default: with `json`, and not with `text`.",
    ),
    Setting(
        "drain_seconds",
        parse_drain,
        "0",
        "Seconds for which `serve`, told to end, still takes requests while `/-/health?check=ready` says 503: as long "
        "as a load balancer takes to send them elsewhere.",
    ),
    Setting("processes", parse_processes, "1", "Processes of `serve` that answer pages, up to 64."),
    Setting(
        "debug",
        parse_switch,
        "false",
        "Django's debug pages and unminified messages. Never where others can reach it.",
    ),
)
