"""The locks hold what pyproject.toml asks for, each with its hashes, and name no package host."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = PROJECT["project"]["dependencies"]
DEV = PROJECT["dependency-groups"]["dev"]
BUILD = ["hatchling", "editables"]


def canonical(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found is not None
    return re.sub(r"[-_.]+", "-", found.group()).lower()


def locked(name: str) -> dict[str, str]:
    """Return each locked package with the rest of its entry."""
    text = (ROOT / "requirements" / name).read_text()
    entries = re.split(r"^(?=[a-zA-Z0-9])", text, flags=re.MULTILINE)
    return {canonical(entry): entry for entry in entries if entry.strip()}


@pytest.mark.parametrize(
    ("name", "wanted"), [("lab.txt", RUNTIME + BUILD), ("dev.txt", RUNTIME + BUILD + DEV)]
)
def test_everything_asked_for_is_locked_with_a_hash(name: str, wanted: list[str]) -> None:
    entries = locked(name)

    assert sorted({canonical(each) for each in wanted} - entries.keys()) == []
    assert [entry for entry in entries.values() if "==" not in entry or "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", ["lab.txt", "dev.txt"])
def test_a_lock_names_no_host_and_no_path(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text()

    assert (
        re.findall(r"^.*(?:://|--index-url|--find-links|--trusted-host|@ | /).*$", text, re.MULTILINE) == []
    )


def test_what_the_lab_runs_with_is_what_its_tests_run_with() -> None:
    lab, dev = (
        {package: entry.split()[0] for package, entry in locked(name).items()}
        for name in ("lab.txt", "dev.txt")
    )

    assert lab == {package: entry for package, entry in dev.items() if package in lab}
