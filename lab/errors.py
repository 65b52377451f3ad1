"""What can go wrong, in one tree.

LabError                  3   the lab could not do its work; the message is for the user
|-- SpecError             2   a file the user wrote is wrong; `problems` has all of them, each with its place
|-- ToolMissing           3   a program or the engine is not there
|-- CommandFailed         3   a program ended badly; carries the argv and the output
|-- ContainerFailed       3   the engine refused, or a container died
`-- NotReady              3   what, for how long, and what was last seen

The number is the exit code. Anything else that escapes is a bug of ours (70). Exceptions are inert.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence


class LabError(Exception):
    """The lab could not do its work."""

    exit_code = 3


class SpecError(LabError):
    """A file that the user wrote is wrong; *problems* lists everything found, each with its place."""

    exit_code = 2

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class ToolMissing(LabError):
    """A program or the container engine is not there."""


class CommandFailed(LabError):
    """A program ended badly. *ended* says how: `exit code 1`, `timed out after 60 s`."""

    def __init__(self, argv: Sequence[str], ended: str, output: str) -> None:
        self.argv = tuple(argv)
        self.ended = ended
        self.output = output
        tail = "\n".join(output.strip().splitlines()[-20:])
        super().__init__(f"{shlex.join(argv)}: {ended}" + (f"\n{tail}" if tail else ""))


class ContainerFailed(LabError):
    """The engine refused, or a container died."""


class NotReady(LabError):
    """Something did not become ready in time."""

    def __init__(self, what: str, seconds: float, last_seen: str) -> None:
        super().__init__(f"{what} was not ready after {seconds:.0f} s; last seen: {last_seen}")
