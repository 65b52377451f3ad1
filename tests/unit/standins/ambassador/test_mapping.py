from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ambassador import mapping
from ambassador.mapping import OWN, Route

from .bodies import annotated, service
from .bodies import mapping as body


def only(*services):
    """Read; return what is not the gateway's own."""
    reading = mapping.read(services)
    assert not reading.errors
    return [route for route in reading.routes if route != OWN]


def test_the_longest_prefix_is_first_and_the_root_last():
    found = only(
        service("a", body("root", prefix="/")),
        service("b", body("hub", prefix="/hub/"), body("deep", prefix="/hub/deep/")),
    )

    assert [route.name for route in found] == ["deep", "hub", "root"]


def test_precedence_beats_length():
    found = only(
        service("a", body("short", prefix="/a/", precedence=1)),
        service("b", body("long", prefix="/a/b/")),
    )

    assert [route.name for route in found] == ["short", "long"]


def test_what_a_mapping_does_not_say_is_as_the_original_has_it():
    assert only(service("a", body("one", prefix="/a/", service="web.default"))) == [
        Route("one", "/a/", "web.default", 80, "/", tls=False, timeout_ms=3000, websocket=False)
    ]


def test_what_a_mapping_says_is_heeded():
    said = {"rewrite": "/b/", "timeout_ms": 300000, "use_websocket": True, "method": "post"}

    assert only(service("a", body("one", prefix="/a/", service="web:8000", **said))) == [
        Route("one", "/a/", "web", 8000, "/b/", timeout_ms=300000, websocket=True, method="POST")
    ]


@pytest.mark.parametrize(
    ("keys", "port", "tls"),
    [
        ({"service": "web"}, 80, False),
        ({"service": "web", "tls": True}, 443, True),
        ({"service": "https://web"}, 443, True),
        ({"service": "https://web:8443"}, 8443, True),
        ({"service": "http://web:81"}, 81, False),
    ],
)
def test_port_and_tls(keys, port, tls):
    (route,) = only(service("a", body(**keys)))

    assert (route.host, route.port, route.tls) == ("web", port, tls)


def test_an_empty_rewrite_leaves_the_path_as_it_is():
    (route,) = only(service("a", body(rewrite="")))

    assert route.rewrite == ""


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (service("bad", body(prefix="hub")), "does not begin with /"),
        (service("bad", body(prefix="/a b/")), "prefix must be text without blanks"),
        (service("bad", body(service="")), "service must be text"),
        (service("bad", body(service="web:x")), "'x' is no number"),
        (service("bad", body(timeout_ms="soon")), "timeout_ms: 'soon' is no number"),
        (service("bad", body(rewrite="/a\nb/")), "rewrite must be text without blanks"),
        (service("bad", body(headers={"x": "y"})), "headers: not played"),
        (service("bad", body(kind="Module")), "kind Module of ambassador/v0 is not played"),
        (service("bad", ["a list"]), "not an object"),
        (annotated("bad", "{"), "the annotation is not YAML"),
    ],
)
def test_a_bad_annotation_is_told_of_by_its_service_and_the_others_stand(found, says):
    reading = mapping.read([found, service("good", body("good", prefix="/good/"))])

    assert [route.name for route in reading.routes] == [OWN.name, "good"]
    (error,) = reading.errors
    assert error.startswith("service default/bad: ")
    assert says in error


def test_services_without_the_annotation_are_passed_over():
    assert only({"metadata": {"name": "plain"}}, {"metadata": {"name": "x", "annotations": None}}) == []


@given(st.text())
def test_any_annotation_gives_routes_or_an_error(text):
    reading = mapping.read([annotated("any", text)])

    assert OWN in reading.routes
    assert len(reading.errors) <= 1
