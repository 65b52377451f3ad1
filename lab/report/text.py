"""The table at the end of a run, as plain text; and the plan of a run that is not made (`--dry-run`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from lab.events import Event, Part, StepFinished
from lab.report import usage
from lab.report.digest import Played, Run, digest
from lab.report.plain import indented, plain, seconds
from lab.report.usage import Peak, Sample
from lab.spec.scenario import Finding, Outcome, Scenario, Step
from lab.spec.words import describe
from lab.verdict import Verdict

MARKS = {
    Verdict.PASSED: "ok",
    Verdict.FAILED: "FAILED",
    Verdict.ERRORED: "ERROR",
    Verdict.SKIPPED: "skipped",
}


def as_text(events: Iterable[Event], *, samples: Sequence[Sample] = ()) -> str:
    """Return the report of a run: each step in a line, and in a few more where it did not pass."""
    run = digest(events)
    parts = [_scenario(played) for played in run.scenarios if not played.started.chapters]
    books = [_book(played, run) for played in run.scenarios if played.started.chapters]
    return "\n\n".join([*parts, *books, *_slips(run), _total(run, usage.peak(samples))]) + "\n"


def _book(book: Played, run: Run) -> str:
    """Return a row for each chapter: its times are of its steps, and of its cleanup."""
    title = f"{book.started.scenario}: {plain(book.started.summary)}"
    lines = [title if book.started.summary else book.started.scenario]
    chapters = [one for one in run.scenarios if one.started.scenario in book.started.chapters]
    width = max((len(one.started.scenario) for one in chapters), default=0)
    for one in chapters:
        how = MARKS[Verdict.PASSED if one.held else Verdict.FAILED]
        times = f"{seconds(one.story):>10}, cleanup {seconds(one.cleanup)}"
        lines.append(f"  {how:<8}{one.started.scenario:<{width}} {times:<30}  {_counts(one)}".rstrip())
    held = sum(one.held for one in chapters)
    lines.append(
        f"  {held} of {len(book.started.chapters)} chapters held, in {seconds(book.seconds)}: "
        f"{'held' if book.held else 'DID NOT HOLD'}"
    )
    return "\n".join(lines)


def _slips(run: Run) -> Iterator[str]:
    """Yield what the documents themselves have wrong, by line."""
    by_document: dict[str, list[Finding]] = {}
    for played in run.scenarios:
        by_document.setdefault(played.started.document or "document", []).extend(played.started.findings)
    for document, findings in by_document.items():
        if findings:
            ordered = sorted(findings, key=lambda one: one.lines[0].first)
            rows = [
                f"  {'line' if _is_one(one) else 'lines'} {', '.join(map(str, one.lines))}: {plain(one.text)}"
                for one in ordered
            ]
            yield "\n".join([f"What {document} itself has wrong:", *rows])


def _is_one(finding: Finding) -> bool:
    return len(finding.lines) == 1 and finding.lines[0].first == finding.lines[0].last


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


def _total(run: Run, peak: Peak | None) -> str:
    stories = [played for played in run.scenarios if not played.started.chapters]
    if not stories:
        return "no scenario was played"
    held = sum(played.held for played in stories)
    how = ", interrupted" if run.interrupted else "" if run.complete else ", cut off"
    word = "scenario" if len(stories) == 1 else "scenarios"
    memory = f", {peak.memory / usage.GIB:.2f} GiB of memory at the peak" if peak else ""
    return f"{held} of {len(stories)} {word} held, in {seconds(run.seconds)}{memory}{how}"


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
