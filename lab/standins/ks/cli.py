"""The command line: parse, call, print, exit code. Logs go to stderr as `INFO ...`, a failure as one `ERROR ...`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from . import app as apps
from .errors import KsError
from .kubectl import Kubectl, Run, run

VERSION = "0.12.0"


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise KsError(message)


def main(argv: Sequence[str] | None = None, *, start: Path | None = None, kubectl: Run = run) -> int:
    """Do one command; *start* is the folder it is typed in."""
    try:
        known, rest = _parser().parse_known_args(argv)
        if rest and known.command != "generate":
            raise KsError(f"unknown flag or argument: {rest[0]}")
        _do(known, rest, start or Path.cwd(), Kubectl(kubectl))
    except (KsError, OSError) as error:
        print(f"ERROR {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    return 0


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
    generate = commands.add_parser("generate", allow_abbrev=False)
    generate.add_argument("prototype")
    generate.add_argument("component")
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
    lister = param.add_parser("list", allow_abbrev=False)
    lister.add_argument("component", nargs="?")
    lister.add_argument("--env")
    for name in ("show", "apply", "delete"):
        verb = commands.add_parser(name, allow_abbrev=False)
        verb.add_argument("env")
        verb.add_argument("-c", "--component", action="append", default=[])
    env = commands.add_parser("env").add_subparsers(dest="verb", required=True, parser_class=Parser)
    env.add_parser("list")
    return parser


def _do(known: argparse.Namespace, rest: Sequence[str], start: Path, kubectl: Kubectl) -> None:
    if known.command == "version":
        print(f"ksonnet version: {VERSION} (stand-in)")
    elif known.command == "init":
        from . import appinit  # noqa: PLC0415 - rare, and the common commands should start fast

        choice = appinit.Choice(
            known.name, known.server, known.namespace, known.api_spec, known.skip_default_registries
        )
        appinit.init(start, choice, kubectl, info)
    else:
        _in_app(known, rest, apps.find(start.resolve()), kubectl)


def _in_app(known: argparse.Namespace, rest: Sequence[str], app: apps.App, kubectl: Kubectl) -> None:
    from . import cluster, components, params, prototypes, registries, rendering  # noqa: PLC0415 - see above

    match known.command, getattr(known, "verb", None):
        case "registry", "add":
            registries.add(app, known.name, known.uri)
        case "registry", "list":
            _table(("NAME", "PROTOCOL", "URI"), registries.rows(app))
        case "pkg", "install":
            registries.install(app, known.library)
        case "pkg", "list":
            _table(("REGISTRY", "NAME", "INSTALLED"), registries.packages(app))
        case "prototype", "list":
            there = prototypes.installed(app.vendor)
            _table(("NAME", "DESCRIPTION"), [(found.name, found.short) for found in there])
        case "generate", _:
            prototype = prototypes.match(prototypes.installed(app.vendor), known.prototype)
            file = components.generate(app, prototype, known.component, _flags(rest))
            info(f"Writing component at '{file}'")
        case "param", "set":
            params.set_value(
                app, known.component, known.name, known.value, env=known.env, as_string=known.as_string
            )
        case "param", "list":
            _table(("COMPONENT", "PARAM", "VALUE"), params.rows(app, known.component, known.env))
        case "env", "list":
            found = [(e.name, e.k8s_version, e.namespace, e.server) for e in app.environments]
            _table(("NAME", "KUBERNETES-VERSION", "NAMESPACE", "SERVER"), found)
        case verb, _:
            env = app.environment(known.env)
            objects = rendering.objects(app, env, known.component)
            if verb == "show":
                _show(objects)
            elif verb == "apply":
                cluster.apply(objects, env.namespace, kubectl, info)
            else:
                cluster.delete(objects, env.namespace, kubectl, info)


def _flags(rest: Sequence[str]) -> dict[str, str]:
    """Read `--name=inception` and `--name inception`; what the names may be, the prototype says."""
    given: dict[str, str] = {}
    words = iter(rest)
    for word in words:
        name, equals, value = word.removeprefix("--").partition("=")
        if not word.startswith("--") or not name:
            raise KsError(f"unknown flag or argument: {word}")
        if not equals:
            found = next(words, None)
            if found is None:
                raise KsError(f"flag needs an argument: {word}")
            value = found
        given[name] = value
    return given


def _show(objects: Sequence[dict[str, object]]) -> None:
    import yaml  # noqa: PLC0415 - loaded already by `app`; named where it is used

    for found in objects:
        print("---")
        print(yaml.safe_dump(found, default_flow_style=False), end="")


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    lines = [head, tuple("=" * len(word) for word in head), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        print(" ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip())
