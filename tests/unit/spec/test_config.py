"""Choices fit together, or one clear message says which does not."""

from __future__ import annotations

import os
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from lab.errors import SpecError
from lab.spec.config import NOBODYS, SMALLEST_PREFIX, LabConfig
from lab.spec.plan import plan
from lab.spec.reading import config_from, read_config


def problem(**choices):
    with pytest.raises(SpecError) as caught:
        config_from(choices, "command line")
    (only,) = caught.value.problems
    return only


def test_choosing_nothing_is_the_documents_site():
    config = LabConfig()

    assert (str(config.subnet), str(config.site), str(config.gateway)) == (
        "10.142.18.0/24",
        "10.142.18.191",
        "10.142.18.1",
    )


def test_another_subnet_has_its_site_at_its_end():
    assert LabConfig(subnet=IPv4Network("10.142.19.0/24")).site == IPv4Address("10.142.19.254")


def test_a_larger_subnet_that_has_the_documents_address_keeps_it():
    assert LabConfig(subnet=IPv4Network("10.142.16.0/20")).site == IPv4Address("10.142.18.191")


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        ({"subnet": "10.142.18"}, "subnet: '10.142.18' is no IPv4 network; write it like 10.142.18.0/24"),
        (
            {"subnet": "10.142.18.5/24"},
            "subnet: '10.142.18.5/24' is an address within a network; did you mean '10.142.18.0/24'?",
        ),
        ({"subnet": "10.142.19.0/29"}, "subnet 10.142.19.0/29 is too small: a lab needs /28 or larger"),
        ({"site_address": "10.9.9.9"}, "site_address 10.9.9.9 is not in subnet 10.142.18.0/24"),
        (
            {"site_address": "10.142.18.0"},
            "site_address 10.142.18.0 is the network's, the gateway's or the broadcast address",
        ),
        (
            {"site_address": "10.142.18.1"},
            "site_address 10.142.18.1 is the network's, the gateway's or the broadcast address",
        ),
        (
            {"site_address": "10.142.18.255"},
            "site_address 10.142.18.255 is the network's, the gateway's or the broadcast address",
        ),
        ({"site_address": "10.142.18.2"}, "the address before it is the gateway's"),
        (
            {"pod_subnet": "10.142.0.0/16"},
            "subnet 10.142.18.0/24 and pod_subnet 10.142.0.0/16 overlap",
        ),
        (
            {"service_subnet": "10.142.18.0/28"},
            "subnet 10.142.18.0/24 and service_subnet 10.142.18.0/28 overlap",
        ),
        (
            {"service_subnet": "10.233.64.0/24"},
            "pod_subnet 10.233.64.0/18 and service_subnet 10.233.64.0/24 overlap",
        ),
        (
            {"pod_subnet": "10.200.0.0/23"},
            "pod_subnet 10.200.0.0/23 is too small: a lab needs /22 or larger",
        ),
        ({"refusal": "ignore"}, "refusal: "),
        ({"name": "Lab"}, "'Lab': a lab's name is a lower-case letter"),
        ({"name": "a" * 21}, "a lab's name is a lower-case letter"),
        ({"subnt": "10.0.0.0/24"}, "subnt"),
    ],
)
def test_what_does_not_fit_is_one_message(choices, said):
    only = problem(**choices)

    assert only.startswith("command line: ")
    assert said in only
    assert "\n" not in only


@pytest.mark.parametrize(
    "choices",
    [
        {"subnet": "10.142.19.0/28"},
        {"site_address": "10.142.18.254"},
        {"pod_subnet": "10.143.0.0/16"},
        {"pod_subnet": "10.200.0.0/22"},
        {"refusal": "drop"},
        {"name": "a" * 20},
        {"name": "s-1"},
    ],
)
def test_its_twin_fits(choices):
    config = config_from(choices, "command line")

    assert {key: str(getattr(config, key)) for key in choices} == choices


@given(st.text(max_size=25))
def test_any_text_is_a_name_that_docker_takes_or_one_problem(text):
    try:
        config = config_from({"name": text}, "command line")
    except SpecError as error:
        assert len(error.problems) == 1  # noqa: PT017 - either end is right
    else:
        assert config.name == text
        assert text.isascii()
        assert text[0].isalpha()


@given(
    st.integers(min_value=1 << 24, max_value=(224 << 24) - 1),
    st.integers(min_value=8, max_value=SMALLEST_PREFIX),
)
def test_in_every_subnet_the_lab_has_addresses_of_its_own(number, prefix):
    subnet = IPv4Network((number, prefix), strict=False)
    assume(not any(subnet.overlaps(one) for one in NOBODYS))
    elsewhere = {
        "pod_subnet": "10.233.64.0/18" if not subnet.overlaps(IPv4Network("10.0.0.0/8")) else "172.20.0.0/18",
        "service_subnet": "10.233.0.0/18"
        if not subnet.overlaps(IPv4Network("10.0.0.0/8"))
        else "172.21.0.0/18",
    }
    config = config_from({"subnet": str(subnet), **elsewhere}, "command line")
    own = {config.site, config.sinkhole, config.gateway}

    assert len(own) == 3
    assert all(subnet[0] < address < subnet[-1] for address in own)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("static: ./static", {"static": "{folder}/static"}),
        ("static: static", {"static": "{folder}/static"}),
        ("static: ../static", {"static": "{folder}/../static"}),
        ("static: /srv/static", {"static": "/srv/static"}),
        ("static: ~/static", {"static": "{home}/static"}),
        ("static: .", {"static": "{folder}"}),
        ("node_image: ./node.tar.xz", {"node_image": "{folder}/node.tar.xz"}),
        ("node_image: node.tar.xz", {"node_image": "{folder}/node.tar.xz"}),
        ("node_image: images/node.tgz", {"node_image": "{folder}/images/node.tgz"}),
        ("node_image: ../node.tar.zst", {"node_image": "{folder}/../node.tar.zst"}),
        ("node_image: /srv/node.tar", {"node_image": "/srv/node.tar"}),
        ("node_image: ~/node.tar", {"node_image": "{home}/node.tar"}),
        ("node_image: there", {"node_image": "{folder}/there"}),
        ("node_image: kindest/node:v1.34.0", {"node_image": "kindest/node:v1.34.0"}),
        ("node_image: registry.test:5000/node", {"node_image": "registry.test:5000/node"}),
        ("name: other", {"static": "None", "node_image": "None"}),
    ],
)
def test_paths_are_meant_from_beside_the_file(tmp_path, monkeypatch, written, expected):
    folder, home = tmp_path / "conf", tmp_path / "home"
    (folder / "elsewhere").mkdir(parents=True)
    (folder / "there").write_text("")
    (folder / "lab.yaml").write_text(f"{written}\n")
    monkeypatch.setenv("HOME", str(home))
    for here, file in (
        (tmp_path, "conf/lab.yaml"),
        (folder, "lab.yaml"),
        (folder / "elsewhere", "../lab.yaml"),
    ):
        monkeypatch.chdir(here)
        config = read_config(Path(file))
        found = {key: os.path.normpath(str(getattr(config, key))) for key in expected}

        assert found == {
            key: os.path.normpath(value.format(folder=folder, home=home)) for key, value in expected.items()
        }


class TestExports:
    """The file that `lab.yaml` names beside it."""

    @staticmethod
    def chosen(folder, content):
        (folder / "exports").write_bytes(content)
        (folder / "lab.yaml").write_text("exports: ./exports\n")
        return read_config(folder / "lab.yaml")

    def test_its_text_is_what_the_server_gets(self, tmp_path):
        config = self.chosen(tmp_path, b"/srv/a 10.142.18.21(rw)\n")

        assert plan(config).nfs.files["/etc/exports"] == b"/srv/a 10.142.18.21(rw)\n"
        assert LabConfig.model_validate_json(plan(config).network.record) == config

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"/srv/a *(ro)\n/srv/b a.test(rw),b.test(rw)\n", "exports:2: "),
            (b"/srv/a *(ro) # caf\xe9\n", "exports:1:19: the byte 0xe9 is not UTF-8"),
            (b"\xef\xbb\xbf/srv/a *(ro)\n", "exports:1: a byte order mark"),
        ],
    )
    def test_what_would_not_be_served_is_refused_with_its_place(self, tmp_path, content, said):
        with pytest.raises(SpecError) as caught:
            self.chosen(tmp_path, content)

        (only,) = caught.value.problems
        assert only.startswith(f"{tmp_path}/{said}")

    def test_a_file_that_is_not_there_is_told(self, tmp_path):
        (tmp_path / "lab.yaml").write_text("exports: ./nowhere\n")
        with pytest.raises(SpecError, match="nowhere: no such file"):
            read_config(tmp_path / "lab.yaml")
