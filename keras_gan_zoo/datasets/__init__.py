"""Data to train on: image sets by name, toy sets, your own folders, and pairs.

Everything here is NumPy, whatever the Keras backend. Images are uint8 arrays
of shape `(n, height, width, channels)` with values in 0..255, clips are such
arrays of shape `(n, frames, height, width, channels)`, solid shapes are bool
arrays of shape `(n, height, depth, width, 1)`, sounds are int16 arrays of shape
`(n, samples, 1)`, labels are int32 arrays of shape `(n,)`.
"""

import difflib
from collections.abc import Callable

from keras_gan_zoo.datasets import (
    animated_emojis,
    cartoon_faces,
    digits,
    emojis,
    fashion_mnist,
    moving,
    percussion,
    photo_patches,
    solid_shapes,
    speech,
    tfds_sets,
)
from keras_gan_zoo.datasets.animated_emojis import AnimatedEmoji, animated_emoji
from keras_gan_zoo.datasets.base import Dataset
from keras_gan_zoo.datasets.batches import PartlyLabelled, Unpaired
from keras_gan_zoo.datasets.blur_kernels import blur_kernel, sinc_kernel
from keras_gan_zoo.datasets.captioned import Captioned, refuse_streaming
from keras_gan_zoo.datasets.cartoon_faces import Avatars, avatar_pairs, avatars
from keras_gan_zoo.datasets.degradation import Degradation
from keras_gan_zoo.datasets.degradations import downsample, edges, masks
from keras_gan_zoo.datasets.degraded import Degraded
from keras_gan_zoo.datasets.emojis import EMOJI_CATEGORIES, Emoji, emoji
from keras_gan_zoo.datasets.fashion_mnist import FASHION_MNIST_CLASSES
from keras_gan_zoo.datasets.folder import load_folder
from keras_gan_zoo.datasets.lazy import LazyArray
from keras_gan_zoo.datasets.moving import moving_garments
from keras_gan_zoo.datasets.percussion import DRUM_KINDS, Drums, drums
from keras_gan_zoo.datasets.photo_patches import photos
from keras_gan_zoo.datasets.points import (
    GRID_STD,
    RING_CENTERS,
    RING_STD,
    TWO_MOONS_STD,
    grid,
    grid_centers,
    ring,
    two_moons,
)
from keras_gan_zoo.datasets.second_order import degrade
from keras_gan_zoo.datasets.shape_views import silhouettes
from keras_gan_zoo.datasets.sharpening import sharpen
from keras_gan_zoo.datasets.solid_shapes import Shapes, shapes
from keras_gan_zoo.datasets.speech import SpokenDigits, spoken_digits
from keras_gan_zoo.datasets.streamed import StreamedDataset

__all__ = [
    "AnimatedEmoji",
    "Avatars",
    "Captioned",
    "DRUM_KINDS",
    "Dataset",
    "Degradation",
    "Degraded",
    "Drums",
    "EMOJI_CATEGORIES",
    "Emoji",
    "FASHION_MNIST_CLASSES",
    "GRID_STD",
    "LazyArray",
    "PartlyLabelled",
    "RING_CENTERS",
    "RING_STD",
    "Shapes",
    "SpokenDigits",
    "StreamedDataset",
    "TWO_MOONS_STD",
    "Unpaired",
    "animated_emoji",
    "avatar_pairs",
    "avatars",
    "blur_kernel",
    "degrade",
    "downsample",
    "drums",
    "edges",
    "emoji",
    "grid",
    "grid_centers",
    "load",
    "load_folder",
    "masks",
    "moving_garments",
    "names",
    "photos",
    "ring",
    "shapes",
    "sharpen",
    "silhouettes",
    "sinc_kernel",
    "spoken_digits",
    "two_moons",
]

LOADERS: dict[str, Callable[..., Dataset | Captioned]] = {
    "fashion_mnist": fashion_mnist.load,
    "fashion_mnist_mini": fashion_mnist.load_mini,
    "digits": digits.load,
    "avatars": cartoon_faces.load,
    "emoji_noto": emojis.load_noto,
    "emoji_twemoji": emojis.load_twemoji,
    "photos": photo_patches.load,
    "moving_garments": moving.load,
    "animated_emoji": animated_emojis.load,
    "shapes": solid_shapes.load,
    "spoken_digits": speech.load,
    "drums": percussion.load,
    "ring": ring,
    "grid": grid,
    "two_moons": two_moons,
}
# Their loaders take `split` and `data_dir`.
WITH_SPLITS = (
    "fashion_mnist",
    "avatars",
    "emoji_noto",
    "emoji_twemoji",
    "photos",
    "moving_garments",
    "animated_emoji",
    "shapes",
    "spoken_digits",
    "drums",
)
# Their loaders take `captions`.
WITH_CAPTIONS = ("avatars", "emoji_noto", "emoji_twemoji")


def names() -> list[str]:
    """List the names that `load` knows.

    Returns:
        A list of strings.

    Examples:
        >>> names()[:2]
        ['fashion_mnist', 'fashion_mnist_mini']
    """
    return list(LOADERS)


def load(
    name, split="train", data_dir=None, streaming=False, **kwargs
) -> Dataset | StreamedDataset | Captioned:
    """Load a data set by name, one of `names()` or of tensorflow-datasets.

    | name | images | labels |
    | --- | --- | --- |
    | `fashion_mnist` | 60,000 / 10,000 / 70,000 of 28x28x1 | 10 classes |
    | `fashion_mnist_mini` | the 10,000 test images, embedded | 10 classes |
    | `digits` | 1,797 of 8x8x1, from scikit-learn | 10 classes |
    | `avatars` | 12,000 of 64x64x3, embedded, see `avatars` | `label="eyes"`: 6 kinds |
    | `emoji_noto`, `emoji_twemoji` | 1,906 of 64x64x3, see `emoji` | 9 categories |
    | `photos` | patches of 96x96x3, see `photos` | index of the photo |
    | `moving_garments` | clips of 20x64x64x1, see there | two classes a clip |
    | `animated_emoji` | 187 clips of 16x64x64x3, see there | index of the drawing |
    | `shapes` | 807 of 32x32x32x1 cells, embedded, see `shapes` | 12 categories |
    | `spoken_digits` | sounds of 16384x1, see `spoken_digits` | 10 digits |
    | `drums` | 98 sounds of 16384x1, see `drums` | 6 kinds |
    | `ring`, `grid`, `two_moons` | 2-D points | index of the mode |

    `fashion_mnist` is looked for in `data_dir`, then in the folder
    `fashion_mnist` below the environment variable `KERAS_GAN_ZOO_DATA`, then in
    the folder of the Debian package `dataset-fashion-mnist`, and last in
    tensorflow-datasets, which may download it and keeps its own image order.

    Every other name is looked for in tensorflow-datasets, which fetches and prepares
    the set once. `"tfds:digits"` is that of tensorflow-datasets where both have one.
    TensorFlow itself is needed to prepare a set, but not to read it.

    Args:
        name: One of `names()`, or of tensorflow-datasets.
        split: `"train"`, `"test"` or `"all"`. For sets without a test split (the
            digits, the toy sets, `fashion_mnist_mini`) the first and the last are the
            same. For tensorflow-datasets also what it takes itself, `"train[:10%]"`.
        data_dir: Where the files are: for `fashion_mnist` the folder with the IDX
            files, gzipped or not; for the others as in `avatars`, `emoji`, `photos`,
            `moving_garments`, `animated_emoji`, `shapes` and `drums`; and as in
            tensorflow-datasets.
        streaming: Whether to return batches. Those of tensorflow-datasets are read from
            disk; the sets of `names()` are in memory all the same.
        **kwargs: Passed on to `emoji`, `photos`, `moving_garments`, `animated_emoji`,
            `shapes`, `spoken_digits`, `drums`, `ring`, `grid` or `two_moons`; of
            `avatars` the attribute that becomes the `label`. Of `avatars` and of emoji
            `captions`, how many each image gets at most in place of a label. Of
            tensorflow-datasets `image_size`, `channels` and `threads`, as in
            `load_folder`. With streaming `batch_size`, and of tensorflow-datasets
            `seed`, as in `StreamedDataset`.

    Returns:
        A `Dataset`, the pair `(images, labels)`; with streaming a `StreamedDataset`,
        with captions a `Captioned`.

    Raises:
        ValueError: If the name or split is unknown, a file is damaged, or the images of
            a set have several sizes and `image_size` is not given.
        FileNotFoundError: If the files are nowhere to be found.
        ImportError: If a package that the set comes from is not installed.

    Examples:
        >>> images, labels = load("fashion_mnist_mini")
        >>> images.shape, labels.shape
        ((10000, 28, 28, 1), (10000,))

    Reference:
        - [Xiao et al., 2017](https://arxiv.org/abs/1708.07747), Fashion-MNIST.
        - [Alpaydin and Kaynak, 1998](https://doi.org/10.24432/C50P49), digits.
    """
    if kwargs.get("captions"):
        refuse_streaming(streaming)
        if name not in WITH_CAPTIONS:
            raise ValueError(
                f"{name!r} has no captions: expected {', '.join(WITH_CAPTIONS)}, or a "
                "folder of images with text files, load_folder(path, captions=True)."
            )
    if name not in names():
        return _load_from_tfds(name, split, data_dir, streaming, **kwargs)
    if streaming:
        sizes = {"batch_size": kwargs.pop("batch_size", 32)}
        return StreamedDataset(*load(name, split, data_dir, **kwargs), **sizes)
    if name in WITH_SPLITS:
        return LOADERS[name](split=split, data_dir=data_dir, **kwargs)
    if split not in ("train", "all") or data_dir is not None:
        raise ValueError(
            f"{name!r} has no test split and reads no data_dir: expected split "
            f"'train' or 'all' and data_dir None, received split={split!r} and "
            f"data_dir={data_dir!r}. Only {', '.join(WITH_SPLITS)} use both."
        )
    return LOADERS[name](**kwargs)


def _load_from_tfds(name, *args, **kwargs):
    """Loads a set of tensorflow-datasets, or says what else there is."""
    asked = str(name).removeprefix(tfds_sets.PREFIX)
    try:
        return tfds_sets.load(asked, *args, **kwargs)
    except (ImportError, LookupError) as error:
        if asked != name and isinstance(error, ImportError):
            raise
        close = difflib.get_close_matches(asked, names(), n=1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        raise ValueError(
            f"Unknown data set {name!r}.{hint} Expected one of {', '.join(names())}, "
            "or an image set of tensorflow-datasets, such as 'cifar10', for which "
            f"{tfds_sets.INSTALL} ({error}). For a folder of images use "
            "load_folder(path)."
        ) from error
