"""The store's front: which image stands under a name, and what could be delivered.

`lab.builds.oci` is the store itself, `lab.builds.export` and `lab.builds.intake` fill it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from lab.builds import intake
from lab.builds.export import NoImage, export
from lab.builds.oci import Row, Store
from lab.builds.reference import Reference, parse_reference
from lab.builds.stored import Stored
from lab.errors import LabError
from lab.host.shell import Shell


def open_store(cache: Path) -> Store:
    return Store(cache / "oci")


def load_archive(
    archive: Path, *, cache: Path, name: str | None = None, say: Callable[[str], None] = lambda _: None
) -> list[str]:
    """Have a user's archive stand in the place of stand-ins; return the complete names of its images.

    *name* is for an image that has none. *say* what else is in it.
    """
    store = open_store(cache)
    given = str(parse_reference(name)) if name is not None else None
    with _writing(store):
        images = intake.read_archive(store, archive, name=name, say=say)
        for reference, stored in images.items():
            store.name(reference, stored, loaded=True)
    if given is not None and given not in images:
        say(f"{name} was not needed: what was taken has names")
    return list(images)


def listing(cache: Path) -> list[Row]:
    """Return what the store in *cache* could deliver."""
    return list(open_store(cache).rows())


def gather(
    store: Store, shell: Shell, references: Sequence[str], *, say: Callable[[str], None]
) -> dict[Reference, Stored]:
    """Return the images called *references*, each once, in their order.

    Of each a user's archive's, else the engine's, exported if it never was; NoImage names those in neither.
    """
    names = {text: str(parse_reference(text)) for text in dict.fromkeys(references)}
    images = {text: store.loaded(name) for text, name in names.items()}
    engine_s = [text for text, stored in images.items() if stored is None]
    by_digest = [text for text in engine_s if parse_reference(text).digest]
    if by_digest:
        raise NoImage(by_digest, "\n".join(_no_digest(store, text) for text in by_digest))
    if engine_s:
        with _writing(store):
            for text, stored in export(store, shell, engine_s, say=say).items():
                store.name(names[text], stored, loaded=False)
                images[text] = stored
    return {parse_reference(text): stored for text, stored in images.items() if stored is not None}


def _no_digest(store: Store, text: str) -> str:
    """Say why there is no image of that digest. The engine cannot give one: it keeps no layer as it came."""
    wanted = parse_reference(text)
    tagged = store.loaded(f"{wanted.name}:{wanted.tag}") if wanted.tag else None
    there = f"; {wanted.name}:{wanted.tag} is there as {tagged.digest}" if tagged else ""
    return (
        f"no loaded archive has {text}{there}: `skopeo copy --all docker://{wanted.name}@{wanted.digest}"
        f" oci-archive:FILE:{wanted.name}@{wanted.digest}` writes one that `lab images load` takes"
    )


@contextmanager
def _writing(store: Store) -> Iterator[None]:
    """Turn what the disk refuses into our own error."""
    try:
        yield
    except OSError as error:
        raise LabError(
            f"the image store {store.root} cannot be written: {error.strerror or error}"
        ) from error
