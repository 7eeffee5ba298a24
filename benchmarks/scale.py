"""What a store of any size costs: its index, its pages, passes over it, and what its workers notice of them.

    python benchmarks/scale.py                                   # a million threads: an hour, 30 GB of disk
    python benchmarks/scale.py --threads 100000 --only build,pages
    python benchmarks/scale.py --index sqlite,postgres --json figures.json

Everything is a ratio within one run: pages by the same pages of a store of 1,000 threads, builds and passes by a warm
serial `select count(*)` of checkpoints, a writer by itself a few seconds before or after, LangGraph's `list` and SQL
by hand by the page that shows the same. Seconds depend on the machine and stand beside them.

A store of up to 200,000 threads is copied before it is written to. A larger one is written to in place, and with
`--churn` loses a twentieth of its threads at the very end, for good. benchmarks/thread.py measures the page of one
thread, benchmarks/dashboards.py several dashboards with one index.
"""

from __future__ import annotations

import sys

if __name__ == "__main__":  # this file lies beside one that is called as a library which the stores use
    sys.path.pop(0)

import argparse
import json
import logging
import platform
import time
import warnings
from dataclasses import asdict
from pathlib import Path

warnings.simplefilter("ignore")
logging.disable()

from benchmarks import scale_build, scale_naive, scale_pages, scale_passes, scale_writers  # noqa: E402
from benchmarks.scale_bench import Bench  # noqa: E402

#: What changes the store comes last.
PARTS = {
    "build": scale_build.run,
    "pages": scale_pages.run,
    "naive": scale_naive.run,
    "writers": scale_writers.run,
    "passes": scale_passes.run,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--threads", type=int, default=1_000_000)
    parser.add_argument("--small", type=int, default=1_000, help="threads of the store to compare pages with (1000)")
    parser.add_argument("--data", type=Path, help="where the store is kept")
    parser.add_argument("--small-data", type=Path, help="where the small one is kept")
    parser.add_argument("--only", default=",".join(PARTS), help=f"of {', '.join(PARTS)}")
    parser.add_argument("--index", default="sqlite", help="sqlite, postgres, or both with a comma")
    parser.add_argument("--times", type=int, default=100, help="that each page is opened (100)")
    parser.add_argument("--windows", type=int, default=12, help="pairs of windows for a writer (12)")
    parser.add_argument("--window-seconds", type=float, default=10.0, help="seconds of one (10)")
    parser.add_argument("--gentle-seconds", type=float, default=60.0, help="of a build at the default pace (60)")
    parser.add_argument("--churn", action="store_true", help="delete from a store that is too large to copy")
    parser.add_argument("--json", type=Path, help="write the figures there, too")
    options = parser.parse_args()
    wanted = options.only.split(",")
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"There is no part {', '.join(sorted(unknown))}.")
    began = time.monotonic()
    with Bench(
        options.threads,
        options.small,
        options.data,
        options.small_data,
        kinds=tuple(options.index.split(",")),
        times=options.times,
        windows=options.windows,
        window_seconds=options.window_seconds,
        gentle_seconds=options.gentle_seconds,
        churn=options.churn,
    ) as bench:
        for name, part in PARTS.items():
            if name in wanted:
                part(bench)
    missed = sum(figure.is_met is False for figure in bench.figures)
    aimed = sum(figure.is_met is not None for figure in bench.figures)
    print(f"\n{aimed - missed} of {aimed} bounds kept, {time.monotonic() - began:.0f} s.")
    if options.json:
        told = {"threads": options.threads, "machine": platform.platform(), "processors": _processors()}
        figures = [{**asdict(figure), "is_met": figure.is_met} for figure in bench.figures]
        options.json.write_text(json.dumps({**told, "figures": figures}, indent=1))


def _processors() -> int:
    import os

    return len(os.sched_getaffinity(0))


if __name__ == "__main__":
    main()
