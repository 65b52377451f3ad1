from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lab.doctor import RootShell, State, Talk, agreed, daemon, examine, mend, sound, stop_engine
from lab.errors import LabError, NotReady
from lab.host.shell import Completed
from lab.spec.config import LabConfig
from tests.fakes import FakeClock, FakeShell, completed
from tests.unit.doctor.fake import FakeMachine

INFO = "docker info --format {{.ServerVersion}}"
DOWN = completed(stderr="Cannot connect to the Docker daemon", exit_code=1)
INSTANCES = "/proc/sys/fs/inotify/max_user_instances"


class Bench:
    """A machine that changes when the right program runs."""

    def __init__(self, tmp_path: Path, effects: dict[str, Callable[[FakeMachine], Completed | None]]) -> None:
        self.machine = FakeMachine()
        self.effects = effects
        self.shell = FakeShell(self._answer)
        self.clock = FakeClock()
        self.root = RootShell(self.machine, self.shell, self.clock, tmp_path)
        self.said: list[str] = []
        self.asked: list[str] = []

    def _answer(self, argv: tuple[str, ...]) -> Completed:
        for word, effect in self.effects.items():
            if word in argv:
                return effect(self.machine) or completed(argv=argv)
        return completed(argv=argv)

    def mend(self, *, yes: bool, says: bool = False) -> bool:
        def ask(question: str) -> bool:
            self.asked.append(question)
            return says

        checks = mend(
            lambda: examine(self.machine, LabConfig()), self.root, Talk(ask, self.said.append), yes=yes
        )
        return sound(checks) and all(check.state is State.OK for check in checks)


def starts(machine: FakeMachine) -> None:
    machine.says[INFO] = completed("26.1.5\n")


def raises_limit(machine: FakeMachine) -> None:
    machine.files[INSTANCES] = "512\n"


def broken(tmp_path: Path) -> Bench:
    bench = Bench(tmp_path, {"--start": starts, INSTANCES: raises_limit})
    bench.machine.says[INFO] = DOWN
    bench.machine.files[INSTANCES] = "128\n"
    return bench


def test_everything_is_said_first_and_mended_once_agreed(tmp_path: Path) -> None:
    bench = broken(tmp_path)

    assert bench.mend(yes=True)
    assert bench.asked == []
    assert bench.said == [
        "container engine: 26.1.5 installed, not running; needed: >= 24, answering",
        f"  to mend it: {' '.join(daemon.start_command(bench.root))}",
        "inotify instances: 128; needed: >= 512",
        "  to mend it: sysctl -w fs.inotify.max_user_instances=512 (until the next boot)",
    ]


def test_a_second_time_does_nothing(tmp_path: Path) -> None:
    bench = broken(tmp_path)
    bench.mend(yes=True)
    bench.shell.calls.clear()

    assert bench.mend(yes=True)
    assert bench.shell.ran == []


def test_each_is_asked_for_and_a_no_changes_nothing(tmp_path: Path) -> None:
    bench = broken(tmp_path)

    assert not bench.mend(yes=False, says=False)
    assert bench.asked == ["Mend container engine?", "Mend inotify instances?"]
    assert bench.shell.ran == []


def test_a_yes_on_the_terminal_is_as_good(tmp_path: Path) -> None:
    assert broken(tmp_path).mend(yes=False, says=True)


def test_one_failure_leaves_the_others_their_turn_and_stays_visible(tmp_path: Path) -> None:
    bench = broken(tmp_path)
    bench.effects["--start"] = lambda _: completed(stderr="no such user", exit_code=2)

    assert not bench.mend(yes=True)
    assert bench.machine.files[INSTANCES] == "512\n"
    assert [line for line in bench.said if "did not work" in line and "no such user" in line]


def test_an_engine_that_answers_is_left_alone(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {})

    daemon.start_engine(bench.root)

    assert bench.shell.ran == []


def test_systemd_starts_the_engine_where_systemd_runs(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"systemctl": starts})
    bench.machine.files["/proc/1/comm"] = "systemd\n"
    bench.machine.says[INFO] = DOWN

    daemon.start_engine(bench.root)

    assert bench.shell.ran == [("systemctl", "start", "docker")]


def test_an_engine_that_never_answers_is_an_error_with_the_end_of_its_log(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {})
    bench.machine.says[INFO] = DOWN
    bench.machine.files[str(tmp_path / "engine.log")] = "one\nfailed to start daemon: no space\n"

    with pytest.raises(NotReady, match="Cannot connect") as caught:
        daemon.start_engine(bench.root)

    assert bench.clock.passed >= daemon.START_SECONDS
    assert "no space" in caught.value.__notes__[0]


def test_an_engine_that_ends_at_once_is_not_waited_for(tmp_path: Path) -> None:
    mark = str(tmp_path / "engine.pid")

    def dies(machine: FakeMachine) -> None:
        machine.files[mark] = "42\n"

    bench = Bench(tmp_path, {"--start": dies})
    bench.machine.says[INFO] = DOWN

    with pytest.raises(LabError, match="ended again"):
        daemon.start_engine(bench.root)

    assert bench.clock.passed < 1


def test_a_pid_file_left_by_a_crash_is_removed_before_the_start(tmp_path: Path) -> None:
    mark = str(tmp_path / "engine.pid")
    bench = Bench(tmp_path, {"--start": starts, "rm": lambda machine: machine.files.pop(mark) and None})
    bench.machine.says[INFO] = DOWN
    bench.machine.files[mark] = "41\n"

    daemon.start_engine(bench.root)

    assert [argv[0] for argv in bench.shell.ran] == ["rm", "start-stop-daemon"]


def test_an_engine_that_is_just_coming_up_is_waited_for_and_no_second_one_started(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {})
    bench.machine.files |= {daemon.ENGINES_OWN_PID_FILE: "7\n", "/proc/7/comm": "dockerd\n"}
    bench.machine.answer = lambda line: DOWN if line == INFO and bench.clock.passed < 2 else None

    daemon.start_engine(bench.root)

    assert bench.shell.ran == []
    assert bench.clock.passed >= 2


def test_only_an_engine_of_ours_is_ended(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {})

    assert stop_engine(bench.root) == "no engine was started by the lab: nothing to stop"
    assert bench.shell.ran == []


def test_our_engine_is_ended_by_its_pid_file_and_its_program(tmp_path: Path) -> None:
    mark = str(tmp_path / "engine.pid")
    bench = Bench(tmp_path, {})
    bench.machine.files[mark] = "42\n"

    assert stop_engine(bench.root) == "stopped the engine that the lab started"
    assert bench.shell.ran == [
        (
            *("start-stop-daemon", "--stop", "--pidfile", mark, "--exec", "/usr/sbin/dockerd"),
            *("--retry", "TERM/30/KILL/5"),
        ),
        ("rm", "--force", mark),
    ]


def test_one_that_was_gone_already_is_said_to_be(tmp_path: Path) -> None:
    bench = Bench(tmp_path, {"--stop": lambda _: completed(exit_code=1)})
    bench.machine.files[str(tmp_path / "engine.pid")] = "42\n"

    assert stop_engine(bench.root) == "the engine that the lab started was gone already"


@pytest.mark.parametrize(
    ("flag", "environ", "expected"),
    [
        (True, {}, True),
        (False, {"CI": "true"}, True),
        (False, {"CI": "false"}, False),
        (False, {"CI": ""}, False),
        (False, {}, False),
    ],
)
def test_a_build_machine_has_agreed(*, flag: bool, environ: dict[str, str], expected: bool) -> None:
    assert agreed(flag, environ) is expected
