from __future__ import annotations

import copy

from operators.cluster import Conflict


class FakeCluster:
    """An operator's API server: one job, and objects in lists.

    `refusals` are raised by the next creations, but for events.
    """

    def __init__(self, body):
        self.body = body
        self.objects = {"services": [], "pods": [], "events": []}
        self.refusals = []
        self.writes = 0

    async def job(self, namespace, name):
        return copy.deepcopy(self.body)

    async def replace_job(self, body):
        if body["metadata"]["resourceVersion"] != self.body["metadata"]["resourceVersion"]:
            raise Conflict("changed")
        self.writes += 1
        self.body = copy.deepcopy(body)
        self.body["metadata"]["resourceVersion"] += "+"
        return copy.deepcopy(self.body)

    async def matching(self, plural, namespace, labels):
        found = self.objects[plural]
        return [copy.deepcopy(it) for it in found if labels.items() <= it["metadata"]["labels"].items()]

    async def create(self, plural, body):
        if plural != "events" and self.refusals:
            raise self.refusals.pop(0)
        self.objects[plural].append({**copy.deepcopy(body), "status": {"phase": "Pending"}})

    async def delete(self, plural, namespace, name):
        self.objects[plural] = [it for it in self.objects[plural] if it["metadata"]["name"] != name]
