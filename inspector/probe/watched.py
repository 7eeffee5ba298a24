"""What the probe keeps with each saver that it watches."""

from __future__ import annotations

import weakref
from asyncio import AbstractEventLoop
from typing import TYPE_CHECKING, Any

from inspector.probe.places import Address, describe

if TYPE_CHECKING:
    from inspector.probe.process import Process
    from inspector.probe.recorder import Recorder

#: The attribute of a saver that holds it. A `copy.copy` of a saver, as `with_allowlist` makes one for each run, shares
#: it and so counts as the same saver. None in the watched class, so that a look at it never reaches a `__getattr__` of
#: the agent's own.
ATTRIBUTE = "_inspector_probe"


class Watched:
    __slots__ = ("_address", "_loop", "probe", "recorder", "serving", "slot", "wants_path")

    def __init__(self, probe: Process, saver: Any) -> None:
        self.enter(probe, saver)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickled or copied deeply along with its saver, which is another saver then."""
        return _nothing, ()

    def enter(self, probe: Process, saver: Any) -> None:
        """Names the saver to the probe of this process."""
        #: For sync calls that need no closer look: there is a slot, and nobody has called the saver asynchronously.
        self.recorder: Recorder | None = None
        #: The async calls under way: the identity of their configuration, and their kind. By the call's identity: each
        #: comes and goes in one step, and several may share a configuration.
        self.serving: dict[int, tuple[int, int]] = {}
        self.slot: int | None = None
        self._loop: weakref.ref[AbstractEventLoop] | None = None
        self._address = describe(saver)
        #: The connection is to be asked which file it has open: in the midst of a call, where it may be used.
        self.wants_path = self._address.kind == "sqlite"
        if not self.wants_path:
            self.slot = probe.places.enter(self._address)
            self.recorder = probe.recorder
        self.probe = probe  # last: whoever sees it takes the rest for this probe's

    def settle(self, address: Address | None) -> None:
        """The answer to `wants_path`; None where there is none to be had."""
        with self.probe.places.lock:
            if self.wants_path:
                self.wants_path = False
                self._address = address or self._address
                self.slot = self.probe.places.enter(self._address)
                if not self.serving:
                    self.recorder = self.probe.recorder

    def provisional_slot(self) -> int:
        """For calls before there is an answer."""
        return self.probe.places.enter(self._address, savers=0)

    def is_serving(self, config: Any, kind: int) -> bool:
        """Whether a sync call is how an async one is served: with the same configuration object, in a thread that
        `loop.run_in_executor` gave no context."""
        return (id(config), kind) in self.serving.values()

    def is_foreign(self, running: AbstractEventLoop, saver: Any, asynchronous: bool) -> bool:
        """Whether the running event loop is another than the one the saver belongs to: the one it says, else the one
        of its first async call."""
        own = saver.__dict__.get("loop")
        if own is not None:
            return own is not running
        if not asynchronous or self._address.kind == "memory":  # which works in any loop
            return False
        if self._loop is None:
            self._loop = weakref.ref(running)
            return False
        return self._loop() is not running


def _nothing() -> None:
    return None


def enter(saver: Any, probe: Process) -> Watched:
    """Names the saver to the probe, once. One that was inherited over a fork, or copied deeply, is named anew."""
    with probe.places.lock:
        watched: Watched | None = saver.__dict__.get(ATTRIBUTE)
        if watched is None:
            watched = saver.__dict__[ATTRIBUTE] = Watched(probe, saver)
        elif watched.probe is not probe:
            watched.enter(probe, saver)
        return watched
