"""What every object of a job says of the job: its owner reference, and its events."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from .cluster import Resource

NAME_LENGTH = 40


@dataclass(frozen=True, slots=True)
class Owner:
    """The job, as other objects name it."""

    resource: Resource
    name: str
    namespace: str
    uid: str


def event(
    owner: Owner, component: str, kind: str, reason: str, message: str, *, now: datetime
) -> dict[str, Any]:
    """Give an event on *owner*; *kind* is Normal or Warning, *now* has a time zone."""
    stamp = timestamp(now)
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": f"{owner.name[:NAME_LENGTH]}.", "namespace": owner.namespace},
        "involvedObject": {**_named(owner), "namespace": owner.namespace},
        "type": kind,
        "reason": reason,
        "message": message,
        "source": {"component": component},
        "firstTimestamp": stamp,
        "lastTimestamp": stamp,
        "count": 1,
    }


def owned(owner: Owner, name: str, labels: Mapping[str, str]) -> dict[str, Any]:
    """Give the metadata of an object that goes when *owner* goes."""
    reference = {**_named(owner), "controller": True, "blockOwnerDeletion": True}
    return {
        "name": name,
        "namespace": owner.namespace,
        "labels": dict(labels),
        "ownerReferences": [reference],
    }


def timestamp(moment: datetime) -> str:
    """Write *moment*, which has a time zone, as Kubernetes does."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _named(owner: Owner) -> dict[str, Any]:
    return {
        "apiVersion": f"{owner.resource.group}/{owner.resource.version}",
        "kind": owner.resource.kind,
        "name": owner.name,
        "uid": owner.uid,
    }
