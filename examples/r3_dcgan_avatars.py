"""Trains an R3DCGAN to draw avatars of 64x64 pixels.

    KERAS_BACKEND=tensorflow python examples/r3_dcgan_avatars.py

Everything goes to `runs/r3_dcgan_avatars_64/`: a sample grid for each epoch,
checkpoints and the preset. An epoch takes a minute of one CPU core on TensorFlow.
"""

import emoji
import training

import keras_gan_zoo as kgz

NAME = "r3_dcgan_avatars_64"


def main(chosen):
    """Trains with the model's own recipe, rates that fall, and writes the preset."""
    images = kgz.datasets.avatars().images
    model = kgz.R3DCGAN(base_channels=chosen.base_channels, seed=chosen.seed)
    minutes = emoji.fit(
        model,
        images,
        chosen.out / NAME,
        chosen.epochs,
        lambda model: model.generate(48, seed=0),
        chosen,
        [emoji.linear_decay(chosen.epochs, 4e-4)],
        batch_size=chosen.batch_size,
    )
    training.save_preset(
        model,
        chosen.out / NAME / NAME,
        chosen,
        minutes,
        "10,071 avatars (Personas by Draftbit, CC BY 4.0)",
    )


if __name__ == "__main__":
    main(emoji.options(epochs=50, batch_size=32, base_channels=16, every=1))
