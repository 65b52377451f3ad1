"""The one place where programs run on the host."""

from __future__ import annotations

import logging
import os
import shlex
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from lab.errors import CommandFailed, LabError, ToolMissing

log = logging.getLogger(__name__)

GRACE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Completed:
    """How a program ended. *exit_code* None: it ran out of time and was ended."""

    argv: tuple[str, ...]
    exit_code: int | None
    stdout: str
    stderr: str
    seconds: float

    @property
    def ok(self) -> bool:
        return self.exit_code == 0

    @property
    def output(self) -> str:
        """Both streams, stdout first."""
        return "\n".join(part.rstrip("\n") for part in (self.stdout, self.stderr) if part.strip())

    @property
    def last_line(self) -> str:
        """What it said last, which is mostly why it failed; else how it ended."""
        return (self.output.strip() or self.ended).splitlines()[-1]

    @property
    def ended(self) -> str:
        if self.exit_code is None:
            return f"timed out after {self.seconds:.0f} s"
        return f"exit code {self.exit_code}"

    def check(self) -> Completed:
        """Return self, or raise CommandFailed."""
        if not self.ok:
            raise CommandFailed(self.argv, self.ended, self.output)
        return self


class Shell(Protocol):
    """Runs programs on the host. How a program ended is never an exception; not being there is."""

    def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Completed:
        """Run *argv*; *timeout* in seconds; *env* is added to the lab's own environment."""
        ...


class LocalShell:
    """The real one."""

    def run(
        self,
        argv: Sequence[str],
        *,
        timeout: float,
        stdin: str | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Completed:
        start = time.monotonic()
        try:
            process = subprocess.Popen(
                list(argv),
                stdin=subprocess.DEVNULL if stdin is None else subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                errors="replace",
                env={**os.environ, **(env or {})},
                cwd=cwd,
                start_new_session=True,  # so that a time-out ends the whole family
            )
        except FileNotFoundError as error:
            if cwd is not None and not cwd.is_dir():
                raise LabError(f"{argv[0]}: there is no folder {cwd} to run it in") from error
            raise ToolMissing(f"{argv[0]}: not found on PATH; `lab doctor` says how to get it") from error
        except OSError as error:
            raise ToolMissing(f"{argv[0]}: may not be run: {error.strerror}") from error
        exit_code: int | None
        try:
            stdout, stderr = process.communicate(stdin, timeout=timeout)
            exit_code = process.returncode
        except subprocess.TimeoutExpired:
            stdout, stderr = _end(process)
            exit_code = None
        except BaseException:
            _end(process)
            raise
        seconds = time.monotonic() - start
        log.debug("%s: %s in %.2f s", shlex.join(argv), exit_code, seconds)
        return Completed(tuple(argv), exit_code, stdout, stderr, seconds)


def _end(process: subprocess.Popen[str]) -> tuple[str, str]:
    """End the whole process group, politely, then not; return what it had said."""
    said = ("", "")
    for sign in (signal.SIGTERM, signal.SIGKILL):
        # The group outlives its leader: one that ignored the polite signal may hold no stream any more.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, sign)
        try:
            said = process.communicate(timeout=GRACE_SECONDS)
        except subprocess.TimeoutExpired as error:
            said = (_text(error.stdout), _text(error.stderr))
        except ValueError:  # read to the end already
            continue
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()
    with suppress(subprocess.TimeoutExpired):  # it may hang in the kernel
        process.wait(timeout=GRACE_SECONDS)
    return said


def _text(said: bytes | str | None) -> str:
    return said.decode("utf-8", "replace") if isinstance(said, bytes) else said or ""


def become(argv: Sequence[str]) -> None:
    """Turn this very process into *argv*, terminal, signals, exit code and all."""
    try:
        os.execvp(argv[0], list(argv))  # noqa: S606 - no shell is the point
    except FileNotFoundError as error:
        raise ToolMissing(f"{argv[0]}: not found on PATH; `lab doctor` says how to get it") from error
