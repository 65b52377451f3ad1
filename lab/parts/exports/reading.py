"""`/etc/exports` read as nfs-utils 2.6.2 reads it: the same clients, the same end at a mistake.

Facts: exports(5), and `exportfs -ra` over the corpus of `tests/data/exports`. A file is bytes to nfs-utils:
here each byte is a character until a word is whole.
"""

from __future__ import annotations

import ipaddress
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from .entries import Entry, HolesError, Kind, kind, network, place, root_of, unserved
from .options import BadOptionError, Options, parse
from .words import Words

LONGEST_PATH, LONGEST_CLIENT = 1024, 511
_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_.])?")


@dataclass(frozen=True, slots=True)
class Note:
    line: int
    text: str


@dataclass(slots=True)
class Reading:
    entries: list[Entry] = field(default_factory=list)
    """What nfs-utils exports, in the file's order; a mistake in a list ends it."""
    problems: list[Note] = field(default_factory=list)
    """What nfs-utils refuses or drops, or this server cannot serve."""
    warnings: list[Note] = field(default_factory=list)
    """What is served, and perhaps is not meant so."""

    def refuse(self, line: int, text: str) -> None:
        self.problems.append(Note(line, text))

    def warn(self, line: int, text: str) -> None:
        self.warnings.append(Note(line, text))


def read(content: bytes) -> Reading:
    """Read the whole of a file, past its first mistake too, so that all of them can be told."""
    reading = Reading()
    words = Words(content.decode("latin-1"))
    stopped = False
    for found in _clients(words, reading):
        if found is None:
            stopped = True
        elif not stopped:
            _take(found, reading)
    _compare_paths(reading)
    return reading


def _clients(words: Words, reading: Reading) -> Iterator[Entry | None]:
    """Yield each client of each line; None where nfs-utils reads no further."""
    while True:
        words.skip(" \t\n")
        line = words.line
        try:
            path = _path(words)
            if path is None:
                return
            yield from _of_line(words, path, reading)
        except BadOptionError as error:
            reading.refuse(max(line, words.line), f"{error}; nothing from here on is exported")
            words.leave_line()
            yield None


def _path(words: Words) -> str | None:
    path = words.word(LONGEST_PATH)
    if path is None and words.at < len(words.text):
        raise BadOptionError("an empty path, or a carriage return in an empty line")
    return path


def _of_line(words: Words, path: str, reading: Reading) -> Iterator[Entry]:
    defaults, defaulted, first = Options(), False, True
    while True:
        words.skip(" \t")
        line = words.line
        word = words.word(LONGEST_CLIENT)
        if word is None and not first:
            return
        first = False
        if word is not None and word.startswith("-"):
            defaults, defaulted = parse(word[1:], defaults), True
            words.skip(" \t")
            word = words.word(LONGEST_CLIENT)
        if word is None:
            how = (
                "has options and no client: they are everybody's"
                if defaulted
                else "has no client: everybody may read"
            )
            reading.warn(line, f"{path} {how}; write whom it is for")
        client, options = _client(word or "", line, path, reading)
        yield Entry(_real(path), client, parse(options, defaults), line)


def _client(word: str, line: int, path: str, reading: Reading) -> tuple[str, str]:
    """Split a client from its options."""
    client, opened, rest = word.partition("(")
    options, closed, after = rest.partition(")")
    if opened and (not closed or after):
        raise BadOptionError(f"{word!r} is no client with its options{_why(after, closed=bool(closed))}")
    if opened and not client:
        text = f"{path}: ({options}), after a blank, is everybody's; a host before it has the defaults"
        reading.warn(line, f"{text}; write HOST({options}), or *({options})")
        return "*", options
    return client, options


def _why(after: str, *, closed: bool) -> str:
    if not closed:
        return ": no `)`; no blank may stand within the list"
    if after.startswith(","):
        return ": clients are separated by blanks, not by commas"
    return f": {after!r} stands after the `)`"


def _real(path: str) -> str:
    """Return the path as the server finds it, where the folder is there and no link is on its way."""
    if not path.startswith("/") or ".." in path.split("/"):
        return path
    return re.sub("^//", "/", posixpath.normpath(path))


def _take(entry: Entry, reading: Reading) -> None:
    """Add an entry as nfs-utils would, with what is to be said of it."""
    if problem := _dropped(entry.client):
        reading.refuse(entry.line, problem)
        return
    same = [one for one in reading.entries if _key(one) == _key(entry)]
    if same:
        client = entry.client or "*"
        text = f"{entry.path} is exported to {client} in line {same[0].line} already; this has no effect"
        reading.warn(entry.line, text)
        return
    reading.entries.append(entry)
    if problem := unserved(entry) or _odd(entry.client):
        reading.refuse(entry.line, problem)
    elif ":" in entry.client:
        reading.warn(entry.line, f"{entry.client}: no client in the lab has an IPv6 address")


def _compare_paths(reading: Reading) -> None:
    """Say of each path how it stands to the others: to the root of all, to one that it lies in."""
    root = root_of(reading.entries)
    lines = {entry.path: entry.line for entry in reversed(reading.entries)}
    for path, line in sorted(lines.items(), key=lambda one: one[1]):
        parent = next((one for one in lines if one != path and path.startswith(f"{one.rstrip('/')}/")), None)
        if place(path, root) is None:
            text = f"{path} lies outside {root}, the root of all exports (fsid=0): no NFSv4 client reaches it"
            reading.refuse(line, text)
        elif parent is not None:
            text = (
                f"{path} lies in {parent}: on a kernel's server its own options hold if it is a mount point"
            )
            reading.warn(line, f"{text}; here they always do")


def _key(entry: Entry) -> tuple[str, str]:
    return entry.path, entry.client.lower()


def _dropped(client: str) -> str | None:
    """Return why nfs-utils drops a client, whoever answers names."""
    if kind(client) == Kind.NETWORK:
        try:
            network(client)
        except HolesError:
            return None
        except ValueError as error:
            return f"{client} is no network: {error}"
    return None


def _odd(client: str) -> str | None:
    """Return what is wrong with a host that is neither an address nor can be a name."""
    if kind(client) != Kind.HOST:
        return None
    try:
        ipaddress.ip_address(client)
    except ValueError:
        if re.fullmatch(r"[0-9.]+", client):
            return f"{client} is no IPv4 address; write all four numbers, or a network as in 10.142.18.0/24"
        if not _NAME.fullmatch(client):
            return f"{client!r} is no host; write a name, an address or a network, with blanks between"
    return None
