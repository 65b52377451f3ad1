"""Starting an engine where none runs, and ending exactly the one that was started here."""

from __future__ import annotations

from pathlib import Path

from lab.doctor.root_shell import RootShell
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


def start_command(root: RootShell) -> tuple[str, ...]:
    """Return the one command that starts the engine: systemd's where systemd runs, else dockerd by itself."""
    if (root.machine.read("/proc/1/comm") or "").strip() == "systemd":
        return ("systemctl", "start", "docker")
    return (
        *(
            "start-stop-daemon",
            "--start",
            "--background",
            "--make-pidfile",
            "--pidfile",
            str(pid_file(root.state)),
        ),
        *("--output", str(log_file(root.state)), "--exec", _program(root)),
    )


def _program(root: RootShell) -> str:
    found = next(filter(root.machine.exists, PROGRAMS), None)
    if found is None:
        raise LabError("dockerd is not installed; `lab doctor` says how to get it")
    return found


def start_engine(root: RootShell) -> None:
    """Start the engine and wait until it answers. One that answers already is left alone."""
    if _answers(root) is None:
        return
    root.state.mkdir(parents=True, exist_ok=True)
    if not _starting(root):
        if _ended(root):
            root.run(("rm", "--force", str(pid_file(root.state))), timeout=STOP_SECONDS).check()
        root.run(start_command(root), timeout=START_SECONDS).check()
    try:
        wait_until("the container engine", lambda: _coming(root), clock=root.clock, timeout=START_SECONDS)
    except LabError as error:
        said = root.machine.read(str(log_file(root.state))) or ""
        error.add_note("\n".join([f"{log_file(root.state)} ends:", *said.splitlines()[-LOG_LINES:]]))
        raise


def _coming(root: RootShell) -> str | None:
    """Do as `_answers`, but raise LabError when the engine that was started has ended."""
    seen = _answers(root)
    if seen is not None and _ended(root) and not _starting(root):
        raise LabError("dockerd was started and ended again")
    return seen


def _starting(root: RootShell) -> bool:
    """Tell whether an engine is there that does not answer yet, as after a package's own start script."""
    pid = (root.machine.read(ENGINES_OWN_PID_FILE) or "").strip()
    return (root.machine.read(f"/proc/{pid}/comm") or "").strip() == "dockerd"


def _ended(root: RootShell) -> bool:
    """Tell whether there is a pid file whose process is gone."""
    pid = (root.machine.read(str(pid_file(root.state))) or "").strip()
    return bool(pid) and not root.machine.exists(f"/proc/{pid}")


def _answers(root: RootShell) -> str | None:
    info = root.machine.run("docker", "info", "--format", "{{.ServerVersion}}")
    if info.ok and info.stdout.strip():
        return None
    return info.last_line


def stop_engine(root: RootShell) -> str:
    """End the engine that `start_engine` started, and say so. Any other engine is left alone."""
    mark = str(pid_file(root.state))
    if not root.machine.exists(mark):
        return "no engine was started by the lab: nothing to stop"
    ended = root.run(
        (
            *("start-stop-daemon", "--stop", "--pidfile", mark, "--exec", _program(root)),
            *("--retry", "TERM/30/KILL/5"),
        ),
        timeout=STOP_SECONDS,
    )
    if ended.exit_code != NOTHING_DONE:
        ended.check()
    root.run(("rm", "--force", mark), timeout=STOP_SECONDS).check()
    if ended.ok:
        return "stopped the engine that the lab started"
    return "the engine that the lab started was gone already"
