"""Each kind of failure has its exit code and its text; a bug alone has a traceback."""

from __future__ import annotations

import errno
import importlib
import sys
from importlib.abc import MetaPathFinder

import pytest

from lab.cli import wiring
from lab.errors import ContainerFailed, NotReady, SpecError, ToolMissing

HEAVY = {"docker", "pydantic", "rich", "httpx"}


@pytest.fixture
def failing(monkeypatch):
    """Have the first thing that any command asks of the engine end in this."""

    def fail(error):
        def real_host():
            raise error

        monkeypatch.setattr(wiring, "real_host", real_host)

    return fail


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SpecError(["lab.yaml:1:1: no"]), 2),
        (ToolMissing("kind: not found"), 3),
        (ContainerFailed("refused"), 3),
        (NotReady("it", 1, "no"), 3),
    ],
    ids=lambda one: type(one).__name__,
)
def test_what_the_user_can_mend_is_told_in_a_line_on_stderr(lab, failing, error, code):
    failing(error)

    ended = lab("status")

    assert (ended.code, ended.out, ended.err) == (code, "", f"lab: {error}\n")


def test_every_problem_of_a_file_is_a_line(lab, failing):
    failing(SpecError(["a.yaml:1:1: one", "a.yaml:2:1: two"]))

    assert lab("status").err == "lab: a.yaml:1:1: one\nlab: a.yaml:2:1: two\n"


def test_what_to_do_next_stands_below(lab, failing):
    error = ContainerFailed("refused")
    error.add_note("while bringing up: dns; `lab up` again goes on, `lab down` removes")
    failing(error)

    assert lab("status").err.splitlines() == [
        "lab: refused",
        "while bringing up: dns; `lab up` again goes on, `lab down` removes",
    ]


@pytest.mark.parametrize("bug", [KeyError("x"), FileNotFoundError(errno.ENOENT, "no such file", "x")])
def test_a_bug_is_70_with_its_traceback(lab, failing, bug):
    failing(bug)

    ended = lab("status")

    assert ended.code == 70
    assert "Traceback" in ended.err
    assert ended.err.endswith("lab: this is a bug of the lab's; please report the lines above\n")


def test_a_full_disk_is_no_bug(lab, failing):
    failing(OSError(errno.ENOSPC, "No space left on device", "/cache/x"))

    ended = lab("status")

    assert (ended.code, ended.err) == (3, "lab: /cache/x: No space left on device\n")


def test_an_interrupt_is_130(lab, failing):
    failing(KeyboardInterrupt())

    ended = lab("status")

    assert ended.code == 130
    assert "Traceback" not in ended.err


@pytest.mark.parametrize("argv", [("no-such-command",), ("status", "--no-such-option"), ("run",), ("logs",)])
def test_a_command_line_that_is_none_is_2(lab, argv):
    ended = lab(*argv)

    assert ended.code == 2
    assert "Traceback" not in ended.err


def test_a_choice_that_does_not_fit_is_2(lab):
    ended = lab("up", "--subnet", "10.142.18.5/24")

    assert ended.code == 2
    assert ended.err.startswith("lab: command line: subnet: '10.142.18.5/24' ")
    assert ended.err.count("\n") == 1


class Refusing(MetaPathFinder):
    def find_spec(self, fullname, path=None, target=None):
        if fullname.split(".", maxsplit=1)[0] in HEAVY:
            raise AssertionError(f"{fullname} is imported")


@pytest.fixture
def afresh(monkeypatch):
    """A Python that has imported nothing of ours, nor anything heavy, and refuses to."""
    kept = dict(sys.modules)
    for name in kept:
        if name.split(".", maxsplit=1)[0] in {"lab", "typer", *HEAVY}:
            del sys.modules[name]
    monkeypatch.setattr(sys, "meta_path", [Refusing(), *sys.meta_path])
    yield
    for name in [one for one in sys.modules if one not in kept]:
        del sys.modules[name]
    sys.modules.update(kept)


def test_help_is_quick_since_it_imports_nothing_heavy(afresh, capsys):
    with pytest.raises(SystemExit) as ended:
        importlib.import_module("lab.cli").main(["--help"])

    assert ended.value.code == 0
    assert "Usage: " in capsys.readouterr().out


def test_its_twin_is_refused(afresh):
    with pytest.raises(AssertionError, match="pydantic is imported"):
        importlib.import_module("lab.spec.config")
