"""The whole lab follows from the choices, and from nothing else."""

from __future__ import annotations

import json
from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

import pytest

from lab.spec.books import LEDGER, WEB_CONFIGURATION
from lab.spec.config import LabConfig
from lab.spec.plan import SETTINGS, plan
from lab.spec.topology import ContainerSpec

LAB = plan(LabConfig())
OTHER = plan(LabConfig(name="other", subnet=IPv4Network("10.142.19.0/24")))


def test_the_same_choices_give_the_same_lab():
    again = plan(LabConfig())

    assert again == LAB
    assert [one.digest for one in again.containers] == [one.digest for one in LAB.containers]


def test_the_document_finds_its_own_names_and_addresses():
    assert LAB.site_address == IPv4Address("10.142.18.191")
    assert LAB.registry_url == "http://10.142.18.191:5000"
    assert [node.name for node in LAB.cluster.nodes] == ["localnode-1", "localnode-2", "localnode-3"]
    assert LAB.nfs.files["/etc/exports"] == b"/opt/nfs  *(rw,async,no_root_squash,no_subtree_check)\n"
    assert LAB.web.image == "jrelva/nginx-autoindex:latest"


def test_kinds_containers_have_the_names_that_kind_gives_them():
    containers = {node.container: node.control_plane for node in OTHER.cluster.nodes}

    assert containers == {"other-control-plane": True, "other-worker": False, "other-worker2": False}
    assert OTHER.cluster.control_plane.name == "localnode-1"


def test_two_labs_have_nothing_of_the_same_name():
    def names(lab):
        return {
            lab.name,
            lab.network.name,
            lab.network.bridge,
            *(one.name for one in lab.containers),
            *(node.container for node in lab.cluster.nodes),
            *(volume for one in lab.containers for volume in one.volumes),
        }

    assert names(LAB) & names(OTHER) == set()
    assert LAB.labels != OTHER.labels


@pytest.mark.parametrize("name", ["a", "a" * 20])
def test_an_interface_name_fits_the_kernel(name):
    assert len(plan(LabConfig(name=name)).network.bridge) <= 15


def test_the_parts_of_the_site_share_one_namespace_and_come_after_it():
    sharing = {one.role for one in LAB.containers if one.shares == LAB.site.name}
    order = [one.role for one in LAB.containers]

    assert sharing == {"dns", "web", "nfs", "registry", "front"}
    assert all(order.index("site") < order.index(role) for role in sharing)


def test_every_container_is_listed_once():
    of_the_lab = {
        getattr(LAB, field).name
        for field in LAB.__dataclass_fields__
        if isinstance(getattr(LAB, field), ContainerSpec)
    }

    assert sorted(one.name for one in LAB.containers) == sorted(of_the_lab)


def test_only_the_gatekeeper_may_do_everything():
    assert [one.role for one in LAB.containers if one.privileged or one.host_pid or one.host_network] == [
        "seal"
    ]
    assert {one.role: one.capabilities for one in LAB.containers if one.capabilities} == {
        "nfs": ("DAC_READ_SEARCH", "SYS_ADMIN"),
        "workstation": ("SYS_ADMIN",),
    }


def test_whoever_has_a_name_to_ask_asks_the_site():
    askers = {one.role for one in LAB.containers if one.dns == LAB.site_address}

    assert askers == {"site", "sinkhole", "workstation"}


def test_the_operator_writes_where_dns_and_web_read():
    shared = {"lab-static": "/usr/local/static", "lab-bind": "/etc/bind"}
    assert LAB.workstation.volumes == {**shared, "lab-engine": "/var/lib/docker"}
    books = {"lab-ledger": LEDGER}
    assert LAB.web.volumes == {"lab-static": "/usr/share/nginx/html", **books}
    assert LAB.dns.volumes == {"lab-bind": "/etc/bind", **books}


def test_the_ledger_is_written_by_those_who_know_and_by_nobody_that_a_user_works_at():
    writers = {one.role for one in LAB.containers if LEDGER in one.volumes.values()}

    assert writers == {"seal", "dns", "web", "sinkhole"}
    assert f"{LEDGER}/names.jsonl" in LAB.dns.command
    assert f"{LEDGER}/sunk.jsonl" in LAB.sinkhole.command
    assert f"access_log {LEDGER}/$missing.jsonl".encode() in LAB.web.files[WEB_CONFIGURATION]


def test_kinds_own_names_are_asked_of_dockers_resolver():
    settings = json.loads(LAB.dns.files[SETTINGS])

    assert settings["delegate"] == {
        "names": ["lab-control-plane", "lab-worker", "lab-worker2"],
        "server": "127.0.0.11",
    }
    assert settings["mode"] == "deny"


def test_the_network_keeps_the_choices():
    config = LabConfig(subnet=IPv4Network("10.142.19.0/24"), refusal="drop")

    assert LabConfig.model_validate_json(plan(config).network.record) == config


@pytest.mark.parametrize(
    "change",
    [
        {"image": "another"},
        {"command": ("another",)},
        {"env": {"A": "b"}},
        {"files": {"/etc/another": b"another"}},
        {"volumes": {}},
        {"capabilities": ("NET_ADMIN",)},
        {"privileged": True},
        {"host_pid": True},
        {"host_network": True},
        {"shares": "another"},
        {"address": IPv4Address("10.142.18.7")},
        {"dns": None},
        {"hostname": "another"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_changed_spec_has_another_digest(change):
    assert replace(LAB.workstation, **change).digest != LAB.workstation.digest


def test_the_order_of_a_mapping_does_not_matter():
    turned = replace(LAB.workstation, volumes=dict(reversed(LAB.workstation.volumes.items())))

    assert turned.digest == LAB.workstation.digest
