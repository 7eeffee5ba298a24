"""`python -m tests.lab.long_healthy --minutes 10`: healthy workers at work for so long, and no rule may fire.

Too long for every change. The suite has the same with a few looks: `test_matrix.py`.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator

import django

from inspector.demo.embedded import EmbeddedPostgres
from inspector.demo.lab import healthy
from inspector.demo.lab.lab import Lab, Probed
from inspector.demo.lab.live import Live

#: Seconds between two looks, and before each request.
LOOK = 5.0
PAUSE = 0.03


def look_for(lab: Lab, minutes: float) -> Iterator[tuple[float, int, list[str]]]:
    """While the workers are at it: the minutes that are over, the threads that there are, and what was said wrongly."""
    from tests.lab.harness import complaints, examine

    began = time.monotonic()
    with Live(lab, pause=PAUSE):
        while (over := (time.monotonic() - began) / 60) < minutes:
            ((threads,),) = lab.sql("select count(distinct thread_id) from checkpoints")
            yield over, threads, complaints(examine(lab), {})
            time.sleep(LOOK)


def run(minutes: float, probed: Probed) -> int:
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    with EmbeddedPostgres() as server, Lab(healthy.SCENARIO, "fixed", postgres=server, probed=probed) as lab:
        for over, threads, said in look_for(lab, minutes):
            print(f"{over:5.1f} min, {threads} threads: {'nothing is said' if not said else ''}", flush=True)
            if said:
                print("\n\n".join(said))
                return 1
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Healthy workers, looked at for minutes.")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--probed", choices=["all", "none", "first"], default="all")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    django.setup()
    return run(options.minutes, options.probed)


if __name__ == "__main__":
    sys.exit(main())
