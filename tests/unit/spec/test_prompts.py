"""Prompts are told from output, over a corpus; and commands of several lines are one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.spec.prompts import further, has_bare_prompts, key, typed

DATA = Path(__file__).parents[2] / "data" / "prompts"
PROMPTS = dict(line.split("\t") for line in (DATA / "prompts.txt").read_text().splitlines())
OTHERS = (DATA / "others.txt").read_text().splitlines()


def test_the_corpus_is_large_enough():
    assert len(PROMPTS) >= 60
    assert len(set(OTHERS)) == len(OTHERS) >= 60


@pytest.mark.parametrize(("line", "command"), PROMPTS.items())
def test_these_are_prompts_and_what_is_behind_them_is_a_command(line, command):
    assert typed(line) == command


@pytest.mark.parametrize("line", OTHERS)
def test_these_are_not(line):
    assert typed(line) is None


@pytest.mark.parametrize("line", ["# kubectl get crd", "% ls", "> ls", "mysql> select 1"])
def test_in_a_file_what_could_be_a_comment_is_none(line):
    assert typed(line) is not None
    assert typed(line, bare=False) is None


@pytest.mark.parametrize("line", ["$ ls", "[root@host ~]# ls", "user@host:~$ ls", "PS C:\\> dir", ">>> a"])
def test_what_can_be_nothing_else_is_one_there_too(line):
    assert typed(line, bare=False) is not None


@pytest.mark.parametrize(
    ("language", "texts", "bare"),
    [
        ("", ["# install it", "kubectl apply -f a"], True),
        ("console", ["# kubectl get pods", "pod a"], True),
        ("bash", ["# install it", "kubectl apply -f a"], False),
        ("bash", ["# apt-get install a", "Reading package lists... Done"], True),
        ("sh", ["# apt-get install a"], True),
        ("yaml", ["# install it"], False),
        ("dockerfile", ["# install it", "FROM a"], False),
    ],
)
def test_a_block_of_a_file_or_of_a_script_has_comments(language, texts, bare):
    assert has_bare_prompts(language, texts) is bare


@pytest.mark.parametrize(
    ("lines", "belong"),
    [
        (["ls", "a"], []),
        (["kubectl run a \\", "  --image=b", "pod/a created"], ["  --image=b"]),
        (["kubectl run a \\", "> --image=b \\", "> --port=80", "> c"], ["--image=b \\", "--port=80"]),
        (["cat a |", "  wc -l", "3"], ["  wc -l"]),
        (["make && ", "make install", "done"], ["make install"]),
        (["cat <<EOF > a", "a: b", "  c: d", "EOF", "e"], ["a: b", "  c: d", "EOF"]),
        (["cat <<'EOF' >a", "> a: b", "> EOF", "e"], ["a: b", "EOF"]),
        (["cat <<-EOF", "\ta", "\tEOF", "b"], ["\ta", "\tEOF"]),
        (["cat <<A <<B", "a", "A", "b", "B", "c"], ["a", "A", "b", "B"]),
        (["cat <<EOF |", "a", "EOF", "wc", "1"], ["a", "EOF", "wc"]),
        (["cat <<EOF \\", "  > a", "b", "EOF", "c"], ["a", "b", "EOF"]),
        (["cat <<EOF; echo 'a", "b'", "c", "EOF", "d"], ["b'", "c", "EOF"]),
        (["for a in b:", "...     print(a)", "...", "b"], ["    print(a)"]),
        (["Get-Item `", ">> a", "b"], ["a"]),
        (["sh -c 'a", "b'", "c"], ["b'"]),
        (['echo "a', '> b"', "c"], ['b"']),
        (["tr a b <<< c", "d"], []),
        (["echo $((1<<2))", "d"], []),
        (["echo \\\\", "d"], []),
        (["echo 'a \\'", "b"], []),
        (["echo it\\'s", "b"], []),
        (["ls # don't", "b"], []),
        (["echo don't", "a", "b"], []),
        (["cat <<EOF", "a", "b"], []),
        (["a \\", "$ b"], []),
        (["a \\"], []),
        (["a \\", "b 'c", "d"], ["b 'c"]),
    ],
)
def test_the_further_lines_of_a_command(lines, belong):
    assert further(lines[0], lines[1:]) == belong


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("ls  -l", " ls -l ", True),
        ("run a \\\n  --image=b", "run a --image=b", True),
        ("run a \\\n  --image=b", "run a --image=c", False),
        ("cat <<E\na\nE", "cat  <<E\na \nE", True),
        ("cat <<E\n a\nE", "cat <<E\na\nE", False),
        ("ls", "ls\nls", False),
        ("cat <<E\na\nb\nE", "cat <<E\na\n\nb\nE", True),
    ],
)
def test_the_same_command_is_known_again(one, other, same):
    assert (key(one) == key(other)) is same


def test_a_quote_that_is_never_closed_takes_no_time():
    assert further("echo don't", ["a" * 40] * 20_000) == []


@given(st.text(), st.lists(st.text()))
def test_any_text_is_a_line(command, following):
    following = [text.replace("\n", " ") for text in following]

    assert len(further(command, following)) <= len(following)
    assert typed(command) is None or typed(command).strip() != ""
