"""The network, and how it learns: plain TensorFlow, no Keras, the same weights from the same seed."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from random import Random

import numpy as np  # type: ignore[import-not-found,unused-ignore]
import tensorflow as tf  # type: ignore[import-not-found,import-untyped,unused-ignore]

from .drawings import LABELS, draw
from .raster import paint

SEEN = 48
"""Pixels along each side that the network looks at."""
PAINTED = 64
"""Pixels along each side of a drawing to learn from, before its rim is cut off as in the graph."""
CHANNELS = (3, 16, 24, 32)
RATE, DECAY1, DECAY2, TINY = 3e-3, 0.9, 0.999, 1e-7
BATCH = 64
DOUBT = 0.1
"""How much of each answer is left to the other classes: it keeps the scores within bounds."""


class Network(tf.Module):  # type: ignore[misc,unused-ignore]
    """Three strided convolutions, then one score a class."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        random = tf.random.Generator.from_seed(20180904)
        shapes = [(3, 3, before, after) for before, after in itertools.pairwise(CHANNELS)]
        self.filters = [_weights(random, shape) for shape in shapes]
        self.offsets = [tf.Variable(tf.zeros(after)) for after in CHANNELS[1:]]
        cells = (SEEN // 2 ** len(shapes)) ** 2
        self.last = _weights(random, (cells * CHANNELS[-1], classes))
        self.bias = tf.Variable(tf.zeros(classes))

    def scores(self, pictures: tf.Tensor) -> tf.Tensor:
        """Score *pictures*: SEEN by SEEN, each channel from -1 to 1."""
        seen = pictures
        for weights, offset in zip(self.filters, self.offsets, strict=True):
            seen = tf.nn.relu(tf.nn.conv2d(seen, weights, 2, "SAME") + offset)
        flat = tf.reshape(seen, [-1, self.last.shape[0]])
        return flat @ self.last + self.bias


def _weights(random: tf.random.Generator, shape: Sequence[int]) -> tf.Variable:
    spread = (2.0 / np.prod(shape[:-1])) ** 0.5
    return tf.Variable(random.normal(tuple(shape), stddev=spread))


def examples(each: int, first: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw *each* of every class, by the seeds from *first* on; return pictures and class numbers."""
    rim = round(PAINTED * (1 - 0.875) / 2)
    pictures, classes = [], []
    for number, label in enumerate(LABELS):
        for seed in range(first, first + each):
            random = Random(f"{label} {seed}")  # noqa: S311 - a drawing
            pixels = paint(draw(label, random), PAINTED, PAINTED).astype(np.float32)
            noise = np.random.default_rng(seed).normal(0, 6, pixels.shape)
            pictures.append(np.clip(pixels + noise, 0, 255)[rim:-rim, rim:-rim] / 127.5 - 1)
            classes.append(number)
    return np.array(pictures, np.float32), np.array(classes)


def shrink(pictures: tf.Tensor) -> tf.Tensor:
    """Bring pictures of any size to what the network looks at."""
    return tf.image.resize(pictures, (SEEN, SEEN), "area")


def train(network: Network, pictures: np.ndarray, classes: np.ndarray, *, rounds: int) -> float:
    """Learn by Adam for *rounds* times all of it; return the last round's mean loss."""
    pictures = shrink(pictures)
    weights = network.trainable_variables
    means = [tf.Variable(tf.zeros_like(one)) for one in weights]
    squares = [tf.Variable(tf.zeros_like(one)) for one in weights]

    @tf.function  # type: ignore[untyped-decorator,unused-ignore]
    def step(some: tf.Tensor, wanted: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
        with tf.GradientTape() as tape:
            scores = network.scores(some)
            shares = tf.one_hot(wanted, len(LABELS)) * (1 - DOUBT) + DOUBT / len(LABELS)
            loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(shares, scores))
        rate = RATE * tf.sqrt(1 - DECAY2**count) / (1 - DECAY1**count)
        for weight, slope, mean, square in zip(
            weights, tape.gradient(loss, weights), means, squares, strict=True
        ):
            mean.assign(DECAY1 * mean + (1 - DECAY1) * slope)
            square.assign(DECAY2 * square + (1 - DECAY2) * slope**2)
            weight.assign_sub(rate * mean / (tf.sqrt(square) + TINY))
        return loss

    order = np.random.default_rng(1)
    count = 0
    losses: list[float] = []
    for _ in range(rounds):
        losses = []
        shuffled = order.permutation(len(classes))
        for start in range(0, len(shuffled) - BATCH + 1, BATCH):
            count += 1
            chosen = shuffled[start : start + BATCH]
            losses.append(step(tf.gather(pictures, chosen), classes[chosen], tf.constant(count, tf.float32)))
    return float(np.mean(losses))


def share_right(network: Network, pictures: np.ndarray, classes: np.ndarray) -> float:
    return float(np.mean(np.argmax(network.scores(shrink(pictures)), axis=1) == classes))
