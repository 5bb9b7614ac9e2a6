"""How well are the next frames of clips predicted, frame by frame?

    export KERAS_BACKEND=torch
    python benchmarks/next_frames.py frame_prediction_moving_garments

Clips of moving garments that are held out: four frames are seen and five predicted.
Beside the model stand the last frame seen, repeated, and linear extrapolation, whose
own frames feed back as the model's do: 2 * last - one before, clipped to [0, 255]. The
model's scores go into its `preset.json`, those of the list being of the first frame.
"""

import argparse

import numpy as np
import records

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
    folder = records.folder_of(chosen.preset)
    model = kgz.GAN.from_preset(folder)
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
        found = scores(guess, future)
        print(f"{name:20}", *(f"{p:5.2f} / {s:.3f}" for p, s in found.T))
    keep(folder, found, chosen)  # of the model, which is the last


def keep(folder, found, chosen):
    """Writes scores, of all frames and of the first, into the record of a preset."""
    psnr, ssim = found.round(4).tolist()
    evaluation = {
        "scores": {"psnr": psnr[0], "ssim": ssim[0]},
        "protocol": {
            "clips": f"{chosen.clips} of moving_garments, held out, seed {chosen.seed}",
            "seen": SEEN,
            "predicted": AHEAD,
            "psnr_by_frame": psnr,
            "ssim_by_frame": ssim,
        },
    }
    records.write(folder, evaluation=evaluation)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("preset", help="its name or folder")
    parser.add_argument("--clips", type=int, default=500)
    parser.add_argument("--shrink", type=int, default=2, help="of the garments")
    parser.add_argument("--seed", type=int, default=2, help="of the clips")
    main(parser.parse_args())
