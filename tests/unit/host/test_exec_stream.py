"""The engine's frames, however they are cut; over the SDK's own client and a small engine on a socket."""

from __future__ import annotations

import json
import socket
import socketserver
import struct
import threading
import time
from http.server import BaseHTTPRequestHandler

import pytest
from docker.api import APIClient
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.host import exec_stream

UPGRADED = b"HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"


def frame(kind, content):
    return struct.pack(">BxxxI", kind, len(content)) + content


def drained(chunks, *, end=True, seconds=5.0):
    ours, theirs = socket.socketpair()
    with ours, theirs, ours.makefile("rb") as reader:
        for chunk in chunks:
            theirs.sendall(chunk)
        if end:
            theirs.shutdown(socket.SHUT_WR)
        return exec_stream._drain(reader, ours, deadline=time.monotonic() + seconds)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([1, 2]), st.binary(max_size=60)), max_size=8),
    st.lists(st.integers(min_value=1, max_value=30), max_size=20),
)
def test_frames_are_put_together_wherever_they_are_cut(frames, cuts):
    whole = b"".join(frame(*one) for one in frames)
    chunks, at = [], 0
    for length in cuts:
        chunks.append(whole[at : at + length])
        at += length
    chunks.append(whole[at:])

    stdout, stderr, complete = drained([one for one in chunks if one])

    assert complete
    assert stdout == b"".join(content for kind, content in frames if kind == 1).decode("utf-8", "replace")
    assert stderr == b"".join(content for kind, content in frames if kind == 2).decode("utf-8", "replace")


def test_a_character_cut_between_two_frames_is_whole_again():
    assert drained([frame(1, b"\xc3"), frame(1, b"\xa4")])[0] == "\u00e4"


def test_the_deadline_ends_a_silent_engine_and_keeps_what_it_said():
    assert drained([frame(1, b"so far\n")], end=False, seconds=0.05) == ("so far\n", "", False)


def test_its_twin_that_ends_in_time_is_complete():
    assert drained([frame(1, b"so far\n")], end=True, seconds=5) == ("so far\n", "", True)


class Handler(BaseHTTPRequestHandler):
    """As much of an engine as one `exec` needs. The server says what the command does, and its exit code."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.path.endswith("/start"):
            self.server.command(self)
            self.close_connection = True
            return
        self.server.asked.append(asked)
        self._answer(201, {"Id": "one"})

    def do_GET(self):
        self._answer(200, {"ExitCode": self.server.exit_code})

    def _answer(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def address_string(self):
        return "a client"

    def log_message(self, *_):
        pass


class Engine(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    exit_code = 0

    def __init__(self, path):
        super().__init__(path, Handler)
        self.asked = []


@pytest.fixture
def engine(tmp_path):
    with Engine(str(tmp_path / "e.sock")) as engine:
        threading.Thread(target=engine.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield engine
        engine.shutdown()


@pytest.fixture
def api(engine):
    client = APIClient(base_url=f"unix://{engine.server_address}", version="1.45")
    yield client
    client.close()


def test_frames_that_come_with_the_header_are_not_lost(engine, api):
    engine.command = lambda one: one.wfile.write(UPGRADED + frame(1, b"at once\n") + frame(2, b"and this\n"))

    done = exec_stream.run(api, "c", ["true"], timeout=5, stdin=None)

    assert (done.exit_code, done.stdout, done.stderr) == (0, "at once\n", "and this\n")


def test_the_command_runs_under_a_time_limit_of_its_own(engine, api):
    engine.command = lambda one: one.wfile.write(UPGRADED)

    done = exec_stream.run(api, "c", ["sleep", "9"], timeout=2.5, stdin=None)

    assert engine.asked[0]["Cmd"] == ["timeout", "--kill-after=2", "2.5", "sleep", "9"]
    assert done.argv == ("sleep", "9")


@pytest.mark.parametrize("code", exec_stream.TIMED_OUT_CODES)
def test_the_codes_of_a_time_limit_count_only_when_the_time_was_used_up(engine, api, code):
    engine.command = lambda one: one.wfile.write(UPGRADED)
    engine.exit_code = code

    assert exec_stream.run(api, "c", ["true"], timeout=0, stdin=None).exit_code is None
    assert exec_stream.run(api, "c", ["true"], timeout=60, stdin=None).exit_code == code


def test_stdin_is_sent_whole_and_then_ended(engine, api):
    content = "0123456789abcde\n" * 327_680  # 5 MiB

    def count(one):
        one.wfile.write(UPGRADED)
        length = 0
        while chunk := one.rfile.read1(1 << 20):
            length += len(chunk)
        one.wfile.write(frame(1, str(length).encode()))

    engine.command = count

    assert exec_stream.run(api, "c", ["wc", "-c"], timeout=20, stdin=content).stdout == str(len(content))
    assert engine.asked[0]["AttachStdin"] is True


def test_a_command_that_does_not_read_its_input_is_no_trouble(engine, api):
    engine.command = lambda one: one.wfile.write(UPGRADED + frame(1, b"done\n"))

    assert exec_stream.run(api, "c", ["true"], timeout=20, stdin="x" * 5_000_000).stdout == "done\n"
