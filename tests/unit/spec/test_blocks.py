"""Code blocks are found wherever CommonMark has them, with the lines' true numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.spec.blocks import Block, blocks, document_lines

ONLY_IN_A_LIST = """\
# Guide

1. Load:

    ```console
    $ docker load -i images.tar.gz
    ```
"""


def found(text):
    return [(block.language, *block.lines) for block in blocks(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ONLY_IN_A_LIST, [("console", (6, "$ docker load -i images.tar.gz"))]),
        ("```\na\n\nb\n```\n", [("", (2, "a"), (4, "b"))]),
        ("~~~\na\n```\n~~~\nb\n", [("", (2, "a"), (3, "```"))]),
        ("````\n```\n````\n", [("", (2, "```"))]),
        ("  ```\n  a\n    b\n  ```\n", [("", (2, "a"), (3, "  b"))]),
        ("```\na\nb", [("", (2, "a"), (3, "b"))]),
        ("```\n```\n", [("",)]),
        ("```", [("",)]),
        ("- ```sh\n  a\n  ```\n- b\n", [("sh", (2, "a"))]),
        (
            "- a\n\n  - b\n\n    1. c\n\n       ```sh\n       d\n         e\n       ```\n",
            [("sh", (8, "d"), (9, "  e"))],
        ),
        ("- ```\n  a\nb\n", [("", (2, "a"))]),
        ("> ```\n> a\n>\n>  b\n> ```\n", [("", (2, "a"), (4, " b"))]),
        ("> ```\n> a\nb\n", [("", (2, "a"))]),
        ("> - x\n>\n>   ~~~ yaml\n>   a: b\n>   ~~~\n", [("yaml", (4, "a: b"))]),
        ("1) a\n   > ```\n   > b\n   > ```\n", [("", (3, "b"))]),
        ("text\n\n    $ a\n    b\n\n    c\n\ntext\n", [("", (3, "$ a"), (4, "b"), (6, "c"))]),
        ("text\n    no code, the paragraph goes on\n", []),
        ("- a\n\n      $ b\n", [("", (3, "$ b"))]),
        ("\t$ a\n", [("", (1, "$ a"))]),
        ("<pre>\n$ a &amp;&amp; b\n</pre>\n", [("", (2, "$ a && b"))]),
        ("<pre><code>$ a\n</code></pre>\n", [("", (1, "$ a"))]),
        ("<details>\n\n```\na\n```\n\n</details>\n", [("", (4, "a"))]),
        ("<div>\na\n</div>\n", []),
        ("``` {.bash title=x}\na\n```\n", [("bash", (2, "a"))]),
        ("```language-yaml\na\n```\n", [("yaml", (2, "a"))]),
        ("```C++ x\na\n```\n", [("c++", (2, "a"))]),
        ("`` `a` ``\n", []),
        ("``` a ``` b\nc\n", []),
        ("```\r\na\r\nb\r\n```\r\n", [("", (2, "a"), (3, "b"))]),
        ("a\rb\n```\n10%\r20%\n```\n", [("", (3, "10% 20%"))]),
        ("a\fb\u2028c\n```\nd\fe\n```\n", [("", (3, "d\fe"))]),
        ("---\na: b\n---\n```\nc\n```\n", [("", (5, "c"))]),
        ("+++\na = 1\n+++\n```\nc\n```\n", [("", (5, "c"))]),
        ("", []),
    ],
)
def test_the_blocks_of_a_document(text, expected):
    assert found(text) == expected


@given(st.text(alphabet="`~> -1.\ta#$\r\n\f<pre>/", max_size=80))
def test_every_line_of_a_block_is_the_documents(text):
    whole = document_lines(text)
    for block in blocks(text):
        assert isinstance(block, Block)
        for number, line in block.lines:
            assert set(line.split()) <= {
                part for word in whole[number - 1].split() for part in (word, *_tails(word))
            }


def _tails(word):
    """A quote's sign or a tag may stand before what is the line's."""
    return {word[first:last] for first in range(len(word)) for last in range(first + 1, len(word) + 1)}
