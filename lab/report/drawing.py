"""Where things stand on the drawing of the lab, 360 units wide so that a telephone shows it in full. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lab.report.labfacts import LabFacts

WIDTH = 360
EDGE, GAP = 16, 8
NODE_WIDTH, NODE_HEIGHT = 104, 44
IN_A_ROW = 3
TOP = 78
BUS = 26
"""From the last row of nodes to the wire, and from there to what is below."""
SITE_WIDTH = 2 * NODE_WIDTH + GAP
SERVER_HEIGHT = 20


SHORT = {"control plane": "control pl."}


@dataclass(frozen=True, slots=True)
class Box:
    """*kind* is a class of the style sheet: node, host or server."""

    kind: str
    left: float
    top: float
    width: float
    height: float
    title: str
    note: str = ""

    @property
    def middle(self) -> float:
        return self.left + self.width / 2

    @property
    def bottom(self) -> float:
        return self.top + self.height


@dataclass(frozen=True, slots=True)
class Drawing:
    height: float
    frame_height: float
    wire: float
    boxes: tuple[Box, ...]
    drops: tuple[tuple[float, float, float], ...]
    """Lines from a box to the wire: x, and both ends' y."""


def drawing(facts: LabFacts, *, pulled: Mapping[str, int] | None = None) -> Drawing:
    """Lay out *facts*. *pulled* is how many images each node had from the registry meanwhile, by its name."""
    had = pulled or {}
    nodes = tuple(
        Box(
            "node",
            EDGE + index % IN_A_ROW * (NODE_WIDTH + GAP),
            TOP + index // IN_A_ROW * (NODE_HEIGHT + GAP),
            NODE_WIDTH,
            NODE_HEIGHT,
            _fitting(node.name),
            f"{SHORT.get(node.role, node.role)}, {had[node.name]} pulled" if node.name in had else node.role,
        )
        for index, node in enumerate(facts.nodes)
    )
    wire = max((node.bottom for node in nodes), default=TOP) + BUS
    below = wire + BUS
    rows = -(-len(facts.servers) // 2)
    high = 32 + rows * (SERVER_HEIGHT + 6) + 4
    site = Box("host", EDGE, below, SITE_WIDTH, high, "site", facts.site)
    servers = tuple(
        Box(
            "server",
            EDGE + GAP + index % 2 * (SITE_WIDTH - GAP) / 2,
            below + 32 + index // 2 * (SERVER_HEIGHT + 6),
            (SITE_WIDTH - 3 * GAP) / 2,
            SERVER_HEIGHT,
            server.name,
            str(server.port),
        )
        for index, server in enumerate(facts.servers)
    )
    station = Box("node", EDGE + SITE_WIDTH + GAP, below, NODE_WIDTH, NODE_HEIGHT, "workstation", "commands")
    last_row = [node for node in nodes if node.bottom + BUS == wire]
    return Drawing(
        height=below + high + EDGE + 4,
        frame_height=below + high + EDGE - 46,
        wire=wire,
        boxes=(*nodes, site, *servers, station),
        drops=(
            *((node.middle, node.bottom, wire) for node in last_row),
            *((box.middle, wire, box.top) for box in (site, station)),
        ),
    )


def _fitting(name: str) -> str:
    return name if len(name) <= 15 else name[:14] + "\N{HORIZONTAL ELLIPSIS}"
