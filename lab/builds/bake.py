"""One `docker buildx bake` for what is stale. An image says itself what it was made from, in a label."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from lab.builds.bases import ensure_bases
from lab.builds.failures import explained
from lab.builds.settings import host_settings, proxies, secret_files
from lab.builds.targets import Definition, Target, digests, read_dockerfiles
from lab.errors import LabError
from lab.host.shell import Shell

BAKE_FILE = "images/docker-bake.hcl"
INPUTS_LABEL = "airgap-lab.inputs"
STAND_IN_LABEL = "airgap-lab.stand-in"
"""On an image that plays another's part; its value is that image's name."""
BUILD_SECONDS = 3600.0
ALL: tuple[str, ...] = ()
"""No target named: bake's own default group."""


@dataclass(frozen=True, slots=True)
class Stale:
    """A target to build, and the label that its image gets.

    *standing* are the targets that it builds on and that need no building: the engine's own image serves, so
    that an emptied build cache does not make them, and with them all that stands on them, anew.
    """

    name: str
    inputs: str
    standing: Mapping[str, str] = field(default_factory=dict)


def build(
    shell: Shell,
    targets: Sequence[str],
    *,
    root: Path,
    cache: Path,
    say: Callable[[str], None],
    node_image: str | None = None,
    helm: Path | None = None,
) -> Mapping[str, str]:
    """Have an up-to-date image of every one of *targets* (all, if none is named): target to image id.

    *root* is the repository; kubectl is *node_image*'s, *helm* the folder of that program, named after its
    content. Where nothing changed, nothing is built.
    """
    given = {"NODE_IMAGE": node_image, "HELM": str(helm) if helm else None}
    env = {name: value for name, value in given.items() if value}
    ensure_bases(shell, cache=cache, say=say)
    definition = _definition(shell, targets, root, env)
    found = read_dockerfiles(definition, root)
    references = {tag for target in definition.values() for tag in target.tags}
    bases = {image for _, inputs in found.values() for image in inputs.images}
    have = inspect(shell, sorted(references | bases))
    ids = {reference: image.id for reference, image in have.items()}
    wanted = digests(definition, found, root, ids)
    stale = [
        Stale(name, wanted[name], _standing(target, definition, wanted, have))
        for name, target in definition.items()
        if not _is_up_to_date(target, wanted[name], have)
    ]
    if stale:
        say("building " + ", ".join(target.name for target in stale))
        _bake(shell, stale, root, env)
        ids = {reference: image.id for reference, image in inspect(shell, sorted(references)).items()}
    return {name: ids[target.tags[0]] for name, target in definition.items()}


@dataclass(frozen=True, slots=True)
class Built:
    """An image of the engine, and what it says that it was made from."""

    id: str
    inputs: str | None


def inspect(shell: Shell, references: Sequence[str]) -> Mapping[str, Built]:
    """Return those of *references* that the engine has."""
    form = '{"id":{{json .Id}},"tags":{{json .RepoTags}},"labels":{{json .Config.Labels}}}'
    completed = shell.run(["docker", "image", "inspect", "--format", form, *references], timeout=60)
    if not completed.ok and "No such image" not in completed.stderr:
        raise explained(completed)
    found: dict[str, Built] = {}
    for line in completed.stdout.splitlines():
        if line.startswith("{"):
            said = json.loads(line)
            built = Built(said["id"], (said["labels"] or {}).get(INPUTS_LABEL))
            found.update(dict.fromkeys(said["tags"] or [], built))
    return {reference: found[reference] for reference in references if reference in found}


def stand_ins(shell: Shell) -> list[str]:
    """Return the names of the engine's stand-ins: what pods run, and so what is delivered to nodes."""
    argv = [
        "docker", "image", "ls", "--format", "{{.Repository}}:{{.Tag}}",
        f"--filter=label={STAND_IN_LABEL}", "--filter=dangling=false",
    ]  # fmt: skip
    listed = shell.run(argv, timeout=60)
    if not listed.ok:
        raise explained(listed)
    return listed.stdout.split()


def override(stale: Sequence[Stale], secrets: Mapping[str, Path], arguments: Mapping[str, str]) -> str:
    """Return the second bake file: secrets, proxies and the label of each stale target."""
    given = [f"id={name},src={file}" for name, file in secrets.items()]
    targets = {
        target.name: {
            "labels": {INPUTS_LABEL: target.inputs},
            "secret": given,
            "args": dict(arguments),
            "contexts": {name: f"docker-image://{reference}" for name, reference in target.standing.items()},
        }
        for target in stale
    }
    return json.dumps({"target": targets})


def _definition(
    shell: Shell, targets: Sequence[str], root: Path, env: Mapping[str, str]
) -> Mapping[str, Target]:
    argv = ["docker", "buildx", "bake", "--file", BAKE_FILE, "--print", *targets]
    completed = shell.run(argv, timeout=60, cwd=root, env=env)
    if not completed.ok:
        raise explained(completed)
    try:
        return Definition.model_validate_json(completed.stdout).target
    except ValidationError as error:
        raise LabError(f"{root / BAKE_FILE}: not as expected: {error}") from error


def _is_up_to_date(target: Target, wanted: str, have: Mapping[str, Built]) -> bool:
    return all(tag in have and have[tag].inputs == wanted for tag in target.tags)


def _standing(
    target: Target,
    definition: Mapping[str, Target],
    wanted: Mapping[str, str],
    have: Mapping[str, Built],
) -> Mapping[str, str]:
    return {
        called: definition[linked].tags[0]
        for called, linked in target.links.items()
        if _is_up_to_date(definition[linked], wanted[linked], have)
    }


def _bake(shell: Shell, stale: Sequence[Stale], root: Path, env: Mapping[str, str]) -> None:
    """Build with the engine's own builder: only there are the bases that the engine has."""
    builder = shell.run(["docker", "context", "show"], timeout=30).stdout.strip() or "default"
    with (
        secret_files(host_settings(shell)) as secrets,
        tempfile.NamedTemporaryFile("w", suffix=".json", prefix="airgap-lab-bake-") as file,
    ):
        file.write(override(stale, secrets, proxies()))
        file.flush()
        completed = shell.run(
            [
                "docker", "buildx", "bake", "--builder", builder, "--load", "--progress=plain",
                "--file", BAKE_FILE, "--file", file.name, *(target.name for target in stale),
            ],
            timeout=BUILD_SECONDS,
            cwd=root,
            env=env,
        )  # fmt: skip
    if not completed.ok:
        raise explained(completed)
