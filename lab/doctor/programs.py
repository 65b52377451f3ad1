"""Checks about programs: the engine, its client and builder, kind, and what composing a node image wants."""

from __future__ import annotations

from lab.doctor.check import Check, Install, Remedy, StartEngine, State
from lab.doctor.machine import NOT_FOUND
from lab.doctor.version import dotted, version
from lab.host.shell import Completed

ENGINE = (24,)
ENGINE_RESTRICTED = (25,)
"""Older engines want every capability there is for a privileged container, or do not start it."""
KIND = (0, 27)
GO = (1, 25)
GO_FETCHING = (1, 21)
"""From here on Go fetches the toolchain that a module asks for, if GOTOOLCHAIN lets it."""

FIX = "`lab doctor --fix`"


def _or_by_hand(packages: str, *, debian: bool) -> str:
    return f"{FIX}, or apt-get install {packages}" if debian else f"install {packages} as your system does it"


def engine(info: Completed, daemon: Completed, *, host: str | None, limited: bool, debian: bool) -> Check:
    """Judge `docker info --format {{.ServerVersion}}` and `dockerd --version`.

    *host* is DOCKER_HOST, *limited* whether CAP_SYS_RESOURCE is out of reach. An engine that answers is
    never changed, whatever its version.
    """
    least = ENGINE_RESTRICTED if limited else ENGINE
    what, needed = "container engine", f">= {dotted(least)}, answering"
    install = Install(("docker.io",), least)
    answer = version(info.stdout) if info.ok else None
    if answer is not None:
        if answer >= least:
            return Check(what, dotted(answer), needed, State.OK)
        return Check(
            what,
            dotted(answer),
            needed,
            State.MISSING,
            "upgrade the engine; the lab leaves a running one alone",
        )
    if info.exit_code == NOT_FOUND and daemon.ok:
        return Check(
            what, "cannot be asked without a client", needed, State.MISSING, "install the docker client first"
        )
    if "permission denied" in info.stderr.lower():
        mend = 'sudo usermod -aG docker "$USER", then log in again'
        return Check(what, "runs, but may not be used by you", needed, State.MISSING, mend)
    if host:
        return Check(
            what,
            f"DOCKER_HOST={host} does not answer",
            needed,
            State.MISSING,
            "start it, or unset DOCKER_HOST",
        )
    installed = version(daemon.stdout) if daemon.ok else None
    remedy: Remedy | None
    if installed is None:
        remedy, found, mend = install, "not installed", _or_by_hand("docker.io", debian=debian)
    elif installed < least:
        remedy, found = install, f"{dotted(installed)} installed, not running"
        mend = _or_by_hand("docker.io", debian=debian)
    else:
        remedy, found = StartEngine(), f"{dotted(installed)} installed, not running"
        mend = f"{FIX}, or start dockerd"
    return Check(
        what, found, needed, State.MISSING, mend, remedy if debian or remedy == StartEngine() else None
    )


def client(said: Completed, *, debian: bool) -> Check:
    """Judge `docker --version`."""
    return _program("docker client", said, (20,), Install(("docker-cli",)), debian=debian)


def buildx(said: Completed, *, debian: bool) -> Check:
    """Judge `docker buildx version`."""
    return _program("docker buildx", said, (0, 13), Install(("docker-buildx",), (0, 13)), debian=debian)


def kind(said: Completed, *, debian: bool) -> Check:
    """Judge `kind version`."""
    return _program("kind", said, KIND, Install(("kind",), KIND), debian=debian)


def _program(what: str, said: Completed, least: tuple[int, ...], install: Install, *, debian: bool) -> Check:
    needed = f">= {dotted(least)}"
    found = version(said.stdout) if said.ok else None
    if found is not None and found >= least:
        return Check(what, dotted(found), needed, State.OK)
    lacks = "not installed" if found is None else dotted(found)
    mend = _or_by_hand(install.packages[0], debian=debian)
    return Check(what, lacks, needed, State.MISSING, mend, install if debian else None)


COMPOSING = "to compose nodes"


def go(said: Completed, toolchain: Completed) -> Check:
    """Judge `go version` and `go env GOTOOLCHAIN`."""
    needed = f">= {dotted(GO)}, {COMPOSING}"
    found = version(said.stdout) if said.ok else None
    if found is not None and (found >= GO or (found >= GO_FETCHING and toolchain.stdout.strip() == "auto")):
        return Check("Go", dotted(found), needed, State.OK)
    lacks = "not installed" if found is None else dotted(found)
    mend = (
        f"for helm and where none can be pulled: Go {dotted(GO)}, or Debian's golang-go with GOTOOLCHAIN=auto"
    )
    return Check("Go", lacks, needed, State.WARN, mend)


def mmdebstrap(said: Completed, *, debian: bool) -> Check:
    """Judge `mmdebstrap --version`."""
    if said.ok:
        return Check(
            "mmdebstrap", said.stdout.split()[-1] if said.stdout.split() else "there", COMPOSING, State.OK
        )
    lacks = "not installed" if said.exit_code == NOT_FOUND else said.ended
    mend = _or_by_hand("mmdebstrap", debian=debian)
    return Check(
        "mmdebstrap", lacks, COMPOSING, State.WARN, mend, Install(("mmdebstrap",)) if debian else None
    )
