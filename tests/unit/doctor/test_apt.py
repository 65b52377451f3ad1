from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.doctor import apt
from lab.doctor.check import Install
from lab.doctor.root_shell import RootShell
from lab.doctor.version import of_package, version
from lab.errors import CommandFailed, LabError
from lab.host.shell import Completed
from tests.fakes import FakeClock, FakeShell, completed
from tests.unit.doctor.fake import FakeMachine

OLD = " docker.io | 20.10.24+dfsg1-1+deb12u1+b6 | http://mirror.test/debian bookworm/main amd64 Packages\n"
NEW = " docker.io | 26.1.5+dfsg1-9+deb13u1+b1 | http://mirror.test/debian trixie/main amd64 Packages\n"
POLICY_OLD = "docker.io:\n  Installed: (none)\n  Candidate: 20.10.24+dfsg1-1+deb12u1+b6\n  Version table:\n"
POLICY_NEW = "docker.io:\n  Installed: (none)\n  Candidate: 26.1.5+dfsg1-9\n  Version table:\n"
TARGETS = (
    "http://mirror.test/debian-security/|bookworm-security|Debian|main\n"
    "http://mirror.test/debian/|bookworm-updates|Debian|main\n"
    "https://node.test/node_20.x/|nodistro|. nodistro|main\n"
    "http://mirror.test/debian/|bookworm|Debian|main\n"
)
FORM = "$(REPO_URI)|$(CODENAME)|$(ORIGIN)|$(COMPONENT)"
ENGINE = Install(("docker.io",), (25,))


def test_a_release_with_a_version_that_suffices_is_left_to_apt() -> None:
    assert apt.chosen("docker.io", POLICY_NEW, NEW, (25,)) == "docker.io"


def test_a_later_release_is_named_where_apts_own_choice_is_too_old() -> None:
    assert apt.chosen("docker.io", POLICY_OLD, OLD + NEW, (25,)) == "docker.io/trixie"
    assert apt.chosen("docker.io", POLICY_OLD, OLD + NEW, (20,)) == "docker.io"


def test_where_nothing_suffices_nothing_is_chosen() -> None:
    assert apt.chosen("docker.io", POLICY_OLD, OLD, (25,)) is None
    assert apt.chosen("kind", "", "", (0, 27)) is None
    assert (
        apt.chosen("kind", "kind:\n  Candidate: (none)\n", "N: Unable to locate package kind", (0,)) is None
    )


def test_the_mirror_is_the_systems_own_and_not_its_security_archive() -> None:
    assert apt.mirror(TARGETS) == "http://mirror.test/debian"
    assert apt.mirror("http://archive.test/ubuntu/|noble|Ubuntu|main\n") is None
    assert apt.mirror("") is None


@given(st.text(max_size=200))
def test_apts_answers_may_be_anything(text: str) -> None:
    apt.mirror(text)
    apt.offers(text)

    assert apt.chosen("x", text, text, (0,)) in {None, "x", *(f"x/{at.release}" for at in apt.offers(text))}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5:26.1.5+dfsg1-9+deb13u1+b1", (26, 1, 5)),
        ("0.27.0-1+b2", (0, 27, 0)),
        ("2:1.24~2", (1, 24)),
        ("20230101", (20230101,)),
        ("", None),
    ],
)
def test_upstream_versions_of_packages(text: str, expected: tuple[int, ...] | None) -> None:
    assert of_package(text) == expected


def test_the_first_dotted_number_is_the_version() -> None:
    assert version("github.com/docker/buildx 0.13.1+ds1 0.13.1+ds1-3") == (0, 13, 1)
    assert version("none here, 42") is None


def bookworm(*, later: bool, user: int = 0) -> tuple[RootShell, FakeShell]:
    """A bookworm host. Its index of trixie is there after the source was written and the lists read again."""
    shell = FakeShell()

    def answer(line: str) -> Completed | None:
        there = later or any(call.argv[-1] == apt.SOURCE for call in shell.calls)
        return {
            "apt-cache policy docker.io": completed(POLICY_OLD),
            "apt-cache madison docker.io": completed(OLD + NEW if there else OLD),
            f"apt-get indextargets --format {FORM} Created-By: Packages": completed(TARGETS),
        }.get(line)

    return RootShell(FakeMachine(answer=answer, number=user), shell, FakeClock(), Path("/state")), shell


def plain(shell: FakeShell) -> list[str]:
    """What ran, without the words that say how."""
    return [
        " ".join(call.argv).replace("env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 ", "")
        for call in shell.calls
    ]


UPDATE = "apt-get update --quiet --option Acquire::Retries=3"
GET = (
    "apt-get install --quiet --yes --no-install-recommends --option Dpkg::Options::=--force-confold "
    "--option DPkg::Lock::Timeout=120 docker.io/trixie"
)


def test_the_later_release_is_added_only_where_it_is_needed_and_pinned_first() -> None:
    root, shell = bookworm(later=False)
    said: list[str] = []

    apt.install(ENGINE, root, said.append, refresh=True)

    assert plain(shell) == [UPDATE, f"tee {apt.PREFERENCES}", f"tee {apt.SOURCE}", UPDATE, GET]
    assert shell.calls[1].stdin == apt.PIN
    assert shell.calls[2].stdin == (
        "Types: deb\nURIs: http://mirror.test/debian\nSuites: trixie\nComponents: main\n"
        "Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg\n"
    )
    assert said[0] == f"  $ {UPDATE}"


def test_a_second_time_writes_no_source() -> None:
    root, shell = bookworm(later=True)

    apt.install(ENGINE, root, lambda _: None, refresh=False)

    assert plain(shell) == [GET]


def test_a_user_who_is_not_root_goes_through_sudo_without_a_question() -> None:
    root, shell = bookworm(later=True, user=1000)

    apt.install(ENGINE, root, lambda _: None, refresh=False)

    assert shell.calls[0].argv[:4] == ("sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive")


def test_elsewhere_than_debian_the_later_release_is_not_to_be_had() -> None:
    root = RootShell(FakeMachine(), FakeShell(), FakeClock(), Path("/state"))

    with pytest.raises(LabError, match="no trixie"):
        apt.install(ENGINE, root, lambda _: None, refresh=True)


def test_an_update_that_fails_is_an_error_with_its_output() -> None:
    root = RootShell(
        FakeMachine(),
        FakeShell(lambda argv: completed(stderr="E: lock", exit_code=100)),
        FakeClock(),
        Path("/"),
    )

    with pytest.raises(CommandFailed, match="E: lock"):
        apt.install(ENGINE, root, lambda _: None, refresh=True)
