"""A machine made of two dicts, and a Debian host as probed for real."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lab.host.shell import Completed
from tests.fakes import completed

GIB = 2**30
STATUS = "Name:\tpython\nCapEff:\t{caps}\nCapBnd:\t{caps}\nCapAmb:\t0000000000000000\n"
ALL_CAPS, NO_RESOURCE = "000001ffffffffff", "000001fffeffffff"

FILES: Mapping[str, str] = {
    "/proc/self/status": STATUS.format(caps=ALL_CAPS),
    "/proc/self/mounts": "cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid 0 0\n/dev/vda / ext4 rw 0 0\n",
    "/proc/cgroups": "#subsys_name\thierarchy\tnum_cgroups\tenabled\ncpu\t0\t1\t1\n",
    "/proc/filesystems": "nodev\tproc\nnodev\toverlay\nnodev\tnfs4\n\text4\n",
    "/proc/meminfo": "MemTotal:       24683108 kB\nMemAvailable:   24093472 kB\n",
    "/proc/sys/net/bridge/bridge-nf-call-iptables": "1\n",
    "/proc/sys/net/ipv4/ip_forward": "1\n",
    "/proc/sys/net/ipv4/ip_local_port_range": "32768\t60999\n",
    "/proc/net/tcp": "  sl  local_address rem_address   st\n   0: 0100007F:8001 00000000:0000 0A\n",
    "/proc/sys/fs/inotify/max_user_instances": "1024\n",
    "/proc/sys/fs/inotify/max_user_watches": "1048576\n",
    "/proc/1/comm": "init\n",
    "/etc/os-release": 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n',
    "/usr/bin/apt-get": "",
    "/dev/fuse": "",
    "/usr/sbin/dockerd": "",
    "/usr/share/keyrings/debian-archive-keyring.gpg": "",
}
SAYS: Mapping[str, Completed] = {
    "docker info --format {{.ServerVersion}}": completed("26.1.5+dfsg1\n"),
    "docker info --format {{.DockerRootDir}}": completed("/var/lib/docker\n"),
    "dockerd --version": completed("Docker version 26.1.5+dfsg1, build 411e817\n"),
    "docker --version": completed("Docker version 28.2.2, build e6534b4\n"),
    "docker buildx version": completed("github.com/docker/buildx 0.13.1+ds1 0.13.1+ds1-3\n"),
    "docker network ls --quiet": completed(""),
    "kind version": completed("kind v0.27.0 go1.24.4 linux/amd64\n"),
    "nft list tables": completed(""),
    "ip -json -4 address": completed(
        '[{"ifname":"eth0","addr_info":[{"family":"inet","local":"192.0.2.2","prefixlen":24}]}]'
    ),
    "ip -json -4 route": completed(
        '[{"dst":"default","gateway":"192.0.2.1","dev":"eth0"},{"dst":"192.0.2.0/24","dev":"eth0"}]'
    ),
    "go version": completed("go version go1.26.8 linux/amd64\n"),
    "go env GOTOOLCHAIN": completed("local\n"),
    "mmdebstrap --version": completed("mmdebstrap 1.3.5\n"),
}


@dataclass
class FakeMachine:
    """Answers from dicts, which a test changes as mending changes a machine."""

    files: dict[str, str] = field(default_factory=lambda: dict(FILES))
    says: dict[str, Completed] = field(default_factory=lambda: dict(SAYS))
    space: int | None = 100 * GIB
    changed: float = 0.0
    number: int = 0
    answer: Callable[[str], Completed | None] = lambda _: None

    def read(self, path: str) -> str | None:
        return self.files.get(path)

    def exists(self, path: str) -> bool:
        return path in self.files

    def run(self, *argv: str) -> Completed:
        line = " ".join(argv)
        said = self.answer(line) or self.says.get(line)
        return said or completed(stderr=f"{argv[0]}: not found", exit_code=127, argv=argv)

    def free(self, path: str) -> int | None:
        return self.space

    def newest(self, paths: Iterable[str]) -> float:
        return self.changed

    def now(self) -> float:
        return datetime(2026, 5, 1, tzinfo=UTC).timestamp()

    def user(self) -> int:
        return self.number
