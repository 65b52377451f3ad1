"""Reads one order from stdin: where to begin, what to do, the session's file, how many seconds there are."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, sync_playwright  # type: ignore[import-not-found,unused-ignore]

from . import session
from .acts import Hand
from .telling import carry_out, describe, show, tell
from .watching import Watch

CHROMIUM = "chromium"
OWN_NAMES = ("accounts.google.com", "update.googleapis.com")
"""What Chromium asks for by itself, whatever its policies say; the ledger is to have pages' wants."""
FLAGS = (
    "--no-sandbox",  # root's, in a container
    "--disable-dev-shm-usage",  # a container's /dev/shm is small
    "--no-proxy-server",
    "--disable-background-networking",  # the browser itself wants nothing from outside
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-pings",
    f"--host-resolver-rules={', '.join(f'MAP {name} ~NOTFOUND' for name in OWN_NAMES)}",
)
SIZE = {"width": 1280, "height": 800}
LAUNCH_MS = 30_000


def main() -> int:
    order: dict[str, Any] = json.load(sys.stdin)
    if (chromium := shutil.which(CHROMIUM)) is None:
        tell("unable", said=f"there is no {CHROMIUM} on its PATH, {os.environ.get('PATH')}")
        return 1
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS, timeout=LAUNCH_MS)
        except Error as error:
            tell("unable", said=f"{chromium} does not start: {' '.join(str(error).split())[:500]}")
            return 1
        try:
            return _at(browser, order)
        finally:
            browser.close()


def _at(browser: Any, order: dict[str, Any]) -> int:  # noqa: ANN401 - Playwright's, which is not there where types are checked
    place = Path(order["session"]) if order["session"] else None
    kept = session.load(place)
    url = order["url"] or kept.url
    if url is None:
        tell("failed", act=-1, outcome="not-found", said="no step before this one began that session")
        return 1
    context = browser.new_context(storage_state=kept.state, viewport=SIZE)
    watch = Watch()
    watch.attach(context)
    hand = Hand(context.new_page(), order["seconds"], Error, show)
    done = carry_out(hand, url, order["acts"])
    if done:
        describe(hand, watch.status(hand.page.url))
    tell("trouble", requests=watch.requests, console=watch.console)
    if place is not None:
        session.save(place, session.Kept(context.storage_state(), hand.page.url))
    return 0 if done else 1


if __name__ == "__main__":
    sys.exit(main())
