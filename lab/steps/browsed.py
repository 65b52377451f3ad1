"""What the workstation's browser told, as an observation: its lines of JSON, read and put into words."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from lab.errors import LabError
from lab.host.shell import Completed
from lab.spec.browsing import Act
from lab.spec.scenario import Outcome
from lab.verdict import Attachment, Observation

OPENED = -1
"""The act that every step begins with, though no file says it."""
REMEDY = "`lab images build` makes the workstation's image, and `lab up` puts it in place"
_MISSING = frozenset({404, 410})
_NO_MODULE = "No module named"


@dataclass(slots=True)
class _Told:
    lines: list[str] = field(default_factory=list)
    shots: list[Attachment] = field(default_factory=list)
    failed: Outcome | None = None
    page: dict[str, Any] | None = None
    trouble: list[str] = field(default_factory=list)


def observation(done: Completed, acts: Sequence[Act], *, beginning: str | None) -> Observation:
    """Say what the program's lines come to. Raises LabError where there was no browser to do anything."""
    told = _Told()
    for one in _lines(done.stdout):
        _take(told, one, acts, beginning)
    detail = "\n".join((*told.lines, *_page(told.page), *told.trouble))
    shots = tuple(told.shots)
    if told.failed is not None:
        return Observation(told.failed, detail, attachments=shots)
    if told.page is not None:
        return Observation(_by_status(told.page.get("status")), detail, attachments=shots)
    if done.exit_code is None:
        note = f"{detail}\n(the browser was ended: the step's time was over)".lstrip()
        return Observation(Outcome.TIMES_OUT, note, attachments=shots)
    if _NO_MODULE in done.stderr:
        raise LabError(f"the workstation has no browser to be told what to do ({done.last_line}); {REMEDY}")
    raise LabError(f"the workstation's browser broke off: {done.last_line}")


def _take(told: _Told, one: dict[str, Any], acts: Sequence[Act], beginning: str | None) -> None:
    match one["event"]:
        case "unable":
            raise LabError(f"the workstation has no browser that works: {one['said']}; {REMEDY}")
        case "did":
            told.lines.append(f"{_words(one['act'], acts, beginning)}{_colon(one.get('said'))}")
        case "failed":
            told.failed = Outcome(one["outcome"])
            told.lines.append(f"NOT DONE: {_words(one['act'], acts, beginning)}{_colon(one['said'])}")
        case "shot":
            told.shots.append(Attachment(one["name"], one["media_type"], base64.b64decode(one["content"])))
        case "page":
            told.page = one
        case "trouble":
            told.trouble = list(_trouble(one))
        case other:
            raise AssertionError(f"the browser's program and this one differ: {other!r}")


def _words(act: int, acts: Sequence[Act], beginning: str | None) -> str:
    return f"open {beginning or 'the page that the session was on'}" if act == OPENED else str(acts[act])


def _colon(said: str | None) -> str:
    return f": {said}" if said else ""


def _lines(text: str) -> Iterator[dict[str, Any]]:
    """Yield what is JSON of ours: the last line may be torn, and a library may have its say."""
    for line in text.splitlines():
        try:
            one = json.loads(line)
        except ValueError:
            continue
        if isinstance(one, dict) and "event" in one:
            yield one


def _by_status(status: int | None) -> Outcome:
    if status is None or status < 400:
        return Outcome.SUCCEEDS
    return Outcome.NOT_FOUND if status in _MISSING else Outcome.FAILS


def _page(page: dict[str, Any] | None) -> Iterator[str]:
    if page is None:
        return
    status = f"HTTP {page['status']}, " if page.get("status") else ""
    yield ""
    yield f"the page: {page['url']} ({status}titled {page['title']!r})"
    yield page["text"]
    for one in page["fields"]:
        yield f"field {one}"


def _trouble(one: dict[str, Any]) -> Iterator[str]:
    for request in one["requests"]:
        host = urlsplit(request["url"]).hostname or request["url"][:60]
        yield f"not had from {host}: {request['error']} ({request['url'][:200]})"
    for line in one["console"]:
        yield f"console: {line}"
