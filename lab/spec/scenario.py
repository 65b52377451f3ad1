"""A scenario: a story of steps, each with one action and the outcome that it should have.

The action set is closed on purpose: adding one makes mypy point at every place to extend. In a file an
action is the key that names it (`run:`, `wait:` ...); `lab.spec.reading` turns that into these models.
"""

from __future__ import annotations

import enum
import shlex
from datetime import timedelta
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from lab.spec import fields
from lab.spec.browsing import Act
from lab.spec.fields import Duration, Images, Patterns, Place, Regex


class Model(BaseModel):
    """Read once, never changed; an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


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


class Run(Model):
    """A command line, typed as it stands: pipes, variables and all. By bash, in the home folder."""

    kind: Literal["run"] = "run"
    command: str = Field(min_length=1)
    place: Place = Field("workstation", alias="from")
    until: Regex | None = None
    """Repeat the command until its output matches this regular expression (or the step's time is over)."""


class Apply(Model):
    """Kubernetes objects, given here or in a file beside the scenario, that the cleanup deletes again."""

    kind: Literal["apply"] = "apply"
    manifest: str | None = Field(None, min_length=1)
    file: str | None = Field(None, min_length=1)

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.manifest is None) == (self.file is None):
            raise ValueError("apply takes either `manifest` or `file`: exactly one of them")
        return self


class Wait(Model):
    """`kubectl wait`: *resource* as kubectl takes it (`pod -l app=x`, `deployment/y`)."""

    kind: Literal["wait"] = "wait"
    resource: str = Field(min_length=1)
    until: str = Field(alias="for", min_length=1)
    """`condition=Ready`, `jsonpath={.status.phase}=Succeeded`, `delete`, `create`."""
    namespace: str = Field("default", min_length=1)

    @model_validator(mode="after")
    def _words(self) -> Self:
        try:
            shlex.split(self.resource)
        except ValueError as error:
            raise ValueError(f"{self.resource!r} cannot be taken apart into words: {error}") from error
        return self


class Resolve(Model):
    """Ask the place's own resolver for a name."""

    kind: Literal["resolve"] = "resolve"
    host: str = Field(pattern=r"^[A-Za-z0-9_*.][A-Za-z0-9_*.-]*$")
    type: str = Field("A", pattern="^[A-Z]{1,10}$")
    place: Place = Field("workstation", alias="from")
    answer: str | None = None
    """An answer that must be among those given."""


class Fetch(Model):
    """GET a URL."""

    kind: Literal["fetch"] = "fetch"
    url: str = Field(pattern=r"^https?://\S+$")
    place: Place = Field("workstation", alias="from")


class Connect(Model):
    """Open a connection, or send a datagram and wait for the answer."""

    kind: Literal["connect"] = "connect"
    to: str = Field(min_length=1)
    """`198.51.100.7:443/tcp`, `[2001:db8::7]:53/udp`, `198.51.100.7/icmp`."""
    place: Place = Field("workstation", alias="from")


class Wanted(Model):
    """What the ledger must list as wanted from outside since the scenario began."""

    kind: Literal["wanted"] = "wanted"
    names: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    """`198.51.100.7:443/tcp`."""
    by: Regex | None = None
    """A regular expression for who wanted it: `pod default/distributed-mnist-.*`, `node localnode-2`."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if not (self.names or self.urls or self.addresses):
            raise ValueError("wanted takes at least one of `names`, `urls` and `addresses`")
        return self


class Observe(Model):
    """Answer unknown names with the sinkhole's address (on) or refuse them again (off)."""

    kind: Literal["observe"] = "observe"
    on: bool


class Load(Model):
    """Have images on nodes under their original names, though no pod may pull them."""

    kind: Literal["load"] = "load"
    images: Images
    to: tuple[str, ...] = ()
    """Nodes by name; none: all."""


class Browse(Model):
    """Open a page in the workstation's browser, and do there what a reader would, act by act.

    It begins at `url`, or at a service's node port (assigned at random, so looked up), or, in a session that
    went on before, where that stood.
    """

    kind: Literal["browse"] = "browse"
    url: str | None = Field(None, pattern=r"^(https?://|\$\()")
    """As bash expands it: `http://$(kubectl get ...)/`."""
    service: str | None = Field(None, pattern=r"^([a-z0-9.-]+/)?[a-z0-9.-]+$")
    """`NAME` or `NAMESPACE/NAME`."""
    port: str | None = Field(None, pattern=r"^[a-z0-9-]+$")
    """Which of the service's ports, by name or number; none: its first."""
    path: str = Field("/", pattern=r"^/\S*$")
    session: str | None = Field(None, pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")
    """Steps of one scenario that give the same name here share their cookies."""
    acts: tuple[Act, ...] = Field((), alias="do")

    @model_validator(mode="after")
    def _one_beginning(self) -> Self:
        if self.url is not None and self.service is not None:
            raise ValueError("browse takes either `url` or `service`")
        if self.url is None and self.service is None and self.session is None:
            raise ValueError("browse takes a `url`, a `service`, or the `session` that it goes on with")
        if self.service is None and {"port", "path"} & self.model_fields_set:
            raise ValueError("`port` and `path` belong to a `service`")
        return self


ACTIONS: dict[str, type[Model]] = {
    "run": Run,
    "apply": Apply,
    "wait": Wait,
    "resolve": Resolve,
    "fetch": Fetch,
    "connect": Connect,
    "wanted": Wanted,
    "observe": Observe,
    "load": Load,
    "browse": Browse,
}
"""The key in a file to the model; a unit test holds it to the union."""

SHORT = {
    "run": "command",
    "apply": "file",
    "resolve": "host",
    "fetch": "url",
    "connect": "to",
    "observe": "on",
    "load": "images",
    "browse": "url",
}
"""The field that a plain value stands for: `run: kubectl get crd`."""

Action: TypeAlias = Annotated[
    Run | Apply | Wait | Resolve | Fetch | Connect | Wanted | Observe | Load | Browse,
    Field(discriminator="kind"),
]


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
    static: bool = False
    """The static folder's files (`MNIST_data`, `exdb/mnist/*.gz`) are on the web server."""
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
