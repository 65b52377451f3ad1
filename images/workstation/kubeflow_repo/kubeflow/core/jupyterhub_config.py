# ruff: noqa: ANN401, INP001, S104  what the hub hands in has no types; it, not we, is a package; a pod listens
"""The hub's settings, and the form that a notebook is asked for with.

The ks component carries this file into the ConfigMap `jupyterhub-config`; the hub runs it with `get_config`
in reach. What the hub of the document offered is in the facts that its stand-ins follow (3.4).
"""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

VERSIONS = ("1.4.1", "1.5.1", "1.6.0", "1.7.0", "1.8.0")
KINDS = ("cpu", "gpu")
TAG = "v0.2.1"
DEFAULTS = {
    "image": f"gcr.io/kubeflow-images-public/tensorflow-1.8.0-notebook-cpu:{TAG}",
    "cpu_guarantee": "500m",
    "mem_guarantee": "1Gi",
}
"""What an empty field stands for. REGISTRY and REPO_NAME change the suggestions only, not this image."""
UNITS = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
UNITS |= {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}


def suggestions(registry: str, repository: str) -> list[str]:
    """Return the images that the form's list offers."""
    return [
        f"{registry}/{repository}/tensorflow-{version}-notebook-{kind}:{TAG}"
        for version in VERSIONS
        for kind in KINDS
    ]


def form(images: Sequence[str]) -> str:
    """Return the fields of "Spawner Options"; the hub puts them between its heading and its button."""
    options = "".join(f'<option value="{html.escape(image)}">' for image in images)
    rows = (
        ("image", "Image", DEFAULTS["image"], 'list="image-list"'),
        ("cpu_guarantee", "CPU", DEFAULTS["cpu_guarantee"], ""),
        ("mem_guarantee", "Memory", DEFAULTS["mem_guarantee"], ""),
        ("extra_resource_limits", "Extra Resource Limits", '{"nvidia.com/gpu": "1"}', ""),
    )
    fields = "".join(
        f'<p><label for="{name}" class="form-label">{label}</label>'
        f'<input class="form-control" type="text" id="{name}" name="{name}" autocomplete="off" '
        f'placeholder="{html.escape(hint)}" {more}></p>'
        for name, label, hint, more in rows
    )
    return f'{fields}<datalist id="image-list">{options}</datalist>'


def chosen(data: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Read a form as sent; an empty field is its default.

    Raises:
        ValueError: a field cannot be used; the hub shows the message above the form.

    """
    given = {name: " ".join(data.get(name, ())).strip() for name in (*DEFAULTS, "extra_resource_limits")}
    options: dict[str, Any] = {name: given[name] or default for name, default in DEFAULTS.items()}
    cores(options["cpu_guarantee"])
    amount(options["mem_guarantee"])
    options["extra_resource_limits"] = limits(given["extra_resource_limits"])
    return options


def limits(text: str) -> dict[str, str]:
    """Read the JSON object that the last field takes.

    Raises:
        ValueError: it is something else.

    """
    try:
        return {str(name): str(value) for name, value in json.loads(text or "{}").items()}
    except (ValueError, AttributeError) as error:
        raise ValueError(f"extra_resource_limits takes a JSON object, not {text!r}") from error


def cores(text: str) -> float:
    """Read `500m` or `0.5`.

    Raises:
        ValueError: neither.

    """
    if not (found := re.fullmatch(r"(\d+(?:\.\d+)?)(m?)", text)):
        raise ValueError(f"cpu_guarantee takes cores, as in 500m or 0.5, not {text!r}")
    return float(found[1]) / (1000 if found[2] else 1)


def amount(text: str) -> int:
    """Read `1Gi` or `512M`, in bytes.

    Raises:
        ValueError: neither.

    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([A-Za-z]*)", text)
    if not found or found[2] not in UNITS:
        raise ValueError(f"mem_guarantee takes an amount, as in 1Gi or 512M, not {text!r}")
    return int(float(found[1]) * UNITS[found[2]])


def apply(spawner: Any, options: Mapping[str, Any]) -> None:
    """Set *spawner* up as the form says; a start without a form is one with empty fields."""
    options = chosen({}) | dict(options)
    spawner.image = options["image"]
    spawner.cpu_guarantee = cores(options["cpu_guarantee"])
    spawner.mem_guarantee = amount(options["mem_guarantee"])
    spawner.extra_resource_guarantees = {"cpu": options["cpu_guarantee"], "memory": options["mem_guarantee"]}
    spawner.extra_resource_limits = options["extra_resource_limits"]


def configure(c: Any, env: Mapping[str, str]) -> None:
    """Say everything to *c*, given the hub's environment."""
    c.JupyterHub.ip = "0.0.0.0"
    c.JupyterHub.hub_ip = "0.0.0.0"  # so notebooks are given its host name: tf-hub-0, a service, too
    c.JupyterHub.cleanup_servers = False
    c.JupyterHub.redirect_to_server = False  # whoever signs in is shown the page with "Start My Server"
    c.JupyterHub.spawner_class = "kubespawner.KubeSpawner"
    c.JupyterHub.template_paths = ["/srv/jupyterhub/templates"]
    c.JupyterHub.authenticator_class = "dummy"
    c.Authenticator.allow_all = True

    spawner = c.KubeSpawner
    spawner.options_form = form(
        suggestions(env.get("REGISTRY", "gcr.io"), env.get("REPO_NAME", "kubeflow-images-public"))
    )
    spawner.options_from_form = chosen
    spawner.apply_user_options = apply
    spawner.cmd = ["start-singleuser.sh"]
    spawner.args = ["--allow-root"]
    spawner.image_pull_policy = "IfNotPresent"
    spawner.start_timeout = 1800
    spawner.http_timeout = 300
    spawner.pod_name_template = "jupyter-{username}"
    spawner.uid = 1000
    spawner.fs_gid = 100
    mount = env.get("NOTEBOOK_PVC_MOUNT", "")
    if mount and mount != "null":
        spawner.working_dir = mount
        spawner.pvc_name_template = "claim-{username}"
        spawner.storage_pvc_ensure = True
        spawner.storage_capacity = "10Gi"
        spawner.storage_access_modes = ["ReadWriteOnce"]
        claim = {"claimName": "claim-{username}"}
        spawner.volumes = [{"name": "volume-{username}", "persistentVolumeClaim": claim}]
        spawner.volume_mounts = [{"mountPath": mount, "name": "volume-{username}"}]


if "get_config" in globals():  # the hub's; not there when somebody only reads this
    configure(get_config(), os.environ)  # type: ignore[name-defined]  # noqa: F821
