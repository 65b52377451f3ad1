"""The real sockets, on loopback: UDP, TCP, reloads, the log, the delegate."""

from __future__ import annotations

import json
import os
import socket
import struct
import threading
import time
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import dnslib
import pytest
from dnslib import QTYPE, RCODE

from lab.parts.fakedns import loading
from lab.parts.fakedns.conversation import framed
from lab.parts.fakedns.delegate import TTL, Delegate
from lab.parts.fakedns.querylog import QueryLog
from lab.parts.fakedns.server import Server

ZONE = "$TTL 60\n@ SOA ns root {n} 1 1 1 1\n@ NS ns.other.test.\na A 192.0.2.{n}\nb A 192.0.2.{n}\n"
NODE_ADDRESS = dnslib.A("172.18.0.2")


@pytest.fixture
def files(tmp_path):
    """A folder with a configuration, a zone and settings."""
    (tmp_path / "conf").write_text(f'zone "x.test" {{ type master; file "{tmp_path}/db"; }};')
    (tmp_path / "db").write_text(ZONE.format(n=1))
    write_settings(tmp_path)
    return tmp_path


def write_settings(folder, **more):
    put(folder / "settings", json.dumps({"conf": str(folder / "conf"), **more}))


def put(path, text):
    """Replace a file whole, as editors and the engine do."""
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(path)


@contextmanager
def serving(folder, **options):
    log = QueryLog.open(str(folder / "log"))
    server = Server(
        str(folder / "settings"), log, address="127.0.0.1", port=0, reload_seconds=0.02, **options
    )
    server.start()
    try:
        yield server
    finally:
        server.stop()
        server.stop()


def lines(folder, having=""):
    """Whole lines only: a reader may meet a line half written, like anyone who follows a file."""
    text = (folder / "log").read_text()
    return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines() if having in line]


def queries(folder):
    return [line for line in lines(folder) if "event" not in line]


def reloads(folder):
    return lines(folder, '"event": "reload"')


def ask(server, name, qtype="A", *, over_tcp=False):
    question = dnslib.DNSRecord.question(name, qtype)
    return dnslib.DNSRecord.parse(question.send("127.0.0.1", server.port, tcp=over_tcp, timeout=3))


def wait_for(probe):
    deadline = time.monotonic() + 5
    while not probe():
        assert time.monotonic() < deadline, "nothing came of waiting"
        time.sleep(0.005)


@contextmanager
def fake_docker(respond):
    """A DNS server as Docker's: *respond* turns a question into packets; yields its port and what it was asked."""
    asked = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.bind(("127.0.0.1", 0))
        channel.settimeout(0.02)
        ended = threading.Event()

        def loop():
            while not ended.is_set():
                try:
                    data, peer = channel.recvfrom(4096)
                except TimeoutError:
                    continue
                asked.append(dnslib.DNSRecord.parse(data))
                for packet in respond(asked[-1]):
                    channel.sendto(bytes(packet), peer)

        thread = threading.Thread(target=loop)
        thread.start()
        try:
            yield channel.getsockname()[1], asked
        finally:
            ended.set()
            thread.join()


def node_answer(question):
    reply = question.reply()
    reply.add_answer(dnslib.RR(question.q.qname, 1, ttl=600, rdata=dnslib.A("172.18.0.2")))
    return [reply.pack()]


@pytest.mark.parametrize("over_tcp", [False, True])
def test_a_query_is_answered_and_is_in_the_log_by_then(files, over_tcp):
    with serving(files) as server:
        reply = ask(server, "A.x.test", over_tcp=over_tcp)

        assert str(reply.short()) == "192.0.2.1"
        assert [(line["name"], line["transport"]) for line in queries(files)] == [
            ("a.x.test", "tcp" if over_tcp else "udp")
        ]


def test_the_logs_time_is_rfc_3339_in_utc_with_milliseconds(files):
    with serving(files) as server:
        ask(server, "a.x.test")
    stamp = queries(files)[0]["time"]

    assert stamp.endswith("Z")
    assert abs(time.time() - datetime.fromisoformat(stamp).timestamp()) < 10
    assert len(stamp) == len("2026-01-01T00:00:00.000Z")


def test_a_connection_takes_several_queries_in_pieces_and_at_once(files):
    query = bytes(dnslib.DNSRecord.question("a.x.test").pack())
    with (
        serving(files) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=3) as connection,
    ):
        for piece in (
            framed(query)[:1],
            framed(query)[1:9],
            framed(query)[9:] + framed(query) + framed(query),
        ):
            connection.sendall(piece)
            time.sleep(0.01)
        stream = connection.makefile("rb")
        for _ in range(3):
            (size,) = struct.unpack("!H", stream.read(2))

            assert dnslib.DNSRecord.parse(stream.read(size)).short() == "192.0.2.1"


@pytest.mark.parametrize("sent", [b"", b"\0", b"\0\x20half", b"\0\0", framed(b"junk")])
def test_a_connection_that_says_nothing_useful_is_closed(files, sent):
    with serving(files, idle=0.05) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=3) as connection:
            connection.sendall(sent)

            assert connection.recv(1) == b""
        assert ask(server, "a.x.test", over_tcp=True).short() == "192.0.2.1"


def test_connections_over_the_limit_are_closed_and_the_others_live(files):
    query = framed(bytes(dnslib.DNSRecord.question("a.x.test").pack()))
    with (
        serving(files, limit=1) as server,
        socket.create_connection(("127.0.0.1", server.port), timeout=3) as first,
    ):
        first.sendall(query)
        assert first.recv(2)
        with socket.create_connection(("127.0.0.1", server.port), timeout=3) as second:
            assert second.recv(1) == b""
        first.recv(4096)
        first.sendall(query)

        assert first.recv(2)


def test_garbage_over_udp_does_not_stop_the_server(files):
    with serving(files) as server:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
            for size in range(0, 300, 7):
                channel.sendto(os.urandom(size), ("127.0.0.1", server.port))

        assert ask(server, "a.x.test").short() == "192.0.2.1"


def test_a_changed_zone_is_served_and_kept_answers_are_forgotten(files):
    with serving(files) as server:
        assert ask(server, "a.x.test").short() == "192.0.2.1"
        put(files / "db", ZONE.format(n=2))
        wait_for(lambda: ask(server, "a.x.test").short() == "192.0.2.2")


def test_changed_settings_are_taken(files):
    with serving(files) as server:
        assert ask(server, "node-9").header.rcode == 3
        write_settings(files, hosts={"node-9": "192.0.2.99"})
        wait_for(lambda: ask(server, "node-9").short() == "192.0.2.99")
        write_settings(files, mode="observe", sinkhole="192.0.2.190")
        wait_for(lambda: ask(server, "node-9.test").short() == "192.0.2.190")


def test_a_zone_gone_bad_keeps_its_last_good_form_and_says_so(files):
    with serving(files) as server:
        put(files / "db", ZONE.format(n=2) + "c A 1\n")
        wait_for(lambda: len(reloads(files)) == 2)

        assert ask(server, "a.x.test").short() == "192.0.2.1"
        assert reloads(files)[1]["problems"] == [
            f"{files}/db:6: '1' is no IPv4 address; write four numbers, as in 192.0.2.1"
        ]
        put(files / "db", ZONE.format(n=3))
        wait_for(lambda: ask(server, "a.x.test").short() == "192.0.2.3")
        assert reloads(files)[-1]["problems"] == []


def test_bad_settings_keep_the_last_good_ones_and_say_so(files):
    write_settings(files, hosts={"node-9": "192.0.2.99"})
    with serving(files) as server:
        put(files / "settings", "{")
        wait_for(lambda: len(reloads(files)) == 2)

        assert ask(server, "node-9").short() == "192.0.2.99"
        assert reloads(files)[1]["problems"][0].startswith(f"{files}/settings: no JSON")


def test_without_any_file_all_is_denied_until_the_files_come(tmp_path):
    with serving(tmp_path) as server:
        assert ask(server, "a.x.test").header.rcode == 3
        (tmp_path / "conf").write_text(f'zone "x.test" {{ type master; file "{tmp_path}/db"; }};')
        write_settings(tmp_path)
        wait_for(lambda: ask(server, "a.x.test").header.rcode == 2)
        put(tmp_path / "db", ZONE.format(n=4))
        wait_for(lambda: ask(server, "a.x.test").short() == "192.0.2.4")
        (tmp_path / "conf").unlink()
        wait_for(lambda: ask(server, "a.x.test").header.rcode == 3)


def test_a_broken_configuration_takes_no_zone_away(files):
    with serving(files) as server:
        put(files / "conf", 'zone "y.test" {')
        wait_for(lambda: len(reloads(files)) == 2)

        assert ask(server, "a.x.test").short() == "192.0.2.1"
        assert reloads(files)[1]["problems"]


def test_no_query_is_lost_and_none_sees_half_a_zone_over_fifty_reloads(files):
    with serving(files) as server:
        ended = threading.Event()
        counts = []

        def ask_on():
            count = 0
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
                channel.settimeout(2)
                channel.connect(("127.0.0.1", server.port))
                while not ended.is_set():
                    query = dnslib.DNSRecord.question("ab"[count % 2] + ".x.test")
                    channel.send(bytes(query.pack()))
                    reply = dnslib.DNSRecord.parse(channel.recv(4096))
                    assert reply.header.id == query.header.id
                    assert reply.header.rcode == 0
                    assert len(reply.rr) == 1
                    count += 1
            counts.append(count)

        threads = [threading.Thread(target=ask_on) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            for number in range(2, 52):
                put(files / "db", ZONE.format(n=number))
                wait_for(lambda wanted=number: len(reloads(files)) >= wanted)
        finally:
            ended.set()
            for thread in threads:
                thread.join()

        assert len(counts) == 2
        assert sum(counts) == len(queries(files)) >= 100
        assert ask(server, "a.x.test").short() == "192.0.2.51"


def test_an_included_file_is_watched_and_may_not_lie_outside(files, tmp_path_factory):
    (files / "part").write_text("c A 192.0.2.5\n")
    put(files / "db", ZONE.format(n=1) + "$INCLUDE part\n")
    first = loading.load(str(files / "settings"))
    assert first.problems == ()
    assert not loading.changed(first)
    (files / "part").write_text("c A 192.0.2.66\n")
    assert loading.changed(first)

    outside = tmp_path_factory.mktemp("outside") / "part"
    outside.write_text("c A 192.0.2.5\n")
    (files / "link").symlink_to(outside)
    for wanted in (str(outside), "../x", "link"):
        put(files / "db", ZONE.format(n=1) + f"$INCLUDE {wanted}\n")
        problems = loading.load(str(files / "settings")).problems

        assert len(problems) == 1
        assert f"lies outside of {files}; put it beside the zone file" in problems[0]


def test_lines_of_many_threads_are_whole_and_all_there(tmp_path):
    log = QueryLog.open(str(tmp_path / "log"))
    threads = [
        threading.Thread(
            target=lambda mark=mark: [log.write([json.dumps([mark, "x" * 500])] * 3) for _ in range(100)]
        )
        for mark in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(line[0] for line in lines(tmp_path)) == sorted(list(range(8)) * 300)


def test_a_log_that_cannot_be_written_is_counted_and_told_later():
    reader, writer = os.pipe()
    log = QueryLog(os.open(os.devnull, os.O_RDONLY))
    log.write(["one", "two"])
    os.dup2(writer, log._descriptor)
    log.write(["three"])
    told, three = os.read(reader, 4096).decode().splitlines()

    assert (json.loads(told)["event"], json.loads(told)["lines"], three) == ("lost", 2, "three")
    for descriptor in (reader, writer, log._descriptor):
        os.close(descriptor)


def test_node_names_are_asked_of_docker_once_while_the_answer_lasts(files):
    with fake_docker(node_answer) as (port, asked):
        write_settings(files, delegate={"names": ["lab-worker"], "server": "127.0.0.1"})
        with serving(files, delegate_port=port) as server:
            replies = [ask(server, "Lab-Worker", over_tcp=over_tcp) for over_tcp in (False, True, False)]
            ask(server, "lab-worker", "AAAA")
            ask(server, "outside.test")

    assert [str(reply.short()) for reply in replies] == ["172.18.0.2"] * 3
    assert [reply.rr[0].ttl for reply in replies] == [TTL] * 3
    assert [(str(question.q.qname), question.q.qtype) for question in asked] == [("lab-worker.", QTYPE.A)]
    assert asked[0].header.rd == 0
    assert [line["kind"] for line in queries(files)] == [
        "delegate",
        "delegate",
        "delegate",
        "delegate",
        "unknown",
    ]


def test_a_silent_docker_holds_up_nobody_else(files):
    with fake_docker(lambda _: []) as (port, _):
        write_settings(files, delegate={"names": ["lab-worker"], "server": "127.0.0.1"})
        client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with serving(files, delegate_port=port) as server, client as channel:
            channel.connect(("127.0.0.1", server.port))
            channel.send(bytes(dnslib.DNSRecord.question("lab-worker").pack()))
            start = time.monotonic()

            assert ask(server, "a.x.test").short() == "192.0.2.1"
            assert time.monotonic() - start < 0.5
            channel.settimeout(3)
            assert dnslib.DNSRecord.parse(channel.recv(4096)).header.rcode == 2


def delegate_answer(respond, **options):
    with fake_docker(respond) as (port, _):
        return Delegate("127.0.0.1", port=port, timeout=0.2, **options).ask((b"lab-worker",))


def test_an_answer_of_docker_is_kept_for_its_ttl_and_not_longer():
    now = [0.0]
    with fake_docker(node_answer) as (port, asked):
        delegate = Delegate("127.0.0.1", port=port, clock=lambda: now[0])
        for moment in (0.0, TTL - 0.1, TTL + 0.1):
            now[0] = moment
            assert delegate.ask((b"n",)).answer[0].data == (NODE_ADDRESS,)

    assert len(asked) == 2


def test_docker_may_say_no():
    def deny(question):
        reply = question.reply()
        reply.header.rcode = 3
        return [reply.pack()]

    assert delegate_answer(deny).rcode == RCODE.NXDOMAIN


@pytest.mark.parametrize(
    "packets",
    [[], [b"junk"], [b"\0" * 40], ["other id"], ["other name"], ["servfail"], ["cut"]],
)
def test_what_docker_does_not_say_properly_is_a_failure(packets):
    def respond(question):
        if packets == ["other id"]:
            question.header.id ^= 1
        elif packets == ["other name"]:
            question.questions[0] = dnslib.DNSQuestion("evil")
        elif packets == ["servfail"]:
            reply = question.reply()
            reply.header.rcode = 2
            return [reply.pack()]
        elif packets == ["cut"]:
            return [node_answer(question)[0][:-9]]
        else:
            return packets
        return node_answer(question)

    assert delegate_answer(respond).rcode == RCODE.SERVFAIL


def test_a_forged_packet_before_the_true_one_is_passed_over():
    assert delegate_answer(lambda question: [b"junk", *node_answer(question)]).rcode == RCODE.NOERROR


def test_a_taken_port_is_an_error_and_leaves_nothing_open(files):
    with serving(files) as server, pytest.raises(OSError, match="in use"):
        Server(
            str(files / "settings"), QueryLog.open(str(files / "log")), address="127.0.0.1", port=server.port
        )


def test_the_package_imports_nothing_of_the_lab():
    for path in Path(loading.__file__).parent.glob("*.py"):
        text = path.read_text()

        assert "import lab" not in text
        assert "from lab" not in text
