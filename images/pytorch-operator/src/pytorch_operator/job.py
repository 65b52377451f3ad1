"""A PyTorchJob's spec: what the operator understands of it, its defaults, and what it refuses.

The original reads the spec into its own types and writes those back, so a field that the types lack
(`backend`, and `masterPort` of the job) disappears from the stored object at the first update. Here the same
comes from building the spec anew.
"""

from __future__ import annotations

import copy
import random
import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from operators.cluster import Resource

GROUP, VERSION, PLURAL, KIND = "kubeflow.org", "v1alpha1", "pytorchjobs", "PyTorchJob"
RESOURCE = Resource(GROUP, VERSION, PLURAL, KIND)
CONTAINER = "pytorch"
DEFAULT_IMAGE = "pytorch/pytorch:v0.2"  # recorded in the spec; nothing runs it
DEFAULT_PORT = 23456
MASTER, WORKER = "MASTER", "WORKER"
LETTERS = string.ascii_lowercase + string.digits


class InvalidSpec(ValueError):
    """The job cannot be worked on; the message goes to its status."""


@dataclass(frozen=True, slots=True)
class ReplicaSet:
    """One entry of `spec.replicaSpecs`, defaults filled in."""

    type: str
    replicas: int
    port: int
    template: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """A valid job that has its RuntimeId."""

    name: str
    namespace: str
    uid: str
    runtime_id: str
    scheduler: str
    replica_sets: tuple[ReplicaSet, ...]

    @property
    def world_size(self) -> int:
        return sum(replica_set.replicas for replica_set in self.replica_sets)

    def of_type(self, replica_type: str) -> ReplicaSet | None:
        return next((it for it in self.replica_sets if it.type == replica_type), None)


def new_runtime_id() -> str:
    """Give four random characters that tell this job's objects from those of its namesakes."""
    return "".join(random.choices(LETTERS, k=4))  # noqa: S311  a name, not a secret


def with_defaults(spec: Any, *, runtime_id: str) -> dict[str, Any]:  # noqa: ANN401
    """Give the spec as it is stored: only what the operator knows, with defaults. Raises `InvalidSpec`."""
    if not isinstance(spec, Mapping):
        raise InvalidSpec("spec is not a mapping")
    sets = spec.get("replicaSpecs") or []
    if not isinstance(sets, list) or not all(isinstance(it, Mapping) for it in sets):
        raise InvalidSpec("replicaSpecs is not a list of replica specs")
    termination = spec.get("terminationPolicy") or {"master": {"replicaName": MASTER, "replicaRank": 0}}
    if not isinstance(termination, Mapping) or not isinstance(termination.get("master"), Mapping):
        raise InvalidSpec("terminationPolicy has no master")
    stored = {
        "RuntimeId": spec.get("RuntimeId") or runtime_id,
        "pytorchImage": spec.get("pytorchImage") or DEFAULT_IMAGE,
        "replicaSpecs": [_replica_set_with_defaults(it) for it in sets],
        "terminationPolicy": copy.deepcopy(termination),
    }
    if spec.get("schedulerName"):
        stored["schedulerName"] = spec["schedulerName"]
    return stored


def read_job(body: Mapping[str, Any]) -> Job:
    """Read a stored object whose spec has its defaults. Raises `InvalidSpec` for the first rule it breaks."""
    metadata, spec = body["metadata"], body["spec"]
    sets = tuple(_read_replica_set(number, it) for number, it in enumerate(spec["replicaSpecs"]))
    if [it.type for it in sets].count(MASTER) != 1:
        raise InvalidSpec("a job needs one replica spec of type MASTER")
    if len({it.type for it in sets}) != len(sets):
        raise InvalidSpec("a job has at most one replica spec of each type")
    master = spec["terminationPolicy"]["master"]
    if (master.get("replicaName"), master.get("replicaRank")) != (MASTER, 0):
        raise InvalidSpec("terminationPolicy must name MASTER with rank 0")
    return Job(
        name=metadata["name"],
        namespace=metadata["namespace"],
        uid=metadata["uid"],
        runtime_id=spec["RuntimeId"],
        scheduler=spec.get("schedulerName", ""),
        replica_sets=sets,
    )


def containers_of(template: Any) -> list[dict[str, Any]]:  # noqa: ANN401  straight from the user's YAML
    """Give the containers of a pod template. Raises `InvalidSpec` when it is not shaped like one."""
    spec = template.get("spec") if isinstance(template, dict) else None
    containers = spec.get("containers") if isinstance(spec, dict) else None
    shaped = isinstance(containers, list) and all(isinstance(it, dict) for it in containers)
    metadata_shaped = shaped and isinstance(template.get("metadata") or {}, dict)
    if not isinstance(containers, list) or not metadata_shaped:
        raise InvalidSpec("template is not a pod template with containers")
    return containers


def _replica_set_with_defaults(given: Mapping[str, Any]) -> dict[str, Any]:
    template = copy.deepcopy(given.get("template"))
    if template is not None:
        containers = containers_of(template)
        # The original's types write these two even when nobody set them.
        template["metadata"] = {"creationTimestamp": None, **(template.get("metadata") or {})}
        for container in containers:
            container.setdefault("resources", {})
    return {
        "masterPort": given.get("masterPort", DEFAULT_PORT),
        "replicaType": given.get("replicaType") or MASTER,
        "replicas": given.get("replicas", 1),
        "template": template,
    }


def _read_replica_set(number: int, given: Mapping[str, Any]) -> ReplicaSet:
    place = f"replicaSpecs[{number}]"
    kind, replicas, port, template = (
        given[key] for key in ("replicaType", "replicas", "masterPort", "template")
    )
    if kind not in (MASTER, WORKER):
        raise InvalidSpec(f"{place}: replicaType is {kind!r}, must be MASTER or WORKER")
    if not isinstance(replicas, int) or replicas < 1:
        raise InvalidSpec(f"{place}: replicas is {replicas!r}, must be a number from 1")
    if kind == MASTER and replicas != 1:
        raise InvalidSpec(f"{place}: MASTER must have replicas = 1, not {replicas}")
    if not isinstance(port, int):
        raise InvalidSpec(f"{place}: masterPort is {port!r}, must be a number")
    if template is None:
        raise InvalidSpec(f"{place}: template is missing")
    if CONTAINER not in [it.get("name") for it in containers_of(template)]:
        raise InvalidSpec(f"{place}: template has no container named {CONTAINER}")
    return ReplicaSet(kind, replicas, port, template)
