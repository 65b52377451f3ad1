"""Starting an engine where none runs, and ending exactly the one that was started here."""

from __future__ import annotations

from pathlib import Path

from lab.doctor.hand import Hand
from lab.errors import LabError
from lab.host.clock import wait_until

PROGRAMS = ("/usr/sbin/dockerd", "/usr/bin/dockerd", "/usr/local/bin/dockerd")
ENGINES_OWN_PID_FILE = "/var/run/docker.pid"
START_SECONDS = 60.0
STOP_SECONDS = 60.0
LOG_LINES = 15
NOTHING_DONE = 1
"""How start-stop-daemon ends when the pid file's process is gone, or is not dockerd."""


def pid_file(state: Path) -> Path:
    """Return where the number of an engine of ours is kept; no such file: none was started here."""
    return state / "engine.pid"


def log_file(state: Path) -> Path:
    return state / "engine.log"


def start_command(hand: Hand) -> tuple[str, ...]:
    """Return the one command that starts the engine: systemd's where systemd runs, else dockerd by itself."""
    if (hand.machine.read("/proc/1/comm") or "").strip() == "systemd":
        return ("systemctl", "start", "docker")
    return (
        *(
            "start-stop-daemon",
            "--start",
            "--background",
            "--make-pidfile",
            "--pidfile",
            str(pid_file(hand.state)),
        ),
        *("--output", str(log_file(hand.state)), "--exec", _program(hand)),
    )


def _program(hand: Hand) -> str:
    found = next(filter(hand.machine.exists, PROGRAMS), None)
    if found is None:
        raise LabError("dockerd is not installed; `lab doctor` says how to get it")
    return found


def start_engine(hand: Hand) -> None:
    """Start the engine and wait until it answers. One that answers already is left alone."""
    if _answers(hand) is None:
        return
    hand.state.mkdir(parents=True, exist_ok=True)
    if not _starting(hand):
        if _ended(hand):
            hand.run(("rm", "--force", str(pid_file(hand.state))), timeout=STOP_SECONDS).check()
        hand.run(start_command(hand), timeout=START_SECONDS).check()
    try:
        wait_until("the container engine", lambda: _coming(hand), clock=hand.clock, timeout=START_SECONDS)
    except LabError as error:
        said = hand.machine.read(str(log_file(hand.state))) or ""
        error.add_note("\n".join([f"{log_file(hand.state)} ends:", *said.splitlines()[-LOG_LINES:]]))
        raise


def _coming(hand: Hand) -> str | None:
    """Do as `_answers`, but raise LabError when the engine that was started has ended."""
    seen = _answers(hand)
    if seen is not None and _ended(hand) and not _starting(hand):
        raise LabError("dockerd was started and ended again")
    return seen


def _starting(hand: Hand) -> bool:
    """Tell whether an engine is there that does not answer yet, as after a package's own start script."""
    pid = (hand.machine.read(ENGINES_OWN_PID_FILE) or "").strip()
    return (hand.machine.read(f"/proc/{pid}/comm") or "").strip() == "dockerd"


def _ended(hand: Hand) -> bool:
    """Tell whether there is a pid file whose process is gone."""
    pid = (hand.machine.read(str(pid_file(hand.state))) or "").strip()
    return bool(pid) and not hand.machine.exists(f"/proc/{pid}")


def _answers(hand: Hand) -> str | None:
    info = hand.machine.run("docker", "info", "--format", "{{.ServerVersion}}")
    if info.ok and info.stdout.strip():
        return None
    return info.last_line


def stop_engine(hand: Hand) -> str:
    """End the engine that `start_engine` started, and say so. Any other engine is left alone."""
    mark = str(pid_file(hand.state))
    if not hand.machine.exists(mark):
        return "no engine was started by the lab: nothing to stop"
    ended = hand.run(
        (
            *("start-stop-daemon", "--stop", "--pidfile", mark, "--exec", _program(hand)),
            *("--retry", "TERM/30/KILL/5"),
        ),
        timeout=STOP_SECONDS,
    )
    if ended.exit_code != NOTHING_DONE:
        ended.check()
    hand.run(("rm", "--force", mark), timeout=STOP_SECONDS).check()
    if ended.ok:
        return "stopped the engine that the lab started"
    return "the engine that the lab started was gone already"
