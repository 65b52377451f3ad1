"""Train one rank's copy of the network in step with its peers.

All ranks begin with the same parameters (one seed) and take the same step (the mean gradient), so their
copies stay equal; their losses differ, because each sees its own share.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch  # type: ignore[import-not-found,unused-ignore]
import torch.distributed as dist  # type: ignore[import-not-found,unused-ignore]
from torch import Tensor
from torch.nn import functional  # type: ignore[import-not-found,unused-ignore]

from .environment import Place
from .idx import Idx
from .model import Net
from .shares import batch_size, epoch_line, share_of

EPOCHS = 10
TORCH_SEED = 1234
MEAN, DEVIATION = 0.1307, 0.3081  # of the real training pictures, scaled to 0..1


@dataclass(frozen=True, slots=True)
class Samples:
    """Normalised pictures (count, 1, 28, 28) and their digits."""

    pictures: Tensor
    digits: Tensor

    def __len__(self) -> int:
        return len(self.digits)


def save(pictures: Idx, digits: Idx, file: Path) -> None:
    """Write a converted set as torchvision does: a pair of tensors."""
    torch.save((_tensor(pictures), _tensor(digits).long()), file)


def load(file: Path) -> Samples:
    pictures, digits = torch.load(file, weights_only=True)
    return Samples(((pictures.float() / 255 - MEAN) / DEVIATION).unsqueeze(1), digits)


def train(samples: Samples, place: Place, *, epochs: int = EPOCHS) -> Net:
    """Train on this rank's share, printing its mean loss after each epoch; all ranks must do so together."""
    torch.manual_seed(TORCH_SEED)
    own = torch.tensor(share_of(place.rank, samples=len(samples), world_size=place.world_size))
    net = Net()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01, momentum=0.5)
    for epoch in range(epochs):
        batches = own[torch.randperm(len(own))].split(batch_size(place.world_size))
        total = 0.0
        for batch in batches:
            optimizer.zero_grad()
            loss = functional.nll_loss(net(samples.pictures[batch]), samples.digits[batch])
            total += loss.item()
            loss.backward()  # type: ignore[no-untyped-call,unused-ignore]
            average_gradients(net, place.world_size)
            optimizer.step()
        print(epoch_line(place.rank, epoch, total / len(batches)), flush=True)
    return net


def average_gradients(net: Net, world_size: int) -> None:
    """Give every rank the mean of all ranks' gradients, in one exchange, as waiting is the cost."""
    gradients = [it.grad for it in net.parameters()]
    flat = torch.cat([it.flatten() for it in gradients])
    dist.all_reduce(flat, op=dist.ReduceOp.SUM)
    flat /= world_size
    for gradient, mean in zip(gradients, flat.split([it.numel() for it in gradients]), strict=True):
        gradient.copy_(mean.view_as(gradient))


def _tensor(array: Idx) -> Tensor:
    return torch.frombuffer(bytearray(array.values), dtype=torch.uint8).reshape(array.shape)
