"""What nobody caught: Python would print it with its text, past the log."""

from __future__ import annotations

import logging
import sys
import threading
from types import TracebackType

logger = logging.getLogger(__name__)


def log_what_nobody_catches() -> None:
    """For a process that is ours alone: `serve` and the WSGI and ASGI applications."""
    logging.raiseExceptions = False  # a line that cannot be written would be printed with all that it was made of
    sys.excepthook = _of_the_process
    threading.excepthook = _of_a_thread
    sys.unraisablehook = _of_a_destructor


def _of_the_process(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if isinstance(error, KeyboardInterrupt):
        return
    logger.critical("The process ends by an error.", exc_info=(kind, error, trace))


def _of_a_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is None or isinstance(told.exc_value, SystemExit):
        return
    name = told.thread.name if told.thread else "?"
    error = told.exc_value
    logger.error("The thread %s ended by an error.", name, exc_info=(type(error), error, told.exc_traceback))


def _of_a_destructor(told: sys.UnraisableHookArgs) -> None:
    error = told.exc_value
    if error is not None:
        logger.error("An error in a destructor.", exc_info=(type(error), error, told.exc_traceback))
