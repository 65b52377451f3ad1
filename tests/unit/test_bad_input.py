"""Bad input, as a user sees it: one clear line a problem, exit code 2 or 3, nothing on stdout, nothing left."""

from __future__ import annotations

import errno
import json
import os
from ipaddress import IPv4Network
from pathlib import Path

import docker
import pytest

from lab.cli import main, wiring
from lab.errors import ToolMissing
from lab.nodeimage import given
from lab.spec.topology import NetworkSpec
from tests.fakes import FakeContainers, FakeShell, completed, fake_host
from tests.unit.builds.archives import CONFIG, oci, saved, write_tar

DATA = Path(__file__).parents[1] / "data"
KEYS = "name, subnet, site_address, pod_subnet, service_subnet, node_image, static, mirrors, exports, refusal"
NAME = "a lab's name is a lower-case letter, then up to 19 letters, digits or dashes"
ZONE_PROBLEMS = (
    "db.bad:5: '192.0.2' is no IPv4 address; write four numbers, as in 192.0.2.1",
    "db.bad:6: 'BOGUS' stands where a record type should, such as A, CNAME or TXT",
)
IMAGE_PROBLEMS = (
    "images.yaml:3: 'gcr.io/Kubeflow/a:1' is no image reference: a repository's name is in lower case",
    "images.yaml:3: 'https://quay.io/a:1' is no image reference: 'https:' is no registry's name",
    "images.yaml:5: 'a//b:2' is no image reference: 'a//b' is no repository's name",
)
FULL = "failed to register layer: write /usr/lib/libtorch.so: no space left on device"


@pytest.fixture(autouse=True)
def own_folders(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in ("DOCKER_HOST", "LAB_NAME", "LAB_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(DATA / "bad")


@pytest.fixture
def see(capsys, tmp_path):
    """Run the command line; return exit code and the lines of stderr, having seen that nothing else came of it."""

    def run(*argv: str) -> tuple[int, list[str]]:
        with pytest.raises(SystemExit) as ended:
            main(argv)
        said = capsys.readouterr()
        assert said.out == ""
        assert [
            file for name in ("state", "cache") for file in (tmp_path / name).rglob("*") if file.is_file()
        ] == []
        return ended.value.code, said.err.splitlines()

    return run


def use(monkeypatch, *, answer=None, containers=None):
    host = fake_host(shell=FakeShell(answer) if answer else None, containers=containers)
    monkeypatch.setattr(wiring, "real_host", lambda: host)
    return host


@pytest.mark.parametrize(
    "file", sorted((DATA / "scenarios" / "bad").glob("*.yaml")), ids=lambda file: file.stem
)
@pytest.mark.parametrize("command", [("scenario", "validate"), ("run",), ("run", "--dry-run")], ids=" ".join)
def test_a_wrong_scenario_file_is_told_by_every_command(see, monkeypatch, command, file):
    monkeypatch.chdir(file.parent)
    expected = [f"lab: {line}" for line in file.with_suffix(".txt").read_text().splitlines()]

    assert see(*command, file.name) == (2, expected)


@pytest.mark.parametrize(
    ("argv", "lines"),
    [
        (["scenario", "validate", "nope.yaml"], ["nope.yaml: no such file"]),
        (["run", "nope.yaml"], ["nope.yaml: no such file"]),
        (["run", "."], [".: a folder, where a file is wanted"]),
        (["run", "sound.yaml", "--dry-run", "--only", "won"], ["unknown step 'won'; did you mean 'one'?"]),
        (["run", "sound.yaml", "--from", "last"], ["unknown step 'last'; known: one"]),
        (["scenario", "validate", "zone.yaml"], ZONE_PROBLEMS),
        (["run", "zone.yaml", "--dry-run"], ZONE_PROBLEMS),
        (["scenario", "validate", "needs-zone.yaml"], ZONE_PROBLEMS),
        (["run", "needs-zone.yaml", "--dry-run"], ZONE_PROBLEMS),
        (["run", "needs-zone.yaml"], ZONE_PROBLEMS),
        (["scenario", "validate", "images.yaml"], IMAGE_PROBLEMS),
        (["run", "images.yaml", "--dry-run"], IMAGE_PROBLEMS),
        (["run", "images.yaml"], IMAGE_PROBLEMS),
        (["up", "--config", "nope.yaml"], ["nope.yaml: no such file"]),
        (["up", "--config", "."], [".: a folder, where a file is wanted"]),
        (
            ["up", "--config", "text.yaml"],
            [f"text.yaml:1:1: 'just some text', where a mapping is wanted: {KEYS}"],
        ),
        (
            ["status", "--config", "syntax.yaml"],
            [
                "syntax.yaml:2:1: not YAML: while parsing a flow node expected the node content, but found '<stream end>'"
            ],
        ),
        (
            ["up", "--config", "keys.yaml"],
            [
                "keys.yaml:1:1: unknown key 'subnett'; did you mean 'subnet'?",
                f"keys.yaml:2:1: 'Bad Name': {NAME}",
                "keys.yaml:3:1: refusal: 'maybe' does not fit; wanted: ^(reject|drop)$",
                "keys.yaml:4:1: static: a list, where a path is wanted",
                "keys.yaml:5:1: site_address: '10.1' is no IPv4 address; write it like 10.142.18.191",
            ],
        ),
        (
            ["up", "--config", "address.yaml"],
            [
                "address.yaml:1:1: subnet: '10.142.23.7/24' is an address within a network; did you mean '10.142.23.0/24'?"
            ],
        ),
        (
            ["up", "--config", "small.yaml"],
            ["small.yaml:1:1: subnet 10.142.23.0/29 is too small: a lab needs /28 or larger"],
        ),
        (
            ["up", "--subnet", "10.142.23.0/30"],
            ["command line: subnet 10.142.23.0/30 is too small: a lab needs /28 or larger"],
        ),
        (
            ["up", "--subnet", "ten"],
            ["command line: subnet: 'ten' is no IPv4 network; write it like 10.142.18.0/24"],
        ),
        (["down", "--name", "../lab"], [f"command line: '../lab': {NAME}"]),
        (["egress", "--name", ""], [f"command line: '': {NAME}"]),
        (["report", "."], [".: no run folder, it has no events.jsonl; `lab run` says where its own is"]),
        (
            ["report", "nope"],
            ["nope: no run folder, it has no events.jsonl; `lab run` says where its own is"],
        ),
        (
            ["up", "--static", "nope"],
            ["{here}/nope: no folder; --static wants the folder that the site serves"],
        ),
        (
            ["up", "--static", "db.bad"],
            ["{here}/db.bad: no folder; --static wants the folder that the site serves"],
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) and len(value) < 5 else "",
)
def test_what_a_user_wrote_wrong_is_told_with_its_place(see, monkeypatch, argv, lines):
    use(monkeypatch)

    assert see(*argv) == (2, [f"lab: {line.format(here=Path.cwd())}" for line in lines])


def test_the_sound_twin_is_none_of_these(capsys):
    main_ended = pytest.raises(SystemExit)
    with main_ended as ended:
        main(["scenario", "validate", "sound.yaml"])

    assert (ended.value.code, capsys.readouterr().out) == (0, "sound.yaml: sound: 1 steps\n")


def test_a_zone_with_a_bad_record_is_told_before_anything_runs(see, monkeypatch):
    stands = FakeContainers()
    stands.networks["lab"] = (None, {})
    host = use(monkeypatch, containers=stands)

    assert see("run", "zone.yaml") == (2, [f"lab: {line}" for line in ZONE_PROBLEMS])
    assert (host.containers.execs, host.shell.ran) == ([], [])


@pytest.mark.parametrize(
    "argv",
    [("run", "sound.yaml"), ("egress",), ("kubectl", "get", "pods"), ("shell",), ("images", "push", "a/b:1")],
)
def test_without_a_lab_nothing_can_be_done_in_it(see, monkeypatch, argv):
    use(monkeypatch)

    assert see(*argv) == (3, ["lab: no lab named 'lab' stands here; `lab up` brings one up"])


def test_a_folder_without_a_file_is_nothing_to_serve(see, monkeypatch, tmp_path):
    use(monkeypatch)
    (tmp_path / "empty" / "folder").mkdir(parents=True)

    assert see("up", "--static", str(tmp_path / "empty")) == (
        2,
        [f"lab: {tmp_path}/empty: a folder without a file; --static wants what the site serves"],
    )


def test_a_taken_subnet_names_its_owner_and_the_setting(see, monkeypatch):
    engine = FakeContainers()
    taken = NetworkSpec("office", IPv4Network("10.142.0.0/16"), gateway=None, bridge="", record="")
    engine.networks["office"] = (taken, {})
    use(monkeypatch, containers=engine)

    assert see("up") == (
        3,
        [
            "lab: subnet 10.142.18.0/24 is taken by the network 'office' (10.142.0.0/16); choose another with --subnet or `subnet:` in lab.yaml"
        ],
    )
    assert (engine.containers, list(engine.networks)) == ({}, ["office"])


def test_a_network_that_is_not_ours_is_left_alone(see, monkeypatch):
    engine = FakeContainers()
    engine.networks["lab"] = (NetworkSpec("lab", IPv4Network("10.1.0.0/16"), None, "", ""), {})
    use(monkeypatch, containers=engine)

    assert see("up") == (3, ["lab: the network 'lab' is there and is not a lab's; choose another --name"])


@pytest.mark.parametrize("gone", ["docker", "kind"])
def test_a_program_that_is_not_there_is_told_before_anything_is_made(see, monkeypatch, gone):
    def answer(argv):
        if argv[0] == gone:
            raise ToolMissing(f"{gone}: not found on PATH; `lab doctor` says how to get it")
        return completed()

    host = use(monkeypatch, answer=answer)

    assert see("up") == (3, [f"lab: {gone}: not found on PATH; `lab doctor` says how to get it"])
    assert host.containers.networks == {}


@pytest.mark.parametrize(
    "argv", [("run", "sound.yaml"), ("status",), ("down",), ("egress",), ("images", "push", "a:1")]
)
def test_an_engine_that_is_not_there_is_told_with_its_address(see, monkeypatch, argv):
    def refuse(**_):
        raise docker.errors.DockerException("x") from OSError(errno.ENOENT, os.strerror(errno.ENOENT))

    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere.sock")
    monkeypatch.setattr(docker, "from_env", refuse)

    assert see(*argv) == (
        3,
        [
            "lab: no container engine answers at unix:///nowhere.sock (No such file or directory); `lab doctor` says why"
        ],
    )


def halved(file: Path) -> Path:
    content = file.read_bytes()
    file.write_bytes(content[: len(content.rstrip(b"\0")) // 2])
    return file


CONFIG_OF_OTHER = CONFIG.replace(b"amd64", b"s390x")


def other(form, file: Path) -> Path:
    return write_tar(file, form(CONFIG_OF_OTHER))


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda file: file, "{file}: no such file"),
        (
            lambda file: file.mkdir(),
            "{file}: a folder, where an image archive is wanted; `tar -cf FILE.tar -C {file} .` makes one of an OCI layout",
        ),
        (
            lambda file: file.write_bytes(b""),
            "{file}: is no image archive (tar, or tar with gzip, bzip2, xz or zstd)",
        ),
        (
            lambda file: file.write_bytes(b"PK" * 9000),
            "{file}: is no image archive (tar, or tar with gzip, bzip2, xz or zstd)",
        ),
        (
            lambda file: halved(write_tar(file, oci(layers=(b"x" * 20000,)))),
            "{file}: ends too early or is damaged; copy it again",
        ),
        (
            lambda file: halved(write_tar(file, oci(layers=(os.urandom(20000),)), mode="w:xz")),
            "{file}: ends too early or is damaged; copy it again",
        ),
        (
            lambda file: other(oci, file),
            "{file}: index.json, entry 1 (docker.io/me/it:1): is for linux/s390x, but this host is linux/{here}",
        ),
        (
            lambda file: other(saved, file),
            "{file}: manifest.json, entry 1 (me/it:1): is for linux/s390x, but this host is linux/{here}",
        ),
        (
            lambda file: write_tar(file, {"readme.json": b"{}"}),
            "{file}: holds no image (neither index.json nor manifest.json)",
        ),
    ],
    ids=["missing", "folder", "empty", "zip", "cut", "cut xz", "other oci", "other saved", "no image"],
)
def test_an_archive_that_cannot_be_taken_leaves_nothing(see, monkeypatch, tmp_path, make, said):
    monkeypatch.setattr("lab.builds.layout.platform.machine", lambda: "x86_64")
    make(tmp_path / "a.tar")

    assert see("images", "load", str(tmp_path / "a.tar")) == (
        3,
        ["lab: " + said.format(file=tmp_path / "a.tar", here="amd64")],
    )


def test_a_disk_that_fills_up_while_images_are_built_is_named(capsys, monkeypatch, tmp_path):
    definition = {
        "target": {"seal": {"dockerfile": "images/seal/Dockerfile", "tags": ["airgap-lab/seal:latest"]}}
    }

    def answer(argv):
        if "--print" in argv:
            return completed(json.dumps(definition))
        if "--load" in argv:
            return completed(stderr=FULL, exit_code=1, argv=argv)
        return completed()

    host = use(monkeypatch, answer=answer)
    with pytest.raises(SystemExit) as ended:
        main(["up", "--node-image", "kindest/node:v1"])

    said = capsys.readouterr()
    assert (ended.value.code, said.out) == (3, "")
    assert said.err.splitlines() == [
        "building helm",
        "building seal",
        "lab: the disk is full; `docker system df` says who has it, `docker builder prune` frees what builds left",
    ]
    assert (host.containers.containers, host.containers.networks) == ({}, {})
    assert not (tmp_path / "state" / "airgap-lab" / "lab").exists()


def test_a_node_image_that_nobody_has_is_told_with_a_way_out(see, monkeypatch):
    said = "Error response from daemon: lookup registry.test: no such host"

    def answer(argv):
        pulls = argv[1] in {"image", "pull"}
        return completed(stderr=f"more\n{said}", exit_code=1, argv=argv) if pulls else completed()

    use(monkeypatch, answer=answer)

    assert see("up", "--node-image", "registry.test/node:1") == (
        3,
        [
            f"lab: node image registry.test/node:1 is not here and cannot be pulled ({said}); an archive of it will do"
        ],
    )


@pytest.mark.parametrize(
    ("make", "code", "said"),
    [
        (lambda file: file, 2, "node image {file}: no such file"),
        (lambda file: file.mkdir(), 2, "node image {file}: a folder, where an archive is wanted"),
        (
            lambda file: halved(write_tar(file, oci(CONFIG_OF_OTHER, (b"x" * 20000,)))),
            3,
            "{file}: ends too early or is damaged; copy it again",
        ),
        (
            lambda file: write_tar(file, oci(CONFIG_OF_OTHER)),
            3,
            "node image {file}: is for linux/s390x, but this host is linux/amd64",
        ),
        (
            lambda file: write_tar(file, oci(CONFIG_OF_OTHER.replace(b"linux", b"windows"))),
            3,
            "node image {file}: is for windows/s390x, but this host is linux/amd64",
        ),
        (
            lambda file: write_tar(file, {"a": b"b"}),
            3,
            "node image {file}: holds no image; `docker save` makes what is wanted",
        ),
    ],
    ids=["missing", "folder", "cut", "other", "windows", "no image"],
)
def test_a_node_image_archive_that_will_not_do_is_never_loaded(  # noqa: PLR0917
    see, monkeypatch, tmp_path, make, code, said
):
    monkeypatch.setattr("lab.builds.layout.platform.machine", lambda: "x86_64")
    host = use(monkeypatch)
    make(tmp_path / "node.tar")

    assert see("up", "--node-image", str(tmp_path / "node.tar")) == (
        code,
        ["lab: " + said.format(file=tmp_path / "node.tar")],
    )
    assert [argv for argv in host.shell.ran if "load" in argv] == []


def test_a_node_image_archive_that_will_do_is_loaded(tmp_path, monkeypatch):
    monkeypatch.setattr("lab.builds.layout.platform.machine", lambda: "x86_64")
    shell = FakeShell(lambda _: completed("Loaded image: kindest/node:v1\n"))

    assert given.load(shell, write_tar(tmp_path / "node.tar", saved())) == "kindest/node:v1"
    assert given.load(shell, write_tar(tmp_path / "node.tar", oci())) == "kindest/node:v1"


@pytest.mark.parametrize("argv", [("up",), ("run", "sound.yaml")])
def test_a_state_folder_that_cannot_be_written_is_named(capsys, monkeypatch, tmp_path, argv):
    stands = FakeContainers()
    stands.networks.update({"lab": (None, {})} if argv[0] == "run" else {})
    use(monkeypatch, containers=stands)
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "file"))

    with pytest.raises(SystemExit) as ended:
        main(argv)

    said = capsys.readouterr()
    assert (ended.value.code, said.out, len(said.err.splitlines())) == (3, "", 1)
    assert f"{tmp_path}/file/airgap-lab/lab" in said.err
    assert "XDG_STATE_HOME says where the lab keeps its state" in said.err


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES])
def test_what_a_disk_refuses_is_no_bug(capsys, monkeypatch, number):
    def refuse(*_, **__):
        raise OSError(number, os.strerror(number), "/some/file")

    monkeypatch.setattr(wiring, "wired", refuse)
    with pytest.raises(SystemExit) as ended:
        main(["status"])

    assert ended.value.code == 3
    assert capsys.readouterr().err == f"lab: /some/file: {os.strerror(number)}\n"


def test_what_is_a_bug_is_called_one(capsys, monkeypatch):
    def slip(*_, **__):
        raise OSError(errno.EBADF, os.strerror(errno.EBADF))

    monkeypatch.setattr(wiring, "wired", slip)
    with pytest.raises(SystemExit) as ended:
        main(["status"])

    assert ended.value.code == 70
    assert capsys.readouterr().err.endswith(
        "lab: this is a bug of the lab's; please report the lines above\n"
    )


def test_an_unknown_part_is_told_with_those_there_are(capsys, monkeypatch):
    stands = FakeContainers()
    stands.networks["lab"] = (None, {})
    use(monkeypatch, containers=stands)
    with pytest.raises(SystemExit) as ended:
        main(["logs", "dnss"])

    assert ended.value.code == 2
    assert "'dnss' is no part of the lab; parts: seal, site, dns" in " ".join(capsys.readouterr().err.split())


def test_json_stays_json_off_a_terminal(capsys, monkeypatch):
    use(monkeypatch)
    with pytest.raises(SystemExit) as ended:
        main(["status", "--json"])

    assert ended.value.code == 1
    assert json.loads(capsys.readouterr().out)[0] == {
        "part": "gatekeeper",
        "ready": False,
        "problem": "the container is not there",
    }


def test_ctrl_c_is_answered_in_one_line(capsys, monkeypatch):
    def interrupt(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(wiring, "wired", interrupt)
    with pytest.raises(SystemExit) as ended:
        main(["status"])

    assert (ended.value.code, capsys.readouterr().err) == (130, "lab: interrupted\n")
