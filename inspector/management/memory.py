"""How a process that answers pages looks for memory to give back."""

from __future__ import annotations

import gc


def collect_rarely() -> None:
    """Called when all is loaded."""
    gc.collect()
    gc.freeze()  # what is loaded by now stays, and collections need not go through it while a page is made
    gc.set_threshold(20_000, 10, 10)  # a page makes tens of thousands of objects and leaves hardly a cycle
