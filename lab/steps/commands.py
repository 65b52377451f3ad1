"""`run`: a command line as it stands in the document."""

from __future__ import annotations

from lab.host.shell import Completed
from lab.spec.actions import Run
from lab.spec.fields import compile_pattern
from lab.spec.scenario import Outcome
from lab.steps import places, signatures
from lab.steps.stage import Stage
from lab.verdict import Observation

EVERY_SECONDS = 1.0


def run(action: Run, stage: Stage, *, timeout: float) -> Observation:
    """Run the command; with `until`, again and again until its output matches."""
    if action.until is not None:
        return _until(action, action.until, stage, timeout=timeout)
    done = _once(action, stage, timeout=timeout)
    return Observation(signatures.of_command(done), done.output, done.seconds)


def _once(action: Run, stage: Stage, *, timeout: float) -> Completed:
    argv = places.shell_argv(action.place, action.command)
    return places.run_at(action.place, argv, stage, timeout=timeout)


def _until(action: Run, until: str, stage: Stage, *, timeout: float) -> Observation:
    """Repeat until the output matches, whatever the exit code; else `times-out`, with the last output."""
    pattern = compile_pattern(until)
    clock = stage.host.clock
    start = clock.monotonic()
    last = ""
    while True:
        left = timeout - (clock.monotonic() - start)
        if left > 0:
            done = _once(action, stage, timeout=left)
            last = done.output or last
            if pattern.search(done.output):
                return Observation(Outcome.SUCCEEDS, done.output, clock.monotonic() - start)
        left = timeout - (clock.monotonic() - start)
        if left <= 0:
            detail = f"{last}\n(in {timeout:.0f} s it never said {until!r})".lstrip()
            return Observation(Outcome.TIMES_OUT, detail, clock.monotonic() - start)
        clock.sleep(min(EVERY_SECONDS, left))
