from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.parts.exports import Client, Export, configuration, read, settings

DOCUMENT = "/opt/nfs  *(rw,async,no_root_squash,no_subtree_check)\n"


def test_the_document_s_line_is_read_without_a_problem():
    exports, problems = read(DOCUMENT)

    assert exports == [
        Export("/opt/nfs", (Client("*", ("rw", "async", "no_root_squash", "no_subtree_check")),))
    ]
    assert problems == []


def test_the_document_s_line_gives_a_writable_export_that_squashes_nobody():
    text = configuration(read(DOCUMENT)[0])

    assert 'Path = "/opt/nfs"; Pseudo = "/opt/nfs";' in text
    assert (
        "CLIENT { Clients = *; Protocols = 4; Access_Type = RW; Squash = No_Root_Squash; PrivilegedPort = true; }"
        in text
    )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), "Access_Type = RO; Squash = Root_Squash; PrivilegedPort = true;"),
        (("rw", "ro"), "Access_Type = RO; Squash = Root_Squash; PrivilegedPort = true;"),
        (("insecure",), "Access_Type = RO; Squash = Root_Squash; PrivilegedPort = false;"),
        (("all_squash", "anonuid=7"), "Access_Type = RO; Squash = All_Squash; PrivilegedPort = true; Anonymous_Uid = 7;"),
        (("sec=sys:krb5",), "Access_Type = RO; Squash = Root_Squash; PrivilegedPort = true; SecType = sys, krb5;"),
    ],
)  # fmt: skip
def test_options_mean_what_exports_5_says(options: tuple[str, ...], expected: str):
    assert expected == settings(options)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("/a", Export("/a", (Client("*", ()),))),
        ("/a host(rw) 10.0.0.0/8(ro) # remark", Export("/a", (Client("host", ("rw",)), Client("10.0.0.0/8", ("ro",))))),
        ("/a -ro,insecure one two(rw)", Export("/a", (Client("one", ("ro", "insecure")), Client("two", ("ro", "insecure", "rw"))))),
        ('"/with blank" *(rw)', Export("/with blank", (Client("*", ("rw",)),))),
        ("/a \\\n *(rw)", Export("/a", (Client("*", ("rw",)),))),
    ],
)  # fmt: skip
def test_every_form_of_a_line_is_read(line: str, expected: Export):
    assert ([expected], []) == read(line)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("\n/a *(rw,mountpoint,pnfs)", "line 2: option 'mountpoint' is not known"),
        ("/a -quick one(rw)", "line 1: option 'quick' is not known"),
        ("relative *(rw)", "line 1: 'relative' is not an absolute path"),
        ("/a *(rw", "line 1: '*(rw' is no client"),
        ('/a "*(rw)', "line 1: No closing quotation"),
    ],
)
def test_what_has_no_effect_or_no_meaning_is_reported(text: str, problem: str):
    assert any(said.startswith(problem) for said in read(text)[1])


def test_a_root_export_is_the_root():
    assert 'Pseudo = "/";' in configuration(read("/a *(rw,fsid=0)")[0])


def test_an_empty_file_exports_nothing():
    assert "EXPORT" not in configuration(read("# nothing\n\n")[0])


@given(st.text('/ab*(),=-\\"# \n', max_size=60))
def test_no_text_breaks_it(text: str):
    exports, _ = read(text)

    assert configuration(exports).count("EXPORT {") == len(exports)
