"""`wanted`: what the ledger must list since the scenario began."""

from __future__ import annotations

from collections.abc import Sequence

from lab import ledger
from lab.ledger import Entry, Kind
from lab.spec.actions import Wanted
from lab.spec.fields import compile_pattern
from lab.spec.scenario import Outcome
from lab.steps.stage import Stage
from lab.verdict import Observation

EVERY_SECONDS = 1.0
"""The collector's own pace."""


def wanted(action: Wanted, stage: Stage, *, timeout: float) -> Observation:
    """Read the ledger until it has everything; else `not-found`, with what is missing and what is there."""
    clock = stage.host.clock
    start = clock.monotonic()
    while True:
        entries = ledger.read(stage.topology, stage.host, since=stage.started).entries
        missing = absent(action, entries)
        seconds = clock.monotonic() - start
        if not missing:
            return Observation(Outcome.SUCCEEDS, _listed(entries), seconds)
        if seconds >= timeout:
            detail = f"not in the ledger: {', '.join(missing)}\n{_listed(entries)}"
            return Observation(Outcome.NOT_FOUND, detail, seconds)
        clock.sleep(min(EVERY_SECONDS, max(timeout - seconds, 0.05)))


def absent(action: Wanted, entries: Sequence[Entry]) -> list[str]:
    """Return what of *action* is not among *entries*, wanted by whom it says. Pure."""
    by = compile_pattern(action.by) if action.by is not None else None
    there = {(entry.kind, entry.what) for entry in entries if by is None or by.search(entry.who)}
    asked = (
        *((Kind.NAME, name.rstrip(".").lower()) for name in action.names),
        *((Kind.URL, url) for url in action.urls),
        *((Kind.ADDRESS, address) for address in action.addresses),
    )
    who = f" (by {action.by})" if action.by else ""
    return [f"{what}{who}" for kind, what in asked if (kind, what) not in there]


def _listed(entries: Sequence[Entry]) -> str:
    return ledger.as_table(ledger.Ledger(tuple(entries)), infrastructure=True)
