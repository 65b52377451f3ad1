"""`lab images build` leaves every stand-in in the store, so that no delivery waits for the engine."""

from __future__ import annotations

import json
from pathlib import Path

from lab.cli import images
from tests.fakes import completed
from tests.unit.builds.archives import CONFIG, LAYERS, oci, sha

NAME = "site.test/me/it:1"


def engine(argv: tuple[str, ...]):
    if argv[:3] == ("docker", "image", "ls"):
        assert "--filter=label=airgap-lab.stand-in" in argv
        return completed(f"{NAME}\n")
    if argv[:3] == ("docker", "image", "inspect"):
        return completed(f"{sha(CONFIG)} {' '.join(map(sha, LAYERS))}\n")
    for path, content in oci(name=NAME).items():
        (Path(argv[6]) / path).parent.mkdir(parents=True, exist_ok=True)
        (Path(argv[6]) / path).write_bytes(content)
    return completed()


def test_a_build_takes_the_stand_ins_out_of_the_engine_once(lab, shell, monkeypatch):
    monkeypatch.setattr(images, "ensure", lambda *_, **__: "airgap-lab/node:latest")
    monkeypatch.setattr("platform.machine", lambda: "x86_64")
    shell.answer = engine

    first, second = lab("images", "build"), lab("images", "build")

    assert (first.code, second.code) == (0, 0)
    assert f"taking out of the engine: {NAME}" in first.err + first.out
    assert "taking" not in second.err + second.out
    (listed,) = json.loads(lab("images", "list", "--json").out)
    assert (listed["reference"], listed["loaded"]) == (NAME, False)
