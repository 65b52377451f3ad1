"""The host's apt sources, read so that bases and builds use the operator's own Debian mirror.

Facts: sources.list(5). Both forms are read: one line an entry (`*.list`) and deb822 stanzas (`*.sources`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

APT = Path("/etc/apt")
ENTRY = re.compile(
    r"deb\s+(?:\[(?P<options>[^]]*)]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)(?P<components>(\s+[^\s#]+)*)"
)


@dataclass(frozen=True, slots=True)
class Source:
    """One archive: an address, and what of it is used."""

    uri: str
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str | None = None

    @property
    def stanza(self) -> str:
        """The deb822 form."""
        signed = f"Signed-By: {self.signed_by}\n" if self.signed_by else ""
        suites, components = " ".join(self.suites), " ".join(self.components)
        return f"Types: deb\nURIs: {self.uri}\nSuites: {suites}\nComponents: {components}\n{signed}"

    @property
    def line(self) -> str:
        """The one-line form, of the first suite."""
        options = f"[signed-by={self.signed_by}] " if self.signed_by else ""
        return f"deb {options}{self.uri} {self.suites[0]} {' '.join(self.components)}"


def read_one_line(text: str) -> Iterator[Source]:
    """Read the entries of a `.list` file; what is no `deb` entry is passed over, as comments are."""
    for line in text.splitlines():
        found = ENTRY.match(line.strip())
        if found is None:
            continue
        options = dict(option.split("=", 1) for option in (found["options"] or "").split() if "=" in option)
        yield Source(
            found["uri"], (found["suite"],), tuple(found["components"].split()), options.get("signed-by")
        )


def read_deb822(text: str) -> Iterator[Source]:
    """Read the stanzas of a `.sources` file; a disabled one, or one without binaries, is passed over.

    A key given inline (`Signed-By:` with a PGP block) is dropped: the archive's own keyring serves Debian.
    """
    kept = "\n".join(line for line in text.splitlines() if not line.startswith("#"))
    for stanza in re.split(r"\n\s*\n", kept):
        unfolded = re.sub(r"\n[ \t]+", " ", stanza)
        fields = {
            key.strip().lower(): value.strip()
            for key, colon, value in (line.partition(":") for line in unfolded.splitlines())
            if colon
        }
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() == "no":
            continue
        signed = fields.get("signed-by")
        for uri in fields.get("uris", "").split():
            yield Source(
                uri,
                tuple(fields.get("suites", "").split()),
                tuple(fields.get("components", "").split()),
                signed if signed and signed.startswith("/") else None,
            )


def host_sources(apt: Path = APT) -> tuple[Source, ...]:
    """Every binary archive that *apt* (the host's `/etc/apt`) names, in apt's own order."""
    folder = apt / "sources.list.d"
    files = [apt / "sources.list", *sorted(folder.glob("*.list")), *sorted(folder.glob("*.sources"))]
    found: list[Source] = []
    for file in files:
        if file.is_file():
            text = file.read_text(encoding="utf-8", errors="replace")
            found.extend((read_deb822 if file.suffix == ".sources" else read_one_line)(text))
    return tuple(found)


def debian(sources: Iterable[Source], suite: str) -> Source | None:
    """The main archive of Debian's *suite* alone, or None where the host has no Debian archive at all.

    A host of another Debian release has the same mirror, so its address serves with the suite exchanged. Only
    Debian proper: its archive's address ends in `/debian`, wherever it is mirrored.
    """
    mains = [
        source
        for source in sources
        if "main" in source.components and source.uri.rstrip("/").endswith("/debian") and source.suites
    ]
    exact = [source for source in mains if suite in source.suites]
    best = next(iter(exact or mains), None)
    return None if best is None else replace(best, suites=(suite,), components=("main",))
