"""The report for people: one HTML file, complete in itself, which asks nothing of a network. Pure.

What it shows of a step is in `lab.report.views`; the templates only arrange. Everything that tools and files
said goes through `plain` and is escaped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count

from jinja2 import Environment, PackageLoader, StrictUndefined

from lab.events import Event
from lab.ledger import Ledger
from lab.report import usage
from lab.report.before import Before
from lab.report.curves import Curve
from lab.report.digest import Played, Run, digest
from lab.report.drawing import drawing
from lab.report.labfacts import LabFacts
from lab.report.overview import chapters, slips
from lab.report.plain import plain, seconds
from lab.report.traffic import Traffic
from lab.report.usage import Sample
from lab.report.views import Sources, scenario_view
from lab.spec.blocks import document_lines
from lab.verdict import Verdict


def as_html(
    events: Iterable[Event],
    *,
    ledger: Ledger | None = None,
    facts: LabFacts | None = None,
    document: str | None = None,
    samples: Sequence[Sample] = (),
    traffic: Traffic | None = None,
    before: Before | None = None,
    files: Mapping[str, bytes] | None = None,
) -> str:
    """Return the page. Without *document*, its text, steps have its line numbers only.

    *files* are those of the run's folder that steps brought along, by their names in the events.
    """
    run = digest(events)
    before = before or Before()
    lines = document_lines(document) if document is not None else []
    numbers = count(1)
    sources = Sources(lines, before, files or {})
    views = [scenario_view(played, sources, numbers) for played in run.scenarios]
    books = [view for view in views if view.played.started.chapters]
    scenarios = [view for view in views if view not in books]
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            run=run,
            title=_title(run),
            state=_state(run),
            when=_when(run.started),
            counts=_counts(run),
            books=books,
            chapters=list(chapters(run, scenarios, before)) if len(scenarios) > 1 else [],
            scenarios=scenarios,
            slips=list(slips(run, lines)),
            wrong=[step for one in scenarios for step in one.steps if step.is_wrong],
            facts=facts,
            drawing=drawing(facts, pulled=_pulled(traffic)) if facts else None,
            ledger=ledger,
            traffic=traffic,
            peak=usage.peak(samples),
            resources=_resources(run, samples, facts),
        )
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("lab.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: plain(value) if type(value) is str else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["seconds"] = seconds
    environment.filters["spans"] = _spans
    environment.filters["clock"] = lambda at: at.astimezone(UTC).strftime("%H:%M:%S")
    environment.filters["megabytes"] = lambda size: (
        f"{size / 1e6:.1f} MB" if size < 1e9 else f"{size / 1e9:.2f} GB"
    )
    environment.filters["gibibytes"] = lambda size: f"{size / usage.GIB:.2f} GiB"
    return environment


def _spans(text: str) -> list[str]:
    """Take `text` in backquotes out: every second piece is code."""
    pieces = text.split("`")
    return pieces if len(pieces) % 2 else [text]


def _title(run: Run) -> str:
    whole = [played for played in run.scenarios if played.started.chapters] or run.scenarios
    names = [played.started.scenario for played in whole]
    if len(names) == 1:
        return f"{names[0]} {'held' if run.held else 'did not hold'}"
    held = sum(played.held for played in run.scenarios)
    return f"{held} of {len(names)} scenarios held" if names else "No scenario was played"


def _state(run: Run) -> str:
    if run.interrupted:
        return "The run was interrupted."
    return "" if run.complete else "The run was cut off: its journal ends in the middle."


def _when(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%-d %B %Y, %H:%M} UTC" if at else ""


def _counts(run: Run) -> list[tuple[Verdict, int]]:
    counts = [(verdict, sum(played.counts[verdict] for played in run.scenarios)) for verdict in Verdict]
    return [(verdict, number) for verdict, number in counts if number]


def _resources(run: Run, samples: Sequence[Sample], facts: LabFacts | None) -> list[Curve]:
    if not samples or run.started is None:
        return []
    nodes = [node.name for node in facts.nodes] if facts else []
    begins = [played.started.at for played in _stories(run)]
    return list(usage.curves(samples, nodes=nodes, begun=run.started, marks=begins[1:]))


def _pulled(traffic: Traffic | None) -> Counter[str]:
    pulls = traffic.pulls if traffic else ()
    return Counter(pull.who.removeprefix("node ") for pull in pulls if pull.who.startswith("node "))


def _stories(run: Run) -> list[Played]:
    return [played for played in run.scenarios if not played.started.chapters]
