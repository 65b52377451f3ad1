"""The loop, with the kernel replaced by one that keeps totals and sets in a dict."""

from __future__ import annotations

import json
import os
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.parts.collector import collecting, spaces
from lab.parts.collector.collecting import Collector
from lab.parts.collector.counts import Attempt
from lab.parts.collector.spaces import Found, Settings, Space, identity, located, read_settings

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
HTTPS = Attempt("output", "10.142.18.2", "198.51.100.7", "tcp", port=443)
PLACES = [{"place": "site", "pid": None, "table": "airgap_lab"}]


class Kernel:
    """One table: *unlisted* packets are counted and stand in no set."""

    def __init__(self):
        self.table, self.total, self.rows = 1, 0, {}

    def counts(self, packets=1, one=HTTPS, *, unlisted=0):
        self.total += packets + unlisted
        if packets:
            self.rows[one] = self.rows.get(one, 0) + packets

    def read(self, link, space, known, table):
        if self.table is None:
            return Found()
        rows = {}
        if (known if table == self.table else {}).get("output", 0) != self.total:
            rows["output"] = list(self.rows.items())
            self.rows = {}
        return Found(self.table, {"output": self.total}, rows)


@pytest.fixture
def kernel(monkeypatch):
    found = Kernel()
    monkeypatch.setattr(collecting, "read", found.read)
    return found


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "settings.json").write_text(json.dumps({"places": PLACES}))
    return tmp_path


class Clock:
    def __init__(self):
        self.at = AT

    def __call__(self):
        self.at += timedelta(seconds=1)
        return self.at


def collector(folder):
    return Collector(folder / "settings.json", folder, now=Clock())


def written(folder):
    return [json.loads(line) for line in (folder / "refused.jsonl").read_text().splitlines()]


def listed(folder):
    return sum(line["packets"] for line in written(folder) if "packets" in line)


def missing(folder):
    last = [line for line in written(folder) if line.get("event") == "read"][-1]
    return (last["total"] - last["listed"], last["settled"])


def test_settings_may_be_missing_or_half_written(tmp_path):
    settings = tmp_path / "settings.json"
    assert read_settings(settings) is None
    settings.write_text('{"places": [{"pl')
    assert read_settings(settings) is None
    settings.write_text('{"places": [{"place": "x"}]}')
    assert read_settings(settings) is None
    linked = {"place": "wall", "pid": None, "table": "t", "family": "bridge", "linked": True}
    settings.write_text(json.dumps({"places": [*PLACES, linked], "ports": {"veth1": "lab-worker"}}))
    assert read_settings(settings) == Settings(
        (Space("site", None, "airgap_lab"), Space("wall", None, "t", "bridge", linked=True)),
        {"veth1": "lab-worker"},
    )


@pytest.fixture
def processes(tmp_path, monkeypatch):
    """A node's first process, one of a pod of its, another container's, and one that took an old number."""
    node, other = "a" * 64, "b" * 64
    groups = {
        "1": ("/init", "0"),
        "40": (f"/docker/{node}/kubelet/pod1", "30"),
        "30": (f"/docker/{node}/init", "1"),
        "50": (f"/docker/{other}/init", "1"),
        "9": ("/system.slice", "1"),
    }
    for pid, (group, parent) in groups.items():
        (tmp_path / pid).mkdir()
        (tmp_path / pid / "cgroup").write_text(f"0::{group}\n")
        (tmp_path / pid / "stat").write_text(f"{pid} (a (b) c) S {parent} 1 1")
    (tmp_path / "uptime").write_text("1")
    monkeypatch.setattr(spaces, "PROC", str(tmp_path))
    return node


@pytest.mark.parametrize("pid", [9, 77])
def test_a_container_that_was_started_again_is_found_by_its_first_process(processes, pid):
    assert located(Space("n", pid, "t", container=processes)).pid == 30


def test_one_that_still_runs_and_one_that_is_nowhere_stay_as_they_are(processes):
    for space in (
        Space("n", 30, "t", container=processes),
        Space("n", 77, "t", container="c" * 64),
        Space("n", 77, "t"),
        Space("wall", None, "t"),
    ):
        assert located(space) is space


def test_a_namespace_that_is_gone_has_no_identity():
    assert identity(Space("wall", None, "t")) is not None
    assert identity(Space("gone", 2**22 + 1, "t")) is None


def test_what_is_new_is_written_once_with_the_time_that_it_may_have_begun(folder, kernel):
    one = collector(folder)
    one.poll()
    kernel.counts(2)
    one.poll()
    one.poll()

    row, read = written(folder)
    assert datetime.fromisoformat(row["from"]) < datetime.fromisoformat(row["time"])
    assert row | {"time": "", "from": ""} == {
        "time": "",
        "from": "",
        "place": "site",
        "hook": "output",
        "src": "10.142.18.2",
        "dst": "198.51.100.7",
        "proto": "tcp",
        "port": 443,
        "type": None,
        "link": "",
        "packets": 2,
    }
    assert (read["event"], read["total"], read["listed"], read["since"]) == ("read", 2, 2, "")


def test_started_again_it_neither_tells_again_nor_forgets(folder, kernel):
    one = collector(folder)
    kernel.counts(5)
    one.poll()
    kernel.counts(1)
    other = collector(folder)
    other.poll()
    other.poll()

    assert (listed(folder), missing(folder)) == (6, (0, True))


def test_killed_between_emptying_and_writing_it_says_how_much_is_missing(folder, kernel):
    collector(folder).poll()
    kernel.counts(3)
    kernel.rows = {}  # taken out by the one that was killed
    kernel.counts(1)
    one = collector(folder)
    one.poll()
    assert missing(folder) == (3, False)  # it may be on its way into the set

    one.poll()

    assert (listed(folder), missing(folder)) == (1, (3, True))


def test_what_no_set_had_room_for_shows_only_when_it_stays_away(folder, kernel):
    one = collector(folder)
    kernel.counts(4, unlisted=2)
    one.poll()
    kernel.rows = {HTTPS: 2}  # the two were on their way
    one.poll()

    assert (listed(folder), missing(folder)) == (6, (0, True))


def test_a_table_put_in_place_anew_begins_again(folder, kernel):
    one = collector(folder)
    kernel.counts(5)
    one.poll()
    kernel.table, kernel.total = 2, 0
    kernel.counts(5)
    one.poll()

    assert (listed(folder), missing(folder)) == (10, (0, True))


def test_a_counter_set_to_zero_begins_again(folder, kernel):
    one = collector(folder)
    kernel.counts(5)
    one.poll()
    kernel.total = 0
    kernel.counts(1)
    one.poll()

    assert (listed(folder), missing(folder)) == (6, (0, True))


def test_a_namespace_that_ended_is_told_with_the_time_of_its_last_reading(folder, kernel, monkeypatch):
    place = {"place": "site", "pid": os.getpid(), "table": "airgap_lab"}
    (folder / "settings.json").write_text(json.dumps({"places": [place]}))
    monkeypatch.setattr(collecting, "link_into", lambda _: nullcontext())
    monkeypatch.setattr(collecting, "inside", lambda _: nullcontext())
    one = collector(folder)
    one.poll()
    monkeypatch.setattr(collecting, "identity", lambda _: 7)
    one.poll()
    one.poll()
    monkeypatch.setattr(collecting, "identity", lambda _: None)
    one.poll()
    one.poll()

    told = [line for line in written(folder) if line.get("event") == "ended"]
    assert [line["place"] for line in told] == ["site", "site"]
    assert all(line["since"] < line["time"] for line in told)
    lines = [json.loads(line) for line in (folder / "addresses.jsonl").read_text().splitlines()]
    assert lines[-1]["addresses"] == []


def test_one_that_sweeps_is_summed_up_and_another_is_listed(folder, kernel):
    sweep = [Attempt("output", "10.233.65.9", "198.51.100.7", "udp", port) for port in range(5000)]
    for one in sweep:
        kernel.counts(1, one)
    kernel.counts(1)

    collector(folder).poll()

    rows = [line for line in written(folder) if "packets" in line]
    (whole,) = [row for row in rows if not row["dst"]]
    assert (whole["src"], whole["proto"], whole["attempts"]) == ("10.233.65.9", "udp", 5000 - 2048)
    assert [row["port"] for row in rows if row["src"] == "10.142.18.2"] == [443]
    assert (listed(folder), missing(folder)) == (5001, (0, True))


def test_a_reading_that_breaks_off_is_done_again(folder, kernel, monkeypatch):
    kernel.counts(4)
    whole, broken = kernel.read, [InterruptedError("changed")]
    monkeypatch.setattr(
        collecting, "read", lambda *about: whole(*about) if not broken else _raise(broken.pop())
    )

    collector(folder).poll()

    assert listed(folder) == 4


def test_a_full_disk_loses_nothing(folder, kernel, monkeypatch, capsys):
    one = collector(folder)
    kernel.counts(4)
    with monkeypatch.context() as full:
        full.setattr(collecting.Book, "add", lambda *_: _raise(OSError("No space left on device")))
        one.poll()
    one.poll()

    assert "No space left" in capsys.readouterr().err
    assert (listed(folder), missing(folder)) == (4, (0, True))


def test_the_books_are_turned_over_and_what_is_dropped_is_said(folder, kernel, monkeypatch):
    names = folder / "names.jsonl"
    names.write_text(json.dumps({"time": AT.isoformat(), "rcode": "NXDOMAIN"}) + "\n")
    monkeypatch.setattr(collecting.Book.__init__, "__kwdefaults__", {"turned_bytes": 10, "kept": 0})

    collector(folder).turn()

    assert names.read_text() == ""
    assert written(folder)[0] | {"time": ""} == {
        "time": "",
        "event": "dropped",
        "book": "names",
        "lines": 1,
        "until": AT.isoformat(),
    }


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("count"), st.integers(0, 9), st.integers(0, 3)),
            st.tuples(st.just("kill"), st.booleans(), st.just(0)),
            st.tuples(st.just("poll"), st.just(0), st.just(0)),
        ),
        max_size=30,
    )
)
def test_whatever_happens_listed_and_missing_are_what_was_counted(tmp_path_factory, steps):
    folder = tmp_path_factory.mktemp("books")
    (folder / "settings.json").write_text(json.dumps({"places": PLACES}))
    kernel = Kernel()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collecting, "read", kernel.read)
        one = collector(folder)
        for step, first, second in steps:
            if step == "count":
                kernel.counts(first, unlisted=second)
            elif step == "kill":
                if first:
                    kernel.rows = {}  # in the midst of a reading
                one = collector(folder)
            else:
                one.poll()
        one.poll()
        one.poll()

    if kernel.total:
        gap, settled = missing(folder)
        assert settled
        assert listed(folder) + gap == kernel.total


def _raise(error):
    raise error
