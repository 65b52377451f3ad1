"""The SavedModel as a client knows it: `predict_images` takes JPEG bytes, gives the top five of the labels.

Facts: tensorflow/serving 1.4, example/inception_saved_model.py (names, shapes, crop, size, range of values).
"""

from __future__ import annotations

from pathlib import Path

import tensorflow as tf  # type: ignore[import-not-found,import-untyped,unused-ignore]

from .drawings import LABELS
from .network import Network, shrink

SIDE = 299
KEPT = 0.875
"""The share of each side that is left when the rim is cut off."""
TOP = 5


class Classifier(tf.Module):  # type: ignore[misc,unused-ignore]
    """From JPEG bytes to labels: everything that is done to a picture is in the graph."""

    def __init__(self, network: Network) -> None:
        super().__init__()
        self.network = network
        self.labels = tf.constant(LABELS)

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "images")])  # type: ignore[untyped-decorator,unused-ignore]
    def predict_images(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        pictures = tf.map_fn(_prepared, images, fn_output_signature=tf.TensorSpec([SIDE, SIDE, 3]))
        scores, numbers = tf.math.top_k(self.network.scores(shrink(pictures)), TOP)
        return {"classes": tf.gather(self.labels, numbers), "scores": scores}


def _prepared(image: tf.Tensor) -> tf.Tensor:
    picture = tf.image.convert_image_dtype(tf.io.decode_jpeg(image, channels=3), tf.float32)
    picture = tf.image.resize(tf.image.central_crop(picture, KEPT), (SIDE, SIDE))
    return tf.ensure_shape((picture - 0.5) * 2.0, [SIDE, SIDE, 3])


def save(network: Network, folder: Path) -> Classifier:
    """Write the model to *folder*, whose name is its version's number."""
    classifier = Classifier(network)
    tf.saved_model.save(classifier, str(folder), signatures={"predict_images": classifier.predict_images})
    return classifier
