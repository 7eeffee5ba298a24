"""`python -m tests.faults.moving_clock FILE serve …`: the dashboard under a clock that is as many seconds off as FILE
says, also when that changes while it runs. As where somebody sets the time, what counts seconds goes on."""

from __future__ import annotations

import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import time_machine

from inspector.cli import main


def _follow(file: Path, now: float) -> None:
    """What time it is goes by a clock that nobody moves."""
    began, moved, off = time.monotonic(), None, 0.0
    while True:
        wanted = float(file.read_text() or 0)
        if wanted != off:
            if moved is not None:
                moved.stop()
            off = wanted
            to = now + time.monotonic() - began + off
            moved = time_machine.travel(datetime.fromtimestamp(to, UTC), tick=True)
            moved.start()
        time.sleep(0.05)


if __name__ == "__main__":
    given = Path(sys.argv.pop(1))
    threading.Thread(target=_follow, args=(given, time.time()), daemon=True).start()
    sys.exit(main(sys.argv[1:]))
