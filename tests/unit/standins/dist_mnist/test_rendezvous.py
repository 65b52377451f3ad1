from __future__ import annotations

import socket

import pytest

from pytorch_dist_mnist import rendezvous
from pytorch_dist_mnist.environment import Place


@pytest.fixture
def listener():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        yield server


def worker(port):
    return Place(rank=1, world_size=2, master_host="127.0.0.1", master_port=port)


def test_a_worker_asks_every_second_until_the_master_listens(listener):
    pauses = []

    def sleep(seconds):
        pauses.append(seconds)
        if len(pauses) == 3:
            listener.listen()

    rendezvous.wait_for_master(worker(listener.getsockname()[1]), sleep=sleep)

    assert pauses == [1.0, 1.0, 1.0]


def test_the_master_waits_for_nobody(listener):
    master = Place(rank=0, world_size=2, master_host="localhost", master_port=listener.getsockname()[1])

    rendezvous.wait_for_master(master, sleep=pytest.fail)


def test_an_unknown_name_ends_the_wait_at_once(monkeypatch):
    def unknown(*_, **__):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(rendezvous.HostNotFound, match=r"^host not found: master: Name or service not known$"):
        rendezvous.wait_for_master(Place(1, 2, "master", 23456), sleep=pytest.fail)
