"""Objects as the API server gives them, and a cluster that holds them."""

from __future__ import annotations

from typing import Any

from incluster import Object, Refused, Taken
from nfs_provisioner.settings import Settings
from nfs_provisioner.work import CLASSES, VOLUMES

UID = "0d5b6a0e-2f57-4b7c-9d7f-1c1f6f3c9a11"
SETTINGS = Settings("cluster.local/hasty-koala-nfs-client-provisioner", "10.142.18.191", "/opt/nfs")
FOLDER = f"default-claim-admin-pvc-{UID}"


def claim(
    *, annotations: dict[str, str] | None = None, metadata: dict[str, Any] | None = None, **spec: Any
) -> Object:
    ours = {"volume.kubernetes.io/storage-provisioner": SETTINGS.provisioner}
    return {
        "metadata": {
            "namespace": "default",
            "name": "claim-admin",
            "uid": UID,
            "annotations": ours if annotations is None else annotations,
            **(metadata or {}),
        },
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "10Gi"}},
            "storageClassName": "nfs-client",
            **spec,
        },
        "status": {"phase": "Pending"},
    }


def storage_class(**fields: Any) -> Object:
    return {
        "metadata": {"name": "nfs-client"},
        "provisioner": SETTINGS.provisioner,
        "reclaimPolicy": "Delete",
        "parameters": {"archiveOnDelete": "true"},
        **fields,
    }


def released(*, phase: str = "Released", path: str = f"/opt/nfs/{FOLDER}", **spec: Any) -> Object:
    return {
        "metadata": {
            "name": f"pvc-{UID}",
            "uid": "v",
            "annotations": {"pv.kubernetes.io/provisioned-by": SETTINGS.provisioner},
        },
        "spec": {
            "nfs": {"server": SETTINGS.server, "path": path},
            "persistentVolumeReclaimPolicy": "Delete",
            "storageClassName": "nfs-client",
            **spec,
        },
        "status": {"phase": phase},
    }


class FakeCluster:
    """A `Cluster`: objects by path, and what was told of them."""

    def __init__(self, *classes: Object) -> None:
        self.objects = {f"{CLASSES}/{one['metadata']['name']}": one for one in classes}
        self.events: list[tuple[str, str, str]] = []
        self.refuses: set[str] = set()

    def read(self, path: str) -> Object | None:
        return self.objects.get(path)

    def create(self, path: str, body: Object) -> None:
        if path in self.refuses:
            raise Refused(f"{path} is forbidden")
        if path.endswith("/events"):
            self.events.append((body["type"], body["reason"], body["message"]))
            return
        key = f"{path}/{body['metadata']['name']}"
        if key in self.objects:
            raise Taken(f"{key} already exists")
        self.objects[key] = body

    def delete(self, path: str) -> None:
        if path in self.refuses:
            raise Refused(f"{path} is forbidden")
        self.objects.pop(path, None)

    @property
    def volumes(self) -> list[Object]:
        return [body for path, body in self.objects.items() if path.startswith(VOLUMES)]
