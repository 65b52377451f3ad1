"""The API server's side is a real HTTP server on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from incluster import ApiServer, Gone, Refused, Taken, in_cluster, watched


class Handler(BaseHTTPRequestHandler):
    answers: dict[str, tuple[int, bytes]] = {}  # noqa: RUF012
    seen: list[tuple[str, str, str | None, bytes]] = []  # noqa: RUF012

    def handle_any(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.seen.append((self.command, self.path, self.headers.get("Authorization"), body))
        status, content = self.answers.get(self.path, (404, b'{"message": "not found"}'))
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = do_DELETE = handle_any  # noqa: N815

    def log_message(self, *_) -> None:
        pass


@pytest.fixture
def api(tmp_path: Path) -> Iterator[ApiServer]:
    Handler.answers, Handler.seen = {}, []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    (tmp_path / "token").write_text("secret\n")
    yield ApiServer(f"http://127.0.0.1:{server.server_port}", tmp_path / "token")
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_object_is_read_with_the_token(api: ApiServer):
    Handler.answers["/a"] = (200, b'{"kind": "A"}')

    assert api.read("/a") == {"kind": "A"}
    assert Handler.seen == [("GET", "/a", "Bearer secret", b"")]


def test_an_object_that_is_gone_is_none_and_its_deletion_no_error(api: ApiServer):
    assert api.read("/gone") is None
    api.delete("/gone")

    assert [call[0] for call in Handler.seen] == ["GET", "DELETE"]


def test_an_object_is_created(api: ApiServer):
    Handler.answers["/a"] = (201, b"{}")
    api.create("/a", {"kind": "A"})

    assert Handler.seen[0][0] == "POST"
    assert json.loads(Handler.seen[0][3]) == {"kind": "A"}


@pytest.mark.parametrize(
    ("status", "body", "error", "message"),
    [
        (409, b'{"message": "already exists"}', Taken, "already exists"),
        (403, b'{"message": "forbidden"}', Refused, "forbidden"),
        (500, b"oops", Refused, "POST /a: HTTP status 500"),
        (404, b'{"message": "no such namespace"}', Gone, "no such namespace"),
    ],
)
def test_a_refusal_says_what_the_server_said(api: ApiServer, status: int, body: bytes, error, message: str):
    Handler.answers["/a"] = (status, body)

    with pytest.raises(error, match=message) as caught:
        api.create("/a", {})
    assert type(caught.value) is error


def test_a_server_that_is_not_there_is_a_refusal():
    with pytest.raises(Refused, match="refused"):
        ApiServer("http://127.0.0.1:9").read("/a")


def test_changes_are_what_is_there_and_then_what_happens(api: ApiServer):
    Handler.answers["/a"] = (200, b'{"items": [{"n": 1}, {"n": 2}], "metadata": {"resourceVersion": "7"}}')
    events = [{"type": "ADDED", "object": {"n": 3}}, {"type": "DELETED", "object": {"n": 1}}]
    Handler.answers["/a?watch=1&timeoutSeconds=240&resourceVersion=7"] = (
        200,
        b"".join(json.dumps(one).encode() + b"\n" for one in events),
    )

    assert list(api.changes("/a")) == [{"n": 1}, {"n": 2}, {"n": 3}]


@pytest.mark.parametrize("line", [b'{"type": "ERROR", "object": {"message": "too old"}}', b'{"type": "ADD'])
def test_a_watch_that_ends_in_an_error_is_a_refusal(line: bytes):
    with pytest.raises(Refused):
        list(watched(iter([line])))


def test_a_bookmark_is_no_change():
    assert list(watched(iter([b'{"type": "BOOKMARK", "object": {}}']))) == []


@pytest.mark.parametrize(
    ("host", "address"), [("10.233.0.1", "https://10.233.0.1:443"), ("fd00::1", "https://[fd00::1]:443")]
)
def test_the_kubelet_says_where_the_server_is(monkeypatch, tmp_path: Path, host: str, address: str):
    monkeypatch.setattr("ssl.create_default_context", lambda *, cafile: cafile)
    found = in_cluster({"KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "443"}, tmp_path)

    assert found == ApiServer(address, tmp_path / "token", tmp_path / "ca.crt")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "environment", [{}, {"KUBERNETES_SERVICE_HOST": "10.233.0.1", "KUBERNETES_SERVICE_PORT": "443"}]
)
def test_outside_a_cluster_there_is_none(environment: dict[str, str], tmp_path: Path):
    with pytest.raises(Refused, match="no cluster around this container"):
        in_cluster(environment, tmp_path)
