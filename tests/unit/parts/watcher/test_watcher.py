"""The watcher over a kernel that tells of links, a folder in the place of /proc, and no programs."""

from __future__ import annotations

import json
import os
import socket
import struct
from dataclasses import dataclass, field

import pytest

from lab.parts.collector import spaces
from lab.parts.watcher import __main__ as loop
from lab.parts.watcher import links, places, sealing
from lab.parts.watcher.links import Port
from lab.parts.watcher.sealing import NotSealed

CONTAINER, STRANGER = "a" * 64, "b" * 64
PORT = Port(index=120, name="veth1", master=7, namespace=5, carries=True)
PLACE = {
    "place": "localnode-2",
    "container": CONTAINER,
    "name": "lab-worker",
    "rules": "table inet x { }",
    "table": "inet x",
    "mark": "digest_1",
    "routes": ["10.233.64.0/24 via 10.142.18.3"],
    "lead": "",
    "resolver": "nameserver 10.142.18.191\n",
    "opens": 'add element bridge w ports { "{port}" }',
}
SETTINGS = {"bridge": "lab-1", "holds": 'add element bridge w held { "{port}" }', "places": [PLACE]}


class Kernel:
    """Has a port, and knows the namespaces of processes."""

    def __init__(self):
        self.ports = [PORT]
        self.namespaces = {}
        self.lost = False
        self.news, self.told = socket.socketpair()

    def all(self):
        return iter(self.ports)

    def changed(self):
        self.news.recv(1)
        if self.lost:
            raise OSError(105, "No buffer space available")
        return iter(self.ports)

    def namespace_of(self, pid):
        return self.namespaces.get(pid)


@dataclass
class World:
    kernel: Kernel
    watcher: loop.Watcher
    proc: object
    ran: list = field(default_factory=list)
    said: list = field(default_factory=list)
    refuses: bool = False

    def run(self, pid, command, stdin):
        if self.refuses:
            raise NotSealed("nft: no such table")
        self.ran.append((pid, stdin or command))
        return "loaded\n" if "nft list counter" in command else ""

    def process(self, pid, container, *, namespace=5, mounts="", resolver="nameserver 127.0.0.11\n"):
        folder = self.proc / str(pid)
        (folder / "root/etc").mkdir(parents=True, exist_ok=True)
        (folder / "cgroup").write_text(f"4:memory:/docker/{container}/init.scope\n0::/\n")
        (folder / "mountinfo").write_text(mounts)
        (folder / "root/etc/resolv.conf").write_text(resolver)
        self.kernel.namespaces[pid] = namespace

    def turns(self, count=3):
        for _ in range(count):
            self.watcher.turn()
        return [json.loads(line) for line in self.said]


@pytest.fixture
def world(tmp_path, monkeypatch):
    file = tmp_path / "watcher.json"
    file.write_text(json.dumps(SETTINGS))
    kernel, said = Kernel(), []
    made = World(kernel, loop.Watcher(kernel, file, said.append), tmp_path / "proc", said=said)
    made.proc.mkdir()
    for module in (places, sealing):
        monkeypatch.setattr(module, "PROC", made.proc)
    monkeypatch.setattr(sealing, "_run", made.run)
    monkeypatch.setattr(sealing, "PORTS", tmp_path / "ports")
    monkeypatch.setattr(loop, "bridge_index", lambda _: 7)
    monkeypatch.setattr(loop, "LOOK_SECONDS", 0.0)
    yield made
    kernel.news.close()
    kernel.told.close()


def test_what_has_a_port_on_the_bridge_is_sealed_before_its_port_opens(world):
    world.process(50, CONTAINER)

    (line,) = world.turns()

    assert (line["watcher"], line["port"], line["sealed_ms"] >= 0) == ("localnode-2", "veth1", True)
    assert world.ran == [
        (50, "table inet x { }"),
        (None, 'add element bridge w ports { "veth1" }'),
        (50, "route replace 10.233.64.0/24 via 10.142.18.3\n"),
    ]


def test_the_collector_is_told_whose_the_port_is(world, monkeypatch):
    monkeypatch.setattr(spaces, "PORTS", sealing.PORTS)
    world.process(50, CONTAINER)
    before = spaces.watched_ports()

    world.turns()

    assert (before, spaces.watched_ports()) == ({}, {"veth1": "lab-worker"})


def test_a_port_is_dealt_with_once_and_again_when_it_comes_up_anew(world):
    world.process(50, CONTAINER)
    world.turns(1)
    world.kernel.told.send(b"x" * 2)
    once = len(world.turns(2))
    down = Port(PORT.index, PORT.name, PORT.master, PORT.namespace, carries=False)
    world.kernel.ports = [down, PORT]
    world.kernel.told.send(b"x")

    assert (once, len(world.turns(2))) == (1, 2)


def test_a_container_that_is_not_there_yet_is_waited_for(world):
    assert world.turns(2) == []
    world.process(50, CONTAINER)
    for one in world.watcher.waiting:
        one.pause = 0

    assert [line["watcher"] for line in world.turns(2)] == ["localnode-2"]


def test_a_namespace_that_another_container_shares_is_its_owners(world):
    world.process(50, CONTAINER)
    world.process(60, STRANGER)  # newer, as the site's servers are

    assert [line["watcher"] for line in world.turns()] == ["localnode-2"]


@pytest.mark.parametrize("namespace", [5, 6], ids=["another's container", "another namespace of ours"])
def test_what_is_not_the_labs_or_not_behind_the_port_is_left_alone(world, namespace):
    world.process(50, STRANGER if namespace == 5 else CONTAINER, namespace=namespace)

    assert (world.turns(), world.ran) == ([], [])


def test_a_link_to_another_network_is_shut(world, monkeypatch):
    monkeypatch.setattr(loop, "bridge_index", lambda _: 8)
    world.process(50, CONTAINER)

    (line,) = world.turns()

    assert (line["held"], world.ran) == (True, [(None, 'add element bridge w held { "veth1" }')])


def test_a_refusal_is_told_and_tried_again(world):
    world.process(50, CONTAINER)
    world.refuses = True
    (line,) = world.turns(1)
    world.refuses = False
    for one in world.watcher.waiting:
        one.pause = 0

    assert line["error"] == "nft: no such table"
    assert [sorted(one) for one in world.turns(2)][-1] == ["port", "sealed_ms", "time", "watcher"]


def test_news_that_were_lost_are_made_up_for(world):
    world.kernel.ports = []
    world.turns(1)
    world.process(50, CONTAINER)
    world.kernel.ports, world.kernel.lost = [PORT], True
    world.kernel.told.send(b"x")

    assert len(world.turns(2)) == 1


def test_settings_are_read_again_even_when_they_have_no_other_time(world):
    world.process(50, STRANGER)
    world.turns(1)
    file = world.watcher.settings_file
    other = file.with_suffix(".new")
    other.write_text(json.dumps({**SETTINGS, "places": [{**PLACE, "container": STRANGER}]}))
    os.utime(other, (0, 0))
    other.rename(file)

    assert len(world.turns(2)) == 1


MOUNTED = f"900 899 254:0 /docker/containers/{CONTAINER}/resolv.conf /etc/resolv.conf rw - ext4 /dev/vda rw\n"


@pytest.mark.parametrize(
    ("mounts", "resolver", "after"),
    [
        (MOUNTED, "nameserver 127.0.0.11\n", PLACE["resolver"]),
        (MOUNTED, "nameserver 10.142.18.9\n", "nameserver 10.142.18.9\n"),
        ("", "nameserver 127.0.0.11\n", "nameserver 127.0.0.11\n"),
        (MOUNTED.replace(CONTAINER, STRANGER), "nameserver 127.0.0.11\n", "nameserver 127.0.0.11\n"),
        (MOUNTED.replace(" /etc/", " /rootfs/etc/"), "nameserver 127.0.0.11\n", "nameserver 127.0.0.11\n"),
    ],
    ids=["the engine's", "somebody's", "the host's", "another container's", "not yet in place"],
)
def test_only_the_engines_own_resolver_of_this_container_is_written_over(world, mounts, resolver, after):
    world.process(50, CONTAINER, mounts=mounts, resolver=resolver)
    world.turns()

    assert (world.proc / "50/root/etc/resolv.conf").read_text() == after


def test_a_message_of_the_kernel_is_read():
    def attribute(kind, value):
        return struct.pack("=HH", 4 + len(value), kind) + value + b"\0" * (-len(value) % 4)

    body = struct.pack("=BxHiII", 0, 1, 120, links.CARRIES | 1, 0)
    body += attribute(links.LINK_NAME, b"veth1\0") + attribute(links.LINK_MASTER, struct.pack("=I", 7))
    other = attribute(links.LINK_NAMESPACE, struct.pack("=i", 5))
    messages = b"".join(
        struct.pack("=IHHII", 16 + len(one), kind, 0, 0, 0) + one
        for kind, one in ((links.NEW_LINK, body + other), (links.NEW_LINK, body), (links.DONE, b"\0" * 4))
    )

    assert list(links._ports(messages)) == [PORT]
