"""One lab, one hand on it."""

from __future__ import annotations

import errno
import fcntl
import os

import pytest

from lab.errors import LabError
from lab.host.lock import held


def test_the_second_hand_is_told(tmp_path):
    with (
        held(tmp_path / "lock", "lab 'a'"),
        pytest.raises(
            LabError, match=r"^lab 'a': another lab command is changing it now; wait until that has ended$"
        ),
        held(tmp_path / "lock", "lab 'a'"),
    ):
        pytest.fail("two hold it")


def test_another_lab_is_not_in_the_way(tmp_path):
    with held(tmp_path / "a" / "lock", "lab 'a'"), held(tmp_path / "b" / "lock", "lab 'b'"):
        assert (tmp_path / "a" / "lock").exists()


def test_it_is_free_again_however_the_holder_ended(tmp_path):
    with pytest.raises(ZeroDivisionError), held(tmp_path / "lock", "lab 'a'"):
        raise ZeroDivisionError

    with held(tmp_path / "lock", "lab 'a'"):
        pass


def test_the_lock_and_its_folder_go_with_the_holder(tmp_path):
    with pytest.raises(ZeroDivisionError), held(tmp_path / "a" / "lock", "lab 'a'"):
        raise ZeroDivisionError

    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_used_stays(tmp_path):
    with held(tmp_path / "a" / "lock", "lab 'a'"):
        (tmp_path / "a" / "kubeconfig").write_text("")

    assert [file.name for file in (tmp_path / "a").iterdir()] == ["kubeconfig"]


def test_a_lock_that_its_last_holder_removed_meanwhile_is_none(tmp_path, monkeypatch):
    path, flock = tmp_path / "lock", fcntl.flock

    def late(file, how):
        monkeypatch.setattr(fcntl, "flock", flock)
        path.unlink()
        flock(file, how)

    monkeypatch.setattr(fcntl, "flock", late)
    with (
        held(path, "lab 'a'"),
        pytest.raises(LabError, match="another lab command"),
        held(path, "lab 'a'"),
    ):
        pytest.fail("two hold it")


def test_a_full_disk_is_told_before_anything_is_done(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", refuse)
    with (
        pytest.raises(
            LabError, match=r"^lab 'a': its folder \S+/a cannot be written: No space left on device; XDG"
        ),
        held(tmp_path / "a" / "lock", "lab 'a'"),
    ):
        pytest.fail("it is held")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_one_message(tmp_path):
    (tmp_path / "file").write_text("")

    with (
        pytest.raises(
            LabError, match=r"^lab 'a': its folder \S+/file cannot be written: File exists; XDG_STATE_HOME"
        ),
        held(tmp_path / "file" / "lock", "lab 'a'"),
    ):
        pytest.fail("it is held")
