"""BIND itself: the recorded verdicts are its own, and the lab's DNS answers the same zones as it does."""

from __future__ import annotations

import subprocess

import pytest

from tests import zonecorpus
from tests.bench import against_bind
from tests.docker import bind

pytestmark = pytest.mark.docker

LOOP = """
while read -r file origin; do
  {check} "$origin" "$file.zone" >"out/$file" 2>"err/$file"; echo $? >"code/$file"
done <list
"""


@pytest.fixture(scope="module")
def image():
    return bind.build()


def test_the_recorded_verdicts_are_binds(image, tmp_path):
    zonecorpus.write(tmp_path)
    cases = list(zonecorpus.cases())
    (tmp_path / "list").write_text("".join(f"{case.name} {case.origin}\n" for case in cases))
    for folder in ("out", "err", "code"):
        (tmp_path / folder).mkdir()
    script = LOOP.format(check=" ".join(zonecorpus.CHECK))
    argv = [
        "docker",
        "run",
        "--rm",
        "--network=none",
        f"--volume={tmp_path}:/zones",
        "--workdir=/zones",
        image,
    ]
    subprocess.run([*argv, "sh", "-c", script], check=True, capture_output=True, timeout=120)

    def verdict(case):
        read = [(tmp_path / folder / case.name).read_text(errors="replace") for folder in ("out", "err")]
        return zonecorpus.judged(case, int((tmp_path / "code" / case.name).read_text()), *read)

    asked = {zonecorpus.key(case): verdict(case) for case in cases}
    recorded = zonecorpus.recorded()
    differing = [
        key
        for key in asked
        if (asked[key].word, asked[key].loaded) != (recorded[key].word, recorded[key].loaded)
    ]

    assert set(asked) == set(recorded)
    assert differing == [], "`python -m tests.zonecorpus` records them anew"


def test_the_answers_are_binds(engine, network, image, tmp_path):
    zones = against_bind.write(tmp_path)
    container = engine.containers.run(
        image,
        ["named", "-g", "-c", "/zones/named.conf"],
        detach=True,
        network=network.name,
        volumes={str(tmp_path): {"bind": "/zones", "mode": "rw"}},
        labels={"airgap-lab.test": "1"},
    )
    try:
        container.reload()
        address = container.attrs["NetworkSettings"]["Networks"][network.name]["IPAddress"]
        with against_bind.served(tmp_path) as ours:
            differing, count = against_bind.compare((address, against_bind.PORT), ours, zones)
    finally:
        container.remove(force=True, v=True)

    assert count >= 5000
    assert differing == []
