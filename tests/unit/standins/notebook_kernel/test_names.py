"""TensorFlow gets its old names when it is imported; here it is a package of a few lines."""

from __future__ import annotations

import importlib
import logging
import sys
import textwrap

import pytest

from notebook_kernel import names

PACKAGE = {
    "tensorflow/__init__.py": """
        from . import compat
        ran = True
        def constant(value): return ("eager", value)
        def function(): return "new"
        class keras: whose = "new"
        """,
    "tensorflow/compat/__init__.py": "from . import v1",
    "tensorflow/compat/v1.py": """
        import logging
        turned_off = []
        def disable_v2_behavior():
            logging.getLogger("tensorflow").warning("will go some day")
            turned_off.append(True)
        def constant(value): return ("graph", value)
        class Session: pass
        class keras: whose = "old"
        _hidden = 1
        """,
}


@pytest.fixture
def tensorflow(tmp_path, monkeypatch):
    """The package on the path, and nothing of it left afterwards."""
    for name, text in PACKAGE.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(textwrap.dedent(text))
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    importlib.invalidate_caches()
    yield tmp_path
    for name in [one for one in sys.modules if one.partition(".")[0] == "tensorflow"]:
        del sys.modules[name]


def test_without_it_the_names_are_the_new_ones(tensorflow):
    module = importlib.import_module("tensorflow")

    assert not hasattr(module, "Session")
    assert module.constant(1) == ("eager", 1)


def test_the_old_names_come_with_the_import(tensorflow):
    names.wait()

    module = importlib.import_module("tensorflow")

    assert module.Session is module.compat.v1.Session
    assert module.constant(1) == ("graph", 1)
    assert module.compat.v1.turned_off == [True]


def test_names_that_version_1_has_not_stay(tensorflow):
    names.wait()

    module = importlib.import_module("tensorflow")

    assert module.function() == "new"
    assert module.keras.whose == "new"
    assert not hasattr(module, "_hidden")


def test_nothing_is_imported_before_it_is_asked_for(tensorflow):
    names.wait()

    importlib.import_module("textwrap")

    assert "tensorflow" not in sys.modules


def test_what_is_turned_off_makes_no_noise(tensorflow, caplog):
    logger = logging.getLogger("tensorflow")
    before = logger.level
    names.wait()

    importlib.import_module("tensorflow")

    assert not caplog.records
    assert logger.level == before


def test_a_second_import_is_the_same_module(tensorflow):
    names.wait()
    first = importlib.import_module("tensorflow")

    assert importlib.import_module("tensorflow") is first
    assert first.compat.v1.turned_off == [True]


def test_where_there_is_none_it_is_missing_as_ever(tensorflow):
    (tensorflow / "tensorflow/__init__.py").unlink()
    for folder in sorted(tensorflow.rglob("*"), reverse=True):
        folder.rmdir() if folder.is_dir() else folder.unlink()
    importlib.invalidate_caches()
    names.wait()

    with pytest.raises(ModuleNotFoundError, match="tensorflow"):
        importlib.import_module("tensorflow")


def test_the_module_can_say_where_it_comes_from(tensorflow):
    names.wait()
    module = importlib.import_module("tensorflow")

    assert module.__spec__.loader.get_filename("tensorflow") == module.__file__
