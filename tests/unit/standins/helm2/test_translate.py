from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helm2.translate import Call, translate


def called(line: str) -> Call:
    return translate(shlex.split(line), lambda: "hasty-koala")


def test_the_document_s_line_gets_a_name():
    call = called("install . --set nfs.server=10.142.18.191 --set nfs.path=/opt/nfs")

    assert call == Call(
        argv=(
            "install", "hasty-koala", ".", "--set", "nfs.server=10.142.18.191", "--set", "nfs.path=/opt/nfs",
        ),
        release="hasty-koala",
        status=("status", "hasty-koala", "--show-resources"),
        made_up=True,
    )  # fmt: skip


@pytest.mark.parametrize("naming", ["--name shelf", "--name=shelf", "-n shelf"])
def test_a_given_name_is_kept(naming: str):
    call = called(f"install {naming} .")

    assert (call.argv, call.release, call.made_up) == (("install", "shelf", "."), "shelf", False)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("install . --timeout 300", "install hasty-koala . --timeout 300s"),
        ("install . --timeout=300", "install hasty-koala . --timeout=300s"),
        ("install . --timeout 5m", "install hasty-koala . --timeout 5m"),
        ("delete --purge hasty-koala", "uninstall hasty-koala"),
        ("delete hasty-koala --purge --timeout 9", "uninstall hasty-koala --timeout 9s"),
        ("del hasty-koala", "uninstall hasty-koala"),
        ("--kubeconfig /a install -f v.yaml .", "install hasty-koala . --kubeconfig /a -f v.yaml"),
    ],
)
def test_what_helm_2_says_otherwise_is_said_anew(typed: str, meant: str):
    assert called(typed).argv == tuple(shlex.split(meant))


@pytest.mark.parametrize(
    "line",
    [
        "",
        "ls",
        "list --all",
        "version",
        "install shelf . --set a=b",
        "install shelf . -n other",
        "install . --generate-name",
        "install . -g",
        "install --help",
        "install . --help",
        "uninstall shelf",
        "status shelf",
        "get delete --purge",
    ],
)
def test_what_is_not_of_helm_2_alone_is_left_as_it_is(line: str):
    assert called(line) == Call(tuple(shlex.split(line)))


@pytest.mark.parametrize("option", ["--dry-run", "--debug", "-o json", "--output=yaml"])
def test_what_was_asked_for_is_shown_as_it_comes(option: str):
    call = called(f"install . {option}")

    assert call.release is None
    assert call.argv[:3] == ("install", "hasty-koala", ".")


def test_the_release_is_looked_for_where_it_was_put():
    call = called("install . --namespace tools --kube-context lab --set a=b")

    assert call.status == (
        "status", "hasty-koala", "--show-resources", "--namespace", "tools", "--kube-context", "lab",
    )  # fmt: skip


OPTIONS = st.sampled_from(["--set a=b", "--set=c=d", "--wait", "-f v.yaml", "--version 1.2", "--atomic"])


@given(st.lists(OPTIONS), st.lists(OPTIONS))
def test_options_keep_their_values_and_order_wherever_they_stand(before: list[str], after: list[str]):
    call = called(" ".join([*before, "install", *after, "."]))

    assert call.argv == ("install", "hasty-koala", ".", *" ".join([*before, *after]).split())
