"""The names that the site's registry is asked by, and how nginx maps them to its repositories."""

from __future__ import annotations

import re

import pytest

from lab.builds.reference import parse_reference
from lab.spec import front
from lab.spec.config import LabConfig
from lab.spec.plan import plan
from lab.spec.registries import prefix

MIRRORS = ("docker.io", "gcr.io")


def servers(mirrors: tuple[str, ...]) -> dict[str, str]:
    """Return each server's block by its names."""
    blocks = front.configuration(mirrors, 5000).split("    server {\n")[1:]
    found = ((re.search(r"server_name (.*);", block), block) for block in blocks)
    return {named[1] if named else "": block for named, block in found}


def test_docker_hub_is_asked_by_the_names_that_dockers_client_uses() -> None:
    assert front.names(MIRRORS) == {
        "docker.io": ("docker.io", "registry-1.docker.io", "index.docker.io"),
        "gcr.io": ("gcr.io",),
    }


@pytest.mark.parametrize("mirror", ["registry.test:5000", "localhost", "a b.test", "x;y.test"])
def test_a_mirror_that_nobody_asks_for_on_port_443_is_left_out(mirror: str) -> None:
    assert front.every_name((mirror, "quay.io")) == ("quay.io",)


def test_every_registry_has_a_server_and_other_names_get_no_handshake() -> None:
    found = servers(MIRRORS)

    assert set(found) == {"", "gcr.io", "docker.io registry-1.docker.io index.docker.io"}
    assert "ssl_reject_handshake on;" in found[""]
    assert "proxy_pass" not in found[""]
    assert all("ssl_reject_handshake" not in block for names, block in found.items() if names)


@pytest.mark.parametrize("reference", ["gcr.io/a/b:1", "katacoda/tensorflow_serving:latest", "nginx"])
def test_what_is_asked_of_a_host_is_found_where_delivery_puts_it(reference: str) -> None:
    image = parse_reference(reference)
    block = next(text for names, text in servers(MIRRORS).items() if image.registry in names.split())
    found = re.search(r"rewrite (\S+) (\S+) break;", block)
    assert found
    asked = f"/v2/{image.repository}/manifests/{image.version}"

    mapped = re.sub(found[1], found[2].replace("$1", r"\1"), asked)

    assert mapped == f"/v2/{image.path}/manifests/{image.version}"


@pytest.mark.parametrize(
    ("arguments", "mapped"),
    [
        ("mount=sha256:1&from=a/b", "mount=sha256:1&from=gcr.io/a/b"),
        ("from=a%2Fb&mount=sha256:1", "from=gcr.io/a%2Fb&mount=sha256:1"),
        ("_state=from", None),
        ("heifrom=a", None),
    ],
)
def test_the_repository_that_a_layer_is_mounted_from_is_mapped_too(
    arguments: str, mapped: str | None
) -> None:
    block = servers(MIRRORS)["gcr.io"]
    found = re.search(r'if \(\$args ~ "(.+)"\) \{\s+set \$args "(.+)";', block)
    assert found

    matched = re.search(found[1], arguments)

    assert (matched and found[2].replace("$1", matched[1] or "").replace("$2", matched[2])) == mapped


def test_an_upload_goes_on_under_the_name_that_it_began_with() -> None:
    found = re.search(r"proxy_redirect ~(\S+) https://\$host(\S+);", servers(MIRRORS)["gcr.io"])
    assert found

    there = re.sub(
        found[1], found[2].replace("$1", r"\1"), "https://gcr.io/v2/gcr.io/a/blobs/uploads/1?_state=x"
    )

    assert there == "/v2/a/blobs/uploads/1?_state=x"


def test_the_prefixes_are_deliverys() -> None:
    assert [prefix(host) for host in front.names(("GCR.io", "quay.io"))] == ["gcr.io", "quay.io"]


def test_the_container_gets_the_names_for_its_certificate() -> None:
    lab = plan(LabConfig(mirrors=("quay.io", "registry.test:5000")))

    assert lab.front.files[f"{front.FOLDER}/names"] == b"quay.io\n"
    assert b"server_name quay.io;" in lab.front.files[f"{front.FOLDER}/nginx.conf"]
    assert lab.front.volumes == {"lab-front": front.KEPT}
