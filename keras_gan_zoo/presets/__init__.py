"""Presets: networks with their weights, by name, as plain data.

A preset is a folder of JSON and weights, the networks alone:

    preset.json               class, constructor arguments, sha256 of each file,
                              parameter counts, the record of its training, and
                              where it shares weights the preset that has them
    generator.weights.h5      one file a network; what is left out starts afresh
    discriminator.weights.h5
    generator.safetensors     the same for other libraries, if asked for
    README.md                 a model card, made from the record
    samples.png               what the model generates from seed 0

Nothing in it is code, and the same folder loads on every backend.
"""

from keras_gan_zoo.fetching import sha256_of
from keras_gan_zoo.presets.finding import SHIPPED
from keras_gan_zoo.presets.listing import THUMBNAILS, list_models, list_presets
from keras_gan_zoo.presets.loading import (
    MOST_OPERATIONS,
    MOST_PARAMETERS,
    fetch_files,
    load,
)
from keras_gan_zoo.presets.manifests import check_sha256, describe
from keras_gan_zoo.presets.pushing import check_handle, name_of, push
from keras_gan_zoo.presets.samples import samples_of
from keras_gan_zoo.presets.saving import save
from keras_gan_zoo.presets.weights import save_weights

__all__ = [
    "MOST_OPERATIONS",
    "MOST_PARAMETERS",
    "SHIPPED",
    "THUMBNAILS",
    "check_handle",
    "check_sha256",
    "describe",
    "fetch_files",
    "list_models",
    "list_presets",
    "load",
    "name_of",
    "push",
    "samples_of",
    "save",
    "save_weights",
    "sha256_of",
]
