from __future__ import annotations

from pathlib import Path

import pytest

from lab.builds.inputs import Inputs, digest, read_inputs

DOCKERFILE = """\
ARG NODE_IMAGE=airgap-lab/node:latest
FROM ${NODE_IMAGE} AS node

# COPY not/this /x
FROM airgap-lab/base:bookworm AS python
RUN --mount=type=secret,id=apt,target=/x \\
    --mount=type=bind,from=other:1,target=/y \\
    --mount=type=bind,source=images/x/list.txt,target=/z \\
    --mount=type=bind,from=other:1,source=inside,target=/w --mount=type=cache,target=/v \\
    apt-get update \\
 && apt-get install -y python3
FROM python
COPY --from=node /usr/bin/kubectl /usr/bin/
COPY --from=python /a /b
COPY --from=0 /a /c
COPY --chmod=755 images/x/one images/x/two \\
     /usr/local/bin/
COPY lab/part/ /opt/
"""


def test_images_and_paths_are_found_and_stages_are_not_taken_for_images():
    assert read_inputs(DOCKERFILE, {}) == Inputs(
        images=("airgap-lab/node:latest", "airgap-lab/base:bookworm", "other:1"),
        paths=("images/x/list.txt", "images/x/one", "images/x/two", "lab/part/"),
    )


def test_a_given_argument_wins_over_its_default():
    assert read_inputs(DOCKERFILE, {"NODE_IMAGE": "kindest/node:v1"}).images[0] == "kindest/node:v1"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "lab" / "part").mkdir(parents=True)
    (tmp_path / "lab" / "part" / "a.py").write_text("1")
    (tmp_path / "one").write_text("1")
    return tmp_path


def of(root: Path, target: str = "t", dockerfile: str = "FROM b", ids: dict[str, str] | None = None) -> str:
    return digest(root, target, dockerfile, Inputs(("b",), ("lab/part/", "on[e]", "gone")), ids or {"b": "1"})


def test_the_same_inputs_have_the_same_digest(tree: Path):
    before = of(tree)
    (tree / "unrelated").write_text("2")
    (tree / "lab" / "part" / "a.pyc").write_text("2")

    assert before == of(tree)


@pytest.mark.parametrize("what", ["content", "name", "new", "mode", "target", "dockerfile", "base"])
def test_every_kind_of_input_counts(tree: Path, what: str):
    before = of(tree)
    part = tree / "lab" / "part"
    given: dict[str, object] = {}
    match what:
        case "content":
            (part / "a.py").write_text("2")
        case "name":
            (part / "a.py").rename(part / "b.py")
        case "new":
            (part / "c.py").write_text("")
        case "mode":
            (tree / "one").chmod(0o755)
        case "target":
            given["target"] = "other"
        case "dockerfile":
            given["dockerfile"] = "FROM b\nUSER x"
        case "base":
            given["ids"] = {"b": "2"}

    assert before != of(tree, **given)
