"""containerd, Docker's engine and skopeo read the corpus: what they take is what the lab takes, or the case says why not."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from lab.builds.intake import read_archive
from lab.builds.oci import Store
from lab.builds.push import push, registry
from lab.builds.reference import parse_reference
from lab.builds.store import gather, load_archive, open_store
from lab.errors import LabError
from lab.host.shell import LocalShell
from tests.unit.builds.cases import AMD, ARM, BOTH, CASES
from tests.unit.builds.corpus import Case, layout, tarred

pytestmark = pytest.mark.docker
SHELL = LocalShell()
NODE, WORKSTATION, REGISTRY = (f"airgap-lab/{name}:latest" for name in ("node", "workstation", "registry"))
CTR = """
until ctr version >/dev/null 2>&1; do sleep 0.2; done
cd /corpus && for case in *; do
    ctr -n "n$case" image import --no-unpack "$case" >/dev/null 2>"/tmp/said" || sed "s/^/$case failed /" /tmp/said | tail -n 1
    ctr -n "n$case" image ls 2>/dev/null | awk -v case="$case" 'NR > 1 { print case, $1, $3 }'
done
"""
DOCKER = """
cd /corpus && for case in *; do
    docker load --input "$case" >/tmp/out 2>/tmp/said || sed "s/^/$case failed /" /tmp/said | tail -n 1
    sed -n 's/^Loaded image: //p' /tmp/out | sort -u | while read -r name; do
        digest=$(docker inspect --type image --format '{{.Id}}' "$name" 2>/dev/null)
        echo "$case $name ${digest:-none}"
    done
done
"""
"""Nothing is removed in between: what is removed goes later, and could take a part of the next image along."""
Verdicts = Mapping[str, Mapping[str, str]]
"""By a case's number: what was read, complete name to digest."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("corpus")
    for number, case in enumerate(CASES):
        (made / f"{number:03}").write_bytes(case.content)
    return made


def read_by(image: str, start: tuple[str, ...], script: str, folder: Path) -> Verdicts:
    if not SHELL.run(["docker", "image", "inspect", image], timeout=30).ok:
        pytest.skip(f"{image} is not built")
    name = f"lab-test-{uuid.uuid4().hex[:8]}"
    run = ["docker", "run", "--detach", "--name", name, "--network", "none", "--privileged", *start]
    SHELL.run(run, timeout=60).check()
    try:
        SHELL.run(["docker", "cp", str(folder), f"{name}:/corpus"], timeout=60).check()
        said = SHELL.run(["docker", "exec", name, "bash", "-c", script], timeout=300).check().stdout
    finally:
        SHELL.run(["docker", "rm", "--force", "--volumes", name], timeout=60)
    found: dict[str, dict[str, str]] = {f"{number:03}": {} for number in range(len(CASES))}
    for number, name, digest in (line.split(maxsplit=2) for line in said.splitlines()):
        if name != "failed":
            found[number][name] = digest
    return found


@pytest.fixture(scope="module")
def containerd(folder: Path) -> Verdicts:
    return read_by(NODE, ("--volume", "/var/lib/containerd", "--entrypoint", "containerd", NODE), CTR, folder)


@pytest.fixture(scope="module")
def engine(folder: Path) -> Verdicts:
    return read_by(WORKSTATION, ("--volume", "/var/lib/docker", WORKSTATION), DOCKER, folder)


def complete(read: Mapping[str, str]) -> Mapping[str, str]:
    """Docker shows short names; one that is no reference stays as it is."""

    def name(shown: str) -> str:
        try:
            return str(parse_reference(shown))
        except LabError:
            return shown

    return {name(shown): digest for shown, digest in read.items()}


def same(case: Case, read: Mapping[str, str]) -> bool:
    return read.keys() == case.takes.keys() and all(
        digest in {None, read[name]} for name, digest in case.takes.items()
    )


def differing(why: str, read: Verdicts) -> list[str]:
    """Return the cases whose verdict is another than it should be: equal, or other with a reason."""
    return [
        f"{case.name}: the lab {dict(case.takes)}, the tool {dict(found)}, {getattr(case, why) or 'no reason'}"
        for case, found in zip(CASES, read.values(), strict=True)
        if same(case, found) == bool(getattr(case, why))
    ]


@pytest.fixture(scope="module")
def own_registry() -> Iterator[str]:
    if not SHELL.run(["docker", "image", "inspect", REGISTRY], timeout=30).ok:
        pytest.skip(f"{REGISTRY} is not built")
    name = f"lab-test-{uuid.uuid4().hex[:8]}"
    SHELL.run(["docker", "run", "--detach", "--name", name, REGISTRY], timeout=60).check()
    try:
        form = "{{.NetworkSettings.IPAddress}}"
        address = SHELL.run(["docker", "inspect", "--format", form, name], timeout=30).check().stdout.strip()
        url = f"http://{address}:5000"
        ready = [
            "curl",
            "-sf",
            "--noproxy",
            "*",
            "--retry",
            "20",
            "--retry-connrefused",
            "--retry-delay",
            "1",
            f"{url}/v2/",
        ]
        SHELL.run(ready, timeout=60).check()
        yield url
    finally:
        SHELL.run(["docker", "rm", "--force", "--volumes", name], timeout=60)


def refused(case: Case, folder: Path, url: str) -> str:
    """Push all that the lab takes of the case; return what went wrong, else see that each digest is the archive's."""
    store = Store(folder / "oci")
    images = {
        parse_reference(name): stored
        for name, stored in read_archive(store, case.write(folder), architecture="amd64").items()
    }
    try:
        with registry(url) as client:
            push(client, store, images)
            for reference, stored in images.items():
                for blob in stored.documents:
                    seen = client.head(
                        f"/v2/{reference.path}/manifests/{blob.digest}", headers={"Accept": blob.media_type}
                    )
                    assert seen.headers["Docker-Content-Digest"] == blob.digest
                assert case.takes[str(reference)] in {None, stored.digest}
    except LabError as error:
        return f"{case.name}: {error}"
    return ""


def test_a_registry_takes_whatever_the_lab_takes_with_the_digests_of_the_archive(
    own_registry: str, tmp_path: Path
) -> None:
    problems = []
    for number, case in enumerate(CASES):
        if case.takes:
            (tmp_path / str(number)).mkdir()
            problems.append(refused(case, tmp_path / str(number), own_registry))

    assert [problem for problem in problems if problem] == []


def test_a_registry_takes_an_image_by_its_tag_its_index_and_its_digests_at_once(
    own_registry: str, tmp_path: Path
) -> None:
    """Two puts of one manifest at once had it answer that there is none."""
    for number in range(10):
        repository = f"corpus.test/me/again{number}"
        archive = tmp_path / "in.tar"
        archive.write_bytes(tarred(layout((BOTH, BOTH.entry(f"{repository}:1")))))
        load_archive(archive, cache=tmp_path)
        store = open_store(tmp_path)
        names = [f"{repository}:1", *(f"{repository}@{made.digest}" for made in (BOTH, AMD, ARM))]

        images = gather(store, SHELL, names, say=print)
        with registry(own_registry) as client:
            push(client, store, images)

        assert [stored.digest for stored in images.values()] == [
            BOTH.digest,
            BOTH.digest,
            AMD.digest,
            ARM.digest,
        ]


def test_containerd_takes_the_same(containerd: Verdicts) -> None:
    assert differing("ctr", containerd) == []


def test_dockers_engine_takes_the_same(engine: Verdicts) -> None:
    assert differing("docker", {number: complete(read) for number, read in engine.items()}) == []


def test_skopeo_reads_nothing_that_the_lab_does_not(folder: Path, tmp_path: Path) -> None:
    if shutil.which("skopeo") is None:
        pytest.skip("skopeo is not installed")

    def copies(number: int) -> bool:
        forms = (f"{form}:{folder}/{number:03}" for form in ("oci-archive", "docker-archive"))
        told = ("skopeo", "--insecure-policy", "copy", "--quiet")
        return any(SHELL.run([*told, one, f"dir:{tmp_path}/{number}"], timeout=60).ok for one in forms)

    read = {case.name for number, case in enumerate(CASES) if not case.takes and copies(number)}

    assert read == {case.name for case in CASES if case.skopeo}
