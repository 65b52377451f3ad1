"""The protocol's messages and stub, without TensorFlow: they lie inside it, and it takes seconds to load."""

from __future__ import annotations

import importlib.util
import sys
from types import ModuleType
from typing import Any


def protocol() -> tuple[Any, Any, Any]:
    """Return the modules of requests, of the service's stub and of tensors' types."""
    _open_package("tensorflow")
    from tensorflow.core.framework import types_pb2  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415
    from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415

    return predict_pb2, prediction_service_pb2_grpc, types_pb2


def _open_package(name: str) -> None:
    """Have the package *name* importable from, and its own code not run."""
    found = importlib.util.find_spec(name)
    if name in sys.modules or found is None or found.submodule_search_locations is None:
        return
    package = ModuleType(name)
    package.__path__ = list(found.submodule_search_locations)
    sys.modules[name] = package
