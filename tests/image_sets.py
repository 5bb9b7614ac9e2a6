"""Tiny sets of tensorflow-datasets, prepared where nothing can be downloaded.

python -m tests.image_sets FOLDER
"""

import sys

import numpy as np
import tensorflow_datasets as tfds


class Tiny(tfds.core.GeneratorBasedBuilder, skip_registration=True):
    """Base of the sets; image number i is filled with i."""

    VERSION = tfds.core.Version("1.0.0")
    features = {}
    supervised = None

    def _info(self):
        features = tfds.features.FeaturesDict(self.features)
        return tfds.core.DatasetInfo(
            builder=self, features=features, supervised_keys=self.supervised
        )

    def _split_generators(self, manager):
        train, test = range(20), range(20, 25)
        return {
            "train": self._generate_examples(train),
            "test": self._generate_examples(test),
        }

    def _generate_examples(self, numbers):
        for number in numbers:
            yield number, self.example(number)


class Squares(Tiny, skip_registration=True):
    """Two sizes, three classes."""

    features = {
        "image": tfds.features.Image(shape=(None, None, 3)),
        "label": tfds.features.ClassLabel(num_classes=3),
    }
    supervised = ("image", "label")

    def example(self, number):
        side = 8 + number % 2
        image = np.full((side, side, 3), number, "uint8")
        return {"image": image, "label": number % 3}


class Faces(Tiny, skip_registration=True):
    """One size, grey, several images each, no classes."""

    features = {
        "image": tfds.features.Image(shape=(8, 8, 1)),
        "mask": tfds.features.Image(shape=(8, 8, 1)),
        "attributes": {"smiles": np.bool_, "age": np.int64},
    }

    def example(self, number):
        image = np.full((8, 8, 1), number, "uint8")
        attributes = {"smiles": True, "age": number}
        return {"image": image, "mask": image, "attributes": attributes}


class Words(Tiny, skip_registration=True):
    """No images."""

    features = {"text": tfds.features.Text()}

    def example(self, number):
        return {"text": str(number)}


class FashionMnist(Squares, skip_registration=True):
    """What stands in for the real one."""

    VERSION = tfds.core.Version("3.0.1")
    features = {
        "image": tfds.features.Image(shape=(28, 28, 1)),
        "label": tfds.features.ClassLabel(num_classes=10),
    }

    def example(self, number):
        return {"image": np.full((28, 28, 1), number, "uint8"), "label": number % 10}


if __name__ == "__main__":
    for kind in (Squares, Faces, Words, FashionMnist):
        kind(data_dir=sys.argv[1], file_format="array_record").download_and_prepare()
    in_order = Squares(data_dir=f"{sys.argv[1]}/in_order", file_format="tfrecord")
    in_order.download_and_prepare()
