"""Who may mount what: the reading of /etc/exports, and what the server is told."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.parts.exports import table
from lab.parts.exports.entries import in_order, kind, network, place, root_of
from lab.parts.exports.ganesha import configuration
from lab.parts.exports.reading import read
from tests import exports_corpus as corpus

DOCUMENT = b"/opt/nfs  *(rw,async,no_root_squash,no_subtree_check)\n"
FILES = sorted(corpus.CORPUS.glob("*.exports"), key=lambda file: file.name)


def known(host: str) -> list[str]:
    """Answer as the corpus' hosts file does: names, and addresses themselves."""
    return (
        [corpus.HOSTS.get(host.lower(), host)]
        if re.fullmatch(r"[0-9.:a-f]+|node-[ab].plant.test", host.lower())
        else []
    )


def conf(text: bytes) -> str:
    return configuration(read(text).entries, known)


def clients(text: bytes, path: str) -> list[tuple[str, str]]:
    """Return each client of a path's block with its access, in the order in which the server asks."""
    block = next(one for one in conf(text).split("EXPORT {") if f"Path = '{path}'" in one)
    return re.findall(r"CLIENT \{ Clients = ([^;]*); Protocols = 4; Access_Type = (R[OW])", block)


def problems(text: bytes) -> list[str]:
    return [f"{one.line}: {one.text}" for one in read(text).problems]


def warnings(text: bytes) -> list[str]:
    return [f"{one.line}: {one.text}" for one in read(text).warnings]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_file_is_read_as_nfs_utils_reads_it(file):
    """The tables beside the files are `exportfs`' own; `tests/docker` makes them anew and adds generated files."""
    if file.stem in corpus.REFUSED_HERE_ONLY:
        assert problems(file.read_bytes()) != []
        return
    real = [corpus.of_etab(line) for line in file.with_suffix(".etab").read_bytes().splitlines()]
    # A name without an address is nfs-utils' to find: it leaves the client out.
    ours = [
        corpus.of_entry(one)
        for one in read(file.read_bytes()).entries
        if kind(one.client) or known(one.client)
    ]

    assert sorted(map(str, map(ordered, ours))) == sorted(map(str, map(ordered, real)))


def ordered(facts: corpus.Facts) -> tuple[str, str, list[str]]:
    path, client, options = facts
    return path, client, sorted(options)


def test_the_corpus_is_large_enough_and_has_both_kinds():
    sound = [file for file in FILES if not read(file.read_bytes()).problems]

    assert len(FILES) >= 130
    assert min(len(sound), len(FILES) - len(sound)) >= 50


def test_the_documents_line_gives_everybody_all_rights():
    assert problems(DOCUMENT) == warnings(DOCUMENT) == []
    assert (
        "CLIENT { Clients = *; Protocols = 4; Access_Type = RW; Squash = No_Root_Squash; PrivilegedPort = true;"
        in conf(DOCUMENT)
    )
    assert "Path = '/opt/nfs'; Pseudo = '/opt/nfs';" in conf(DOCUMENT)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (
            b"/srv/a 10.142.18.7(rw,sync),10.142.18.8(rw,sync)\n",
            1,
            "clients are separated by blanks, not by commas",
        ),
        (b"\n\n/srv/a *(rw, sync)\n", 3, "no blank may stand within the list"),
        (b"/srv/a *(rw\n", 1, "no `)`"),
        (b"/srv/a *(rw)(ro)\n", 1, "stands after the `)`"),
        (b"/srv/a *(ro,rx)\n", 1, "'rx' is no option of exports(5)"),
        (b"/srv/a *(rw,,ro)\n", 1, "a comma too many"),
        (b"/srv/a -quick *\n", 1, "'quick' is no option"),
        (b"/srv/a *(anonuid=nobody)\n", 1, "anonuid=nobody: no number"),
        (b"/srv/a *(sec=lkey)\n", 1, "'lkey' is no kind of security; write sec=sys"),
        (b"/srv/a \\\n *(ro) \\\n 10.142.18.0/33(rw)\n", 3, "/33 is longer than the address has bits"),
        (b"/srv/a 10.142.18.0/255.255.255(rw)\n", 1, "write a length, as in 10.142.18.0/24"),
        (b"/srv/a 10.142.18(rw)\n", 1, "10.142.18 is no IPv4 address; write all four numbers"),
        (b"/srv/a a.test,b.test(rw)\n", 1, "'a.test,b.test' is no host"),
        (b"/srv/a @trusted(rw)\n", 1, "@trusted is a netgroup, and there is no NIS here"),
        (b"/srv/a gss/krb5(rw)\n", 1, "by Kerberos, and there is none here"),
        (b"/srv/a *(sec=krb5:krb5p)\n", 1, "sec=krb5:krb5p lets nobody in here"),
        (b"/srv/a 10.142.18.*(rw)\n", 1, "wildcards are of names, not of addresses"),
        (b"/srv/a host[12].test(rw)\n", 1, "write the hosts one by one"),
        (b"/srv/a 10.0.0.0/255.0.255.0(rw)\n", 1, "do not stand together"),
        (b"/srv/a *(refer=/b@c)\n", 1, "lead to another server"),
        (b"srv/a *(rw)\n", 1, "'srv/a' is not an absolute path"),
        (b"/srv/../a *(rw)\n", 1, "has `..` in it"),
        (b"/ *(rw)\n", 1, "the server's own system"),
        (b"/usr/share *(ro)\n", 1, "the server's own system"),
        (b"/srv/a\\012b *(ro)\n", 1, "name the folder otherwise"),
        (b"/export *(fsid=0)\n/srv/a *(ro)\n", 2, "/srv/a lies outside /export, the root of all exports"),
        (b"/srv/a *(rw)\r\n\r\n/srv/b *(ro)\r\n", 2, "a carriage return in an empty line"),
    ],
)
def test_what_cannot_be_served_is_said_with_its_line_and_what_to_do(text: bytes, line: int, said: str):
    (only,) = problems(text)

    assert only.startswith(f"{line}: ")
    assert said in only


def test_every_problem_is_told_at_once_though_nothing_after_the_first_is_exported():
    text = b"/srv/a *(ro)\n/srv/b a.test(ro),b.test(ro)\n/srv/c *(ro)\n/srv/d *(rx)\n"

    assert [one.partition(":")[0] for one in problems(text)] == ["2", "4"]
    assert [entry.path for entry in read(text).entries] == ["/srv/a"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"/srv/a 10.142.18.21 (rw)\n", "1: /srv/a: (rw), after a blank, is everybody's; a host before it has the defaults"),
        (b"/srv/a\n", "1: /srv/a has no client: everybody may read"),
        (b"/srv/a -rw\n", "1: /srv/a has options and no client"),
        (b"/srv/a *(rw)\n/srv/a *(ro)\n", "2: /srv/a is exported to * in line 1 already; this has no effect"),
        (b"/srv/a 2001:db8::/64(rw)\n", "1: 2001:db8::/64: no client in the lab has an IPv6 address"),
        (b"/srv/a *(ro)\n/srv/a/b *(rw)\n", "2: /srv/a/b lies in /srv/a: on a kernel's server its own options hold if"),
    ],
)  # fmt: skip
def test_what_is_perhaps_not_meant_so_is_said_and_served(text: bytes, said: str):
    assert problems(text) == []
    assert any(one.startswith(said) for one in warnings(text)), warnings(text)


def test_a_blank_before_the_options_gives_the_host_the_defaults_and_everybody_the_options():
    assert clients(b"/srv/a 10.142.18.21 (rw)\n", "/srv/a") == [("10.142.18.21", "RO"), ("*", "RW")]
    assert clients(b"/srv/a 10.142.18.21(rw)\n", "/srv/a") == [("10.142.18.21", "RW")]


def test_the_most_exact_client_is_asked_first():
    text = (
        b"/srv/p *(ro) *.plant.test(ro) 10.142.18.0/24(rw)\n/srv/p 10.142.18.21(rw) node-a.plant.test(ro)\n"
    )

    assert clients(text, "/srv/p") == [
        ("10.142.18.21", "RW"),
        ("10.142.18.31", "RO"),
        ("10.142.18.0/24", "RW"),
        ("*.plant.test", "RO"),
        ("*", "RO"),
    ]


def test_a_mistake_gives_nobody_anything():
    assert "EXPORT {" not in conf(b"/srv/a 10.142.18.7(rw),10.142.18.8(rw)\n")
    assert "EXPORT {" not in conf(b"# nothing\n\n")
    assert "Access_Type = None;" in conf(b"/srv/a 10.142.18.7(rw)\n").partition("CLIENT")[0]


@pytest.mark.parametrize("client", [b"*-2", b"*.plant.test", b"node-?", b"node-[12]*"])
def test_a_pattern_that_only_a_name_can_match_is_served(client: bytes):
    assert problems(b"/srv/a " + client + b"(ro)\n") == []
    assert clients(b"/srv/a " + client + b"(ro)\n", "/srv/a") == [(client.decode(), "RO")]


def test_a_host_without_an_address_has_no_right():
    assert clients(b"/srv/a gone.test(rw) 10.142.18.7(ro)\n", "/srv/a") == [("10.142.18.7", "RO")]


@pytest.mark.parametrize(
    ("client", "written"),
    [
        ("10.142.18.0/255.255.255.0", "10.142.18.0/24"),
        ("10.142.18.21/24", "10.142.18.0/24"),
        ("10.142.18.0/", "0.0.0.0/0"),
        ("2001:db8::/ffff:ffff::", "2001:db8::/32"),
    ],
)
def test_a_network_is_written_by_its_length(client: str, written: str):
    assert network(client) == written


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("", "Access_Type = RO; Squash = Root_Squash; PrivilegedPort = true; Anonymous_Uid = 65534; Anonymous_Gid = 65534; SecType = sys;"),
        ("rw,insecure", "Access_Type = RW; Squash = Root_Squash; PrivilegedPort = false;"),
        ("all_squash,anonuid=150,anongid=100", "Squash = All_Squash; PrivilegedPort = true; Anonymous_Uid = 150; Anonymous_Gid = 100;"),
        ("no_root_squash,all_squash", "Squash = All_Squash;"),
        ("anonuid=-2", "Anonymous_Uid = 4294967294;"),
        ("sec=krb5:sys,rw", "SecType = krb5, sys;"),
        ("sec=sys,ro,sec=krb5,rw", "Access_Type = RO;"),
    ],
)  # fmt: skip
def test_options_are_told_to_the_server(options: str, told: str):
    assert told in conf(f"/srv/a *({options})\n".encode())


def test_the_root_of_all_has_its_children_below_it():
    text = b"/export *(ro,fsid=0,crossmnt)\n/export/charts 10.142.18.0/24(rw,nohide)\n"

    assert "Path = '/export'; Pseudo = '/';" in conf(text)
    assert "Path = '/export/charts'; Pseudo = '/charts';" in conf(text)
    assert clients(text, "/export/charts") == [("10.142.18.0/24", "RW"), ("*", "RO")]
    without = text.replace(b",crossmnt", b"")
    assert clients(without, "/export/charts") == [("10.142.18.0/24", "RW")]


@pytest.mark.parametrize(
    ("path", "root", "found"),
    [("/a", None, "/a"), ("/a", "/a", "/"), ("/a/b", "/a", "/b"), ("/ab", "/a", None), ("/b", "/a", None)],
)
def test_where_clients_find_a_path(path: str, root: str | None, found: str | None):
    assert place(path, root) == found


def test_an_export_keeps_its_number_whatever_else_is_exported():
    def number(text: bytes) -> str:
        block = next(one for one in conf(text).split("EXPORT {") if "'/srv/kept'" in one)
        return block.split(";")[0]

    assert number(b"/srv/kept *(ro)\n") == number(b"/srv/a *(ro)\n/srv/kept *(rw)\n/srv/z *(ro)\n")


@given(st.text('/ab*(),=-\\"#@. \n\r\t[]0:é', max_size=80))
def test_no_text_breaks_it(text: str):
    reading = read(text.encode())

    served = [
        one for one in in_order(reading.entries) if place(one.path, root_of(reading.entries)) is not None
    ]
    assert configuration(reading.entries, known).count("EXPORT {") == len({one.path for one in served})


class TestTable:
    """What the container makes of nfs-utils' table."""

    @pytest.fixture(autouse=True)
    def _folders_have_a_volume(self, monkeypatch):
        monkeypatch.setattr(table, "on_own_system", lambda _: False)

    def test_folders_and_rights_come_with_reasons(self, tmp_path):
        (tmp_path / "there").mkdir()
        etab = f"{tmp_path}/there\t*(ro)\n{tmp_path}/gone\t*(ro)\n{tmp_path}/there\t@group(rw)\n".encode()

        served, said = table.entries(etab)

        assert [(entry.path, entry.client) for entry in served] == [(f"{tmp_path}/there", "*")]
        assert said == [
            "@group is a netgroup, and there is no NIS here; write its hosts or their network",
            f"{tmp_path}/gone is not a folder, so it cannot be mounted",
        ]

    def test_what_must_be_a_mount_point_and_is_none_is_left_out(self, tmp_path):
        served, said = table.entries(f"{tmp_path}\t*(ro,mountpoint={tmp_path})\n".encode())

        assert served == []
        assert said == [f"{tmp_path} is not exported, as {tmp_path} is not a mount point (mountpoint=)"]
