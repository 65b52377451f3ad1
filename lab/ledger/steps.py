"""Which step of which run was under way at a time: what joins the ledger to the journals. Pure."""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lab.events import Event, StepFinished

AT_REST = ""
"""No step was under way."""


@dataclass(frozen=True, slots=True)
class StepTimes:
    """Steps of one lab never overlap: one run has the lab at a time."""

    spans: tuple[tuple[datetime, datetime, str], ...] = ()
    """Start, end and `scenario: step`, by start."""

    @classmethod
    def of(cls, events: Iterable[Event]) -> StepTimes:
        spans = (
            (event.started, event.finished, f"{event.scenario}: {event.step}")
            for event in events
            if isinstance(event, StepFinished)
        )
        return cls(tuple(sorted(spans)))

    def at(self, when: datetime) -> str:
        """Return the step at *when*. Counters are read once a second, so theirs may be the step just over."""
        index = bisect.bisect_right(self.spans, when, key=lambda span: span[0]) - 1
        if index < 0 or when > self.spans[index][1]:
            return AT_REST
        return self.spans[index][2]
