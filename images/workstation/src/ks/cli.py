"""The command line: parse, call, exit code. Logs go to stderr as `INFO ...`, a failure as one `ERROR ...`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from .errors import KsError
from .kubectl import Kubectl, Run, run

VERSION = "0.12.0"


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise KsError(message)


def main(argv: Sequence[str] | None = None, *, start: Path | None = None, kubectl: Run = run) -> int:
    """Do one command; *start* is the folder it is typed in."""
    try:
        _do(*_parse(argv), start or Path.cwd(), Kubectl(kubectl))
    except (KsError, OSError, UnicodeError) as error:
        print(f"ERROR {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    return 0


def _parse(argv: Sequence[str] | None) -> tuple[argparse.Namespace, list[str]]:
    """Read *argv*. What follows `generate` is not read here: the prototype says which flags there are."""
    known, rest = _parser().parse_known_args(argv)
    if rest and known.command != "generate":
        raise KsError(f"unknown flag or argument: {rest[0]}")
    return known, rest


def _do(known: argparse.Namespace, rest: Sequence[str], start: Path, kubectl: Kubectl) -> None:
    if known.command == "version":
        print(f"ksonnet version: {VERSION} (stand-in)")
    elif known.command == "init":
        from . import appinit  # noqa: PLC0415 - rare, and the common commands should start fast

        appinit.init(
            start,
            appinit.Choice(
                known.name, known.server, known.namespace, known.api_spec, known.skip_default_registries
            ),
            kubectl,
            info,
        )
    else:
        from . import app, commands  # noqa: PLC0415 - `ks version` and a mistyped command need no YAML

        call = commands.Call(known, tuple(rest), app.find(start.resolve()), kubectl, info)
        commands.COMMANDS[known.command, getattr(known, "verb", "")](call)


def info(message: str) -> None:
    print(f"INFO {message}", file=sys.stderr, flush=True)


def _parser() -> Parser:
    parser = Parser(prog="ks", description="stand-in for ksonnet", allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True, parser_class=Parser)
    commands.add_parser("version")
    init = commands.add_parser("init", allow_abbrev=False)
    init.add_argument("name")
    init.add_argument("--skip-default-registries", action="store_true")
    init.add_argument("--api-spec", default="")
    init.add_argument("--server", default="")
    init.add_argument("--namespace", default="")
    add = commands.add_parser("registry").add_subparsers(dest="verb", required=True, parser_class=Parser)
    registry = add.add_parser("add")
    registry.add_argument("name")
    registry.add_argument("uri")
    add.add_parser("list")
    pkg = commands.add_parser("pkg").add_subparsers(dest="verb", required=True, parser_class=Parser)
    pkg.add_parser("install").add_argument("library")
    pkg.add_parser("list")
    commands.add_parser(
        "generate", allow_abbrev=False, usage="ks generate PROTOTYPE COMPONENT [--PARAM=VALUE ...]"
    )
    prototype = commands.add_parser("prototype").add_subparsers(
        dest="verb", required=True, parser_class=Parser
    )
    prototype.add_parser("list")
    param = commands.add_parser("param").add_subparsers(dest="verb", required=True, parser_class=Parser)
    setter = param.add_parser("set", allow_abbrev=False)
    for name in ("component", "name", "value"):
        setter.add_argument(name)
    setter.add_argument("--env")
    setter.add_argument("--as-string", action="store_true")
    deleter = param.add_parser("delete", allow_abbrev=False)
    for name in ("component", "name"):
        deleter.add_argument(name)
    deleter.add_argument("--env")
    lister = param.add_parser("list", allow_abbrev=False)
    lister.add_argument("component", nargs="?")
    lister.add_argument("--env")
    for name in ("show", "apply", "delete"):
        verb = commands.add_parser(name, allow_abbrev=False)
        verb.add_argument("env")
        verb.add_argument("-c", "--component", action="append", default=[])
    part = commands.add_parser("component").add_subparsers(dest="verb", required=True, parser_class=Parser)
    part.add_parser("list")
    part.add_parser("rm").add_argument("name")
    env = commands.add_parser("env").add_subparsers(dest="verb", required=True, parser_class=Parser)
    env.add_parser("list")
    return parser
