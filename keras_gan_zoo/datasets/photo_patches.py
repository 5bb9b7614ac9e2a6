"""Patches of photos: those of some Debian packages, or of your own."""

from pathlib import Path

import numpy as np

from keras_gan_zoo.datasets.base import (
    Dataset,
    check_positive,
    check_split,
    in_split,
    require,
)
from keras_gan_zoo.datasets.folder import list_images
from keras_gan_zoo.datasets.pictures import convert, open_image

BACKGROUNDS = "/usr/share/backgrounds/{}.jpg"
# Only colour photos: the packages also hold drawings, renderings and gradients.
WALLPAPERS = {
    "lomiri-wallpapers-16.04": (
        BACKGROUNDS,
        "Bridge_by_Sander_Klootwijk Dragonfly_by_Bolly Picture_0B_by_freespace "
        "Picture_1A_by_freespace Wine_by_Jakkub_Mede aitzgorri_by_Aitzol_Berasategi "
        "free_by_Peter_Nerlich friends_by_Aitzol_Berasategi "
        "greentock_by_Peter_Nerlich life_by_Aitzol_Berasategi "
        "picosdeeuropa_by_Aitzol_Berasategi seeding_by_Clements_Engelhardt "
        "sunset_by_Aitzol_Berasategi",
    ),
    "lomiri-wallpapers-20.04": (BACKGROUNDS, "Kleiber_by_Lukas_Baubkus"),
    "plasma-workspace-wallpapers": (
        "/usr/share/wallpapers/{}/contents/images/2560x1600.jpg",
        "BytheWater ColdRipple ColorfulCups DarkestHour EveningGlow FallenLeaf Kite "
        "OneStandsOut Path summer_1am",
    ),
    "mate-backgrounds": (
        "/usr/share/backgrounds/mate/nature/{}.jpg",
        "Aqua Blinds Dune FreshFlower Garden GreenMeadow LadyBird RainDrops Storm "
        "TwoWings Wood YellowFlower",
    ),
}


def photos(size=96, split="train", shrink=2, data_dir=None) -> Dataset:
    """Cut photos into square patches, for super-resolution and inpainting.

    Each photo is shrunk with antialiased bicubic interpolation, which removes the
    noise and the compression of the camera, then cut into patches side by side.

    Without `data_dir` the photos are those of Debian's packages
    `lomiri-wallpapers-16.04`, `lomiri-wallpapers-20.04`,
    `plasma-workspace-wallpapers` and `mate-backgrounds`, as far as they are
    installed: 36 in all, which make 5,257 patches of 96 pixels. Their licences are in
    `/usr/share/doc/*/copyright`; several ask to name the photographer.

    One photo in six is for testing. Its name decides, and all its patches go with it.

    Args:
        size: Height and width of a patch.
        split: `"train"`, `"test"` or `"all"`.
        shrink: Factor by which photos become smaller; 1 leaves them as they are.
        data_dir: A folder of photos of your own, or of class folders with photos.

    Returns:
        A `Dataset`: uint8 images `(n, size, size, 3)` and the int32 index of the
        photo that each is from.

    Raises:
        FileNotFoundError: If no photo is found.
        ValueError: If an argument is invalid, a photo is damaged, or no photo of the
            split is large enough.
        ImportError: If Pillow is not installed.

    Examples:
        >>> patches, photo = photos(size=96, split="test")  # doctest: +SKIP
    """
    check_split(split)
    check_positive("size", size)
    check_positive("shrink", shrink)
    require("PIL", "pip install pillow")
    named = _list_photos(data_dir)
    images, labels = [np.empty((0, size, size, 3), "uint8")], []
    for index, (name, file) in enumerate(named):
        if in_split(name, split, one_in=6):
            images.append(_cut(file, size, shrink))
            labels += [index] * len(images[-1])
    if not labels:
        raise ValueError(
            f"No photo of the split {split!r} yields a patch: expected one of at least "
            f"{size * shrink}x{size * shrink} pixels, received {len(named)} photos in "
            "all. Add photos, or choose a smaller size or shrink."
        )
    return Dataset(np.concatenate(images), np.array(labels, "int32"))


def load(split, data_dir, **kwargs) -> Dataset:
    """Load patches as `photos` does."""
    return photos(split=split, data_dir=data_dir, **kwargs)


def _list_photos(data_dir):
    """List pairs of a name, which decides the split, and a file."""
    if data_dir is not None:
        files, _ = list_images(Path(data_dir))
        return [(file.relative_to(data_dir).as_posix(), file) for file in files]
    named = []
    for pattern, names in WALLPAPERS.values():
        named += [(name, Path(pattern.format(name))) for name in names.split()]
    found = [(name, file) for name, file in named if file.is_file()]
    if not found:
        raise FileNotFoundError(
            "No photos were found. Do one of these: apt-get install "
            f"{' '.join(WALLPAPERS)}; or pass a folder of photos as data_dir=."
        )
    return found


def _cut(file, size, shrink):
    """Cut a photo into patches (n, size, size, 3), leaving out its right and bottom."""
    from PIL import Image, ImageOps

    with open_image(file) as image:
        image = convert(ImageOps.exif_transpose(image), 3)
    columns, rows = (side // (size * shrink) for side in image.size)
    if not rows * columns:
        return np.empty((0, size, size, 3), "uint8")
    width, height = columns * size, rows * size
    image = image.crop((0, 0, width * shrink, height * shrink))
    image = image.resize((width, height), Image.Resampling.BICUBIC)
    patches = np.asarray(image).reshape(rows, size, columns, size, 3).swapaxes(1, 2)
    return patches.reshape(-1, size, size, 3)
