"""Trains a MoCoGAN to draw clips of a garment that moves.

    KERAS_BACKEND=torch python examples/mocogan_moving_garments.py

Frames are of 32x32 pixels, garments of 14x14. After each epoch a grid shows four
contents, each in two motions that all share. Everything goes to
`runs/mocogan_moving_garments/`, at the end the preset and films of the grid's clips.
"""

import keras
import numpy as np
import training

import keras_gan_zoo as kgz
from keras_gan_zoo.models.mocogan import video_discriminator
from keras_gan_zoo.models.wgan_gp import wgan_gp_critic

NAME = "mocogan_moving_garments"
GARMENTS = "the data set moving_garments of keras_gan_zoo.datasets"


def in_two_motions(model):
    """Four contents, each in two motions, which are the same for all of them."""
    frames = model.image_shape[0]
    content = model.latents(4, seed=0)[:, : model.latent_dim]
    motion = model.latents(2, seed=0, frames=frames)[:, model.latent_dim :]
    pairs = [np.concatenate([c, m]) for c in content for m in motion]
    return model.generate(latents=np.stack(pairs))


def recipe(chosen):
    """The arguments of `compile`: those of R3GAN, with a heavier penalty for clips."""
    optimizers = {
        f"{name}_optimizer": keras.optimizers.Adam(
            chosen.learning_rate, beta_1=0.0, beta_2=0.99
        )
        for name in kgz.MoCoGAN.networks
    }
    gamma = chosen.gamma
    return {
        **optimizers,
        "loss": "relativistic_pairing",
        "regularizers": [kgz.regularizers.R1(gamma), kgz.regularizers.R2(gamma)],
        "ema": kgz.EMA(chosen.half_life),
    }


def main(chosen):
    """Trains, and writes the preset and clips."""
    folder = chosen.out / NAME
    clips = kgz.datasets.moving_garments(
        num=chosen.clips,
        frames=chosen.frames,
        size=32,
        shrink=2,
        garments=1,
        seed=chosen.seed,
    ).images
    model = kgz.MoCoGAN(
        base_channels=chosen.base_channels,
        # Garments before black are else told at once, and penalties keep that slow.
        discriminator=video_discriminator(
            clips.shape[1:], chosen.base_channels, normalized=False
        ),
        image_discriminator=wgan_gp_critic(clips.shape[2:], chosen.base_channels),
        seed=chosen.seed,
    )
    model.compile(**recipe(chosen))
    grid = kgz.callbacks.SampleGrid(folder, columns=8, draw=in_two_motions, scale=2)
    minutes, _ = training.train(
        model,
        clips,
        folder / "checkpoints",
        chosen.epochs,
        chosen.seed,
        [grid],
        batch_size=chosen.batch_size,
    )
    training.save_preset(model, folder / NAME, chosen, minutes, GARMENTS)
    model.domain.save(in_two_motions(model), folder / "clip.gif")


if __name__ == "__main__":
    parser = training.parser(epochs=80)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--clips", type=int, default=4_000)
    parser.add_argument("--frames", type=int, default=8)
    parser.add_argument("--base-channels", type=int, default=16)
    parser.add_argument("--learning-rate", type=float, default=4e-4)
    parser.add_argument("--gamma", type=float, default=4.0, help="of R1 and R2")
    parser.add_argument("--half-life", type=int, default=5_000, help="images, of EMA")
    main(parser.parse_args())
