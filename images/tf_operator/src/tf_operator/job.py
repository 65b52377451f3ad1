"""A TFJob's spec: what the operator understands of it, and the defaults that it writes back.

The original reads the spec into its own types and writes those back with the first status, so that fields
which the types lack disappear from the stored object. Here the same comes from building the spec anew.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from operators.cluster import Resource
from operators.records import Owner

RESOURCE = Resource("kubeflow.org", "v1alpha2", "tfjobs", "TFJob")
CONTAINER = "tensorflow"
PORT_NAME, DEFAULT_PORT = "tfjob-port", 2222
PS, WORKER, CHIEF, EVALUATOR = "PS", "Worker", "Chief", "Evaluator"
KNOWN = {it.lower(): it for it in (PS, WORKER, CHIEF, EVALUATOR)}
"""Written in any case they become these. "Master" is not among them in v0.2.0, and is taken all the same."""
NEVER, EXIT_CODE = "Never", "ExitCode"
CLEAN_ALL, CLEAN_RUNNING, CLEAN_NONE = "All", "Running", "None"


class InvalidSpec(ValueError):
    """The object is not a TFJob that the operator can read."""


class NoPort(ValueError):
    """A replica set has no container of the right name, or that one no port; it is tried again for ever."""


@dataclass(frozen=True, slots=True)
class ReplicaSet:
    """One entry of `spec.tfReplicaSpecs`, defaults filled in."""

    type: str
    replicas: int
    restart_policy: str
    template: Mapping[str, Any]

    @property
    def port(self) -> int:
        """The port of the container `tensorflow`; none other will do. Raises `NoPort`."""
        for container in self.template["spec"]["containers"]:
            for port in (container.get("ports") or []) if container.get("name") == CONTAINER else []:
                if port.get("name") == PORT_NAME:
                    return int(port["containerPort"])
        raise NoPort(f"failed to found the port of {self.type}: no container {CONTAINER} with {PORT_NAME}")


@dataclass(frozen=True, slots=True)
class Job:
    """A job that could be read."""

    name: str
    namespace: str
    uid: str
    clean_pod_policy: str
    replica_sets: tuple[ReplicaSet, ...]

    @property
    def owner(self) -> Owner:
        return Owner(RESOURCE, self.name, self.namespace, self.uid)

    def has(self, replica_type: str) -> bool:
        return any(it.type == replica_type for it in self.replica_sets)


def with_defaults(spec: Any) -> dict[str, Any]:  # noqa: ANN401  straight from the user's YAML
    """Give the spec as it is stored: only what the operator knows, with defaults. Raises `InvalidSpec`."""
    sets = spec.get("tfReplicaSpecs") if isinstance(spec, Mapping) else None
    if not isinstance(sets, Mapping) or not sets:
        raise InvalidSpec("spec has no tfReplicaSpecs")
    return {
        "cleanPodPolicy": spec.get("cleanPodPolicy") or CLEAN_RUNNING,
        "tfReplicaSpecs": {
            KNOWN.get(str(key).lower(), str(key)): _replica_set_with_defaults(str(key), given)
            for key, given in sorted(sets.items())
        },
    }


def read_job(body: Mapping[str, Any]) -> Job:
    """Read a stored object whose spec has its defaults."""
    metadata, spec = body["metadata"], body["spec"]
    return Job(
        name=metadata["name"],
        namespace=metadata["namespace"],
        uid=metadata["uid"],
        clean_pod_policy=spec["cleanPodPolicy"],
        replica_sets=tuple(
            ReplicaSet(kind, given["replicas"], given["restartPolicy"], given["template"])
            for kind, given in spec["tfReplicaSpecs"].items()
        ),
    )


def _replica_set_with_defaults(key: str, given: Any) -> dict[str, Any]:  # noqa: ANN401
    replicas = given.get("replicas", 1) if isinstance(given, Mapping) else None
    if not isinstance(replicas, int) or isinstance(replicas, bool):
        raise InvalidSpec(f"tfReplicaSpecs.{key}.replicas is {replicas!r}, not a number")
    template = copy.deepcopy(given.get("template"))
    containers = _containers_of(key, template)
    # The original's types write these two even when nobody set them.
    template["metadata"] = {"creationTimestamp": None, **(template.get("metadata") or {})}
    for container in containers:
        container.setdefault("resources", {})
    main = next((it for it in containers if it.get("name") == CONTAINER), containers[0])
    ports = main.get("ports") or []
    if PORT_NAME not in [it.get("name") for it in ports]:
        main["ports"] = [*ports, {"name": PORT_NAME, "containerPort": DEFAULT_PORT}]
    return {
        "replicas": replicas,
        "restartPolicy": given.get("restartPolicy") or NEVER,
        "template": template,
    }


def _containers_of(key: str, template: Any) -> list[dict[str, Any]]:  # noqa: ANN401
    spec = template.get("spec") if isinstance(template, dict) else None
    containers = spec.get("containers") if isinstance(spec, dict) else None
    if (
        not isinstance(containers, list)
        or not containers
        or not all(isinstance(it, dict) and _ports_are_read(it) for it in containers)
        or not isinstance(template.get("metadata") or {}, dict)
    ):
        raise InvalidSpec(f"tfReplicaSpecs.{key}.template is not a pod template with containers")
    return containers


def _ports_are_read(container: Mapping[str, Any]) -> bool:
    ports = container.get("ports") or []
    return isinstance(ports, list) and all(
        isinstance(it, Mapping) and isinstance(it.get("containerPort"), int) for it in ports
    )
