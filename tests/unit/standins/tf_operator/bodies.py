"""Jobs as the API server gives them, and the API server that keeps them."""

from __future__ import annotations

import asyncio

from tests.unit.standins.operators import fakes
from tf_operator.job import read_job, with_defaults
from tf_operator.reconcile import step

IMAGE = "gcr.io/tf-on-k8s-dogfood/tf_sample:dc944ff"


def replica_set(replicas=1, *, policy="Never", name="tensorflow", **more):
    container = {"name": name, "image": IMAGE}
    return {
        "replicas": replicas,
        "restartPolicy": policy,
        "template": {"spec": {"containers": [container], **more}},
    }


def job(sets=None, **spec):
    """The document's job, or one of other replica sets."""
    sets = sets or {"Master": replica_set(), "Worker": replica_set(), "PS": replica_set(2)}
    return {
        "apiVersion": "kubeflow.org/v1alpha2",
        "kind": "TFJob",
        "metadata": {"name": "example-job", "namespace": "default", "uid": "u-1", "resourceVersion": "1"},
        "spec": {"tfReplicaSpecs": sets, **spec},
    }


def read(body=None):
    body = body or job()
    return read_job({**body, "spec": with_defaults(body["spec"])})


class FakeCluster(fakes.FakeCluster):
    """With what the tests ask of it."""

    def steps(self, count=1):
        async def several():
            return [await step(self, "default", "example-job", "u-1") for _ in range(count)]

        return asyncio.run(several())

    def turn(self, **phases):
        """Let pods be in a phase, by the end of their names with `_` for `-`; `code_137` is a failed one."""
        for name, phase in phases.items():
            pod = self.pod(name.replace("_", "-"))
            code = int(phase.removeprefix("code_")) if phase.startswith("code_") else None
            pod["status"] = {"phase": phase if code is None else "Failed"}
            if code is not None:
                ended = {"name": "tensorflow", "state": {"terminated": {"exitCode": code}}}
                pod["status"]["containerStatuses"] = [{"name": "sidecar", "state": {}}, ended]

    def pod(self, end):
        (found,) = [it for it in self.objects["pods"] if it["metadata"]["name"] == f"example-job-{end}"]
        return found

    def names(self, plural):
        return sorted(it["metadata"]["name"].removeprefix("example-job-") for it in self.objects[plural])

    def told(self, reason):
        return [it["message"] for it in self.objects["events"] if it["reason"] == reason]

    @property
    def status(self):
        return self.body["status"]

    @property
    def conditions(self):
        return [it["type"] for it in self.status["conditions"] or []]
