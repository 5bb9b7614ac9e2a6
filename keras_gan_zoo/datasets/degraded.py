"""Pairs to learn blind super-resolution from, degraded anew in each epoch."""

import numpy as np

from keras_gan_zoo.datasets.base import check_positive, require
from keras_gan_zoo.datasets.batches import Batches
from keras_gan_zoo.datasets.degradation import FIRST, SECOND
from keras_gan_zoo.datasets.second_order import check_degradable, degrade_one


class Degraded(Batches):
    """Batches of small, bad images and the good ones that they were made of.

    Each time an image comes, it is cropped and degraded anew, as `degrade` does. What
    is drawn depends on the seed, the epoch and the place of the image in the epoch,
    not on the size of the batches.

    The paper keeps a pool of 180 pairs, because its degradations run on the device and
    treat a batch alike, and the pool mixes batches. Here each image is degraded by
    itself, so a batch is diverse without a pool.

    Args:
        images: uint8 array `(num, height, width, channels)`, grey or RGB; or a list of
            such images of any size. Arrays are not copied (`numpy.memmap`).
        scale: How many times smaller the small images are.
        batch_size: Pairs in a batch; the last one of an epoch may have fewer.
        size: Height and width of the large images, which are cropped at random. By
            default whole images.
        seed: Seed of the order, the crops and the degradations.
        first: The first `Degradation`.
        second: The second `Degradation`, or `None` for one alone.
        steps: Batches in an epoch; by default as many as show each image once.
        **kwargs: As in `keras.utils.PyDataset`; `workers` are threads that prepare
            batches while the model trains.

    Raises:
        ValueError: If there are no images, one is too small or no image, or `scale`
            does not divide the size.
        ImportError: If Pillow is not installed.

    Example:
        ```python
        import keras_gan_zoo as kgz

        photos = kgz.datasets.photos(size=192).images
        data = kgz.datasets.Degraded(photos, scale=4, batch_size=4, size=128, seed=0)
        kgz.RealESRGAN(scale=4, base_channels=16, blocks=1).fit(data, epochs=20)
        ```
    """

    def __init__(
        self,
        images,
        scale=4,
        batch_size=16,
        size=None,
        seed=None,
        first=FIRST,
        second=SECOND,
        steps=None,
        **kwargs,
    ):
        require("PIL", "pip install pillow")
        check_positive("batch_size", batch_size)
        _check_images(images, scale, size)
        self.images = images
        self.scale = scale
        self.size = size
        self.first, self.second = first, second
        rows = np.arange(len(images))
        super().__init__([rows], batch_size, steps, seed=seed, **kwargs)

    def __getitem__(self, index) -> tuple[np.ndarray, np.ndarray]:
        """Batch number `index`: small images, and large ones."""
        places = np.arange(len(self.order))[self.places(index)]
        pairs = [self._pair(place) for place in places]
        small, large = map(np.stack, zip(*pairs, strict=True))
        return small, large

    def shuffle(self, generator) -> None:
        """Orders the images of an epoch, and draws what its degradations begin with."""
        super().shuffle(generator)
        self.stream = int(generator.integers(2**32))

    def _pair(self, place):
        generator = np.random.default_rng([self.stream, place])
        large = self._crop(self.images[self.order[place]], generator)
        small = degrade_one(large, self.scale, generator, self.first, self.second)
        return small, large

    def _crop(self, image, generator):
        if self.size is None:
            return image
        top, left = (generator.integers(n - self.size + 1) for n in image.shape[:2])
        return image[top : top + self.size, left : left + self.size]


def _check_images(images, scale, size):
    if not len(images):
        raise ValueError("Degraded needs images. Received: none.")
    if size is not None:
        check_positive("size", size)
    different = images[:1] if hasattr(images, "shape") else images
    for image in map(np.asarray, different):
        if size is not None and min(image.shape[:2], default=0) < size:
            raise ValueError(
                "size: expected at most the height and width of each image, received "
                f"{size} for an image of shape {image.shape}. Choose a smaller one."
            )
        whole = image[None]
        check_degradable(whole[:, :size, :size] if whole.ndim > 2 else whole, scale)
    shapes = {np.shape(image)[:2] if size is None else () for image in different}
    channels = {np.shape(image)[-1] for image in different}
    if len(shapes) > 1 or len(channels) > 1:
        raise ValueError(
            "images: expected equal numbers of channels, and equal heights and widths "
            f"unless size= is given, received {shapes} and {channels}."
        )
