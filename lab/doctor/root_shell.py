"""What mending needs: the machine, programs run as root, time, and the lab's own folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lab.doctor.machine import Machine
from lab.host.clock import Clock
from lab.host.shell import Completed, Shell

WRITE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class RootShell:
    """*state* is the lab's state folder."""

    machine: Machine
    shell: Shell
    clock: Clock
    state: Path

    def command(self, argv: Sequence[str]) -> tuple[str, ...]:
        """Return *argv* as it will run: through `sudo -n` for a user who is not root."""
        return tuple(argv) if self.machine.user() == 0 else ("sudo", "-n", *argv)

    def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
    ) -> Completed:
        """Run *argv* as root. sudo drops the environment, so *env* goes on the command line."""
        words = ("env", *(f"{key}={value}" for key, value in env.items()), *argv) if env else argv
        return self.shell.run(self.command(words), timeout=timeout, stdin=stdin)

    def write(self, path: str, text: str) -> None:
        """Write a file as root. Raises CommandFailed."""
        self.run(("tee", path), timeout=WRITE_SECONDS, stdin=text).check()
