"""Every block of Python in the README, the pages and the docstrings runs as it stands.

The blocks of a page run in order, in a folder that holds what a reader would bring:
pictures, an array. Epochs are cut to two steps, and what would be downloaded is small
and made here.
"""

import os
import pathlib
import pydoc
import re
import subprocess
import sys
import warnings

import keras
import numpy as np
import pytest

from keras_gan_zoo import datasets, metrics
from keras_gan_zoo.datasets import cartoon_faces
from tests.contract import random_images
from tests.test_distribution import free_port

ROOT = pathlib.Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
SOURCES = sorted((ROOT / "keras_gan_zoo").rglob("*.py"))
BLOCK = re.compile(r"^( *)```(\w+)([^\n]*)\n(.*?)^\1```", re.DOTALL | re.MULTILINE)
# Under such a tab a block is meant for one backend.
TAB = re.compile(r'^=== "(TensorFlow|JAX|PyTorch)"', re.MULTILINE)
BACKENDS = {"TensorFlow": "tensorflow", "JAX": "jax", "PyTorch": "torch"}
BACKEND = keras.backend.backend()


def blocks_of(path, language="python"):
    """The blocks of a file, each with the line at which it begins."""
    text = path.read_text()
    for match in BLOCK.finditer(text):
        indent, kind, _, code = match.groups()
        if kind != language or "--8<--" in code:
            continue
        tabs = TAB.findall(text[: match.start()])
        if indent and tabs and path.suffix == ".md" and BACKENDS[tabs[-1]] != BACKEND:
            continue
        line = text[: match.start()].count("\n") + 1
        yield line, re.sub(f"^{indent}", "", code, flags=re.MULTILINE)


def small(num=40, side=64, channels=3, classes=9):
    images = random_images(num, (side, side, channels))
    return datasets.Dataset(images, np.arange(num, dtype="int32") % classes)


def small_emoji(style="noto", split="train", **kwargs):
    images, labels = small()
    names = [f"emoji {i}" for i in range(len(images))]
    return datasets.Emoji(images, labels, names, names)


def small_clips(split="train", frames=16, size=64):
    images = random_images(10 * frames, (size, size, 3))
    clips = images.reshape(10, frames, size, size, 3)
    names = np.array([f"emoji {i}" for i in range(10)])
    return datasets.AnimatedEmoji(clips, np.arange(10), names, names)


def small_sounds(data):
    def load(*args, samples=16_384, **kwargs):
        waves = random_images(20, (samples, 1)).astype("int16") * 99
        return data(waves, np.arange(20, dtype="int32") % 6, np.array(["bd_808"] * 20))

    return load


def small_network(**arguments):
    return keras.Sequential(
        [
            keras.Input(arguments["input_shape"]),
            keras.layers.Rescaling(1 / 255),
            keras.layers.AveragePooling2D(32),
            keras.layers.Flatten(),
        ]
    )


def pixel_distance():
    return metrics.PerceptualExtractor("pixels", lambda images: [images])


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """A folder to work in, and small things in place of downloads."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(datasets, "emoji", small_emoji)
    monkeypatch.setattr(datasets, "animated_emoji", small_clips)
    monkeypatch.setattr(
        datasets, "photos", lambda size=96, **kwargs: small(20, size, classes=4)
    )
    digits, drums = map(small_sounds, (datasets.SpokenDigits, datasets.Drums))
    monkeypatch.setattr(datasets, "spoken_digits", digits)
    monkeypatch.setattr(datasets, "drums", drums)
    garments = datasets.load("fashion_mnist_mini")
    for name, load in {
        "fashion_mnist": lambda **kwargs: garments,
        "emoji_noto": lambda **kwargs: small(),
        "emoji_twemoji": lambda **kwargs: small(),
        "photos": lambda **kwargs: small(20, 96),
    }.items():
        monkeypatch.setitem(datasets.LOADERS, name, load)
    monkeypatch.setattr(
        metrics.extractors, "fid_inception", lambda path: metrics.extractors.pixels(8)
    )
    monkeypatch.setattr(metrics, "vgg16_hed", pixel_distance)
    monkeypatch.setattr(
        metrics,
        "vgg16_hed_features",
        lambda *args, **kwargs: keras.Sequential(
            [keras.Input((None, None, 3)), keras.layers.AveragePooling2D(4)]
        ),
    )
    monkeypatch.setattr(keras.applications, "MobileNetV3Small", small_network)
    image = pytest.importorskip("PIL.Image")
    image.fromarray(random_images(1, (24, 32, 3))[0]).save("photo.jpg")
    for name in ("roses", "tulips"):
        (tmp_path / "flowers" / name).mkdir(parents=True)
        for i, picture in enumerate(random_images(8, (70, 80, 3))):
            path = tmp_path / "flowers" / name / f"{i}.jpg"
            image.fromarray(picture).save(path)
            path.with_suffix(".txt").write_text("a red rose\none flower on a lawn\n")
    for name, folder in {"heads": "avatars", "goatees": "avatars_glasses"}.items():
        (tmp_path / name).symlink_to(cartoon_faces.ASSETS / folder)
    np.save("my_images.npy", random_images(16, (32, 32, 3)))
    epochs, steps = keras.config.max_epochs(), keras.config.max_steps_per_epoch()
    keras.config.set_max_epochs(1)
    keras.config.set_max_steps_per_epoch(2)
    with warnings.catch_warnings():
        for message in (
            "Limiting ",
            "Your input ran out",
            r".* the covariance is sing",
            r".* weights begin anew",
        ):
            warnings.filterwarnings("ignore", message)
        yield tmp_path
    keras.config.set_max_epochs(epochs)
    keras.config.set_max_steps_per_epoch(steps)


def run(path, blocks, namespace):
    """Runs blocks of a file one after the other; an error names their place."""
    for line, code in blocks:
        padded = "\n" * line + code
        exec(compile(padded, str(path), "exec"), namespace)


def identify(path):
    return str(path.relative_to(ROOT).with_suffix(""))


# These choose the backend and its devices, which a process can do but once.
IN_A_PROCESS = [
    ROOT / "docs" / "guides" / "choosing_a_backend.md",
    ROOT / "docs" / "guides" / "several_devices.md",
]
WITH_BLOCKS = [p for p in PAGES if list(blocks_of(p)) and p not in IN_A_PROCESS]


@pytest.mark.docs
@pytest.mark.parametrize("path", WITH_BLOCKS, ids=identify)
def test_the_blocks_of_a_page_run_in_order(path, bench):
    run(path, blocks_of(path), {"__name__": "__main__"})


@pytest.mark.parametrize("path", IN_A_PROCESS, ids=identify)
def test_the_blocks_on_backends_and_devices_run_each_in_a_process(path, bench):
    one_of_one = {"RANK": "0", "WORLD_SIZE": "1", "MASTER_ADDR": "localhost"}
    for _, code in blocks_of(path):
        subprocess.run(
            [sys.executable, "-c", code],
            env={
                **os.environ,
                **one_of_one,
                "MASTER_PORT": str(free_port()),
                "PYTHONPATH": str(ROOT),
                "KERAS_MAX_EPOCHS": "1",
                "KERAS_MAX_STEPS_PER_EPOCH": "2",
                "XLA_FLAGS": "--xla_force_host_platform_device_count=8",
            },
            check=True,
        )


@pytest.mark.docs
@pytest.mark.parametrize(
    "path", [p for p in SOURCES if list(blocks_of(p))], ids=identify
)
def test_the_examples_of_docstrings_run_each_by_itself(path, bench):
    for block in blocks_of(path):
        run(path, [block], {"__name__": "__main__"})


@pytest.mark.parametrize("path", PAGES, ids=identify)
def test_commands_name_what_is_there(path):
    targets = re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    extras = (ROOT / "pyproject.toml").read_text()
    for language in ("bash", "shell"):
        for _, code in blocks_of(path, language):
            for target in re.findall(r"^make (\w+)", code, re.MULTILINE):
                assert target in targets
            for name in re.findall(r"python ((?:examples|benchmarks)/\S+)", code):
                assert (ROOT / name).is_file()
            for names in re.findall(r'pip install "\.\[(.*?)\]"', code):
                for name in names.split(","):
                    assert f"\n{name} = [" in extras
            assert 'install "keras_gan_zoo' not in code  # which is not on PyPI yet


# An object that a page shows, its options, and the members that are named.
SHOWN = re.compile(r"^::: (\S+)\n((?:    .*\n|\n(?=    ))*)", re.MULTILINE)


@pytest.mark.parametrize("path", PAGES, ids=identify)
def test_pages_show_the_members_that_they_name(path):
    for name, options in SHOWN.findall(path.read_text()):
        shown = pydoc.locate(name)
        assert shown is not None, name
        _, _, members = options.partition("members:\n")
        for member in re.findall(r"^ +- (\w+)", members, re.MULTILINE):
            if isinstance(shown, type) and "inherited_members: true" not in options:
                assert member in vars(shown), f"{name} inherits {member}"
            assert hasattr(shown, member), f"{name} has no {member}"
            # A module of that name would stand in its place, and show nothing.
            assert f"{name}.{member}" not in sys.modules
