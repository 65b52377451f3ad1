from __future__ import annotations

import json

import pytest

from lab.parts.fakedns.querylog import QueryLog, is_wanted

UNKNOWN = '{"name": "a.test.", "rcode": "NXDOMAIN", "kind": "unknown"}'
KNOWN = '{"name": "site.", "rcode": "NOERROR", "kind": "host"}'
SUNK = '{"name": "b.test.", "rcode": "NOERROR", "kind": "unknown"}'
MISSING = '{"name": "c.zone.test.", "rcode": "NXDOMAIN", "kind": "zone"}'


@pytest.mark.parametrize(("line", "wanted"), [(UNKNOWN, True), (KNOWN, False), (SUNK, True), (MISSING, True)])
def test_what_nobody_here_could_answer_is_wanted(line, wanted):
    assert is_wanted(line) is wanted


def test_a_name_cannot_make_itself_wanted():
    assert not is_wanted(json.dumps({"name": '"rcode": "NXDOMAIN"', "rcode": "NOERROR", "kind": "zone"}))


def test_the_ledger_has_what_was_wanted_in_a_file_that_may_be_turned_over(tmp_path):
    log = QueryLog.open(str(tmp_path / "log"), str(tmp_path / "names.jsonl"))
    log.write([UNKNOWN, KNOWN])
    (tmp_path / "names.jsonl").rename(tmp_path / "before.jsonl")
    log.write([SUNK])

    assert (tmp_path / "log").read_text() == f"{UNKNOWN}\n{KNOWN}\n{SUNK}\n"
    assert (tmp_path / "before.jsonl").read_text() == f"{UNKNOWN}\n"
    assert (tmp_path / "names.jsonl").read_text() == f"{SUNK}\n"


def test_what_the_ledger_could_not_take_is_counted_and_told(tmp_path):
    log = QueryLog.open(str(tmp_path / "log"), str(tmp_path / "folder" / "names.jsonl"))
    log.write([UNKNOWN, UNKNOWN])
    log.write([SUNK])
    (tmp_path / "folder").mkdir()
    log.write([MISSING])

    told, last = map(json.loads, (tmp_path / "folder" / "names.jsonl").read_text().splitlines())
    assert (told["event"], told["lines"], last["name"]) == ("lost", 3, "c.zone.test.")
