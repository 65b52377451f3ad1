"""Run the real helm with what was typed in Helm 2's syntax."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Sequence

from .names import make_up
from .output import as_helm2
from .translate import Call, translate

HELM = "/usr/local/libexec/helm/helm"
ATTEMPTS = 5
"""As Helm 2: a made-up name may be taken already."""
TAKEN = "cannot re-use a name that is still in use"

Run = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]


def main() -> int:
    if not os.access(HELM, os.X_OK):
        print("Error: this workstation was built without helm, on a host without Go", file=sys.stderr)
        return 1
    chance = random.SystemRandom()
    call = translate(sys.argv[1:], lambda: make_up(chance))
    if call.argv == tuple(sys.argv[1:]):
        os.execv(HELM, ["helm", *call.argv])  # noqa: S606  the terminal is the real program's
    return perform(call, lambda: translate(sys.argv[1:], lambda: make_up(chance)), _run)


def perform(call: Call, again: Callable[[], Call], run: Run) -> int:
    """Do *call* and print as Helm 2; take another from *again* where a made-up name is in use."""
    done = run(call.argv)
    for _ in range(ATTEMPTS - 1):
        if done.returncode == 0 or not call.made_up or TAKEN not in done.stderr:
            break
        call = again()
        done = run(call.argv)
    sys.stderr.write(done.stderr)
    if done.returncode != 0 or call.release is None:
        sys.stdout.write(done.stdout)
        return done.returncode
    shown = run(call.status)
    sys.stdout.write(as_helm2(shown.stdout) if shown.returncode == 0 else done.stdout)
    return 0


def _run(argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run([HELM, *argv], capture_output=True, text=True, check=False)


if __name__ == "__main__":
    sys.exit(main())
