"""What is decided without asking anybody: settings, claims, volumes, events, turns."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nfs_provisioner import claims, folders, objects, settings
from nfs_provisioner.attempts import LONGEST_SECONDS, MOST, RESYNC_SECONDS, Attempts

from .bodies import FOLDER, SETTINGS, UID, claim, storage_class

VARIABLES = {"PROVISIONER_NAME": SETTINGS.provisioner, "NFS_SERVER": "10.142.18.191", "NFS_PATH": "/opt/nfs"}


def test_settings_come_from_the_manifest():
    assert settings.read(VARIABLES) == SETTINGS


@pytest.mark.parametrize("name", VARIABLES)
@pytest.mark.parametrize("value", [None, ""])
def test_an_empty_variable_is_fatal(name: str, value: str | None):
    given = {key: text for key, text in VARIABLES.items() if key != name} | (
        {name: ""} if value == "" else {}
    )

    with pytest.raises(settings.Missing, match=name):
        settings.read(given)


@pytest.mark.parametrize("key", ["volume.kubernetes.io", "volume.beta.kubernetes.io"])
def test_a_claim_is_ours_by_its_annotation(key: str):
    assert claims.is_ours(
        claim(annotations={f"{key}/storage-provisioner": SETTINGS.provisioner}), SETTINGS.provisioner
    )


@pytest.mark.parametrize(
    "body",
    [
        claim(annotations={}),
        claim(annotations={"volume.kubernetes.io/storage-provisioner": "cluster.local/another"}),
        claim(volumeName="pvc-x"),
        claim(metadata={"deletionTimestamp": "2026-11-24T13:00:00Z"}),
    ],
)
def test_no_other_claim_is(body):
    assert not claims.is_ours(body, SETTINGS.provisioner)


def test_a_claim_says_how_its_folder_is_called():
    found = claims.read(claim())

    assert (found.volume, found.folder) == (f"pvc-{UID}", FOLDER)
    assert found.folder == f"default-claim-admin-pvc-{UID}"


@pytest.mark.parametrize("selector", [{}, {"matchLabels": {"a": "b"}}])
def test_a_selector_is_refused(selector: dict[str, dict[str, str]]):
    with pytest.raises(claims.Refusal, match=r"^claim Selector is not supported$"):
        claims.read(claim(selector=selector))


def test_the_old_annotation_names_the_class_first():
    old = claim(annotations={"volume.beta.kubernetes.io/storage-class": "old"})

    assert (claims.class_name(old), claims.class_name(claim())) == ("old", "nfs-client")


def test_a_class_may_want_the_pod_placed_first():
    late = storage_class(volumeBindingMode="WaitForFirstConsumer")
    placed = claim(annotations={"volume.kubernetes.io/selected-node": "localnode-2"})

    assert claims.waits_for_a_node(claim(), late)
    assert not claims.waits_for_a_node(placed, late)
    assert not claims.waits_for_a_node(claim(), storage_class())


def test_a_volume_is_the_claim_s_and_the_class_s():
    wanted = claims.read(claim(accessModes=["ReadWriteMany", "ReadOnlyMany"]))

    made = objects.volume(wanted, storage_class(reclaimPolicy="Retain", mountOptions=["nolock"]), SETTINGS)

    assert made["metadata"]["name"] == f"pvc-{UID}"
    assert made["metadata"]["annotations"] == {"pv.kubernetes.io/provisioned-by": SETTINGS.provisioner}
    assert made["spec"] == {
        "accessModes": ["ReadWriteMany", "ReadOnlyMany"],
        "capacity": {"storage": "10Gi"},
        "claimRef": {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "namespace": "default",
            "name": "claim-admin",
            "uid": UID,
        },
        "mountOptions": ["nolock"],
        "nfs": {"server": "10.142.18.191", "path": f"/opt/nfs/{FOLDER}"},
        "persistentVolumeReclaimPolicy": "Retain",
        "storageClassName": "nfs-client",
    }


def test_what_the_class_does_not_say_is_left_out():
    spec = objects.volume(claims.read(claim()), {"metadata": {}}, SETTINGS)["spec"]

    assert "mountOptions" not in spec
    assert spec["persistentVolumeReclaimPolicy"] == "Delete"


def test_an_event_is_about_its_object():
    now = datetime(2026, 11, 24, 13, 0, tzinfo=UTC)
    made = objects.event(claim(), "Normal", "Provisioning", "x", component="c", now=now)
    of_volume = objects.event(
        {"metadata": {"name": "pvc-x", "uid": "v"}}, "Warning", "r", "m", component="c", now=now
    )

    assert made["involvedObject"]["kind"] == "PersistentVolumeClaim"
    assert made["metadata"] == {"generateName": "claim-admin.", "namespace": "default"}
    assert (made["firstTimestamp"], made["count"]) == ("2026-11-24T13:00:00Z", 1)
    assert (of_volume["involvedObject"]["kind"], of_volume["metadata"]["namespace"]) == (
        "PersistentVolume",
        "default",
    )


@pytest.mark.parametrize(
    ("parameters", "archived"),
    [
        (None, True),
        ({}, True),
        ({"archiveOnDelete": "true"}, True),
        ({"archiveOnDelete": "1"}, True),
        ({"archiveOnDelete": "false"}, False),
        ({"archiveOnDelete": "F"}, False),
    ],
)
def test_what_the_class_says_of_archives(parameters: dict[str, str] | None, archived):
    assert folders.to_be_archived(parameters) is archived


@pytest.mark.parametrize("text", ["", "yes", "tRUE"])
def test_what_is_neither_true_nor_false_is_an_error(text: str):
    with pytest.raises(folders.Unfit, match="invalid syntax"):
        folders.to_be_archived({"archiveOnDelete": text})


@pytest.mark.parametrize("path", ["/opt/nfs", "/opt/nfs/a/b", "/opt/nfs/..", "/etc/a", "a", ""])
def test_only_a_folder_right_below_the_export_is_given_up(path: str):
    with pytest.raises(folders.Unfit):
        folders.named(path, "/opt/nfs")


@given(st.from_regex(r"\A[a-z0-9-]{1,60}\Z"), st.sampled_from(["/opt/nfs", "/opt/nfs/"]))
def test_a_folder_s_name_comes_back_from_its_path(name: str, exported: str):
    assert folders.named(f"/opt/nfs/{name}", exported) == name


def test_a_folder_is_open_to_all_whatever_the_umask(tmp_path: Path):
    folders.make(tmp_path, "a")
    folders.make(tmp_path, "a")

    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o777


def test_attempts_come_ever_later_then_with_the_resync():
    attempts, now, pauses = Attempts(), 0.0, []
    for _ in range(MOST):
        attempts.failed("a", now)
        assert attempts.waits("a")
        pauses.append(attempts.pause(now, 10_000))
        now += pauses[-1]
        assert list(attempts.take_due(now)) == ["a"]
        assert not attempts.waits("a")

    assert pauses[:4] == [1, 2, 4, 8]
    assert max(pauses[:-1]) == LONGEST_SECONDS
    assert pauses[-1] == RESYNC_SECONDS


def test_a_success_begins_the_count_anew():
    attempts = Attempts()
    attempts.failed("a", 0)
    attempts.failed("a", 0)
    attempts.done("a")
    assert not attempts.waits("a")

    attempts.failed("a", 0)

    assert list(attempts.take_due(0.9)) == []
    assert list(attempts.take_due(1)) == ["a"]
