from __future__ import annotations

from tests.kind.conftest import before, engine

__all__ = ["before", "engine"]
