"""Whose names the lab's registry can answer for: what images can be called by, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.builds.reference import parse_reference
from lab.errors import LabError, SpecError
from lab.spec import front
from lab.spec.config import LabConfig
from lab.spec.reading import config_from, read_config
from lab.spec.registries import prefix

SOUND = [
    "docker.io",
    "gcr.io",
    "quay.io",
    "registry.k8s.io",
    "ghcr.io",
    "k8s.gcr.io",
    "localhost",
    "localhost:5000",
    "registry:5000",
    "registry.test:5000",
    "quay.io:443",
    "192.0.2.7",
    "192.0.2.7:5000",
    "[2001:db8::1]",
    "[2001:db8::1]:5000",
    "[::1]:5000",
    "a-b.c-d.test",
    "0.test",
    "xn--mller-kva.test",
    "a.test:1",
    "a.test:65535",
    f"{'a' * 63}.test",
]

ELSE = "write a host, or host:port, as in quay.io or registry.test:5000"
WRONG = [
    ("https://quay.io", "has a scheme, and a registry is called by its host alone; write quay.io"),
    ("http://registry.test:5000/", "has a scheme, and a registry is called by its host alone; write registry.test:5000"),
    ("oci://quay.io/a", "has a scheme, and a registry is called by its host alone; write quay.io"),
    ("https://", f"has a scheme, and a registry is called by its host alone; {ELSE}"),
    ("ghcr.io/v2", "has a path, and a registry is called by its host alone; write ghcr.io"),
    ("quay.io/", "has a path, and a registry is called by its host alone; write quay.io"),
    ("/quay.io", f"has a path, and a registry is called by its host alone; {ELSE}"),
    ("gcr.io/kubeflow-ci", "has a path, and a registry is called by its host alone; write gcr.io"),
    ("../../etc", f"has a path, and a registry is called by its host alone; {ELSE}"),
    ("GCR.io", "has capital letters, and containerd looks for the name as it is written; write gcr.io"),
    ("[2001:DB8::1]", "has capital letters, and containerd looks for the name as it is written; write [2001:db8::1]"),
    ("quay.io.", "is no registry's name; write quay.io"),
    ("quay.io.:5000", "is no registry's name; write quay.io:5000"),
    ("quay.io:", "is no registry's name; write quay.io"),
    (" quay.io", "is no registry's name; write quay.io"),
    ("quay.io ", "is no registry's name; write quay.io"),
    ("user@quay.io", "is no registry's name; write quay.io"),
    ("quay.io:http", f"is no registry's name; {ELSE}"),
    ("quay..io", f"is no registry's name; {ELSE}"),
    ("-quay.io", f"is no registry's name; {ELSE}"),
    ("quay-.io", f"is no registry's name; {ELSE}"),
    ("my_registry:5000", f"is no registry's name; {ELSE}"),
    ("müller.test", f"is no registry's name; {ELSE}"),
    ("quay io", f"is no registry's name; {ELSE}"),
    ("quay.io\n", "is no registry's name; write quay.io"),
    ("quay.io,gcr.io", f"is no registry's name; {ELSE}"),
    ("..", f"is no registry's name; {ELSE}"),
    (".", f"is no registry's name; {ELSE}"),
    ("", f"is no registry's name; {ELSE}"),
    ("::1", "is no registry's name; write [::1]"),
    ("2001:db8::1", "is no registry's name; write [2001:db8::1]"),
    ("[2001:db8::1", f"is no registry's name; {ELSE}"),
    ("[::1]:", "is no registry's name; write [::1]"),
    ("[1:2]", f"is no IPv6 address; {ELSE}"),
    ("[:::]", f"is no IPv6 address; {ELSE}"),
    ("[fe80::1%eth0]", f"is no registry's name; {ELSE}"),
    ("*", f"stands for many, and each registry is called by its own name; {ELSE}"),
    ("*.quay.io", "stands for many, and each registry is called by its own name; write quay.io"),
    ("_default", f"stands for many, and each registry is called by its own name; {ELSE}"),
    ("quay.io:0", f"has the port 0, and ports go from 1 to 65535; {ELSE}"),
    ("quay.io:65536", f"has the port 65536, and ports go from 1 to 65535; {ELSE}"),
    ("quay.io:05000", f"has the port 05000, and ports go from 1 to 65535; {ELSE}"),
    ("registry", f"has neither dot nor port, so images with it are Docker Hub's; {ELSE}"),
    ("index.docker.io", "is Docker Hub, whose images are called docker.io/...; write docker.io"),
    ("registry-1.docker.io", "is Docker Hub, whose images are called docker.io/...; write docker.io"),
    ("https://index.docker.io/v1/", "has a scheme, and a registry is called by its host alone; write docker.io"),
    ("https://hub.docker.com", "has a scheme, and a registry is called by its host alone; write docker.io"),
    (f"{'a' * 64}.test", f"is too long for a host's name (253 characters, 63 between two dots); {ELSE}"),
    (".".join(["a" * 60] * 5), f"is too long for a host's name (253 characters, 63 between two dots); {ELSE}"),
]  # fmt: skip


@pytest.mark.parametrize("name", SOUND)
def test_an_image_can_be_called_by_it(name):
    assert LabConfig(mirrors=(name,)).mirrors == (name,)
    assert parse_reference(f"{name}/a/b:1").registry == name


@pytest.mark.parametrize(("name", "said"), WRONG)
def test_anything_else_is_told_with_what_to_write_instead(name, said):
    with pytest.raises(SpecError) as caught:
        config_from({"mirrors": ["quay.test", name]}, "lab.yaml")

    assert caught.value.problems == (f"lab.yaml: mirrors: {name!r} {said}",)


@pytest.mark.parametrize(("name", "said"), [one for one in WRONG if "; write a host" not in one[1]])
def test_what_to_write_instead_is_taken(name, said):
    instead = said.rpartition("; write ")[2]

    assert LabConfig(mirrors=(instead,)).mirrors == (instead,)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["quay.io", "gcr.io", "quay.io"], "'quay.io' is there twice; take one of them out"),
        (
            ["[2001:db8::1]:5000", "[2001:db8::1:5000]"],
            "'[2001:db8::1]:5000' and '[2001:db8::1:5000]' would have one place in the lab's registry; leave one out",
        ),
    ],
)
def test_two_of_one_place_are_one_too_many(names, said):
    with pytest.raises(SpecError) as caught:
        config_from({"mirrors": names}, "lab.yaml")

    assert caught.value.problems == (f"lab.yaml: mirrors: {said}",)


def test_a_file_has_each_problem_at_its_line(tmp_path):
    (tmp_path / "lab.yaml").write_text(
        "name: lab\nmirrors:\n  - quay.io\n  - https://gcr.io\n  - ghcr.io/v2\n"
    )

    with pytest.raises(SpecError) as caught:
        read_config(tmp_path / "lab.yaml")

    assert [problem.partition(": ")[0] for problem in caught.value.problems] == [
        f"{tmp_path}/lab.yaml:4:5",
        f"{tmp_path}/lab.yaml:5:5",
    ]


def test_none_at_all_is_a_choice():
    assert LabConfig(mirrors=()).mirrors == ()


def test_tls_is_for_names_of_the_standard_port():
    assert list(front.names(SOUND)) == [
        name for name in SOUND if "." in name and ":" not in name and name != "192.0.2.7"
    ]


@given(st.text(alphabet="aZ0.-:/[]@*_ \n", max_size=20))
def test_what_is_taken_is_what_images_can_have(text):
    try:
        (taken,) = config_from({"mirrors": [text]}, "lab.yaml").mirrors
    except SpecError as error:
        assert len(error.problems) == 1  # noqa: PT017 - either end is right
        return
    assert parse_reference(f"{taken}/a").registry == taken
    assert prefix(taken)
    with pytest.raises(LabError):
        parse_reference(f"{prefix(taken)}//a")
