"""What a container's default rights (NET_RAW) and more can do to the wall, with a tripwire behind it.

The tripwire counts, and drops, what leaves the host by anything but the lab's bridge, and counts what the host
itself hears. Each check has its twin: with the wall gone the same frame trips the wire.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from lab import ledger
from lab.components.seal.ports import Ports
from lab.host.clock import wait_until
from lab.host.shell import LocalShell
from lab.spec import bridge, nft, podlink, ruleset
from lab.spec.scenario import Outcome
from tests.docker.smalllab import Small, small_lab

pytestmark = pytest.mark.docker

FRAME = (Path(__file__).parent / "frame.py").read_text()
HOST_PORT = 45321
OTHER_BRIDGE = f"wt{os.getpid() % 10000}"


@pytest.fixture(scope="module")
def small() -> Iterator[Small]:
    with small_lab("walltest", "10.142.79.0/24") as lab:
        yield lab


@dataclass(frozen=True)
class Tripwire:
    """A table in the host's network, behind everything else on the ways out and in."""

    small: Small
    table: str = f"tripwire_{os.getpid()}"

    def lay(self) -> None:
        name = self.small.topology.network.bridge
        self.small.at_host(f"""nft -f - <<'RULES'
table inet {self.table} {{
  counter out {{ }}
  counter heard {{ }}
  chain leaving {{
    type filter hook postrouting priority -450; policy accept;
    oifname != "lab-*" oifname != "lo" ip daddr {{ 198.51.100.192/28, 203.0.113.192/28, 10.233.65.0/24 }} counter name out drop
  }}
  chain hearing {{
    type filter hook input priority 350; policy accept;
    iifname "{name}" meta l4proto {{ tcp, udp }} th dport {HOST_PORT} counter name heard
  }}
  chain other {{
    type filter hook prerouting priority -400; policy accept;
    iifname "{OTHER_BRIDGE}" ip daddr 198.51.100.0/24 counter name out drop
  }}
}}
RULES""")

    def take_away(self) -> None:
        self.small.at_host(f"nft delete table inet {self.table}")

    def count(self, name: str) -> int:
        return _count(self.small, "inet", self.table, name)


@pytest.fixture
def wire(small: Small) -> Iterator[Tripwire]:
    laid = Tripwire(small)
    laid.lay()
    try:
        yield laid
    finally:
        laid.take_away()


class TestForgedSource:
    @pytest.mark.parametrize("ttl", [64, 1])
    def test_nothing_leaves_and_nobody_is_answered(self, small: Small, wire: Tripwire, ttl: int) -> None:
        before, leaked = spoofed(small), small.wall().leaked()

        frame(small, small.topology.workstation.name, "203.0.113.193", "198.51.100.193", ttl=ttl)

        assert (spoofed(small), small.wall().leaked()) == (before + 1, leaked)
        assert wire.count("out") == 0

    @pytest.mark.parametrize("ttl", [64, 1])
    def test_with_the_wall_gone_it_trips_the_wire(self, small: Small, wire: Tripwire, ttl: int) -> None:
        with wall_gone(small):
            frame(small, small.topology.workstation.name, "203.0.113.193", "198.51.100.193", ttl=ttl)

        assert wire.count("out") == 1

    @pytest.mark.parametrize("inside", ["site", "host"])
    @pytest.mark.parametrize("proto", ["udp", "tcp"])
    def test_nobody_inside_answers_it_either(
        self, small: Small, wire: Tripwire, inside: str, proto: str
    ) -> None:
        """Their answers would leave by the host's default route."""
        site, gateway = str(small.topology.site_address), str(small.topology.network.gateway)
        node, before = small.topology.cluster.nodes[0].container, spoofed(small)
        to, via = (site, site) if inside == "site" else (gateway, "")

        frame(small, node, "203.0.113.195", to, proto=proto, ports=(HOST_PORT, 80), via=via)

        assert spoofed(small) == before + 1
        assert wire.count("out") == 0

    def test_a_neighbours_address_is_forged_too(self, small: Small) -> None:
        before = spoofed(small)

        frame(small, small.topology.workstation.name, str(small.topology.site_address), "198.51.100.193")

        assert spoofed(small) == before + 1

    @pytest.mark.parametrize("to", ["239.1.2.3", "255.255.255.255"])
    def test_what_is_for_everybody_counts_as_a_leak(self, small: Small, to: str) -> None:
        workstation = small.topology.workstation.name
        before = small.wall().leaked()

        frame(small, workstation, small.address(workstation), to, via="ff:ff:ff:ff:ff:ff")

        assert small.wall().leaked() == before + 1

    def test_its_own_address_counts_as_a_leak_that_went_nowhere(self, small: Small, wire: Tripwire) -> None:
        workstation = small.topology.workstation.name
        before, forged = small.wall().leaked(), spoofed(small)

        frame(small, workstation, small.address(workstation), "198.51.100.193")

        assert (small.wall().leaked(), spoofed(small)) == (before + 1, forged)
        assert wire.count("out") == 0

    def test_a_program_of_a_node_cannot_send_as_another_by_a_socket(self, small: Small) -> None:
        node = small.topology.cluster.nodes[0].container
        site = small.topology.site_address
        program = f"""
import socket, struct
ends = socket.inet_aton("203.0.113.193") + socket.inet_aton("{site}")
head = struct.pack("!BBHHHBBH", 69, 0, 28, 7, 0, 64, 17, 0) + ends
with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
    raw.sendto(head + struct.pack("!HHHH", 9, 9, 8, 0), ("{site}", 0))
"""

        small.within(node, f"python3 - <<'PY' || true\n{program}\nPY")

        told = small.within(node, f"nft -j list counter inet {ruleset.TABLE} refused_spoofed")
        assert json.loads(told)["nftables"][1]["counter"]["packets"] == 1


class TestTheHost:
    """One container asks another as if it were the host. What that one answers must not reach the host."""

    @pytest.mark.parametrize("proto", ["udp", "tcp"])
    @pytest.mark.parametrize("sealed", [True, False])
    def test_it_hears_no_answer(self, small: Small, wire: Tripwire, proto: str, *, sealed: bool) -> None:
        with seal_of_all(small, sealed=sealed):
            ask_as_the_host(small, proto)

            assert wire.count("heard") == 0

    def test_with_the_wall_gone_it_does(self, small: Small, wire: Tripwire) -> None:
        with wall_gone(small):
            ask_as_the_host(small, "tcp")

        assert wire.count("heard") > 0

    @pytest.mark.parametrize("sealed", [True, False])
    def test_it_is_answered_when_it_asks(self, small: Small, *, sealed: bool) -> None:
        site = small.topology.site_address
        ask = f"import socket; print(socket.create_connection(('{site}', 80), 5).getpeername()[0])"

        with seal_of_all(small, sealed=sealed):
            assert small.at_host(f'python3 -c "{ask}"').strip() == str(site)


class TestBehindANode:
    """A pod of a node whose table was taken away: the wall alone answers, and the answer reaches the pod."""

    def test_it_is_refused_and_does_not_wait(self, small: Small, wire: Tripwire) -> None:
        node = small.topology.cluster.nodes[1].container
        open_pods(small, node)
        with seal_of_all(small, sealed=False):
            told = in_pod(
                small,
                node,
                "python3 -m lab.parts.probe udp 198.51.100.195 53; python3 -m lab.parts.probe tcp 198.51.100.195 443\n"
                "python3 -m lab.parts.probe icmp 198.51.100.195",
            )

            assert outcomes(told) == [Outcome.UNREACHABLE, Outcome.REFUSED, Outcome.UNREACHABLE]
            assert wire.count("out") == 0

    def test_what_has_lost_its_way_inside_is_no_leak(self, small: Small, wire: Tripwire) -> None:
        node = small.topology.cluster.nodes[1].container
        open_pods(small, node)
        leaked, stray = small.wall().leaked(), counted(small, "netdev", "stray")

        told = in_pod(
            small,
            node,
            "python3 -m lab.parts.probe udp 10.233.66.77 53; python3 -m lab.parts.probe tcp 10.233.66.77 80",
        )

        assert outcomes(told) == [Outcome.UNREACHABLE, Outcome.REFUSED]
        assert (small.wall().leaked(), counted(small, "netdev", "stray")) == (leaked, stray + 2)
        assert wire.count("out") == 0

    def test_a_pods_forged_source_ends_at_its_link(self, small: Small) -> None:
        node = small.topology.cluster.nodes[1].container
        before = _in_node(small, node, "refused_spoofed")

        told = in_pod(
            small,
            node,
            "ip address add 203.0.113.194/32 dev lo; ping -c1 -W1 -I 203.0.113.194 10.233.65.1 || true",
        )

        assert _in_node(small, node, "refused_spoofed") == before + 1, told

    def test_what_the_kernel_answers_before_it_forwards_is_recorded(self, small: Small) -> None:
        node = small.topology.cluster.nodes[1].container
        before = _in_node(small, node, "refused_forward")

        in_pod(small, node, "ping -c1 -W1 -t1 198.51.100.194 || true; ping -c1 -W1 -t9 239.1.2.3 || true")

        assert _in_node(small, node, "refused_forward") == before + 2


@pytest.mark.parametrize("name", ["a", "z"])
def test_a_second_network_is_held_and_named(small: Small, wire: Tripwire, name: str) -> None:
    """Its name sorts before or after the lab's: the engine lists networks by their names."""
    workstation, other = small.topology.workstation.name, f"{name}-{OTHER_BRIDGE}"
    docker(
        *("network", "create", "--subnet", "10.142.74.0/24", "-o"),
        *(f"com.docker.network.bridge.name={OTHER_BRIDGE}", other),
    )
    try:
        docker("network", "connect", other, workstation)
        assert f"{workstation} is on the network {other} as well" in (held(small) or "")

        small.seal().up()
        leaked = small.wall().leaked()
        second = small.within(workstation, "ip -o -4 address show").splitlines()[-1].split()[1]
        gateway = small.at_host(f"cat /sys/class/net/{OTHER_BRIDGE}/address").strip()
        with seal_of_all(small, sealed=False):
            frame(small, workstation, "10.142.74.2", "198.51.100.193", link=second, via=gateway)

            assert small.wall().leaked() == leaked + 1
        assert wire.count("out") == 0
        assert small.tried("site", f"{small.address(workstation)}:80/tcp") is Outcome.SUCCEEDS
    finally:
        docker("network", "disconnect", "-f", other, workstation)
        docker("network", "rm", other)
        small.seal().up()
    assert small.seal().check() is None


def test_a_port_that_nobody_has_sealed_is_closed(small: Small, wire: Tripwire) -> None:
    node = small.topology.cluster.nodes[2].container
    docker("restart", "-t", "0", node)
    try:
        before = small.wall().leaked()
        assert small.tried("node/localnode-3", "198.51.100.196:53/udp") is Outcome.LEAKS
        assert small.wall().leaked() > before
        assert small.tried("node/localnode-3", f"{small.topology.site_address}:80/tcp") is Outcome.SUCCEEDS
        assert wire.count("out") == 0
        assert "(ports" in (held(small) or "")
    finally:
        small.seal().up()
    assert small.seal().check() is None


@pytest.mark.parametrize("place", ["workstation", "site", "node/localnode-2"])
def test_ipv6_meets_the_seal(small: Small, place: str) -> None:
    assert small.tried(place, "[2001:db8::7]:53/udp") is Outcome.UNREACHABLE
    assert small.tried(place, "[2001:db8::7]:443/tcp") is Outcome.UNREACHABLE
    assert small.tried(place, "[2001:db8::7]/icmp") is Outcome.UNREACHABLE

    assert _six(small, place.replace("/", " ")) == {
        "[2001:db8::7]:53/udp",
        "[2001:db8::7]:443/tcp",
        "[2001:db8::7]/icmpv6",
    }


def test_a_pod_has_a_way_by_ipv6_from_its_first_moment_and_a_note_of_its_address(small: Small) -> None:
    node = small.topology.cluster.nodes[0].container
    result = (
        '{"cniVersion":"0.4.0","interfaces":[{"name":"veth77","mac":"aa"},{"name":"eth0","sandbox":"/x"}],'
        '"ips":[{"version":"4","interface":1,"address":"10.233.65.9/24"}],"dns":{}}'
    )
    config = f'{{"cniVersion":"0.4.0","name":"lab","prevResult":{result},"type":"{podlink.PLUGIN}"}}'
    small.host.containers.put(small.topology.seal.name, {podlink.PLUGIN_PATH: podlink.SCRIPT.encode()})
    before = _in_node(small, node, "refused_forward")

    told = small.within(
        node,
        f"""
        ip netns add pod && ip link add veth77 type veth peer name eth0 netns pod
        ip link set veth77 up && ip -n pod link set eth0 up
        export CNI_IFNAME=eth0 CNI_CONTAINERID=abc CNI_NETNS=/run/netns/pod
        export CNI_ARGS="IgnoreUnknown=1;K8S_POD_NAMESPACE=default;K8S_POD_NAME=short;K8S_POD_UID=u-1"
        CNI_COMMAND=ADD {podlink.PLUGIN_PATH} <<< '{config}'; echo
        ip netns exec pod python3 -m lab.parts.probe --timeout 3 udp 2001:db8::7 53
        CNI_COMMAND=DEL {podlink.PLUGIN_PATH} <<< '{{"type":"{podlink.PLUGIN}"}}'
        ip netns del pod; cat {podlink.EVENTS_PATH}; rm {podlink.EVENTS_PATH}
        """,
    )
    lines = [json.loads(line) for line in told.splitlines() if line]

    assert lines[0] == json.loads(result)
    assert lines[1]["outcome"] == "unreachable"
    assert [(one["command"], one["name"], one["addresses"]) for one in lines[2:]] == [
        ("ADD", "short", ["10.233.65.9", "fe80::ae9:4109"]),
        ("DEL", "short", []),
    ]
    assert lines[2]["time"] < lines[3]["time"]
    assert _in_node(small, node, "refused_forward") == before + 1


def frame(
    small: Small,
    container: str,
    src: str,
    dst: str,
    *,
    proto: str = "udp",
    ports: tuple[int, int] = (HOST_PORT, 53),
    ttl: int = 64,
    link: str = "eth0",
    via: str = "",
) -> None:
    """Send one frame to the gateway, or to *via*, past every rule of the container's own namespace."""
    to = via or small.at_host(f"cat /sys/class/net/{small.topology.network.bridge}/address").strip()
    arguments = f"{link} {src} {dst} {proto} {ports[0]} {ports[1]} {ttl} {to}"
    small.within(container, f"python3 - {arguments} <<'PY'\n{FRAME}\nPY")


def ask_as_the_host(small: Small, proto: str) -> None:
    """From a node to the site, which answers; and once more, in case that it was not even asked."""
    gateway, site = str(small.topology.network.gateway), str(small.topology.site_address)
    frame(
        small,
        small.topology.cluster.nodes[1].container,
        gateway,
        site,
        proto=proto,
        ports=(HOST_PORT, 80),
        via=site,
    )
    frame(small, small.topology.site.name, site, gateway, proto=proto, ports=(80, HOST_PORT))


def in_pod(small: Small, node: str, script: str) -> str:
    """Run *script* in a namespace behind *node*, as a pod's is."""
    return small.within(
        node,
        f"""
        ip netns add pod && ip link add pod0 type veth peer name eth0 netns pod
        ip addr add 10.233.65.1/24 dev pod0 && ip link set pod0 up && sysctl -qw net.ipv4.ip_forward=1
        ip -n pod link set lo up
        ip -n pod addr add 10.233.65.9/24 dev eth0 && ip -n pod link set eth0 up
        ip -n pod route add default via 10.233.65.1
        ip netns exec pod bash -c '{script}'
        ip netns del pod
        """,
    )


def outcomes(told: str) -> list[Outcome]:
    return [Outcome(json.loads(line)["outcome"]) for line in told.splitlines() if line.startswith("{")]


def open_pods(small: Small, container: str) -> None:
    """Let the container's port send as its pods: in a lab the API server tells the range."""
    listed = small.at_host(f'grep -o \'"[a-z0-9]*": "{container}"\' /etc/lab/collector.json')
    port = listed.split('"')[1]
    ranges = bridge.opening(small.topology.name, [IPv4Network("10.233.65.0/24")]).replace("{port}", port)
    small.at_host(nft.filling(ranges))


@contextmanager
def seal_of_all(small: Small, *, sealed: bool) -> Iterator[None]:
    """With every namespace's table, or without, as somebody with all rights in each of them could have it."""
    if not sealed:
        small.seal().lift()
    try:
        yield
    finally:
        small.seal().up()


@contextmanager
def wall_gone(small: Small) -> Iterator[None]:
    table = ruleset.wall_table(small.topology.name)
    small.at_host(nft.removing([(None, table)], nft.WALL_FAMILIES))
    try:
        yield
    finally:
        small.wall().up()
        small.gate().up()
        small.seal().up()


def held(small: Small) -> str | None:
    """What the part says of the links that are held; there is no API server here to ask for pods' ranges."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Ports, "_ranges_missing", lambda _: None)
        return small.ports().check()


def spoofed(small: Small) -> int:
    return counted(small, "bridge", "spoofed")


def counted(small: Small, family: str, hook: str) -> int:
    return _count(small, family, ruleset.wall_table(small.topology.name), f"refused_{hook}")


def docker(*arguments: str) -> None:
    LocalShell().run(["docker", *arguments], timeout=30).check()


def _count(small: Small, family: str, table: str, name: str) -> int:
    told = small.at_host(f"nft -j list counter {family} {table} {name}")
    return int(json.loads(told)["nftables"][1]["counter"]["packets"])


def _in_node(small: Small, node: str, name: str) -> int:
    told = small.within(node, f"nft -j list counter inet {ruleset.TABLE} {name}")
    return int(json.loads(told)["nftables"][1]["counter"]["packets"])


def _six(small: Small, place: str) -> set[str]:
    """Return what of 2001:db8::7 the ledger says that *place* wanted."""
    found: set[str] = set()

    def absent() -> str | None:
        entries = ledger.read(small.topology, small.host, since=None).entries
        found.update(one.what for one in entries if one.what.startswith("[2001:db8::7]") and one.who == place)
        return None if len(found) == 3 else str([(one.who, one.what) for one in entries])

    wait_until("attempts", absent, clock=small.host.clock, timeout=5)
    return found
