from __future__ import annotations

import asyncio

import pytest

from operators.cluster import Conflict, Refused
from tf_operator.follower import Follower
from tf_operator.job import NoPort


class Steps:
    """Answers one after the other; exceptions are raised, a callable is called, the last answer is False."""

    def __init__(self, *answers):
        self.answers = [*answers, False]
        self.asked = 0

    async def __call__(self):
        answer = self.answers[self.asked]
        self.asked += 1
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            answer()
            return True
        return answer


def follow(steps, *, resync=0.0, retry=0.0, within=5.0):
    async def run():
        follower = Follower("default/x", steps, resync=resync, settle=0.0, retry=retry)
        steps.follower = follower
        await asyncio.wait_for(follower.run(), within)

    asyncio.run(run())


def test_it_looks_again_by_itself_until_the_job_is_over():
    steps = Steps(True, True)

    follow(steps)

    assert steps.asked == 3


def test_what_happens_during_a_step_is_not_missed():
    def woken():
        steps.follower.wake()

    steps = Steps(woken)

    follow(steps, resync=600.0)

    assert steps.asked == 2


def test_without_a_change_it_waits():
    steps = Steps(True)

    with pytest.raises(TimeoutError):
        follow(steps, resync=600.0, within=0.05)
    assert steps.asked == 1


@pytest.mark.parametrize("error", [Refused("no"), NoPort("no"), Conflict("no")])
def test_what_goes_wrong_is_tried_again(error, caplog):
    steps = Steps(error, error)

    follow(steps, resync=0.01)

    assert steps.asked == 3
    assert len(caplog.records) == (0 if isinstance(error, Conflict) else 2)


def test_an_error_of_its_own_is_not_hidden():
    with pytest.raises(KeyError):
        follow(Steps(KeyError("x")))
