"""The table at the end of a run, as plain text; and the plan of a run that is not made (`--dry-run`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lab.journal import Event, Part, StepFinished
from lab.report.digest import Played, Run, digest
from lab.report.plain import indented, plain, seconds
from lab.spec.scenario import Outcome, Scenario, Step
from lab.spec.words import describe
from lab.verdict import Verdict

MARKS = {
    Verdict.PASSED: "ok",
    Verdict.FAILED: "FAILED",
    Verdict.ERRORED: "ERROR",
    Verdict.SKIPPED: "skipped",
}


def as_text(events: Iterable[Event]) -> str:
    """Return the report of a run: each step in a line, and in a few more where it did not pass."""
    run = digest(events)
    parts = [_scenario(played) for played in run.scenarios]
    return "\n\n".join([*parts, _total(run)]) + "\n"


def _scenario(played: Played) -> str:
    started = played.started
    title = f"{started.scenario}: {plain(started.summary)}" if started.summary else started.scenario
    shown = [step for step in played.steps if _is_shown(step)]
    width = max((len(plain(step.step)) for step in shown), default=0)
    lines = [title]
    for step in shown:
        lines.append(_row(step, width))
        if step.judgement.verdict in {Verdict.FAILED, Verdict.ERRORED}:
            lines.append(indented(f"{step.judgement.reason}\n({step.where})", " " * 10))
    if played.finished is None:
        at = f", in {plain(played.under_way.step)!r}" if played.under_way else ""
        lines.append(f"  the journal ends here{at}: the run was cut off")
    lines.append(
        f"  {_counts(played)} in {seconds(played.seconds)}: {'held' if played.held else 'DID NOT HOLD'}"
    )
    return "\n".join(lines)


def _is_shown(step: StepFinished) -> bool:
    return step.part is Part.STEP or step.judgement.verdict is not Verdict.PASSED


def _row(step: StepFinished, width: int) -> str:
    took = "" if step.judgement.verdict is Verdict.SKIPPED else seconds(step.seconds)
    row = f"  {MARKS[step.judgement.verdict]:<8}{plain(step.step):<{width}}  {took:>10}  {remark(step)}"
    return row.rstrip()


def remark(step: StepFinished | Step) -> str:
    """Say which lines of the document a step is, and where it is not the document's."""
    parts = []
    if step.document:
        parts.append(f"lines {', '.join(map(str, step.document))}")
    if step.added:
        parts.append(f"added: {plain(step.added)}")
    if step.differs:
        parts.append(f"differs: {plain(step.differs)}")
    return "; ".join(parts)


def _counts(played: Played) -> str:
    counts = played.counts
    said = [f"{counts[verdict]} {verdict}" for verdict in Verdict if counts[verdict]]
    return ", ".join(said) or "no steps"


def _total(run: Run) -> str:
    if not run.scenarios:
        return "no scenario was played"
    held = sum(played.held for played in run.scenarios)
    how = ", interrupted" if run.interrupted else "" if run.complete else ", cut off"
    word = "scenario" if len(run.scenarios) == 1 else "scenarios"
    return f"{held} of {len(run.scenarios)} {word} held, in {seconds(run.seconds)}{how}"


def as_plan(scenarios: Sequence[Scenario], *, unselected: frozenset[str] = frozenset()) -> str:
    """Return what a run of *scenarios* would do, without doing it."""
    lines: list[str] = []
    for scenario in scenarios:
        lines.append(f"{scenario.name}: {plain(scenario.summary)} ({scenario.source})")
        for step in scenario.steps:
            lines += _planned(step, " (left out)" if step.name in unselected else "")
        lines += [
            f"  then delete what {step.name!r} applied" for step in reversed(scenario.steps) if _applies(step)
        ]
        if scenario.cleanup:
            lines.append("  whatever happened:")
        for step in scenario.cleanup:
            lines += _planned(step, "")
    return "\n".join(lines) + "\n"


def _applies(step: Step) -> bool:
    return step.action.kind == "apply"


def _planned(step: Step, note: str) -> list[str]:
    expected = "" if step.expect.outcome is Outcome.SUCCEEDS else f" -> {step.expect.outcome}"
    notes = f"  [{remark(step)}]" if remark(step) else ""
    limit = f"at most {seconds(step.timeout.total_seconds())}"
    return [
        f"  - {plain(step.name)}{note}{expected} ({limit}){notes}",
        indented(describe(step.action), " " * 6),
    ]
