"""`apply` and `wait`, by kubectl on the workstation; and the deletion of what was applied."""

from __future__ import annotations

import shlex

from lab.errors import LabError
from lab.host.shell import Completed
from lab.spec.actions import Apply, Wait
from lab.spec.scenario import Outcome
from lab.steps import places, signatures
from lab.steps.stage import Stage
from lab.verdict import Observation

MARGIN_SECONDS = 3.0
"""kubectl gives up by itself, with its own words, before the door ends it."""
EVERY_SECONDS = 1.0


def apply(action: Apply, stage: Stage, *, timeout: float) -> Observation:
    """Apply the manifest, which goes in by stdin: the workstation need not hold the file."""
    done = _kubectl(["apply", "-f", "-"], stage, timeout=timeout, stdin=_manifest(action, stage))
    return Observation(signatures.of_command(done), done.output, done.seconds)


def delete(action: Apply, stage: Stage, *, timeout: float) -> Observation:
    """Delete what `apply` made, and wait until it is gone. What is gone already is not an error."""
    argv = ["delete", "--ignore-not-found", "--wait", f"--timeout={timeout:.0f}s", "-f", "-"]
    done = _kubectl(argv, stage, timeout=timeout + MARGIN_SECONDS, stdin=_manifest(action, stage))
    if _kind_is_gone(done):  # the definition went first, and took its objects along
        return Observation(Outcome.SUCCEEDS, done.output, done.seconds)
    return Observation(signatures.of_command(done), done.output, done.seconds)


def wait(action: Wait, stage: Stage, *, timeout: float) -> Observation:
    """`kubectl wait`, which itself does not wait for what is not there yet: so it is asked again."""
    gone = action.until == "delete"
    clock = stage.host.clock
    start = clock.monotonic()
    while True:
        left = max(timeout - (clock.monotonic() - start), 1.0)
        argv = [
            "wait",
            "-n",
            action.namespace,
            *shlex.split(action.resource),
            f"--for={action.until}",
            f"--timeout={left:.0f}s",
        ]
        done = _kubectl(argv, stage, timeout=left + MARGIN_SECONDS)
        passed = clock.monotonic() - start
        if gone and _is_absent(done):
            return Observation(Outcome.SUCCEEDS, done.output, passed)
        if done.ok or not _is_absent(done) or passed + EVERY_SECONDS >= timeout:
            return Observation(signatures.of_command(done), done.output, passed)
        clock.sleep(EVERY_SECONDS)


def _kubectl(argv: list[str], stage: Stage, *, timeout: float, stdin: str | None = None) -> Completed:
    return places.run_at("workstation", ("kubectl", *argv), stage, timeout=timeout, stdin=stdin)


def _is_absent(done: Completed) -> bool:
    said = done.output
    return (
        "no matching resources found" in said
        or "(NotFound)" in said
        or "doesn't have a resource type" in said
    )


def _kind_is_gone(done: Completed) -> bool:
    return (
        done.exit_code == 1 and "no matches for kind" in done.stderr and "rror from server" not in done.stderr
    )


def _manifest(action: Apply, stage: Stage) -> str:
    if action.manifest is not None:
        return action.manifest
    assert action.file is not None, "the models let through exactly one of both"
    path = stage.folder / action.file
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise LabError(f"{path}: cannot be read: {error}") from error
