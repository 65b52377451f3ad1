"""JSON and JUnit are whole, valid, and say the same as the journal."""

from __future__ import annotations

import json
from xml.etree import ElementTree as ET

from lab.report.machine import as_json, as_junit
from lab.report.usage import Part, Sample
from tests.unit.story import BOOK, EVENTS, at


def parsed(text):
    return ET.fromstring(text)  # noqa: S314 - our own


def test_json_has_the_run_and_every_step():
    run = json.loads(as_json(EVENTS))

    assert {key: run[key] for key in ("format", "lab", "held", "complete", "interrupted", "seconds")} == {
        "format": 1,
        "lab": "lab",
        "held": False,
        "complete": True,
        "interrupted": False,
        "seconds": 833.0,
    }
    assert [one["held"] for one in run["scenarios"]] == [False, True]
    log = next(step for step in run["scenarios"][0]["steps"] if step["step"].startswith("the log"))
    assert log["judgement"] == {"verdict": "failed", "reason": "the output does not match 'epoch'"}
    assert log["expect"] == {"outcome": "succeeds", "says": ["epoch"], "never-says": []}
    assert log["evidence"] == [{"title": "events", "text": "LAST SEEN\nBackOff"}]
    assert log["seconds"] == 750.0


def test_json_has_chapters_findings_and_the_peak():
    run = json.loads(as_json(BOOK, samples=[Sample(at(3), {"dns": Part(1.0, 77)})]))
    book, one, _ = run["scenarios"]

    assert (run["held"], run["peak_memory"]["bytes"], run["peak_memory"]["parts"]) == (True, 77, {"dns": 77})
    assert (book["chapters"], book["findings"]) == (
        ["one", "two"],
        [{"lines": ["2-9"], "text": "the `token` is <printed>"}],
    )
    assert (one["seconds"], one["cleanup_seconds"]) == (14.0, 4.0)


def test_what_was_not_sampled_has_no_peak():
    assert json.loads(as_json(EVENTS))["peak_memory"] is None


def test_junit_counts_and_says_why():
    root = parsed(as_junit(EVENTS))
    mnist, seal = root

    assert {key: mnist.get(key) for key in ("name", "tests", "failures", "errors", "skipped")} == {
        "name": "mnist",
        "tests": "7",
        "failures": "1",
        "errors": "1",
        "skipped": "1",
    }
    assert mnist.find("testcase/failure").get("message") == "the output does not match 'epoch'"
    assert mnist.find("testcase/error").get("message") == "no such container: lab-workstation"
    assert mnist.find("testcase/skipped").get("message") == "step 'the log' did not pass"
    assert seal.find("testcase").get("classname") == "seal.step"
    assert len(mnist.findall("testcase")) == int(mnist.get("tests"))


def test_junit_keeps_what_was_said_in_characters_that_xml_has():
    text = as_junit(EVENTS)
    said = parsed(text).find(".//failure/../system-out").text

    assert "\x1b" not in text
    assert said == "nothing\ufffd\ufffd of note ]]> \ud7ff\n-- events\nLAST SEEN\nBackOff"


def test_junit_names_the_lines_and_the_differences():
    cases = {case.get("name"): case for case in parsed(as_junit(EVENTS)).iter("testcase")}

    def properties(name):
        return {one.get("name"): one.get("value") for one in cases[name].iter("property")}

    assert properties("the kinds") == {"document": "573-577, 580", "action": "kubectl get crd"}
    assert properties("a wait")["added"] == "the document takes it for granted"
    assert properties("the log")["differs"] == "in the pod's name"


def test_a_run_that_was_cut_off_did_not_hold():
    cut = EVENTS[:-2]
    run = json.loads(as_json(cut))
    suite = parsed(as_junit(cut))[1]

    assert (run["held"], run["complete"]) == (False, False)
    assert suite.get("errors") == "1"
    assert suite.findall("testcase")[-1].find("error").get("message") == "the run was cut off here"
    assert len(suite.findall("testcase")) == int(suite.get("tests"))
