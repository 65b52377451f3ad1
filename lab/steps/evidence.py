"""What is looked up when a step did not pass: enough to see why, bounded, and never a failure of its own."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lab.errors import LabError
from lab.events import Evidence
from lab.spec.actions import Apply, Connect, Fetch, Load, Observe, Resolve, Run, Wait, Wanted
from lab.spec.scenario import Step
from lab.steps import places
from lab.steps.advice import advice
from lab.steps.stage import Stage

MAX_CHARACTERS = 4_000
"""Of one piece; the end is kept, where the cause usually stands."""
MAX_PODS = 4
LOG_LINES = 40
EVENT_LINES = 20
CALL_SECONDS = 10.0
BUDGET_SECONDS = 45.0
"""For all of it: evidence that takes longer than the step did is no help."""

_SETTLED = frozenset({"Running", "Succeeded"})


def gather(step: Step, stage: Stage) -> tuple[Evidence, ...]:
    """Look up events, and describe and read the logs of the pods concerned. Raises no LabError."""
    look = _Look(stage)
    there = look.pods()
    pods = _concerned(step, there)
    pieces = [advice(there), look.events()]
    for namespace, name in pods:
        pod = ("-n", namespace, name)
        logs = ("kubectl", "logs", *pod, "--all-containers", f"--tail={LOG_LINES}")
        pieces += [
            look.piece(f"describe pod {namespace}/{name}", ("kubectl", "describe", "pod", *pod)),
            look.piece(f"logs of pod {namespace}/{name}", logs),
            look.piece(f"logs of pod {namespace}/{name}, before its restart", (*logs, "--previous"), _quiet),
        ]
    return tuple(piece for piece in pieces if piece is not None)


class _Look:
    """Calls with one common budget of time."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._end = stage.host.clock.monotonic() + BUDGET_SECONDS

    def call(self, argv: Sequence[str]) -> tuple[bool, str]:
        left = self._end - self._stage.host.clock.monotonic()
        if left <= 0:
            return False, "(no time left to look it up)"
        try:
            done = places.run_at("workstation", argv, self._stage, timeout=min(left, CALL_SECONDS))
        except LabError as error:
            return False, f"(cannot be looked up: {error})"
        return done.ok, done.stdout if done.ok else done.output or f"({done.ended})"

    def piece(
        self, title: str, argv: Sequence[str], shorten: Callable[[str], str] = str.strip
    ) -> Evidence | None:
        ok, text = self.call(argv)
        if not ok and shorten is _quiet:
            return None
        text = shorten(text)
        return Evidence(title, _end_of(text)) if text else None

    def pods(self) -> list[dict[str, Any]]:
        return _items(self.call(("kubectl", "get", "pods", "-A", "-o", "json"))[1])

    def events(self) -> Evidence | None:
        """Return the cluster's latest events since the scenario began; where they cannot be had, why."""
        ok, text = self.call(("kubectl", "get", "events", "-A", "-o", "json"))
        if not ok:
            return Evidence("events", _end_of(text))
        began = self._stage.started.replace(microsecond=0).isoformat().replace("+00:00", "Z")
        rows = sorted(_event(item) for item in _items(text))
        recent = [row for row in rows if row >= began][-EVENT_LINES:]
        return Evidence("events", _end_of("\n".join(recent))) if recent else None


def _items(text: str) -> list[dict[str, Any]]:
    try:
        items = json.loads(text)["items"]
    except (ValueError, KeyError, TypeError):
        return []
    return [item for item in items if isinstance(item, dict)]


def _event(item: dict[str, Any]) -> str:
    """Return an event as one line, its time first: what kubectl shows, without the padding."""
    about = item.get("involvedObject", {})
    when = item.get("lastTimestamp") or item.get("eventTime") or ""
    count = item.get("count") or 1
    times = f" (x{count})" if count > 1 else ""
    what = f"{str(about.get('kind', '')).lower()} {about.get('namespace', '')}/{about.get('name', '')}"
    said = " ".join(str(item.get("message", "")).split())
    return f"{when} {item.get('type')} {item.get('reason')} {what}{times}: {said}"


def _concerned(step: Step, pods: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return the pods that the step names or selects; where it does neither, those that are not well."""
    words = set(_words(step))
    named: list[tuple[str, str]] = []
    unwell: list[tuple[str, str]] = []
    for pod in pods:
        meta = pod.get("metadata", {})
        key = (str(meta.get("namespace", "default")), str(meta.get("name", "")))
        labels = {f"{name}={value}" for name, value in meta.get("labels", {}).items()}
        if key[1] in words or labels & words:
            named.append(key)
        elif not _is_well(pod):
            unwell.append(key)
    return (named or unwell)[:MAX_PODS]


def _is_well(pod: dict[str, Any]) -> bool:
    status = pod.get("status", {})
    containers = status.get("containerStatuses", [])
    waiting = any("waiting" in one.get("state", {}) for one in containers)
    return status.get("phase") in _SETTLED and not waiting


def _words(step: Step) -> Iterator[str]:
    match step.action:
        case Run(command=command, place=place):
            yield from re.split(r"[\s,'\"|;&()/]+", command)
            yield from place.split("/")
        case Wait(resource=resource):
            yield from re.split(r"[\s,/]+", resource)
        case Apply(manifest=manifest):
            yield from re.split(r"[\s'\"]+", manifest or "")
        case Resolve(place=place) | Fetch(place=place) | Connect(place=place):
            yield from place.split("/")
        case Wanted() | Observe() | Load():
            pass


def _quiet(text: str) -> str:
    """For what is usually not there: its absence is not worth a line."""
    return text.strip()


def _end_of(text: str) -> str:
    if len(text) <= MAX_CHARACTERS:
        return text
    return f"(the first {len(text) - MAX_CHARACTERS} characters are left out)\n{text[-MAX_CHARACTERS:]}"
