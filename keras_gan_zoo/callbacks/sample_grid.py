"""One picture of the same samples after every epoch."""

import pathlib
from typing import Any

import keras

from keras_gan_zoo.callbacks import tensorboard as tensorboard_files
from keras_gan_zoo.callbacks.arguments import check_counts, check_drawing
from keras_gan_zoo.datasets.base import require
from keras_gan_zoo.datasets.pictures import as_picture
from keras_gan_zoo.files import check_writable, replacing
from keras_gan_zoo.images import to_pillow


class SampleGrid(keras.callbacks.Callback):
    """Draws the same samples after every epoch, so progress can be watched.

    Writes `epoch_0001.png`, `epoch_0002.png`, ... and, if asked for, an animation of
    them and a TensorBoard image.

    Args:
        folder: Where the pictures go. It is made if needed.
        num: How many samples a grid shows.
        columns: How many of them stand in a row.
        seed: Seed of the latents.
        draw: What to show in place of `model.generate(num, seed=seed)`: a function,
            model to samples of its domain, such as uint8 images (any number, height,
            width, channels), for models without `generate`.
        every: Draws after each `every` epochs, and always after the last one.
        scale: Enlarges each pixel to `scale` x `scale`.
        gif: File name of an animation that is written when training ends, within
            `folder`; or None.
        tensorboard: Log folder to which each grid is also written as an image named
            `samples`; or None. Needs the package `tensorboard`.

    Raises:
        ImportError: If Pillow or TensorBoard is not installed.
        ValueError: If an argument does not fit; in `fit` if the model has no `generate`
            and there is no `draw`, or nothing can be written to the folder.

    Example:
        ```python
        import keras_gan_zoo as kgz

        images = kgz.datasets.load("fashion_mnist_mini").images
        grid = kgz.callbacks.SampleGrid("samples", gif="training.gif")
        kgz.DCGAN().fit(images, batch_size=64, epochs=20, callbacks=[grid])
        ```

        Held-out sources, each beside its translation:

        ```python
        import keras_gan_zoo as kgz

        targets = kgz.datasets.emoji("noto").images
        sources = kgz.datasets.edges(targets)

        def pairs(model):
            return kgz.images.side_by_side(sources[:8], model.translate(sources[:8]))

        grid = kgz.callbacks.SampleGrid("samples", draw=pairs)
        model = kgz.Pix2Pix(base_channels=16)
        model.fit(sources, targets, batch_size=8, epochs=100, callbacks=[grid])
        ```
    """

    def __init__(
        self,
        folder,
        num=64,
        columns=8,
        seed=0,
        draw=None,
        every=1,
        scale=1,
        gif=None,
        tensorboard=None,
    ):
        super().__init__()
        self.folder = pathlib.Path(folder)
        self.num = num
        self.columns = columns
        self.seed = seed
        self.draw = draw
        self.every = every
        self.scale = scale
        self.gif = gif
        self.tensorboard = tensorboard
        self.frames = []
        self.epochs = []  # of the frames
        check_counts(self, "num", "columns", "every", "scale")
        require("PIL", "pip install pillow")
        if tensorboard:
            tensorboard_files.require()

    def on_train_begin(self, logs=None) -> None:
        """Makes the folder before any time is spent on training."""
        check_drawing(self)
        check_writable(self.folder)
        self.frames, self.epochs = [], []

    def get_state(self) -> dict[str, Any]:
        """What the callback remembers, for `Checkpoint`: its pictures are on disk."""
        return {"epochs": self.epochs}

    def set_state(self, state) -> None:
        """Takes back what `get_state` returned, and the pictures, where they are."""
        epochs = state["epochs"] if self.gif else []
        self.epochs = [epoch for epoch in epochs if self._path(epoch).is_file()]
        self.frames = [
            to_pillow(as_picture(self._path(epoch))) for epoch in self.epochs
        ]

    def on_epoch_end(self, epoch, logs=None) -> None:
        """Writes the grid of this epoch."""
        is_last = epoch + 1 == self.params["epochs"] or self.model.stop_training
        if (epoch + 1) % self.every and not is_last:
            return
        picture = to_pillow(self.model.domain.preview(self._samples(), self.columns))
        size = (picture.width * self.scale, picture.height * self.scale)
        picture = picture.resize(size, resample=0)  # 0 keeps pixels square
        with replacing(self._path(epoch + 1)) as path:
            picture.save(path)
        if self.gif:
            self.epochs.append(epoch + 1)
            self.frames.append(picture)
        if self.tensorboard:
            tensorboard_files.write_image(
                self.tensorboard, "samples", picture, epoch + 1
            )

    def _path(self, epoch):
        return self.folder / f"epoch_{epoch:04d}.png"

    def _samples(self):
        if self.draw is not None:
            return self.draw(self.model)
        return self.model.generate(self.num, seed=self.seed)

    def on_train_end(self, logs=None) -> None:
        """Writes the animation; the last grid stands for two seconds."""
        if self.frames:
            first, *others = self.frames
            pace = [150] * len(others) + [2000]  # milliseconds
            with replacing(self.folder / self.gif) as path:
                first.save(
                    path,
                    save_all=True,
                    append_images=others,
                    duration=pace,
                    loop=0,
                )
