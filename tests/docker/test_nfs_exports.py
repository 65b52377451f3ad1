"""What two clients with different rights get of the lab's NFS server: by mounting, reading and writing."""

from __future__ import annotations

import subprocess
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

NODE, SERVER = "airgap-lab/node:latest", "airgap-lab/nfs:latest"
CLIENT_FILES = (
    "/usr/sbin/mount.nfs",
    "/usr/lib/x86_64-linux-gnu/libfuse3.so.3",
    "/usr/lib/x86_64-linux-gnu/libnfs.so.13",
)
FIRST, SECOND = "first.plant.test", "second.plant.test"

pytestmark = pytest.mark.docker


def docker(*argv: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["docker", *argv], input=stdin, capture_output=True, text=True, timeout=120, check=False
    )


def done(*argv: str) -> str:
    completed = docker(*argv)
    assert completed.returncode == 0, f"{argv}: {completed.stderr}"
    return completed.stdout.strip()


class Site:
    """A server, and two clients that mount from it."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.address: dict[str, str] = {}
        done("create", "--name", f"{name}-node", NODE)
        rights = (
            "--cap-add=SYS_ADMIN",
            "--cap-add=MKNOD",
            "--device=/dev/fuse",
            "--security-opt=apparmor=unconfined",
        )
        for client in (FIRST, SECOND):
            done(
                "run",
                "--detach",
                "--name",
                f"{name}-{client}",
                *rights,
                "--entrypoint=sleep",
                SERVER,
                "infinity",
            )
            for file in CLIENT_FILES:
                local = folder / Path(file).name
                done("cp", "--follow-link", f"{name}-node:{file}", str(local))
                done("cp", str(local), f"{name}-{client}:{file}")
            self.address[client] = done(
                "inspect", "--format", "{{.NetworkSettings.IPAddress}}", f"{name}-{client}"
            )
        hosts = [f"--add-host={client}:{address}" for client, address in self.address.items()]
        done(
            "run", "--detach", "--name", f"{name}-server", "--cap-add=DAC_READ_SEARCH", "--cap-add=SYS_ADMIN",
            "--security-opt=apparmor=unconfined", "--volume=/opt/nfs", "--volume=/var/lib/exported", *hosts, SERVER,
        )  # fmt: skip
        self.server = done("inspect", "--format", "{{.NetworkSettings.IPAddress}}", f"{name}-server")

    def on_server(self, command: str) -> str:
        return done("exec", f"{self.name}-server", "sh", "-c", command)

    def export(self, text: str, *folders: str) -> subprocess.CompletedProcess[str]:
        """Write /etc/exports and have it read, as the lab does."""
        written = docker(
            "exec", "--interactive", f"{self.name}-server", "sh", "-c", "cat > /etc/exports", stdin=text
        )
        assert written.returncode == 0
        made = [f"--folder={folder}" for folder in folders]
        return docker("exec", f"{self.name}-server", "python3", "-m", "lab.parts.exports", "apply", *made)

    def at(self, client: str, command: str) -> subprocess.CompletedProcess[str]:
        return docker("exec", f"{self.name}-{client}", "sh", "-c", command)

    def mount(self, client: str, path: str, place: str = "/mnt") -> str:
        """Return `mounted`, or why not."""
        tried = self.at(client, f"mkdir -p {place}; mount -t nfs -o rw '{self.server}:{path}' {place}")
        return "mounted" if tried.returncode == 0 else tried.stderr

    def right(self, client: str, path: str) -> str:
        """Return what *client* may do with *path*: `rw` or `ro` with whom its files belong to, or `refused`."""
        seen = self.mount(client, path)
        if seen != "mounted":
            assert "no such export" in seen, seen
            return "refused"
        told = self.at(
            client, "rm -f /mnt/of; touch /mnt/of && stat --format 'rw %u:%g' /mnt/of; umount /mnt"
        )
        return told.stdout.strip() or ("ro" if "Read-only" in told.stderr else told.stderr)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    for image in (NODE, SERVER):
        if docker("image", "inspect", image).returncode != 0:
            pytest.skip(f"{image} is not built; `lab images build` makes it")
    name = f"exports-test-{uuid.uuid4().hex[:8]}"
    try:
        yield Site(name, tmp_path_factory.mktemp("client"))
    finally:
        for role in ("node", FIRST, SECOND, "server"):
            docker("rm", "--force", "--volumes", f"{name}-{role}")


def test_each_client_has_what_its_own_line_gives(site: Site):
    """Hosts by name and address, a network in both spellings, options that squash; the most exact client first."""
    first, second = site.address[FIRST], site.address[SECOND]
    network = f"{first.rsplit('.', 2)[0]}.0.0"
    applied = site.export(
        f"/srv/order *(ro) {first}(rw,no_root_squash)\n"
        f"/srv/name {FIRST}(rw,no_root_squash)\n"
        f"/srv/lines {first}(rw,all_squash,anonuid=150,anongid=100)\n"
        f"/srv/lines {second}(ro)\n"
        f"/srv/mask {network}/255.255.0.0(rw) {second}(ro)\n"
        "/srv/with\\040blank *(rw)\n"
        f"/srv/blank {first} (rw)\n"
        "/srv/nobody 192.0.2.7(rw)\n"
        f"/srv/secure *(ro,insecure,no_root_squash) {second}(rw,no_root_squash)\n",
        *(
            f"/srv/{one}"
            for one in ("order", "name", "lines", "mask", "with blank", "blank", "nobody", "secure")
        ),
    )
    assert applied.returncode == 0, applied.stderr
    site.on_server("chmod 777 /srv/*")
    paths = ("order", "name", "lines", "mask", "with blank", "blank", "nobody", "secure")

    assert {
        path: (site.right(FIRST, f"/srv/{path}"), site.right(SECOND, f"/srv/{path}")) for path in paths
    } == {
        "order": ("rw 0:0", "ro"),
        "name": ("rw 0:0", "refused"),
        "lines": ("rw 150:100", "ro"),
        "mask": ("rw 65534:65534", "ro"),
        "with blank": ("rw 65534:65534", "rw 65534:65534"),
        "blank": ("ro", "rw 65534:65534"),
        "nobody": ("refused", "refused"),
        "secure": ("ro", "rw 0:0"),
    }


def test_a_folder_is_called_what_it_is_called(site: Site):
    names = ["a#b", "café", "back\\slash", "semi;{}colon", "$HOME%x", 'quo"te', "o'dd"]
    lines = (f"/srv/{''.join(map(octal, name))} *(ro)\n" for name in names)
    applied = site.export("".join(lines), *(f"/srv/{name}" for name in names))

    assert (applied.returncode, applied.stderr) == (0, "")
    assert site.mount(FIRST, "/", "/all") == "mounted"
    assert sorted(site.at(FIRST, "ls /all/srv; umount /all").stdout.splitlines()) == sorted(names)


def octal(char: str) -> str:
    """Write a character by its bytes, as exports(5) allows for any."""
    return "".join(f"\\{byte:03o}" for byte in char.encode())


def test_a_mistake_exports_nothing_to_anybody(site: Site):
    """Its twin is the line before it, which nfs-utils exports."""
    first, second = site.address[FIRST], site.address[SECOND]
    applied = site.export(f"/srv/before *(ro)\n/srv/a {first}(rw),{second}(rw)\n", "/srv/before", "/srv/a")

    assert applied.returncode == 1
    assert "/etc/exports:2: syntax error: bad option list" in applied.stderr
    assert (site.right(FIRST, "/srv/a"), site.right(SECOND, "/srv/a")) == ("refused", "refused")
    assert site.right(FIRST, "/srv/before") == "ro"


def test_a_name_without_an_address_is_said_and_its_twin_served(site: Site):
    applied = site.export(f"/srv/a nosuch.invalid(rw) {FIRST}(ro)\n", "/srv/a")

    assert applied.returncode == 1
    assert "Failed to resolve nosuch.invalid" in applied.stderr
    assert (site.right(FIRST, "/srv/a"), site.right(SECOND, "/srv/a")) == ("ro", "refused")


def test_the_root_of_all_has_its_children_in_it(site: Site):
    """With `crossmnt`, who has no right of its own to the child has the parent's, as on the kernel's server."""
    child = f"/export/charts {site.address[FIRST]}(rw,no_root_squash)\n"
    assert site.export(child, "/export/charts").returncode == 0
    assert (site.mount(FIRST, "/export/charts", "/early"), site.right(SECOND, "/")) == ("mounted", "ro")
    site.on_server("echo top > /export/file; echo chart > /export/charts/file")

    applied = site.export(f"/export *(ro,fsid=0,crossmnt)\n{child}", "/export")

    assert applied.returncode == 0, applied.stderr
    assert (site.right(FIRST, "/"), site.right(SECOND, "/")) == ("ro", "ro")
    assert (site.right(FIRST, "/charts"), site.right(SECOND, "/charts")) == ("rw 0:0", "ro")
    assert site.right(FIRST, "/export/charts") == "refused"
    assert site.at(FIRST, "cat /early/file; umount /early").stdout == "chart\n"
    assert site.mount(SECOND, "/", "/root-of-all") == "mounted"
    assert (
        site.at(SECOND, "cat /root-of-all/file /root-of-all/charts/file; umount /root-of-all").stdout
        == "top\nchart\n"
    )


def test_changed_exports_leave_what_is_mounted_in_place(site: Site):
    """An open file is written to the end; a right that is taken away is gone, one that is given is there."""
    both = "/srv/kept *(rw,no_root_squash)\n/srv/changed *(rw,no_root_squash)\n"
    assert site.export(both, "/srv/kept", "/srv/changed").returncode == 0
    assert [site.mount(FIRST, f"/srv/{one}", f"/{one}") for one in ("kept", "changed")] == [
        "mounted",
        "mounted",
    ]
    holding = subprocess.Popen(
        ["docker", "exec", "--interactive", f"{site.name}-{FIRST}", "sh", "-c",
         "exec 9> /kept/held; echo one >&9; echo ready; read -r go; echo two >&9; exec 9>&-; cat /kept/held"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holding.stdout is not None
    assert holding.stdout.readline() == "ready\n"

    changed = "/srv/new *(ro)\n/srv/changed *(ro)\n/srv/kept *(rw,no_root_squash)\n"
    assert site.export(changed, "/srv/new").returncode == 0

    assert holding.communicate("go\n", timeout=60)[0] == "one\ntwo\n"
    assert "Read-only" in site.at(FIRST, "touch /changed/file").stderr
    assert site.right(SECOND, "/srv/new") == "ro"
    assert site.export("/srv/kept *(rw,no_root_squash)\n").returncode == 0
    assert site.right(SECOND, "/srv/changed") == "refused"
    assert site.at(FIRST, "cat /kept/held; umount /kept /changed").stdout == "one\ntwo\n"


def test_what_is_typed_in_the_container_is_taken_over(site: Site):
    """`exportfs -ra` as on any server, /etc/exports.d with it; `exportfs -u` takes back."""
    assert site.export("/srv/typed *(ro)\n", "/srv/typed", "/srv/drop-in").returncode == 0
    site.on_server("chmod 777 /srv/typed /srv/drop-in; echo '/srv/typed *(rw)' > /etc/exports")
    site.on_server("echo '/srv/drop-in *(rw)' > /etc/exports.d/more.exports; exportfs -ra")

    def seen() -> tuple[str, str]:
        return site.right(FIRST, "/srv/typed"), site.right(FIRST, "/srv/drop-in")

    given = ("rw 65534:65534", "rw 65534:65534")
    eventually(seen, given)
    site.on_server("rm /etc/exports.d/more.exports; exportfs -u '*:/srv/drop-in'")
    eventually(seen, (given[0], "refused"))


def test_a_restarted_server_serves_what_it_served(site: Site):
    assert site.export("/srv/lasting *(ro)\n", "/srv/lasting").returncode == 0
    site.on_server("echo here > /srv/lasting/file")
    done("restart", "--time=5", f"{site.name}-server")

    eventually(lambda: site.mount(FIRST, "/srv/lasting", "/lasting"), "mounted")
    assert site.at(FIRST, "cat /lasting/file; umount /lasting").stdout == "here\n"


def eventually(look, wanted) -> None:
    deadline = time.monotonic() + 20
    while (seen := look()) != wanted:
        assert time.monotonic() < deadline, seen
        time.sleep(0.2)
