"""What a scenario needs is there before its first step, and gone after its last."""

from __future__ import annotations

import json

import pytest

from lab.errors import ContainerFailed, LabError, NotReady, SpecError
from lab.spec.config import LabConfig
from lab.spec.exports import EXPORTS_FILE
from lab.spec.plan import ZONES_CONF, plan
from lab.spec.scenario import Needs
from lab.steps import needs as room
from lab.steps import zones
from tests.fakes import FakeClock, FakeContainers, completed, fake_host

LAB = plan(LabConfig())
ZONE = "$TTL 60\n@ IN SOA ns.site.test. root.site.test. 1 60 60 60 60\n@ IN NS ns\nns IN A 192.0.2.1\n"
NEEDS = Needs(
    zones={"site.test": "db.site"}, static=True, names=("ns.site.test",), urls=("http://ns.site.test/a",)
)


EXPORTS = '/srv/a 10.142.18.21(rw)\n"/srv/b c" *(ro)\n'


def reload(*zones):
    return json.dumps({"time": "2026-01-01T00:00:00.000Z", "event": "reload", "zones": zones}) + "\n"


class World:
    def __init__(self):
        self.answers = {"dig": completed("192.0.2.1\n")}
        self.containers = FakeContainers(answer=self._answer)
        for spec in LAB.containers:
            self.containers.ensure(spec, LAB.network, LAB.labels)
        self.containers.said["lab-dns"] = reload("site.test.: 3 records")
        self.clock = FakeClock()
        self.host = fake_host(containers=self.containers, clock=self.clock)

    def _answer(self, call):
        if call.argv == ("cat", EXPORTS_FILE):
            return completed(self.exports.decode())
        return self.answers.get(call.argv[0], completed())

    @property
    def exports(self):
        return self.containers.containers["lab-nfs"].files[EXPORTS_FILE]

    @property
    def applied(self):
        commands = [call.argv for call in self.containers.execs if call.argv[0] == "python3"]
        return [argv[4:] for argv in commands if argv[3] == "apply"]

    @property
    def declared(self):
        return self.containers.containers["lab-dns"].files.get(ZONES_CONF)

    @property
    def commands(self):
        return [call.argv[-1] for call in self.containers.execs if call.argv[0] == "bash"]


@pytest.fixture
def world():
    return World()


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "db.site").write_text(ZONE)
    return tmp_path


@pytest.fixture
def prepared(world, folder, tmp_path):
    def call(needs=NEEDS, **more):
        given = {"static": None, "cache": tmp_path, **more}
        return room.Preparation(LAB, world.host, **given).of(needs, folder)

    return call


FILL, EMPTY = (
    "cp -r /media/sdd/off/. /usr/local/static/",
    "rm -rf /usr/local/static/* /usr/local/static/.[!.]*",
)


def test_zones_are_declared_as_bind_would_and_taken_back(world, prepared):
    with prepared():
        files = world.containers.containers["lab-dns"].files
        assert files["/etc/bind/db.site.test"] == ZONE.encode()
        assert world.declared.decode().split() == [
            *("zone", '"site.test"', "{", "type", "master;", "file", '"/etc/bind/db.site.test";', "};")
        ]

    assert world.declared == b""


def test_the_static_folder_is_filled_and_emptied(world, prepared):
    with prepared():
        assert world.commands == [EMPTY, FILL]

    assert world.commands == [EMPTY, FILL, EMPTY]


def test_a_scenario_without_static_files_has_an_empty_folder(world, prepared):
    with prepared(Needs()):
        assert world.commands == [EMPTY]


def test_the_users_own_files_go_before_the_shipped(world, prepared, tmp_path):
    own = tmp_path / "own"
    (own / "exdb" / "mnist").mkdir(parents=True)
    (own / "exdb" / "mnist" / "a.gz").write_bytes(b"own")

    with prepared(static=own):
        assert FILL not in world.commands
        assert (
            world.containers.containers["lab-workstation"].files["/usr/local/static/exdb/mnist/a.gz"]
            == b"own"
        )


def test_what_is_kept_stays(world, prepared):
    with prepared(keep=True):
        pass

    assert world.declared != b""
    assert world.commands == [EMPTY, FILL]


class TestTogether:
    """Two scenarios that stand at the same time have what both need, put in place once."""

    @pytest.fixture
    def room_for(self, world, folder, tmp_path):
        (folder / "db.other").write_text(ZONE)
        world.containers.said["lab-dns"] = reload("site.test.: 3 records", "other.test.: 3 records")
        preparation = room.Preparation(LAB, world.host, static=None, cache=tmp_path)
        return lambda **needs: preparation.of(Needs(**needs), folder)

    @staticmethod
    def zones(world):
        return [
            line.split('"')[1] for line in world.declared.decode().splitlines() if line.startswith("zone")
        ]

    def test_zones_are_those_of_both_and_go_one_by_one(self, world, room_for):
        with room_for(zones={"site.test": "db.site"}):
            with room_for(zones={"other.test": "db.other"}):
                assert self.zones(world) == ["site.test", "other.test"]
            assert self.zones(world) == ["site.test"]
        assert self.zones(world) == []

    def test_files_are_filled_once_and_stay_while_anybody_needs_them(self, world, room_for):
        with room_for(static=True):
            with room_for(static=True):
                pass
            with room_for():
                pass
            assert world.commands == [EMPTY, FILL]
        assert world.commands == [EMPTY, FILL, EMPTY]

    def test_files_that_only_the_second_needs_go_with_it(self, world, room_for):
        with room_for():
            with room_for(static=True):
                assert world.commands == [EMPTY, EMPTY, FILL]
            assert world.commands[-1] == EMPTY

    def test_the_same_zone_twice_is_one(self, world, room_for):
        with room_for(zones={"site.test": "db.site"}), room_for(zones={"site.test": "db.site"}):
            assert self.zones(world) == ["site.test"]

    def test_exports_stay_while_anybody_needs_them(self, world, folder, room_for):
        (folder / "exports").write_text(EXPORTS)
        with room_for():
            assert world.exports == plan(LabConfig()).nfs.files[EXPORTS_FILE]
            with room_for(exports="exports"), room_for(exports="exports"):
                assert world.exports == EXPORTS.encode()
            assert world.exports == LAB.nfs.files[EXPORTS_FILE]

    def test_other_exports_than_those_of_one_that_stays_are_refused(self, world, folder, room_for):
        (folder / "exports").write_text(EXPORTS)
        (folder / "other").write_text("/srv/b *(ro)\n")
        with room_for(exports="exports"):
            with (
                pytest.raises(
                    LabError, match="/etc/exports is there with other contents, for a scenario that stays"
                ),
                room_for(exports="other"),
            ):
                pytest.fail("it began")
            assert world.exports == EXPORTS.encode()

    def test_one_zone_with_two_contents_is_refused(self, world, folder, room_for):
        with room_for(zones={"site.test": "db.site"}):
            (folder / "db.site").write_text(ZONE.replace("192.0.2.1", "192.0.2.2"))
            with (
                pytest.raises(LabError, match=r"the zone site\.test is there with other contents"),
                room_for(zones={"site.test": "db.site"}),
            ):
                pytest.fail("it began")
            assert self.zones(world) == ["site.test"]


def test_a_name_is_waited_for(world, prepared):
    world.answers["dig"] = completed("")

    with pytest.raises(NotReady, match=r"the name ns\.site\.test was not ready after 20 s"), prepared():
        pytest.fail("it began")
    assert world.declared == b""


def test_a_url_that_cannot_be_had_is_told(world, prepared):
    world.answers["curl"] = completed(stderr="curl: (22) 404\n", exit_code=22)

    with (
        pytest.raises(
            LabError,
            match=r"needs: http://ns\.site\.test/a cannot be fetched inside the gap: curl: \(22\) 404",
        ),
        prepared(),
    ):
        pytest.fail("it began")
    assert world.commands[-1] == EMPTY


def test_everything_is_taken_back_however_the_scenario_ends(world, prepared):
    with pytest.raises(ZeroDivisionError), prepared():
        raise ZeroDivisionError

    assert world.declared == b""
    assert world.commands[-1] == EMPTY


def test_taking_back_does_not_hide_what_went_wrong_first(world, prepared):
    def go_wrong():
        world.containers.remove("lab-dns")
        raise LabError("first")

    with pytest.raises(LabError, match=r"^first$"), prepared():
        go_wrong()

    assert world.commands[-1] == EMPTY


def test_its_twin_that_went_well_says_what_could_not_be_taken_back(world, prepared):
    with pytest.raises(ContainerFailed, match="lab-dns"), prepared():
        world.containers.remove("lab-dns")

    assert world.commands[-1] == EMPTY


def test_a_wrong_zone_file_is_told_before_anything_is_touched(world, prepared, folder):
    (folder / "db.site").write_text("@ IN NONSENSE\n")
    wrong = Needs(zones={"site.test": "db.site", "other.test": "nowhere"})

    with pytest.raises(SpecError) as caught, prepared(wrong):
        pytest.fail("it began")

    assert len(caught.value.problems) >= 2
    assert any("nowhere" in one for one in caught.value.problems)
    assert world.declared is None
    assert world.commands == []


def test_the_dns_is_waited_for_by_what_it_says_and_never_asked(world, prepared):
    world.containers.said["lab-dns"] = reload("site.test.: 3 records") + reload()

    with pytest.raises(
        NotReady, match=r"the DNS was not ready after 20 s; last seen: not served yet: site\.test"
    ):
        prepared().__enter__()

    assert [call for call in world.containers.execs if call.argv[0] == "dig"] == []


def test_the_last_reload_is_what_the_dns_serves():
    lines = [*(reload("a.test.: 1 records") + "not json\n" + reload("B.test.: 2 records")).splitlines()]

    assert zones.served(lines) == {"b.test"}
    assert zones.served(["noise"]) == frozenset()


class TestExports:
    NEEDS = Needs(exports="exports")

    @pytest.fixture(autouse=True)
    def _file(self, folder):
        (folder / "exports").write_text(EXPORTS)

    def test_they_are_in_force_with_their_folders_and_then_the_labs_again(self, world, prepared):
        with prepared(self.NEEDS):
            assert world.exports == EXPORTS.encode()
            assert world.applied == [("--folder=/srv/a", "--folder=/srv/b c")]
        assert world.exports == LAB.nfs.files[EXPORTS_FILE]
        assert world.applied[1:] == [("--folder=/opt/nfs",)]

    def test_a_scenario_without_any_has_the_labs_whatever_an_earlier_run_left(self, world, prepared):
        world.containers.put("lab-nfs", {EXPORTS_FILE: b"/left *(rw)\n"})
        with prepared(Needs()):
            assert world.exports == LAB.nfs.files[EXPORTS_FILE]

    def test_its_twin_that_has_them_already_leaves_the_server_alone(self, world, prepared):
        with prepared(Needs()):
            pass
        assert world.applied == []

    def test_the_same_file_that_did_not_hold_is_tried_again(self, world, prepared):
        world.answers["python3"] = completed(
            stderr="/etc/exports: Failed to resolve gone.test\n", exit_code=1
        )
        with pytest.raises(LabError, match="not all of it is in force"), prepared(Needs()):
            pytest.fail("it began")

    def test_what_is_kept_stays(self, world, prepared):
        with prepared(self.NEEDS, keep=True):
            pass
        assert world.exports == EXPORTS.encode()

    def test_what_is_not_in_force_is_told_in_the_servers_words(self, world, prepared):
        world.answers["python3"] = completed(
            stderr="/etc/exports: Failed to resolve gone.test\n", exit_code=1
        )
        with (
            pytest.raises(
                LabError, match=r"not all of it is in force:\n/etc/exports: Failed to resolve gone\.test"
            ),
            prepared(self.NEEDS),
        ):
            pytest.fail("it began")

    def test_a_wrong_file_is_told_before_anything_is_touched(self, world, prepared, folder):
        (folder / "exports").write_text("# ours\n/srv/a 10.142.18.7(rw),10.142.18.8(rw)\n")
        with pytest.raises(SpecError) as caught, prepared(self.NEEDS):
            pytest.fail("it began")

        (only,) = caught.value.problems
        assert only.startswith(f"{folder / 'exports'}:2: ")
        assert "clients are separated by blanks, not by commas" in only
        assert world.exports == LAB.nfs.files[EXPORTS_FILE]
        assert world.containers.execs == []


class TestArchives:
    """An archive is made of the images that the scenario names, unless the user brings one."""

    NEEDS = Needs(archives={"a.tar.xz": ("gcr.io/me/it:1", "me/other:2")})

    @pytest.fixture
    def carried(self, monkeypatch):
        seen = []

        def write(references, name, shell, *, cache, say):
            seen.append(("written", tuple(references), name))
            return cache / name

        def carry(archive, name, topology, host, *, ours):
            seen.append(("carried", archive.name, name, ours))

        monkeypatch.setattr(room.writing, "write", write)
        monkeypatch.setattr(room, "carry", carry)
        return seen

    def test_the_labs_own_is_written_and_carried(self, prepared, carried):
        with prepared(self.NEEDS):
            assert carried == [
                ("written", ("gcr.io/me/it:1", "me/other:2"), "a.tar.xz"),
                ("carried", "a.tar.xz", "a.tar.xz", True),
            ]

    def test_the_users_takes_its_place(self, prepared, carried, tmp_path):
        with prepared(self.NEEDS, archive=tmp_path / "mine.tar.xz"):
            assert carried == [("carried", "mine.tar.xz", "a.tar.xz", False)]

    def test_one_that_is_missing_is_one_finding(self, prepared, tmp_path):
        with (
            pytest.raises(LabError, match=r"mine\.tar\.xz: No such file"),
            prepared(self.NEEDS, archive=tmp_path / "mine.tar.xz"),
        ):
            pass

    def test_who_needs_none_has_none(self, prepared, carried):
        with prepared(Needs()):
            assert carried == []
