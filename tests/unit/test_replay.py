"""The story is played in order, ends where a step does not pass, and is always cleaned up."""

from __future__ import annotations

from contextlib import contextmanager

import pytest

from lab import replay
from lab.errors import ContainerFailed, LabError, SpecError
from lab.events import Part, RunFinished, RunStarted, ScenarioFinished, ScenarioStarted, StepFinished
from lab.spec.config import LabConfig
from lab.spec.plan import plan
from lab.spec.reading import parse_scenario
from lab.verdict import Verdict
from tests.fakes import FakeContainers, FakeShell, ListJournal, completed, fake_host

TOPOLOGY = plan(LabConfig())

STORY = """
name: story
steps:
  - {name: one, run: first}
  - {name: two, run: second}
  - {name: three, run: third}
cleanup:
  - {name: tidy, run: broom}
  - {name: tidier, run: mop}
"""


class Lab:
    """A lab in which the commands named in *bad* fail, and those in *raising* raise."""

    def __init__(self, bad=(), raising=None):
        self.bad, self.raising = set(bad), raising or {}
        self.typed: list[str] = []
        self.containers = FakeContainers(self._answer, anything_stands=True)
        self.host = fake_host(containers=self.containers)
        self.journal = ListJournal()

    def _answer(self, call):
        line = call.argv[-1] if "bash" in call.argv else " ".join(call.argv[call.argv.index("kubectl") + 1 :])
        if "bash" in call.argv or line.startswith(("apply", "delete")):
            self.typed.append(line)
        if line in self.raising:
            raise self.raising[line]
        return completed("said " + line, exit_code=1 if line in self.bad else 0)

    def play(self, text=STORY, **options):
        scenario = parse_scenario(text, "story.yaml")
        return replay.run([scenario], TOPOLOGY, self.host, self.journal, **options)

    @property
    def finished(self):
        return [event for event in self.journal.events if isinstance(event, StepFinished)]

    @property
    def verdicts(self):
        return {event.step: str(event.judgement.verdict) for event in self.finished}


def test_steps_run_in_order_then_the_cleanup():
    lab = Lab()

    assert lab.play()
    assert lab.typed == ["first", "second", "third", "broom", "mop"]
    assert isinstance(lab.journal.events[1], ScenarioStarted)
    assert lab.journal.events[-2] == ScenarioFinished("story", held=True, at=lab.host.clock.now())


def test_an_endless_output_is_judged_whole_and_kept_in_part():
    lab = Lab()
    said = "begin " + "x" * 200_000 + " needle " + "x" * 200_000 + " end"
    lab.containers.answer = lambda _: completed(said)

    assert lab.play("name: a\nsteps: [{name: b, run: c, expect: {says: needle}}]")
    kept = lab.finished[0].seen.detail
    assert len(kept) < 70_000
    assert (kept[:5], kept[-3:]) == ("begin", "end")
    assert "characters are left out here" in kept


def test_a_step_that_fails_ends_the_story_but_not_the_cleanup():
    lab = Lab(bad=["second"])

    assert not lab.play()
    assert lab.typed == ["first", "second", "broom", "mop"]
    assert lab.verdicts == {
        "one": "passed",
        "two": "failed",
        "three": "skipped",
        "tidy": "passed",
        "tidier": "passed",
    }


def test_an_engine_that_fails_is_an_error_of_the_step_not_a_crash():
    lab = Lab(raising={"second": ContainerFailed("container lab-workstation is gone")})

    assert not lab.play()
    assert lab.finished[1].judgement.verdict is Verdict.ERRORED
    assert lab.finished[1].judgement.reason == "container lab-workstation is gone"
    assert lab.finished[1].seen is None
    assert lab.typed[-2:] == ["broom", "mop"]


def test_every_cleanup_step_is_tried_and_one_that_fails_is_told():
    lab = Lab(bad=["broom"])

    assert not lab.play()
    assert lab.typed[-2:] == ["broom", "mop"]
    assert lab.verdicts["tidy"] == "failed"


def test_an_interrupt_is_recorded_cleaned_up_after_and_passed_on():
    lab = Lab(raising={"second": KeyboardInterrupt()})

    with pytest.raises(KeyboardInterrupt):
        lab.play()

    assert lab.verdicts["two"] == "errored"
    assert lab.finished[1].judgement.reason == "interrupted"
    assert lab.verdicts["three"] == "skipped"
    assert lab.typed == ["first", "second", "broom", "mop"]
    assert lab.journal.events[-2] == ScenarioFinished("story", held=False, at=lab.host.clock.now())


def test_a_second_interrupt_ends_the_cleanup_with_the_journal_complete():
    lab = Lab(raising={"second": KeyboardInterrupt(), "broom": KeyboardInterrupt()})

    with pytest.raises(KeyboardInterrupt):
        lab.play()

    assert lab.typed == ["first", "second", "broom"]
    assert lab.verdicts["tidy"] == "errored"
    assert isinstance(lab.journal.events[-2], ScenarioFinished)


def test_a_bug_of_ours_escapes_after_the_cleanup():
    lab = Lab(raising={"first": ZeroDivisionError()})

    with pytest.raises(ZeroDivisionError):
        lab.play()

    assert lab.typed == ["first", "broom", "mop"]


APPLIED = """
name: applied
steps:
  - {name: a, apply: {manifest: "kind: A"}}
  - {name: b, apply: {manifest: "kind: B"}}
  - {name: c, run: bad}
cleanup:
  - {name: tidy, run: broom}
"""


def test_what_was_applied_is_deleted_last_first_before_the_cleanup():
    lab = Lab(bad=["bad"])
    lab.play(APPLIED)

    deleted = [call.stdin for call in lab.containers.execs if "delete" in call.argv]
    assert deleted == ["kind: B", "kind: A"]
    assert lab.typed[-1] == "broom"
    assert [event.step for event in lab.finished if event.part is Part.CLEANUP] == [
        "delete what 'b' applied",
        "delete what 'a' applied",
        "tidy",
    ]


def test_keep_leaves_everything_standing():
    lab = Lab()

    assert lab.play(APPLIED, keep=True)
    assert [call for call in lab.containers.execs if "delete" in call.argv] == []
    assert "broom" not in lab.typed


def test_only_one_step_is_played_and_the_others_are_skipped():
    lab = Lab()

    assert lab.play(only="two")
    assert lab.typed == ["second", "broom", "mop"]
    assert lab.finished[0].judgement.reason == "not selected"


def test_starting_from_a_step_leaves_out_those_before_it():
    lab = Lab()

    assert lab.play(start_from="two")
    assert lab.typed[:2] == ["second", "third"]


@pytest.mark.parametrize("option", ["only", "start_from"])
def test_a_step_that_is_not_there_cannot_be_selected(option):
    lab = Lab()

    with pytest.raises(SpecError, match="unknown step 'four'; known: one, two, three"):
        lab.play(**{option: "four"})
    assert lab.typed == []


NEEDY = STORY + "needs: {names: [lecun.test]}\n"


class Needs:
    def __init__(self, lab, entering=None, leaving=None):
        self.lab, self.entering, self.leaving = lab, entering, leaving

    @contextmanager
    def __call__(self, scenario):
        if self.entering:
            raise self.entering
        self.lab.typed.append(f"prepare {scenario.name}")
        try:
            yield
        finally:
            self.lab.typed.append("put back")
            if self.leaving:
                raise self.leaving


def test_what_is_needed_is_prepared_first_and_put_back_last():
    lab = Lab(bad=["second"])
    lab.play(NEEDY, prepare=Needs(lab))

    assert lab.typed == ["prepare story", "first", "second", "broom", "mop", "put back"]


def test_a_need_that_cannot_be_met_is_an_error_and_nothing_is_played():
    lab = Lab()

    assert not lab.play(NEEDY, prepare=Needs(lab, entering=LabError("no disk")))
    assert lab.typed == []
    assert lab.finished[0].part is Part.PREPARE
    assert lab.finished[0].judgement.reason == "no disk"
    assert set(list(lab.verdicts.values())[1:]) == {"skipped"}


def test_a_need_that_is_written_wrong_is_the_user_s_problem():
    lab = Lab()

    with pytest.raises(SpecError, match=r"zone\.db:3"):
        lab.play(NEEDY, prepare=Needs(lab, entering=SpecError(["zone.db:3: no record"])))

    assert lab.typed == []
    assert set(list(lab.verdicts.values())[1:]) == {"skipped"}
    assert isinstance(lab.journal.events[-2], ScenarioFinished)


class FullDisk(ListJournal):
    """Takes so many events and no more."""

    def __init__(self, room):
        super().__init__()
        self.room = room

    def record(self, event):
        if len(self.events) == self.room:
            raise LabError("events.jsonl: the journal cannot be written: No space left on device")
        super().record(event)


@pytest.mark.parametrize("room", range(2, 12))
def test_a_full_disk_does_not_keep_the_cleanup_from_running(room):
    lab = Lab()
    lab.journal = FullDisk(room)

    with pytest.raises(LabError, match="No space left"):
        lab.play()

    assert [line for line in ("broom", "mop") if line in lab.typed] == ["broom", "mop"]


def test_a_need_that_cannot_be_put_back_is_told():
    lab = Lab()

    assert not lab.play(NEEDY, prepare=Needs(lab, leaving=LabError("stuck")))
    assert lab.finished[-1].judgement.reason == "stuck"


def test_a_scenario_that_needs_nothing_is_not_prepared():
    lab = Lab()

    assert lab.play(prepare=Needs(lab))
    assert "prepare story" not in lab.typed


def scenarios(tmp_path, **texts):
    for name, text in texts.items():
        (tmp_path / f"{name}.yaml").write_text(text)
    return [parse_scenario(text, str(tmp_path / f"{name}.yaml")) for name, text in texts.items()]


def one(name, needs=""):
    return f"name: {name}\n{needs}steps: [{{name: only, run: {name}}}]\n"


def test_a_run_is_framed_and_holds_when_every_scenario_does(tmp_path):
    lab = Lab()
    stories = scenarios(tmp_path, a=one("a"), b=one("b", "needs: {scenarios: [a.yaml]}\n"))

    assert replay.run(stories, TOPOLOGY, lab.host, lab.journal)
    assert lab.typed == ["a", "b"]
    assert isinstance(lab.journal.events[0], RunStarted)
    assert lab.journal.events[-1] == RunFinished(interrupted=False, at=lab.host.clock.now())


def test_a_scenario_whose_groundwork_did_not_hold_is_skipped(tmp_path):
    lab = Lab(bad=["a"])
    stories = scenarios(tmp_path, a=one("a"), b=one("b", "needs: {scenarios: [a.yaml]}\n"), c=one("c"))

    assert not replay.run(stories, TOPOLOGY, lab.host, lab.journal)
    assert lab.typed == ["a", "c"]
    assert lab.finished[1].judgement.reason == "a.yaml did not hold"


def test_an_interrupted_run_says_so(tmp_path):
    lab = Lab(raising={"a": KeyboardInterrupt()})

    with pytest.raises(KeyboardInterrupt):
        replay.run(scenarios(tmp_path, a=one("a"), b=one("b")), TOPOLOGY, lab.host, lab.journal)

    assert lab.journal.events[-1] == RunFinished(interrupted=True, at=lab.host.clock.now())
    assert lab.typed == ["a"]


def test_replay_never_runs_a_program_on_the_host():
    lab = Lab()
    lab.play()

    assert isinstance(lab.host.shell, FakeShell)
    assert lab.host.shell.calls == []
