"""Somebody who watches a browser during a test and tells afterwards what must not happen on any page."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Request

#: Runs before any script of a page. Chromium reports violations of the policy to the console too; the event names them.
TRAPS = """
    document.addEventListener("securitypolicyviolation", (event) =>
        console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
    window.trapped = [];
    for (const name of ["alert", "confirm", "prompt", "print"])
        window[name] = (...what) => console.error(`trap: ${name} ${what}`) || window.trapped.push(name);
"""
#: What Chromium and htmx say of an answer with an error status, or of none.
_ANSWERED = ("Failed to load resource: ", "Response Status Error Code ", "htmx:sendError", "htmx:afterRequest")
#: What htmx says, as of an error, where a newer request takes the place of one under way: that it is over, then that
#: it was given up.
_OVER, _GIVEN_UP = "htmx:afterRequest", "htmx:sendAbort"


class Witness:
    """Hears every page of a context. `expects_errors` lets pages be errors, which the console mentions."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        self._host = urlsplit(origin).netloc
        self.expects_errors = False
        self.seen: list[str] = []
        context.add_init_script(TRAPS)
        context.on("console", self._hear)
        context.on("request", self._ask)
        context.on("weberror", lambda error: self.seen.append(f"raised: {error.error}"))
        context.on("dialog", self._dismiss)

    def begin(self, *, expects_errors: bool = False) -> None:
        """Forget what was seen: another test begins."""
        self.expects_errors = expects_errors
        self.seen.clear()

    def assert_quiet(self) -> None:
        assert not self.seen, "\n".join(self.seen)

    def _hear(self, message: ConsoleMessage) -> None:
        if self.expects_errors and message.text.startswith(_ANSWERED):
            return
        if message.text.startswith(_GIVEN_UP):
            if self.seen and self.seen[-1].startswith(f"console: {_OVER}"):
                self.seen.pop()
            return
        if message.type in ("error", "warning"):
            self.seen.append(f"console: {message.text} ({message.location.get('url')})")

    def _ask(self, request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme not in ("data", "blob") and url.netloc != self._host:
            self.seen.append(f"foreign request: {request.url}")

    def _dismiss(self, dialog: Dialog) -> None:
        self.seen.append(f"dialog: {dialog.message}")
        dialog.dismiss()
