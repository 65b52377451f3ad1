"""Reading back, as JSON, what the lab itself wrote into a run's folder."""

from __future__ import annotations

from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from lab.errors import SpecError

T = TypeVar("T")


def read_back(adapter: TypeAdapter[T], text: str, source: str, what: str) -> T:
    """Return what *text* holds. Raises SpecError: *source* is not *what* (`a ledger`), and why."""
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        told = error.errors(include_url=False)[0]["msg"]
        raise SpecError([f"{source}: not {what}: {told}"]) from error
