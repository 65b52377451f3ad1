"""What is made for a claim: its volume, and the events that tell of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from .claims import Claim
from .settings import Settings

PROVISIONED_BY = "pv.kubernetes.io/provisioned-by"


def volume(claim: Claim, storage_class: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """Give the claim's volume: bound to it beforehand, policy and mount options as the class says."""
    spec = {
        "accessModes": list(claim.access_modes),
        "capacity": {"storage": claim.storage},
        "claimRef": {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "namespace": claim.namespace,
            "name": claim.name,
            "uid": claim.uid,
        },
        "nfs": {"server": settings.server, "path": f"{settings.path.rstrip('/')}/{claim.folder}"},
        "persistentVolumeReclaimPolicy": storage_class.get("reclaimPolicy") or "Delete",
        "storageClassName": claim.storage_class,
    }
    if storage_class.get("mountOptions"):
        spec["mountOptions"] = list(storage_class["mountOptions"])
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": claim.volume, "annotations": {PROVISIONED_BY: settings.provisioner}},
        "spec": spec,
    }


def event(
    about: Mapping[str, Any], kind: str, reason: str, message: str, *, component: str, now: datetime
) -> dict[str, Any]:
    """Give an event on the object *about*; *kind* is Normal or Warning, *now* has a time zone."""
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    metadata = about["metadata"]
    namespace = metadata.get("namespace") or "default"
    return {
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"generateName": f"{metadata['name']}.", "namespace": namespace},
        "involvedObject": {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim" if "namespace" in metadata else "PersistentVolume",
            "name": metadata["name"],
            "namespace": metadata.get("namespace", ""),
            "uid": metadata["uid"],
            "resourceVersion": metadata.get("resourceVersion", ""),
        },
        "type": kind,
        "reason": reason,
        "message": message,
        "source": {"component": component},
        "firstTimestamp": stamp,
        "lastTimestamp": stamp,
        "count": 1,
    }
