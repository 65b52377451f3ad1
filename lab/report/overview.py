"""What the page says of a run before it shows each scenario: the table of chapters, the document's slips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lab.report.before import Before
from lab.report.digest import Run
from lab.report.excerpts import excerpt
from lab.report.plain import seconds
from lab.report.views import DASH, ScenarioView
from lab.spec.scenario import Finding
from lab.verdict import Verdict

SLIP_LINES = 4
"""Of the document, that are shown beside what is wrong with them."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What a document has wrong, with its own lines beside it."""

    document: str
    where: str
    excerpt: tuple[tuple[int, str], ...]
    text: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """A row of the table of chapters, with its place on the run's time."""

    view: ScenarioView
    number: int
    """Of its section on the page."""
    counts: str
    begin: float
    """Percent of the run's time, as *wide*."""
    wide: float
    last: str


def chapters(run: Run, views: Sequence[ScenarioView], before: Before) -> Iterator[Chapter]:
    begun = run.started or views[0].played.started.at
    whole = run.seconds or 1.0
    for number, view in enumerate(views, start=1):
        played = view.played
        begin = min(max((played.started.at - begun).total_seconds() / whole, 0.0), 1.0) * 100
        last = before.scenarios.get(played.started.scenario)
        yield Chapter(
            view,
            number,
            ", ".join(f"{played.counts[verdict]} {verdict}" for verdict in Verdict if played.counts[verdict]),
            round(min(begin, 99.2), 2),
            round(max(min(played.story / whole * 100, 100 - begin), 0.8), 2),
            seconds(last) if last else "",
        )


def slips(run: Run, lines: Sequence[str]) -> Iterator[Slip]:
    for played in run.scenarios:
        for finding in played.started.findings:
            yield Slip(
                played.started.document or "document",
                _where(finding),
                excerpt(lines, finding.lines)[:SLIP_LINES],
                finding.text,
            )


def _where(finding: Finding) -> str:
    return ", ".join(str(one).replace("-", DASH) for one in finding.lines)
