from __future__ import annotations

import json
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

import pytest

from lab.host import Host
from lab.host.lab import Lab
from lab.report.fidelity import Facts, Row, as_data, as_text, compare, node_facts, stand_ins
from lab.run import fidelity as reading
from lab.spec.config import LabConfig
from lab.spec.plan import plan
from lab.spec.reading import read_case
from tests.fakes import Exec, FakeClock, FakeContainers, FakeShell, completed

FACTS = Facts(
    kubernetes=("v1.34.4",),
    systems=("Debian GNU/Linux 12 (bookworm)",),
    runtimes=("containerd://1.7.24",),
    definition_versions=("v1",),
    nfs_client="fuse",
    stand_ins={"site.test/trainer:1": "It trains."},
    site=IPv4Address("10.142.18.191"),
    pods=IPv4Network("10.233.64.0/18"),
    services=IPv4Network("10.233.0.0/18"),
    own_files=False,
)
CLAIMS = read_case(Path(__file__).parents[3] / "scenarios" / "cases" / "offline-kubeflow.yaml").site
NODES = {
    "items": [
        {
            "status": {
                "nodeInfo": {
                    "kubeletVersion": version,
                    "osImage": "Debian",
                    "containerRuntimeVersion": "containerd://1",
                }
            }
        }
        for version in ("v1.34.4", "v1.34.4", "v1.33.0")
    ]
}


def row(facts: Facts, what: str) -> Row | None:
    return next((one for one in compare(facts, CLAIMS) if one.what == what), None)


def test_the_version_is_the_one_that_was_read() -> None:
    there = row(FACTS, "Kubernetes")

    assert there is not None
    assert (there.document, there.here, there.same) == ("v1.14.1", "v1.34.4", False)


def test_the_documents_own_version_is_the_same() -> None:
    there = row(replace(FACTS, kubernetes=("v1.14.1",)), "Kubernetes")

    assert there is not None
    assert there.same


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"definition_versions": ("v1", "v1beta1")}, "resource definitions"),
        ({"runtimes": ("docker://18.9.5",)}, "container runtime"),
        ({"stand_ins": {}}, "image site.test/trainer:1"),
        ({"own_files": True}, "training files"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_does_not_differ_is_not_listed(changed: dict[str, Any], what: str) -> None:
    assert row(FACTS, what) is not None
    assert row(replace(FACTS, **changed), what) is None


@pytest.mark.parametrize(
    ("client", "here", "same"),
    [("fuse", "a helper through FUSE", False), ("kernel", "the kernel's", True), ("none", "none", False)],
)
def test_the_nfs_client_is_named(client: str, here: str, same: bool) -> None:  # noqa: FBT001
    there = row(replace(FACTS, nfs_client=client), "NFS client of the nodes")

    assert there is not None
    assert (here, same) == (there.here, there.same)


@pytest.mark.parametrize(
    ("field", "elsewhere", "what"),
    [
        ("site", IPv4Address("10.9.0.254"), "site's address"),
        ("pods", IPv4Network("10.9.64.0/18"), "pods' addresses"),
        ("services", IPv4Network("10.9.0.0/18"), "services' addresses"),
    ],
)
def test_addresses_are_the_documents_unless_chosen_otherwise(
    field: str, elsewhere: object, what: str
) -> None:
    here, there = row(FACTS, what), row(replace(FACTS, **{field: elsewhere}), what)

    assert here is not None
    assert there is not None
    assert (here.same, there.same) == (True, False)


def test_what_is_the_same_comes_last() -> None:
    same = [one.same for one in compare(FACTS, CLAIMS)]

    assert sorted(same) == same
    assert {True, False} == set(same)


def test_the_text_says_both_sides_and_what_follows() -> None:
    rows = (Row("wheels", "four", "three", "it tips over"), Row("colour", "red", "red", "", same=True))

    assert (
        as_text(rows) == "wheels\n  document  four\n  here      three\n  so        it tips over\n"
        "colour: as in the document (red)"
    )
    assert as_data(rows)[0] == {
        "what": "wheels",
        "document": "four",
        "here": "three",
        "means": "it tips over",
        "same": False,
    }


def test_nodes_of_two_versions_are_both_named() -> None:
    assert node_facts(NODES) == (("v1.33.0", "v1.34.4"), ("Debian",), ("containerd://1",))


def test_an_archive_of_the_users_takes_a_stand_in_off_the_list() -> None:
    labels = {"airgap-lab.stand-in": "a", "airgap-lab.stands-for": "It trains."}
    images = [
        {"RepoTags": ["site.test/a:1"], "Config": {"Labels": labels}},
        {"RepoTags": ["site.test/b:1"], "Config": {"Labels": {"airgap-lab.stand-in": "b"}}},
        {"RepoTags": ["airgap-lab/dns:latest"], "Config": {"Labels": None}},
        {"RepoTags": None, "Config": {"Labels": labels}},
    ]

    assert stand_ins(images, []) == {"site.test/a:1": "It trains.", "site.test/b:1": ""}
    assert stand_ins(images, ["site.test/a:1"]) == {"site.test/b:1": ""}


def test_facts_come_from_the_lab_and_the_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    def at_node(asked: Exec) -> Any:
        assert asked.container == "lab-control-plane"
        if "nodes" in asked.argv:
            return completed(json.dumps(NODES))
        if "--raw" in asked.argv:
            return completed('{"versions": [{"version": "v1"}]}')
        return completed("kernel\n")

    def engine(argv: tuple[str, ...]) -> Any:
        if argv[:3] == ("docker", "image", "ls"):
            return completed("site.test/a:1\n")
        assert argv == ("docker", "image", "inspect", "site.test/a:1")
        labels = {"airgap-lab.stand-in": "a"}
        return completed(json.dumps([{"RepoTags": ["site.test/a:1"], "Config": {"Labels": labels}}]))

    config = LabConfig(subnet=IPv4Network("10.9.0.0/24"))
    host = Host(FakeShell(engine), FakeContainers(at_node, anything_stands=True), FakeClock())

    facts = reading.read(Lab(config, plan(config), host, tmp_path, tmp_path / "cache"))

    assert facts.kubernetes == ("v1.33.0", "v1.34.4")
    assert facts.definition_versions == ("v1",)
    assert facts.nfs_client == "kernel"
    assert facts.stand_ins == {"site.test/a:1": ""}
    assert facts.site == IPv4Address("10.9.0.254")
