"""The report for people: one HTML file, complete in itself, which asks nothing of a network. Pure.

What it shows of a step is in `StepView`; the templates only arrange. Everything that tools and files said
goes through `plain` and is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from jinja2 import Environment, PackageLoader, StrictUndefined

from lab.journal import Event, Part, StepFinished
from lab.ledger import Ledger
from lab.report.curves import Curve, curve
from lab.report.digest import Played, Run, digest
from lab.report.drawing import drawing
from lab.report.excerpts import Shown, excerpt, shortened
from lab.report.labfacts import LabFacts
from lab.report.plain import plain, seconds
from lab.spec.coverage import document_lines
from lab.spec.scenario import Expectation
from lab.verdict import Verdict

DASH = "\N{EN DASH}"
MARKS = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.ERRORED: "!", Verdict.SKIPPED: DASH}
WORST = (Verdict.FAILED, Verdict.ERRORED)
NARROWEST = 0.8
"""Percent: a bar that can still be seen."""


@dataclass(frozen=True, slots=True)
class StepView:
    id: str
    step: StepFinished
    mark: str
    took: str
    begin: float
    """Percent of the scenario's time, as *wide*."""
    wide: float
    lines: str
    excerpt: tuple[tuple[int, str], ...]
    expected: tuple[tuple[str, str], ...]
    output: Shown | None
    evidence: tuple[tuple[str, Shown], ...]
    curve: Curve | None

    @property
    def verdict(self) -> Verdict:
        return self.step.judgement.verdict

    @property
    def is_wrong(self) -> bool:
        return self.verdict in WORST


@dataclass(frozen=True, slots=True)
class ScenarioView:
    played: Played
    steps: tuple[StepView, ...]
    ticks: tuple[tuple[float, str], ...]
    """Of the time axis: percent, and what is written there."""

    @property
    def parts(self) -> Iterator[tuple[str, tuple[StepView, ...]]]:
        """Yield the story, then the cleanup, each with its heading."""
        for heading, wanted in (("", False), ("Cleanup", True)):
            if steps := tuple(one for one in self.steps if (one.step.part is Part.CLEANUP) is wanted):
                yield heading, steps


def as_html(
    events: Iterable[Event],
    *,
    ledger: Ledger | None = None,
    facts: LabFacts | None = None,
    document: str | None = None,
) -> str:
    """Return the page. Without *document*, its text, steps have its line numbers only."""
    run = digest(events)
    lines = document_lines(document) if document is not None else []
    numbers = count(1)
    scenarios = [_scenario(played, lines, numbers) for played in run.scenarios]
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            run=run,
            title=_title(run),
            state=_state(run),
            when=_when(run.started),
            counts=_counts(run),
            scenarios=scenarios,
            wrong=[step for one in scenarios for step in one.steps if step.is_wrong],
            facts=facts,
            drawing=drawing(facts) if facts else None,
            ledger=ledger,
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("lab.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: plain(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["seconds"] = seconds
    environment.filters["spans"] = _spans
    environment.filters["clock"] = lambda at: at.astimezone(UTC).strftime("%H:%M:%S")
    return environment


def _spans(text: str) -> list[str]:
    """Take `text` in backquotes out: every second piece is code."""
    pieces = text.split("`")
    return pieces if len(pieces) % 2 else [text]


def _title(run: Run) -> str:
    names = [played.started.scenario for played in run.scenarios]
    if len(names) == 1:
        return f"{names[0]} {'held' if run.held else 'did not hold'}"
    held = sum(played.held for played in run.scenarios)
    return f"{held} of {len(names)} scenarios held" if names else "No scenario was played"


def _state(run: Run) -> str:
    if run.interrupted:
        return "The run was interrupted."
    return "" if run.complete else "The run was cut off: its journal ends in the middle."


def _when(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%-d %B %Y, %H:%M} UTC" if at else ""


def _counts(run: Run) -> list[tuple[Verdict, int]]:
    counts = [(verdict, sum(played.counts[verdict] for played in run.scenarios)) for verdict in Verdict]
    return [(verdict, number) for verdict, number in counts if number]


def _scenario(played: Played, lines: Sequence[str], numbers: Iterator[int]) -> ScenarioView:
    steps = tuple(_step(step, played, lines, f"step-{next(numbers)}") for step in played.steps)
    return ScenarioView(played, steps, _time_axis(played.seconds))


def _step(step: StepFinished, played: Played, lines: Sequence[str], anchor: str) -> StepView:
    whole = played.seconds or 1.0
    begin = min(played.offset(step) / whole, 1.0) * 100
    wide = max(min(step.seconds / whole * 100, 100 - begin), NARROWEST)
    said = step.seen.detail if step.seen else ""
    return StepView(
        id=anchor,
        step=step,
        mark=MARKS[step.judgement.verdict],
        took="" if step.judgement.verdict is Verdict.SKIPPED else seconds(step.seconds),
        begin=round(min(begin, 100 - NARROWEST), 2),
        wide=round(wide, 2),
        lines=", ".join(str(one).replace("-", DASH) for one in step.document),
        excerpt=excerpt(lines, step.document),
        expected=_expected(step.expect),
        output=shortened(said) if said.strip() else None,
        evidence=tuple((piece.title, shortened(piece.text)) for piece in step.evidence),
        curve=curve(step.plot, said) if step.plot else None,
    )


def _expected(expect: Expectation) -> tuple[tuple[str, str], ...]:
    """Say what was expected, as words and the regular expression that they are about."""
    return (
        (str(expect.outcome), ""),
        *(("says", pattern.pattern) for pattern in expect.says),
        *(("never says", pattern.pattern) for pattern in expect.never_says),
    )


def _time_axis(length: float) -> tuple[tuple[float, str], ...]:
    """Return at most five round times; none for what is over at once."""
    steps = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600)
    step = next((one for one in steps if length / one <= 4), max(length / 4, 1))
    if length < 1:
        return ()
    return tuple(
        (round(at * step / length * 100, 2), _short(at * step)) for at in range(int(length // step) + 1)
    )


def _short(value: float) -> str:
    if value >= 60 and value % 60 == 0:
        return f"{value // 60:.0f} min"
    return f"{value:.0f} s" if value else "0"
