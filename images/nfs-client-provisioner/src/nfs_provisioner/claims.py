"""What a claim wants and whether it is this provisioner's to give. Pure.

Facts: the original's `lib/controller`, and the annotations that Kubernetes puts on a claim for whoever is to
provision it (`pkg/controller/volume/persistentvolume`). Nothing here asks for a `selfLink`: the original did,
and Kubernetes has given none since 1.20.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PROVISIONERS = ("volume.kubernetes.io/storage-provisioner", "volume.beta.kubernetes.io/storage-provisioner")
CLASS = "volume.beta.kubernetes.io/storage-class"
"""What stood for `storageClassName` before there was one; it still counts first."""
NODE = "volume.kubernetes.io/selected-node"


class Refusal(Exception):
    """The claim asks for what there is not; the message goes into its event."""


@dataclass(frozen=True, slots=True)
class Claim:
    namespace: str
    name: str
    uid: str
    storage_class: str
    access_modes: tuple[str, ...]
    storage: str
    """As asked for. It is noted and not enforced."""

    @property
    def volume(self) -> str:
        return f"pvc-{self.uid}"

    @property
    def folder(self) -> str:
        return f"{self.namespace}-{self.name}-{self.volume}"

    @property
    def shown(self) -> str:
        return f"{self.namespace}/{self.name}"


def is_ours(body: Mapping[str, Any], provisioner: str) -> bool:
    """Say whether the claim waits for *provisioner*."""
    annotations = body["metadata"].get("annotations") or {}
    return (
        not body["spec"].get("volumeName")
        and "deletionTimestamp" not in body["metadata"]
        and provisioner in [annotations.get(key) for key in PROVISIONERS]
    )


def read(body: Mapping[str, Any]) -> Claim:
    """Read a stored claim. Raises Refusal for a selector, which no folder can be found by."""
    metadata, spec = body["metadata"], body["spec"]
    if spec.get("selector") is not None:
        raise Refusal("claim Selector is not supported")
    return Claim(
        namespace=metadata["namespace"],
        name=metadata["name"],
        uid=metadata["uid"],
        storage_class=class_name(body),
        access_modes=tuple(spec["accessModes"]),
        storage=spec["resources"]["requests"]["storage"],
    )


def class_name(body: Mapping[str, Any]) -> str:
    """Return the name of the claim's (or volume's) class, empty if it has none."""
    annotations = body["metadata"].get("annotations") or {}
    return str(annotations.get(CLASS) or body["spec"].get("storageClassName") or "")


def waits_for_a_node(body: Mapping[str, Any], storage_class: Mapping[str, Any]) -> bool:
    """Say whether the class wants the pod placed first and that has not happened yet."""
    return storage_class.get("volumeBindingMode") == "WaitForFirstConsumer" and NODE not in (
        body["metadata"].get("annotations") or {}
    )
