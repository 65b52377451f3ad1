"""`lab kubectl` and `lab shell`: every word, the input, the output and the exit code go through as they are."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.kind.conftest import ROOT, lab

pytestmark = pytest.mark.kind

POD = "every-word"
MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: every-word}\n"


def typed(name: str, *argv: str, stdin: str | None = None) -> subprocess.CompletedProcess[str]:
    command, *rest = argv
    return subprocess.run(
        [sys.executable, "-m", "lab", command, "--name", name, *rest],
        cwd=ROOT,
        input=stdin,
        stdin=subprocess.DEVNULL if stdin is None else None,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def pod(name: str) -> Iterator[str]:
    assert lab("images", "push", "airgap-lab/probe:latest", "--name", name).returncode == 0
    run = (
        "run",
        POD,
        "--image=airgap-lab/probe:latest",
        "--restart=Never",
        "--command",
        "--",
        "sleep",
        "600",
    )
    made = lab("kubectl", "--name", name, *run)
    assert made.returncode == 0, made.stderr
    try:
        ready = lab("kubectl", "--name", name, "wait", f"pod/{POD}", "--for=condition=Ready", "--timeout=60s")
        assert ready.returncode == 0, ready.stderr
        yield name
    finally:
        lab("kubectl", "--name", name, "delete", "pod", POD, "--now")


@pytest.mark.parametrize(
    ("argv", "stdin", "code", "out"),
    [
        (["exec", POD, "--", "echo", "a b", "c"], None, 0, "a b c\n"),
        (["exec", POD, "--", "sh", "-c", 'echo "$1|$2|$0"', "x", "a  b", ""], None, 0, "a  b||x\n"),
        (["exec", POD, "--", "echo", "--name", "--", "--help"], None, 0, "--name -- --help\n"),
        (["exec", POD, "--", "sh", "-c", "exit 3"], None, 3, ""),
        (["exec", POD, "--", "sh", "-c", "echo a; echo b >&2; exit 1"], None, 1, "a\n"),
        (["exec", "-i", POD, "--", "cat"], "x\ny z", 0, "x\ny z"),
        (["exec", "-it", POD, "--", "cat"], "x\n", 0, "x\n"),
        (["exec", "-n", "default", POD, "-c", POD, "--", "echo", "$HOME", "*"], None, 0, "$HOME *\n"),
        (["-n", "default", "exec", POD, "--", "echo", "a"], None, 0, "a\n"),
        (["--namespace=default", "get", "pod", POD, "--output", "name"], None, 0, f"pod/{POD}\n"),
        (["get", "pod", POD, "-o", "jsonpath={.spec.containers[*].command}"], None, 0, '["sleep","600"]'),
        (["get", "pod", "nobody"], None, 1, ""),
        (["apply", "-f", "-"], MAP, 0, "configmap/every-word created\n"),
        (["delete", "-f", "-"], MAP, 0, 'configmap "every-word" deleted'),
        (["expose", "pod", POD, "--name=front", "--port=80", "--dry-run=client", "-o", "name"], None, 0, "service/front\n"),
        (["expose", "pod", POD, "--name", "front", "--port=80", "--dry-run=client", "-o", "name"], None, 0, "service/front\n"),
        (["get", "--help"], None, 0, "Display one or many resources."),
        (["no-such-verb"], None, 1, ""),
    ],
)  # fmt: skip
def test_kubectl_does_what_was_typed(pod, argv, stdin, code, out) -> None:
    done = typed(pod, "kubectl", *argv, stdin=stdin)

    assert (done.returncode, done.stdout[: len(out)]) == (code, out), done.stderr
    assert out or not done.stdout


def test_at_a_terminal_the_pods_program_has_one_too(pod: str) -> None:
    ours, theirs = os.openpty()
    asked = 'test -t 0 && test -t 1 && echo "it is" a terminal'
    with os.fdopen(ours, "rb", buffering=0) as terminal:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "lab",
                "kubectl",
                "--name",
                pod,
                "exec",
                "-it",
                POD,
                "--",
                "sh",
                "-c",
                asked,
            ],
            cwd=ROOT,
            stdin=theirs,
            stdout=theirs,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )
        os.close(theirs)
        said = terminal.read(1000)

    assert (done.returncode, said) == (0, b"it is a terminal\r\n"), done.stderr


def test_a_shell_takes_its_commands_from_a_pipe(name: str) -> None:
    done = typed(name, "shell", stdin="pwd\nexit 4\n")

    assert (done.returncode, done.stdout) == (4, "/root\n"), done.stderr
