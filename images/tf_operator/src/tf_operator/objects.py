"""What is made for a job: a pod and a headless service per replica, of one exact name, with their labels."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from operators import records

from .job import EVALUATOR, EXIT_CODE, NEVER, PORT_NAME, RESOURCE, Job, ReplicaSet

DOMAIN = "svc.cluster.local"


def job_labels(job: Job) -> dict[str, str]:
    """Give the labels by which the objects of *job* are found again."""
    return {"group_name": RESOURCE.group, "tf_job_name": job.name}


def labels(job: Job, replica_type: str, index: int) -> dict[str, str]:
    """Give the labels of one replica; the mix of underscores and dashes is the original's."""
    return {
        **job_labels(job),
        "tf-replica-type": replica_type.lower(),
        "tf-replica-index": str(index),
    }


def name(job: Job, replica_type: str, index: int) -> str:
    """Give the one name that a replica's pod and service share."""
    return f"{job.name}-{replica_type.lower()}-{index}"


def service(job: Job, replica_set: ReplicaSet, index: int) -> dict[str, Any]:
    """Give the service that lets the others find this replica. Raises `NoPort`."""
    own = labels(job, replica_set.type, index)
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": records.owned(job.owner, name(job, replica_set.type, index), own),
        "spec": {
            "clusterIP": "None",
            "selector": own,
            "ports": [{"name": PORT_NAME, "port": replica_set.port}],
        },
    }


def pod(job: Job, replica_set: ReplicaSet, index: int) -> dict[str, Any]:
    """Give the pod: the template with the job's marks, and TF_CONFIG in every container. Raises `NoPort`."""
    template = copy.deepcopy(dict(replica_set.template))
    given = template.get("metadata") or {}
    own = {**(given.get("labels") or {}), **labels(job, replica_set.type, index)}
    metadata = records.owned(job.owner, name(job, replica_set.type, index), own)
    if given.get("annotations"):
        metadata["annotations"] = given["annotations"]
    spec = template["spec"]
    told = {"name": "TF_CONFIG", "value": tf_config(job, replica_set, index)}
    for container in spec["containers"]:
        container["env"] = [*(container.get("env") or []), told]
    policy = replica_set.restart_policy
    spec["restartPolicy"] = NEVER if policy == EXIT_CODE else policy
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}


def tf_config(job: Job, replica_set: ReplicaSet, index: int) -> str:
    """Give the JSON by which TensorFlow finds its peers; an evaluator is not one. Raises `NoPort`."""
    cluster = {
        it.type.lower(): [
            f"{name(job, it.type, number)}.{job.namespace}.{DOMAIN}:{it.port}"
            for number in range(it.replicas)
        ]
        for it in job.replica_sets
        if it.type != EVALUATOR
    }
    task = {"type": replica_set.type.lower(), "index": index}
    return json.dumps({"cluster": dict(sorted(cluster.items())), "task": task}, separators=(",", ":"))


def belongs(job: Job, found: Mapping[str, Any]) -> bool:
    """Tell whether an object that carries the labels is this job's, and not its namesake's."""
    owners = found["metadata"].get("ownerReferences") or []
    controllers = [it.get("uid") for it in owners if it.get("controller")]
    return not controllers or controllers == [job.uid]


def is_replica(found: Mapping[str, Any], job: Job, replica_type: str, index: int) -> bool:
    return labels(job, replica_type, index).items() <= (found["metadata"].get("labels") or {}).items()
