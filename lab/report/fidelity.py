"""What differs from the site that the document was written at: facts of a standing lab in, rows out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from lab.builds.bake import STAND_IN_LABEL

MEANING_LABEL = "airgap-lab.stands-for"

KUBERNETES = "v1.14.1"
SYSTEM = "Ubuntu 18.04.2 LTS"
SITE = IPv4Address("10.142.18.191")
POD = IPv4Address("10.233.125.9")
SERVICES = (IPv4Address("10.233.0.1"), IPv4Address("10.233.35.161"), IPv4Address("10.233.38.151"))
"""As the document's outputs of 2019 show them."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What was read from a standing lab and the engine; nothing here is assumed."""

    kubernetes: tuple[str, ...]
    """The kubelets' versions, each once."""
    systems: tuple[str, ...]
    runtimes: tuple[str, ...]
    definition_versions: tuple[str, ...]
    """The versions of `apiextensions.k8s.io` that the API server has."""
    nfs_client: str
    """`fuse`, `kernel` or `none`."""
    stand_ins: Mapping[str, str]
    """Reference to what it does, for every stand-in that no archive of the user's has replaced."""
    site: IPv4Address
    pods: IPv4Network
    services: IPv4Network
    own_files: bool
    """The web server's files are the user's."""


@dataclass(frozen=True, slots=True)
class Row:
    """One point of comparison. *means* says what follows for a rehearsal."""

    what: str
    document: str
    here: str
    means: str
    same: bool = False


SEAL = (
    Row(
        "IPv6",
        "not said",
        "on the links alone; what goes further is refused and recorded",
        "a TCP connection by IPv6 fails after a second, not at once; names are looked up as without IPv6",
    ),
    Row(
        "frames that are not IP",
        "not said",
        "ARP passes; others are dropped at the sender's port, counted and not listed",
        "what a program sends by them is not in the ledger",
    ),
    Row(
        "second networks of the lab's containers",
        "not said",
        "held on the host, as far as they have an end there: macvlan and ipvlan have none",
        "`lab status` names them; only the seal of the container's own namespace is before a macvlan",
    ),
    Row(
        "multicast and broadcast of a pod",
        "as far as its link",
        "as far as its node, where they are refused and recorded; a frame's, as far as the bridge",
        "neighbours, routers and listeners of IPv6 are looked for as everywhere, unrecorded",
    ),
)
"""What the seal does that a site's network would not, and what it cannot see."""


def compare(facts: Facts) -> tuple[Row, ...]:
    """Return every point on which the lab was compared with the document's site, the same ones last."""
    rows = (*_cluster(facts), *_servers(facts), *_images(facts), *_numbers(facts), *_addresses(facts), *SEAL)
    return tuple(sorted(rows, key=lambda row: row.same))


def as_text(rows: Sequence[Row]) -> str:
    lines = []
    for row in rows:
        if row.same:
            lines.append(f"{row.what}: as in the document ({row.here})")
            continue
        lines += [row.what, f"  document  {row.document}", f"  here      {row.here}"]
        lines += [f"  so        {row.means}"] if row.means else []
    return "\n".join(lines)


def as_data(rows: Sequence[Row]) -> list[dict[str, object]]:
    return [asdict(row) for row in rows]


def node_facts(listed: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Read versions, systems and runtimes, each once, from `kubectl get nodes -o json`."""
    infos = [item["status"]["nodeInfo"] for item in listed["items"]]
    kubernetes, systems, runtimes = (
        tuple(sorted({str(info[key]) for info in infos}))
        for key in ("kubeletVersion", "osImage", "containerRuntimeVersion")
    )
    return kubernetes, systems, runtimes


def stand_ins(images: Sequence[Mapping[str, Any]], replaced: Sequence[str]) -> dict[str, str]:
    """Read the stand-ins from the engine's inspection of images; *replaced* are the user's own, by name."""
    found = {}
    for image in images:
        labels = image["Config"]["Labels"] or {}
        for reference in image["RepoTags"] or ():
            if STAND_IN_LABEL in labels and reference not in replaced:
                found[reference] = str(labels.get(MEANING_LABEL, ""))
    return dict(sorted(found.items()))


def _cluster(facts: Facts) -> Iterator[Row]:
    yield Row(
        "Kubernetes",
        KUBERNETES,
        ", ".join(facts.kubernetes),
        "manifests of interfaces that were removed since are refused here and were accepted there",
        same=facts.kubernetes == (KUBERNETES,),
    )
    if "v1beta1" not in facts.definition_versions:
        yield Row(
            "resource definitions",
            "apiextensions.k8s.io/v1beta1",
            ", ".join(f"apiextensions.k8s.io/{one}" for one in facts.definition_versions),
            "the ks manifests here are v1; the resources that they define keep the document's versions",
        )
    yield Row(
        "nodes",
        f"machines of their own, {SYSTEM}",
        f"containers on one kernel, clock and disk, {', '.join(facts.systems)}",
        "times and disk pressure of one node are felt on all of them",
    )
    if any(not one.startswith("docker:") for one in facts.runtimes):
        yield Row(
            "container runtime",
            "Docker, by the commands that it types",
            ", ".join(facts.runtimes),
            "a node has no `docker`; it has `crictl`",
        )


def _servers(facts: Facts) -> Iterator[Row]:
    yield Row(
        "where commands are typed",
        "on localnode-1, as root",
        "on the workstation, a container beside the nodes",
        "",
    )
    yield Row(
        "server of DNS, web and NFS",
        "localnode-1 itself",
        "a host of its own, the site",
        "a step that needs the node and the server to be one would not hold",
    )
    yield Row(
        "DNS server",
        "bind9",
        "the lab's own, which reads bind's files",
        "no restart is needed to read them again",
    )
    yield Row(
        "zone files",
        "BIND's verdict and answers",
        "the same, held to BIND 9.18 by tests",
        "few and rare things differ: docs/fidelity.md has the list",
    )
    yield Row("NFS server", "the kernel's", "nfs-ganesha, NFSv4 over TCP", "NFSv3 clients are not served")
    yield Row(
        "exports",
        "a child in its parent's file system has its parent's options",
        "each exported folder is as a mount point",
        "options of a child hold here that may not at the site; no netgroups, Kerberos or referrals",
    )
    clients = {
        "fuse": ("a helper through FUSE", "locks hold within one mount, not between nodes"),
        "none": ("none", "no volume of type nfs can be mounted"),
    }
    if facts.nfs_client in clients:
        here, means = clients[facts.nfs_client]
        yield Row("NFS client of the nodes", "the kernel's (nfs-common)", here, means)
    else:
        yield Row("NFS client of the nodes", "the kernel's", "the kernel's", "", same=True)


def _images(facts: Facts) -> Iterator[Row]:
    yield Row(
        "helm",
        "Helm 2 with Tiller",
        "Helm 3, behind a wrapper that takes Helm 2's syntax",
        "there is no Tiller, whose image a site with Helm 2 must have",
    )
    yield Row("ks", "ksonnet's", "a stand-in, for the commands that the document types", "")
    for reference, part in facts.stand_ins.items():
        yield Row(f"image {reference}", "the original", "a stand-in", part)


def _numbers(facts: Facts) -> Iterator[Row]:
    if not facts.own_files:
        yield Row(
            "training files",
            "MNIST",
            "made: 1,797 real digits of another set, in MNIST's form",
            "loss and accuracy are not MNIST's; `--static` takes your files",
        )
    yield Row(
        "loss figures",
        "sample text, the same as in the course that it follows",
        "measured",
        "the form of the lines and that the loss falls are checked, no value is",
    )


def _addresses(facts: Facts) -> Iterator[Row]:
    yield Row("site's address", str(SITE), str(facts.site), "", same=facts.site == SITE)
    yield Row("pods' addresses", f"such as {POD}", str(facts.pods), "", same=POD in facts.pods)
    inside = all(address in facts.services for address in SERVICES)
    yield Row("services' addresses", f"such as {SERVICES[0]}", str(facts.services), "", same=inside)
