"""The sinkhole's sockets, on loopback."""

from __future__ import annotations

import json
import os
import socket
import ssl
import time
from contextlib import contextmanager

import httpx
import pytest

from lab.parts.sinkhole.server import Sinkhole


@contextmanager
def sinking(tmp_path, ports=(0,), **options):
    log = os.open(tmp_path / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    sinkhole = Sinkhole("127.0.0.1", ports, log, **options)
    sinkhole.start()
    try:
        yield sinkhole
    finally:
        sinkhole.stop()
        os.close(log)


def lines(tmp_path, count):
    """Wait for *count* lines; a client may see the end of its connection before it is noted."""
    deadline = time.monotonic() + 3
    while (
        len(found := (tmp_path / "log").read_text().split("\n")[:-1]) < count and time.monotonic() < deadline
    ):
        time.sleep(0.005)
    return [json.loads(line) for line in found]


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=3)


def test_an_http_client_gets_its_answer_and_is_noted(tmp_path):
    with sinking(tmp_path) as sinkhole:
        port = sinkhole.ports[0]
        seen = httpx.get(
            f"http://127.0.0.1:{port}/exdb/a.json", headers={"Host": "yann.lecun.test"}, trust_env=False
        )
        (line,) = lines(tmp_path, 1)

    assert (seen.status_code, seen.json()) == (200, {})
    assert line.pop("from") <= line.pop("time")
    assert line == {
        "peer": "127.0.0.1", "port": port, "kind": "http", "host": "yann.lecun.test", "path": "/exdb/a.json",
        "method": "GET", "sni": "",
    }  # fmt: skip


def test_the_ledger_has_the_same_line_in_a_file_that_may_be_turned_over(tmp_path):
    ledger = tmp_path / "sunk.jsonl"
    with sinking(tmp_path, ledger=str(ledger)) as sinkhole:
        for number in (1, 2):
            httpx.get(f"http://127.0.0.1:{sinkhole.ports[0]}/{number}", trust_env=False)
            if number == 1:
                ledger.rename(tmp_path / "before.jsonl")
        noted = lines(tmp_path, 2)

    assert json.loads((tmp_path / "before.jsonl").read_text()) == noted[0]
    assert json.loads(ledger.read_text()) == noted[1]


def test_a_request_with_a_body_is_answered_and_not_reset(tmp_path):
    with sinking(tmp_path) as sinkhole:
        url = f"http://127.0.0.1:{sinkhole.ports[0]}/upload/"
        seen = httpx.post(url, content=b"x" * 200_000, trust_env=False)

    assert "sinkhole" in seen.text


def test_a_tls_client_is_noted_by_its_name_and_sent_away(tmp_path):
    with sinking(tmp_path) as sinkhole:
        context = ssl.create_default_context()
        with connect(sinkhole.ports[0]) as plain, pytest.raises((ssl.SSLError, ConnectionError)):
            context.wrap_socket(plain, server_hostname="registry-1.docker.test")
        (line,) = lines(tmp_path, 1)

    assert (line["kind"], line["sni"], line["host"]) == ("tls", "registry-1.docker.test", "")


@pytest.mark.parametrize("sent", [b"SSH-2.0-x\r\n", b"", b"GET /unfinished"])
def test_other_clients_are_noted_raw_and_closed_when_patience_ends(tmp_path, sent):
    with sinking(tmp_path, patience=0.05) as sinkhole:
        with connect(sinkhole.ports[0]) as client:
            client.sendall(sent)

            assert client.recv(1) == b""
        (line,) = lines(tmp_path, 1)

    assert (line["kind"], line["host"], line["path"]) == ("raw", "", "")


def test_every_port_is_noted_as_itself(tmp_path):
    with sinking(tmp_path, ports=(0, 0)) as sinkhole:
        ports = sinkhole.ports
        for port in ports:
            httpx.get(f"http://127.0.0.1:{port}/", trust_env=False)
        seen = [line["port"] for line in lines(tmp_path, 2)]

    assert sorted(seen) == sorted(ports)
    assert len(set(seen)) == 2


def test_connections_over_the_limit_are_noted_and_closed(tmp_path):
    with sinking(tmp_path, limit=1) as sinkhole, connect(sinkhole.ports[0]) as first:
        time.sleep(0.05)
        with connect(sinkhole.ports[0]) as second:
            assert second.recv(1) == b""
        first.sendall(b"GET / HTTP/1.1\r\n\r\n")

        assert first.recv(15) == b"HTTP/1.1 200 OK"
        assert [line["kind"] for line in lines(tmp_path, 2)] == ["raw", "http"]


def test_a_taken_port_is_an_error(tmp_path):
    with sinking(tmp_path) as sinkhole, pytest.raises(OSError, match="in use"):
        Sinkhole("127.0.0.1", sinkhole.ports, 1)
