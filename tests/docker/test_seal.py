"""Wall, seal, collector and probe on a small network of the test's own, with containers in the nodes' places."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lab import ledger
from lab.host.clock import wait_until
from lab.host.shell import LocalShell
from lab.ledger import Kind, leaks
from lab.spec.scenario import Outcome
from tests.docker.smalllab import Small, small_lab

pytestmark = pytest.mark.docker


@pytest.fixture(scope="module")
def small() -> Iterator[Small]:
    with small_lab("sealtest", "10.142.78.0/24") as lab:
        yield lab


@pytest.mark.parametrize("place", ["workstation", "site", "node/localnode-2"])
class TestSealed:
    def test_peers_are_reached(self, small: Small, place: str) -> None:
        site = small.topology.site_address

        assert small.tried(place, f"{site}:80/tcp") is Outcome.SUCCEEDS
        assert small.tried(place, f"{site}/icmp") is Outcome.SUCCEEDS

    def test_the_outside_is_refused_at_once(self, small: Small, place: str) -> None:
        assert small.tried(place, "198.51.100.1:443/tcp") is Outcome.REFUSED
        assert small.tried(place, "198.51.100.1:53/udp") is Outcome.UNREACHABLE
        assert small.tried(place, "198.51.100.1/icmp") is Outcome.UNREACHABLE

    def test_the_host_is_outside(self, small: Small, place: str) -> None:
        assert small.tried(place, f"{small.topology.network.gateway}:22/tcp") is Outcome.REFUSED
        assert small.tried(place, f"{small.topology.network.gateway}:53/udp") is Outcome.UNREACHABLE

    def test_a_stranger_in_the_subnet_is_outside(self, small: Small, place: str) -> None:
        assert small.tried(place, "10.142.78.250:80/tcp") is Outcome.REFUSED


def test_dockers_resolver_answers_only_the_site(small: Small) -> None:
    """The site's DNS has kind's node names from it, so the twin is the site."""
    asked = [
        "python3",
        "-c",
        f"import socket; print(socket.gethostbyname('{small.topology.workstation.name}'))",
    ]
    at_site = small.host.containers.exec(small.topology.site.name, asked, timeout=20)
    at_node = small.host.containers.exec(small.topology.cluster.nodes[1].container, asked, timeout=20)

    assert at_site.ok, at_site.output
    assert not at_node.ok


def test_what_passes_through_a_node_is_judged_by_it(small: Small) -> None:
    """The forward hook: a namespace behind a node, as a pod is."""
    node = small.topology.cluster.nodes[1]
    pid = next(
        one.pid for one in small.host.containers.seen(small.topology.labels) if one.name == node.container
    )
    inside = """
        set -e
        ip netns add pod && ip link add pod0 type veth peer name eth0 netns pod
        ip addr add 10.233.65.1/24 dev pod0 && ip link set pod0 up && sysctl -qw net.ipv4.ip_forward=1
        ip -n pod addr add 10.233.65.9/24 dev eth0 && ip -n pod link set eth0 up
        ip -n pod route add default via 10.233.65.1
        ip netns exec pod python3 -m lab.parts.probe tcp 10.233.65.1 80
        ip netns exec pod python3 -m lab.parts.probe tcp 198.51.100.11 443
        ip netns exec pod python3 -m lab.parts.probe udp 198.51.100.11 53
        ip netns del pod
    """
    script = f"nsenter -t {pid} -n unshare --mount sh -c '{inside}'"

    done = small.host.containers.exec(small.topology.seal.name, ["sh", "-c", script], timeout=30)

    assert [Outcome(line.split('"')[3]) for line in done.check().stdout.splitlines()] == [
        Outcome.SUCCEEDS,
        Outcome.REFUSED,
        Outcome.UNREACHABLE,
    ]
    entry = _entry(small, "198.51.100.11:443/tcp")
    assert (entry.who, entry.details, entry.leaked) == (
        "unknown, on localnode-2 (10.233.65.9)",
        ("forward",),
        False,
    )


def test_ipv6_has_no_way_out_but_neighbours_are_found(small: Small) -> None:
    """On a link of its own inside the workstation's namespace, since the lab's bridge has no IPv6."""
    pid = next(
        one.pid
        for one in small.host.containers.seen(small.topology.labels)
        if one.name == small.topology.workstation.name
    )
    inside = """
        set -e
        echo 0 > /proc/sys/net/ipv6/conf/all/disable_ipv6; echo 0 > /proc/sys/net/ipv6/conf/default/disable_ipv6
        ip netns add six && ip link add six0 type veth peer name eth0 netns six
        ip link set six0 up && ip -6 addr add 2001:db8:7::1/64 dev six0 nodad
        ip -n six link set eth0 up && ip -n six -6 addr add 2001:db8:7::2/64 dev eth0 nodad
        python3 -m lab.parts.probe --timeout 3 tcp 2001:db8:7::2 443
        ip netns exec six ping -6 -c1 -W3 2001:db8:7::1 >/dev/null && echo answered
        ip netns del six
    """
    script = f"nsenter -t {pid} -n unshare --mount sh -c '{inside}'"

    done = small.host.containers.exec(small.topology.seal.name, ["sh", "-c", script], timeout=30)

    assert '"outcome": "refused"' in done.check().stdout
    assert "answered" in done.stdout
    assert _entry(small, "[2001:db8:7::2]:443/tcp").who == "workstation"


def test_the_collector_names_place_and_count(small: Small) -> None:
    assert small.tried("workstation", "198.51.100.21:4431/tcp") is Outcome.REFUSED

    entry = _entry(small, "198.51.100.21:4431/tcp")

    assert (entry.who, entry.kind, entry.details, entry.count) == (
        "workstation",
        Kind.ADDRESS,
        ("output",),
        1,
    )


def test_the_wall_heard_nothing_while_the_seals_held(small: Small) -> None:
    assert small.wall().check() is None
    assert small.seal().check() is None


def test_up_again_keeps_the_counters(small: Small) -> None:
    assert small.tried("workstation", "198.51.100.22:443/tcp") is Outcome.REFUSED
    before = _refused_at_workstation(small)

    small.seal().up()

    assert before > 0
    assert before == _refused_at_workstation(small)


def test_a_restarted_namespace_is_noticed_and_sealed_again(small: Small) -> None:
    node = small.topology.cluster.nodes[2]
    LocalShell().run(["docker", "restart", "-t", "0", node.container], timeout=30).check()

    assert "localnode-3: not sealed" in (small.seal().check() or "")

    small.seal().up()
    assert small.seal().check() is None
    assert small.tried("node/localnode-3", "198.51.100.1:443/tcp") is Outcome.REFUSED


def test_with_the_seal_lifted_the_same_attempts_leak(small: Small) -> None:
    small.seal().lift()
    try:
        assert "not sealed" in (small.seal().check() or "")
        for place in ("workstation", "node/localnode-2"):
            assert small.tried(place, "198.51.100.31:443/tcp") is Outcome.LEAKS
            assert small.tried(place, "198.51.100.31:53/udp") is Outcome.LEAKS
            assert small.tried(place, f"{small.topology.network.gateway}:22/tcp") is Outcome.LEAKS
        assert small.tried("workstation", f"{small.topology.site_address}:80/tcp") is Outcome.SUCCEEDS
        assert "got past a seal" in (small.wall().check() or "")
        assert _entry(small, "198.51.100.31:443/tcp").leaked
    finally:
        small.seal().up()
    assert "got past a seal" in (small.wall().check() or "")
    assert "198.51.100.31:443/tcp" in {one.what for one in leaks.acknowledge(small.topology, small.host)}
    assert small.wall().check() is None
    assert _entry(small, "198.51.100.31:443/tcp").acknowledged
    assert small.tried("workstation", "198.51.100.31:443/tcp") is Outcome.REFUSED


def _refused_at_workstation(small: Small) -> int:
    pid = next(
        one.pid
        for one in small.host.containers.seen(small.topology.labels)
        if one.name == small.topology.workstation.name
    )
    listing = f"nsenter -t {pid} -n nft list counter inet airgap_lab refused_output"
    done = small.host.containers.exec(small.topology.seal.name, ["sh", "-c", listing], timeout=10)
    words = done.check().stdout.split()
    return int(words[words.index("packets") + 1])


def _entry(small: Small, what: str) -> ledger.Entry:
    found: list[ledger.Entry] = []

    def absent() -> str | None:
        entries = ledger.read(small.topology, small.host, since=None).entries
        found[:] = [entry for entry in entries if entry.what == what]
        return None if found else f"only {[entry.what for entry in entries]}"

    wait_until(what, absent, clock=small.host.clock, timeout=10)
    return found[0]
