"""What a client's first bytes say that it wants: an HTTP request, a TLS server name, or neither."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

HEAD_BYTES = 16 * 1024
"""The most that is read of a client before it is judged."""
_REQUEST = re.compile(rb"([A-Z]{2,20}) (\S{1,8192})(?: HTTP/\d(?:\.\d)?)?\r?\n")
_METHOD_START = re.compile(rb"[A-Z]{1,20}(?: |$)")
_HANDSHAKE, _CLIENT_HELLO, _SERVER_NAME, _HOST_NAME = 22, 1, 0, 0


@dataclass(frozen=True, slots=True)
class Wanted:
    """Empty fields are what was not said."""

    kind: Literal["http", "tls", "raw"]
    host: str = ""
    path: str = ""
    method: str = ""
    sni: str = ""


def is_whole(data: bytes) -> bool:
    """Tell whether more bytes could change what `read` makes of *data*."""
    if len(data) >= HEAD_BYTES:
        return True
    if data[:1] == bytes([_HANDSHAKE]):
        return _hello_is_whole(data)
    if _METHOD_START.match(data):
        return b"\r\n\r\n" in data or b"\n\n" in data
    return bool(data)


def read(data: bytes) -> Wanted:
    """Judge the first bytes of a connection. Pure, and never raises."""
    if data[:1] == bytes([_HANDSHAKE]) and data[1:2] == b"\x03":
        return Wanted("tls", sni=server_name(data))
    request = _REQUEST.match(data)
    if request is None:
        return Wanted("raw")
    method, target = (_text(part) for part in request.groups())
    host, path = _absolute(target)
    return Wanted("http", host or _host(data[request.end() :]), path, method)


def server_name(data: bytes) -> str:
    """Return the SNI of a TLS ClientHello (RFC 8446, 4.1.2; RFC 6066, 3), or nothing."""
    reader = _Bytes(_handshake(data))
    try:
        if reader.number(1) != _CLIENT_HELLO:
            return ""
        hello = _Bytes(reader.take(reader.number(3)))
        hello.take(2 + 32)
        for width in (1, 2, 1):  # session, cipher suites, compression methods
            hello.take(hello.number(width))
        extensions = _Bytes(hello.take(hello.number(2)))
        while extensions.left:
            kind = extensions.number(2)
            body = _Bytes(extensions.take(extensions.number(2)))
            if kind == _SERVER_NAME:
                listed = _Bytes(body.take(body.number(2)))
                while listed.left:
                    name_kind = listed.number(1)
                    name = listed.take(listed.number(2))
                    if name_kind == _HOST_NAME:
                        return _text(name)
    except EOFError:
        return ""
    return ""


def _handshake(data: bytes) -> bytes:
    """Join the bodies of the handshake records, as far as they are there."""
    joined = bytearray()
    at = 0
    while data[at : at + 1] == bytes([_HANDSHAKE]) and at + 5 <= len(data):
        size = int.from_bytes(data[at + 3 : at + 5], "big")
        joined += data[at + 5 : at + 5 + size]
        at += 5 + size
    return bytes(joined)


def _hello_is_whole(data: bytes) -> bool:
    if data[1:2] not in {b"\x03", b""}:
        return True
    joined = _handshake(data)
    return len(joined) >= 4 and len(joined) >= 4 + int.from_bytes(joined[1:4], "big")


def _absolute(target: str) -> tuple[str, str]:
    """Split a proxy's request target into host and path; others have no host."""
    scheme, mark, rest = target.partition("://")
    if not mark or not scheme.isalpha():
        return "", target
    host, slash, path = rest.partition("/")
    return host.lower(), slash + path or "/"


def _host(headers: bytes) -> str:
    for line in headers.splitlines():
        if not line.strip():
            break
        key, _, value = line.partition(b":")
        if key.strip().lower() == b"host":
            return _text(value.strip()).lower()
    return ""


def _text(value: bytes) -> str:
    """Return *value* as text that is safe to log, whatever it was."""
    return value.decode("ascii", "backslashreplace")


class _Bytes:
    """A cursor over bytes that raises EOFError at their end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> int:
        return len(self._data) - self._at

    def take(self, size: int) -> bytes:
        if size > self.left:
            raise EOFError
        self._at += size
        return self._data[self._at - size : self._at]

    def number(self, width: int) -> int:
        return int.from_bytes(self.take(width), "big")
