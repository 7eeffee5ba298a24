"""From a setting's text to its value. Each raises ValueError, which says what is wrong without the value."""

from __future__ import annotations

import math
import re
import sys
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from inspector.config.mail import MailServer
from inspector.decode.sight.mask_lines import read_rules
from inspector.mute import Mute, parse_mute
from inspector.secret import Secret, StoreUrl, WebhookUrl, signing_key

#: Of processes that answer pages. Each takes some 150 MB and a share of a store's connections.
MOST_PROCESSES = 64


def parse_url(text: str) -> StoreUrl:
    return StoreUrl(text)


def parse_names(text: str) -> tuple[str, ...]:
    """Names between commas or line ends, first one wins, order kept."""
    return tuple(dict.fromkeys(filter(None, (name.strip() for name in re.split(r"[,\n]", text)))))


def parse_seconds(text: str) -> float:
    return _above_zero(text, sys.float_info.max, "not a number of seconds greater than 0")


def parse_share(text: str) -> float:
    return _above_zero(text, 1, "not a share: a number greater than 0 and at most 1")


def parse_number(text: str) -> int:
    return _from_one(text, 999_999, "not a whole number from 1 to 999999")


def parse_web_url(text: str) -> WebhookUrl:
    url = WebhookUrl(text)
    if url.scheme not in ("http", "https"):
        raise ValueError("it does not begin with http:// or https://")
    if not url.safe.partition("://")[2].strip("*"):
        raise ValueError("it names no host that can be reached")
    return url


def parse_mail_url(text: str) -> StoreUrl:
    MailServer.of(url := StoreUrl(text))
    return url


def parse_signing_secret(text: str) -> Secret:
    """As Standard Webhooks writes one, `whsec_` and base64, or any other text."""
    signing_key(secret := Secret(text))
    return secret


def parse_address(text: str) -> str:
    return parse_web_url(text).reveal().rstrip("/")


def parse_directory(text: str) -> Path:
    return Path(text).expanduser().absolute()


def parse_mutes(text: str) -> tuple[Mute, ...]:
    return tuple(parse_mute(entry) for entry in parse_names(text))


def parse_masks(text: str) -> Secret:
    """Rules of masks, tried here and kept as they were written. They may name what nobody should read."""
    read_rules(text)
    return Secret(text)


def parse_networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """Addresses (`10.0.0.7`) and networks (`10.0.0.0/8`)."""
    try:
        return tuple(ip_network(name) for name in parse_names(text))
    except ValueError:
        raise ValueError("one of them is neither an IP address nor a network as 10.0.0.0/8") from None


def parse_log_format(text: str) -> str:
    if text not in ("text", "json"):
        raise ValueError("neither text nor json")
    return text


def parse_header(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9-]+", text):
        raise ValueError("a header's name has letters, digits and hyphens")
    return text


def parse_default_role(text: str) -> str:
    if text not in ("none", "shape", "content"):
        raise ValueError("neither none, shape nor content")
    return text


def parse_hours(text: str) -> float:
    return _above_zero(text, 8_760, "not a number of hours greater than 0, and at most a year")


def parse_drain(text: str) -> float:
    return 0.0 if text == "0" else parse_seconds(text)


def parse_processes(text: str) -> int:
    return _from_one(text, MOST_PROCESSES, f"not a number from 1 to {MOST_PROCESSES}")


def parse_token(text: str) -> Secret:
    if len(text) < 16:
        raise ValueError("too short: take 16 characters or more, made at random")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("a token has letters, digits and signs of ASCII, and no spaces")
    return Secret(text)


def parse_switch(text: str) -> bool:
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


def parse_aes_key(text: str) -> Secret:
    if len(text.encode()) not in (16, 24, 32):
        raise ValueError("an AES key has 16, 24 or 32 bytes")
    return Secret(text)


def _above_zero(text: str, most: float, wrong: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not 0 < number <= most:
        raise ValueError(wrong)
    return number


def _from_one(text: str, most: int, wrong: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) <= most:
        raise ValueError(wrong)
    return int(text)
