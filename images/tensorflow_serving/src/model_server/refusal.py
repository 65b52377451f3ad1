"""Why a request is not answered, in the original's words; the code is gRPC's name for it."""

from __future__ import annotations

from collections.abc import Collection


class Refusal(Exception):
    """*code* is the name of a gRPC status."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def no_servable(name: str, version: int | None) -> Refusal:
    wanted = f"Latest({name})" if version is None else f"Specific({name}, {version})"
    return Refusal("NOT_FOUND", f"Servable not found for request: {wanted}")


def no_model_spec() -> Refusal:
    return Refusal("INVALID_ARGUMENT", "Missing ModelSpec")


def no_signature(name: str) -> Refusal:
    return Refusal("FAILED_PRECONDITION", f'Serving signature key "{name}" not found.')


def check_inputs(given: Collection[str], wanted: Collection[str]) -> None:
    """Raise a Refusal where the inputs are not those of the signature."""
    if len(given) != len(wanted):
        raise Refusal("INVALID_ARGUMENT", "input size does not match signature")
    for name in sorted(given):
        if name not in wanted:
            raise Refusal("INVALID_ARGUMENT", f"input tensor alias not found in signature: {name}")


def chosen(outputs: Collection[str], wanted: Collection[str]) -> list[str]:
    """Return the outputs to give: those asked for, or all. Raises a Refusal."""
    for name in wanted:
        if name not in outputs:
            raise Refusal("INVALID_ARGUMENT", f"output tensor alias not found in signature: {name}")
    return sorted(wanted or outputs)
