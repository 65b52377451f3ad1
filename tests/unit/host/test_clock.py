"""Waiting ends with the reason, and never before a first look."""

from __future__ import annotations

import pytest

from lab.errors import NotReady
from lab.host.clock import SystemClock, wait_until
from tests.fakes import FakeClock


def test_what_is_ready_is_not_waited_for():
    clock = FakeClock()

    wait_until("it", lambda: None, clock=clock, timeout=0)

    assert clock.sleeps == []


def test_it_looks_until_nothing_is_wrong():
    clock, answers = FakeClock(), iter(["not yet", "not yet", None])

    wait_until("it", lambda: next(answers), clock=clock, timeout=10, every=2)

    assert clock.sleeps == [2, 2]


def test_the_last_reason_is_told():
    clock, answers = FakeClock(), iter(["first", "second", "third"])

    with pytest.raises(NotReady, match=r"^the DNS was not ready after 2 s; last seen: third$"):
        wait_until("the DNS", lambda: next(answers), clock=clock, timeout=2, every=1)


def test_no_time_is_one_look():
    looks = []

    with pytest.raises(NotReady):
        wait_until("it", lambda: looks.append(1) or "no", clock=FakeClock(), timeout=0)
    assert len(looks) == 1


def test_a_probe_that_is_slow_counts():
    clock = FakeClock()

    def probe():
        clock.pass_time(7)
        return "slow"

    with pytest.raises(NotReady):
        wait_until("it", probe, clock=clock, timeout=10, every=1)
    assert clock.passed == 15


def test_the_real_clock_is_in_utc_and_goes_forward():
    clock = SystemClock()

    before = clock.monotonic()
    clock.sleep(0.001)

    assert clock.monotonic() > before
    assert clock.now().utcoffset().total_seconds() == 0
