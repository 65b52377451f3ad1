from __future__ import annotations

import re
import threading
import urllib.error
import urllib.request

import pytest

from centraldashboard.server import PAGE, Handler, serve

HOSTS = {"fonts.googleapis.com", "code.getmdl.io", "maxcdn.bootstrapcdn.com"}


@pytest.fixture
def base(monkeypatch):
    monkeypatch.setattr(Handler, "log_message", lambda *_: None)
    server = serve(0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_page_is_served_at_the_root(base):
    with urllib.request.urlopen(base + "/", timeout=5) as answer:  # noqa: S310
        text = answer.read().decode()

    assert "<title>Kubeflow</title>" in text


def test_it_is_served_nowhere_else_so_its_links_need_the_gateway(base):
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(base + "/hub/", timeout=5)  # noqa: S310
    caught.value.close()
    assert caught.value.code == 404


def test_links_and_outside_hosts_are_the_original_s():
    text = (PAGE / "index.html").read_text(encoding="utf-8")

    assert re.findall(r'<a href="([^"]+)"', text) == ["/hub/", "/tfjobs/ui/", "/k8s/ui/"]
    assert set(re.findall(r"https?://([^/\"]+)", text)) == HOSTS
