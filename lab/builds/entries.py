"""The entries of a layout's index.json: which image each name means, and what the rest is.

The order of names is containerd's: its own annotation, then the layout's, which may be a tag alone. Where
entries share a name (two platforms; an image and its signature), it is the image's that this machine runs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lab.builds import platforms, tree
from lab.builds.layout import Blob, Platform
from lab.builds.reference import parse_reference
from lab.builds.saved import missing
from lab.builds.tree import Node, Text
from lab.errors import LabError

NAME_KEYS = (
    "io.containerd.image.name",
    "org.opencontainers.image.ref.name",
    "org.opencontainers.image.base.name",
)
"""The last is where older Zarf packages have it."""
WITH_NAME = "`lab images load FILE --as NAME` gives it one"


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry that holds an image for this machine."""

    label: str
    names: tuple[str, ...]
    """Complete references."""
    node: Node
    chosen: Node
    rank: int


def read_entry(
    blob: Blob,
    number: int,
    text: Text,
    others: Mapping[str, Sequence[str]],
    *,
    here: str,
    what: str,
    name: str | None,
) -> Entry | str:
    """Return the image of an entry, or in words what it is instead.

    *others* are the names of manifest.json, by config: an entry without a name may have one there. *name* is
    for one that has none at all.
    """
    said = next((blob.annotations[key] for key in NAME_KEYS if blob.annotations.get(key)), "")
    label = f"index.json, entry {number}" + (f" ({said})" if said else "")
    node = tree.read(blob, text)
    if node.odd:
        return f"{label}: {node.odd}"
    if node.absent and (blob.platform is None or platforms.rank(blob.platform, here) is not None):
        raise missing(what, blob.digest)
    chosen = tree.choose(node, here)
    if chosen is None or chosen.manifest is None:
        return f"{label}: {_not_for(node, here)}"
    given = [said] if _is_name(said) else list(others.get(chosen.manifest.config.digest, ()))
    given = given or ([name] if name else [])
    if not given:
        return f"{label}: {f'its name is a tag alone, {said}' if said else 'it has no name'}; {WITH_NAME}"
    try:
        names = tuple(str(parse_reference(name)) for name in given)
    except LabError as error:
        return f"{label}: {error}"
    found = platforms.rank(chosen.platform or Platform(), here)
    assert found is not None, "it was chosen by its rank"
    return Entry(label, names, node, chosen, found)


def settle(found: Sequence[Entry]) -> tuple[Mapping[str, Entry], list[str]]:
    """Give each name to one entry: to the best platform's, of equals to the last, as Docker does; say so."""
    taken: dict[str, Entry] = {}
    said: list[str] = []
    for entry in found:
        for name in entry.names:
            before = taken.get(name)
            if before is None or before.rank >= entry.rank:
                taken[name] = entry
            if before is not None and before.chosen.blob.digest != entry.chosen.blob.digest:
                loser = entry if taken[name] is before else before
                said.append(
                    f"{loser.label}: {name} is there twice; {taken[name].label.split(' (')[0]} is taken"
                )
    return taken, said


def _is_name(said: str) -> bool:
    """Tell a name from a tag, as containerd does."""
    return any(sign in said for sign in "/:@")


def _not_for(node: Node, here: str) -> str:
    """Say what the entry holds where nothing of it runs here."""
    images = list(dict.fromkeys(platforms.word(one.platform or Platform()) for one in node.images()))
    absent = [one.blob.platform for one in node.walk() if one.absent and one.blob.platform]
    if any(platforms.rank(one, here) is not None for one in absent):
        there = f"holds {', '.join(images)}; " if images else ""
        return (
            f"{there}of linux/{here} it has the digest alone, not the image: save it on such a machine,"
            " or with `skopeo copy --all`"
        )
    if images:
        return f"is for {', '.join(images)}, but this host is linux/{here}"
    if node.children:
        others = list(dict.fromkeys(platforms.word(one) for one in absent))
        odd = list(dict.fromkeys(one.odd for one in node.walk() if one.odd))
        return f"an index without an image for linux/{here} ({', '.join((*others, *odd)) or 'nothing in it'})"
    return "an index of nothing"
