"""Up, down and status: the same components, forwards, backwards and asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from lab.components import Component
from lab.errors import LabError
from lab.host.clock import Clock


@dataclass(frozen=True, slots=True)
class Standing:
    """One component's answer. *problem* None: ready."""

    component: str
    problem: str | None


def up(
    stages: Sequence[Sequence[Component]],
    *,
    clock: Clock,
    begin: Callable[[str], None],
    done: Callable[[str, float], None],
) -> None:
    """Bring up one stage after the other; the parts of a stage side by side, the last of them in this thread.

    So the longest stands last: Ctrl-C reaches it. What came up stays on failure: `up` again repairs, `down`
    removes.
    """

    def bring_up(component: Component) -> None:
        begin(component.name)
        start = clock.monotonic()
        try:
            component.up()
        except LabError as error:
            error.add_note(f"while bringing up: {component.name}; `lab up` again goes on, `lab down` removes")
            raise
        done(component.name, clock.monotonic() - start)

    for *others, last in stages:
        with ThreadPoolExecutor(max_workers=len(others) or 1) as pool:
            beside = [pool.submit(bring_up, component) for component in others]
            bring_up(last)
            for future in beside:
                future.result()


def down(components: Sequence[Component], *, begin: Callable[[str], None]) -> None:
    """Take everything down in reverse, trying all of it; then one LabError that lists what failed.

    A bug of ours in one part is no reason to leave the others standing: it is raised at the end.
    """
    failed: list[str] = []
    bugs: list[Exception] = []
    for component in reversed(components):
        begin(component.name)
        try:
            component.down()
        except LabError as error:
            failed.append(f"{component.name}: {error}")
        except Exception as bug:  # noqa: BLE001 - raised again below
            bug.add_note(f"while taking down: {component.name}")
            bugs.append(bug)
    summary = "not everything could be removed:\n" + "\n".join(failed)
    if bugs:
        if failed:
            bugs[0].add_note(summary)
        raise bugs[0]
    if failed:
        raise LabError(summary)


def status(components: Sequence[Component]) -> tuple[Standing, ...]:
    """Ask every component; one that cannot even be asked is not ready, and says why."""
    answers = []
    for component in components:
        try:
            problem = component.check()
        except LabError as error:
            problem = str(error).splitlines()[0]
        answers.append(Standing(component.name, problem))
    return tuple(answers)
