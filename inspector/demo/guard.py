"""Runs one command and ends it when the process that asked for it ends, however that one dies.

`python guard.py [--user=NAME] [--remove=DIRECTORY]... -- COMMAND...` starts the command in a session of its
own, so that Ctrl-C in the terminal does not reach it, and waits on its own standard input:

* the line `stop` asks for an orderly end and keeps the files;
* end of file means that the owner is gone (crashed, killed, closed its terminal): the command is ended and
  the `--remove` directories are deleted.

A pipe is the one sign of a dead parent that works everywhere and cannot be missed. Standard library only: it
is run as a plain file, which starts in a fraction of what importing the package would take.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading

PATIENCE = 8.0  # seconds for an orderly end before the next, harder signal


def main(arguments: list[str]) -> int:
    """Run the command after `--` until it ends or its owner does; exit with the command's own code."""
    split = arguments.index("--")
    user = [a.removeprefix("--user=") for a in arguments[:split] if a.startswith("--user=")]
    remove = [a.removeprefix("--remove=") for a in arguments[:split] if a.startswith("--remove=")]
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    command = subprocess.Popen(  # noqa: S603  the caller's own command, never a shell
        arguments[split + 1 :],
        stdin=subprocess.DEVNULL,
        user=user[0] if user else None,
        extra_groups=[] if user else None,
        start_new_session=True,
    )
    owner_is_gone = threading.Event()
    threading.Thread(target=_obey, args=(command, owner_is_gone), daemon=True).start()
    code = command.wait()
    if owner_is_gone.is_set():
        for directory in remove:
            shutil.rmtree(directory, ignore_errors=True)
    return code


def _obey(command: subprocess.Popen[bytes], owner_is_gone: threading.Event) -> None:
    """Wait for the owner's word, or for its end, and end the command."""
    said = b""
    while (part := os.read(0, 64)) and not (said := said + part).endswith(b"stop\n"):
        pass
    if not said.endswith(b"stop\n"):
        owner_is_gone.set()
    # Postgres' own three: SIGINT is its fast shutdown, SIGQUIT its immediate one.
    for ending in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
        command.send_signal(ending)
        try:
            command.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            continue
        return


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
