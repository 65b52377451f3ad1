"""`resolve`: ask the place's own resolver, by whatever tool the place has."""

from __future__ import annotations

import re

from lab.errors import LabError
from lab.host.shell import Completed
from lab.spec.actions import Resolve
from lab.spec.scenario import Outcome
from lab.steps import places, signatures
from lab.steps.stage import Stage
from lab.verdict import Observation

MARGIN_SECONDS = 2.0
NO_TOOL = "lab: no tool for this question here"

# libc first in pods and on nodes: programs there ask by libc, with its search list. dig first elsewhere.
SCRIPT = r"""
host=$1 type=$2 seconds=$3 first=$4
has() { command -v "$1" >/dev/null 2>&1; }
by_dig() {
  has dig || return 1
  echo "by dig"; dig +noall +comments +answer +tries=1 +time="$seconds" -q "$host" -t "$type"; exit
}
by_getent() {
  has getent || return 1
  case $type in A) database=ahostsv4 ;; AAAA) database=ahostsv6 ;; *) return 1 ;; esac
  echo "by getent"; getent "$database" "$host"; exit
}
by_nslookup() { has nslookup || return 1; echo "by nslookup"; nslookup -type="$type" "$host"; exit; }
by_$first; by_getent; by_dig; by_nslookup
echo "lab: no tool for this question here" >&2; exit 127
"""

_STATUS = re.compile(r"status: ([A-Z]+)")
_ROW = re.compile(r"^\S+\s+\d+\s+IN\s+([A-Z0-9]+)\s+(.+?)\s*$", re.MULTILINE)
_GETENT = re.compile(r"^(\S+)\s+STREAM\b", re.MULTILINE)
_NSLOOKUP = re.compile(
    r"^(?:Address(?: \d+)?:\s*|.*\b(?:canonical name|mail exchanger|text|nameserver) = )(.+)$", re.MULTILINE
)


def resolve(action: Resolve, stage: Stage, *, timeout: float) -> Observation:
    """Ask for the records of a name. Raises LabError where the place has no tool to ask with."""
    first = "dig" if action.place in {"workstation", "site"} else "getent"
    argv = ("sh", "-c", SCRIPT, "sh", action.host, action.type, f"{max(timeout, 1):.0f}", first)
    done = places.run_at(action.place, argv, stage, timeout=timeout + MARGIN_SECONDS)
    if NO_TOOL in done.stderr:
        raise LabError(
            f"{action.place} has no tool to ask for {action.type} records: dig, nslookup (getent: A, AAAA)"
        )
    return observed(action, done)


def observed(action: Resolve, done: Completed) -> Observation:
    """Say what the answer of `dig`, `getent` or `nslookup` means. Pure."""
    found = answers(action, done)
    outcome = _outcome(done, found)
    if outcome is Outcome.SUCCEEDS and action.answer is not None and _canonical(action.answer) not in found:
        detail = f"{done.output}\n(answers: {', '.join(found)}; {action.answer} is not among them)"
        return Observation(Outcome.FAILS, detail, done.seconds)
    return Observation(outcome, done.output, done.seconds)


def answers(action: Resolve, done: Completed) -> tuple[str, ...]:
    """Return the data of the records of the type asked for."""
    tool, _, said = done.stdout.partition("\n")
    match tool:
        case "by dig":
            found = [data for kind, data in _ROW.findall(said) if kind == action.type]
        case "by getent":
            found = [address for address in _GETENT.findall(said) if not address.startswith("::ffff:")]
        case "by nslookup":
            _, _, after_server = said.partition("\n\n")
            found = _NSLOOKUP.findall(after_server)
        case _:
            found = []
    return tuple(_canonical(data) for data in found)


def _canonical(data: str) -> str:
    return " ".join(data.split()).rstrip(".").strip('"').lower()


def _outcome(done: Completed, found: tuple[str, ...]) -> Outcome:
    if done.exit_code is None:
        return Outcome.TIMES_OUT
    if found:
        return Outcome.SUCCEEDS
    if done.stdout.startswith("by getent") and done.exit_code == 2:  # not in the database
        return Outcome.UNRESOLVED
    status = _STATUS.search(done.stdout)
    if status:
        return Outcome.REFUSED if status[1] == "REFUSED" else Outcome.UNRESOLVED
    told = signatures.told(done.output)
    if told is None and done.ok:
        return Outcome.UNRESOLVED
    return told or Outcome.FAILS
