"""The shell door over real programs, which a unit test may not start. Needs no engine, but seconds."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from lab.errors import LabError, ToolMissing
from lab.host import shell as door
from lab.host.shell import LocalShell, become

pytestmark = pytest.mark.docker


@pytest.fixture
def shell(monkeypatch):
    monkeypatch.setattr(door, "GRACE_SECONDS", 0.5)
    return LocalShell()


def running(mark):
    """Every process whose command line has *mark*."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().decode().split("\0")
            state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            continue
        if mark in words and state != "Z":
            found.append(words)
    return found


def gone(mark):
    deadline = time.monotonic() + 5
    while running(mark) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not running(mark)


def test_how_a_program_ends_is_an_answer(shell):
    done = shell.run(["sh", "-c", "echo out; echo err >&2; exit 3"], timeout=10)

    assert (done.exit_code, done.stdout, done.stderr) == (3, "out\n", "err\n")


def test_stdin_environment_and_folder_reach_it(shell, tmp_path):
    done = shell.run(
        ["sh", "-c", "cat; echo $MARK; pwd; echo ${PATH:+path}"],
        timeout=10,
        stdin="in\n",
        env={"MARK": "mark"},
        cwd=tmp_path,
    )

    assert done.stdout == f"in\nmark\n{tmp_path}\npath\n"


def test_without_stdin_there_is_nothing_to_read(shell):
    assert shell.run(["cat"], timeout=10).stdout == ""


def test_bytes_that_are_no_text_are_no_trouble(shell):
    assert shell.run(["printf", r"\377ok"], timeout=10).stdout == "\ufffdok"


# Each of these would go on for a long time: a plain one, one that ignores the polite signal and holds the
# streams, and one that ignores it and holds none.
FAMILIES = {
    "plain": "echo begun; sleep {mark} & sleep {mark}",
    "deaf": "trap '' TERM; echo begun; sleep {mark}; sleep {mark}",
    "deaf-and-silent": "(trap '' TERM; exec sleep {mark} >/dev/null 2>&1 </dev/null) & echo begun; sleep {mark}",
}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_time_out_ends_the_whole_family_and_keeps_what_it_said(shell, family):
    mark = f"{1000 + os.getpid()}.{list(FAMILIES).index(family)}"
    done = shell.run(["bash", "-c", FAMILIES[family].format(mark=mark)], timeout=0.5)

    assert (done.exit_code, done.stdout) == (None, "begun\n")
    assert done.seconds < 5
    assert gone(mark)


def test_its_twin_that_ends_in_time_is_not_touched(shell):
    assert shell.run(["bash", "-c", "sleep 0.1; echo done"], timeout=10).stdout == "done\n"


def test_one_that_left_the_family_does_not_hold_the_lab_up(shell):
    mark = f"{2000 + os.getpid()}.5"
    start = time.monotonic()
    done = shell.run(["bash", "-c", f"echo begun; setsid sleep {mark} & sleep {mark}"], timeout=0.5)
    left = running(mark)
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if (folder / "cmdline").read_bytes().decode().split("\0")[:2] == ["sleep", mark]:
                os.kill(int(folder.name), signal.SIGKILL)
        except OSError:
            continue

    assert (done.exit_code, done.stdout) == (None, "begun\n")
    assert time.monotonic() - start < 5
    assert len(left) == 1


def test_an_interrupt_ends_the_family_too(shell, monkeypatch):
    mark = f"{3000 + os.getpid()}.7"
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.4)
    try:
        with pytest.raises(KeyboardInterrupt):
            shell.run(["sleep", mark], timeout=30)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)

    assert gone(mark)


def test_a_program_that_is_not_there_is_told_with_the_way_to_it(shell):
    with pytest.raises(
        ToolMissing, match=r"^no-such-program: not found on PATH; `lab doctor` says how to get it$"
    ):
        shell.run(["no-such-program"], timeout=10)
    with pytest.raises(ToolMissing, match=r"^no-such-program: not found on PATH"):
        become(["no-such-program"])


@pytest.mark.parametrize(("mode", "said"), [(0o644, "Permission denied"), (0o755, "Exec format error")])
def test_a_program_that_cannot_be_run_is_told(shell, tmp_path, mode, said):
    program = tmp_path / "program"
    program.write_bytes(b"\x00\x01")
    program.chmod(mode)

    with pytest.raises(ToolMissing, match=f"may not be run: {said}"):
        shell.run([str(program)], timeout=10)


def test_a_folder_that_is_not_there_is_not_the_programs_fault(shell, tmp_path):
    with pytest.raises(LabError, match=r"^true: there is no folder .*nowhere to run it in$"):
        shell.run(["true"], timeout=10, cwd=tmp_path / "nowhere")
