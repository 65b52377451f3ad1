from __future__ import annotations

import gzip
import importlib.util
import struct
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def digits() -> ModuleType:
    spec = importlib.util.spec_from_file_location("digits", ROOT / "images" / "workstation" / "digits.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_files_are_mnist_s(digits: ModuleType, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(digits, "TRAIN", 2)
    files = digits.make([(7, [16] * 64), (3, [0] * 64), (5, [8] * 64)])

    plain = {name: gzip.decompress(content) for name, content in files.items()}
    assert struct.unpack(">4I", plain["train-images-idx3-ubyte.gz"][:16]) == (2051, 2 * 8, 28, 28)
    assert struct.unpack(">2I", plain["train-labels-idx1-ubyte.gz"][:8]) == (2049, 2 * 8)
    assert plain["t10k-labels-idx1-ubyte.gz"][8:] == bytes([5])
    assert len(plain["t10k-images-idx3-ubyte.gz"]) == 16 + 784


def test_the_same_digits_give_the_same_files(digits: ModuleType):
    made = [digits.make([(1, list(range(16)) * 4)]) for _ in range(2)]

    assert made[0] == made[1]


def test_a_digit_is_enlarged_with_a_margin_and_keeps_its_shades(digits: ModuleType):
    image = digits.enlarge([16] + [0] * 63)

    assert image[4 * 28 + 4] == 255
    assert image[23 * 28 + 23] == 0
    assert not any(image[: 4 * 28])


def test_a_shift_moves_every_point(digits: ModuleType):
    image = bytearray(784)
    image[10 * 28 + 10] = 9

    moved = digits.shift(bytes(image), 1, -1)

    assert moved[9 * 28 + 11] == 9
    assert sum(moved) == 9
    assert digits.shift(bytes(image), 0, 0) == bytes(image)


def test_scikit_learn_s_table_is_read(digits: ModuleType):
    row = ",".join(["0"] * 63 + ["16", "4"])

    assert digits.read(gzip.compress(f"{row}\n".encode())) == [(4, [0] * 63 + [16])]
