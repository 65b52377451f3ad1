"""One lab, one hand on it."""

from __future__ import annotations

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


def test_a_folder_that_cannot_be_made_is_one_message(tmp_path):
    (tmp_path / "file").write_text("")

    with (
        pytest.raises(LabError, match=r"^lab 'a': its folder cannot be written: "),
        held(tmp_path / "file" / "lock", "lab 'a'"),
    ):
        pytest.fail("it is held")
