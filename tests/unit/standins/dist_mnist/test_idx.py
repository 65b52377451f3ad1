from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytorch_dist_mnist.idx import Idx, read_images, read_labels


def images(count, rows, columns, values, magic=2051):
    return struct.pack(">4I", magic, count, rows, columns) + values


@given(st.integers(0, 5), st.integers(1, 4), st.integers(1, 4), st.data())
def test_pictures_come_back_as_they_were_written(count, rows, columns, data):
    size = count * rows * columns
    values = data.draw(st.binary(min_size=size, max_size=size))

    assert read_images(images(count, rows, columns, values)) == Idx((count, rows, columns), values)


@given(st.binary(max_size=300))
def test_labels_come_back_as_they_were_written(values):
    assert read_labels(struct.pack(">2I", 2049, len(values)) + values) == Idx((len(values),), values)


def test_labels_are_not_taken_for_pictures():
    with pytest.raises(AssertionError, match="IDX magic is 2049, wanted 2051"):
        read_images(images(1, 1, 1, b"x", magic=2049))


def test_pictures_are_not_taken_for_labels():
    with pytest.raises(AssertionError, match="IDX magic is 2051, wanted 2049"):
        read_labels(images(1, 1, 1, b"x"))


def test_a_file_cut_short_is_refused():
    with pytest.raises(AssertionError, match=r"shape \(2, 2, 2\) holds 7 values, wanted 8"):
        read_images(images(2, 2, 2, b"1234567"))


def test_a_page_instead_of_a_set_is_refused():
    with pytest.raises(AssertionError):
        read_images(b"<html>403</html>")


def test_an_empty_file_is_refused():
    with pytest.raises(AssertionError, match="16 bytes, not 0"):
        read_images(b"")
