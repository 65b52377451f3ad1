"""The NFS container's first program: `/etc/exports` to ganesha.conf, then the server in its place.

Runs alone inside the container, with the standard library only. Facts: exports(5), ganesha-core-config(8),
ganesha-export-config(8). NFSv4 only, because version 3 needs rpcbind and a bus.
"""

from __future__ import annotations

import argparse
import os
import re
import shlex
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

CORE = """\
NFS_Core_Param { Protocols = 4; NFS_Port = 2049; fsid_device = true;
  Enable_NLM = false; Enable_RQUOTA = false; Enable_UDP = false; }
NFSv4 { Graceless = true; Only_Numeric_Owners = true; RecoveryBackend = fs; }
NFS_KRB5 { Active_krb5 = false; }
"""

ACCESS = {
    "rw": "Access_Type = RW",
    "ro": "Access_Type = RO",
    "root_squash": "Squash = Root_Squash",
    "no_root_squash": "Squash = No_Root_Squash",
    "all_squash": "Squash = All_Squash",
    "no_all_squash": None,
    "secure": "PrivilegedPort = true",
    "insecure": "PrivilegedPort = false",
}
DEFAULTS = ("ro", "root_squash", "secure")
WITHOUT_EFFECT = frozenset(
    {
        "async",
        "sync",
        "subtree_check",
        "no_subtree_check",
        "wdelay",
        "no_wdelay",
        "hide",
        "nohide",
        "crossmnt",
    }
    | {"acl", "no_acl", "secure_locks", "insecure_locks", "auth_nlm", "no_auth_nlm"}
)
"""Taken without a word: they tune the kernel's server and change nothing that a client here could see."""
VALUED = {"anonuid": "Anonymous_Uid", "anongid": "Anonymous_Gid", "sec": "SecType"}


@dataclass(frozen=True, slots=True)
class Client:
    """Who may mount, and how: a host, network, wildcard or `*`."""

    who: str
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Export:
    path: str
    clients: tuple[Client, ...]


def read(text: str) -> tuple[list[Export], list[str]]:
    """Return the exports of exports(5) *text*, and every problem in it with its line."""
    exports: list[Export] = []
    problems: list[str] = []
    for number, line in _lines(text):
        try:
            words = shlex.split(line, comments=True)
        except ValueError as error:
            problems.append(f"line {number}: {error}")
            continue
        if not words:
            continue
        path, *rest = words
        if not path.startswith("/"):
            problems.append(f"line {number}: {path!r} is not an absolute path")
            continue
        defaults: tuple[str, ...] = ()
        clients: list[Client] = []
        for word in rest:
            if word.startswith("-") and not clients:
                defaults = tuple(word[1:].split(","))
                continue
            found = re.fullmatch(r"([^()]*)(?:\(([^()]*)\))?", word)
            if found is None:
                problems.append(f"line {number}: {word!r} is no client with its options")
                continue
            options = tuple(option for option in (found[2] or "").split(",") if option)
            problems.extend(unknown(number, options))
            clients.append(Client(found[1] or "*", (*defaults, *options)))
        problems.extend(unknown(number, defaults))
        exports.append(Export(path, tuple(clients) or (Client("*", defaults),)))
    return exports, problems


def unknown(number: int, options: Iterable[str]) -> list[str]:
    """Return a problem for each option that has no meaning here."""
    return [
        f"line {number}: option {option!r} is not known and has no effect here"
        for option in options
        if option not in ACCESS
        and option not in WITHOUT_EFFECT
        and option.partition("=")[0] not in {*VALUED, "fsid"}
    ]


def _lines(text: str) -> Iterable[tuple[int, str]]:
    """Number the lines, joining those that end in a backslash."""
    joined, first = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        first = first or number
        if line.endswith("\\"):
            joined += line[:-1] + " "
            continue
        yield first, joined + line
        joined, first = "", 0
    if joined:
        yield first, joined


def settings(options: Sequence[str]) -> str:
    """Return ganesha's parameters for one client; a later option wins over an earlier, as in exports(5)."""
    chosen: dict[str, str] = {}
    for option in (*DEFAULTS, *options):
        name, _, value = option.partition("=")
        parameter = f"{VALUED[name]} = {value.replace(':', ', ')}" if name in VALUED else ACCESS.get(option)
        if parameter is not None:
            chosen[parameter.partition(" = ")[0]] = parameter
    return " ".join(f"{parameter};" for parameter in chosen.values())


def configuration(exports: Iterable[Export]) -> str:
    """Return the whole ganesha.conf."""
    blocks = [CORE]
    for number, export in enumerate(exports, 1):
        root = any(
            option in {"fsid=0", "fsid=root"} for client in export.clients for option in client.options
        )
        # Expiring at once, as in the kernel's server: by itself ganesha serves what was changed on the server
        # without it as it was up to a minute ago, a grown file cut to its old size.
        blocks.append(
            f'EXPORT {{ Export_Id = {number}; Path = "{export.path}";'
            f' Pseudo = "{"/" if root else export.path}"; Protocols = 4; Transports = TCP;\n'
            "  SecType = sys; Access_Type = None; FSAL { Name = VFS; } Attr_Expiration_Time = 0;\n"
            + "".join(
                f"  CLIENT {{ Clients = {client.who}; Protocols = 4; {settings(client.options)} }}\n"
                for client in export.clients
            )
            + "}\n"
        )
    return "".join(blocks)


def main(argv: Sequence[str] | None = None) -> None:
    """Write the configuration and become the server; with `--print`, show it instead."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exports", type=Path, default=Path("/etc/exports"))
    parser.add_argument("--conf", type=Path, default=Path("/etc/ganesha/ganesha.conf"))
    parser.add_argument("--print", action="store_true", dest="show")
    arguments = parser.parse_args(argv)
    text = arguments.exports.read_text(encoding="utf-8") if arguments.exports.exists() else ""
    exports, problems = read(text)
    for export in exports:
        if not arguments.show and not Path(export.path).is_dir():
            problems.append(f"{export.path} is not a folder, so it cannot be mounted")
    for problem in problems:
        print(f"{arguments.exports}: {problem}", file=sys.stderr, flush=True)
    if arguments.show:
        print(configuration(exports), end="")
        return
    arguments.conf.parent.mkdir(parents=True, exist_ok=True)
    arguments.conf.write_text(configuration(exports), encoding="utf-8")
    for export in exports:
        print(f"exporting {export.path} to {', '.join(client.who for client in export.clients)}", flush=True)
    server = [
        "ganesha.nfsd",
        "-F",
        "-L",
        "STDOUT",
        "-N",
        "NIV_WARN",
        "-p",
        "/run/ganesha.pid",
        "-f",
        str(arguments.conf),
    ]
    os.execvp(server[0], server)  # noqa: S606  an entrypoint gives its place to the server


if __name__ == "__main__":
    main()
