"""Ground for a test's own containers, on the host's engine and apart from every lab."""

from __future__ import annotations

import uuid
from contextlib import contextmanager

import pytest


@contextmanager
def scratch_network(engine):
    """Yield a network without a way out; remove it afterwards, and all that is on it."""
    name = f"airgap-lab-test-{uuid.uuid4().hex[:8]}"
    made = engine.networks.create(name, internal=True, labels={"airgap-lab.test": "1"})
    try:
        yield made
    finally:
        for container in engine.containers.list(all=True, filters={"network": name}):
            container.remove(force=True, v=True)
        made.remove()


def image_for(engine, name):
    """Return the image that stands in for *name*, or skip the test where it is not built."""
    # Without what an earlier build left under no name.
    there = engine.images.list(filters={"label": f"airgap-lab.stand-in={name}", "dangling": False})
    if not there:
        pytest.skip(f"no image stands in for {name}; `lab images build` makes it")
    return there[0]
