"""Trains a FramePredictionGAN to tell how garments move on.

    KERAS_BACKEND=torch python examples/frame_prediction_moving_garments.py

Frames are of 32x32 pixels, garments of 14x14. After each epoch a strip shows clips held
out: the four frames that are seen, the true ones that follow, and below them the
prediction. Everything goes to `runs/frame_prediction_moving_garments/`, at the end
the preset, which `benchmarks/next_frames.py` measures.
"""

import keras
import numpy as np
import training

import keras_gan_zoo as kgz

NAME = "frame_prediction_moving_garments"
GARMENTS = "the data set moving_garments of keras_gan_zoo.datasets"
FRAMES = {"size": 32, "shrink": 2}
SEEN, AHEAD = 4, 5


def beside_the_truth(model):
    """Clips held out, each above the same clip as the model has it go on."""
    clips = kgz.datasets.moving_garments(
        num=4, frames=SEEN + AHEAD, split="test", **FRAMES
    ).images
    guess = model.predict_next(clips[:, :SEEN], num=AHEAD)
    guess = np.concatenate([clips[:, :SEEN], guess], axis=1)
    return np.stack([clips, guess], axis=1).reshape(-1, *clips.shape[1:])


def main(chosen):
    """Trains, and writes the preset."""
    folder = chosen.out / NAME
    clips = kgz.datasets.moving_garments(
        num=chosen.clips, frames=10, seed=chosen.seed, **FRAMES
    ).images
    model = kgz.FramePredictionGAN(
        base_channels=chosen.base_channels,
        discriminator_base_channels=chosen.discriminator_base_channels,
        seed=chosen.seed,
    )
    # Small networks take larger steps than the paper's.
    adam = keras.optimizers.Adam(chosen.learning_rate, beta_1=0.5)
    model.compile(generator_optimizer=adam)
    strip = kgz.callbacks.SampleGrid(
        folder, columns=SEEN + AHEAD, draw=beside_the_truth, scale=2
    )
    minutes, _ = training.train(
        model,
        clips,
        folder / "checkpoints",
        chosen.epochs,
        chosen.seed,
        [strip],
        batch_size=chosen.batch_size,
    )
    training.save_preset(model, folder / NAME, chosen, minutes, GARMENTS)


if __name__ == "__main__":
    parser = training.parser(epochs=24)
    parser.add_argument("--batch-size", type=int, default=16)
    parser.add_argument("--clips", type=int, default=4_000)
    parser.add_argument("--base-channels", type=int, default=16)
    parser.add_argument("--discriminator-base-channels", type=int, default=8)
    parser.add_argument("--learning-rate", type=float, default=1e-3)
    main(parser.parse_args())
