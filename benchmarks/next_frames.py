"""How well are the next frames of clips predicted, frame by frame?

    KERAS_BACKEND=torch python benchmarks/next_frames.py PRESET

Clips of moving garments that are held out: four frames are seen and five predicted.
Beside the model stand the last frame seen, repeated, and linear extrapolation, whose
own frames feed back as the model's do: 2 * last - one before, clipped to [0, 255].
"""

import argparse

import numpy as np

import keras_gan_zoo as kgz

SEEN, AHEAD = 4, 5


def repeated(past):
    """The last frame, again and again."""
    return np.repeat(past[:, -1:], AHEAD, axis=1)


def extrapolated(past):
    """Each pixel goes on as it has changed."""
    frames = list(np.moveaxis(past.astype(int), 1, 0))
    for _ in range(AHEAD):
        frames.append(np.clip(2 * frames[-1] - frames[-2], 0, 255))
    return np.stack(frames[-AHEAD:], axis=1).astype("uint8")


def scores(guess, future):
    """Means of PSNR and SSIM, (2, frames)."""
    frames = [(guess[:, i], future[:, i]) for i in range(AHEAD)]
    measures = (kgz.metrics.psnr, kgz.metrics.ssim)
    return np.array([[f(*pair).mean() for pair in frames] for f in measures])


def main(chosen):
    """Prints a table, a row for each way to predict."""
    model = kgz.GAN.from_preset(chosen.preset)
    height, *_ = model.image_shape
    clips = kgz.datasets.moving_garments(
        num=chosen.clips,
        frames=SEEN + AHEAD,
        size=height,
        shrink=chosen.shrink,
        split="test",
        seed=chosen.seed,
    ).images
    past, future = clips[:, :SEEN], clips[:, SEEN:]
    guesses = {
        "last frame": repeated(past),
        "extrapolation": extrapolated(past),
        type(model).__name__: model.predict_next(past, num=AHEAD),
    }
    print(f"{'PSNR in dB / SSIM':20}", *(f"frame {i + 1:<7}" for i in range(AHEAD)))
    for name, guess in guesses.items():
        pairs = scores(guess, future).T
        print(f"{name:20}", *(f"{p:5.2f} / {s:.3f}" for p, s in pairs))


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("preset", help="a name or a folder")
    parser.add_argument("--clips", type=int, default=500)
    parser.add_argument("--shrink", type=int, default=2, help="of the garments")
    parser.add_argument("--seed", type=int, default=1)
    main(parser.parse_args())
