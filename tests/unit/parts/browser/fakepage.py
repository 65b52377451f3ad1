"""A page without a browser: elements by the ways to find them, and a text that may change as time passes."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace

from lab.parts.browser import finding
from lab.parts.browser.acts import TEXT


class Trouble(Exception):
    """What the library raises."""


@dataclass
class Element:
    value: str = ""
    placeholder: str = ""
    visible: bool = True
    opens: FakePage | None = None
    on_click: object = None
    clicks: int = 0
    options: tuple[str, ...] = ()

    def is_visible(self):
        return self.visible

    def fill(self, value, *, timeout):
        self.value = value

    def click(self, *, timeout):
        self.clicks += 1
        if self.on_click:
            self.on_click()

    def input_value(self, *, timeout):
        return self.value

    def get_attribute(self, name, *, timeout):
        return getattr(self, name) or None

    def select_option(self, option, *, timeout):
        if option not in self.options:
            raise Trouble("Locator.select_option: Timeout 1ms exceeded.")
        self.value = option
        return [option]


@dataclass
class Elements:
    found: list[Element]
    error: Exception | None = None

    def count(self):
        if self.error:
            raise self.error
        return len(self.found)

    def nth(self, index):
        return self.found[index]


@dataclass
class FakePage:
    elements: dict[tuple, list[Element]] = field(default_factory=dict)
    """`("label", "User", True)`, `("role", "button", "Go", True)`, `("css", "#x")` ... to what is there."""
    texts: list[str] = field(default_factory=lambda: [""])
    """One after the other, at each look; the last one stays."""
    url: str = "about:blank"
    titles: list[str] = field(default_factory=lambda: ["a title"])
    fields: list = field(default_factory=list)
    errors: dict[str, str] = field(default_factory=dict)
    """A URL to why it cannot be opened."""
    loads: bool = True
    now: float = 0.0
    did: list = field(default_factory=list)
    popup: FakePage | None = None

    def __post_init__(self):
        self.keyboard = SimpleNamespace(
            press=lambda key: self.did.append(("press", key)),
            insert_text=lambda text: self.did.append(("insert", text)),
        )
        self.frames = [SimpleNamespace(evaluate=self._text)]

    def clock(self):
        return self.now

    def _text(self, script):
        assert script == TEXT
        text = self.texts.pop(0) if len(self.texts) > 1 else self.texts[0]
        if text is None:
            raise Trouble("Execution context was destroyed")
        return text

    def title(self):
        return self.titles.pop(0) if len(self.titles) > 1 else self.titles[0]

    def evaluate(self, script):
        assert script == finding.FIELDS
        return json.loads(json.dumps(self.fields))

    def goto(self, url, *, wait_until, timeout):
        self.did.append(("goto", url))
        if url in self.errors:
            raise Trouble(self.errors[url])
        self.url = url

    def _at(self, *way):
        return Elements(self.elements.get(way, []))

    def locator(self, selector):
        if "<" in selector:
            return Elements([], Trouble("Unexpected token"))
        return self._at("css", selector.removeprefix("css="))

    def get_by_label(self, text, *, exact):
        return self._at("label", text, exact)

    def get_by_placeholder(self, text, *, exact):
        return self._at("placeholder", text, exact)

    def get_by_text(self, text, *, exact):
        return self._at("text", text, exact)

    def get_by_role(self, role, *, name=None, exact=False):
        return self._at("role", role, name, exact)

    def screenshot(self, *, type, quality, timeout):  # noqa: A002
        return b"a picture of " + self.url.encode()

    def wait_for_load_state(self, state, *, timeout):
        if not self.loads:
            self.now += timeout / 1000
            raise Trouble(f"Timeout {timeout}ms exceeded.")

    def wait_for_timeout(self, timeout):
        self.now += timeout / 1000

    @contextmanager
    def expect_popup(self, *, timeout):
        yield SimpleNamespace(value=self.popup)
