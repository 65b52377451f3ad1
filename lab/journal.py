"""The journal of a run: its events in the order in which they happened, the one source of every report.

A run's folder holds it as JSON Lines, written one by one and flushed, so that whatever ends the run, the
file is complete up to there. Reports (`lab.report`) are functions of these events and of nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Annotated, Protocol, Self

from pydantic import Field, TypeAdapter, ValidationError

from lab.errors import LabError, SpecError
from lab.events import FORMAT, Event, RunStarted, StepFinished
from lab.verdict import Attachment, Observation

ATTACHMENTS = "attachments"
"""The folder, beside the journal, of what steps brought along."""


_EVENT: TypeAdapter[Event] = TypeAdapter(Annotated[Event, Field(discriminator="event")])


class Journal(Protocol):
    """Whatever is told of events: the file, the terminal, a test's list."""

    def record(self, event: Event) -> None: ...


@dataclass(frozen=True, slots=True)
class Tee:
    """Tell every one of *journals*, in order: put the file first, so that it has what the others choke on."""

    journals: tuple[Journal, ...]

    def record(self, event: Event) -> None:
        for journal in self.journals:
            journal.record(event)


class JsonLinesJournal:
    """Appends to a file, one event a line, each on its way to the disk before `record` returns."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with _written(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a", encoding="utf-8")

    def record(self, event: Event) -> None:
        with _written(self._path):
            if isinstance(event, StepFinished) and event.seen is not None:
                event = replace(event, seen=self._kept(event.seen, event))
            self._file.write(as_line(event) + "\n")
            self._file.flush()

    def _kept(self, seen: Observation, step: StepFinished) -> Observation:
        """Write what is attached beside the journal; the event names the files."""
        kept: list[Attachment] = []
        for number, one in enumerate(seen.attachments, start=1):
            ending = one.media_type.rpartition("/")[2]
            name = f"{step.scenario}-{step.part}-{step.number:02}-{number}-{one.name}.{ending}"
            (self._path.parent / ATTACHMENTS).mkdir(exist_ok=True)
            (self._path.parent / ATTACHMENTS / name).write_bytes(one.content)
            kept.append(replace(one, content=b"", file=f"{ATTACHMENTS}/{name}"))
        return replace(seen, attachments=tuple(kept))

    def close(self) -> None:
        with _written(self._path):
            self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _written:  # noqa: N801 - reads as a word at its use
    """Turn the file system's refusals into ours."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        if isinstance(error, OSError):
            raise LabError(f"{self._path}: the journal cannot be written: {error.strerror}") from error


def as_line(event: Event) -> str:
    """Return *event* as one line of JSON, without the line's end."""
    return _EVENT.dump_json(event, by_alias=True).decode()


def read(path: Path) -> Sequence[Event]:
    """Return the events of a journal. A last line that was cut off while being written is left out.

    Raises SpecError where the file is no journal, or of a format that this version does not know.
    """
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as error:
        raise SpecError([f"{path}: cannot be read: {error.strerror}"]) from error
    events: list[Event] = []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            event = _EVENT.validate_json(line, by_alias=True)
        except ValidationError as error:
            if number == len(lines):  # no newline after it: torn
                break
            raise SpecError([f"{path}:{number}: not an event of a run: {_first(error)}"]) from error
        if isinstance(event, RunStarted) and event.format > FORMAT:
            raise SpecError(
                [f"{path}:{number}: format {event.format}; this lab reads up to {FORMAT}: use a newer one"]
            )
        events.append(event)
    return events


def _first(error: ValidationError) -> str:
    return error.errors(include_url=False)[0]["msg"]
