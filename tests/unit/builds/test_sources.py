from __future__ import annotations

from pathlib import Path

from lab.builds.bases import bootstrap_argv
from lab.builds.sources import Source, debian, host_sources, read_deb822, read_one_line

KEY = "/usr/share/keyrings/debian-archive-keyring.gpg"
MIRROR = "http://mirror.test/debian"


def test_both_forms_of_an_entry_read_alike():
    one_line = f"deb [signed-by={KEY} arch=amd64] {MIRROR} bookworm main contrib\n"
    deb822 = f"Types: deb\nURIs: {MIRROR}\nSuites: bookworm\nComponents: main contrib\nSigned-By: {KEY}\n"
    expected = [Source(MIRROR, ("bookworm",), ("main", "contrib"), KEY)]

    assert expected == list(read_one_line(one_line))
    assert expected == list(read_deb822(deb822))


def test_comments_sources_and_disabled_stanzas_are_passed_over():
    one_line = (
        f"# deb {MIRROR} bookworm main\ndeb-src {MIRROR} bookworm main\n\ndeb {MIRROR} sid main # new\n"
    )
    deb822 = (
        f"Types: deb-src\nURIs: {MIRROR}\nSuites: a\nComponents: main\n\n"
        f"Types: deb\nEnabled: no\nURIs: {MIRROR}\nSuites: b\nComponents: main\n\n"
        f"# a remark\nTypes: deb deb-src\nURIs: {MIRROR}\n# inside\nSuites: c\n d\nComponents: main\n"
    )

    assert [source.suites for source in read_one_line(one_line)] == [("sid",)]
    assert [source.suites for source in read_deb822(deb822)] == [("c", "d")]


def test_a_key_given_inline_is_no_path():
    text = f"Types: deb\nURIs: {MIRROR}\nSuites: c\nComponents: main\nSigned-By:\n -----BEGIN PGP-----\n .\n"

    assert [source.signed_by for source in read_deb822(text)] == [None]


def test_only_debian_itself_is_taken_for_a_base():
    security = Source("http://mirror.test/debian-security", ("bookworm-security",), ("main",))
    other = Source("http://other.test/apt", ("stable",), ("main",))
    main = Source(MIRROR + "/", ("bookworm", "bookworm-updates"), ("main", "contrib"), KEY)

    assert debian([other, security, main], "bookworm") == Source(MIRROR + "/", ("bookworm",), ("main",), KEY)
    assert debian([other, security], "bookworm") is None


def test_a_suite_of_its_own_wins_over_a_suite_exchanged():
    stable = Source(MIRROR, ("bookworm",), ("main",))
    near = Source("http://near.test/debian", ("trixie",), ("main",))

    assert near == debian([stable, near], "trixie")
    assert Source(MIRROR, ("trixie",), ("main",)) == debian([stable], "trixie")


def test_the_host_s_files_are_read_in_apt_s_order(tmp_path: Path):
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list").write_text("deb http://a.test/debian one main\n")
    (tmp_path / "sources.list.d" / "b.sources").write_text(
        "Types: deb\nURIs: http://b.test/debian\nSuites: two\nComponents: main\n"
    )
    (tmp_path / "sources.list.d" / "c.sources.disabled").write_text("deb http://c.test/debian three main\n")

    assert [source.suites[0] for source in host_sources(tmp_path)] == ["one", "two"]


def test_a_bootstrapped_base_keeps_no_address():
    argv = bootstrap_argv("bookworm", Source(MIRROR, ("bookworm",), ("main",), KEY), Path("/c/base.tar"))

    assert ["bookworm", "/c/base.tar", f"deb [signed-by={KEY}] {MIRROR} bookworm main"] == argv[-3:]
    assert any("--customize-hook" in word and "sources.list.d/*" in word for word in argv)
