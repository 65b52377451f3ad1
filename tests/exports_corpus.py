"""The corpus of `/etc/exports` files, and what nfs-utils made of each, in the test's own words."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path

from lab.parts.exports.entries import Entry

CORPUS = Path(__file__).parent / "data" / "exports"
HOSTS = {"node-a.plant.test": "10.142.18.31", "node-b.plant.test": "10.142.18.32"}
"""The names of the corpus that have an address; no other has."""
REFUSED_HERE_ONLY = ("dots", "relative-path")
"""Paths that nfs-utils resolves from where it runs; the lab asks for the folder's own."""
SEED, GENERATED = 20_261_201, 300

Facts = tuple[str, str, frozenset[str]]


def of_etab(line: bytes) -> Facts:
    """Return path, client and options of one line of nfs-utils' table."""
    path, client, options = re.fullmatch(rb"(\S+)\t([^(]*)\((.*)\)", line).groups()  # type: ignore[union-attr]
    name = re.sub(rb"\\(\d{3})", lambda found: bytes([int(found[1], 8)]), path)
    common, *kinds = options.decode().split(",sec=")
    held = {
        word
        for word in common.split(",")
        if re.match(r"(no_)?(all|root)_squash|r[ow]$|(in)?secure$|(no)?crossmnt|anon|fsid|mountp", word)
    }
    for kind in kinds:  # what stands after the kind of security that a client of the lab has
        names, *flags = kind.split(",")
        if {"sys", "unix"} & set(names.split(":")):
            held = {word for word in held if not re.match(r"(no_)?(all|root)_squash|r[ow]$", word)} | set(
                flags
            )
    return (
        name.decode("utf-8", "surrogateescape"),
        client.decode("utf-8", "surrogateescape").lower() or "*",
        frozenset(held),
    )


def of_entry(entry: Entry) -> Facts:
    """Return the same of the lab's reading."""
    options, held = entry.options, entry.options.held
    signed = [
        number - 2**32 if number >= 2**31 else number for number in (options.anon_uid, options.anon_gid)
    ]
    words = {
        "ro" if "ro" in held else "rw",
        "insecure" if "insecure" in held else "secure",
        "root_squash" if "root_squash" in held else "no_root_squash",
        "all_squash" if "all_squash" in held else "no_all_squash",
        "crossmnt" if "crossmnt" in held else "nocrossmnt",
        f"anonuid={signed[0]}",
        f"anongid={signed[1]}",
    }
    if options.fsid:
        words.add(f"fsid={options.fsid}")
    if options.mountpoint is not None:
        words.add(f"mountpoint={options.mountpoint}" if options.mountpoint else "mountpoint")
    return entry.path, entry.client.lower() or "*", frozenset(words)


def generated() -> Iterator[bytes]:
    """Yield files of few lines, put together of what is right and what goes wrong; always the same ones."""
    chance = random.Random(SEED)  # noqa: S311 - a corpus, no secret
    paths = [
        "/srv/a",
        "/srv/a/",
        "/srv/b",
        "//srv/b",
        "/srv/a/c",
        '"/srv/d e"',
        "/srv/d\\040e",
        '/srv/"d e"',
        "/export",
        "/export/x",
    ]
    clients = ["*", "10.142.18.21", "10.142.18.22", "10.142.18.0/24", "10.142.0.0/255.255.0.0", "*.plant.test", "node-a.plant.test",
               "@group", "2001:db8::/32", "gss/krb5", "node-?.test", "10.142.18.0/40", "", "nosuch.invalid", "node-b.plant.test"]  # fmt: skip
    options = ["rw", "ro", "sync", "async", "no_root_squash", "root_squash", "all_squash", "insecure", "secure", "crossmnt",
               "anonuid=7", "anongid=8", "fsid=0", "fsid=3", "sec=sys", "sec=krb5", "sec=sys:krb5", "no_subtree_check", "mp"]  # fmt: skip
    broken = ["strange", "", "anonuid=x", "sec=", "fsid=q", "rw rw", "rw)", "(rw", "RW"]
    for _ in range(GENERATED):
        lines = []
        for _ in range(chance.randint(1, 4)):
            words = [chance.choice(paths)]
            if chance.random() < 0.2:
                words.append("-" + ",".join(chance.sample(options, chance.randint(1, 3))))
            for _ in range(chance.randint(0, 4)):
                listed = chance.sample(options, chance.randint(0, 4))
                if chance.random() < 0.06:
                    listed.append(chance.choice(broken))
                words.append(
                    chance.choice(clients)
                    + (f"({','.join(listed)})" if listed or chance.random() < 0.5 else "")
                )
            line = chance.choice([" ", " ", " ", "\t", "  ", " \\\n\t"]).join(word for word in words if word)
            lines.append(line + chance.choice(["", "", "", " ", " # said", " \\\n", "\r", "# stuck"]))
        yield ("\n".join(lines) + chance.choice(["\n", "\n", "", "\n\n"])).encode()
