"""Pictures of the running demo: `python -m tests.browser.screenshots`, or `make screenshots`.

Without options it takes the pictures that the docs show. `--all DIRECTORY` takes every page, light and dark, wide and
narrow, for looking at after a change.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import ARGUMENTS, find_chromium
from tests.links import browser_cookies, find_link, read_data, use_link

ROOT = Path(__file__).parents[2]
PICTURES = ROOT / "docs" / "images"
#: Pages that the docs show, with their address and the size of the picture.
SHOWN = {
    "threads": ("/threads/", (1180, 760)),
    "workers": ("/workers/", (1180, 900)),
    "doctor": ("/doctor/", (1280, 860)),
    "orphans": ("/orphans/?window=1h", (1180, 860)),
    "thread": ("", (1280, 1000)),  # the conversation with the most turns
}
SIZES = ((1320, 860), (390, 844))
_SECONDS_TO_ORPHAN = 50  # a little longer than the demo's own setting, so that the picture shows orphans


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", type=Path, metavar="DIRECTORY", help="every page in every size and theme")
    parser.add_argument("--link", default="", help="of a dashboard that runs already, instead of a demo of its own")
    options = parser.parse_args()
    with sync_playwright() as playwright, contextlib.ExitStack() as stack:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        stack.callback(browser.close)
        shown = Opened.by(options.link or stack.enter_context(_demo()))
        if options.all:
            _take_all(browser, shown, options.all)
        else:
            PICTURES.mkdir(parents=True, exist_ok=True)
            for name, (address, size) in SHOWN.items():
                _take(browser, shown, address or _longest(shown), PICTURES / f"{name}.png", size=size, theme="light")


@dataclass(frozen=True)
class Opened:
    """A dashboard that somebody has signed in to."""

    url: str
    cookie: str

    @classmethod
    def by(cls, link: str) -> Opened:
        return cls(link.partition("/login/")[0], use_link(link))

    def first(self, query: str) -> Any:
        """The thread that the list begins with, in a list that is empty where there is none."""
        return read_data(f"{self.url}/threads/?format=json&limit=1&{query}", self.cookie)["threads"]


def _take_all(browser: Browser, shown: Opened, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for name, path in _pages(shown).items():
        for theme in ("light", "dark"):
            for size in SIZES:
                _take(browser, shown, path, directory / f"{name}-{theme}-{size[0]}.png", size=size, theme=theme)


def _pages(shown: Opened) -> dict[str, str]:
    """Every kind of page, with a thread for each state that there is."""
    pages = {
        "threads": "/threads/",
        "one-turn": "/threads/?turns=one",
        "nothing": "/threads/?q=no+such+thread",
        "orphans": "/orphans/",
        "workers": "/workers/",
        "doctor": "/doctor/",
        "rule": "/doctor/rules/thread-id-random/",
        "stores": "/stores/",
        "missing": "/thread/?id=no+such+thread",
    }
    for state in ("complete", "interrupted", "failed", "unfinished"):
        for thread in shown.first(f"sort=-turns&state={state}"):
            address = f"/thread/?{urllib.parse.urlencode({'id': thread['thread_id']})}"
            pages[f"thread-{state}"] = address
            if state == "complete":
                pages |= {f"thread-{tab}": f"{address}&tab={tab}" for tab in ("state", "writes", "metadata")}
    return pages


def _longest(shown: Opened) -> str:
    """A conversation that two hosts took part in, with the most turns."""
    (thread,) = shown.first("sort=-turns&flag=several-hosts")
    return f"/thread/?{urllib.parse.urlencode({'id': thread['thread_id']})}"


def _take(browser: Browser, shown: Opened, address: str, path: Path, *, size: tuple[int, int], theme: str) -> None:
    """What a person sees first, without scrolling."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        device_scale_factor=1,
    )
    context.add_cookies(browser_cookies(shown.cookie, shown.url))
    page = context.new_page()
    page.goto(shown.url + address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path)
    context.close()
    print(path)


@contextlib.contextmanager
def _demo() -> Iterator[str]:
    """The link of a demo on a free port, until it has orphans to show."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "inspector", "demo", "--no-browser", "--port", str(port)]
    with tempfile.TemporaryFile("w+") as said:
        demo = subprocess.Popen(command, stdout=said)
        try:
            until = time.monotonic() + 120
            while not (link := _said_link(said)):
                if demo.poll() is not None or time.monotonic() > until:
                    raise SystemExit("The demo did not start.")
                time.sleep(0.2)
            time.sleep(_SECONDS_TO_ORPHAN)
            yield link
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(30)


def _said_link(said: IO[str]) -> str:
    return find_link(os.pread(said.fileno(), 1_000_000, 0).decode(errors="replace"))


if __name__ == "__main__":
    main()
