from __future__ import annotations

import json
from io import StringIO

import pytest
from rich.console import Console

from lab.doctor import State, as_json, as_table, examine, restricted, sound
from lab.doctor.check import Check, Install, SetSysctl, StartEngine
from lab.spec.config import LabConfig
from tests.fakes import completed
from tests.unit.doctor.fake import NO_RESOURCE, STATUS, FakeMachine


def checks(machine: FakeMachine, **config: str) -> dict[str, Check]:
    return {check.what: check for check in examine(machine, LabConfig.model_validate(config))}


def test_a_complete_machine_lacks_nothing() -> None:
    found = checks(FakeMachine())

    assert {State.OK} == {check.state for check in found.values()}
    assert len(found) == 23


def test_an_empty_machine_is_examined_to_the_end_and_is_not_sound() -> None:
    machine = FakeMachine(files={}, says={}, space=None)

    found = examine(machine, LabConfig())

    assert len(found) == 23
    assert not sound(found)
    assert all(check.mend for check in found if check.state is not State.OK)


@pytest.mark.parametrize(
    ("line", "what", "state", "remedy"),
    [
        ("docker --version", "docker client", State.MISSING, Install(("docker-cli",))),
        ("docker buildx version", "docker buildx", State.MISSING, Install(("docker-buildx",), (0, 13))),
        ("kind version", "kind", State.MISSING, Install(("kind",), (0, 27))),
        ("go version", "Go", State.WARN, None),
        ("mmdebstrap --version", "mmdebstrap", State.WARN, Install(("mmdebstrap",))),
    ],
)
def test_an_absent_program_is_a_row_with_its_package(
    line: str, what: str, state: State, remedy: Install | None
) -> None:
    machine = FakeMachine()
    del machine.says[line]

    check = checks(machine)[what]

    assert (state, "not installed", remedy) == (check.state, check.found, check.remedy)


def test_elsewhere_than_on_debian_nothing_is_installed_but_the_row_says_what_to_install() -> None:
    machine = FakeMachine(says={})
    machine.files["/etc/os-release"] = "ID=fedora\n"

    found = examine(machine, LabConfig())

    assert not any(isinstance(check.remedy, Install) for check in found)
    assert "install kind as your system does it" in [check.mend for check in found]


@pytest.mark.parametrize(
    ("release", "expected"),
    [
        ("ID=debian\n", True),
        ("ID=ubuntu\nID_LIKE=debian\n", True),
        ('ID=x\nID_LIKE="ubuntu debian"\n', True),
        ("ID=arch\n", False),
        ("ID=fedora\nHOME_URL=debian\n", False),
    ],
)
def test_debian_and_what_is_made_from_it_are_known(release: str, *, expected: bool) -> None:
    machine = FakeMachine(says={})
    machine.files["/etc/os-release"] = release

    assert expected == isinstance(checks(machine)["kind"].remedy, Install)


def test_an_installed_engine_that_does_not_run_may_be_started() -> None:
    machine = FakeMachine()
    machine.says["docker info --format {{.ServerVersion}}"] = completed(
        stderr="Cannot connect to the Docker daemon", exit_code=1
    )

    check = checks(machine)["container engine"]

    assert (State.MISSING, "26.1.5 installed, not running", StartEngine()) == (
        check.state,
        check.found,
        check.remedy,
    )


def test_an_engine_that_answers_is_never_touched_however_old() -> None:
    machine = FakeMachine()
    machine.says["docker info --format {{.ServerVersion}}"] = completed("20.10.24\n")

    check = checks(machine)["container engine"]

    assert (check.state, check.found, check.remedy) == (State.MISSING, "20.10.24", None)


def test_without_sys_resource_the_engine_must_be_newer() -> None:
    machine = FakeMachine()
    machine.says["docker info --format {{.ServerVersion}}"] = completed("24.0.7\n")

    assert checks(machine)["container engine"].state is State.OK

    machine.files["/proc/self/status"] = STATUS.format(caps=NO_RESOURCE)

    assert checks(machine)["container engine"].state is State.MISSING

    machine.says["docker info --format {{.ServerVersion}}"] = completed("25.0.0\n")

    assert checks(machine)["container engine"].state is State.OK


def test_a_user_outside_the_docker_group_is_told_so_and_nothing_is_installed() -> None:
    machine = FakeMachine()
    machine.says["docker info --format {{.ServerVersion}}"] = completed(
        stderr="permission denied while trying to connect to the Docker daemon socket", exit_code=1
    )

    check = checks(machine)["container engine"]

    assert "usermod -aG docker" in check.mend
    assert check.remedy is None


def test_without_a_client_a_second_engine_is_not_started() -> None:
    machine = FakeMachine()
    del machine.says["docker info --format {{.ServerVersion}}"]

    assert checks(machine)["container engine"].remedy is None


def test_another_engine_named_by_docker_host_is_not_replaced() -> None:
    machine = FakeMachine()
    machine.says["docker info --format {{.ServerVersion}}"] = completed(stderr="no route", exit_code=1)

    found = examine(machine, LabConfig(), docker_host="tcp://192.0.2.9:2375")
    usual = examine(machine, LabConfig(), docker_host="unix:///var/run/docker.sock")

    assert (found[1].found, found[1].remedy) == ("DOCKER_HOST=tcp://192.0.2.9:2375 does not answer", None)
    assert usual[1].remedy == StartEngine()


def test_the_capability_is_read_from_the_bounding_set() -> None:
    machine = FakeMachine()

    assert not restricted(machine)

    machine.files["/proc/self/status"] = STATUS.format(caps=NO_RESOURCE)

    assert restricted(machine)
    assert checks(machine)["capabilities"].state is State.WARN


@pytest.mark.parametrize(
    ("mounts", "controllers", "state", "found"),
    [
        ("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n", "", State.OK, "version 2"),
        (
            "cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n",
            "#x\ncpu\t1\t1\t1\ncpuset\t2\t1\t1\nmemory\t3\t1\t1\npids\t4\t1\t1\n",
            State.OK,
            "version 1",
        ),
        (
            "cgroup /sys/fs/cgroup/cpu cgroup rw,cpu 0 0\n",
            "cpu\t1\t1\t1\ncpuset\t2\t1\t1\nmemory\t3\t1\t0\npids\t4\t1\t1\n",
            State.MISSING,
            "version 1 without memory",
        ),
        ("/dev/vda / ext4 rw 0 0\n", "", State.MISSING, "not mounted"),
    ],
)
def test_cgroups(mounts: str, controllers: str, state: State, found: str) -> None:
    machine = FakeMachine()
    machine.files |= {"/proc/self/mounts": mounts, "/proc/cgroups": controllers}

    check = checks(machine)["cgroups"]

    assert (state, found) == (check.state, check.found)


def test_without_an_nfs_client_fuse_is_what_counts() -> None:
    machine = FakeMachine()
    machine.files["/proc/filesystems"] = "nodev\toverlay\n"

    with_fuse = checks(machine)
    del machine.files["/dev/fuse"]
    without = checks(machine)

    assert (
        with_fuse["NFS client (kernel)"].state,
        with_fuse["/dev/fuse"].state,
    ) == (State.WARN, State.OK)
    assert without["/dev/fuse"].state is State.MISSING


def test_a_module_that_can_be_loaded_counts_as_there() -> None:
    machine = FakeMachine()
    machine.files["/proc/filesystems"] = "nodev\tproc\n"

    assert checks(machine)["overlayfs"].state is State.MISSING

    machine.says["modprobe -n -q overlay"] = completed()

    assert checks(machine)["overlayfs"].state is State.OK


@pytest.mark.parametrize(
    ("zgrep", "state"),
    [(completed("1\n"), State.OK), (completed("0\n", exit_code=1), State.MISSING), (None, State.WARN)],
)
def test_nf_tables_without_nft(zgrep: object, state: State) -> None:
    machine = FakeMachine()
    del machine.says["nft list tables"]
    if zgrep is not None:
        machine.says["zgrep -c ^CONFIG_NF_TABLES=[ym] /proc/config.gz"] = zgrep

    assert checks(machine)["nf_tables (kernel)"].state is state


def test_inotify_below_what_kind_asks_for_may_be_raised() -> None:
    machine = FakeMachine()
    machine.files["/proc/sys/fs/inotify/max_user_instances"] = "128\n"

    check = checks(machine)["inotify instances"]

    assert (State.WARN, "128", SetSysctl("fs.inotify.max_user_instances", 512)) == (
        check.state,
        check.found,
        check.remedy,
    )


@pytest.mark.parametrize(
    ("gib", "state"), [(35, State.OK), (34, State.WARN), (4, State.WARN), (3, State.MISSING)]
)
def test_disk(gib: int, state: State) -> None:
    assert checks(FakeMachine(space=gib * 2**30))["disk, engine"].state is state


@pytest.mark.parametrize(
    ("kib", "state"), [(10 << 20, State.OK), (9 << 20, State.WARN), (1 << 20, State.MISSING)]
)
def test_memory(kib: int, state: State) -> None:
    machine = FakeMachine()
    machine.files["/proc/meminfo"] = f"MemTotal: 1 kB\nMemAvailable: {kib} kB\n"

    assert checks(machine)["memory"].state is state


@pytest.mark.parametrize(
    ("local_range", "state"),
    [("32768\t60999", State.OK), ("32769\t32769", State.MISSING), ("", State.WARN)],
)
def test_ports(local_range: str, state: State) -> None:
    """Port 0x8001 is 32769: taken."""
    machine = FakeMachine()
    machine.files["/proc/sys/net/ipv4/ip_local_port_range"] = local_range

    assert checks(machine)["ports"].state is state


def test_a_clock_before_the_newest_file_is_a_warning_and_one_never_set_a_failure() -> None:
    machine = FakeMachine()
    machine.changed = machine.now() + 3600
    unset = FakeMachine()
    unset.now = lambda: 86400.0  # type: ignore[method-assign]

    assert checks(machine)["clock"].state is State.WARN
    assert checks(unset)["clock"].state is State.MISSING


@pytest.mark.parametrize(
    ("version", "toolchain", "state"),
    [("go1.25.1", "local", State.OK), ("go1.24.4", "auto", State.OK), ("go1.24.4", "local", State.WARN)],
)
def test_an_older_go_serves_where_it_may_fetch_a_newer_one(
    version: str, toolchain: str, state: State
) -> None:
    machine = FakeMachine()
    machine.says |= {
        "go version": completed(f"go version {version} linux/amd64\n"),
        "go env GOTOOLCHAIN": completed(f"{toolchain}\n"),
    }

    assert checks(machine)["Go"].state is state


def test_json_says_whether_and_what() -> None:
    plain = json.loads(as_json(examine(FakeMachine(says={}), LabConfig())))

    assert plain["ok"] is False
    assert plain["rows"][0] == {
        "what": "docker client",
        "state": "missing",
        "found": "not installed",
        "needed": ">= 20",
        "mend": "`lab doctor --fix`, or apt-get install docker-cli",
    }


def test_the_table_shows_every_row_and_how_to_mend_it() -> None:
    machine = FakeMachine()
    del machine.says["kind version"]
    found = examine(machine, LabConfig())
    out = StringIO()
    Console(file=out, width=160).print(as_table(found))

    text = out.getvalue()

    assert [check.what for check in found if check.what not in text] == []
    assert "missing: kind: not installed\n  `lab doctor --fix`, or apt-get install kind\n" in text
