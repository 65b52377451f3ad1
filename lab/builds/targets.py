"""What bake builds: its targets, what each is made of, and which stands on which."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from lab.builds.inputs import Inputs, digest, read_inputs
from lab.errors import LabError

LINK = "target:"


class Target(BaseModel):
    """What bake says of a target. Whatever else it says is kept, as it is an input too."""

    model_config = ConfigDict(extra="allow")

    dockerfile: str
    tags: tuple[str, ...]
    args: dict[str, str] = {}
    contexts: dict[str, str] = {}

    @property
    def links(self) -> Mapping[str, str]:
        """Return by which name the Dockerfile calls which other target, to build on its image."""
        return {
            name: given.removeprefix(LINK) for name, given in self.contexts.items() if given.startswith(LINK)
        }


class Definition(BaseModel):
    target: dict[str, Target]


def read_dockerfiles(definition: Mapping[str, Target], root: Path) -> Mapping[str, tuple[str, Inputs]]:
    texts: dict[str, tuple[str, Inputs]] = {}
    for name, target in definition.items():
        try:
            text = (root / target.dockerfile).read_text(encoding="utf-8")
        except OSError as error:
            raise LabError(f"{root / target.dockerfile}: {error.strerror}") from error
        texts[name] = (text, read_inputs(text, target.args))
    return texts


def digests(
    definition: Mapping[str, Target],
    found: Mapping[str, tuple[str, Inputs]],
    root: Path,
    ids: Mapping[str, str],
) -> Mapping[str, str]:
    """Return what each target is made of; one that builds on another takes that one's digest into its own.

    Bake itself refuses targets that link to each other in a ring.
    """
    known: dict[str, str] = {}

    def of(name: str) -> str:
        if name not in known:
            target = definition[name]
            under = {called: of(linked) for called, linked in target.links.items()}
            known[name] = digest(root, target.model_dump_json(), *found[name], {**ids, **under})
        return known[name]

    return {name: of(name) for name in definition}
