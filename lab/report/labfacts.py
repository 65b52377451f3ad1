"""`lab.json` of a run folder: the lab that a run was made in, so that its page needs no lab any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import TypeAdapter

from lab.report.fidelity import Row
from lab.spec.readback import read_back
from lab.spec.topology import REGISTRY_PORT, Topology


@dataclass(frozen=True, slots=True)
class Node:
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Server:
    name: str
    port: int


@dataclass(frozen=True, slots=True)
class LabFacts:
    name: str
    subnet: str
    site: str
    refusal: str
    nodes: tuple[Node, ...]
    servers: tuple[Server, ...]
    versions: Mapping[str, str] = field(default_factory=dict)
    fidelity: tuple[Row, ...] = ()


_FACTS: TypeAdapter[LabFacts] = TypeAdapter(LabFacts)


def facts_of(topology: Topology, *, versions: Mapping[str, str], fidelity: Sequence[Row] = ()) -> LabFacts:
    return LabFacts(
        topology.name,
        str(topology.network.subnet),
        str(topology.site_address),
        topology.refusal,
        tuple(
            Node(node.name, "control plane" if node.control_plane else "worker")
            for node in topology.cluster.nodes
        ),
        (Server("dns", 53), Server("web", 80), Server("nfs", 2049), Server("registry", REGISTRY_PORT)),
        versions,
        tuple(fidelity),
    )


def as_json(facts: LabFacts) -> str:
    return _FACTS.dump_json(facts, indent=1).decode() + "\n"


def parse(text: str, source: str) -> LabFacts:
    """Read what `as_json` wrote. Raises SpecError."""
    return read_back(_FACTS, text, source, "the facts of a lab")
