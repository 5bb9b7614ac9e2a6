"""What data are: a kind of sample, from the door of `fit` to a file on disk.

A domain validates batches, scales them for the networks and back, draws samples and
writes them. A model says which domains it knows, `GAN.domains`; everything else asks
the model's domain, and never the rank of an array.
"""

from keras_gan_zoo.domains.audio import Audio
from keras_gan_zoo.domains.base import Domain, domain_of
from keras_gan_zoo.domains.images import Images
from keras_gan_zoo.domains.points import Points
from keras_gan_zoo.domains.table import Column, EncodedRows, Table
from keras_gan_zoo.domains.video import Video
from keras_gan_zoo.domains.voxels import Voxels

__all__ = [
    "Audio",
    "Column",
    "Domain",
    "EncodedRows",
    "Images",
    "Points",
    "Table",
    "Video",
    "Voxels",
    "domain_of",
]
