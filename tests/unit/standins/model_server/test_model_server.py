from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_server.flags import BadFlag, Flags, read
from model_server.manager import Manager, NotLoaded
from model_server.refusal import Refusal, check_inputs, chosen, no_servable, no_signature
from model_server.said import line
from model_server.versions import NoBasePath, newest


class Serving:
    """A manager over a real folder; *broken* are the versions that cannot be loaded."""

    def __init__(self, base: Path, broken=()):
        self.base, self.broken, self.said = base, broken, []
        self.manager = Manager("inception", base, self.load, lambda *words: self.said.append(words))

    def load(self, folder: Path) -> str:
        if folder.name in self.broken:
            raise ValueError("no graph\n  in it")
        return f"model {folder.name}"

    def poll(self) -> list[str]:
        """Look once; return what was said, level first."""
        self.said.clear()
        self.manager.poll()
        return [f"{level} {what}" for level, _, what in self.said]

    def add(self, version: str) -> None:
        (self.base / version).mkdir()


def test_a_version_is_loaded_in_the_original_s_words(tmp_path):
    serving = Serving(tmp_path)
    serving.add("1")

    assert serving.poll() == [
        "I Successfully reserved resources to load servable {name: inception version: 1}",
        "I Approving load for servable version {name: inception version: 1}",
        "I Loading servable version {name: inception version: 1}",
        "I Successfully loaded servable version {name: inception version: 1}",
    ]
    assert (serving.manager.model, serving.manager.number) == ("model 1", 1)
    assert serving.poll() == []


def test_an_empty_folder_is_warned_of_at_every_look(tmp_path):
    serving = Serving(tmp_path)
    warning = f"W No versions of servable inception found under base path {tmp_path}"

    assert serving.poll() == serving.poll() == [warning]
    assert serving.manager.model is None


def test_a_newer_version_replaces_the_older_once_it_is_there(tmp_path):
    serving = Serving(tmp_path)
    serving.add("2")
    serving.poll()
    serving.add("10")

    said = serving.poll()

    assert said.index("I Successfully loaded servable version {name: inception version: 10}") < said.index(
        "I Unloading servable version {name: inception version: 2}"
    )
    assert serving.manager.model == "model 10"


def test_a_version_that_cannot_be_loaded_leaves_the_one_before_it(tmp_path):
    serving = Serving(tmp_path, broken=["2"])
    serving.add("1")
    serving.poll()
    serving.add("2")

    with pytest.raises(NotLoaded, match=r"^no graph in it$"):
        serving.manager.poll()
    assert (serving.manager.model, serving.poll()) == ("model 1", [])


def test_versions_that_go_take_the_model_along(tmp_path):
    serving = Serving(tmp_path)
    serving.add("1")
    serving.poll()
    (tmp_path / "1").rmdir()

    assert "I Done unloading servable version {name: inception version: 1}" in serving.poll()
    assert serving.manager.model is None


def test_a_base_path_that_is_not_there_is_told_and_waited_for(tmp_path):
    serving = Serving(tmp_path / "none")

    words = f"Could not find base path {tmp_path / 'none'} for servable inception"

    assert serving.poll() == [
        f"E FileSystemStoragePathSource encountered a file-system access error: {words}"
    ]


def test_versions_are_folders_with_numbers_for_names(tmp_path):
    for name in ("9", "10", "temp-11", "1.5", "-3", "٣"):
        (tmp_path / name).mkdir()
    (tmp_path / "12").write_text("a file")

    found = newest(tmp_path)

    assert found is not None
    assert (found.number, found.folder.name) == (10, "10")


def test_a_file_is_no_base_path(tmp_path):
    (tmp_path / "file").write_text("")

    with pytest.raises(NoBasePath, match="Could not read base path"):
        newest(tmp_path / "file")


def test_the_flags_of_the_deployment():
    argv = ["--port=9000", "--model_name=inception", "--model_base_path=/serving/inception-export"]

    assert read(argv) == Flags(9000, "inception", "/serving/inception-export", 1)
    assert read([*argv, "--enable_batching=true"]).port == 9000


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--model_base_path=/x", "--prot=1"], "unknown argument: --prot"),
        (["--model_base_path=/x", "--port", "9000"], "unknown argument: --port"),
        (["--model_base_path=/x", "--port=nine"], "Couldn't interpret value nine for flag port."),
        (["--port=9000"], "model_base_path.*are empty"),
    ],
    ids=["unknown", "no equals sign", "no number", "no model"],
)
def test_flags_that_are_refused(argv, said):
    with pytest.raises(BadFlag, match=said):
        read(argv)


@given(st.lists(st.text()))
def test_any_command_line_is_read_or_refused(argv):
    try:
        read_ = read(argv)
    except BadFlag:
        return
    assert f"--model_base_path={read_.model_base_path}" in argv


def test_a_log_line():
    now = datetime(2018, 1, 9, 12, 30, 5, 42, tzinfo=UTC)

    assert line("I", "a.cc:7", "so", now) == "2018-01-09 12:30:05.000042: I a.cc:7] so"


def test_refusals_in_the_original_s_words():
    assert str(no_servable("inception", None)) == "Servable not found for request: Latest(inception)"
    assert str(no_servable("inception", 3)) == "Servable not found for request: Specific(inception, 3)"
    assert no_servable("inception", None).code == "NOT_FOUND"
    assert no_signature("x").code == "FAILED_PRECONDITION"


@pytest.mark.parametrize(
    ("given_", "said"),
    [
        (["images"], None),
        ([], "input size does not match signature"),
        (["images", "more"], "input size does not match signature"),
        (["pictures"], "input tensor alias not found in signature: pictures"),
    ],
    ids=["right", "none", "too many", "another"],
)
def test_inputs_are_those_of_the_signature(given_, said):
    if said is None:
        check_inputs(given_, ["images"])
        return
    with pytest.raises(Refusal, match=said) as refused:
        check_inputs(given_, ["images"])
    assert refused.value.code == "INVALID_ARGUMENT"


def test_outputs_are_all_or_those_asked_for():
    outputs = ["scores", "classes"]

    assert chosen(outputs, []) == ["classes", "scores"]
    assert chosen(outputs, ["scores"]) == ["scores"]
    with pytest.raises(Refusal, match="output tensor alias not found in signature: logits"):
        chosen(outputs, ["logits"])
