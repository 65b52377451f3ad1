from __future__ import annotations

import gzip
import json
import ssl

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.parts.sinkhole.replies import reply
from lab.parts.sinkhole.wanted import HEAD_BYTES, Wanted, is_whole, read, server_name


def client_hello(name):
    """What Python's own TLS client says first."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    context.check_hostname = False
    client = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    return outgoing.read()


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"GET /a?b=c HTTP/1.1\r\nHost: Pypi.Test\r\n\r\n", Wanted("http", "pypi.test", "/a?b=c", "GET")),
        (b"HEAD / HTTP/1.0\r\n\r\n", Wanted("http", "", "/", "HEAD")),
        (b"GET /x\r\n", Wanted("http", "", "/x", "GET")),
        (b"GET http://A.test:8080/p HTTP/1.1\r\nHost: b\r\n\r\n", Wanted("http", "a.test:8080", "/p", "GET")),
        (
            b"CONNECT a.test:443 HTTP/1.1\r\nHost: a.test:443\r\n\r\n",
            Wanted("http", "a.test:443", "a.test:443", "CONNECT"),
        ),
        (b"GET / HTTP/1.1\nX: y\nhost:z.test\n\n", Wanted("http", "z.test", "/", "GET")),
        (b"POST /v2 HTTP/1.1\r\nA: b\r\n\r\nHost: not.this\r\n", Wanted("http", "", "/v2", "POST")),
        (b"GET /\xff HTTP/1.1\r\n\r\n", Wanted("http", "", "/\\xff", "GET")),
        (b"SSH-2.0-OpenSSH_9\r\n", Wanted("raw")),
        (b"get / HTTP/1.1\r\n\r\n", Wanted("raw")),
        (b"", Wanted("raw")),
        (b"\x16\x03\x01\x00\x01\x01", Wanted("tls")),
        (b"\x16\x02rubbish", Wanted("raw")),
    ],
)
def test_the_first_bytes_say_what_is_wanted(data, wanted):
    assert read(data) == wanted


@pytest.mark.parametrize("name", ["registry-1.docker.test", "a.test", "x" * 60 + ".test"])
def test_a_real_client_hello_names_its_server(name):
    assert read(client_hello(name)) == Wanted("tls", sni=name)


def test_a_client_hello_without_a_name_is_tls_all_the_same():
    assert read(client_hello(None)) == Wanted("tls")


def test_a_client_hello_in_two_records_is_joined():
    hello = client_hello("a.test")
    body = hello[5:]
    parts = (body[:40], body[40:])
    split = b"".join(hello[:3] + len(part).to_bytes(2, "big") + part for part in parts)

    assert server_name(split) == "a.test"
    assert is_whole(split)
    assert not is_whole(split[:60])


def test_every_cut_of_a_client_hello_is_seen_as_unfinished():
    hello = client_hello("a.test")

    assert is_whole(hello)
    assert not any(is_whole(hello[:size]) for size in range(len(hello)))


@pytest.mark.parametrize(
    ("data", "whole"),
    [
        (b"", False), (b"G", False), (b"GET / HTTP/1.1\r\n", False), (b"GET / HTTP/1.1\r\n\r\n", True),
        (b"SSH-2.0", True), (b"\0", True), (b"GET " + b"x" * HEAD_BYTES, True), (b"\x16\x02", True),
    ],
)  # fmt: skip
def test_reading_ends_when_enough_was_said(data, whole):
    assert is_whole(data) == whole


@given(st.binary(max_size=300))
def test_no_bytes_make_it_raise(data):
    json.dumps([read(data).host, read(b"\x16\x03\x01" + data).sni, read(b"GET " + data).path])
    is_whole(data)


@given(st.integers(0, 400), st.integers(0, 255))
def test_no_damage_to_a_client_hello_makes_it_raise(place, value):
    damaged = bytearray(HELLO)
    damaged[place % len(damaged)] = value
    read(bytes(damaged))


HELLO = client_hello("a.test")


def body_of(path, method="GET"):
    head, _, body = reply(Wanted("http", "h", path, method)).partition(b"\r\n\r\n")
    headers = dict(line.split(": ") for line in head.decode().split("\r\n")[1:])
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert headers["Connection"] == "close"
    return headers, body


@pytest.mark.parametrize("path", ["/exdb/mnist/train-images-idx3-ubyte.gz", "/a.tgz", "/A.GZ?x=1"])
def test_an_archive_is_a_valid_empty_one(path):
    assert gzip.decompress(body_of(path)[1]) == b""


def test_json_is_an_object():
    assert json.loads(body_of("/index.json#x")[1]) == {}


@pytest.mark.parametrize("path", ["/", "/simple/", "/index.html"])
def test_a_page_is_a_page(path):
    headers, body = body_of(path)

    assert headers["Content-Type"].startswith("text/html")
    assert body.startswith(b"<!doctype html>")


@pytest.mark.parametrize("path", ["/v2", "/x.whl", ""])
def test_all_else_is_empty(path):
    headers, body = body_of(path)

    assert (headers["Content-Length"], body) == ("0", b"")


@pytest.mark.parametrize("path", ["/", "/a.gz", "/a.json", "/x"])
def test_head_has_the_headers_of_get_and_no_body(path):
    headers, body = body_of(path)

    assert body_of(path, "HEAD") == (headers, b"")
    assert int(headers["Content-Length"]) == len(body)
