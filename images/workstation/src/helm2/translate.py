"""From what was typed to what the real helm is called with. Pure.

Facts: the help texts of Helm 2.14 and 3.19. In `helm install CHART` of Helm 2 the release's name is optional,
given by `--name` or `-n`; in Helm 3 it is an argument and `-n` is the namespace.
So one argument is Helm 2's syntax, two are Helm 3's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

CONNECTING = frozenset(
    {
        "--namespace",
        "--kubeconfig",
        "--kube-context",
        "--kube-apiserver",
        "--kube-as-group",
        "--kube-as-user",
        "--kube-ca-file",
        "--kube-tls-server-name",
        "--kube-token",
        "--burst-limit",
        "--qps",
    }
)
"""Options with a value that say where the release is: to be given again whenever one asks for it."""
VALUED = CONNECTING | {
    "--ca-file",
    "--cert-file",
    "--description",
    "--key-file",
    "--keyring",
    "--labels",
    "--name",
    "--name-template",
    "--output",
    "--password",
    "--post-renderer",
    "--post-renderer-args",
    "--registry-config",
    "--repo",
    "--repository-cache",
    "--repository-config",
    "--set",
    "--set-file",
    "--set-json",
    "--set-literal",
    "--set-string",
    "--timeout",
    "--username",
    "--values",
    "--version",
    "-f",
    "-l",
    "-n",
    "-o",
}
NAMING = frozenset({"-g", "--generate-name", "--name-template", "-h", "--help"})
"""With these, one argument is Helm 3's syntax too."""
SHOWING = frozenset({"-o", "--output", "--dry-run", "--debug"})
"""With these, what the real helm prints is what was asked for."""


@dataclass(frozen=True, slots=True)
class Call:
    """The arguments of the real helm. *release* is set where its output is to be turned into Helm 2's."""

    argv: tuple[str, ...]
    release: str | None = None
    status: tuple[str, ...] = ()
    made_up: bool = False


@dataclass(frozen=True, slots=True)
class _Word:
    """An argument, or an option with its value."""

    name: str
    value: str | None = None
    joined: bool = False

    @property
    def option(self) -> bool:
        return self.name.startswith("-")

    @property
    def argv(self) -> tuple[str, ...]:
        if self.value is None:
            return (self.name,)
        return (f"{self.name}={self.value}",) if self.joined else (self.name, self.value)


def translate(typed: Sequence[str], make_up: Callable[[], str]) -> Call:
    """Return the call that does what *typed* did in Helm 2; *make_up* gives a name where there is none."""
    words = _words(typed)
    arguments = [word.name for word in words if not word.option]
    options = [word for word in words if word.option]
    match arguments:
        case ["install", chart] if not any(one.name in NAMING for one in options):
            return _install(chart, options, make_up)
        case ["delete" | "del", *releases]:
            kept = [_timed(one) for one in options if one.name != "--purge"]
            return Call(("uninstall", *releases, *_flat(kept)))
    return Call(tuple(typed))


def _install(chart: str, options: Sequence[_Word], make_up: Callable[[], str]) -> Call:
    given = [one.value for one in options if one.name in {"--name", "-n"}]
    release = given[-1] if given and given[-1] else make_up()
    kept = [_timed(one) for one in options if one.name not in {"--name", "-n"}]
    argv = ("install", release, chart, *_flat(kept))
    if any(one.name in SHOWING for one in options):
        return Call(argv, made_up=not given)
    where = _flat([one for one in options if one.name in CONNECTING])
    return Call(argv, release, ("status", release, "--show-resources", *where), made_up=not given)


def _timed(word: _Word) -> _Word:
    """Helm 2 counts seconds where Helm 3 wants a unit."""
    if word.name == "--timeout" and word.value is not None and re.fullmatch(r"\d+", word.value):
        return _Word(word.name, f"{word.value}s", word.joined)
    return word


def _flat(words: Sequence[_Word]) -> tuple[str, ...]:
    return tuple(part for word in words for part in word.argv)


def _words(typed: Sequence[str]) -> list[_Word]:
    words: list[_Word] = []
    rest = iter(typed)
    for text in rest:
        name, equals, value = text.partition("=")
        if not text.startswith("-"):
            words.append(_Word(text))
        elif equals and text.startswith("--"):
            words.append(_Word(name, value, joined=True))
        elif text in VALUED:
            words.append(_Word(text, next(rest, None)))
        else:
            words.append(_Word(text))
    return words
