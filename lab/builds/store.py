"""The store's front: which image stands under a name, and what could be delivered.

`lab.builds.oci` is the store itself, `lab.builds.intake` what fills it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lab.builds import intake
from lab.builds.oci import Row, Store, Stored
from lab.builds.reference import Reference, parse_reference
from lab.errors import LabError
from lab.host.shell import Shell


def open_store(cache: Path) -> Store:
    return Store(cache / "oci")


def load_archive(archive: Path, *, cache: Path) -> list[str]:
    """Have a user's archive stand in the place of stand-ins; return the complete names of its images."""
    store = open_store(cache)
    with _writing(store):
        images = intake.read_archive(store, archive)
        named = {
            str(parse_reference(name)): stored for name, stored in images.items() if "sha256:" not in name
        }
        if not named:
            raise LabError(f"{archive}: its images have no names; save them by name, not by id")
        for name, stored in named.items():
            store.name(name, stored, loaded=True)
    return list(named)


def listing(cache: Path) -> list[Row]:
    """Return what the store in *cache* could deliver."""
    return list(open_store(cache).rows())


def have(store: Store, shell: Shell, text: str, *, say: Callable[[str], None]) -> Stored:
    """Return the image called *text*: a user's archive's, else the engine's, exported if it never was."""
    name = str(parse_reference(text))
    loaded = store.loaded(name)
    if loaded is not None:
        return loaded
    with _writing(store):
        stored = intake.export(store, shell, text, say=say)
        store.name(name, stored, loaded=False)
    return stored


def gather(
    store: Store, shell: Shell, references: Sequence[str], *, say: Callable[[str], None]
) -> dict[Reference, Stored]:
    """Return the images called *references*, each once, in their order; see `have`."""
    return {parse_reference(text): have(store, shell, text, say=say) for text in dict.fromkeys(references)}


@contextmanager
def _writing(store: Store) -> Iterator[None]:
    """Turn what the disk refuses into our own error."""
    try:
        yield
    except OSError as error:
        raise LabError(
            f"the image store {store.root} cannot be written: {error.strerror or error}"
        ) from error
