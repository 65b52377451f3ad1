"""The report for programs: JSON of our own shape, and JUnit for CI systems."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from lab import journal
from lab.events import FORMAT, Event, StepFinished
from lab.report import usage
from lab.report.digest import Played, digest
from lab.report.plain import plain
from lab.report.traffic import Traffic
from lab.report.traffic import as_json as as_traffic
from lab.report.usage import Sample
from lab.verdict import Verdict


def as_json(
    events: Iterable[Event], *, samples: Sequence[Sample] = (), traffic: Traffic | None = None
) -> str:
    """Return the run as one JSON object; steps have the fields of the journal's events."""
    run = digest(events)
    peak = usage.peak(samples)
    whole = {
        "format": FORMAT,
        "lab": run.lab,
        "held": run.held,
        "complete": run.complete,
        "interrupted": run.interrupted,
        "started": run.started.isoformat() if run.started else None,
        "seconds": round(run.seconds, 3),
        "peak_memory": {"bytes": peak.memory, "at": peak.at.isoformat(), "parts": peak.parts}
        if peak
        else None,
        "registry": json.loads(as_traffic(traffic)) if traffic else None,
        "scenarios": [_scenario(played) for played in run.scenarios],
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _scenario(played: Played) -> dict[str, Any]:
    return {
        "name": played.started.scenario,
        "summary": played.started.summary,
        "source": played.started.source,
        "document": played.started.document,
        "held": played.held,
        "seconds": round(played.seconds, 3),
        "cleanup_seconds": round(played.cleanup, 3),
        "chapters": played.started.chapters,
        "findings": [
            {"lines": [str(one) for one in finding.lines], "text": finding.text}
            for finding in played.started.findings
        ],
        "steps": [_step(step) for step in played.steps],
    }


def _step(step: StepFinished) -> dict[str, Any]:
    entry: dict[str, Any] = json.loads(journal.as_line(step))
    del entry["event"], entry["scenario"]
    return {**entry, "seconds": round(step.seconds, 3)}


def as_junit(events: Iterable[Event]) -> str:
    """Return JUnit XML: a suite for each scenario, a case for each step."""
    run = digest(events)
    root = ET.Element("testsuites", name=f"lab {run.lab}", time=f"{run.seconds:.3f}")
    for played in run.scenarios:
        root.append(_suite(played))
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _suite(played: Played) -> ET.Element:
    verdicts = [step.judgement.verdict for step in played.steps]
    suite = ET.Element(
        "testsuite",
        name=played.started.scenario,
        file=plain(played.started.source),
        tests=str(len(verdicts) + (played.finished is None)),
        failures=str(verdicts.count(Verdict.FAILED)),
        errors=str(verdicts.count(Verdict.ERRORED) + (played.finished is None)),
        skipped=str(verdicts.count(Verdict.SKIPPED)),
        time=f"{played.seconds:.3f}",
        timestamp=played.started.at.isoformat(timespec="seconds"),
    )
    suite.extend(_case(step) for step in played.steps)
    if played.finished is None:
        name = played.under_way.step if played.under_way else "the end of the scenario"
        case = ET.SubElement(suite, "testcase", name=plain(name), classname=played.started.scenario)
        ET.SubElement(case, "error", message="the run was cut off here")
    return suite


def _case(step: StepFinished) -> ET.Element:
    case = ET.Element(
        "testcase",
        name=plain(step.step),
        classname=f"{step.scenario}.{step.part}",
        time=f"{step.seconds:.3f}",
    )
    said = {
        "document": ", ".join(map(str, step.document)),
        "added": step.added,
        "differs": step.differs,
        "action": step.action,
    }
    properties = ET.SubElement(case, "properties")
    for name, value in said.items():
        if value:
            ET.SubElement(properties, "property", name=name, value=plain(value))
    reason = plain(step.judgement.reason)
    match step.judgement.verdict:
        case Verdict.FAILED:
            ET.SubElement(case, "failure", message=reason).text = plain(step.where)
        case Verdict.ERRORED:
            ET.SubElement(case, "error", message=reason).text = plain(step.where)
        case Verdict.SKIPPED:
            ET.SubElement(case, "skipped", message=reason)
        case Verdict.PASSED:
            pass
    output = [step.seen.detail] if step.seen and step.seen.detail else []
    output += [f"-- {piece.title}\n{piece.text}" for piece in step.evidence]
    if output:
        ET.SubElement(case, "system-out").text = plain("\n".join(output))
    return case
