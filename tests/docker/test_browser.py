"""The workstation's browser, on pages of the site's web server; no network leads anywhere else."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

from lab.errors import LabError
from lab.host.engine import DockerContainers
from lab.spec.actions import Browse
from lab.spec.config import LabConfig
from lab.spec.plan import plan
from lab.spec.scenario import Outcome
from lab.steps import Stage, perform
from tests.docker.scratch import scratch_network
from tests.fakes import FakeClock, fake_host

pytestmark = pytest.mark.docker

WORKSTATION, WEB = "airgap-lab/workstation:latest", "jrelva/nginx-autoindex:latest"
ROOT = "/usr/share/nginx/html"
BEGIN = """<!doctype html><html lang="en"><head><title>Sign in</title>
<link rel="stylesheet" href="http://fonts.invalid/a.css"></head><body><h1>Sign in</h1>
<form action="in.html"><label for="u">Username:</label><input id="u" name="username">
<label for="p">Password:</label><input id="p" name="password" type="password">
<input name="image" list="images" placeholder="gcr.io/a:1">
<datalist id="images"><option>gcr.io/a:1</option><option>gcr.io/b:1</option></datalist>
<select name="size"><option>Small</option><option>Large</option></select>
<input type="submit" value="Sign In"></form>
<a href="tab.html" target="_blank">Another tab</a> <a href="http://web.test:81/">Nobody</a>
<script>document.cookie = "seen=yes"; console.error("boo")</script></body></html>"""
IN = """<!doctype html><title>In</title><textarea id="cell"></textarea><p id="said">Starting</p><script>
setTimeout(() => { said.innerText = "Hello " + location.search + " " + document.cookie }, 500);
cell.addEventListener("keydown", event => {
  if (event.key === "Enter" && event.shiftKey) { said.innerText = "Ran " + JSON.stringify(cell.value) }
})</script>"""
LOOP = "<!doctype html><title>Loop</title><script>setTimeout(() => { for (;;); }, 100)</script>"
TAB = "<!doctype html><title>Tab</title><p>The other tab</p>"


@pytest.fixture(scope="module")
def network(engine):
    for image in (WORKSTATION, WEB):
        if not engine.images.list(name=image):
            pytest.skip(f"no {image}; `lab images build` makes it")
    with scratch_network(engine) as made:
        yield made


@pytest.fixture(scope="module")
def site(engine, network):
    """Return the URL of a web server with three pages."""
    server = engine.containers.run(
        WEB,
        detach=True,
        name=f"{network.name}-web",
        network=network.name,
        networking_config={network.name: engine.api.create_endpoint_config(aliases=["web.test"])},
    )
    pages = {"begin.html": BEGIN, "in.html": IN, "tab.html": TAB, "loop.html": LOOP}
    DockerContainers().put(server.name, {f"{ROOT}/{name}": text.encode() for name, text in pages.items()})
    return "http://web.test"


@pytest.fixture(scope="module")
def stage(engine, network):
    seat = engine.containers.run(
        WORKSTATION, detach=True, name=f"{network.name}-workstation", network=network.name
    )
    topology = plan(LabConfig())
    topology = replace(topology, workstation=replace(topology.workstation, name=seat.name))
    host = fake_host(containers=DockerContainers(), clock=FakeClock())
    return Stage(topology, host, Path(), host.clock.now())


@pytest.fixture(scope="module")
def browse(stage, site):
    def do(path=None, *acts, timeout=30.0, **given):
        url = {} if path is None else {"url": site + path}
        return perform(Browse.model_validate({**url, **given, "do": acts}), stage, timeout=timeout)

    return do


def test_a_form_is_filled_in_and_its_answer_seen_and_pictured(browse):
    seen = browse(
        "/begin.html",
        {"title": "^Sign in$"},
        {"fill": {"field": "Username", "with": "admin"}},
        {"fill": {"field": "Password", "with": ""}},
        {"holds": {"field": "image", "says": r"^gcr\.io/a:1$"}},
        {"select": {"field": "size", "option": "Large"}},
        {"click": "Sign In"},
        {"see": "Hello .*"},
        {"shot": "in"},
    )

    assert seen.outcome is Outcome.SUCCEEDS, seen.detail
    assert "username=admin&password=&image=&size=Large seen=yes" in seen.detail
    assert (
        "not had from fonts.invalid: net::ERR_NAME_NOT_RESOLVED (http://fonts.invalid/a.css)" in seen.detail
    )
    assert "console: boo" in seen.detail
    (shot,) = seen.attachments
    assert (shot.name, shot.media_type, shot.content[:3]) == ("in", "image/jpeg", b"\xff\xd8\xff")


def test_lines_are_typed_into_a_cell_and_run_by_keys(browse):
    seen = browse(
        "/in.html",
        {"see": "Hello"},
        {"click": {"selector": "#cell"}},
        {"type": "for a in b:\n    print(a)\n"},
        {"press": "Shift+Enter"},
        {"see": r'Ran "for a in b:\\n +print\(a\)"'},
    )

    assert seen.outcome is Outcome.SUCCEEDS, seen.detail


def test_a_tab_that_a_link_opens_is_gone_to(browse):
    seen = browse("/begin.html", {"click": {"text": "Another tab", "follow": True}}, {"see": "The other tab"})

    assert "/tab.html (HTTP 200, titled 'Tab')" in seen.detail


def test_a_session_keeps_its_cookies_and_its_place(browse):
    browse("/begin.html", session="a")
    browse("/in.html", session="a")
    on = browse(None, {"see": "Hello +seen=yes"}, session="a")
    other = browse("/in.html", {"see": "Hello"}, session="b")

    assert "/in.html (HTTP 200" in on.detail
    assert on.outcome is Outcome.SUCCEEDS, on.detail
    assert "seen=yes" not in other.detail


def test_a_session_that_nobody_began_has_no_place(browse):
    assert browse(session="never").outcome is Outcome.NOT_FOUND


def test_a_field_that_is_missing_is_named_with_those_that_are_there(browse):
    seen = browse("/begin.html", {"fill": {"field": "User name", "with": "admin"}})

    assert seen.outcome is Outcome.NOT_FOUND
    assert (
        "NOT DONE: fill 'User name' with 'admin': the page has no field 'User name'; its fields: "
        "username (text), label 'Username:'; password (password), label 'Password:'; "
        "image (text), placeholder 'gcr.io/a:1', options gcr.io/a:1, gcr.io/b:1; "
        "size (select-one), holds 'Small', options Small, Large; "
    ) in seen.detail
    assert [shot.name for shot in seen.attachments] == ["where-it-stood"]


def test_the_wrong_page_is_told_by_what_it_says(browse):
    seen = browse("/tab.html", {"see": "Sign in"}, timeout=3.0)

    assert seen.outcome is Outcome.TIMES_OUT
    assert seen.detail.endswith("the page says:\nThe other tab")


@pytest.mark.parametrize(
    ("url", "outcome"),
    [
        ("http://web.test/none.html", Outcome.NOT_FOUND),
        ("http://web.test:81/", Outcome.REFUSED),
        ("http://nowhere.invalid/", Outcome.UNRESOLVED),
    ],
)
def test_what_cannot_be_opened_is_told_by_its_cause(stage, site, url, outcome):
    seen = perform(Browse.model_validate({"url": url}), stage, timeout=20.0)

    assert seen.outcome is outcome, seen.detail


def test_a_click_that_leads_to_no_page_is_told_by_its_cause(browse):
    seen = browse("/begin.html", {"click": "Nobody"})

    assert seen.outcome is Outcome.REFUSED
    assert "ERR_CONNECTION_REFUSED" in seen.detail


def test_a_url_may_take_a_command_s_output(stage, site):
    seen = perform(Browse.model_validate({"url": "http://$(echo web.test)/tab.html"}), stage, timeout=20.0)

    assert "the page: http://web.test/tab.html (HTTP 200" in seen.detail


def test_a_script_that_never_ends_costs_the_step_s_time_and_no_more(browse, stage):
    begun = time.monotonic()

    seen = browse("/loop.html", {"see": "x"}, timeout=6.0)

    assert seen.outcome is Outcome.TIMES_OUT
    assert time.monotonic() - begun < 20
    left = stage.host.containers.exec(
        stage.topology.workstation.name, ["sh", "-c", "sleep 2; pgrep -c chromium"], timeout=10
    )
    assert left.stdout == "0\n"


@pytest.fixture
def hidden(stage):
    """Take the browser away for one test."""
    name, containers = stage.topology.workstation.name, stage.host.containers

    def run(*argv):
        containers.exec(name, argv, timeout=10).check()

    run("mv", "/usr/bin/chromium", "/usr/bin/chromium.away")
    yield
    run("mv", "/usr/bin/chromium.away", "/usr/bin/chromium")


def test_a_browser_that_is_missing_is_one_finding(browse, hidden):
    with pytest.raises(
        LabError, match=r"has no browser that works: there is no chromium on its PATH.*lab up"
    ):
        browse("/begin.html")


def test_and_it_is_there_again(browse):
    assert browse("/begin.html").outcome is Outcome.SUCCEEDS
