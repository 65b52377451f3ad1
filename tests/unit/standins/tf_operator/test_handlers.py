from __future__ import annotations

import asyncio

from tf_operator import handlers

JOB = {"metadata": {"uid": "u-1", "namespace": "default", "name": "example-job"}}
POD = {"metadata": {"ownerReferences": [{"uid": "u-0"}, {"uid": "u-1"}]}}


class Api:
    """Counts how often the job is read; it is never found, unless *there*."""

    def __init__(self, *, there):
        self.reads, self.there, self.session = 0, there, self

    async def job(self, namespace, name):
        self.reads += 1
        if self.there:
            await asyncio.sleep(600)

    async def close(self):
        pass


def play(script, *, there):
    async def run():
        followers = handlers.Followers()
        followers.api = Api(there=there)
        await script(followers)
        await followers.stop()
        return followers

    return asyncio.run(run())


def test_a_job_is_followed_by_one_task_and_not_after_it_is_gone():
    async def script(followers):
        for kind in (None, "MODIFIED"):
            await followers.job_seen(type=kind, body=JOB)
            await asyncio.sleep(0)
        (_, task) = followers.running["u-1"]
        await followers.job_seen(type="DELETED", body=JOB)
        await asyncio.sleep(0)
        assert task.cancelled()

    followers = play(script, there=True)

    assert followers.api.reads == 1
    assert followers.running == {}


class Spy:
    def __init__(self):
        self.woken = 0

    def wake(self):
        self.woken += 1


def test_a_change_of_a_part_wakes_its_job_only():
    async def script(followers):
        task = asyncio.create_task(asyncio.sleep(600))
        mine, another = Spy(), Spy()
        followers.running = {"u-1": (mine, task), "u-2": (another, task)}
        await followers.part_seen(body=POD)
        await followers.part_seen(body={"metadata": {}})
        assert (mine.woken, another.woken) == (1, 0)

    play(script, there=True)


def test_a_job_that_was_over_is_followed_again_when_it_is_seen_again():
    async def script(followers):
        for _ in range(2):
            await followers.job_seen(type="MODIFIED", body=JOB)
            await followers.running["u-1"][1]

    assert play(script, there=False).api.reads == 2


def test_the_registry_can_be_made():
    assert handlers.registry() is not None
