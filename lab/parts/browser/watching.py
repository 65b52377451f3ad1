"""What goes on behind the page: what it did not get, what it complained of, how it was answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

MOST = 40
"""Requests and console lines that are told: a page that retries for ever has more."""
WIDEST = 500
"""Characters of a console line."""
OURS = "net::ERR_ABORTED"
"""Chromium's word for a request that the page itself gave up, say because another one was opened."""


@dataclass
class Watch:
    """Listens to a browser's context, so to every tab. No slots: Playwright leaves notes on listeners."""

    requests: list[dict[str, str]] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    """How the server answered last for this URL: a new tab's answer comes before its page does."""

    def attach(self, context: Any) -> None:  # noqa: ANN401 - Playwright's, which is not there where types are checked
        context.on("requestfailed", self.on_failed)
        context.on("response", self.on_response)
        context.on("console", self.on_console)
        context.on("weberror", lambda error: self._note(str(error.error)))

    def on_failed(self, request: Any) -> None:  # noqa: ANN401 - as above
        error = request.failure or "failed"
        if error != OURS:
            self._request(request.url, error)

    def on_response(self, response: Any) -> None:  # noqa: ANN401 - as above
        if response.request.is_navigation_request():
            self.statuses[response.url] = response.status
        elif response.status >= 400:
            self._request(response.url, f"HTTP {response.status}")

    def on_console(self, message: Any) -> None:  # noqa: ANN401 - as above
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self._note(message.text)

    def status(self, url: str) -> int | None:
        """Return the HTTP status of the page at *url*; None where no server was asked for that."""
        return self.statuses.get(url.partition("#")[0])

    def _request(self, url: str, error: str) -> None:
        one = {"url": url, "error": error}
        if len(self.requests) < MOST and one not in self.requests:
            self.requests.append(one)

    def _note(self, text: str) -> None:
        line = " ".join(text.split())[:WIDEST]
        if len(self.console) < MOST and line not in self.console:
            self.console.append(line)
