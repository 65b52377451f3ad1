"""The nginx that carries the traffic: started once, told of new settings by a signal."""

from __future__ import annotations

import logging
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

log = logging.getLogger(__name__)


class Unusable(Exception):
    """nginx does not take the settings; the message is what it said."""


@dataclass(slots=True)
class Proxy:
    """nginx with the settings in *file*."""

    file: Path
    program: str = "nginx"
    _process: subprocess.Popen[bytes] | None = field(default=None)

    def take(self, text: str) -> None:
        """Go over to the settings *text*; those before stay in force where nginx refuses it."""
        trial = self.file.with_suffix(".new")
        trial.write_text(text, encoding="utf-8")
        said = subprocess.run(
            (self.program, "-t", "-q", "-c", str(trial)), capture_output=True, text=True, check=False
        )
        if said.returncode != 0:
            raise Unusable(" ".join(said.stderr.split()))
        trial.replace(self.file)
        if self._process is None:
            self._process = subprocess.Popen((self.program, "-c", str(self.file)))
        else:
            self._process.send_signal(signal.SIGHUP)

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        if self._process is not None and self.alive:
            self._process.terminate()
            self._process.wait()
