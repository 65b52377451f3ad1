"""What differs from the site that is rehearsed for: facts of a standing lab and claims in, rows out. Pure.

Some rows are of every lab: its nodes are containers, its servers are its own. What is known of the site is
the case's (`lab.spec.case`); nothing of it stands here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from lab.builds.bake import STAND_IN_LABEL
from lab.spec.case import ADDRESSES, Claim, Fact, Listed

MEANING_LABEL = "airgap-lab.stands-for"
OWN_FILES = "yours"


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

    def of(self, fact: Fact) -> tuple[str, ...]:
        """Return the values of *fact* as text."""
        return {
            Fact.KUBERNETES: self.kubernetes,
            Fact.DEFINITIONS: tuple(f"apiextensions.k8s.io/{one}" for one in self.definition_versions),
            Fact.RUNTIMES: self.runtimes,
            Fact.STATIC: (OWN_FILES if self.own_files else "the case's",),
            Fact.SITE: (str(self.site),),
            Fact.PODS: (str(self.pods),),
            Fact.SERVICES: (str(self.services),),
        }[fact]


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


def compare(facts: Facts, claims: Sequence[Claim] = ()) -> tuple[Row, ...]:
    """Return every point on which the lab was compared with the site, the same ones last."""
    ordinary = {row.what: row for row in _ordinary(facts)}
    rows: list[Row] = []
    for claim in claims:
        known = ordinary.pop(claim.what, None)
        row = _claimed(claim, facts) if known is None else _told(known, claim)
        if not (row.same and claim.listed is Listed.WHERE_IT_DIFFERS):
            rows.append(row)
    return tuple(sorted([*rows, *ordinary.values(), *_images(facts), *SEAL], key=lambda row: row.same))


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


def _claimed(claim: Claim, facts: Facts) -> Row:
    values = facts.of(claim.fact) if claim.fact else ()
    here = claim.here if claim.here is not None else ", ".join(values)
    return Row(claim.what, claim.there, here, claim.so, same=claim.fact is not None and _same(claim, values))


def _same(claim: Claim, values: Iterable[str]) -> bool:
    """Tell whether the lab has what the site had.

    Nodes must all have it; of the versions that are offered one is enough; addresses lie in a range.
    """
    if claim.fact in ADDRESSES:
        (here,) = values
        return all(IPv4Address(one) in IPv4Network(here) for one in claim.same)
    fits = [any(re.fullmatch(one, value) for one in claim.same) for value in values]
    return any(fits) if claim.fact is Fact.DEFINITIONS else all(fits)


def _told(row: Row, claim: Claim) -> Row:
    """Put what the document says in the place of what an ordinary site has."""
    return replace(row, document=claim.there, means=claim.so or row.means)


def _ordinary(facts: Facts) -> Iterator[Row]:
    """Yield what differs from any site, because a lab is on one machine."""
    yield Row(
        "nodes",
        "machines of their own",
        f"containers on one kernel, clock and disk, {', '.join(facts.systems)}",
        "times and disk pressure of one node are felt on all of them",
    )
    yield Row("where commands are typed", "at a host", "on the workstation, a container beside the nodes", "")
    yield Row(
        "server of DNS, web and NFS",
        "one host or several",
        "a host of its own, the site",
        "a step that needs the node and the server to be one would not hold",
    )
    yield Row(
        "DNS server",
        "BIND",
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
    here, means = clients.get(facts.nfs_client, ("the kernel's", ""))
    yield Row("NFS client of the nodes", "the kernel's", here, means, same=facts.nfs_client not in clients)


def _images(facts: Facts) -> Iterator[Row]:
    for reference, part in facts.stand_ins.items():
        yield Row(f"image {reference}", "the original", "a stand-in", part)
