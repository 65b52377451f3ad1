"""Which lines count, what they are, and which step answers for them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.spec.blocks import document_lines
from lab.spec.coverage import coverage, lines
from lab.spec.order import in_order
from lab.spec.prompts import reads_as_command
from lab.spec.reading import parse_scenario, read_scenario

ROOT = Path(__file__).parents[3]
DOCUMENT = ROOT.parent / "shared" / "document.txt"

GUIDE = """\
# A guide
Type this:
```
# kubectl get crd
NAME   CREATED AT
root@node-1:~#  ls -l

$ date
```
and then
```bash
NAME=a
kubectl get pods | grep $NAME
......
a-d66f8848-gq8hh     1/1     Running
```
with the file
~~~
$TTL 60
; a comment
a: b
~~~
"""


def scenario(text="", steps="  - {name: all, document: 1-99, differs: in all, run: 'true'}\n", name="guide"):
    return parse_scenario(f"name: {name}\ndocument: guide.md\n{text}steps:\n{steps}", f"{name}.yaml")


def test_each_line_of_a_block_is_a_command_or_content():
    assert [(line.number, line.kind.value, line.text) for line in lines(GUIDE)] == [
        (4, "command", "kubectl get crd"),
        (5, "content", "NAME   CREATED AT"),
        (6, "command", "ls -l"),
        (8, "command", "date"),
        (12, "command", "NAME=a"),
        (13, "command", "kubectl get pods | grep $NAME"),
        (14, "content", "......"),
        (15, "content", "a-d66f8848-gq8hh     1/1     Running"),
        (19, "content", "$TTL 60"),
        (20, "content", "; a comment"),
        (21, "content", "a: b"),
    ]


@pytest.mark.parametrize(
    "line",
    ["kubectl get pods", "./deploy.sh", "cd ~/app", "~/bin/run", "A=b", "A=b make", "ls", "ks param set a b"],
)
def test_these_read_as_commands(line):
    assert reads_as_command(line)


@pytest.mark.parametrize(
    "line",
    [
        "Downloading http://a.test/",
        "from __future__ import print_function",
        "import os",
        "s = session()",
        "print(s)",
        'apiVersion: "v1"',
        "kind : a",
        "  name: a",
        "- item",
        "......",
        "a-1   1/1   Running",
        "",
    ],
)
def test_these_do_not(line):
    assert not reads_as_command(line)


def test_a_fence_that_is_never_closed_is_a_block_to_the_end():
    assert [line.number for line in lines("```\n# a\nb\n")] == [2, 3]


def test_a_longer_fence_holds_a_shorter_one():
    assert [line.text for line in lines("````\n```\n````\n")] == ["```"]


def test_lines_are_counted_as_editors_count_them():
    assert document_lines("a\r\nb\fc\u2028d\n") == ["a", "b\fc\u2028d", ""]


def answers(steps, text=""):
    found = coverage([scenario(text, steps)], GUIDE)
    return {answer.line.number: answer for answer in found}


def test_a_step_answers_for_the_command_that_it_types():
    found = answers("  - {name: kinds, document: 3-5, run: kubectl  get crd }\n")

    assert found[4].steps == found[5].steps == ("kinds",)
    assert found[6].is_gap


def test_not_for_another_nor_for_a_part_of_one():
    found = answers("  - {name: kinds, document: 3-5, run: kubectl get crd -o yaml}\n")

    assert found[4].is_gap
    assert found[4].complaint.startswith("'kinds' names the line, does not type it")
    assert found[5].steps == ("kinds",)


def test_unless_it_says_in_what_it_differs():
    found = answers("  - {name: kinds, document: 3-5, differs: more of it, fetch: 'http://a.test/'}\n")

    assert found[4].steps == ("kinds",)


def test_a_reason_takes_the_place_of_a_step():
    found = answers(
        "  - {name: kinds, document: 6, run: ls -l}\n", "uncovered: [{lines: [4-5, 6], reason: a picture}]\n"
    )

    assert (found[4].steps, found[4].reason, found[4].is_gap) == ((), "a picture", False)
    assert (found[6].steps, found[6].reason) == (("kinds",), "")


def test_only_the_lines_that_the_scenario_answers_for_are_asked_for():
    assert list(answers("  - {name: a, run: ls}\n", "covers: [4-5, 19]\n")) == [4, 5, 19]


def test_steps_and_reasons_of_what_it_needs_count_and_of_another_document_do_not():
    before = scenario(
        "uncovered: [{lines: 8, reason: no clock}]\n", "  - {name: b, document: 6, run: ls -l}\n"
    )
    other = before.model_copy(update={"document": "another.md"})
    whole = scenario("covers: 4-9\n", "  - {name: a, document: 4-5, run: kubectl get crd}\n")

    assert [answer.is_gap for answer in coverage([before, whole], GUIDE)] == [False] * 4
    assert [answer.is_gap for answer in coverage([other, whole], GUIDE)] == [False, False, True, True]


def gaps(document, steps):
    return [
        answer.line.number
        for answer in coverage([scenario(steps=f"  - {steps}\n")], document)
        if answer.is_gap
    ]


LIST = "1. Load:\n\n    ```console\n    $ docker load -i images.tar.gz\n    Loaded\n    ```\n"


def test_a_fence_in_a_list_is_asked_for():
    assert gaps(LIST, "{name: a, run: ls}") == [4, 5]
    assert gaps(LIST, "{name: a, document: 4-5, run: ls}") == [4]
    assert gaps(LIST, "{name: a, document: 4-5, run: docker load -i images.tar.gz}") == []


@pytest.mark.parametrize(
    "prompt",
    ["[user@host ~]# ", "[root@host ~]$ ", "PS C:\\> ", "(venv) $ ", "user@host ~ % ", "mysql> ", "/ # "],
)
def test_whatever_the_prompt_a_step_that_names_the_line_must_type_it(prompt):
    text = f"```\n{prompt}ls -l\nfile\n```\n"

    assert gaps(text, "{name: a, document: 2-3, run: date}") == [2]
    assert gaps(text, "{name: a, document: 2-3, run: ls -l}") == []
    assert gaps(text, "{name: a, document: 2-3, run: date, differs: because}") == []


BROKEN = """\
```
$ kubectl run a \\
>   --image=b
pod/a created
$ cat <<EOF > a.yaml
a:
  b: c
EOF
```
"""


def test_the_further_lines_of_a_command_are_typed_too():
    assert gaps(BROKEN, "{name: a, document: 1-99, run: kubectl run a}") == [2, 3, 5, 6, 7, 8]
    assert gaps(BROKEN, "{name: a, document: 1-99, run: kubectl run a --image=b}") == [5, 6, 7, 8]
    assert gaps(BROKEN, "{name: a, document: 1-99, run: 'cat <<EOF > a.yaml'}") == [2, 3, 5, 6, 7, 8]
    file = "\n    run: |\n      kubectl run a   --image=b\n      cat <<EOF > a.yaml\n      a:\n        b: c\n      EOF\n"
    assert gaps(BROKEN, f"name: a\n    document: 1-99{file}") == []
    assert gaps(BROKEN, f"name: a\n    document: 1-99{file.replace('        b', '      b')}") == [5, 6, 7, 8]


def test_a_scripts_comments_are_none_of_its_commands():
    script = "```bash\n# install the operator\nkubectl apply -f a.yaml\n```\n"

    assert [line.kind.value for line in lines(script)] == ["content", "command"]
    assert [line.kind.value for line in lines(script.replace("bash", "yaml"))] == ["content", "content"]


@given(st.text())
def test_any_text_is_a_document(text):
    numbers = [line.number for line in lines(text)]

    assert numbers == sorted(set(numbers))
    assert all(answer.steps == ("all",) for answer in coverage([scenario()], text) if answer.line.number < 99)


@pytest.mark.parametrize("path", sorted((ROOT / "scenarios").glob("*.yaml")), ids=lambda path: path.stem)
def test_a_scenario_answers_for_every_line_that_it_covers(path):
    if not DOCUMENT.is_file():
        pytest.skip(f"no {DOCUMENT.name} beside the checkout")
    replayed = read_scenario(path)
    found = coverage([replayed], DOCUMENT.read_text()) if replayed.covers else []

    assert [answer for answer in found if answer.is_gap] == []
    assert bool(found) == bool(replayed.covers)


def test_the_whole_document_has_a_step_or_a_reason_for_every_line():
    if not DOCUMENT.is_file():
        pytest.skip(f"no {DOCUMENT.name} beside the checkout")
    text = DOCUMENT.read_text()
    found = coverage(in_order([ROOT / "scenarios" / "document.yaml"]), text)

    assert [answer for answer in found if answer.is_gap] == []
    assert [answer.line.number for answer in found] == [line.number for line in lines(text)]


def test_without_one_of_its_chapters_it_has_not():
    if not DOCUMENT.is_file():
        pytest.skip(f"no {DOCUMENT.name} beside the checkout")
    *chapters, book = in_order([ROOT / "scenarios" / "document.yaml"])
    gaps = [
        sum(
            answer.is_gap
            for answer in coverage([*chapters[:left], *chapters[left + 1 :], book], DOCUMENT.read_text())
        )
        for left in range(len(chapters))
    ]

    assert all(gaps)
