"""Draws the pictures of the documentation.

python docs/make_images.py

Takes about ten minutes on 2 CPU cores. The picture of a report needs Chromium.
"""

import pathlib
import subprocess
import tempfile

import numpy as np
from PIL import Image

import keras_gan_zoo as kgz

FOLDER = pathlib.Path(__file__).parent / "images"
# The picture that UpscalerJS publishes with its weights (MIT).
SMALL = FOLDER.parents[1] / "tests" / "golden" / "upscalerjs" / "fixture.png"


def draw_presets():
    """Draws 64 samples of each preset that makes images of noise."""
    for name in kgz.list_presets():
        model = kgz.GAN.from_preset(name)
        if isinstance(model, kgz.LatentGAN):
            samples = model.generate(64, seed=0)
            grid = kgz.images.to_pillow(kgz.images.make_grid(samples, columns=16))
            grid = grid.resize((2 * grid.width, 2 * grid.height), resample=0)
            grid.save(FOLDER / f"{name}.png", optimize=True)


def draw_enlarged(side=96):
    """Enlarges a part of a picture four times: bicubic, slim, medium."""
    small = Image.open(SMALL).convert("RGB").crop((16, 16, 16 + side, 16 + side))
    bicubic = small.resize((4 * side, 4 * side), Image.Resampling.BICUBIC)
    columns = [np.asarray(bicubic)]
    for size in ("slim", "medium"):
        model = kgz.GAN.from_preset(f"esrgan_upscalerjs_{size}_x4")
        columns.append(model.upscale(np.asarray(small)))
    grid = kgz.images.to_pillow(kgz.images.make_grid(np.stack(columns), columns=3))
    grid.save(FOLDER / "esrgan_upscalerjs_x4.jpg", quality=90)


def draw_report(folder):
    """Trains a small DCGAN and takes a picture of its report."""
    images = kgz.datasets.load("fashion_mnist_mini").images
    train, test = images[:8_000], images[8_000:]
    extractor = kgz.metrics.extractors.fashion_mnist_cnn()

    def score(model):
        return kgz.evaluate(model, test, extractor=extractor, num_samples=2_000)

    evaluate = kgz.callbacks.Evaluate(score)
    diagnose = kgz.callbacks.Diagnose(train, test)
    report = kgz.callbacks.Report(
        folder / "report.html", evaluate=evaluate, diagnose=diagnose
    )
    model = kgz.DCGAN(width=16, seed=0)
    callbacks = [evaluate, diagnose, report]
    model.fit(train, batch_size=64, epochs=12, callbacks=callbacks, verbose=2)

    shot = folder / "report.png"
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    options += ["--window-size=1200,1720", f"--user-data-dir={folder / 'profile'}"]
    options += [f"--screenshot={shot}", (folder / "report.html").as_uri()]
    subprocess.run(["chromium", *options], check=True)
    picture = Image.open(shot).convert("RGB").quantize(256)
    picture.save(FOLDER / "report.png", optimize=True)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    draw_presets()
    draw_enlarged()
    with tempfile.TemporaryDirectory() as folder:
        draw_report(pathlib.Path(folder))
