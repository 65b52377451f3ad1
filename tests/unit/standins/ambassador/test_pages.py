"""Port 8877, and the report to the makers."""

from __future__ import annotations

import logging
import threading
import urllib.error
import urllib.request

import pytest

from ambassador import diag, mapping, scout
from ambassador.state import State

from .bodies import mapping as body
from .bodies import service


@pytest.fixture
def state():
    made = State(lambda: 10.0, lambda: True, 7.0, synced=9.0)
    made.reading = mapping.read(
        [service("web", body("web-mapping", service="<web>")), service("bad", body(prefix="x"))]
    )
    made.addresses = {"<web>": None, "127.0.0.1": "127.0.0.1"}
    return made


@pytest.mark.parametrize("what", ["liveness", "readiness"])
def test_health_is_told(state, what):
    path = f"/ambassador/v0/check_{'alive' if what == 'liveness' else 'ready'}"

    status, _, text = diag.answer(state, path)
    assert (status, text) == (200, f"ambassador {what} check OK (3 seconds)")
    state.serving = lambda: False
    assert diag.answer(state, path)[0] == 503


def test_the_page_shows_routes_and_errors_and_lets_no_markup_in(state):
    status, kind, page = diag.answer(state, "/ambassador/v0/diag/?loglevel=debug")

    assert (status, kind) == (200, "text/html; charset=utf-8")
    assert "<td>http://&lt;web&gt;:80<td>none: answers 503<td>/<td>3000 ms<td>web-mapping" in page
    assert "service default/bad: mapping one: prefix &#x27;x&#x27; does not begin with /" in page


def test_other_paths_are_not_there(state):
    assert diag.answer(state, "/elsewhere")[0] == 404


def test_the_server_answers(state):
    server = diag.serve(state, 0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    base = f"http://127.0.0.1:{server.server_port}"
    try:
        with urllib.request.urlopen(base + "/ambassador/v0/check_alive", timeout=5) as answer:  # noqa: S310
            assert answer.read() == b"ambassador liveness check OK (3 seconds)"
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(base + "/", timeout=5)  # noqa: S310
        caught.value.close()
        assert caught.value.code == 404
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_the_report_goes_to_the_makers():
    sent = []

    assert scout.report("an-id", lambda *call: sent.append(call))
    ((url, content, seconds),) = sent
    assert (url, seconds) == ("https://kubernaut.io/scout", 1.0)
    assert b'"install_id": "an-id"' in content


def test_a_failed_report_is_a_warning(caplog):
    def fail(*_):
        raise OSError("no such host")

    with caplog.at_level(logging.WARNING):
        assert not scout.report("an-id", fail)
    assert "could not post report to https://kubernaut.io/scout: no such host" in caplog.text


def test_the_start_waits_for_the_report_no_longer_than_its_time_out(monkeypatch):
    hold = threading.Event()
    monkeypatch.setattr(scout, "TIMEOUT_SECONDS", 0.01)

    scout.begin("an-id", lambda *_: hold.wait(5))  # would be 5 s if it were waited for
    hold.set()
