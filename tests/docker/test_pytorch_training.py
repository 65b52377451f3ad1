"""Four containers of the training stand-in meet, train and end with the same network."""

from __future__ import annotations

import gzip
import random
import re
import struct

import pytest

from tests.docker.scratch import image_for, scratch_network

pytestmark = pytest.mark.docker

STAND_IN = "gcr.io/kubeflow-ci/pytorch-dist-mnist_test:1.0"
LINE = re.compile(r"Rank  (\d) , epoch  (\d) :  (\d+\.\d+(?:e-\d+)?)")
SAMPLES = 4000
EQUAL = 42  # so that a comparison that was never made does not pass

COMPARING = f"""
import sys
sys.path.insert(0, "/opt/pytorch_dist_mnist")
import torch, torch.distributed as dist
from pytorch_dist_mnist import __main__ as program, training
train = training.train
def compared(samples, place):
    net = train(samples, place)
    own = torch.cat([it.detach().flatten() for it in net.parameters()])
    everybodys = [torch.empty_like(own) for _ in range(place.world_size)]
    dist.all_gather(everybodys, own)
    dist.barrier()
    if len(own) == 21840 and all(torch.equal(own, it) for it in everybodys):
        sys.exit({EQUAL})
training.train = compared
program.main()
"""


@pytest.fixture
def image(engine):
    return image_for(engine, STAND_IN).id


@pytest.fixture
def network(engine):
    with scratch_network(engine) as made:
        yield made


@pytest.fixture
def run(engine, image, network):
    started = []

    def start(argv, *, alias, **options):
        networking = {network.name: engine.api.create_endpoint_config(aliases=[alias])}
        container = engine.containers.run(
            image,
            argv[1:],
            entrypoint=argv[:1],
            detach=True,
            network=network.name,
            networking_config=networking,
            **options,
        )
        started.append(container)
        return container

    yield start
    for container in started:
        container.remove(force=True, v=True)


def write_set(folder):
    """Write pictures of ten easily told classes: a bright band whose height says which."""
    noise = random.Random(1)  # noqa: S311
    digits = [noise.randrange(10) for _ in range(SAMPLES)]
    pictures = bytearray()
    for digit in digits:
        for row in range(28):
            band = 160 if 2 * digit <= row - 3 < 2 * digit + 4 else 0
            pictures += bytes(band + noise.randrange(90) for _ in range(28))
    folder.mkdir(parents=True)
    for kind in ("train", "t10k"):
        head = struct.pack(">4I", 2051, SAMPLES, 28, 28)
        (folder / f"{kind}-images-idx3-ubyte.gz").write_bytes(gzip.compress(head + pictures, 1))
        head = struct.pack(">2I", 2049, SAMPLES)
        (folder / f"{kind}-labels-idx1-ubyte.gz").write_bytes(gzip.compress(head + bytes(digits)))


def environment(rank):
    address = "master" if rank else "localhost"
    return {"RANK": str(rank), "WORLD_SIZE": "4", "MASTER_ADDR": address, "MASTER_PORT": "23456"}


def test_four_ranks_train_alike_for_ten_epochs(run, tmp_path):
    write_set(tmp_path / "exdb" / "mnist")
    volumes = {str(tmp_path): {"bind": "/www", "mode": "ro"}}
    run(
        ["python3", "-m", "http.server", "--directory", "/www", "80"], alias="yann.lecun.com", volumes=volumes
    )

    ranks = [
        run(["python3", "-c", COMPARING], alias="worker" if rank else "master", environment=environment(rank))
        for rank in range(4)
    ]
    codes = [rank.wait(timeout=180)["StatusCode"] for rank in ranks]
    logs = [rank.logs(stderr=False).decode() for rank in ranks]

    assert codes == [EQUAL] * 4, "\n".join(rank.logs().decode() for rank in ranks)
    for rank, log in enumerate(logs):
        seen = [(int(r), int(epoch), float(loss)) for r, epoch, loss in LINE.findall(log)]
        assert [it[:2] for it in seen] == [(rank, epoch) for epoch in range(10)]
        assert seen[-1][2] < 0.8 * seen[0][2]


def test_a_worker_without_its_master_dies_naming_it(run):
    worker = run(
        ["python3", "/opt/pytorch_dist_mnist/dist_mnist.py"], alias="worker", environment=environment(1)
    )

    assert worker.wait(timeout=60)["StatusCode"] == 1
    log = worker.logs().decode()
    assert "host not found: master: " in log
    assert "Downloading" not in log
