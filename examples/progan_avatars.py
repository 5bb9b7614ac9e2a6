"""Trains a ProGAN to draw avatars, from 4x4 pixels to 64x64.

    KERAS_BACKEND=torch python examples/progan_avatars.py

Half of each stage its new layers fade in. Everything goes to `runs/progan_avatars_64/`:
for each stage sample grids and checkpoints, at the end the preset. Each stage says what
its steps took.
"""

import time

import keras
import training

import keras_gan_zoo as kgz

NAME = "progan_avatars_64"
AVATARS = "the data set avatars of keras_gan_zoo.datasets"


class StepTime(keras.callbacks.Callback):
    """Prints the CPU seconds of a step, without the first, which may compile."""

    def on_train_begin(self, logs=None):
        """Begins to count."""
        self.steps, self.begin = -1, None

    def on_train_batch_end(self, batch, logs=None):
        """Counts a step."""
        self.steps += 1
        self.begin = self.begin or time.process_time()

    def on_train_end(self, logs=None):
        """Says what a step took."""
        if self.steps > 0:
            seconds = (time.process_time() - self.begin) / self.steps
            side = self.model.image_shape[0]
            print(f"{side}x{side}: {seconds:.3f} CPU seconds a step")


def train(model, images, chosen, folder):
    """Trains at the present size. Returns the minutes that it took."""
    folder = folder / "x".join(map(str, model.image_shape[:2]))
    minutes, _ = training.train(
        model,
        images,
        folder / "checkpoints",
        chosen.epochs,
        chosen.seed,
        [kgz.callbacks.SampleGrid(folder), StepTime()],
        batch_size=chosen.batch_size,
        steps_per_epoch=chosen.steps or None,
    )
    return minutes


def main(chosen):
    """Trains stage after stage, and writes the preset."""
    folder = chosen.out / NAME
    images = kgz.datasets.load("avatars").images
    model = kgz.ProGAN(
        (4, 4, 3), chosen.latent_dim, chosen.base_channels, seed=chosen.seed
    )
    stage = chosen.epochs * (chosen.steps * chosen.batch_size or len(images))
    minutes = train(model, images, chosen, folder)
    while model.image_shape != images.shape[1:]:
        model.grow(fading=stage // 2)
        minutes += train(model, images, chosen, folder)
    steps = int(model.images_seen) // chosen.batch_size
    training.save_preset(model, folder / NAME, chosen, minutes, AVATARS, steps)


if __name__ == "__main__":
    parser = training.parser(epochs=20)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--base-channels", type=int, default=64)
    parser.add_argument("--latent-dim", type=int, default=128)
    parser.add_argument("--steps", type=int, default=0, help="of an epoch; 0: all data")
    main(parser.parse_args())
