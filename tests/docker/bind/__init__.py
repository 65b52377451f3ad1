"""An image with Debian's BIND, built as the lab's own are."""

from __future__ import annotations

import subprocess
from pathlib import Path

from lab.builds.settings import host_settings, proxies, secret_files
from lab.host.shell import LocalShell

IMAGE = "airgap-lab-test/bind:bookworm"


def build() -> str:
    """Have the image; where nothing changed, that is quick."""
    with secret_files(host_settings(LocalShell())) as secrets:
        argv = [
            "docker",
            "buildx",
            "build",
            "--builder=default",
            "--load",
            "--tag",
            IMAGE,
            str(Path(__file__).parent),
        ]
        argv += [f"--secret=id={name},src={file}" for name, file in secrets.items()]
        argv += [f"--build-arg={name}={value}" for name, value in proxies().items()]
        subprocess.run(argv, check=True, capture_output=True, timeout=300)
    return IMAGE
