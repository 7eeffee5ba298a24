"""Dates, times and durations from the parts that the serializer stored, as ISO 8601 text.

Each function returns None for parts that make no such value, and the caller then shows the parts themselves.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence

from inspector.domain.value import Tagged, Value

Fields = Mapping[str, Value]

_DURATION = re.compile(r"(-?)PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?")


def date(parts: Sequence[Value]) -> Fields | None:
    """`(year, month, day)` as `2026-11-02`."""
    match parts:
        case [int(year), int(month), int(day)]:
            try:
                return {"value": dt.date(year, month, day).isoformat()}
            except (ValueError, OverflowError):
                return None
    return None


def duration(parts: Sequence[Value]) -> Fields | None:
    """`(days, seconds, microseconds)` as `P1DT2H3M4.5S`, with a `-` in front when negative."""
    match parts:
        case [int(days), int(seconds), int(microseconds)]:
            try:
                return {"value": iso_duration(dt.timedelta(days, seconds, microseconds))}
            except OverflowError:
                return None
    return None


def iso_duration(delta: dt.timedelta) -> str:
    """A timedelta as ISO 8601 writes it. Exact, and unlike `str()` readable when negative."""
    left = abs(delta)
    minutes, seconds = divmod(left.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    second = f"{seconds}.{left.microseconds:06d}".rstrip("0") if left.microseconds else str(seconds)
    date_part = f"{left.days}D" if left.days else ""
    time_part = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    time_part += f"{second}S" if second != "0" else ""
    if not date_part and not time_part:
        return "PT0S"
    sign = "-" if delta < dt.timedelta() else ""
    return f"{sign}P{date_part}" + (f"T{time_part}" if time_part else "")


def timezone(parts: Sequence[Value]) -> Fields | None:
    """`(offset,)` or `(offset, name)`, the offset being a `timedelta`, as `UTC+05:30` and the name."""
    match parts:
        case [Tagged("datetime.timedelta", {"value": str(offset)}), *rest] if (text := _offset(offset)) is not None:
            fields: dict[str, Value] = {"value": f"UTC{text}" if text != "+00:00" else "UTC"}
            return fields | {"name": rest[0]} if rest else fields
    return None


def time(parts: Fields) -> Fields | None:
    """The arguments of `datetime.time` as `13:05:00+02:00`; a zone without a fixed offset stays beside it."""
    match parts:
        case {
            "hour": int(hour),
            "minute": int(minute),
            "second": int(second),
            "microsecond": int(microsecond),
        }:
            try:
                text = dt.time(hour, minute, second, microsecond).isoformat()
            except (ValueError, OverflowError):
                return None
        case _:
            return None
    fields: dict[str, Value] = {"value": text}
    match parts.get("tzinfo"):
        case None:
            pass
        case Tagged("datetime.timezone", {"value": str(zone), **more}) if not more:
            fields["value"] = text + (zone.removeprefix("UTC") or "+00:00")
        case zone:
            fields["tzinfo"] = zone
    if parts.get("fold"):
        fields["fold"] = parts["fold"]
    return fields


def _offset(duration_text: str) -> str | None:
    """`-PT5H30M` as `-05:30`; None for what is no duration below a day."""
    found = _DURATION.fullmatch(duration_text)
    if found is None:
        return None
    sign, hours, minutes, seconds = found.groups()
    text = f"{sign or '+'}{int(hours or 0):02d}:{int(minutes or 0):02d}"
    return f"{text}:{int(seconds):02d}" if int(seconds or 0) else text
