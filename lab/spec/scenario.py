"""A scenario: a story of steps, each with one action and the outcome that it should have.

`lab.spec.actions` has the actions. In a file an action is the key that names it (`run:`, `wait:` ...);
`lab.spec.written` turns that into these models.
"""

from __future__ import annotations

import enum
from datetime import timedelta
from typing import Annotated, Self, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from lab.spec import fields
from lab.spec.actions import Action
from lab.spec.fields import Duration, Images, Model, Patterns, Regex


class Outcome(enum.StrEnum):
    """How an attempt ended, in the words that scenario files use."""

    SUCCEEDS = "succeeds"
    UNRESOLVED = "unresolved"  # the name has no address here
    UNREACHABLE = "unreachable"  # no route, or administratively prohibited (ICMP)
    REFUSED = "refused"  # somebody answered no (TCP reset)
    NOT_FOUND = "not-found"  # reached, but it is not there (HTTP 404, no such object)
    TIMES_OUT = "times-out"
    LEAKS = "leaks"  # got past the seal: the lab's worst finding
    FAILS = "fails"  # any other way


class Expectation(Model):
    """The outcome a step should have, and what its output should (not) say, as regular expressions."""

    outcome: Outcome = Outcome.SUCCEEDS
    says: Patterns = ()
    never_says: Patterns = Field((), alias="never-says")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, value: object) -> object:
        return {"outcome": value} if isinstance(value, str) else value


class Lines(Model):
    """Lines of the document, counted from 1, both ends included."""

    first: int = Field(ge=1)
    last: int = Field(ge=1)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last < self.first:
            raise ValueError(f"lines {self.first}-{self.last} run backwards")
        return self

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


Ranges: TypeAlias = Annotated[
    tuple[Lines, ...],
    BeforeValidator(fields.line_ranges),
    WithJsonSchema(fields.LINES_SCHEMA, mode="validation"),
]
"""In a file: `573`, `573-577`, or a list of such."""


class Plot(Model):
    """Numbers in a step's output, which the report draws as a curve."""

    pattern: Regex
    """Matched as often as it fits; has the named groups x and y, and perhaps series."""
    title: str = Field(min_length=1, max_length=120)

    @model_validator(mode="after")
    def _groups(self) -> Self:
        there = fields.compile_pattern(self.pattern).groupindex
        if missing := [name for name in ("x", "y") if name not in there]:
            raise ValueError(f"the pattern lacks the named group {missing[0]}; write it like (?P<x>[0-9.]+)")
        return self


class Uncovered(Model):
    """Lines of the document that no step replays or checks, and why."""

    lines: Ranges = Field(min_length=1)
    reason: str = Field(min_length=1)


class Finding(Model):
    """What is wrong or odd in the document itself: reported with its lines, never silently repaired."""

    lines: Ranges = Field(min_length=1)
    text: str = Field(min_length=1)


class Step(Model):
    """One action and its expectation."""

    name: str = Field(min_length=1, max_length=120)
    action: Action
    expect: Expectation = Expectation()
    timeout: Duration = timedelta(seconds=60)
    document: Ranges = ()
    """The lines that this step replays or checks."""
    added: str | None = Field(None, min_length=1)
    """The document has no such step; this is why it is needed."""
    differs: str | None = Field(None, min_length=1)
    """In what, and why, this step is not the document's to the letter."""
    plot: Plot | None = None
    """Numbers in the output that the report draws."""
    where: str = ""
    """file:line, for every message about it."""


class Needs(Model):
    """What must be there before the first step; `lab run` prepares it, and puts back what it replaced."""

    images: tuple[str, ...] = ()
    """Original references, delivered to the registry and the nodes."""
    zones: dict[str, str] = Field(default_factory=dict)
    """Zone name to a BIND zone file beside the scenario."""
    exports: str | None = None
    """A file beside the scenario: the NFS server's /etc/exports."""
    static: bool = False
    """The static folder's files are on the web server."""
    names: tuple[str, ...] = ()
    """Names that must resolve inside the gap."""
    urls: tuple[str, ...] = ()
    """What must be there to be fetched inside the gap."""
    archives: dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*\.tar\.xz$")], Images] = Field(
        default_factory=dict
    )
    """Image archives in the workstation's home, by file name: of which images, in which order."""
    scenarios: tuple[str, ...] = ()
    """Scenario files that must have held before, and whose traces stay until nothing to come needs them."""


class Scenario(Model):
    """A file of `scenarios/`: of steps, or of chapters that are such files."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    summary: str = ""
    document: str | None = None
    """The document's file name, for the report."""
    case: str | None = None
    """The file beside this one that says what is known of the site, and what its scenarios share."""
    covers: Ranges = ()
    """The lines that this scenario answers for; none: the whole document."""
    uncovered: tuple[Uncovered, ...] = ()
    """What of them no step replays or checks, with the reason."""
    findings: tuple[Finding, ...] = ()
    """What the document itself has wrong."""
    needs: Needs = Needs()
    chapters: tuple[str, ...] = ()
    """Scenario files, in place of steps: played in this order, all cleaned up when the last is over."""
    steps: tuple[Step, ...] = ()
    cleanup: tuple[Step, ...] = ()
    """Run whatever happened, in order, all of them."""
    source: str = ""
    """The file's path."""

    @property
    def groundwork(self) -> tuple[str, ...]:
        """The files that are played before this one is over: those it needs, or its chapters."""
        return (*self.needs.scenarios, *self.chapters)
