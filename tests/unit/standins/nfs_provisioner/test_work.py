from __future__ import annotations

from pathlib import Path

import pytest

from nfs_provisioner.work import CLASSES, VOLUMES, Failed, Work

from .bodies import FOLDER, SETTINGS, UID, FakeCluster, claim, released, storage_class


@pytest.fixture
def cluster() -> FakeCluster:
    return FakeCluster(storage_class())


@pytest.fixture
def work(cluster: FakeCluster, tmp_path: Path) -> Work:
    return Work(cluster, SETTINGS, tmp_path)


def test_a_claim_gets_its_folder_its_volume_and_two_events(work: Work, cluster: FakeCluster, tmp_path: Path):
    work.claim(claim())

    assert (tmp_path / FOLDER).stat().st_mode & 0o777 == 0o777
    assert [one["spec"]["nfs"]["path"] for one in cluster.volumes] == [f"/opt/nfs/{FOLDER}"]
    assert cluster.events == [
        (
            "Normal",
            "Provisioning",
            'External provisioner is provisioning volume for claim "default/claim-admin"',
        ),
        ("Normal", "ProvisioningSucceeded", f"Successfully provisioned volume pvc-{UID}"),
    ]


def test_a_claim_seen_twice_is_given_once(work: Work, cluster: FakeCluster):
    work.claim(claim())
    work.claim(claim())

    assert len(cluster.volumes) == 1
    assert len(cluster.events) == 2


def test_a_claim_of_another_class_is_left_alone(work: Work, cluster: FakeCluster, tmp_path: Path):
    work.claim(claim(annotations={}))

    assert (list(tmp_path.iterdir()), cluster.events) == ([], [])


def test_a_claim_needs_no_self_link(work: Work, cluster: FakeCluster):
    body = claim()
    assert "selfLink" not in body["metadata"]

    work.claim(body)

    assert cluster.volumes


def test_a_selector_is_told_of_and_nothing_is_made(work: Work, cluster: FakeCluster, tmp_path: Path):
    with pytest.raises(Failed):
        work.claim(claim(selector={"matchLabels": {"a": "b"}}))

    assert list(tmp_path.iterdir()) == []
    assert cluster.events == [
        (
            "Warning",
            "ProvisioningFailed",
            'failed to provision volume with StorageClass "nfs-client": claim Selector is not supported',
        )
    ]


def test_a_class_that_is_gone_is_told_of(work: Work, cluster: FakeCluster):
    del cluster.objects[f"{CLASSES}/nfs-client"]

    with pytest.raises(Failed, match=r'storageclass\.storage\.k8s\.io "nfs-client" not found'):
        work.claim(claim())


def test_a_pod_that_must_be_placed_first_is_waited_for(work: Work, cluster: FakeCluster):
    cluster.objects[f"{CLASSES}/nfs-client"] = storage_class(volumeBindingMode="WaitForFirstConsumer")

    work.claim(claim())

    assert (cluster.volumes, cluster.events) == ([], [])


def test_a_refusal_of_the_volume_is_told_of_and_the_next_attempt_succeeds(work: Work, cluster: FakeCluster):
    cluster.refuses.add(VOLUMES)
    with pytest.raises(Failed, match="forbidden"):
        work.claim(claim())
    cluster.refuses.clear()

    work.claim(claim())

    assert len(cluster.volumes) == 1
    assert cluster.events[-1][1] == "ProvisioningSucceeded"


def test_a_refused_event_stops_nothing(work: Work, cluster: FakeCluster):
    cluster.refuses.add("/api/v1/namespaces/default/events")

    work.claim(claim())

    assert (len(cluster.volumes), cluster.events) == (1, [])


class TestAVolumeThatWasLetGo:
    @pytest.fixture(autouse=True)
    def _stands(self, work: Work, cluster: FakeCluster, tmp_path: Path) -> None:
        work.claim(claim())
        cluster.events.clear()
        (tmp_path / FOLDER / "file").write_text("kept?")

    def test_is_archived(self, work: Work, cluster: FakeCluster, tmp_path: Path):
        work.volume(released())

        assert (tmp_path / f"archived-{FOLDER}" / "file").read_text() == "kept?"
        assert not (tmp_path / FOLDER).exists()
        assert cluster.volumes == []

    def test_is_removed_where_the_class_says_so(self, work: Work, cluster: FakeCluster, tmp_path: Path):
        cluster.objects[f"{CLASSES}/nfs-client"] = storage_class(parameters={"archiveOnDelete": "false"})

        work.volume(released())

        assert list(tmp_path.iterdir()) == []
        assert cluster.volumes == []

    def test_is_forgotten_where_its_folder_is_gone(self, work: Work, cluster: FakeCluster, tmp_path: Path):
        (tmp_path / FOLDER).rename(tmp_path / "elsewhere")

        work.volume(released())

        assert cluster.volumes == []
        assert [folder.name for folder in tmp_path.iterdir()] == ["elsewhere"]

    @pytest.mark.parametrize(
        "body",
        [
            released(phase="Bound"),
            released(persistentVolumeReclaimPolicy="Retain"),
            released() | {"metadata": {"name": f"pvc-{UID}", "uid": "v"}},
            released()
            | {"metadata": {**released()["metadata"], "deletionTimestamp": "2026-11-24T13:00:00Z"}},
        ],
        ids=["bound", "to be retained", "another's", "going"],
    )
    def test_only_then(self, work: Work, cluster: FakeCluster, tmp_path: Path, body):
        work.volume(body)

        assert (tmp_path / FOLDER / "file").exists()
        assert len(cluster.volumes) == 1

    @pytest.mark.parametrize("path", ["/opt/nfs", "/opt/nfs/../etc", "/srv/other"])
    def test_of_another_place_is_not_touched(
        self, work: Work, cluster: FakeCluster, tmp_path: Path, path: str
    ):
        with pytest.raises(Failed, match="is not a folder right below /opt/nfs"):
            work.volume(released(path=path))

        assert (tmp_path / FOLDER / "file").exists()
        assert [event[:2] for event in cluster.events] == [("Warning", "VolumeFailedDelete")]

    def test_stays_where_the_class_does_not_say_what_to_do(
        self, work: Work, cluster: FakeCluster, tmp_path: Path
    ):
        cluster.objects[f"{CLASSES}/nfs-client"] = storage_class(parameters={"archiveOnDelete": "perhaps"})

        with pytest.raises(Failed, match="invalid syntax"):
            work.volume(released())

        assert (tmp_path / FOLDER / "file").exists()
