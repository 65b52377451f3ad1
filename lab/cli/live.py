"""The run as it goes, on stderr: a line a step, with a spinner where there is a terminal to show it on."""

from __future__ import annotations

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from lab.events import (
    Event,
    Part,
    RunFinished,
    RunStarted,
    ScenarioFinished,
    ScenarioStarted,
    StepFinished,
    StepStarted,
)
from lab.report.before import Before
from lab.report.plain import indented, plain, seconds
from lab.report.text import MARKS, remark
from lab.verdict import Verdict

STYLES = {
    Verdict.PASSED: "green",
    Verdict.FAILED: "bold red",
    Verdict.ERRORED: "bold magenta",
    Verdict.SKIPPED: "dim",
}


NOTABLE_SECONDS, NOTABLE_PART = 2.0, 0.25


class Live:
    """A journal that shows. Rich decides about colour, by the terminal and NO_COLOR."""

    def __init__(self, before: Before | None = None, console: Console | None = None) -> None:
        self._before = before or Before()
        self._console = console or Console(stderr=True, highlight=False)
        self._progress: Progress | None = None

    def record(self, event: Event) -> None:
        match event:
            case ScenarioStarted():
                summary = f": {plain(event.summary)}" if event.summary else ""
                self._say(Text.assemble((event.scenario, "bold"), summary))
            case StepStarted():
                last = self._before.of(event.scenario, event.part, event.step)
                self._spin(plain(event.step), f"last time {seconds(last)}" if last is not None else "")
            case StepFinished():
                self._stop()
                self._step(event)
            case ScenarioFinished():
                self._stop()
            case RunFinished():
                self._stop()
                if event.interrupted:
                    self._say(Text("interrupted", "bold"))
            case RunStarted():
                pass

    def _step(self, event: StepFinished) -> None:
        verdict = event.judgement.verdict
        if event.part is not Part.STEP and verdict is Verdict.PASSED:
            return
        took = "" if verdict is Verdict.SKIPPED else f"  {seconds(event.seconds)}{self._compared(event)}"
        notes = f"  {remark(event)}" if remark(event) else ""
        self._say(
            Text.assemble(
                "  ", (f"{MARKS[verdict]:<8}", STYLES[verdict]), plain(event.step), (took + notes, "dim")
            )
        )
        if verdict in {Verdict.FAILED, Verdict.ERRORED}:
            self._explain(event)

    def _compared(self, event: StepFinished) -> str:
        """Say how long it took last, where that is another time: small differences are noise."""
        last = self._before.of(event.scenario, event.part, event.step)
        if last is None or abs(event.seconds - last) < max(NOTABLE_SECONDS, last * NOTABLE_PART):
            return ""
        return f" (last time {seconds(last)})"

    def _explain(self, event: StepFinished) -> None:
        lines = [
            f"{event.where}: {event.judgement.reason}",
            *(f"$ {line}" for line in event.action.splitlines()),
        ]
        if event.seen is not None and event.seen.detail.strip():
            lines.append(event.seen.detail)
        self._say(Text(indented("\n".join(lines), " " * 10)))
        for piece in event.evidence:
            self._say(Text(indented(f"-- {piece.title}", " " * 10), "dim"))
            self._say(Text(indented(piece.text, " " * 10)))

    def _say(self, text: Text) -> None:
        self._console.print(text, soft_wrap=True)

    def _spin(self, text: str, note: str) -> None:
        self._stop()
        if not self._console.is_terminal:
            return
        self._progress = Progress(
            TextColumn("  "),
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", style="dim", markup=False),
            console=self._console,
            transient=True,
        )
        self._progress.add_task(text, total=None, note=note)
        self._progress.start()

    def _stop(self) -> None:
        if self._progress is not None:
            self._progress.stop()
            self._progress = None
