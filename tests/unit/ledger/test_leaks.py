from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from lab.errors import LabError
from lab.ledger import leaks, read
from lab.ledger.entries import Entry, Fate, Kind
from lab.spec.config import LabConfig
from lab.spec.plan import plan
from tests.fakes import FakeContainers, completed, fake_host

LAB = plan(LabConfig())
AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
LEAK = {
    "time": AT.isoformat(),
    "place": "wall",
    "hook": "forward",
    "src": "10.233.65.9",
    "sender": "lab-worker",
    "dst": "198.51.100.7",
    "proto": "tcp",
    "port": 443,
    "packets": 3,
}


class Books:
    """A gatekeeper whose collector answers, and its book."""

    def __init__(self, *lines, answers=True):
        self.lines, self.answers = list(lines), answers

    def answer(self, call):
        if call.argv[0] == "sh":
            return completed("".join(json.dumps(line) + "\n" for line in self.lines))
        if not self.answers:
            return completed('{"time": "2026-01-02T03:04:05Z", "event": "unread", "reason": "refused"}\n')
        self.lines += [{"time": AT.isoformat(), **json.loads(line)} for line in call.argv[3:]]
        return completed()


def host_of(books, *, runs=("seal",)):
    containers = FakeContainers(answer=books.answer)
    for spec in (LAB.seal, LAB.site, LAB.dns):
        if spec.role in {*runs, "site"}:
            containers.ensure(spec, LAB.network, LAB.labels)
    return fake_host(containers=containers)


def leak(seconds):
    at = AT + timedelta(seconds=seconds)
    return Entry(
        "pod a/b", f"192.0.2.{seconds}:1/tcp", Kind.ADDRESS, (), 2, at, at, leaked=True, fate=Fate.LEAKED
    )


def test_leaks_are_told_by_their_times_and_the_first_are_named():
    said = leaks.told(tuple(map(leak, (4, 1, 3, 2))))

    assert said == (
        "8 packets got past a seal, stopped by the wall: 03:04:06 pod a/b to 192.0.2.1:1/tcp; "
        "03:04:07 pod a/b to 192.0.2.2:1/tcp; 03:04:08 pod a/b to 192.0.2.3:1/tcp; 1 more; "
        "`lab egress` lists them, `lab egress --acknowledge` takes note of them"
    )
    assert leaks.told(()) is None


def test_an_acknowledged_leak_stays_and_a_later_one_is_none_of_it():
    books = Books(LEAK)
    host = host_of(books)
    assert "unknown, on localnode-2" in (leaks.unacknowledged(LAB, host) or "")

    assert [entry.count for entry in leaks.acknowledge(LAB, host)] == [3]
    assert leaks.unacknowledged(LAB, host) is None
    assert [entry.leaked for entry in read(LAB, host, since=None).entries] == [True]

    books.lines.append(LEAK | {"time": (AT + timedelta(seconds=1)).isoformat()})
    assert "03:04:06" in (leaks.unacknowledged(LAB, host) or "")


def read_of(total, listed, seconds, hook="forward"):
    at = (AT + timedelta(seconds=seconds)).isoformat()
    about = {"time": at, "event": "read", "place": "wall", "space": "bridge/None/1", "table": 1, "hook": hook}
    return about | {"total": total, "listed": listed, "since": at if total > listed else "", "settled": True}


def test_what_the_wall_counted_and_somebody_hid_is_a_leak_all_the_same():
    books = Books(read_of(5, 3, 2), read_of(2, 2, 0), read_of(9, 1, 2, "spoofed"))
    host = host_of(books)

    said = leaks.unacknowledged(LAB, host)
    assert said is not None
    assert "2 packets got past a seal, stopped by the wall: 03:04:07 unknown to counted, not listed;" in said
    leaks.acknowledge(LAB, host)
    assert leaks.unacknowledged(LAB, host) is None
    books.lines.append(read_of(6, 3, 4))
    assert "3 packets" in (leaks.unacknowledged(LAB, host) or "")


def test_nothing_to_acknowledge_writes_nothing():
    books = Books()

    assert leaks.acknowledge(LAB, host_of(books)) == ()
    assert books.lines == []


def test_a_collector_that_does_not_answer_is_an_error():
    with pytest.raises(
        LabError, match=r"the collector does not answer \(refused\); `lab up` starts it again"
    ):
        leaks.acknowledge(LAB, host_of(Books(LEAK, answers=False)))


def test_without_a_gatekeeper_the_ledger_is_read_all_the_same_and_says_so():
    found = read(LAB, host_of(Books(LEAK), runs=("dns",)), since=None)

    assert [entry.what for entry in found.entries] == ["198.51.100.7:443/tcp"]
    assert [gap.what for gap in found.gaps] == ["reading failed: no gatekeeper runs"]


def test_where_nothing_runs_that_has_the_files_it_cannot_be_read():
    with pytest.raises(LabError, match=r"^the ledger cannot be read: .*`lab up` starts them$"):
        read(LAB, host_of(Books(), runs=()), since=None)
