"""What each command does inside an application: a function a command, in one table."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from . import cluster, components, params, prototypes, registries, rendering
from .app import App
from .errors import KsError
from .kubectl import Kubectl


@dataclass(frozen=True, slots=True)
class Call:
    """A command as it was typed, and what it may use."""

    typed: argparse.Namespace
    rest: tuple[str, ...]
    app: App
    kubectl: Kubectl
    log: Callable[[str], None]


def generate(call: Call) -> None:
    words, given = split(call.rest)
    if len(words) != 2:
        raise KsError("generate takes two arguments: the prototype and the component")
    prototype = prototypes.match(prototypes.installed(call.app.vendor), words[0])
    file = components.generate(call.app, prototype, words[1], given)
    call.log(f"Writing component at '{file}'")


def split(rest: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    """Tell words from flags, which are written `--name=inception` or `--name inception`."""
    words: list[str] = []
    given: dict[str, str] = {}
    waiting = ""
    for word in rest:
        name, equals, value = word.removeprefix("--").partition("=")
        if waiting:
            given[waiting], waiting = word, ""
        elif not word.startswith("-"):
            words.append(word)
        elif not word.startswith("--") or not name:
            raise KsError(f"unknown flag: {word}")
        elif equals:
            given[name] = value
        else:
            waiting = name
    if waiting:
        raise KsError(f"flag needs an argument: --{waiting}")
    return words, given


def set_param(call: Call) -> None:
    typed = call.typed
    params.set_value(
        call.app, typed.component, typed.name, typed.value, env=typed.env, as_string=typed.as_string
    )


def list_params(call: Call) -> None:
    table(("COMPONENT", "PARAM", "VALUE"), params.rows(call.app, call.typed.component, call.typed.env))


def delete_param(call: Call) -> None:
    params.delete_value(call.app, call.typed.component, call.typed.name, env=call.typed.env)


def list_components(call: Call) -> None:
    """List each component as its file: all are of the one module that stands for the folder itself."""
    table(("COMPONENT",), [(name,) for name in components.names(call.app)])


def list_environments(call: Call) -> None:
    found = [(env.name, env.k8s_version, env.namespace, env.server) for env in call.app.environments]
    table(("NAME", "KUBERNETES-VERSION", "NAMESPACE", "SERVER"), found)


def list_prototypes(call: Call) -> None:
    there = prototypes.installed(call.app.vendor)
    table(("NAME", "DESCRIPTION"), [(found.name, found.short) for found in there])


def show(call: Call) -> None:
    import yaml  # noqa: PLC0415 - only this command prints it

    env = call.app.environment(call.typed.env)
    for found in rendering.objects(call.app, env, call.typed.component):
        print("---")
        print(yaml.safe_dump(found, default_flow_style=False, allow_unicode=True), end="")


def apply(call: Call) -> None:
    env = call.app.environment(call.typed.env)
    objects = rendering.objects(call.app, env, call.typed.component)
    cluster.apply(objects, env.namespace, call.kubectl, call.log)


def delete(call: Call) -> None:
    env = call.app.environment(call.typed.env)
    objects = rendering.objects(call.app, env, call.typed.component)
    cluster.delete(objects, env.namespace, call.kubectl, call.log)


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Print columns with a line of = below their heads."""
    lines = [head, tuple("=" * len(word) for word in head), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    for line in lines:
        print(" ".join(word.ljust(width) for word, width in zip(line, widths, strict=True)).rstrip())


COMMANDS: Mapping[tuple[str, str], Callable[[Call], None]] = {
    ("registry", "add"): lambda call: registries.add(call.app, call.typed.name, call.typed.uri),
    ("registry", "list"): lambda call: table(("NAME", "PROTOCOL", "URI"), registries.rows(call.app)),
    ("pkg", "install"): lambda call: registries.install(call.app, call.typed.library),
    ("pkg", "list"): lambda call: table(("REGISTRY", "NAME", "INSTALLED"), registries.packages(call.app)),
    ("prototype", "list"): list_prototypes,
    ("generate", ""): generate,
    ("param", "set"): set_param,
    ("param", "list"): list_params,
    ("param", "delete"): delete_param,
    ("component", "list"): list_components,
    ("component", "rm"): lambda call: components.remove(call.app, call.typed.name),
    ("env", "list"): list_environments,
    ("show", ""): show,
    ("apply", ""): apply,
    ("delete", ""): delete,
}
