"""Sockets that listen at an address before anybody answers there, to be shared by several processes."""

from __future__ import annotations

import os
import socket
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
