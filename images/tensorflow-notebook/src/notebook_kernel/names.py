"""Gives TensorFlow its version 1 names (`tf.Session`) and graph mode when it is imported, and not before.

A kernel that imported TensorFlow at its start would be seconds late for those who never use it. So a finder
waits at the head of the import path for the one name, and steps aside when it comes.
"""

from __future__ import annotations

import importlib.util
import logging
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

PACKAGE = "tensorflow"
SEPARATE = frozenset({"keras", "estimator"})
"""Names that stand for packages of their own, which are not in the image: to touch them is to import them."""


class Waiting(MetaPathFinder):
    """Finds TensorFlow once, and has its names set when it has been run."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        if fullname != PACKAGE:
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(fullname)
        finally:
            sys.meta_path.insert(0, self)
        if spec is None or spec.loader is None:
            return None
        spec.loader = Renaming(spec.loader)
        return spec


class Renaming(Loader):
    """Runs the module by the loader that would have, and gives it the old names."""

    def __init__(self, real: Loader) -> None:
        self._real = real

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._real.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._real.exec_module(module)
        adopt(module)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the real one has: resources, sources
        return getattr(self._real, name)


def wait() -> None:
    """Have TensorFlow renamed whenever it comes."""
    sys.meta_path.insert(0, Waiting())


def adopt(tensorflow: Any) -> None:  # noqa: ANN401 - a module without types
    """Turn version 2's behaviour off, and put version 1's names over the module's own."""
    old = tensorflow.compat.v1
    talk = logging.getLogger(PACKAGE)
    level = talk.level
    talk.setLevel(logging.ERROR)  # it warns on every start that what is turned off will go some day
    try:
        old.disable_v2_behavior()
    finally:
        talk.setLevel(level)
    for name, value in list(vars(old).items()):
        if not name.startswith("_") and name not in SEPARATE:
            setattr(tensorflow, name, value)
