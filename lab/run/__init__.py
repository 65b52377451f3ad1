"""One run of scenarios: locked, recorded in a folder of its own, and reported from that folder.

`run` plays the scenarios in a lab that stands. Everything else here fills the folder: what the lab is made
of (`facts`), what its parts use meanwhile (`samples`), and, when the run is over, the ledger, the images and
the reports (`finish`). `folder` writes the files and reads them back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from lab import replay
from lab.errors import LabError
from lab.host import lock
from lab.host.lab import Lab
from lab.journal import Journal, JsonLinesJournal, Tee
from lab.ledger import leaks
from lab.replay import Prepare
from lab.report.before import Before
from lab.run.facts import facts_kept
from lab.run.finish import finish, write_before
from lab.run.folder import RunFolder
from lab.run.samples import sampled
from lab.spec.reading import cases_of
from lab.spec.scenario import Scenario
from lab.steps import needs

Say: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be played, and how; the fields are the options of `lab run`."""

    scenarios: Sequence[Scenario]
    keep: bool = False
    again: bool = False
    only: str | None = None
    start_from: str | None = None
    archive: Path | None = None
    document: str | None = None
    """The text of the document that is replayed, for the report."""


def run(
    request: Request,
    lab: Lab,
    *,
    watch: Callable[[Before], Journal],
    done: Callable[[RunFolder], None],
    say: Say,
) -> bool:
    """Play the scenarios; return whether all of them held and no leak waits to be acknowledged.

    *watch* makes the journal that shows the run as it goes on, from the times of earlier runs. *done* is
    called with the folder as soon as the journal is complete, before what else the folder holds is written:
    it needs neither disk nor engine, which may be what ended the run.
    """
    prepare = _preparation(lab, request)
    claims = [claim for case in cases_of(request.scenarios) for claim in case.site]
    begun = lab.host.clock.now()
    folder = RunFolder(lab.state / "runs" / f"{begun:%Y%m%dT%H%M%S}-{request.scenarios[-1].name}")
    with lock.held(lab.state / "run.lock", f"lab {lab.config.name!r}"):
        _make(folder.path)
        before = write_before(folder)
        try:
            with (
                JsonLinesJournal(folder.journal) as journal,
                facts_kept(lab, folder, say, claims=claims),
                sampled(lab, folder, say),
            ):
                held = replay.run(
                    request.scenarios,
                    lab.topology,
                    lab.host,
                    Tee((journal, watch(before))),
                    prepare=prepare,
                    only=request.only,
                    start_from=request.start_from,
                    keep=request.keep,
                    again=request.again,
                    cache=lab.cache,
                )
            if leaked := leaks.unacknowledged(lab.topology, lab.host):
                say(leaked)
            return held and leaked is None
        finally:
            try:
                done(folder)
                finish(lab, folder, since=begun, document=request.document, say=say)
            finally:
                say(f"run folder: {folder.path}")


def _preparation(lab: Lab, request: Request) -> Prepare:
    """Return what puts needs in place; `lab.steps.checked` has read them."""
    preparation = needs.Preparation(
        lab.topology,
        lab.host,
        static=lab.config.static,
        cache=lab.cache,
        keep=request.keep,
        archive=request.archive,
    )

    def prepare(scenario: Scenario) -> AbstractContextManager[object]:
        return preparation.of(scenario.needs, Path(scenario.source).parent)

    return prepare


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise LabError(
            f"{folder}: cannot be made: {error.strerror}; XDG_STATE_HOME says where the lab keeps its state"
        ) from error
