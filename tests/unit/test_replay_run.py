"""Scenarios stay for those that need them, and go, last first, when nothing to come does."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from lab import replay
from lab.errors import LabError
from lab.events import ScenarioFinished, ScenarioStarted, StepFinished
from lab.replay.leftovers import SECTION
from lab.report.digest import digest
from lab.spec.config import LabConfig
from lab.spec.order import in_order
from lab.spec.plan import plan
from tests.fakes import FakeContainers, ListJournal, completed, fake_host

TOPOLOGY = plan(LabConfig())


class Lab:
    def __init__(self, folder):
        self.folder = folder
        self.typed: list[str] = []
        self.bad: set[str] = set()
        self.raising: dict[str, BaseException] = {}
        self.host = fake_host(containers=FakeContainers(self._answer, anything_stands=True))
        self.journal = ListJournal()

    def _answer(self, call):
        self.host.clock.pass_time(1)
        line = call.argv[-1] if "bash" in call.argv else " ".join(call.argv)
        if "bash" not in call.argv and "delete" not in call.argv:  # evidence that is looked up
            return completed()
        self.typed.append(line)
        if line in self.raising:
            raise self.raising[line]
        return completed(exit_code=1 if line in self.bad else 0)

    def write(self, name, *needs, extra=""):
        text = (
            f"name: {name}\nneeds: {{scenarios: [{', '.join(f'{need}.yaml' for need in needs)}]}}\n"
            f"steps: [{{name: make, run: {name}}}]\ncleanup: [{{name: unmake, run: no {name}}}]\n"
        )
        (self.folder / f"{name}.yaml").write_text(text + extra)

    def book(self, name, *chapters):
        listed = ", ".join(f"{chapter}.yaml" for chapter in chapters)
        (self.folder / f"{name}.yaml").write_text(
            f"name: {name}\nchapters: [{listed}]\nfindings: [{{lines: 71, text: a token is printed}}]\n"
        )

    def run(self, *names, **options):
        order = in_order([self.folder / f"{name}.yaml" for name in names])
        return replay.run(order, TOPOLOGY, self.host, self.journal, **options)

    def finished(self):
        return {
            event.scenario: event.held for event in self.journal.events if isinstance(event, ScenarioFinished)
        }


@pytest.fixture
def lab(tmp_path):
    return Lab(tmp_path)


def test_those_that_nobody_needs_go_at_once(lab):
    lab.write("a")
    lab.write("b")

    assert lab.run("a", "b")
    assert lab.typed == ["a", "no a", "b", "no b"]


def test_what_is_needed_stays_and_all_goes_in_reverse(lab):
    lab.write("ground")
    lab.write("middle", "ground")
    lab.write("top", "middle")

    assert lab.run("top")
    assert lab.typed == ["ground", "middle", "top", "no top", "no middle", "no ground"]


def test_it_stays_no_longer_than_that(lab):
    lab.write("ground")
    lab.write("left", "ground")
    lab.write("right", "ground")
    lab.write("last")

    assert lab.run("left", "right", "last")
    assert lab.typed == ["ground", "left", "no left", "right", "no right", "no ground", "last", "no last"]


def test_what_stands_on_a_need_that_stays_is_not_pulled_from_under_it(lab):
    """`top` names `middle` alone; `middle` still stands on `ground` while `other` is played."""
    lab.write("ground")
    lab.write("middle", "ground")
    lab.write("other")
    lab.write("top", "middle")

    assert lab.run("middle", "other", "top")
    assert lab.typed[:4] == ["ground", "middle", "other", "no other"]


def test_chapters_are_played_in_the_books_order_and_stay_until_its_end(lab):
    lab.write("b")
    lab.write("a")
    lab.book("book", "b", "a")

    assert lab.run("book")
    assert lab.typed == ["b", "a", "no a", "no b"]
    started = [event for event in lab.journal.events if isinstance(event, ScenarioStarted)]
    assert [(event.scenario, event.chapters, event.steps) for event in started] == [
        ("book", ("b", "a"), 0),
        ("b", (), 1),
        ("a", (), 1),
    ]
    assert [str(one.text) for one in started[0].findings] == ["a token is printed"]
    assert lab.finished() == {"a": True, "b": True, "book": True}
    assert list(lab.finished())[-1] == "book"


def test_a_chapter_that_fails_ends_those_that_need_it_and_no_others(lab):
    lab.write("b")
    lab.write("needy", "b")
    lab.write("free")
    lab.book("book", "b", "needy", "free")
    lab.bad = {"b"}

    assert not lab.run("book")
    assert lab.typed == ["b", "free", "no free", "no b"]
    assert lab.finished() == {"b": False, "needy": False, "free": True, "book": False}
    skipped = next(
        event for event in lab.journal.events if event.event == "step-finished" and event.scenario == "needy"
    )
    assert skipped.judgement.reason == "b.yaml did not hold"


def test_a_cleanup_that_fails_at_the_end_counts(lab):
    lab.write("a")
    lab.write("b")
    lab.book("book", "a", "b")
    lab.bad = {"no a"}

    assert not lab.run("book")
    assert lab.finished() == {"b": True, "a": False, "book": False}


def test_keep_leaves_everything(lab):
    lab.write("a")
    lab.write("b", "a")

    assert lab.run("b", keep=True)
    assert lab.typed == ["a", "b"]


def test_an_interrupt_cleans_up_all_that_stand(lab):
    lab.write("a")
    lab.write("b", "a")
    lab.raising = {"b": KeyboardInterrupt()}

    with pytest.raises(KeyboardInterrupt):
        lab.run("b")

    assert lab.typed == ["a", "b", "no b", "no a"]
    assert lab.finished() == {"b": False, "a": True}


def test_a_second_interrupt_leaves_out_the_other_cleanups(lab):
    lab.write("a")
    lab.write("b", "a")
    lab.raising = {"b": KeyboardInterrupt(), "no b": KeyboardInterrupt()}

    with pytest.raises(KeyboardInterrupt):
        lab.run("b")

    assert lab.typed == ["a", "b", "no b"]
    assert set(lab.finished()) == {"a", "b"}


def test_an_engine_that_fails_in_one_cleanup_does_not_end_the_others(lab):
    lab.write("a")
    lab.write("b", "a")
    lab.raising = {"no b": LabError("gone")}

    assert not lab.run("b")
    assert lab.typed[-1] == "no a"


def test_again_cleans_up_first_and_last_first(lab):
    lab.write("a")
    lab.write("b", "a", extra="")
    lab.folder.joinpath("b.yaml").write_text(
        lab.folder.joinpath("b.yaml")
        .read_text()
        .replace("steps: [", "steps: [{name: objects, apply: {manifest: 'kind: A'}}, ")
    )

    assert lab.run("b", again=True)
    assert "kubectl delete --ignore-not-found" in lab.typed[0]
    assert lab.typed[1:4] == ["no b", "no a", "a"]
    section = digest(lab.journal.events).scenarios[0]
    assert (section.started.scenario, section.held) == (SECTION, True)
    assert [step.step for step in section.steps] == ["delete what 'objects' applied", "unmake", "unmake"]


def test_what_cannot_be_cleaned_up_first_is_told_and_counts(lab):
    lab.write("a")
    lab.bad = {"no a"}

    assert not lab.run("a", again=True)
    assert lab.finished() == {SECTION: False, "a": False}
    assert lab.typed == ["no a", "a", "no a"]


def test_a_chapters_time_is_its_own(lab):
    lab.write("a")
    lab.write("b")
    lab.book("book", "a", "b")
    lab.run("book")

    run = digest(lab.journal.events)
    spent = {played.started.scenario: (played.story, played.cleanup) for played in run.scenarios}
    assert spent["a"] == spent["b"] == (1, 1)
    cleanup = next(step for step in run.scenarios[1].steps if step.step == "unmake")
    assert run.scenarios[1].offset(cleanup) == 1


def test_what_is_needed_is_put_back_only_after_the_cleanup(lab):
    lab.write("a")
    lab.write("b", "a")
    for name in "ab":
        path = lab.folder / f"{name}.yaml"
        path.write_text(path.read_text().replace("needs: {", "needs: {static: true, "))

    @contextmanager
    def prepare(scenario):
        lab.typed.append(f"give {scenario.name}")
        yield
        lab.typed.append(f"take {scenario.name}")

    assert lab.run("b", prepare=prepare)
    assert lab.typed == ["give a", "a", "give b", "b", "no b", "take b", "no a", "take a"]
    assert all(
        event.judgement.reason == "" for event in lab.journal.events if isinstance(event, StepFinished)
    )
