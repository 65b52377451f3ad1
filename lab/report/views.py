"""What the page shows of a scenario and of a step, so that templates only arrange. Pure."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from lab.events import Part, StepFinished
from lab.report.before import Before
from lab.report.curves import Curve, curve
from lab.report.digest import Played
from lab.report.excerpts import Shown, excerpt, shortened
from lab.report.plain import seconds
from lab.spec.scenario import Expectation
from lab.verdict import Attachment, Verdict

DASH = "\N{EN DASH}"
MARKS = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.ERRORED: "!", Verdict.SKIPPED: DASH}
WORST = (Verdict.FAILED, Verdict.ERRORED)
NARROWEST = 0.8
"""Percent: a bar that can still be seen."""
LARGEST_PICTURE = 2 * 2**20
"""Bytes of one picture that the page takes up; the run's folder has what is larger."""
SHOWN_TYPES = frozenset({"image/png", "image/jpeg", "image/webp"})
"""What an `img` shows and what can carry no script."""


@dataclass(frozen=True, slots=True)
class Sources:
    """What stands beside the events: the document's lines, earlier times, and files of the run's folder."""

    lines: Sequence[str] = ()
    before: Before = field(default_factory=Before)
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Picture:
    """*uri* is empty where the page cannot show it; *caption* says why."""

    uri: str
    caption: str


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
    pictures: tuple[Picture, ...]
    last: str
    """How long it took when it last passed."""

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


def scenario_view(played: Played, sources: Sources, numbers: Iterator[int]) -> ScenarioView:
    steps = tuple(_step(step, played, sources, f"step-{next(numbers)}") for step in played.steps)
    return ScenarioView(played, steps, _time_axis(played.seconds))


def _step(step: StepFinished, played: Played, sources: Sources, anchor: str) -> StepView:
    whole = played.seconds or 1.0
    begin = min(played.offset(step) / whole, 1.0) * 100
    wide = max(min(step.seconds / whole * 100, 100 - begin), NARROWEST)
    said = step.seen.detail if step.seen else ""
    last = sources.before.of(step.scenario, step.part, step.step)
    return StepView(
        id=anchor,
        step=step,
        mark=MARKS[step.judgement.verdict],
        took="" if step.judgement.verdict is Verdict.SKIPPED else seconds(step.seconds),
        begin=round(min(begin, 100 - NARROWEST), 2),
        wide=round(wide, 2),
        lines=", ".join(str(one).replace("-", DASH) for one in step.document),
        excerpt=excerpt(sources.lines, step.document),
        expected=_expected(step.expect),
        output=shortened(said) if said.strip() else None,
        evidence=tuple((piece.title, shortened(piece.text)) for piece in step.evidence),
        curve=curve(step.plot, said) if step.plot else None,
        pictures=tuple(_picture(one, sources) for one in (step.seen.attachments if step.seen else ())),
        last="" if last is None or step.judgement.verdict is Verdict.SKIPPED else seconds(last),
    )


def _picture(attached: Attachment, sources: Sources) -> Picture:
    content = sources.files.get(attached.file, b"")
    if not content:
        return Picture("", f"{attached.name}: its file is not in the run's folder")
    if attached.media_type not in SHOWN_TYPES:
        return Picture("", f"{attached.name}: {attached.file} in the run's folder")
    if len(content) > LARGEST_PICTURE:
        return Picture(
            "", f"{attached.name}: {attached.file} in the run's folder, {len(content) / 1e6:.0f} MB"
        )
    coded = base64.b64encode(content).decode()
    return Picture(f"data:{attached.media_type};base64,{coded}", attached.name)


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
