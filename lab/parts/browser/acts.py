"""The acts, each done on the page that is open, or a Failure that says what stood in the way."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import urljoin

from . import finding
from .pages import Locator, Page

PATIENCE = 10.0
"""Seconds that an element, or the end of a page's loading, is waited for: `see` waits for more."""
EVERY_MS = 100
SETTLE_MS = 150
"""How long after a click or a key a page may take to begin what that sets off."""
QUALITY = 75
"""Of a JPEG, in percent: text stays sharp, and a page takes about 50 KB."""
TEXT = "() => document.body ? document.body.innerText : ''"

BY_ERROR = {
    "ERR_NAME_NOT_RESOLVED": "unresolved",
    "ERR_NAME_RESOLUTION_FAILED": "unresolved",
    "ERR_ADDRESS_UNREACHABLE": "unreachable",
    "ERR_INTERNET_DISCONNECTED": "unreachable",
    "ERR_NETWORK_ACCESS_DENIED": "unreachable",
    "ERR_CONNECTION_REFUSED": "refused",
    "ERR_CONNECTION_RESET": "refused",
    "ERR_CONNECTION_TIMED_OUT": "times-out",
    "ERR_TIMED_OUT": "times-out",
    "HTTP ERROR 404": "not-found",
}
"""What Chromium calls it, to the outcome; anything else fails."""

OWN_PAGE = "chrome-error:"
"""Where the browser is when it shows its own words in place of a page."""

_NET_ERROR = re.compile(r"net::(ERR_\w+)")
_SHOWN_ERROR = re.compile(r"\bERR_\w+|\bHTTP ERROR 404\b")


class Failure(Exception):
    """An act that could not be done: how the step ends, and why."""

    def __init__(self, outcome: str, said: str) -> None:
        super().__init__(said)
        self.outcome, self.said = outcome, said


@dataclass(slots=True)
class Hand:
    """Somebody at the browser, with so much time. *trouble*: what the browser's library raises."""

    page: Page
    seconds: float
    trouble: type[Exception]
    show: Callable[[str, bytes], None]
    """Called with each picture's name and JPEG."""
    clock: Callable[[], float] = time.monotonic
    end: float = field(init=False)

    def __post_init__(self) -> None:
        self.end = self.clock() + self.seconds

    def do(self, act: dict[str, Any]) -> str | None:
        """Do the one thing that *act* names; return what is worth saying of it. Raises Failure."""
        ((kind, value),) = act.items()
        try:
            said: str | None = getattr(self, f"_{kind}")(value)
        except self.trouble as error:
            self._give_up(error)
        return said

    def _open(self, url: str) -> str | None:
        self.page.goto(urljoin(self.page.url, url), wait_until="commit", timeout=self._left())
        return self._loaded()

    def _fill(self, fill: dict[str, str]) -> None:
        self._field(fill["field"]).fill(fill["with"], timeout=self._patience())

    def _select(self, select: dict[str, str]) -> None:
        self._field(select["field"]).select_option(select["option"], timeout=self._patience())

    def _holds(self, holds: dict[str, str]) -> str:
        one, wanted = self._field(holds["field"]), re.compile(holds["says"], re.MULTILINE)
        while True:
            value = one.input_value(timeout=self._patience())
            value = value or one.get_attribute("placeholder", timeout=self._patience()) or ""
            if wanted.search(value):
                return repr(value)
            if not self._time_for_more(self.end):
                raise Failure("times-out", f"it holds {value!r}")

    def _click(self, click: dict[str, Any]) -> str | None:
        one = self._found(lambda: finding.click_ways(self.page, click))
        if one is None:
            raise Failure("not-found", f"nothing like that is on the page, which says:\n{self.text()}")
        if click.get("follow"):
            with self.page.expect_popup(timeout=self._patience()) as opened:
                one.click(timeout=self._patience())
            self.page = opened.value
        else:
            one.click(timeout=self._patience())
        return self._settled()

    def _press(self, key: str) -> str | None:
        self.page.keyboard.press(key)
        return self._settled()

    def _type(self, text: str) -> None:
        """At once, as if pasted: an editor that indents and closes brackets by itself leaves it alone."""
        self.page.keyboard.insert_text(text.removesuffix("\n"))

    def _see(self, pattern: str) -> str:
        return self._until(pattern, self.text, "the page says")

    def _title(self, pattern: str) -> str:
        return self._until(pattern, self.page.title, "the title is")

    def _shot(self, name: str) -> None:
        self.show(name, self.page.screenshot(type="jpeg", quality=QUALITY, timeout=self._left()))

    def text(self) -> str:
        """Return what can be read on the page, its frames included; as far as it has come."""
        parts: list[str] = []
        for frame in self.page.frames:
            try:
                parts.append(str(frame.evaluate(TEXT)).strip())
            except self.trouble:  # on its way to another page
                continue
        return "\n".join(part for part in parts if part)

    def _until(self, pattern: str, read: Callable[[], str], whose: str) -> str:
        wanted = re.compile(pattern, re.MULTILINE)
        while True:
            try:
                seen = read()
            except self.trouble:  # as above
                seen = ""
            if found := wanted.search(seen):
                return repr(found.group())
            if not self._time_for_more(self.end):
                raise Failure("times-out", f"in {self.seconds:.0f} s that did not come; {whose}:\n{seen}")

    def _field(self, name: str) -> Locator:
        one = self._found(lambda: finding.field_ways(self.page, name))
        if one is None:
            there = "; ".join(finding.fields(self.page, self.trouble)) or "none"
            raise Failure(
                "not-found", f"the page has no field {name!r}; its fields: {there}; it says:\n{self.text()}"
            )
        return one

    def _found(self, ways: Callable[[], Iterator[Locator]]) -> Locator | None:
        until = self.clock() + min(PATIENCE, self.end - self.clock())
        while True:
            if (one := finding.visible(ways(), self.trouble)) is not None:
                return one
            if not self._time_for_more(until):
                return None

    def _settled(self) -> str | None:
        """Let what was set off come about. Raises Failure where it led to a page that cannot be had."""
        self.page.wait_for_timeout(SETTLE_MS)
        said = self._loaded()
        if self.page.url.startswith(OWN_PAGE):
            text = self.text()
            shown = _SHOWN_ERROR.search(text)
            raise Failure(BY_ERROR.get(shown[0], "fails") if shown else "fails", f"the browser says:\n{text}")
        return said

    def _loaded(self) -> str | None:
        """Wait for all that the page wants, but not for long: offline, some of it never comes."""
        try:
            self.page.wait_for_load_state("load", timeout=self._patience())
        except self.trouble:
            return "(it has not finished loading)"
        return None

    def _time_for_more(self, until: float) -> bool:
        """Let some time pass; return whether there was any left."""
        if self.clock() >= until:
            return False
        self.page.wait_for_timeout(EVERY_MS)
        return True

    def _left(self) -> float:
        """Milliseconds; one at least, for nought would mean for ever."""
        return max((self.end - self.clock()) * 1000, 1.0)

    def _patience(self) -> float:
        return min(PATIENCE * 1000, self._left())

    def _give_up(self, error: Exception) -> NoReturn:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        net = _NET_ERROR.search(str(error))
        if net is None and "Timeout" in said:
            raise Failure("times-out", said) from error
        raise Failure(BY_ERROR.get(net[1], "fails") if net else "fails", said) from error
