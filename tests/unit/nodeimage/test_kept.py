from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.nodeimage.kept import digest, folder_digest, whole


def test_a_result_is_there_when_the_block_ends_well(tmp_path: Path):
    kept = tmp_path / "node" / "thing"
    with whole(kept) as out:
        (out / "program").write_text("whole")
        assert not kept.exists()

    assert (kept / "program").read_text() == "whole"
    assert [file.name for file in kept.parent.iterdir()] == ["thing"]


def test_a_half_done_result_leaves_nothing(tmp_path: Path):
    def fill_up(out: Path) -> None:
        (out / "program").write_text("ha")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"), whole(tmp_path / "thing") as out:
        fill_up(out)

    assert list(tmp_path.iterdir()) == []


def test_of_two_who_make_the_same_the_first_is_kept(tmp_path: Path):
    kept = tmp_path / "thing"
    with whole(kept) as late:
        (late / "program").write_text("late")
        with whole(kept) as early:
            (early / "program").write_text("early")

    assert (kept / "program").read_text() == "early"
    assert [file.name for file in tmp_path.iterdir()] == ["thing"]


@given(st.lists(st.text()), st.lists(st.text()))
def test_two_lists_share_a_digest_only_if_they_are_equal(one: list[str], other: list[str]):
    assert (digest(one) == digest(other)) == (one == other)


def _folder(place: Path) -> Path:
    (place / "inner").mkdir(parents=True)
    (place / "inner" / "file").write_text("text")
    return place


def test_equal_folders_share_a_digest(tmp_path: Path):
    assert folder_digest(_folder(tmp_path / "one")) == folder_digest(_folder(tmp_path / "other"))


@pytest.mark.parametrize(
    "change",
    [
        lambda folder: (folder / "inner" / "file").write_text("Text"),
        lambda folder: (folder / "inner" / "file").rename(folder / "inner" / "another"),
        lambda folder: (folder / "inner" / "file").rename(folder / "file"),
        lambda folder: (folder / "inner" / "file").chmod(0o755),
        lambda folder: (folder / "empty").touch(),
    ],
    ids=["content", "name", "place", "mode", "one more"],
)
def test_any_change_of_a_folder_shows(tmp_path: Path, change):
    folder = _folder(tmp_path / "one")
    before = folder_digest(folder)
    change(folder)

    assert folder_digest(folder) != before
