"""The chart in the workstation's home, held against the published one's names and values (chart 1.2.5)."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

CHART = Path(__file__).parents[3] / "images" / "workstation" / "home" / "nfs-client-provisioner"
VALUES = yaml.safe_load((CHART / "values.yaml").read_text())
HELPERS = (CHART / "templates" / "_helpers.tpl").read_text()
TEMPLATES = {file.name: file.read_text() for file in (CHART / "templates").glob("*.yaml")}
FULL = r'\{\{ include "provisioner\.fullname" \. \}\}'


def value(path: str):
    found = VALUES
    for key in path.split("."):
        found = found[key]
    return found


@pytest.mark.parametrize(
    ("path", "default"),
    [
        ("replicaCount", 1),
        ("strategyType", "Recreate"),
        ("image.repository", "quay.io/external_storage/nfs-client-provisioner"),
        ("image.tag", "v3.1.0-k8s1.11"),
        ("image.pullPolicy", "IfNotPresent"),
        ("nfs.server", None),
        ("nfs.path", "/ifs/kubernetes"),
        ("nfs.mountOptions", None),
        ("storageClass.create", True),
        ("storageClass.name", "nfs-client"),
        ("storageClass.provisionerName", None),
        ("storageClass.allowVolumeExpansion", True),
        ("storageClass.reclaimPolicy", "Delete"),
        ("storageClass.archiveOnDelete", True),
        ("rbac.create", True),
        ("serviceAccount.create", True),
        ("podSecurityPolicy.enabled", False),
        ("resources", {}),
        ("affinity", {}),
    ],
)
def test_values_are_the_published_ones(path: str, default: object):
    assert value(path) == default


def test_but_for_the_author_s_one_edit():
    assert value("storageClass.defaultClass") is True


def test_the_image_is_the_one_that_is_built():
    hcl = (CHART.parents[3] / "images" / "docker-bake.hcl").read_text()
    assert f'"{value("image.repository")}:{value("image.tag")}"' in hcl


@pytest.mark.parametrize(
    ("template", "kind", "name"),
    [
        ("deployment.yaml", "Deployment", FULL),
        ("clusterrole.yaml", "ClusterRole", FULL + "-runner"),
        ("clusterrolebinding.yaml", "ClusterRoleBinding", "run-" + FULL),
        ("role.yaml", "Role", "leader-locking-" + FULL),
        ("rolebinding.yaml", "RoleBinding", "leader-locking-" + FULL),
        ("serviceaccount.yaml", "ServiceAccount", r'\{\{ include "provisioner\.account" \. \}\}'),
        ("storageclass.yaml", "StorageClass", r"\{\{ \.Values\.storageClass\.name \}\}"),
        ("persistentvolume.yaml", "PersistentVolume", "pv-" + FULL),
        ("persistentvolume.yaml", "PersistentVolumeClaim", "pvc-" + FULL),
    ],
)
def test_objects_have_the_published_names(template: str, kind: str, name: str):
    assert re.search(rf"^kind: {kind}\nmetadata:\n  name: {name}$", TEMPLATES[template], re.MULTILINE)


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_object_carries_the_labels(template: str):
    kinds = len(re.findall("^kind: ", TEMPLATES[template], re.MULTILINE))

    assert kinds
    assert TEMPLATES[template].count('include "provisioner.labels" . | nindent 4') == kinds


def test_the_labels_are_the_published_ones():
    labels = HELPERS.split('define "provisioner.labels"')[1]

    assert re.findall(r"^(\w+): ", labels, re.MULTILINE) == ["app", "chart", "heritage", "release"]


@pytest.mark.parametrize("name", ["PROVISIONER_NAME", "NFS_SERVER", "NFS_PATH"])
def test_the_provisioner_is_told_what_it_asks_for(name: str):
    assert re.search(rf"^ +- name: {name}\n +value: ", TEMPLATES["deployment.yaml"], re.MULTILINE)
