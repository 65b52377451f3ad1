"""Give a claim its folder and volume; give up a volume that was let go. Asked twice, it is done once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from incluster import Cluster, Object, Refused, Taken

from . import claims, folders, objects
from .claims import Claim, Refusal
from .folders import Unfit
from .settings import Settings

VOLUMES = "/api/v1/persistentvolumes"
CLAIMS = "/api/v1/persistentvolumeclaims"
CLASSES = "/apis/storage.k8s.io/v1/storageclasses"

log = logging.getLogger(__name__)


class Failed(Exception):
    """It did not work, and was told of in an event; it may be tried again."""


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Work:
    """*export* is where the NFS export is mounted here."""

    cluster: Cluster
    settings: Settings
    export: Path
    clock: Callable[[], datetime] = now

    def claim(self, body: Object) -> None:
        """Provision what the claim asks for, if it is this provisioner's to do. Raises Failed."""
        if not claims.is_ours(body, self.settings.provisioner):
            return
        name = claims.class_name(body)
        try:
            storage_class = self._class(name)
            if claims.waits_for_a_node(body, storage_class):
                return
            claim = claims.read(body)
            if self.cluster.read(f"{VOLUMES}/{claim.volume}") is not None:
                return  # the claim is about to be bound to it
            self._provision(body, claim, storage_class)
        except (Refusal, Refused, Unfit, OSError) as error:
            message = f'failed to provision volume with StorageClass "{name}": {error}'
            self._tell(body, "Warning", "ProvisioningFailed", message)
            raise Failed(message) from error

    def volume(self, body: Object) -> None:
        """Give up a volume whose claim is gone, if it is this provisioner's to do. Raises Failed."""
        if not self._let_go(body):
            return
        spec, name = body["spec"], body["metadata"]["name"]
        try:
            folder = folders.named(spec["nfs"]["path"], self.settings.path)
            parameters = self._class(claims.class_name(body)).get("parameters")
            folders.give_up(self.export, folder, archive=folders.to_be_archived(parameters))
            self.cluster.delete(f"{VOLUMES}/{name}")
        except (Refused, Unfit, OSError) as error:
            self._tell(body, "Warning", "VolumeFailedDelete", str(error))
            raise Failed(f"delete {name}: {error}") from error
        log.info("volume %s deleted", name)

    def _provision(self, body: Object, claim: Claim, storage_class: Object) -> None:
        self._tell(
            body,
            "Normal",
            "Provisioning",
            f'External provisioner is provisioning volume for claim "{claim.shown}"',
        )
        folders.make(self.export, claim.folder)
        try:
            self.cluster.create(VOLUMES, objects.volume(claim, storage_class, self.settings))
        except Taken:
            log.info("volume %s is there already", claim.volume)
            return
        self._tell(body, "Normal", "ProvisioningSucceeded", f"Successfully provisioned volume {claim.volume}")

    def _let_go(self, body: Object) -> bool:
        annotations = body["metadata"].get("annotations") or {}
        return (
            annotations.get(objects.PROVISIONED_BY) == self.settings.provisioner
            and (body.get("status") or {}).get("phase") in {"Released", "Failed"}
            and body["spec"].get("persistentVolumeReclaimPolicy") == "Delete"
            and "deletionTimestamp" not in body["metadata"]
            and "nfs" in body["spec"]
        )

    def _class(self, name: str) -> Object:
        found = self.cluster.read(f"{CLASSES}/{name}") if name else None
        if found is None:
            raise Unfit(f'storageclass.storage.k8s.io "{name}" not found')
        return found

    def _tell(self, about: Object, kind: str, reason: str, message: str) -> None:
        """Record an event; one that is refused is worth a log line only, as everywhere in Kubernetes."""
        log.log(logging.INFO if kind == "Normal" else logging.WARNING, "%s: %s", reason, message)
        made = objects.event(
            about, kind, reason, message, component=self.settings.provisioner, now=self.clock()
        )
        try:
            self.cluster.create(f"/api/v1/namespaces/{made['metadata']['namespace']}/events", made)
        except Refused as refusal:
            log.warning("an event was refused: %s", refusal)
