"""The one body that is posted: Alertmanager's webhook, version 4, and beside it a `text`, which is what Slack shows.

Slack's webhooks read `text` and leave alone what they do not know, as receivers of Alertmanager's do.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime

from django.conf import settings

from inspector.alerts.message import RESOLVED, TEST, Message
from inspector.domain.value import Json

RECEIVER = "checkpoint-inspector"
_NOT_ENDED = "0001-01-01T00:00:00Z"  #: Go's time for none, which is what Alertmanager sends
_SLACK = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def write_body(message: Message) -> bytes:
    """As JSON, in UTF-8."""
    labels, annotations = _labels(message), _annotations(message)
    status = RESOLVED if message.event == RESOLVED else "firing"
    group: dict[str, Json] = {name: value for name, value in labels.items() if name != "severity"}
    alert: dict[str, Json] = {
        "status": status,
        "labels": labels,
        "annotations": annotations,
        "startsAt": _time(message.started_at),
        "endsAt": _time(message.ended_at) if message.ended_at else _NOT_ENDED,
        "generatorURL": message.alert_link,
        "fingerprint": message.fingerprint,
    }
    body: dict[str, Json] = {
        "version": "4",
        "groupKey": "{}:{" + ", ".join(f"{name}={json.dumps(value)}" for name, value in group.items()) + "}",
        "truncatedAlerts": 0,
        "status": status,
        "receiver": RECEIVER,
        "groupLabels": group,
        "commonLabels": labels,
        "commonAnnotations": annotations,
        "externalURL": settings.INSPECTOR.public_url,
        "alerts": [alert],
        "text": _text(message),
        "inspector": _figures(message),
    }
    return json.dumps(body, ensure_ascii=False).encode()


def _labels(message: Message) -> dict[str, Json]:
    if message.event == TEST:
        return {"alertname": "CheckpointInspectorTest", "severity": "none"}
    return {
        "alertname": "ThreadsLeftAfterOneTurn",
        "store": message.store,
        "host": message.hostname,
        "severity": "critical",
    }


def _annotations(message: Message) -> dict[str, Json]:
    found: dict[str, Json] = {"summary": message.headline, "description": " ".join(message.lines)}
    if message.doctor_link:
        found["runbook_url"] = message.doctor_link
    return found


def _figures(message: Message) -> dict[str, Json]:
    return {
        "event": message.event,
        "threads": message.threads,
        "orphans": message.orphans,
        "expected": message.expected,
        "basis": message.basis,
        "thread_ids": list(message.thread_ids),
    }


def _text(message: Message) -> str:
    """Slack reads `<!channel>` and `<URL|words>` out of these three signs: a host of such a name must call nobody."""
    lines = [message.headline, *message.lines]
    if message.thread_ids and message.event != RESOLVED:
        lines.append(f"Some of them: {', '.join(message.thread_ids)}")
    lines += filter(None, (message.host_link, message.alert_link))
    return "".join(_SLACK.get(sign, sign) for sign in "\n".join(lines))


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
