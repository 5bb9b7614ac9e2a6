"""Cuts thumbnails for `list_presets()` in notebooks from the pictures of the gallery.

    python examples/preset_thumbnails.py

A preset whose picture is not in the gallery has no thumbnail.
"""

import pathlib

from PIL import Image

import keras_gan_zoo as kgz

GALLERY = pathlib.Path(__file__).parents[1] / "docs" / "images"
# Pixels of what is cut out, whole samples of the sizes 28 and 64.
SIZES = {"fashion_mnist": (224, 84), "emoji": (192, 128), "avatars": (192, 128)}
WIDTH = 224  # of pictures that are scaled down as a whole

if __name__ == "__main__":
    for name in kgz.list_presets():
        source = GALLERY / f"{name}.png"
        if not source.exists():
            continue
        image = Image.open(source).convert("RGB")
        size = next((size for part, size in SIZES.items() if part in name), None)
        if size is None:
            image.thumbnail((WIDTH, WIDTH))
        else:
            image = image.crop((0, 0, *size))
        path = kgz.presets.THUMBNAILS / f"{name}.webp"
        path.parent.mkdir(exist_ok=True)
        image.save(path, quality=85, method=6)
        print(path.name, path.stat().st_size, "bytes")
