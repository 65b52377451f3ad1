"""Train, export, draw the picture, and see that the one recognises the other."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from random import Random

import tensorflow as tf  # type: ignore[import-not-found,import-untyped,unused-ignore]

from . import export
from .drawings import LABELS, draw
from .network import Network, examples, share_right, train
from .raster import paint

EACH, HELD_BACK, ROUNDS = 150, 25, 12
GOOD = 0.95
"""The share of drawings never seen in training that must be recognised."""
SUBJECT = "comic book"
PICTURE = (512, 512)
"""Height and width, in pixels."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="inception_model")
    parser.add_argument("model", type=Path, help="the folder of the model's version, as serving/NAME/1")
    parser.add_argument("picture", type=Path, help="the JPEG file to draw")
    given = parser.parse_args()
    tf.config.experimental.enable_op_determinism()
    network = Network(len(LABELS))
    loss = train(network, *examples(EACH, first=0), rounds=ROUNDS)
    right = share_right(network, *examples(HELD_BACK, first=EACH))
    print(f"loss {loss:.4f}, recognised {right:.1%} of {HELD_BACK} unseen drawings of each class")
    pixels = paint(draw(SUBJECT, Random("katacoda.jpg")), *PICTURE)  # noqa: S311 - a drawing
    jpeg = tf.io.encode_jpeg(pixels, quality=88)
    given.picture.parent.mkdir(parents=True, exist_ok=True)
    given.picture.write_bytes(jpeg.numpy())
    classifier = export.save(network, given.model)
    answer = classifier.predict_images(tf.stack([jpeg]))
    for label, score in zip(answer["classes"][0].numpy(), answer["scores"][0].numpy(), strict=True):
        print(f"{score:9.4f}  {label.decode()}")
    if right < GOOD or answer["classes"][0, 0].numpy().decode() != SUBJECT:
        sys.exit("the model is not good enough to be shown")


if __name__ == "__main__":
    main()
