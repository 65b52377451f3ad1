"""The SDK's errors, turned into ours: none goes further than the modules that call the engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import docker.errors

from lab.errors import ContainerFailed


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn every error of the SDK into one of ours, with *what* was being attempted."""
    try:
        yield
    except docker.errors.APIError as error:
        raise ContainerFailed(f"{what}: {error.explanation or error}") from error
    except (docker.errors.DockerException, docker.errors.StreamParseError) as error:
        raise ContainerFailed(f"{what}: {error}") from error
    except OSError as error:  # what `requests` raises is among them
        raise ContainerFailed(
            f"{what}: the container engine stopped answering ({plainly(error)}); `lab doctor` says why"
        ) from error


def plainly(error: BaseException) -> str:
    """Return what the system said, where it did: the SDK wraps it several times over."""
    seen: BaseException | None = error
    while seen is not None:
        for said in (
            seen,
            *seen.args,
            *(inner for arg in seen.args if isinstance(arg, tuple) for inner in arg),
        ):
            if isinstance(said, OSError) and said.strerror:
                return said.strerror
            if isinstance(said, ConnectionError):  # the built-in one, which `requests`' is not
                return str(said)
        seen = seen.__cause__ or seen.__context__
    return str(error)
