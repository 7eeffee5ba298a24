"""Customers of the sample workers: `python -m inspector.demo.customers HOST=URL …`, as compose.yaml runs it.

It is the load balancer, too: the script decides which host gets the next message of a conversation. Those that need a
host which is not named here are left out. It ends with SIGTERM.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from itertools import islice

from inspector.demo.traffic import Conversation, Script

log = logging.getLogger("inspector.demo.customers")

OPEN_CONVERSATIONS = 10  # so many customers are in the middle of something
PATIENCE = 30.0  # seconds for an answer


def send(url: str, conversation: Conversation) -> bool:
    """Takes the conversation's next step to its host; False where that could not do it."""
    body = json.dumps(conversation.next_request()).encode()
    request = urllib.request.Request(f"{url}/requests", data=body, method="POST")  # noqa: S310  our own hosts
    try:
        with _opener.open(request, timeout=PATIENCE):
            return True
    except (urllib.error.URLError, OSError) as error:
        log.warning("%s: %s", url, error)
        return False


#: The hosts are beside us: no proxy of the environment is asked.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def conversations(hosts: Mapping[str, str], script: Script) -> Iterator[Conversation]:
    """For ever, those whose steps are all at these hosts."""
    for conversation in script.endless():
        if all(step.host in hosts for step in conversation.steps):
            yield conversation


def serve(hosts: Mapping[str, str], *, pace: float, stop: threading.Event) -> None:
    """About `pace` requests a second, until told to end."""
    dice = random.Random()
    newcomers = conversations(hosts, Script(f"{int(time.time()) % 1_000_000:06d}-", seed=dice.randrange(2**32)))
    waiting: list[Conversation] = []
    while not stop.wait(dice.expovariate(pace)):
        waiting += islice(newcomers, OPEN_CONVERSATIONS - len(waiting))
        chosen = waiting.pop(dice.randrange(len(waiting)))
        if send(hosts[chosen.steps[0].host], chosen) and chosen.steps:
            waiting.append(chosen)


def main() -> None:
    """Parse and go on until told to end."""
    parser = argparse.ArgumentParser(prog="inspector.demo.customers", description="Customers of the sample workers.")
    parser.add_argument("hosts", nargs="+", metavar="HOST=URL", help="a worker's name and its address")
    parser.add_argument("--pace", type=float, default=1.0, help="requests a second (1)")
    options = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    serve(dict(text.split("=", 1) for text in options.hosts), pace=options.pace, stop=stop)


if __name__ == "__main__":
    main()
