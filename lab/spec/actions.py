"""The actions of a scenario's steps: what is done or asked, each with the key that names it in a file.

The set is closed on purpose: adding one makes mypy point at every place to extend.
"""

from __future__ import annotations

import shlex
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import Field, model_validator

from lab.spec.browsing import Act
from lab.spec.fields import Images, Model, Place, Regex


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
    """A regular expression for who wanted it: `pod default/web-.*`, `node localnode-2`."""

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
