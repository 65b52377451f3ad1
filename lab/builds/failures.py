"""What the docker command says when it fails, and what that means for the user."""

from __future__ import annotations

from lab.errors import CommandFailed, LabError
from lab.host.shell import Completed

CAUSES = (
    (
        "no space left on device",
        "the disk is full; `docker system df` says who has it, `docker builder prune` frees what builds left",
    ),
    (
        "Cannot connect to the Docker daemon",
        "the Docker engine does not answer; `lab doctor` says how to start it",
    ),
    ("error during connect", "the Docker engine does not answer; `lab doctor` says how to start it"),
    (
        "permission denied while trying to connect to the Docker daemon",
        "this user may not use the Docker engine; `lab doctor` says how to be allowed to",
    ),
    (
        "'buildx' is not a docker command",
        "Docker's build plug-in (buildx) is missing; `lab doctor` says how to get it",
    ),
    ("unknown shorthand flag", "Docker's build plug-in (buildx) is missing; `lab doctor` says how to get it"),
)


def must(completed: Completed) -> Completed:
    """Return *completed* where it ended well, else raise what `explained` makes of it."""
    if not completed.ok:
        raise explained(completed)
    return completed


def explained(completed: Completed) -> LabError:
    """Turn the failure of a docker command into one clear error: the known cause first, the output after."""
    failure = CommandFailed(completed.argv, completed.ended, completed.output)
    for sign, meaning in CAUSES:
        if sign.lower() in completed.output.lower():
            error = LabError(meaning)
            error.__cause__ = failure
            return error
    return failure
