from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incluster import Object, Refused
from nfs_provisioner.loop import Loop, follow, key_of, kind_of
from nfs_provisioner.work import CLAIMS, VOLUMES, Failed

BODY = {"metadata": {"name": "a", "namespace": "default"}}
KEY = "/api/v1/namespaces/default/persistentvolumeclaims/a"


class Stage:
    """A worker that fails as often as it is told to, and a clock that stands still unless moved."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.now = 0.0
        self.done: list[Object] = []
        self.stored: dict[str, Object | Exception] = {KEY: BODY}
        self.loop = Loop({CLAIMS: self.work}, self.read, clock=lambda: self.now)

    def work(self, body: Object) -> None:
        self.done.append(body)
        if self.failures:
            self.failures -= 1
            raise Failed("it did not work")

    def read(self, key: str) -> Object | None:
        found = self.stored.get(key)
        if isinstance(found, Exception):
            raise found
        return found

    def turn(self, *, change: bool = False) -> None:
        """Take a turn that does not wait."""
        if change:
            self.loop.changes.put((CLAIMS, BODY))
        else:
            self.loop.attempts.pause = lambda *_: 0.0  # type: ignore[method-assign]
        self.loop.turn()


def test_a_change_is_given_to_its_worker():
    stage = Stage()
    stage.turn(change=True)

    assert stage.done == [BODY]


def test_what_failed_has_its_next_turn_later_and_as_it_is_then():
    stage = Stage(failures=1)
    stage.turn(change=True)
    stage.stored[KEY] = {**BODY, "changed": True}
    stage.now = 1.0
    stage.loop.changes.put((VOLUMES.replace("volumes", "others"), BODY))
    stage.loop.workers[VOLUMES.replace("volumes", "others")] = lambda _: None  # type: ignore[index]
    stage.loop.turn()

    assert stage.done == [BODY, {**BODY, "changed": True}]
    assert not stage.loop.attempts.waits(KEY)


def test_what_failed_is_not_hurried_by_its_own_changes():
    stage = Stage(failures=1)
    stage.turn(change=True)
    stage.turn(change=True)

    assert len(stage.done) == 1


def test_what_is_gone_by_its_next_turn_is_forgotten():
    stage = Stage(failures=1)
    stage.turn(change=True)
    del stage.stored[KEY]
    stage.now = 1.0
    stage.loop._again(KEY)

    assert len(stage.done) == 1
    assert not stage.loop.attempts.waits(KEY)


def test_what_cannot_be_read_is_tried_again():
    stage = Stage()
    stage.stored[KEY] = Refused("no answer")
    stage.loop._again(KEY)

    assert stage.done == []
    assert stage.loop.attempts.waits(KEY)


@pytest.mark.parametrize("kind", [CLAIMS, VOLUMES, "/apis/storage.k8s.io/v1/storageclasses"])
@given(
    name=st.from_regex(r"\A[a-z0-9.-]{1,30}\Z"), namespace=st.none() | st.from_regex(r"\A[a-z0-9-]{1,30}\Z")
)
def test_an_object_s_path_leads_back_to_its_kind(kind: str, name: str, namespace: str | None):
    body = {"metadata": {"name": name} | ({"namespace": namespace} if namespace else {})}

    assert kind_of(key_of(kind, body)) == kind


def test_paths_are_the_api_server_s():
    assert key_of(CLAIMS, BODY) == KEY
    assert key_of(VOLUMES, {"metadata": {"name": "pvc-x"}}) == "/api/v1/persistentvolumes/pvc-x"


class Enough(Exception):
    pass


def test_a_watch_that_ended_is_begun_anew_and_one_that_broke_off_after_a_pause():
    into: queue.Queue[tuple[str, Object]] = queue.Queue()
    rounds = iter([[BODY], Refused("connection refused"), [BODY, BODY], Enough()])
    slept: list[float] = []

    def changes(_: str) -> Iterator[Object]:
        found = next(rounds)
        if isinstance(found, Exception):
            raise found
        yield from found

    with pytest.raises(Enough):
        follow(CLAIMS, changes, into, slept.append)

    assert into.qsize() == 3
    assert len(slept) == 1
