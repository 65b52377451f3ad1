"""`python3 -m lab.parts.exports serve|apply|check`: the NFS server of the site, and the commands to it.

`serve` is the server for as long as the container lives: it takes over what `exportfs` makes of
`/etc/exports` whenever somebody runs it, `exportfs -ra` by hand as on any server. Mounts outlive that.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from . import table
from .entries import root_of
from .ganesha import configuration

CONF = Path("/etc/ganesha/ganesha.conf")
STATE = Path("/run/exports")
IN_FORCE, PROBLEMS, COMPLAINTS = STATE / "in-force", STATE / "problems", STATE / "complaints"
"""Which table the server goes by, what of it cannot be served, and what `exportfs` left out of it."""
SERVER = ("ganesha.nfsd", "-F", "-L", "STDOUT", "-p", "/run/ganesha.pid", "-f", str(CONF))
PORT = 2049
LOOK_SECONDS = 0.2
CHANGE_SECONDS = 20
STOP_SECONDS = 5
_OF_EXPORTS, _DONE = ":EXPORT :INFO :", "Exports after update"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="exports", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    serving = commands.add_parser("serve", help="be the server")
    serving.add_argument(
        "--kept", action="store_true", help="begin with the table as it is; `apply` reads the file"
    )
    applying = commands.add_parser("apply", help="have what /etc/exports says in force")
    applying.add_argument("--folder", action="append", default=[], help="made where it is missing")
    commands.add_parser("check", help="say what of it is not")
    arguments = parser.parse_args(argv)
    match arguments.command:
        case "serve":
            sys.exit(serve(kept=arguments.kept))
        case "apply":
            sys.exit(apply(arguments.folder))
        case _:
            sys.exit(check())


def serve(*, kept: bool) -> int:
    """Run the server until it or the container ends. Return its exit code."""
    STATE.mkdir(parents=True, exist_ok=True)
    CONF.parent.mkdir(parents=True, exist_ok=True)
    ended = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: ended.set())
    if not kept:
        complaints = table.export()
        note(complaints)
        _tell(complaints)
    seen = _stamp()
    root = write()
    server, updated = start()
    _say_in_force(seen)
    while not ended.wait(LOOK_SECONDS):
        if server.poll() is not None:
            return server.returncode
        if seen == (seen := _stamp()):
            continue
        before, root = root, write()
        if root != before:  # ganesha keeps the root that it began with
            print("the root of all exports is another: the server starts anew", flush=True)
            stop(server)
            server, updated = start()
        elif not take_over(server, updated):
            _tell(["the server did not take the change over"])
            continue
        _say_in_force(seen)
    stop(server)
    return 0


def write() -> str | None:
    """Write the server's configuration, and note what it leaves out. Return the root of all exports."""
    served, problems = table.entries(table.ETAB.read_bytes() if table.ETAB.exists() else b"")
    with CONF.open("w", encoding="utf-8", errors="surrogateescape") as conf:
        conf.write(configuration(served, table.addresses))
    PROBLEMS.write_text(json.dumps(problems))
    _tell(problems)
    for entry in served:
        print(ascii(f"exporting {entry.path} to {entry.client or '*'}")[1:-1], flush=True)
    return root_of(served)


def start() -> tuple[subprocess.Popen[bytes], threading.Event]:
    """Start the server and wait until it listens. The event is set when a change is in force."""
    server = subprocess.Popen(SERVER, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    updated = threading.Event()
    threading.Thread(target=_pass_on, args=(server, updated), daemon=True).start()
    end = time.monotonic() + CHANGE_SECONDS
    while server.poll() is None and time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", PORT), timeout=1):
            break
        time.sleep(LOOK_SECONDS)
    return server, updated


def take_over(server: subprocess.Popen[bytes], updated: threading.Event) -> bool:
    updated.clear()
    server.send_signal(signal.SIGHUP)
    return updated.wait(CHANGE_SECONDS)


def stop(server: subprocess.Popen[bytes]) -> None:
    server.terminate()
    try:
        server.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def apply(folders: Sequence[str]) -> int:
    """Have `/etc/exports` read, and wait until it is in force. Return 1 where some of it cannot be."""
    table.make(folders)
    note(table.export())
    wanted, end = json.dumps(_stamp()), time.monotonic() + 2 * CHANGE_SECONDS
    while not IN_FORCE.exists() or IN_FORCE.read_text() != wanted:
        if time.monotonic() > end:
            return _tell(["the server did not take the change over"])
        time.sleep(LOOK_SECONDS)
    return check()


def check() -> int:
    """Say what of the table is not in force, and what `exportfs` left out of it. Return 1 if there is any."""
    if not table.ETAB.exists():
        return _tell(["not read yet; `exportfs -ra` reads it"])
    stamp, complaints = json.loads(COMPLAINTS.read_text()) if COMPLAINTS.exists() else (None, [])
    if stamp != list(_stamp()):
        complaints = []  # somebody has had it read since
    return _tell([*complaints, *json.loads(PROBLEMS.read_text())])


def note(complaints: Sequence[str]) -> None:
    """Keep what `exportfs` complained of, with the table that it made."""
    COMPLAINTS.write_text(json.dumps((_stamp(), complaints)))


def _say_in_force(stamp: tuple[int, int]) -> None:
    IN_FORCE.write_text(json.dumps(stamp))
    print("the exports are in force", flush=True)


def _pass_on(server: subprocess.Popen[bytes], updated: threading.Event) -> None:
    """Pass the server's words on, but for its own listing of exports."""
    assert server.stdout is not None
    for line in server.stdout:
        if _DONE.encode() in line:
            updated.set()
        if _OF_EXPORTS.encode() not in line:
            os.write(1, line)


def _stamp() -> tuple[int, int]:
    """Tell one table from the next: `exportfs` writes a new file each time."""
    try:
        found = table.ETAB.stat()
    except FileNotFoundError:
        return 0, 0
    return found.st_ino, found.st_mtime_ns


def _tell(problems: Sequence[str]) -> int:
    for one in problems:
        print(
            f"/etc/exports: {one}".encode("utf-8", "backslashreplace").decode(), file=sys.stderr, flush=True
        )
    return 1 if problems else 0


if __name__ == "__main__":
    main()
