"""`fetch`: GET a URL at the place, by curl, else by what else the place has."""

from __future__ import annotations

import re

from lab.errors import LabError
from lab.host.shell import Completed
from lab.spec.actions import Fetch
from lab.spec.scenario import Outcome
from lab.steps import places, signatures
from lab.steps.stage import Stage
from lab.verdict import Observation

MARGIN_SECONDS = 2.0
SHOWN_BYTES = 2000
NO_TOOL = "lab: no tool to fetch with here"

# `-v` because curl keeps the reason of a failed connection (refused? no route?) to its notes.
SCRIPT = r"""
url=$1 seconds=$2 shown=$3
has() { command -v "$1" >/dev/null 2>&1; }
body=$(mktemp) || exit 125
trap 'rm -f "$body"' EXIT
if has curl; then
  curl -sSv --fail-with-body --noproxy '*' --max-time "$seconds" -o "$body" \
    -w 'HTTP %{http_code}, %{size_download} bytes, %{content_type}\n' "$url"
elif has python3; then
  python3 - "$url" "$seconds" "$body" <<'END'
import sys, urllib.request
url, seconds, body = sys.argv[1:]
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
with opener.open(url, timeout=float(seconds)) as answer, open(body, "wb") as file:
    size = file.write(answer.read())
    print(f"HTTP {answer.status}, {size} bytes, {answer.headers.get('Content-Type')}")
END
elif has wget; then
  wget -T "$seconds" -O "$body" "$url"
else
  echo "lab: no tool to fetch with here" >&2; exit 127
fi
code=$?
head -c "$shown" "$body" | tr -d '\000'
exit $code
"""

BY_CURL = {
    6: Outcome.UNRESOLVED,
    28: Outcome.TIMES_OUT,
}
"""curl's exit codes that say all; the others need its words."""

_CURL = re.compile(r"^curl: \((\d+)\)", re.MULTILINE)
_HTTP = re.compile(r"^HTTP (\d{3}),", re.MULTILINE)
_NOTE = re.compile(r"^(?:[*{}] ?(?!connect to|.*fail(?:ed)?\b).*|[{}] \[.*|> .*|< ?.*|\s*)$")
_MISSING = frozenset({"404", "410"})


def fetch(action: Fetch, stage: Stage, *, timeout: float) -> Observation:
    """GET the URL; what is shown is the status, the size and the beginning of the body."""
    argv = ("sh", "-c", SCRIPT, "sh", action.url, f"{max(timeout, 1):.0f}", str(SHOWN_BYTES))
    done = places.run_at(action.place, argv, stage, timeout=timeout + MARGIN_SECONDS)
    if NO_TOOL in done.stderr:
        raise LabError(f"{action.place} has neither curl, python3 nor wget to fetch {action.url} with")
    return Observation(outcome(done), _detail(done), done.seconds)


def outcome(done: Completed) -> Outcome:
    """Say what the end of curl (or of what stood in for it) means. Pure."""
    if done.exit_code is None:
        return Outcome.TIMES_OUT
    if done.ok:
        return Outcome.SUCCEEDS
    status = _HTTP.search(done.stdout)
    if status and status[1] != "000":
        return Outcome.NOT_FOUND if status[1] in _MISSING else Outcome.FAILS
    curl = _CURL.search(done.stderr)
    if curl and int(curl[1]) in BY_CURL:
        return BY_CURL[int(curl[1])]
    return signatures.told(done.stderr) or Outcome.FAILS


def _detail(done: Completed) -> str:
    """Leave out curl's notes, but for the reason of a failed connection."""
    kept = [line for line in done.stderr.splitlines() if not _NOTE.match(line)]
    return "\n".join(part for part in (done.stdout.rstrip(), *kept) if part)
