"""Bring objects to the cluster, in an order that works, and take them away again."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from . import marks
from .errors import ConflictError, KsError
from .kubectl import Kubectl
from .rendering import Object

ATTEMPTS = 5
FIRST = ("Namespace", "CustomResourceDefinition", "StorageClass", "PersistentVolume")
RIGHTS = ("ServiceAccount", "ClusterRole", "Role", "ClusterRoleBinding", "RoleBinding")
LAST = (
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "Job",
    "CronJob",
    "Pod",
)
CLUSTER_WIDE = frozenset(
    (
        "Namespace",
        "CustomResourceDefinition",
        "StorageClass",
        "PersistentVolume",
        "ClusterRole",
        "ClusterRoleBinding",
    )
)
OTHERS = 100


def ordered(objects: Iterable[Object]) -> list[Object]:
    """Sort for applying: what others need, rights, everything else, and workloads last."""
    rank = {kind: place for place, kind in enumerate((*FIRST, *RIGHTS))}
    return sorted(
        objects, key=lambda found: OTHERS + 1 if found["kind"] in LAST else rank.get(found["kind"], OTHERS)
    )


def describe(found: Object, namespace: str) -> str:
    """Name an object as the log lines do: `deployments default.web`, `clusterroles web`."""
    kind = str(found["kind"]).lower()
    plural = kind[:-1] + "ies" if kind.endswith("y") else kind + ("es" if kind.endswith("s") else "s")
    plural = "endpoints" if kind == "endpoints" else plural
    name = found["metadata"]["name"]
    if found["kind"] in CLUSTER_WIDE:
        return f"{plural} {name}"
    return f"{plural} {found['metadata'].get('namespace') or namespace}.{name}"


def apply(objects: Iterable[Object], namespace: str, kubectl: Kubectl, log: Callable[[str], None]) -> None:
    """Create what is not there and merge into what is. Doing it twice is doing it once."""
    for found in ordered(objects):
        log(f"Applying {describe(found, namespace)}")
        _upsert(marks.mark(found), namespace, kubectl, log)


def delete(objects: Iterable[Object], namespace: str, kubectl: Kubectl, log: Callable[[str], None]) -> None:
    """Take the objects away, workloads first. Nothing there is not an error."""
    for found in reversed(ordered(objects)):
        log(f"Deleting {describe(found, namespace)}")
        kubectl.delete(found, _home(found, namespace))


def _upsert(wanted: Object, namespace: str, kubectl: Kubectl, log: Callable[[str], None]) -> None:
    home = _home(wanted, namespace)
    what = describe(wanted, namespace)
    for attempt in range(1, ATTEMPTS + 1):
        live = kubectl.get(wanted, home)
        if live is None:
            log(f"Creating non-existent {what}")
            kubectl.create(wanted, home)
            return
        patch = marks.three_way(marks.pristine(live), wanted, live)
        if not patch:
            return
        version = (live.get("metadata") or {}).get("resourceVersion")
        patch["metadata"] = {
            **(patch.get("metadata") or {}),
            **({"resourceVersion": version} if version else {}),
        }
        try:
            kubectl.patch(wanted, home, patch)
        except ConflictError as error:
            if attempt == ATTEMPTS:
                raise KsError(f"unable to update {what} after {ATTEMPTS} attempts: {error}") from error
        else:
            return


def _home(found: Object, namespace: str) -> str:
    return str(found["metadata"].get("namespace") or namespace)
