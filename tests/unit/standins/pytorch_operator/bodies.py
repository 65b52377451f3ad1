"""Jobs and pods as the API server gives them."""

from __future__ import annotations

from pytorch_operator.job import read_job, with_defaults

IMAGE = "gcr.io/kubeflow-ci/pytorch-dist-mnist_test:1.0"


def template():
    container = {"image": IMAGE, "imagePullPolicy": "IfNotPresent", "name": "pytorch"}
    return {"spec": {"containers": [container], "restartPolicy": "OnFailure"}}


def document_job(name="distributed-mnist"):
    """The job of the document's section 3.2."""
    return {
        "apiVersion": "kubeflow.org/v1alpha1",
        "kind": "PyTorchJob",
        "metadata": {"name": name, "namespace": "default", "uid": "u-1", "resourceVersion": "1"},
        "spec": {
            "backend": "tcp",
            "masterPort": "23456",
            "replicaSpecs": [
                {"replicas": 1, "replicaType": "MASTER", "template": template()},
                {"replicas": 3, "replicaType": "WORKER", "template": template()},
            ],
        },
    }


def read(body=None):
    body = body or document_job()
    return read_job({**body, "spec": with_defaults(body["spec"], runtime_id="rgcp")})


def pod(job, replica_type, index, *, state=None, phase="Running", created="2026-01-01T00:00:00Z"):
    labels = {
        "kubeflow.org": "",
        "job_type": replica_type,
        "runtime_id": job.runtime_id,
        "pytorch_job_name": job.name,
        "task_index": str(index),
    }
    statuses = [{"name": "sidecar", "state": {"running": {}}}]
    if state is not None:
        statuses.append({"name": "pytorch", "state": state})
    return {
        "metadata": {"labels": labels, "creationTimestamp": created},
        "status": {"phase": phase, "containerStatuses": statuses},
    }


def ended(code):
    return {"terminated": {"exitCode": code}}
