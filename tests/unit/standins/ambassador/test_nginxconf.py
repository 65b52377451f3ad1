from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ambassador.mapping import Route
from ambassador.nginxconf import render

HUB = Route("hub", "/hub/", "hub", 8000, "/hub/", timeout_ms=300000, websocket=True)
ROOT = Route("root", "/", "web", 8082)
GONE = Route("gone", "/gone/", "gone", 443, tls=True)
ADDRESSES = {"hub": "10.0.0.1", "web": "10.0.0.2"}


def choices(text):
    """Return the routing table as nginx understands it: compiled pattern and what it leads to, in order."""
    table = text.split('map "$request_method $request_uri" $route {')[1].split("\n  }\n")[0]
    found = re.findall(r'^    "~((?:[^"\\]|\\.)*)" (\w+);$', table, re.MULTILINE)
    return [(re.compile(re.sub(r"\\([\\\"])", r"\1", pattern)), label) for pattern, label in found]


def choose(text, request):
    """Do as nginx does: the first pattern that fits."""
    return next((label for pattern, label in choices(text) if pattern.search(request)), "none")


def test_the_first_route_that_fits_takes_the_request():
    text = render((HUB, GONE, ROOT), ADDRESSES.get)

    assert choose(text, "GET /hub/login?next=/") == "r0"
    assert choose(text, "GET /hub") == "r2"
    assert choose(text, "GET /other/hub/") == "r2"
    assert "location @r0 {\n      proxy_pass http://10.0.0.1:8000$path_r0;" in text
    assert "location @r2 {\n      proxy_pass http://10.0.0.2:8082$path_r2;" in text


def test_nothing_fits_where_no_root_is():
    assert choose(render((HUB,), ADDRESSES.get), "GET /") == "none"


def test_a_route_to_nowhere_answers_503_and_has_no_place():
    text = render((GONE, ROOT), ADDRESSES.get)

    assert choose(text, "GET /gone/x") == "absent"
    assert 'location @absent { return 503 "no healthy upstream"; }' in text
    assert "location @r0" not in text
    assert "https://10.0.0.3:443$path_r0" in render((GONE,), {"gone": "10.0.0.3"}.get)


def test_a_method_of_its_own():
    text = render((Route("post", "/m/", "web", 80, method="POST"), ROOT), ADDRESSES.get)

    assert choose(text, "POST /m/x") == "r0"
    assert choose(text, "GET /m/x") == "r1"


def test_time_outs_and_upgrades_are_the_mapping_s():
    hub, root = render((HUB, ROOT), ADDRESSES.get).split("location @r")[1:]

    assert "proxy_read_timeout 300000ms;" in hub
    assert "proxy_set_header Upgrade $http_upgrade;" in hub
    assert "proxy_read_timeout 3000ms;" in root
    assert 'proxy_set_header Upgrade "";' in root


@given(st.text(st.characters(exclude_categories=("Zs", "Zl", "Zp", "Cc", "Cs")), max_size=20))
def test_no_prefix_escapes_from_its_pattern(tail):
    text = render((Route("any", "/" + tail, "web", 80),), ADDRESSES.get)

    ((pattern, label),) = choices(text)
    assert label == "r0"
    assert pattern.search(f"GET /{tail}more")
    assert bool(pattern.search(f"GET /x/{tail}")) == f"/x/{tail}".startswith(f"/{tail}")
