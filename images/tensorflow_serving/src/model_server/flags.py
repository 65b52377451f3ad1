"""The command line, as TensorFlow's own flag parser reads it: `--name=value`, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

USAGE = """\
usage: tensorflow_model_server
Flags:
\t--port=8500                      \tint32\tport to listen on
\t--model_name="default"           \tstring\tname of model
\t--model_base_path=""             \tstring\tpath to export (required)
\t--file_system_poll_wait_seconds=1\tint32\tseconds between looks for a new version
"""
IGNORED = frozenset(
    (
        "enable_batching",
        "batching_parameters_file",
        "model_version_policy",
        "tensorflow_session_parallelism",
        "platform_config_file",
        "per_process_gpu_memory_fraction",
        "saved_model_tags",
    )
)
"""The original has them; here they change nothing."""


class BadFlag(Exception):
    """The message is what the original prints before its usage."""


@dataclass(frozen=True, slots=True)
class Flags:
    port: int = 8500
    model_name: str = "default"
    model_base_path: str = ""
    poll_seconds: int = 1


def read(argv: Sequence[str]) -> Flags:
    """Read *argv*, the program's name left out. Raises BadFlag."""
    given: dict[str, str] = {}
    for word in argv:
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or not equals:
            raise BadFlag(f"unknown argument: {word}")
        given[name] = value
    names = {"port", "model_name", "model_base_path", "file_system_poll_wait_seconds"}
    if unknown := sorted(set(given) - names - IGNORED):
        raise BadFlag(f"unknown argument: --{unknown[0]}")
    if not given.get("model_base_path"):
        raise BadFlag("Both server_options.model_base_path and server_options.model_config_file are empty!")
    return Flags(
        _number("port", given.get("port", "8500")),
        given.get("model_name", "default"),
        given["model_base_path"],
        _number("file_system_poll_wait_seconds", given.get("file_system_poll_wait_seconds", "1")),
    )


def _number(name: str, text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 65535:
        raise BadFlag(f"Couldn't interpret value {text} for flag {name}.")
    return value
