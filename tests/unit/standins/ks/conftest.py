from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ks import cli
from ks.kubectl import Answer

ROOT = Path(__file__).parents[4]
WORKSTATION = ROOT / "images" / "workstation"


@dataclass
class FakeCluster:
    """A kubectl with a memory; *conflicts* is how many patches it refuses first."""

    objects: dict[tuple[str, str], dict] = field(default_factory=dict)
    verbs: list[str] = field(default_factory=list)
    patches: list[dict] = field(default_factory=list)
    conflicts: int = 0

    def __call__(self, argv: Sequence[str], stdin: str) -> Answer:
        self.verbs.append(argv[1])
        if argv[1] == "config":
            view = {
                "clusters": [{"cluster": {"server": "https://there:6443"}}],
                "contexts": [{"context": {}}],
            }
            return Answer(0, json.dumps(view), "")
        found = json.loads(stdin)
        name = (found["kind"], found["metadata"]["name"])
        match argv[1]:
            case "get":
                return Answer(0, json.dumps(self.objects[name]) if name in self.objects else "", "")
            case "create":
                found["metadata"]["resourceVersion"] = "1"
                self.objects[name] = found
            case "delete":
                self.objects.pop(name, None)
            case "patch":
                if self.conflicts:
                    self.conflicts -= 1
                    return Answer(1, "", "Error from server (Conflict): the object has been modified\n")
                patch = next(word for word in argv if word.startswith("--patch=")).removeprefix("--patch=")
                self.patches.append(json.loads(patch))
                self.objects[name] = merge(self.objects[name], json.loads(patch))
        return Answer(0, "", "")


def merge(target: object, patch: object) -> object:
    """Apply a merge patch as RFC 7386 says."""
    if not isinstance(patch, dict):
        return patch
    kept = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            kept.pop(key, None)
        else:
            kept[key] = merge(kept.get(key), value)
    return kept


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """The folder as the image ships it, with the registry beside it."""
    shutil.copytree(WORKSTATION / "kubeflow_repo", tmp_path / "kubeflow_repo")
    shutil.copytree(WORKSTATION / "kubeflow_ks_app", tmp_path / "app")
    return tmp_path / "app"


@pytest.fixture
def cluster() -> FakeCluster:
    return FakeCluster()


@pytest.fixture
def ks(app: Path, cluster: FakeCluster) -> Callable[[str], int]:
    return lambda line: cli.main(line.split(), start=app, kubectl=cluster)
