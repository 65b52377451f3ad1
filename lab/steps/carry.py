"""The archive on the workstation: what the document's author carried in on a disk."""

from __future__ import annotations

import hashlib
from pathlib import Path

from lab.builds.archive import read_through
from lab.errors import LabError
from lab.host import Host
from lab.spec.topology import Topology

HOME = "/root"
CARRIED = "/var/lib/lab/carried"
SECONDS = 600.0
STANDS = f'test "$(cat {CARRIED}/"$0" 2>/dev/null)" = "$1" && test "$(stat -c %s {HOME}/"$0")" = "$2"'
RECEIVE = (
    f'mkdir -p {CARRIED} && rm -f {CARRIED}/"$0" {HOME}/"$0" && cat > {HOME}/"$0" && chmod 444 {HOME}/"$0"'
    f' && printf %s "$1" > {CARRIED}/"$0"'
)
SEND = 'exec docker exec --interactive "$1" sh -c "$2" "$3" "$4" < "$5"'
XZ = b"\xfd7zXZ\x00"


def carry(archive: Path, name: str, topology: Topology, host: Host, *, ours: bool) -> None:
    """Have *archive* as a read-only file called *name* in the workstation's home. Streamed, sent once.

    One that is not *ours* is read through before it is sent.
    """
    workstation = topology.workstation.name
    try:
        seen = archive.stat()
    except OSError as error:
        raise LabError(f"{archive}: {error.strerror}; it is to be {name} on the workstation") from error
    mark = hashlib.sha256(f"{archive.resolve()} {seen.st_mtime_ns} {seen.st_size}".encode()).hexdigest()
    stands = host.containers.exec(
        workstation, ["bash", "-c", STANDS, name, mark, str(seen.st_size)], timeout=10
    )
    if stands.ok:
        return
    if not ours:
        check(archive, host)
    sent = host.shell.run(
        ["bash", "-c", SEND, "send", workstation, RECEIVE, name, mark, str(archive)], timeout=SECONDS
    )
    if not sent.ok:
        raise LabError(f"{name} could not be brought to the workstation: {sent.last_line}")


def check(archive: Path, host: Host) -> None:
    """Refuse an archive that was cut off or damaged, before a gigabyte of it is on its way.

    `docker load` tells the compression by the content, whatever the file is called. xz is the slowest: its
    own program reads it, on all processors.
    """
    with archive.open("rb") as stream:
        start = stream.read(len(XZ))
    if start != XZ:
        read_through(archive)
        return
    tested = host.shell.run(["xz", "--test", "-T0", str(archive)], timeout=SECONDS)
    if not tested.ok:
        raise LabError(f"{archive}: ends too early or is damaged ({tested.last_line}); copy it again")
