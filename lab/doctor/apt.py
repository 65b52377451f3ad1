"""Packages from the system's own Debian mirror; from trixie where this release's version is too old.

What is to be installed is decided by pure functions from apt's own answers; `install` carries it out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lab.doctor.check import Install
from lab.doctor.root_shell import RootShell
from lab.doctor.version import dotted, of_package
from lab.errors import LabError

LATER = "trixie"
"""The oldest release that has kind, and an engine that can do without CAP_SYS_RESOURCE."""
SOURCE = f"/etc/apt/sources.list.d/airgap-lab-{LATER}.sources"
PREFERENCES = f"/etc/apt/preferences.d/airgap-lab-{LATER}"
KEYRINGS = (
    "/usr/share/keyrings/debian-archive-keyring.gpg",
    "/usr/share/keyrings/debian-archive-keyring.pgp",
)
PIN = f"""\
Explanation: nothing comes from here unless it is asked for by release
Package: *
Pin: release n={LATER}
Pin-Priority: 100
"""
UPDATE = ("apt-get", "update", "--quiet", "--option", "Acquire::Retries=3")
INSTALL = (
    *("apt-get", "install", "--quiet", "--yes", "--no-install-recommends"),
    *("--option", "Dpkg::Options::=--force-confold", "--option", "DPkg::Lock::Timeout=120"),
)
ENV = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"}
MINUTES = 60.0


@dataclass(frozen=True, slots=True)
class Offer:
    """A version of a package that some configured source has."""

    version: str
    release: str


def offers(madison: str) -> tuple[Offer, ...]:
    """Read `apt-cache madison`: ` kind | 0.27.0-1 | http://mirror/debian trixie/main amd64 Packages`."""
    found = []
    for line in madison.splitlines():
        parts = [part.strip() for part in line.split("|")]
        if len(parts) == 3 and parts[2].endswith("Packages"):
            found.append(Offer(parts[1], parts[2].split()[1].split("/")[0]))
    return tuple(found)


def candidate(policy: str) -> str | None:
    """Read `apt-cache policy`: the version that apt would take by itself."""
    for line in policy.splitlines():
        name, _, value = line.strip().partition(": ")
        if name == "Candidate" and value.strip() != "(none)":
            return value.strip()
    return None


def chosen(package: str, policy: str, madison: str, least: tuple[int, ...]) -> str | None:
    """Return what to tell apt-get: the plain name where its own choice suffices, else `name/release`."""
    if _suffices(candidate(policy), least):
        return package
    fitting = [offer for offer in offers(madison) if _suffices(offer.version, least)]
    return f"{package}/{fitting[0].release}" if fitting else None


def _suffices(text: str | None, least: tuple[int, ...]) -> bool:
    found = of_package(text) if text else None
    return found is not None and found >= least


def mirror(targets: str) -> str | None:
    """Return the system's Debian mirror from `apt-get indextargets` lines of `uri|codename|origin|component`.

    Security and update suites share no tree with the releases on many mirrors, so they do not count.
    """
    for line in targets.splitlines():
        uri, codename, origin, component = (*line.split("|"), "", "", "")[:4]
        if origin == "Debian" and component == "main" and "-" not in codename:
            return uri.rstrip("/")
    return None


def source(uri: str, keyring: str) -> str:
    """Return the deb822 source of the later release on the same mirror."""
    return f"Types: deb\nURIs: {uri}\nSuites: {LATER}\nComponents: main\nSigned-By: {keyring}\n"


def outline(remedy: Install) -> str:
    """Say beforehand what `install` will do."""
    least = dotted(remedy.at_least)
    wanted = "" if remedy.at_least == (0,) else f" (>= {least}; from {LATER} if this release's is older)"
    return f"apt-get update; apt-get install {' '.join(remedy.packages)}{wanted}"


def install(remedy: Install, root: RootShell, say: Callable[[str], None], *, refresh: bool) -> None:
    """Have *remedy*'s packages; *refresh* the package lists first. Raises LabError, CommandFailed."""
    if refresh:
        _run(root, UPDATE, say)
    names = _choose(remedy, root)
    if names is None:
        _add_later_release(root, say)
        _run(root, UPDATE, say)
        names = _choose(remedy, root)
    if names is None:
        raise LabError(f"no source offers {remedy.packages[0]} >= {dotted(remedy.at_least)}")
    _run(root, (*INSTALL, *names), say)


def _choose(remedy: Install, root: RootShell) -> list[str] | None:
    names = []
    for package in remedy.packages:
        policy, madison = (
            root.machine.run("apt-cache", verb, package).stdout for verb in ("policy", "madison")
        )
        name = chosen(package, policy, madison, remedy.at_least if package == remedy.packages[0] else (0,))
        if name is None:
            return None
        names.append(name)
    return names


def _add_later_release(root: RootShell, say: Callable[[str], None]) -> None:
    form = "$(REPO_URI)|$(CODENAME)|$(ORIGIN)|$(COMPONENT)"
    targets = root.machine.run("apt-get", "indextargets", "--format", form, "Created-By: Packages").stdout
    uri, keyring = mirror(targets), next(filter(root.machine.exists, KEYRINGS), None)
    if uri is None or keyring is None:
        raise LabError(f"this is not Debian, so its mirror has no {LATER}; install a newer version by hand")
    say(f"  writes {SOURCE} and {PREFERENCES} (pin priority 100: nothing else comes from there)")
    root.write(PREFERENCES, PIN)
    root.write(SOURCE, source(uri, keyring))


def _run(root: RootShell, argv: Sequence[str], say: Callable[[str], None]) -> None:
    say(f"  $ {' '.join(root.command(argv))}")
    root.run(argv, timeout=20 * MINUTES, env=ENV).check()
