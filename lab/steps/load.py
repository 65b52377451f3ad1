"""`load`: have images on nodes, whether or not a pod may pull: what `imagePullPolicy: Never` wants.

The document's site would type `docker load` on each node. Here the bytes travel as every image's do, through
the lab's registry, so that layers which a node has already are neither sent nor unpacked again.
"""

from __future__ import annotations

from lab.builds.deliver import bring
from lab.builds.export import NoImage
from lab.builds.store import gather, open_store
from lab.spec.actions import Load
from lab.spec.scenario import Outcome
from lab.steps import places
from lab.steps.stage import Stage
from lab.verdict import Observation

NOWHERE = (
    "is neither in the engine nor in a loaded archive; nothing was sent: "
    "`lab images build` makes the lab's own, `lab images load ARCHIVE` takes yours"
)


def load(action: Load, stage: Stage, *, timeout: float) -> Observation:
    """Bring what is not there yet; an image that nobody has is an answer (`not-found`), and nothing is sent.

    Raises LabError where a node, the registry or the way between them does not do its part.
    """
    assert stage.cache is not None, "whoever plays scenarios says where images are kept"
    clock = stage.host.clock
    start = clock.monotonic()
    nodes = {places.node(name, stage.topology): name for name in action.to or _names(stage)}
    store = open_store(stage.cache)
    try:
        images = gather(store, stage.host.shell, action.images, say=_unsaid)
    except NoImage as error:
        missing = error.why or "\n".join(f"{reference} {NOWHERE}" for reference in error.references)
        return Observation(Outcome.NOT_FOUND, missing, clock.monotonic() - start)
    made = frozenset(bring(images, store, list(nodes), stage.topology, stage.host, say=_unsaid))
    said = [
        f"{name}: {reference}" + ("" if f"{node}: {reference}" in made else " (was there)")
        for node, name in nodes.items()
        for reference in images
    ]
    passed = clock.monotonic() - start
    outcome = Outcome.SUCCEEDS if passed <= timeout else Outcome.TIMES_OUT
    return Observation(outcome, "\n".join(said), passed)


def _names(stage: Stage) -> list[str]:
    return [node.name for node in stage.topology.cluster.nodes]


def _unsaid(_: str) -> None:
    """What was taken out of the engine, pushed and pulled is no part of a step's output."""
