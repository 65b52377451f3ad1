"""What lies in a layout beside images, and is none: told by media types, and by the marks that tools leave.

Facts: the OCI image specification (manifest, "guidelines for artifact usage"), the annotations of cosign and
Hauler, BuildKit's attestation storage, the media types of Helm and ORAS.
"""

from __future__ import annotations

import re

from lab.builds.layout import OCI_CONFIG, Blob, Manifest

IMAGE_CONFIGS = {OCI_CONFIG, "application/vnd.docker.container.image.v1+json", "application/octet-stream"}
"""The last is what the first registries of version 2 stored."""
LAYER = re.compile(
    r"application/vnd\.oci\.image\.layer\.(nondistributable\.)?v1\.tar(\+(gzip|zstd))?"
    r"|application/vnd\.docker\.image\.rootfs\.(foreign\.)?diff\.tar(\.(gzip|zstd))?"
)
KEPT_BACK = re.compile(r"\.(foreign|nondistributable)\.")
"""Layers that tools leave out of what they write, since they may not be passed on."""
HAULED = re.compile(r"dev\.(?:hauler|cosignproject\.cosign)/(sigs|atts|sboms|referrers)\b.*")
HAULED_KINDS = {
    "sigs": "a cosign signature",
    "atts": "a cosign attestation",
    "sboms": "an SBOM",
    "referrers": "a signature or attestation that refers to an image",
}
REFERENCE = "vnd.docker.reference.type"
SUBJECT = "io.containerd.manifest.subject"
ARTIFACTS = (
    ("application/vnd.cncf.helm.", "a Helm chart"),
    ("application/vnd.dev.cosign.simplesigning.", "a cosign signature"),
    ("application/vnd.dev.cosign.artifact.sig.", "a cosign signature"),
    ("application/vnd.dev.cosign.artifact.sbom.", "an SBOM"),
    ("application/vnd.dev.sigstore.bundle", "a sigstore bundle, that is a signature or attestation"),
    ("application/vnd.cncf.notary.signature", "a Notary signature"),
    ("application/vnd.dsse.envelope.", "a cosign attestation"),
    ("application/vnd.in-toto", "an attestation"),
    ("application/spdx", "an SBOM"),
    ("text/spdx", "an SBOM"),
    ("application/vnd.cyclonedx", "an SBOM"),
    ("application/vnd.syft", "an SBOM"),
    ("application/vnd.content.hauler.file.", "a file that Hauler packed"),
    ("application/vnd.wasm.", "a WebAssembly module"),
)
DOCUMENTS = (
    (
        "application/vnd.docker.distribution.manifest.v1+",
        "an image of Docker's schema 1, which no engine reads any more",
    ),
    ("application/vnd.oci.artifact.manifest.", "an artifact, of a form that the OCI withdrew"),
)


def marked(blob: Blob) -> str | None:
    """Return what the tool that wrote the descriptor says that it is, where that is no image."""
    hauled = HAULED.fullmatch(blob.annotations.get("kind", ""))
    if hauled:
        return HAULED_KINDS[hauled[1]]
    if REFERENCE in blob.annotations:
        return "an attestation of a build" if "attestation" in blob.annotations[REFERENCE] else "a reference"
    if SUBJECT in blob.annotations:
        return HAULED_KINDS["referrers"]
    return next((what for start, what in DOCUMENTS if blob.media_type.startswith(start)), None)


def artifact(manifest: Manifest) -> str | None:
    """Return what the manifest describes if that is no image; None for an image.

    A signature may have an image's config, so the layers count as well.
    """
    types = [layer.media_type for layer in manifest.layers]
    if manifest.config.media_type in IMAGE_CONFIGS and all(LAYER.fullmatch(one) for one in types):
        return None if types or not manifest.artifact_type else _artifact(manifest.artifact_type)
    if any(one.endswith("+encrypted") for one in types):
        return "an image with encrypted layers, which no node can read"
    odd = [one for one in types if not LAYER.fullmatch(one)]
    said = [manifest.artifact_type or "", manifest.config.media_type, *odd]
    known = next((what for one in said for start, what in ARTIFACTS if one.startswith(start)), None)
    if known:
        return known
    if manifest.artifact_type:
        return _artifact(manifest.artifact_type)
    if manifest.config.media_type not in IMAGE_CONFIGS:
        return _artifact(manifest.config.media_type or "unknown")
    return f"an image with layers of type {odd[0]}, which no node can read"


def _artifact(kind: str) -> str:
    known = next((what for start, what in ARTIFACTS if kind.startswith(start)), None)
    return known or f"an artifact of type {kind}"
