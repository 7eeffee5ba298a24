"""Sockets that listen at an address before anybody answers there, to be shared by several processes."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from waitress.adjustments import Adjustments

#: Connections that wait to be taken.
_WAITING = 1_024


def listen(host: str, port: int) -> list[socket.socket]:
    """One for each address that the name has, as a single process would listen on them. Raises `OSError` or
    `ValueError`."""
    found: list[socket.socket] = []
    try:
        addresses: Any = Adjustments(host=host, port=port).listen
        for family, kind, protocol, address in addresses:
            one = socket.socket(family, kind, protocol)
            found.append(one)
            if os.name == "posix":
                one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
            one.listen(_WAITING)
    except BaseException:
        for one in found:
            one.close()
        raise
    return found


#: From Linux' socket.h and filter.h: (code, jump if true, jump if false, operand) of each step. By a packet's flags,
#: in the 14th byte of a TCP header, SYN without ACK is dropped, and all else passes.
_SO_ATTACH_FILTER = 26
_NO_NEW_ONES = ((0x30, 0, 0, 13), (0x54, 0, 0, 0x12), (0x15, 0, 1, 0x02), (0x06, 0, 0, 0), (0x06, 0, 0, 0xFFFFFFFF))


def agree_on_no_more(sockets: Iterable[socket.socket]) -> None:
    """Nobody is told any more that they are connected, in any process that has these sockets, so that none is left whom
    nobody takes when the last of them is closed. Who tries again a second later is refused. Linux alone knows how."""
    if not sys.platform.startswith("linux"):
        return
    steps = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in _NO_NEW_ONES))
    program = struct.pack("HP", len(_NO_NEW_ONES), ctypes.addressof(steps))
    for one in sockets:
        with suppress(OSError):
            one.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, program)
