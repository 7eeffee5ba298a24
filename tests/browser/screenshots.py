"""Pictures of the running demo: `python -m tests.browser.screenshots`, or `make screenshots`.

Without options it takes the pictures that the docs show. `--all DIRECTORY` takes every page, light and dark, wide and
narrow, for looking at after a change.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.chromium import ARGUMENTS, find_chromium

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
    parser.add_argument("--url", default="", help="a dashboard that runs already, instead of a demo of its own")
    options = parser.parse_args()
    with sync_playwright() as playwright, contextlib.ExitStack() as stack:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=ARGUMENTS)
        stack.callback(browser.close)
        url = options.url or stack.enter_context(_demo())
        if options.all:
            _take_all(browser, url, options.all)
        else:
            PICTURES.mkdir(parents=True, exist_ok=True)
            for name, (address, size) in SHOWN.items():
                _take(browser, url + (address or _longest(url)), PICTURES / f"{name}.png", size=size, theme="light")


def _take_all(browser: Browser, url: str, directory: Path) -> None:
    directory.mkdir(parents=True, exist_ok=True)
    for name, path in _pages(url).items():
        for theme in ("light", "dark"):
            for size in SIZES:
                _take(browser, url + path, directory / f"{name}-{theme}-{size[0]}.png", size=size, theme=theme)


def _pages(url: str) -> dict[str, str]:
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
        listed = json.load(urllib.request.urlopen(f"{url}/threads/?format=json&limit=1&sort=-turns&state={state}"))  # noqa: S310
        for thread in listed["threads"]:
            address = f"/thread/?{urllib.parse.urlencode({'id': thread['thread_id']})}"
            pages[f"thread-{state}"] = address
            if state == "complete":
                pages |= {f"thread-{tab}": f"{address}&tab={tab}" for tab in ("state", "writes", "metadata")}
    return pages


def _longest(url: str) -> str:
    """A conversation that two hosts took part in, with the most turns."""
    listed = json.load(urllib.request.urlopen(f"{url}/threads/?format=json&limit=1&sort=-turns&flag=several-hosts"))  # noqa: S310
    return f"/thread/?{urllib.parse.urlencode({'id': listed['threads'][0]['thread_id']})}"


def _take(browser: Browser, address: str, path: Path, *, size: tuple[int, int], theme: str) -> None:
    """What a person sees first, without scrolling."""
    context = browser.new_context(
        viewport={"width": size[0], "height": size[1]},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
        device_scale_factor=1,
    )
    page = context.new_page()
    page.goto(address)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path)
    context.close()
    print(path)


@contextlib.contextmanager
def _demo() -> Iterator[str]:
    """A demo on a free port, until it has orphans to show."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "inspector", "demo", "--no-browser", "--port", str(port)]
    demo = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 120
        while not _answers(url):
            if demo.poll() is not None or time.monotonic() > until:
                raise SystemExit("The demo did not start.")
            time.sleep(0.2)
        time.sleep(_SECONDS_TO_ORPHAN)
        yield url
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(30)


def _answers(url: str) -> bool:
    with contextlib.suppress(OSError):
        return bool(urllib.request.urlopen(f"{url}/-/health", timeout=2).status == 200)  # noqa: S310
    return False


if __name__ == "__main__":
    main()
