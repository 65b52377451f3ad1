"""`lab report` and `lab scenario coverage`, and what a run notes of its lab."""

from __future__ import annotations

import json

import pytest

from lab.cli import wiring
from lab.host import Host
from lab.journal import JsonLinesJournal
from lab.report.labfacts import as_json, parse
from lab.run.facts import facts_kept
from lab.run.finish import write_before
from lab.run.folder import RunFolder
from lab.spec.config import LabConfig
from lab.spec.plan import plan
from tests.fakes import completed
from tests.unit.report.test_labfacts import FACTS
from tests.unit.story import EVENTS

SCENARIO = """\
name: guide
covers: 1-4
steps:
  - name: kinds
    document: 2
    run: kubectl get crd
"""
GUIDE = "```\n# kubectl get crd\n{more}```\n"


@pytest.fixture
def folder(tmp_path):
    with JsonLinesJournal(tmp_path / "run" / "events.jsonl") as journal:
        for event in EVENTS:
            journal.record(event)
    return tmp_path / "run"


def test_the_reports_are_made_again(lab, folder):
    assert lab("report", str(folder)).code == 0
    assert sorted(path.name for path in folder.iterdir()) == [
        "events.jsonl",
        "junit.xml",
        "report.html",
        "report.json",
    ]
    assert "Wanted from outside" not in (folder / "report.html").read_text()


def test_with_what_else_the_folder_holds_and_the_document(lab, folder, tmp_path):
    (folder / "egress.json").write_text('{"entries": []}')
    (folder / "lab.json").write_text(as_json(FACTS))
    (tmp_path / "guide.md").write_text("\n".join(f"line {number} of it" for number in range(700)))

    assert lab("report", str(folder), "--document", str(tmp_path / "guide.md")).code == 0
    html = (folder / "report.html").read_text()
    for piece in ("Wanted from outside", "v1.34.1", "line 573 of it"):
        assert piece in html


@pytest.mark.parametrize("name", ["egress.json", "lab.json"])
def test_a_file_of_the_folder_that_is_spoilt_is_named(lab, folder, name):
    (folder / name).write_text("[]")

    ended = lab("report", str(folder))

    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert name in ended.err


def test_a_document_that_is_not_there_is_told_before_anything_is_done(lab, folder):
    ended = lab("report", str(folder), "--document", "nope.md")

    assert (ended.code, ended.err) == (2, "lab: nope.md: no such file\n")
    assert not (folder / "report.html").exists()


def test_coverage_that_is_whole_ends_with_0(lab, tmp_path):
    (tmp_path / "guide.yaml").write_text(SCENARIO)
    (tmp_path / "guide.md").write_text(GUIDE.format(more=""))

    ended = lab(
        "scenario", "coverage", str(tmp_path / "guide.yaml"), "--document", str(tmp_path / "guide.md")
    )

    assert (ended.code, ended.out.splitlines()[-1]) == (
        0,
        "1 of 1 lines covered, 0 left out with a reason, 0 not covered",
    )


def test_coverage_with_a_gap_ends_with_1(lab, tmp_path):
    (tmp_path / "guide.yaml").write_text(SCENARIO)
    (tmp_path / "guide.md").write_text(GUIDE.format(more="# date\n"))

    ended = lab(
        "scenario",
        "coverage",
        str(tmp_path / "guide.yaml"),
        "--document",
        str(tmp_path / "guide.md"),
        "--json",
    )

    assert (ended.code, json.loads(ended.out)["gaps"]) == (1, 1)


def test_coverage_of_nothing_is_none(lab, tmp_path):
    (tmp_path / "guide.yaml").write_text(SCENARIO)
    (tmp_path / "guide.md").write_text("# A guide without a block\n")

    ended = lab(
        "scenario", "coverage", str(tmp_path / "guide.yaml"), "--document", str(tmp_path / "guide.md")
    )

    assert (ended.code, ended.out) == (1, "no line of a code block is asked for\n")


def test_a_run_notes_its_lab_and_says_what_did_not_answer(host: Host, shell, capsys, tmp_path):
    shell.answer = lambda argv: completed("26.1.5\n")
    lab = wiring.wire(LabConfig(), host)

    with facts_kept(lab, RunFolder(tmp_path), wiring.say):
        pass

    facts = parse((tmp_path / "lab.json").read_text(), "lab.json")
    assert facts.versions["Container engine"] == "26.1.5"
    assert facts.fidelity == ()
    assert "lab: the report does not say all about the lab: " in capsys.readouterr().err


def test_a_folder_that_cannot_be_written_is_said_and_does_not_end_the_run(host, shell, capsys, tmp_path):
    with facts_kept(wiring.wire(LabConfig(), host), RunFolder(tmp_path / "nowhere"), wiring.say):
        pass

    assert "lab.json: cannot be written: No such file or directory" in capsys.readouterr().err


@pytest.fixture
def standing(containers):
    """A lab whose network and containers stand, and whose cluster does not answer."""
    topology = plan(LabConfig())
    containers.ensure_network(topology.network, topology.labels)
    for spec in topology.containers:
        containers.ensure(spec, topology.network, topology.labels)


def test_a_run_leaves_its_folder_whole(lab, standing, tmp_path):
    (tmp_path / "guide.yaml").write_text(SCENARIO)
    (tmp_path / "guide.md").write_text(GUIDE.format(more=""))

    ended = lab("run", str(tmp_path / "guide.yaml"), "--document", str(tmp_path / "guide.md"))

    (folder,) = (tmp_path / "state" / "airgap-lab" / "lab" / "runs").iterdir()
    assert (ended.code, ended.err.splitlines()[-1]) == (0, f"run folder: {folder}")
    assert sorted(path.name for path in folder.iterdir()) == [
        "before.json",
        "egress.json",
        "events.jsonl",
        "images.json",
        "junit.xml",
        "lab.json",
        "report.html",
        "report.json",
        "usage.jsonl",
    ]
    told = json.loads((folder / "report.json").read_text())
    assert told["peak_memory"]["parts"]["workstation"] == 2**20
    assert told["registry"]["pulls"] == []
    html = (folder / "report.html").read_text()
    for piece in ("guide held", "# kubectl get crd", "Nothing was wanted from outside.", "localnode-3"):
        assert piece in html


def test_earlier_runs_are_compared_with_and_broken_ones_are_not(tmp_path, folder):
    for name, text in (("b-torn", '{"event": "no'), ("c-other", '{"event": "unknown"}\n')):
        (tmp_path / name).mkdir()
        (tmp_path / name / "events.jsonl").write_text(text)
    now = tmp_path / "z-now"
    now.mkdir()

    before = write_before(RunFolder(now))

    assert before.of("mnist", "step", "a wait") == 75
    assert (now / "before.json").is_file()
