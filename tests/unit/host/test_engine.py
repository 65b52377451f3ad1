"""The SDK's errors stop at the door, and become ours."""

from __future__ import annotations

import inspect
import io
import tarfile

import docker.errors
import pytest
import requests

from lab import errors
from lab.errors import ContainerFailed, LabError, ToolMissing
from lab.host import creation, inspected
from lab.host.engine import DockerContainers
from lab.host.engine_errors import translated

THEIRS = [one for _, one in inspect.getmembers(docker.errors, inspect.isclass) if issubclass(one, Exception)]
OURS = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, LabError)]


def an_instance(kind):
    """Fill in whatever the constructor asks for."""
    if "__init__" not in vars(kind) and kind.__init__ is Exception.__init__:
        return kind("boom")
    needed = [
        one
        for one in list(inspect.signature(kind.__init__).parameters.values())[1:]
        if one.default is one.empty and one.kind is one.POSITIONAL_OR_KEYWORD
    ]
    return kind(*["boom" for _ in needed] or ["boom"])


def test_there_are_some():
    assert docker.errors.APIError in THEIRS
    assert docker.errors.StreamParseError in THEIRS
    assert len(OURS) >= 6


@pytest.mark.parametrize("theirs", THEIRS, ids=lambda one: one.__name__)
def test_every_error_of_the_sdk_is_translated(theirs):
    with pytest.raises(ContainerFailed, match=r"^container x: .*boom") as caught, translated("container x"):
        raise an_instance(theirs)

    assert isinstance(caught.value.__cause__, theirs)


@pytest.mark.parametrize(
    "error",
    [
        requests.ConnectionError("boom"),
        requests.ReadTimeout("boom"),
        ConnectionResetError("boom"),
        TimeoutError("boom"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_an_engine_that_goes_away_is_one_message(error):
    with pytest.raises(ContainerFailed, match="the container engine stopped answering"), translated("x"):
        raise error


def test_what_the_engine_explains_is_told():
    error = docker.errors.APIError("500 Server Error", explanation="no space left on device")

    with pytest.raises(ContainerFailed, match=r"^x: no space left on device$"), translated("x"):
        raise error


@pytest.mark.parametrize("error", [ToolMissing("gone"), KeyError("bug")])
def test_our_own_errors_and_our_bugs_pass(error):
    with pytest.raises(type(error)) as caught, translated("x"):
        raise error

    assert caught.value is error


@pytest.mark.parametrize("ours", OURS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("theirs", THEIRS, ids=lambda one: one.__name__)
def test_none_of_ours_is_one_of_theirs(ours, theirs):
    assert not issubclass(ours, theirs)


@pytest.mark.parametrize(
    "error",
    [
        docker.errors.DockerException("boom"),
        docker.errors.TLSParameterError("boom"),
        ConnectionRefusedError("boom"),
    ],
    ids=lambda one: type(one).__name__,
)
def test_an_engine_that_is_not_there_is_told_when_it_is_needed(monkeypatch, error):
    def refuse(**_):
        raise error

    monkeypatch.setattr(docker, "from_env", refuse)

    containers = DockerContainers()

    with pytest.raises(
        ToolMissing, match=r"^no container engine answers at \S+ \(boom.*\); `lab doctor` says why$"
    ):
        containers.subnets()


def test_files_are_packed_with_their_places_and_scripts_may_be_run():
    packed = creation.archive({"/etc/lab/a.json": b"{}", "/usr/local/bin/b": b"#!/bin/sh\n"})

    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        found = {one.name: (oct(one.mode), archive.extractfile(one).read()) for one in archive}
    assert found == {"etc/lab/a.json": ("0o644", b"{}"), "usr/local/bin/b": ("0o755", b"#!/bin/sh\n")}


def test_a_restart_is_another_namespace():
    def sharer(started):
        return {"Id": "0123456789abcdef", "State": {"StartedAt": started}}

    assert inspected.namespace(sharer("10:00")) == inspected.namespace(sharer("10:00"))
    assert inspected.namespace(sharer("10:00")) != inspected.namespace(sharer("10:01"))
    assert inspected.namespace(None) == ""
