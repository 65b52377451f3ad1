"""Up in order, down in reverse and to the end, and every part asked."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

import pytest

from lab import lifecycle
from lab.errors import ContainerFailed, LabError, NotReady
from lab.lifecycle import Standing
from tests.fakes import FakeClock


@dataclass
class Recorded:
    name: str
    log: list[str]
    problem: str | None = None
    fails: dict[str, Exception] = field(default_factory=dict)

    def _do(self, what):
        self.log.append(f"{what} {self.name}")
        if what in self.fails:
            raise self.fails[what]

    def up(self):
        self._do("up")

    def down(self):
        self._do("down")

    def check(self):
        self._do("check")
        return self.problem


def nothing(*_):
    pass


@pytest.fixture
def log():
    return []


@pytest.fixture
def parts(log):
    return tuple(Recorded(name, log) for name in ("a", "b", "c"))


def bring_up(parts, begin=nothing, done=nothing, clock=None):
    lifecycle.up([[part] for part in parts], clock=clock or FakeClock(), begin=begin, done=done)


def test_parts_come_up_in_order_and_are_told_with_the_time_they_took(parts, log):
    clock = FakeClock()
    parts[1].up = lambda: clock.pass_time(3)

    bring_up(
        parts, lambda name: log.append(f"begin {name}"), lambda name, took: log.append((name, took)), clock
    )

    assert log == ["begin a", "up a", ("a", 0), "begin b", ("b", 3), "begin c", "up c", ("c", 0)]


def test_what_came_up_stays_when_the_next_does_not(parts, log):
    parts[1].fails["up"] = NotReady("b", 30, "silent")

    with pytest.raises(NotReady, match="b was not ready") as caught:
        bring_up(parts)

    assert log == ["up a", "up b"]
    assert caught.value.__notes__ == ["while bringing up: b; `lab up` again goes on, `lab down` removes"]


class TestSideBySide:
    def test_the_parts_of_a_stage_do_not_wait_for_each_other(self, parts):
        first, second, third = parts
        met = threading.Barrier(2, timeout=10)  # passed only by two at a time
        first.up = second.up = met.wait

        lifecycle.up([[first, second], [third]], clock=FakeClock(), begin=nothing, done=nothing)

        assert not met.broken

    def test_the_next_stage_waits_for_all_of_it(self, parts, log):
        first, second, third = parts

        lifecycle.up([[first, second], [third]], clock=FakeClock(), begin=nothing, done=nothing)

        assert sorted(log[:2]) == ["up a", "up b"]
        assert log[2:] == ["up c"]

    def test_one_that_fails_beside_another_is_told(self, parts, log):
        parts[0].fails["up"] = NotReady("a", 30, "silent")

        with pytest.raises(NotReady, match="a was not ready"):
            lifecycle.up([parts[:2], parts[2:]], clock=FakeClock(), begin=nothing, done=nothing)

        assert "up c" not in log


def test_a_bug_is_no_note(parts, log):
    parts[1].fails["up"] = KeyError("bug")

    with pytest.raises(KeyError) as caught:
        bring_up(parts)

    assert not hasattr(caught.value, "__notes__")


def test_parts_go_down_in_reverse(parts, log):
    lifecycle.down(parts, begin=lambda name: log.append(f"begin {name}"))

    assert log == ["begin c", "down c", "begin b", "down b", "begin a", "down a"]


def test_going_down_tries_everything_and_then_lists_what_failed(parts, log):
    parts[2].fails["down"] = ContainerFailed("still busy")
    parts[1].fails["down"] = ContainerFailed("gone mad")

    with pytest.raises(LabError) as caught:
        lifecycle.down(parts, begin=nothing)

    assert log == ["down c", "down b", "down a"]
    assert str(caught.value) == "not everything could be removed:\nc: still busy\nb: gone mad"


def test_a_bug_in_one_part_does_not_keep_the_others_standing(parts, log):
    parts[2].fails["down"] = KeyError("bug")
    parts[1].fails["down"] = ContainerFailed("gone mad")

    with pytest.raises(KeyError, match="bug") as caught:
        lifecycle.down(parts, begin=nothing)

    assert log == ["down c", "down b", "down a"]
    assert caught.value.__notes__ == ["while taking down: c", "not everything could be removed:\nb: gone mad"]


def test_every_part_is_asked_and_one_that_cannot_be_asked_says_why(parts, log):
    parts[0].problem = "still starting"
    parts[1].fails["check"] = ContainerFailed("no such container: b\nmore of it")

    answers = lifecycle.status(parts)

    assert answers == (
        Standing("a", "still starting"),
        Standing("b", "no such container: b"),
        Standing("c", None),
    )
    assert log == ["check a", "check b", "check c"]
