"""The network of the original: two convolutions, two layers, 21,840 parameters."""

from __future__ import annotations

import torch  # type: ignore[import-not-found,unused-ignore]
from torch import Tensor, nn
from torch.nn import functional  # type: ignore[import-not-found,unused-ignore]


class Net(nn.Module):  # type: ignore[misc,unused-ignore]
    """Digits of 28x28 to log-probabilities of ten classes."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 10, kernel_size=5)
        self.conv2 = nn.Conv2d(10, 20, kernel_size=5)
        self.conv2_drop = nn.Dropout2d()
        self.fc1 = nn.Linear(320, 50)
        self.fc2 = nn.Linear(50, 10)

    def forward(self, pictures: Tensor) -> Tensor:
        seen = functional.relu(functional.max_pool2d(self.conv1(pictures), 2))
        seen = functional.relu(functional.max_pool2d(self.conv2_drop(self.conv2(seen)), 2))
        hidden = functional.relu(self.fc1(torch.flatten(seen, 1)))
        hidden = functional.dropout(hidden, training=self.training)
        return functional.log_softmax(self.fc2(hidden), dim=1)
