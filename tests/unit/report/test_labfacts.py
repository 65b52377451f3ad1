"""What a run folder keeps of its lab, and the drawing that is made of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lab.errors import SpecError
from lab.report.drawing import WIDTH, drawing
from lab.report.fidelity import Row
from lab.report.labfacts import Node, as_json, facts_of, parse
from lab.spec.config import LabConfig
from lab.spec.plan import plan

FACTS = facts_of(
    plan(LabConfig()),
    versions={"Kubernetes": "v1.34.1"},
    fidelity=[
        Row("Kubernetes", "v1.14.1", "v1.34.1", "other interfaces"),
        Row("site", "a", "a", "", same=True),
    ],
)


def test_what_is_written_reads_the_same():
    assert parse(as_json(FACTS), "lab.json") == FACTS


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"name": 3}'])
def test_what_is_none_is_told(text):
    with pytest.raises(SpecError, match=r"lab\.json: not the facts of a lab: "):
        parse(text, "lab.json")


def test_the_topology_is_in_it():
    assert [node.name for node in FACTS.nodes] == ["localnode-1", "localnode-2", "localnode-3"]
    assert [node.role for node in FACTS.nodes] == ["control plane", "worker", "worker"]
    assert (FACTS.subnet, FACTS.site) == ("10.142.18.0/24", "10.142.18.191")


@pytest.mark.parametrize("nodes", [0, 1, 3, 4, 9])
def test_boxes_stay_within_the_drawing_and_nodes_do_not_overlap(nodes):
    facts = replace(FACTS, nodes=tuple(Node(f"a-node-with-a-long-name-{n}", "worker") for n in range(nodes)))
    drawn = drawing(facts)
    boxes = [box for box in drawn.boxes if box.kind != "server"]

    assert len(drawn.boxes) == nodes + len(facts.servers) + 2
    assert all(box.left > 0 and box.left + box.width < WIDTH and box.bottom < drawn.height for box in boxes)
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            apart = one.left + one.width <= other.left or other.left + other.width <= one.left
            assert apart or one.bottom <= other.top or other.bottom <= one.top
