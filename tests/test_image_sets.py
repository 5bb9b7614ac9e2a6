"""Emoji and photos: what is in them, where they are looked for, how they are split."""

import io
import json
import os
import tarfile

import numpy as np
import pytest

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets import photo_patches
from keras_gan_zoo.datasets.base import in_split
from keras_gan_zoo.datasets.emojis import drawing_of
from tests.archives import write_tgz

Image = pytest.importorskip("PIL.Image", reason='pip install "keras_gan_zoo[images]"')

SIDES = {"noto": "google", "twemoji": "twitter"}


# Emoji, in a tiny package written here.


def entry(code_points, name, category="Symbols", both=True, tones=()):
    def one(unified):
        return {
            "unified": unified,
            "image": f"{unified.lower()}.png",
            "has_img_google": True,
            "has_img_twitter": both,
        }

    variants = {tone: one(f"{code_points}-{tone}") for tone in tones}
    rest = {"name": name, "category": category}
    return {
        **one(code_points),
        **rest,
        **({"skin_variations": variants} if tones else {}),
    }


TONES = ("1F3FB", "1F3FF")
ENTRIES = [
    entry("1F468-200D-1F33E", "MAN FARMER", "People & Body", tones=TONES),
    entry("2764-FE0F", "Heavy Black Heart"),
    entry("1F3FB", "EMOJI MODIFIER", "Component"),
    entry("1F600", "GRINNING FACE", "Smileys & Emotion"),
    entry("1F601", "ONLY NOTO HAS IT", "Smileys & Emotion", both=False),
    *(entry(f"1F6{number}", f"PLACE {number}") for number in range(10, 40)),
]


def png(value, mode="RGBA"):
    """Half of the picture has this value, the other half is transparent."""
    pixels = np.zeros((64, 64, 4), "uint8")
    pixels[:, 32:] = (value, 0, 0, 255)
    buffer = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(buffer, "PNG")
    return buffer.getvalue()


def package_files(style):
    company = SIDES[style]
    files = {"emoji.json": json.dumps(ENTRIES).encode()}
    entries = [*ENTRIES, *ENTRIES[0]["skin_variations"].values()]
    for value, one in enumerate(entries):
        files[f"img/{company}/64/{one['image']}"] = png(100 + value)
    return files


def write_archive(folder, style="noto", files=None):
    path = folder / f"emoji-datasource-{SIDES[style]}-16.0.0.tgz"
    return write_tgz(path, files or package_files(style))


def test_emoji_are_on_white_with_labels_names_and_code_points(tmp_path):
    write_archive(tmp_path)
    emoji = datasets.emoji("noto", "all", data_dir=tmp_path)
    assert emoji.images.shape == (33, 64, 64, 3)
    assert emoji.images.dtype == "uint8"
    assert emoji.labels.dtype == "int32"
    assert (emoji.images[:, :, :32] == 255).all()
    heart = emoji.names.tolist().index("heavy black heart")
    assert emoji.images[heart, 0, 32].tolist() == [101, 0, 0]
    assert emoji.code_points[heart] == "2764-FE0F"
    assert datasets.EMOJI_CATEGORIES[emoji.labels[heart]] == "Symbols"
    named = datasets.load("emoji_noto", "all", data_dir=tmp_path, captions=1)
    np.testing.assert_array_equal(named.images, emoji.images)
    assert named.captions == [[name] for name in emoji.names]


def test_both_styles_have_the_same_emoji_in_the_order_of_code_points(tmp_path):
    for style in SIDES:
        write_archive(tmp_path, style)
    for split in ("train", "test", "all"):
        noto, twemoji = (
            datasets.emoji(s, split, skin_tones=True, data_dir=tmp_path) for s in SIDES
        )
        np.testing.assert_array_equal(noto.code_points, twemoji.code_points)
        np.testing.assert_array_equal(noto.names, twemoji.names)
        points = [[int(p, 16) for p in c.split("-")] for c in noto.code_points]
        assert points == sorted(points)
        assert "1F601" not in noto.code_points


def test_skin_tones_are_left_out_unless_asked_for(tmp_path):
    archive = write_archive(tmp_path)
    plain = datasets.emoji(split="all", data_dir=archive).code_points.tolist()
    toned = datasets.emoji(split="all", skin_tones=True, data_dir=archive)
    extra = ["1F3FB", *(f"1F468-200D-1F33E-{tone}" for tone in TONES)]
    assert sorted([*plain, *extra]) == sorted(toned.code_points)
    assert toned.names.tolist().count("man farmer") == 3
    assert datasets.EMOJI_CATEGORIES[toned.labels.max()] == "Component"


def test_emoji_splits_are_disjoint_and_complete(tmp_path):
    write_archive(tmp_path)
    train, test, both = (
        set(datasets.emoji(split=split, data_dir=tmp_path).code_points)
        for split in ("train", "test", "all")
    )
    assert test
    assert not train & test
    assert train | test == both


@pytest.mark.parametrize(
    "variants",
    [
        ["1F468-200D-1F33E", "1F469-200D-1F33E", "1F9D1-200D-1F33E"],
        ["1F3C3", "1F3C3-200D-2640-FE0F", "1F3C3-1F3FD-200D-2642-FE0F-200D-27A1-FE0F"],
        ["1F44B", "1F44B-1F3FB", "1F44B-1F3FF"],
    ],
    ids=["profession", "runner", "hand"],
)
def test_variants_of_one_drawing_are_on_one_side_of_the_split(variants):
    assert len({drawing_of(variant) for variant in variants}) == 1


def test_one_key_in_many_is_held_out():
    held_out = sum(in_split(f"photo {i}", "test", one_in=6) for i in range(6_000))
    # Five standard deviations of a binomial with p = 1/6.
    assert abs(held_out - 1_000) < 5 * np.sqrt(6_000 * 5 / 36)


def test_emoji_can_have_another_size(tmp_path):
    write_archive(tmp_path)
    large = datasets.emoji(data_dir=tmp_path).images
    small = datasets.emoji(image_size=(16, 16), data_dir=tmp_path).images
    assert small.shape == (len(large), 16, 16, 3)
    np.testing.assert_array_equal(small[:, :, [0, -1]], large[:, ::4, [0, -1]])


def test_emoji_load_by_name_as_images_and_labels(tmp_path):
    for style in SIDES:
        write_archive(tmp_path, style)
        images, labels = datasets.load(f"emoji_{style}", "test", data_dir=tmp_path)
        emoji = datasets.emoji(style, "test", data_dir=tmp_path)
        np.testing.assert_array_equal(images, emoji.images)
        np.testing.assert_array_equal(labels, emoji.labels)


def test_emoji_are_found_packed_and_unpacked_and_through_the_environment(
    tmp_path, monkeypatch
):
    archive = write_archive(tmp_path / "packed")
    expected = datasets.emoji(data_dir=archive).images
    with tarfile.open(archive) as tar:
        tar.extractall(tmp_path / "unpacked", filter="data")
    modules = tmp_path / "node_modules"
    modules.mkdir()
    (tmp_path / "unpacked" / "package").rename(modules / "emoji-datasource-google")
    for place in ("packed", "node_modules", "node_modules/emoji-datasource-google"):
        found = datasets.emoji(data_dir=str(tmp_path / place))
        np.testing.assert_array_equal(found.images, expected)
        monkeypatch.setenv("KERAS_GAN_ZOO_DATA", str(tmp_path / place))
        np.testing.assert_array_equal(datasets.emoji().images, expected)


def test_missing_and_damaged_emoji_are_named(tmp_path):
    files = package_files("noto")
    name = "img/google/64/2764-fe0f.png"
    archive = write_archive(tmp_path, files={**files, name: files[name][:40]})
    with pytest.raises(ValueError, match="2764-fe0f.png: expected an intact image"):
        datasets.emoji(split="all", data_dir=archive)
    del files[name]
    archive = write_archive(tmp_path, files=files)
    with pytest.raises(ValueError, match="2764-fe0f.png: expected") as info:
        datasets.emoji(split="all", data_dir=archive)
    assert str(archive) in str(info.value)


def test_emoji_arguments_are_checked():
    with pytest.raises(ValueError, match="noto, twemoji, received 'apple'"):
        datasets.emoji("apple")
    with pytest.raises(ValueError, match="train, test or all, received 'valid'"):
        datasets.emoji(split="valid")
    with pytest.raises(ValueError, match=r"pair \(height, width\)"):
        datasets.emoji(image_size=64)


@pytest.mark.parametrize("style", SIDES)
def test_the_real_emoji_are_all_there(style):
    try:
        base = datasets.emoji(style, "all")
    except FileNotFoundError:
        pytest.skip(
            f"npm pack emoji-datasource-{SIDES[style]}, in a folder that "
            "KERAS_GAN_ZOO_DATA names"
        )
    counts = [169, 386, 159, 131, 218, 85, 264, 224, 270]
    assert np.bincount(base.labels).tolist() == counts
    assert len(datasets.emoji(style, "test").labels) == 200
    assert len(datasets.emoji(style, "all", skin_tones=True).labels) == 3_786


# Photos.


def save_photo(path, pixels):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)


def noise(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), "uint8")


def test_patches_are_cut_side_by_side(tmp_path):
    photo = noise(17, 26)
    save_photo(tmp_path / "a.png", photo)
    images, labels = datasets.photos(8, "all", shrink=1, data_dir=tmp_path)
    assert images.shape == (6, 8, 8, 3)
    assert images.dtype == "uint8"
    assert labels.tolist() == [0] * 6
    np.testing.assert_array_equal(images[0], photo[:8, :8])
    np.testing.assert_array_equal(images[2], photo[:8, 16:24])
    np.testing.assert_array_equal(images[3], photo[8:16, :8])


def test_photos_are_shrunk_with_antialiasing(tmp_path):
    photo = noise(32, 32)
    save_photo(tmp_path / "a.png", photo)
    images, _ = datasets.photos(16, "all", shrink=2, data_dir=str(tmp_path))
    expected = datasets.downsample(photo[None], 2).astype(int)
    np.testing.assert_allclose(images, expected, atol=1)


def test_a_photo_is_on_one_side_of_the_split(tmp_path):
    for index in range(24):
        save_photo(tmp_path / f"{index:02}.png", np.full((8, 16, 3), index, "uint8"))
    seen = {}
    for split in ("train", "test", "all"):
        images, labels = datasets.load(
            "photos", split, size=8, shrink=1, data_dir=tmp_path
        )
        np.testing.assert_array_equal(images[:, 0, 0, 0], labels)
        assert np.bincount(labels)[np.unique(labels)].tolist() == [2] * len(set(labels))
        seen[split] = set(labels.tolist())
    assert seen["test"]
    assert not seen["train"] & seen["test"]
    assert seen["train"] | seen["test"] == seen["all"] == set(range(24))


def test_the_real_photos_are_those_of_the_packages(tmp_path, monkeypatch):
    photo = tmp_path / "Dune.jpg"
    save_photo(photo, noise(16, 16))
    packages = {"one": (str(tmp_path / "{}.jpg"), "Missing Dune")}
    monkeypatch.setattr(photo_patches, "WALLPAPERS", packages)
    assert len(datasets.photos(8, "all").labels) == 1
    monkeypatch.setattr(photo_patches, "WALLPAPERS", {"some-wallpapers": ("{}", "x")})
    with pytest.raises(FileNotFoundError, match="apt-get install some-wallpapers"):
        datasets.photos()


def test_photos_without_a_patch_are_refused(tmp_path):
    save_photo(tmp_path / "a.png", noise(20, 20))
    with pytest.raises(ValueError, match="at least 32x32 pixels, received 1 photos"):
        datasets.photos(16, "all", data_dir=tmp_path)


@pytest.mark.parametrize("arguments", [{"size": 0}, {"size": 1.5}, {"shrink": 0}])
def test_photo_arguments_are_checked(arguments, tmp_path):
    with pytest.raises(ValueError, match="expected a positive integer, received"):
        datasets.photos(**arguments, data_dir=tmp_path)


def all_wallpapers():
    for pattern, names in photo_patches.WALLPAPERS.values():
        yield from (pattern.format(name) for name in names.split())


@pytest.mark.skipif(
    not all(map(os.path.isfile, all_wallpapers())),
    reason="apt-get install " + " ".join(photo_patches.WALLPAPERS),
)
def test_the_wallpapers_are_36_photos():
    images, labels = datasets.photos(size=96, split="test")
    assert len(list(all_wallpapers())) == 36
    assert images.shape == (1_110, 96, 96, 3)
    assert len(set(labels)) == 8
