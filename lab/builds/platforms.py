"""Which platforms a machine can run, and which of several it takes. Facts: containerd's package platforms.

A node takes the first of this order that an index has: amd64 machines also run 386, arm64 ones older arm.
"""

from __future__ import annotations

from lab.builds.layout import Config, Platform

OTHER_NAMES = {
    "x86_64": "amd64",
    "x86-64": "amd64",
    "i386": "386",
    "aarch64": "arm64",
    "armhf": "arm",
    "armel": "arm",
}
PLAIN_VARIANTS = {("amd64", "v1"): "", ("arm64", "v8"): "", ("arm64", "8"): "", ("arm", ""): "v7"}
ARMS = ("v8", "v7", "v6", "v5")
RUNS = {
    "amd64": (("amd64", ""), ("386", "")),
    "arm64": (("arm64", ""), *(("arm", variant) for variant in ARMS)),
    "arm": tuple(("arm", variant) for variant in ARMS[1:]),
}


def of(config: Config | None, said: Platform | None) -> Platform:
    """Return what an image is for: by its config, and where that is silent, by what its descriptor says."""
    known = config if config is not None and config.architecture else None
    found = known or said or Platform()
    system = (known.os if known else "") or (said.os if said else "") or "linux"
    return Platform(architecture=found.architecture, os=system, variant=found.variant)


def rank(platform: Platform, architecture: str) -> int | None:
    """Return how well a machine of *architecture* is served, 0 best; None if it cannot run it."""
    if platform.os.lower() != "linux":
        return None
    if not platform.architecture:
        return 0
    machine = OTHER_NAMES.get(platform.architecture.lower(), platform.architecture.lower())
    variant = platform.variant.lower()
    variant = PLAIN_VARIANTS.get((machine, variant), variant)
    runs = RUNS.get(architecture, ((architecture, ""),))
    return runs.index((machine, variant)) if (machine, variant) in runs else None


def word(platform: Platform) -> str:
    """Return the platform as Docker writes it."""
    parts = (platform.os or "linux", platform.architecture or "unknown", platform.variant)
    return "/".join(part for part in parts if part)
