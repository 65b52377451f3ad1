from __future__ import annotations

import json
from ipaddress import IPv4Network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.doctor.check import State
from lab.doctor.subnet import subnet
from lab.spec.topology import LABEL

WANTED = IPv4Network("10.142.18.0/24")
QUIET = '[{"ifname":"lo","addr_info":[{"family":"inet","local":"127.0.0.1","prefixlen":8}]}]'
DEFAULT = '[{"dst":"default","gateway":"192.0.2.1","dev":"eth0"}]'


def network(name: str, pool: str, **more: Any) -> dict[str, Any]:
    return {"Id": "a62921cac158ffff", "Name": name, "IPAM": {"Config": [{"Subnet": pool}]}, **more}


def look(docker: list[Any] | None = None, addresses: str = QUIET, table: str = DEFAULT) -> tuple[State, str]:
    text = json.dumps(docker) if docker is not None else ""
    check = subnet(WANTED, docker=text, addresses=addresses, table=table, lab="lab")
    assert (
        check.state is State.OK
        or "subnet:" in check.mend
        or "iproute2" in check.mend
        or "ip route" in check.mend
    )
    return check.state, check.found


def test_free() -> None:
    assert look([network("bridge", "172.17.0.0/16"), network("host", "")]) == (State.OK, "free")


@pytest.mark.parametrize("pool", ["10.142.18.0/24", "10.142.0.0/16", "10.142.18.128/25"])
def test_another_docker_network_has_it(pool: str) -> None:
    assert look([network("works", pool)]) == (State.MISSING, "taken by Docker network 'works'")


def test_the_labs_own_network_is_not_in_its_way_but_another_labs_is() -> None:
    bridge = {"com.docker.network.bridge.name": "lab-a51146d3"}
    own = network("lab", "10.142.18.0/24", Labels={LABEL: "lab"}, Options=bridge)
    other = network("lab", "10.142.18.0/24", Labels={LABEL: "other"}, Options=bridge)
    addresses = (
        '[{"ifname":"lab-a51146d3","addr_info":[{"family":"inet","local":"10.142.18.1","prefixlen":24}]}]'
    )
    table = '[{"dst":"10.142.18.0/24","dev":"lab-a51146d3"}]'

    assert look([own], addresses, table) == (State.OK, "free")
    assert look([other], addresses, table) == (State.MISSING, "taken by Docker network 'lab'")


def test_a_bridge_without_a_name_of_its_own_goes_by_the_networks_id() -> None:
    own = network("lab", "10.142.18.0/24", Labels={LABEL: "lab"})
    table = '[{"dst":"10.142.18.0/24","dev":"br-a62921cac158"}]'

    assert look([own], table=table)[0] is State.OK
    assert look([], table=table)[0] is State.MISSING


def test_an_interface_of_the_host_has_it() -> None:
    addresses = '[{"ifname":"eth0","addr_info":[{"family":"inet","local":"10.142.18.7","prefixlen":16}]}]'

    assert look([], addresses) == (State.MISSING, "taken by interface eth0 (10.142.18.7/16)")


@pytest.mark.parametrize(
    ("route", "expected"),
    [
        ('{"dst":"10.0.0.0/8","gateway":"192.0.2.1","dev":"tun0"}', State.WARN),
        ('{"dst":"10.142.18.0/24","gateway":"192.0.2.1","dev":"tun0"}', State.MISSING),
        ('{"dst":"10.142.18.9","gateway":"192.0.2.1","dev":"tun0"}', State.MISSING),
        ('{"dst":"10.0.0.0/8","dev":"eth1"}', State.MISSING),
        ('{"dst":"10.142.18.0/25","dev":"","type":"blackhole"}', State.MISSING),
        ('{"dst":"10.143.0.0/16","gateway":"192.0.2.1","dev":"tun0"}', State.OK),
        ('{"dst":"0.0.0.0/0","gateway":"192.0.2.1","dev":"eth0"}', State.OK),
    ],
)
def test_routes(route: str, expected: State) -> None:
    assert look([], table=f"[{route}]")[0] is expected


def test_a_probe_that_did_not_work_is_said() -> None:
    assert look(None, "", "") == (State.WARN, "cannot be told: `ip` did not answer")
    assert look(None, "Object is unknown", DEFAULT)[0] is State.WARN


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_ip_prints_there_is_an_answer(addresses: str, table: str) -> None:
    check = subnet(WANTED, docker="", addresses=addresses, table=table, lab="lab")

    assert check.what == "subnet"
