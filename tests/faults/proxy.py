"""A network that can be broken: a TCP proxy between the dashboard and a server, on a port that stays."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, Self

_AT_ONCE = 65_536
#: Closing such a socket sends RST in place of an orderly end.
_LINGER = struct.pack("ii", 1, 0)


@dataclass(frozen=True)
class Fault:
    """What the network does. `refuse`: nobody listens. `silence`: connections are taken and nothing is passed on either
    way. `reset`: every connection ends by RST. `trickle`: answers pass at `amount` bytes a second. `delay`: each
    request is on its way for `amount` seconds longer. `cut`: a connection ends by RST after `amount` bytes of answers.
    """

    kind: Literal["none", "refuse", "silence", "reset", "trickle", "delay", "cut"] = "none"
    amount: float = 0


class Proxy:
    """`with Proxy(reach) as proxy, proxy.broken(Fault("reset")): ...`; `reach` connects to the server."""

    def __init__(self, reach: Callable[[], socket.socket]) -> None:
        self._reach = reach
        self._changed = threading.Condition()
        self._fault = Fault()
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._ended = threading.Event()
        self._listener = self._listen(0)
        self.port: int = self._listener.getsockname()[1]

    def set(self, fault: Fault) -> None:
        """Connections that are there meet it as new ones do, but for `cut`, which counts from now on."""
        with self._changed:
            was, self._fault = self._fault, fault
            if fault.kind == "refuse":
                self._listener.close()
            elif was.kind == "refuse":
                self._listener = self._listen(self.port)
            if fault.kind in ("refuse", "reset"):
                self._end_all()
            self._changed.notify_all()

    @contextmanager
    def broken(self, fault: Fault) -> Iterator[None]:
        self.set(fault)
        try:
            yield
        finally:
            self.set(Fault())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._ended.set()
            self._listener.close()
            self._end_all()
            self._changed.notify_all()

    def _listen(self, port: int) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(100)
        listener.settimeout(0.1)  # a socket that is closed wakes nobody who waits in `accept`
        threading.Thread(target=self._accept, args=(listener,), name="proxy", daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except TimeoutError:
                continue
            except OSError:
                return
            client.settimeout(None)
            if self._fault.kind == "reset":
                _reset(client)
                continue
            try:
                server = self._reach()
            except OSError:
                _reset(client)
                continue
            with self._changed:
                self._pairs.append((client, server))
            for ends, answers in (((client, server), False), ((server, client), True)):
                threading.Thread(target=self._pump, args=(*ends, answers), name="proxy", daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket, answers: bool) -> None:
        passed, cutting = 0, Fault()
        with contextlib.suppress(OSError):
            while data := source.recv(_AT_ONCE):
                fault = self._wait_passable()
                if not answers:
                    self._ended.wait(fault.amount if fault.kind == "delay" else 0)
                elif fault.kind == "trickle":
                    self._trickle(sink, data)
                    continue
                elif fault.kind == "cut":
                    passed = passed + len(data) if cutting is fault else len(data)
                    cutting = fault
                    if passed > fault.amount:
                        sink.sendall(data[: len(data) // 2])
                        break
                sink.sendall(data)
        for end in (source, sink):
            _reset(end) if cutting.kind == "cut" else _shut(end)

    def _wait_passable(self) -> Fault:
        with self._changed:
            self._changed.wait_for(lambda: self._fault.kind != "silence" or self._ended.is_set())
            return self._fault

    def _trickle(self, sink: socket.socket, data: bytes) -> None:
        """Ten times a second, until it is over."""
        sent = 0
        while sent < len(data):
            fault = self._wait_passable()
            part = max(1, int(fault.amount / 10)) if fault.kind == "trickle" else _AT_ONCE
            sink.sendall(data[sent : sent + part])
            sent += part
            self._ended.wait(0.1 if sent < len(data) else 0)

    def _end_all(self) -> None:
        for pair in self._pairs:
            for end in pair:
                _reset(end)
        self._pairs.clear()


def reach_postgres(url: str) -> Callable[[], socket.socket]:
    """To a server on a Unix socket, which `url` names."""
    from psycopg.conninfo import conninfo_to_dict

    directory = str(conninfo_to_dict(url)["host"])

    def reach() -> socket.socket:
        end = socket.socket(socket.AF_UNIX)
        try:
            end.connect(f"{directory}/.s.PGSQL.5432")
        except OSError:
            end.close()
            raise
        return end

    return reach


def reach_port(port: int) -> Callable[[], socket.socket]:
    return lambda: socket.create_connection(("127.0.0.1", port))


def _reset(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        if end.family == socket.AF_INET:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        # Closing alone does not wake a thread that waits in `recv` on it.
        end.shutdown(socket.SHUT_RD)
    end.close()


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
