from __future__ import annotations

import json
from pathlib import Path

import pytest

from lab.builds import bake
from lab.builds.bases import ensure_bases
from lab.builds.sources import Source
from lab.errors import CommandFailed, LabError, ToolMissing
from tests.fakes import FakeShell, completed

HCL = {
    "target": {
        "one": {"dockerfile": "images/one/Dockerfile", "tags": ["airgap-lab/one:latest"]},
        "two": {"dockerfile": "images/two/Dockerfile", "tags": ["airgap-lab/two:latest", "me/two:1"], "args": {"A": "b"}},
    }
}  # fmt: skip


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("one", "two"):
        folder = tmp_path / "images" / name
        folder.mkdir(parents=True)
        (folder / "Dockerfile").write_text(f"FROM airgap-lab/base:bookworm\nCOPY images/{name}/file /\n")
        (folder / "file").write_text(name)
    return tmp_path


class Engine:
    """Docker, as far as bake needs it: images by tag, and builds that label what they make."""

    def __init__(self, *, fails: str | None = None) -> None:
        self.images = {f"airgap-lab/base:{suite}": ("sha256:base", None) for suite in ("bookworm", "trixie")}
        self.fails = fails
        self.baked: list[list[str]] = []
        self.contexts: list[dict[str, dict[str, str]]] = []
        self.secrets: dict[str, bytes] = {}
        self.shell = FakeShell(self.answer)

    def answer(self, argv: tuple[str, ...]):
        if argv[:3] == ("docker", "buildx", "bake"):
            return completed(json.dumps(HCL)) if "--print" in argv else self.bake(argv)
        if argv[:3] == ("docker", "image", "inspect"):
            return self.inspect(argv[5:])
        return completed("default\n" if argv[:2] == ("docker", "context") else "")

    def inspect(self, references: tuple[str, ...]):
        lines, missing = [], [name for name in references if name not in self.images]
        for name in references:
            if name in self.images:
                image, inputs = self.images[name]
                labels = {bake.INPUTS_LABEL: inputs} if inputs else None
                lines.append(json.dumps({"id": image, "tags": [name], "labels": labels}))
        said = "".join(f"Error: No such image: {name}\n" for name in missing)
        return completed("\n".join(lines), stderr=said, exit_code=1 if missing else 0)

    def bake(self, argv: tuple[str, ...]):
        if self.fails is not None:
            return completed(stderr=self.fails, exit_code=1, argv=argv)
        files = [argv[at + 1] for at, word in enumerate(argv) if word == "--file"]
        given = json.loads(Path(files[1]).read_text())["target"]
        self.baked.append(sorted(given))
        self.contexts.append({name: target["contexts"] for name, target in given.items()})
        for name, target in given.items():
            for secret in target["secret"]:
                identity, _, file = secret.removeprefix("id=").partition(",src=")
                self.secrets[identity] = Path(file).read_bytes()
            for tag in HCL["target"][name]["tags"]:
                inputs = target["labels"][bake.INPUTS_LABEL]
                self.images[tag] = (f"sha256:{name}-{inputs}", inputs)
        return completed()


def build(engine: Engine, root: Path, said: list[str] | None = None):
    sink = [] if said is None else said
    return bake.build(engine.shell, bake.ALL, root=root, cache=root / "cache", say=sink.append)


def test_what_is_stale_is_built_in_one_go_and_then_never_again(root: Path):
    engine, said = Engine(), []

    first = build(engine, root, said)
    second = build(engine, root, said)

    assert engine.baked == [["one", "two"]]
    assert said == ["building one, two"]
    assert first == second
    assert first["one"] == engine.images["airgap-lab/one:latest"][0]


def test_a_changed_file_makes_only_its_own_image_stale(root: Path):
    engine = Engine()
    build(engine, root)
    (root / "images" / "two" / "file").write_text("changed")

    build(engine, root)

    assert engine.baked == [["one", "two"], ["two"]]


def test_a_new_base_makes_everything_stale(root: Path):
    engine = Engine()
    build(engine, root)
    engine.images["airgap-lab/base:bookworm"] = ("sha256:newer", None)

    build(engine, root)

    assert engine.baked == [["one", "two"]] * 2


def test_a_changed_target_is_stale(root: Path, monkeypatch: pytest.MonkeyPatch):
    engine = Engine()
    build(engine, root)
    monkeypatch.setitem(HCL["target"]["one"], "target", "stage")

    build(engine, root)

    assert engine.baked[1] == ["one"]


@pytest.fixture
def linked(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let `two` stand on the image of `one`."""
    monkeypatch.setitem(HCL["target"]["two"], "contexts", {"airgap-lab/one": "target:one", "other": "folder"})
    (root / "images" / "two" / "Dockerfile").write_text("FROM airgap-lab/one\nCOPY images/two/file /\n")
    return root


def test_what_a_target_stands_on_makes_it_stale_too(linked: Path):
    engine = Engine()
    build(engine, linked)
    (linked / "images" / "one" / "file").write_text("changed")

    build(engine, linked)
    build(engine, linked)

    assert engine.baked == [["one", "two"]] * 2


def test_a_target_that_stands_on_another_does_not_make_that_one_stale(linked: Path):
    engine = Engine()
    build(engine, linked)
    (linked / "images" / "two" / "file").write_text("changed")

    build(engine, linked)

    assert engine.baked == [["one", "two"], ["two"]]


def test_an_up_to_date_image_is_stood_on_as_it_is(linked: Path):
    engine = Engine()
    build(engine, linked)
    (linked / "images" / "two" / "file").write_text("changed")

    build(engine, linked)

    assert engine.contexts == [
        {"one": {}, "two": {}},
        {"two": {"airgap-lab/one": "docker-image://airgap-lab/one:latest"}},
    ]


@pytest.fixture
def chained(linked: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let `three` stand on `two`, which stands on `one`; it comes before both."""
    three = {
        "dockerfile": "images/three/Dockerfile",
        "tags": ["three:1"],
        "contexts": {"me/two": "target:two"},
    }
    monkeypatch.setitem(HCL, "target", {"three": three, **HCL["target"]})
    (linked / "images" / "three").mkdir()
    (linked / "images" / "three" / "Dockerfile").write_text("FROM me/two\n")
    return linked


def test_what_a_chain_stands_on_makes_all_of_it_stale(chained: Path):
    engine = Engine()
    build(engine, chained)
    (chained / "images" / "one" / "file").write_text("changed")

    build(engine, chained)
    build(engine, chained)

    assert engine.baked == [["one", "three", "two"]] * 2
    assert engine.contexts[1] == {"three": {}, "two": {}, "one": {}}


def test_a_chain_is_built_from_where_it_changed(chained: Path):
    engine = Engine()
    build(engine, chained)
    (chained / "images" / "two" / "file").write_text("changed")

    build(engine, chained)
    build(engine, chained)

    assert engine.baked[1:] == [["three", "two"]]
    assert engine.contexts[1] == {
        "three": {},
        "two": {"airgap-lab/one": "docker-image://airgap-lab/one:latest"},
    }


def test_a_tag_that_somebody_took_away_is_given_back(root: Path):
    engine = Engine()
    build(engine, root)
    del engine.images["me/two:1"]

    build(engine, root)

    assert engine.baked[1] == ["two"]


def test_the_build_gets_the_secrets_the_node_image_and_helm(root: Path):
    engine = Engine()

    bake.build(
        engine.shell,
        ["two"],
        root=root,
        cache=root,
        say=print,
        node_image="kindest/node:v1",
        helm=Path("/cache/helm-1"),
    )

    assert {"apt", "apt-trixie", "apt-conf", "pip", "ca"} == set(engine.secrets)
    calls = [call for call in engine.shell.calls if call.argv[:3] == ("docker", "buildx", "bake")]
    assert [call.env for call in calls] == [{"NODE_IMAGE": "kindest/node:v1", "HELM": "/cache/helm-1"}] * 2
    assert all(call.cwd == root for call in calls)


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("write /var/lib: no space left on device", "the disk is full"),
        ("Cannot connect to the Docker daemon at unix:///x. Is it running?", "does not answer"),
        ("docker: 'buildx' is not a docker command.", "buildx"),
    ],
)
def test_a_known_cause_is_named_with_what_to_do(root: Path, said: str, meaning: str):
    with pytest.raises(LabError, match=meaning) as caught:
        build(Engine(fails=said), root)

    assert isinstance(caught.value.__cause__, CommandFailed)


def test_an_unknown_cause_shows_the_command_and_its_end(root: Path):
    with pytest.raises(CommandFailed, match=r"(?s)docker buildx bake.*E: Unable to locate package"):
        build(Engine(fails="E: Unable to locate package x"), root)


def test_a_missing_dockerfile_is_named(root: Path):
    (root / "images" / "two" / "Dockerfile").unlink()

    with pytest.raises(LabError, match="images/two/Dockerfile: No such file"):
        build(Engine(), root)


def bases(answers: dict[str, int], monkeypatch: pytest.MonkeyPatch, root: Path, sources) -> FakeShell:
    said = "Error: No such image: x"
    shell = FakeShell(lambda argv: completed(stderr=said, exit_code=answers.get(" ".join(argv[:2]), 0)))
    monkeypatch.setattr("lab.builds.bases.host_sources", lambda: sources)
    ensure_bases(shell, cache=root / "cache", say=lambda _: None)
    return shell


def verbs(shell: FakeShell) -> list[str]:
    return [" ".join(argv[: 2 if argv[0] == "docker" else 1]) for argv in shell.ran]


def test_bases_that_are_there_are_left(root: Path, monkeypatch: pytest.MonkeyPatch):
    assert verbs(bases({}, monkeypatch, root, ())) == ["docker image"] * 2


def test_bases_are_pulled_where_a_registry_answers(root: Path, monkeypatch: pytest.MonkeyPatch):
    shell = bases({"docker image": 1}, monkeypatch, root, ())

    assert verbs(shell) == ["docker image", "docker pull", "docker build"] * 2
    assert "rm -rf" not in (shell.calls[2].stdin or ""), "its own sources are all there is"


def test_bases_are_bootstrapped_where_none_does_and_it_is_asked_once(
    root: Path, monkeypatch: pytest.MonkeyPatch
):
    mirror = (Source("http://mirror.test/debian", ("bookworm",), ("main",)),)
    shell = bases({"docker image": 1, "docker pull": 1}, monkeypatch, root, mirror)

    one = ["mmdebstrap", "docker import"]
    assert verbs(shell) == ["docker image", "docker pull", *one, "docker image", *one]


def test_without_registry_and_mirror_it_is_said_what_to_do(root: Path, monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(LabError, match="pull debian:bookworm-slim and tag it airgap-lab/base:bookworm"):
        bases({"docker image": 1, "docker pull": 1}, monkeypatch, root, ())


def test_a_missing_engine_is_not_taken_for_a_missing_image(root: Path):
    def gone(argv: tuple[str, ...]):
        raise ToolMissing("docker: not found on PATH")

    with pytest.raises(ToolMissing):
        ensure_bases(FakeShell(gone), cache=root, say=print)


def test_an_engine_that_does_not_answer_is_not_taken_for_a_missing_image(root: Path):
    shell = FakeShell(lambda argv: completed(stderr="Cannot connect to the Docker daemon at x", exit_code=1))

    with pytest.raises(LabError, match="engine does not answer"):
        ensure_bases(shell, cache=root, say=print)
    assert len(shell.ran) == 1
