"""One order carried out on an open browser, and what is told of it, line by line."""

from __future__ import annotations

import base64
import json
import sys
from collections.abc import Callable
from typing import Any

from . import finding
from .acts import Failure, Hand

OPENED = -1
LONGEST = 6000
"""Characters of a page that are told."""

Tell = Callable[..., None]


def tell(event: str, **more: object) -> None:
    """Print one line of JSON, at once: whoever ends this program has what was said."""
    sys.stdout.write(json.dumps({"event": event, **more}) + "\n")
    sys.stdout.flush()


def show(name: str, content: bytes) -> None:
    tell("shot", name=name, media_type="image/jpeg", content=base64.b64encode(content).decode())


def carry_out(hand: Hand, url: str, acts: list[dict[str, Any]], say: Tell = tell) -> bool:
    """Open *url* and do *acts* until one fails; return whether all were done. A failure is pictured."""
    for number, act in enumerate([{"open": url}, *acts], start=OPENED):
        try:
            said = hand.do(act)
        except Failure as failure:
            say("failed", act=number, outcome=failure.outcome, said=failure.said[:LONGEST])
            _picture(hand)
            return False
        say("did", act=number, said=said)
    return True


def describe(hand: Hand, status: int | None, say: Tell = tell) -> None:
    """Tell of the page that is open at the end."""
    try:
        title = hand.page.title()
    except hand.trouble:
        title = ""
    text = hand.text()
    shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}\n(and {len(text) - LONGEST} characters more)"
    fields = finding.fields(hand.page, hand.trouble)
    say("page", url=hand.page.url, title=title, status=status, text=shown, fields=fields)


def _picture(hand: Hand) -> None:
    try:
        hand.do({"shot": "where-it-stood"})
    except Failure:
        return
