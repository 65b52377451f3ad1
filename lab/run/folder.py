"""The files of a run's folder: their names, writing one, and reading each back once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from lab import journal, ledger
from lab.errors import LabError
from lab.events import Event
from lab.ledger import Ledger
from lab.report import before, labfacts, traffic, usage
from lab.report.before import Before
from lab.report.labfacts import LabFacts
from lab.report.traffic import Traffic
from lab.report.usage import Sample
from lab.spec.reading import read_text

T = TypeVar("T")

JOURNAL, LEDGER, LAB, PAGE = "events.jsonl", "egress.json", "lab.json", "report.html"
USAGE, IMAGES, BEFORE = "usage.jsonl", "images.json", "before.json"
REPORT, JUNIT = "report.json", "junit.xml"


@dataclass(frozen=True)
class RunFolder:
    """A run's folder. The properties read files that are complete: ask for them when the run is over.

    Each raises SpecError for a file that is not what the lab writes there.
    """

    path: Path

    @property
    def journal(self) -> Path:
        return self.path / JOURNAL

    @cached_property
    def events(self) -> Sequence[Event]:
        return journal.read(self.journal)

    @cached_property
    def samples(self) -> tuple[Sample, ...]:
        return self._kept(USAGE, usage.parse) or ()

    @property
    def traffic(self) -> Traffic | None:
        return self._kept(IMAGES, traffic.parse)

    @property
    def ledger(self) -> Ledger | None:
        return self._kept(LEDGER, ledger.parse)

    @property
    def facts(self) -> LabFacts | None:
        return self._kept(LAB, labfacts.parse)

    @property
    def before(self) -> Before | None:
        return self._kept(BEFORE, before.parse)

    @property
    def attachments(self) -> Mapping[str, bytes]:
        return {
            f"{journal.ATTACHMENTS}/{file.name}": file.read_bytes()
            for file in sorted((self.path / journal.ATTACHMENTS).glob("*"))
            if file.is_file()
        }

    def write(self, name: str, text: str) -> None:
        """Write a file of the folder. Raises LabError where that cannot be done."""
        path = self.path / name
        try:
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise LabError(f"{path}: cannot be written: {error.strerror}") from error

    def _kept(self, name: str, parse: Callable[[str, str], T]) -> T | None:
        """Return what a file holds; None where the run did not come to write it."""
        path = self.path / name
        return parse(read_text(path), str(path)) if path.is_file() else None
