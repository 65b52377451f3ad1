"""The two base images that every Dockerfile of ours begins with, pulled or bootstrapped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lab.builds.failures import explained, must
from lab.builds.sources import Source, debian, host_sources
from lab.errors import LabError
from lab.host.shell import Shell

SUITES = ("bookworm", "trixie")
PULL_SECONDS = 20.0
"""A registry that has not answered by then is taken as not there; a slim base is 30 MB."""
BOOTSTRAP_SECONDS = 900.0


def base(suite: str) -> str:
    """Return the reference under which *suite*'s base stands in the engine."""
    return f"airgap-lab/base:{suite}"


def ensure_bases(shell: Shell, *, cache: Path, say: Callable[[str], None]) -> None:
    """Have both bases in the engine. Doing it twice is doing it once; the second time it only asks."""
    registry_answers = True
    for suite in SUITES:
        seen = shell.run(["docker", "image", "inspect", "--format", "{{.Id}}", base(suite)], timeout=30)
        if seen.ok:
            continue
        if "No such image" not in seen.stderr:
            raise explained(seen)
        source = debian(host_sources(), suite)
        if registry_answers:
            say(f"pulling debian:{suite}-slim")
            registry_answers = _pull(shell, suite, own_mirror=source is not None)
        if not registry_answers:
            say(f"no registry answers: bootstrapping a {suite} base from the host's Debian mirror")
            _bootstrap(shell, suite, source, cache)


def _pull(shell: Shell, suite: str, *, own_mirror: bool) -> bool:
    """Take the official image; its own apt sources go where the host's mirror will serve instead."""
    origin = f"debian:{suite}-slim"
    if not shell.run(["docker", "pull", "--quiet", origin], timeout=PULL_SECONDS).ok:
        return False
    emptied = "RUN rm -rf /etc/apt/sources.list /etc/apt/sources.list.d/*\n" if own_mirror else ""
    must(
        shell.run(
            ["docker", "build", "--quiet", "--tag", base(suite), "-"],
            timeout=120,
            stdin=f"FROM {origin}\nLABEL airgap-lab.base={suite}\n{emptied}",
        )
    )
    return True


def _bootstrap(shell: Shell, suite: str, source: Source | None, cache: Path) -> None:
    if source is None:
        raise LabError(
            f"no base image for {suite}: no registry answers, and this host's apt sources name no Debian"
            f" mirror to bootstrap from; pull debian:{suite}-slim and tag it {base(suite)}"
        )
    cache.mkdir(parents=True, exist_ok=True)
    archive = cache / f"base-{suite}.tar"
    try:
        must(shell.run(bootstrap_argv(suite, source, archive), timeout=BOOTSTRAP_SECONDS))
        must(
            shell.run(
                [
                    "docker",
                    "import",
                    "--change",
                    f"LABEL airgap-lab.base={suite}",
                    "--change",
                    'CMD ["bash"]',
                    "--change",
                    "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                    str(archive),
                    base(suite),
                ],
                timeout=300,
            )
        )
    finally:
        archive.unlink(missing_ok=True)


def bootstrap_argv(suite: str, source: Source, archive: Path) -> list[str]:
    """Return the mmdebstrap call. Nothing of the host's settings stays in the image."""
    return [
        "mmdebstrap",
        "--variant=minbase",
        "--skip=cleanup/apt/lists",
        "--dpkgopt=path-exclude=/usr/share/doc/*",
        "--dpkgopt=path-include=/usr/share/doc/*/copyright",
        "--dpkgopt=path-exclude=/usr/share/man/*",
        "--dpkgopt=path-exclude=/usr/share/locale/*",
        '--customize-hook=cd "$1/etc/apt" && rm -rf sources.list sources.list.d/* ../../var/lib/apt/lists/*',
        suite,
        str(archive),
        source.line,
    ]  # fmt: skip
