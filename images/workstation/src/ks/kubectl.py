"""The door to the cluster. Objects go to kubectl on stdin, so that it finds resource and scope by itself."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from .errors import ConflictError, KsError
from .rendering import Object

TIMEOUT_SECONDS = 120.0

_log_line = re.compile(r"[IWE]\d{4} \d\d:\d\d:\d\d")


@dataclass(frozen=True, slots=True)
class Answer:
    exit_code: int
    stdout: str
    stderr: str


Run = Callable[[Sequence[str], str], Answer]
"""argv and stdin to how it ended."""


def run(argv: Sequence[str], stdin: str) -> Answer:
    """Run the real kubectl."""
    import subprocess  # noqa: PLC0415 - commands that ask no cluster start without it

    try:
        done = subprocess.run(
            list(argv), input=stdin, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except FileNotFoundError as error:
        raise KsError(f"{argv[0]} was not found on PATH") from error
    except subprocess.TimeoutExpired as error:
        raise KsError(f"{argv[0]} {argv[1]} did not end within {TIMEOUT_SECONDS:.0f} s") from error
    return Answer(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True, slots=True)
class Kubectl:
    run: Run

    def get(self, wanted: Object, namespace: str) -> Object | None:
        """Return what the cluster has under *wanted*'s name, or None."""
        text = self._call("get", wanted, namespace, "--ignore-not-found", "-o", "json")
        if not text.strip():
            return None
        found = json.loads(text)
        if found.get("kind") == "List":  # kubectl wraps what it read from a file in some versions
            found = next(iter(found.get("items") or ()), None)
        return found if isinstance(found, dict) else None

    def create(self, wanted: Object, namespace: str) -> None:
        """Create it. Unknown fields are dropped without a word, as the original's API calls did."""
        self._call("create", wanted, namespace, "--validate=ignore")

    def patch(self, wanted: Object, namespace: str, patch: Object) -> None:
        """Merge *patch* into it; raise ConflictError where it is not the version that was read."""
        self._call("patch", wanted, namespace, "--type=merge", f"--patch={json.dumps(patch)}")

    def delete(self, wanted: Object, namespace: str) -> None:
        self._call("delete", wanted, namespace, "--ignore-not-found", "--wait=false")

    def context(self) -> tuple[str, str]:
        """Return server and namespace of kubectl's current context."""
        answer = self.run(("kubectl", "config", "view", "--minify", "-o", "json"), "")
        if answer.exit_code != 0:
            raise KsError(f"unable to find the current context: {_line(answer.stderr)}")
        view: dict[str, Any] = json.loads(answer.stdout)
        server = str(view["clusters"][0]["cluster"]["server"])
        return server, str(view["contexts"][0]["context"].get("namespace") or "default")

    def _call(self, verb: str, wanted: Object, namespace: str, *options: str) -> str:
        answer = self.run(
            ("kubectl", verb, "-f", "-", f"--namespace={namespace}", *options), json.dumps(wanted)
        )
        if answer.exit_code == 0:
            return answer.stdout
        said = _line(answer.stderr or answer.stdout)
        raise (ConflictError if "Conflict" in said or "has been modified" in said else KsError)(said)


def _line(text: str) -> str:
    """Make one line of what kubectl said, without its client library's own log (`E1124 12:33:36 ...`)."""
    lines = [line for line in text.splitlines() if not _log_line.match(line)]
    return " ".join(" ".join(lines).split()).removeprefix("error: ") or "kubectl failed and did not say why"
