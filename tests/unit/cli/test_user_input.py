"""Each option and file of the user's, given something bad: one message that says what to do, and no traceback."""

from __future__ import annotations

import os

import pytest

from lab.journal import JsonLinesJournal
from lab.spec.config import LabConfig
from lab.spec.plan import plan
from tests.fakes import FakeContainers
from tests.unit.story import EVENTS

SCENARIO = 'name: {name}\nsteps:\n  - name: one\n    run: "true"\n'
LAB = plan(LabConfig())
NO_SITE = "which no site can have; choose one in 10.0.0.0/8, say"
TIME = "write it like 2026-01-31 or 2026-01-31T13:01:15 (UTC)"
NO_RUN = "no run folder, it has no events.jsonl; `lab run` says where its own is"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder with one bad thing of each kind."""
    here = tmp_path / "here"
    (here / "folder").mkdir(parents=True)
    (here / "run").mkdir()
    monkeypatch.chdir(here)
    (here / "sound.yaml").write_text(SCENARIO.format(name="sound"))
    (here / "latin.md").write_bytes(b"a\nb\xff\n")
    (here / "binary").write_bytes(bytes(range(256)))
    (here / "empty").write_bytes(b"")
    (here / "wide.md").write_bytes("a".encode("utf-16"))
    (here / "loop").symlink_to("loop")
    (here / "gone").symlink_to("nowhere")
    (here / "kit.tar.xz").write_bytes(b"\xfd7zXZ\x00")
    (here / "run" / "events.jsonl").write_text("{}\n\n")
    (here / "not.yaml").write_text("a: [\n")
    (here / "text.yaml").write_text("words\n")
    (here / "list.yaml").write_text("- name: lab\n")
    return here


BAD = [
    (["run"], 2, "Missing argument 'files'"),
    (["run", "nope.yaml"], 2, "nope.yaml: no such file"),
    (["run", "folder"], 2, "folder: a folder, where a file is wanted"),
    (["run", "loop"], 2, "loop: cannot be read: Too many levels of symbolic links"),
    (["run", "gone"], 2, "gone: no such file"),
    (["run", "sound.yaml/x"], 2, "sound.yaml/x: cannot be read: Not a directory"),
    (["run", "a" * 300], 2, f"{'a' * 300}: cannot be read: File name too long"),
    (["run", "latin.md"], 2, "latin.md:2:2: the byte 0xff is not UTF-8; save the file as UTF-8"),
    (["run", "wide.md"], 2, "wide.md:1:1: the byte 0xff is not UTF-8; save the file as UTF-8"),
    (["run", "binary"], 2, "is not UTF-8; save the file as UTF-8"),
    (["run", "empty"], 2, "empty:1:1: the file is empty"),
    (["run", "not.yaml"], 2, "not.yaml:2:1: not YAML: "),
    (["run", "sound.yaml", "--document", "nope.md"], 2, "nope.md: no such file"),
    (["run", "sound.yaml", "--document", "folder"], 2, "folder: a folder, where a file is wanted"),
    (["run", "sound.yaml", "--document", "loop"], 2, "loop: cannot be read: Too many levels of symbolic links"),
    (["run", "sound.yaml", "--document", "latin.md"], 2, "latin.md:2:2: the byte 0xff is not UTF-8; save the file as UTF-8"),
    (["run", "sound.yaml", "--dry-run", "--document", "latin.md"], 2, "latin.md:2:2: the byte 0xff is not UTF-8; save the file as UTF-8"),
    (["run", "sound.yaml", "--archive", "nope.tar.xz"], 2, "nope.tar.xz: no such file; --archive wants an image archive"),
    (["run", "sound.yaml", "--archive", "gone"], 2, "gone: no such file; --archive wants an image archive"),
    (["run", "sound.yaml", "--archive", "loop"], 2, "loop: no such file; --archive wants an image archive"),
    (["run", "sound.yaml", "--archive", "folder"], 2, "folder: a folder; --archive wants an image archive"),
    (["run", "sound.yaml", "--dry-run", "--archive", "folder"], 2, "folder: a folder; --archive wants an image archive"),
    (["run", "sound.yaml", "--archive", "kit.tar.xz"], 2, "kit.tar.xz: no scenario here needs an archive (`needs: archives:`); leave --archive out"),
    (["run", "sound.yaml", "--only", "two"], 2, "unknown step 'two'; known: one"),
    (["run", "sound.yaml", "--only", ""], 2, "unknown step ''; known: one"),
    (["run", "sound.yaml", "--from", "on"], 2, "unknown step 'on'; did you mean 'one'?"),
    (["run", "sound.yaml", "--only", "one", "--from", "one"], 2, "--only and --from: one step alone, or all from one on; take one of the two out"),
    (["run", "sound.yaml", "--documents", "x"], 2, "No such option: --documents"),
    (["egress", "--since", "yesterday"], 2, f"'yesterday' is no time; {TIME}"),
    (["egress", "--since", ""], 2, f"'' is no time; {TIME}"),
    (["egress", "--since", "2026-13-01"], 2, f"'2026-13-01' is no time; {TIME}"),
    (["egress", "--since", "13:01:15"], 2, f"'13:01:15' is no time; {TIME}"),
    (["egress", "--since", "2026-01-31 25:00"], 2, f"'2026-01-31 25:00' is no time; {TIME}"),
    (["egress", "--since", "31.1.2026"], 2, f"'31.1.2026' is no time; {TIME}"),
    (["egress", "--since"], 2, "Option '--since' requires an argument"),
    (["report", "nope"], 2, f"nope: {NO_RUN}"),
    (["report", "folder"], 2, f"folder: {NO_RUN}"),
    (["report", "sound.yaml"], 2, f"sound.yaml: {NO_RUN}"),
    (["report", "loop"], 2, f"loop: {NO_RUN}"),
    (["report", "run"], 2, "run/events.jsonl:1: not an event of a run: "),
    (["scenario", "validate", "loop"], 2, "loop: cannot be read: Too many levels of symbolic links"),
    (["scenario", "coverage", "sound.yaml"], 2, "Missing option '--document'"),
    (["scenario", "coverage", "sound.yaml", "--document", "nope.md"], 2, "nope.md: no such file"),
    (["scenario", "coverage", "sound.yaml", "--document", "wide.md"], 2, "wide.md:1:1: the byte 0xff is not UTF-8; save the file as UTF-8"),
    (["scenario", "coverage", "loop", "--document", "sound.yaml"], 2, "loop: cannot be read: Too many levels of symbolic links"),
    (["images", "load", "nope.tar"], 3, "nope.tar: no such file"),
    (["images", "load", "folder"], 3, "folder: a folder, where an image archive is wanted"),
    (["images", "load"], 2, "Missing argument 'archive'"),
    (["up", "--static", ""], 2, "command line: static is empty; write a path, or leave it out"),
    (["up", "--static", "nope"], 2, "{here}/nope: no folder; --static wants the folder that the site serves"),
    (["up", "--static", "sound.yaml"], 2, "{here}/sound.yaml: no folder; --static wants the folder that the site serves"),
    (["up", "--static", "loop"], 2, "{here}/loop: no folder; --static wants the folder that the site serves"),
    (["up", "--static", "folder"], 2, "{here}/folder: a folder without a file; --static wants what the site serves"),
    (["up", "--node-image", " "], 2, "command line: node_image is empty; write a path, or leave it out"),
    (["up", "--node-image", "nope.tar"], 2, "node image {here}/nope.tar: no such file"),
    (["up", "--node-image", "./folder"], 2, "node image {here}/folder: a folder, where an archive is wanted"),
    (["up", "--node-image", "kind est/node"], 3, "'kind est/node' is no image reference: 'kind est/node' is no repository's name"),
    (["up", "--node-image", "kindest/Node:v1"], 3, "'kindest/Node:v1' is no image reference: a repository's name is in lower case"),
    (["up", "--subnet", ""], 2, "command line: subnet: '' is no IPv4 network; write it like 10.142.18.0/24"),
    (["up", "--subnet", "2001:db8::/64"], 2, "command line: subnet: '2001:db8::/64' is no IPv4 network; write it like 10.142.18.0/24"),
    (["up", "--subnet", "127.0.0.0/24"], 2, f"command line: subnet 127.0.0.0/24 overlaps 127.0.0.0/8, {NO_SITE}"),
    (["up", "--subnet", "169.254.0.0/16"], 2, f"command line: subnet 169.254.0.0/16 overlaps 169.254.0.0/16, {NO_SITE}"),
    (["up", "--subnet", "224.0.1.0/24"], 2, f"command line: subnet 224.0.1.0/24 overlaps 224.0.0.0/3, {NO_SITE}"),
    (["up", "--subnet", "255.255.255.0/24"], 2, f"command line: subnet 255.255.255.0/24 overlaps 224.0.0.0/3, {NO_SITE}"),
    (["up", "--subnet", "0.0.0.0/0"], 2, f"command line: subnet 0.0.0.0/0 overlaps 0.0.0.0/8, {NO_SITE}"),
    (["up", "--config", "nope.yaml"], 2, "nope.yaml: no such file"),
    (["up", "--config", "loop"], 2, "loop: cannot be read: Too many levels of symbolic links"),
    (["up", "--config", "latin.md"], 2, "latin.md:2:2: the byte 0xff is not UTF-8; save the file as UTF-8"),
    (["up", "--config", "text.yaml"], 2, "text.yaml:1:1: 'words', where a mapping is wanted: "),
    (["up", "--config", "list.yaml"], 2, "list.yaml:1:1: a list, where a mapping is wanted: "),
    (["up", "--config", "sound.yaml"], 2, "sound.yaml:2:1: unknown key 'steps'"),
    (["logs", "nodns"], 2, "'nodns' is no part of the lab"),
    (["logs", ""], 2, "'' is no part of the lab"),
    (["logs"], 2, "Missing argument 'part'"),
    (["status", "--name", "a b"], 2, "command line: 'a b': a lab's name is a lower-case letter"),
    (["doctor", "--subnet", "ten"], 2, "command line: subnet: 'ten' is no IPv4 network; write it like 10.142.18.0/24"),
    (["no-such-command"], 2, "No such command 'no-such-command'"),
]  # fmt: skip

CHOICES = [
    ("static: ''", "static is empty; write a path, or leave it out"),
    ("static: nope", "{here}/nope: no folder; --static wants the folder that the site serves"),
    ("static: [a]", "static: a list, where a path is wanted"),
    ("node_image: ''", "node_image is empty; write a path, or leave it out"),
    ("node_image: nope.tar.xz", "node image {here}/nope.tar.xz: no such file"),
    ("node_image: {a: b}", "node_image: a mapping, where text is wanted"),
    ("pod_subnet: 127.0.0.0/16", f"pod_subnet 127.0.0.0/16 overlaps 127.0.0.0/8, {NO_SITE}"),
    ("service_subnet: 240.0.0.0/16", f"service_subnet 240.0.0.0/16 overlaps 224.0.0.0/3, {NO_SITE}"),
    ("mirrors: quay.io", "mirrors: 'quay.io', where a list is wanted"),
    ("mirrors: [[quay.io]]", "a list, where text is wanted"),
    ("mirrors: [quay.io, quay.io]", "mirrors: 'quay.io' is there twice; take one of them out"),
    ("site_address: ten", "site_address: 'ten' is no IPv4 address; write it like 10.142.18.191"),
    ("name: lab\nname: lab", "name"),
    ("refusal: maybe", "refusal: 'maybe' does not fit"),
    ("subnets: 10.0.0.0/24", "unknown key 'subnets'; did you mean 'subnet'?"),
]


@pytest.fixture
def see(lab, containers: FakeContainers, shell, folder, monkeypatch):
    monkeypatch.setattr("lab.nodeimage.helm.ensure", lambda *_, **__: None)

    def run(*argv: str) -> tuple[int, str]:
        if argv[0] in {"egress", "logs"}:
            containers.ensure_network(LAB.network, LAB.labels)
        before = sorted(folder.rglob("*"))
        ended = lab(*argv)
        assert "Traceback" not in ended.err
        assert "a bug of the lab's" not in ended.err
        assert ended.out == ""
        assert sorted(folder.rglob("*")) == before
        assert containers.containers == {}
        assert [argv for argv in shell.ran if argv[:2] in (["docker", "load"], ["docker", "pull"])] == []
        return ended.code, " ".join(ended.err.split())

    return run


def test_the_tables_are_large_enough():
    assert len(BAD) + len(CHOICES) >= 60


@pytest.mark.parametrize(("argv", "code", "said"), BAD, ids=[" ".join(argv)[:60] for argv, *_ in BAD])
def test_a_bad_word_of_the_command_line_is_told(see, folder, argv, code, said):
    ended, err = see(*argv)

    assert ended == code
    assert said.format(here=folder) in err
    assert len(err) < 700


@pytest.mark.parametrize(("written", "said"), CHOICES)
def test_a_bad_choice_is_told(see, folder, written, said):
    (folder / "lab.yaml").write_text(f"{written}\n")

    code, err = see("up", "--config", "lab.yaml")

    assert code == 2
    assert said.format(here=folder) in err
    assert err.count("lab: ") == 1


@pytest.mark.parametrize("name", ["usage.jsonl", "images.json", "egress.json", "lab.json", "before.json"])
@pytest.mark.parametrize("content", [b"\xff\xfe", b"{", b"[1]\n", b"null\n"])
def test_a_damaged_file_of_a_run_is_named_or_left_out(lab, tmp_path, name, content):
    run = tmp_path / "damaged"
    with JsonLinesJournal(run / "events.jsonl") as journal:
        for event in EVENTS:
            journal.record(event)
    (run / name).write_bytes(content)

    ended = lab("report", str(run))

    assert "Traceback" not in ended.err
    assert (ended.code == 0 and ended.err == "") or (ended.code == 2 and f"{run}/{name}" in ended.err)


def test_their_sound_twins_are_taken(lab, folder, containers):
    (folder / "needs.yaml").write_text(
        SCENARIO.format(name="needs") + "needs: {archives: {kit.tar.xz: [a:1]}}\n"
    )
    containers.ensure_network(LAB.network, LAB.labels)
    containers.ensure(LAB.seal, LAB.network, LAB.labels)  # through which the ledger is read
    (folder / "guide.md").write_text("```\n$ true\n```\n")
    os.chdir(folder)

    for argv in (
        ["run", "sound.yaml", "--dry-run", "--document", "guide.md"],
        ["run", "needs.yaml", "--dry-run", "--archive", "kit.tar.xz"],
        ["run", "sound.yaml", "--dry-run", "--only", "one"],
        ["run", "sound.yaml", "--dry-run", "--from", "one"],
        ["egress", "--since", "2026-01-31"],
        ["egress", "--since", "2026-01-31T13:01:15"],
        ["egress", "--since", "2026-01-31 13:01:15+01:00"],
        ["scenario", "validate", "sound.yaml", "needs.yaml"],
    ):
        ended = lab(*argv)
        assert (ended.code, ended.err) == (0, ""), argv
