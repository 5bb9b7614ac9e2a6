"""Cartoon faces: what ships, the splits of faces and pairs, damaged folders."""

import json
import shutil

import numpy as np
import pytest

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets import cartoon_faces


@pytest.fixture(scope="module")
def faces():
    return {split: datasets.avatars(split) for split in ("train", "test", "all")}


@pytest.fixture
def folder(tmp_path):
    """Two faces in two versions, in a folder as the script writes it."""
    shutil.copy(cartoon_faces.ASSETS / "avatars_glasses" / "faces.json", tmp_path)
    images = np.full((2, 2, 8, 8, 3), 255, "uint8")
    codes = np.zeros((2, 2, 9), "uint8")
    codes[:, 1, 2] = 3  # glasses
    with cartoon_faces.lzma.open(tmp_path / "images.npy.xz", "wb") as file:
        np.save(file, images)
    np.save(tmp_path / "codes.npy", codes)
    return tmp_path


def pictures(*sets):
    return {image.tobytes() for one in sets for image in one.images}


def test_one_face_in_six_is_held_out_and_none_is_on_both_sides(faces):
    train, test = faces["train"], faces["test"]
    assert len(train.images) + len(test.images) == len(faces["all"].images) == 12_000
    assert abs(len(test.images) - 2000) < 100
    assert not pictures(train) & pictures(test)


def test_all_versions_of_a_face_are_on_the_side_of_the_face(faces):
    pairs = {split: datasets.avatar_pairs(split) for split in ("train", "test")}
    assert sum(len(versions[0].images) for versions in pairs.values()) == 2000
    assert not pictures(*pairs["train"]) & pictures(*pairs["test"])
    assert not pictures(*pairs["train"]) & pictures(faces["test"])
    assert not pictures(*pairs["test"]) & pictures(faces["train"])


def test_the_values_of_each_attribute_are_even_on_both_sides(faces):
    for split in ("train", "test"):
        for name, codes in faces[split].attributes.items():
            counts = np.bincount(codes, minlength=len(faces[split].values[name]))
            if name == "facialHair":  # half of the faces have none
                counts = counts[1:]
            np.testing.assert_allclose(counts / counts.mean(), 1, atol=0.3)


def test_versions_of_a_face_differ_in_one_attribute_around_the_eyes():
    plain, glasses = datasets.avatar_pairs("test")
    for name, values in plain.values.items():
        differ = plain.attributes[name] != glasses.attributes[name]
        assert differ.all() if name == "eyes" else not differ.any()
        assert values == glasses.values[name]
    assert plain.values["eyes"][plain.attributes["eyes"][0]] == "open"
    assert glasses.values["eyes"][glasses.attributes["eyes"][0]] == "glasses"
    rows = np.flatnonzero((plain.images != glasses.images).any(axis=(0, 2, 3)))
    assert (rows.min(), rows.max()) == (24, 33)


def test_hidden_attributes_do_not_show(faces):
    """Where the mouth or the hair color is hidden, no value of it changes a pixel."""
    everyone = faces["all"]
    for name in ("mouth", "hairColor"):
        others = [key for key in everyone.attributes if key != name]
        keys = np.stack([everyone.attributes[key] for key in others], axis=1)
        hidden = ~everyone.visible[name]
        _, which = np.unique(keys, axis=0, return_inverse=True)
        groups = [np.flatnonzero(which == one) for one in np.unique(which[hidden])]
        groups = [rows for rows in groups if len(rows) > 1]
        assert groups
        for rows in groups:
            assert len(pictures(everyone._replace(images=everyone.images[rows]))) == 1
    assert all(everyone.visible[name].all() for name in ("eyes", "hair", "skinColor"))


def test_loaded_by_name_with_an_attribute_as_label(faces):
    images, labels = datasets.load("avatars", split="test", label="hair")
    np.testing.assert_array_equal(images, faces["test"].images)
    np.testing.assert_array_equal(labels, faces["test"].attributes["hair"])
    assert datasets.load("avatars", split="test").labels.max() == 5
    with pytest.raises(ValueError, match=r"label: expected one of body, .*'age'"):
        datasets.load("avatars", label="age")


def test_rendered_folders_are_read(folder):
    plain, glasses = datasets.avatar_pairs("all", data_dir=folder)
    assert plain.images.shape == (2, 8, 8, 3)
    assert set(glasses.attributes["eyes"]) == {3}
    with pytest.raises(ValueError, match="changed='eyes'.*avatar_pairs"):
        datasets.avatars(data_dir=folder)


@pytest.mark.parametrize("name", ["images.npy.xz", "codes.npy", "faces.json"])
def test_damaged_folders_are_refused_by_file(folder, name):
    content = (folder / name).read_bytes()
    for damaged in (content[: len(content) // 2], b"", b"[1]"):
        (folder / name).write_bytes(damaged)
        with pytest.raises(ValueError, match=f"{name}: expected .*Render the folder"):
            datasets.avatar_pairs(data_dir=folder)
    (folder / name).unlink()
    with pytest.raises(FileNotFoundError, match=f"expected the file {name}"):
        datasets.avatar_pairs(data_dir=folder)


def test_files_that_do_not_fit_each_other_are_refused(folder):
    for codes in (np.zeros((3, 2, 9)), np.full((2, 2, 9), 99), np.zeros((2, 9))):
        np.save(folder / "codes.npy", codes.astype("uint8"))
        with pytest.raises(ValueError, match="codes of 9 attributes"):
            datasets.avatar_pairs(data_dir=folder)


def test_a_record_without_its_keys_is_refused(folder):
    (folder / "faces.json").write_text(json.dumps({"attributes": {}}))
    with pytest.raises(ValueError, match="changed, hidden, person are missing"):
        datasets.avatar_pairs(data_dir=folder)


def test_captions_tell_what_shows_and_nothing_else():
    faces = datasets.avatars("test", captions=2)
    assert faces.captions.shape == (len(faces.images), 2)
    eyes = faces.attributes["eyes"] == faces.values["eyes"].index("sunglasses")
    said = np.array([["sunglasses" in text for text in row] for row in faces.captions])
    assert not said[~eyes].any() and 0.4 < said[eyes].mean() < 0.9
    hats = [faces.values["hair"].index(hat) for hat in ("cap", "beanie")]
    under_hats = np.isin(faces.attributes["hair"], hats) & ~faces.visible["hairColor"]
    words = {
        word for text in faces.captions[under_hats].ravel() for word in text.split()
    }
    assert not words & {"blond", "golden", "ginger", "silver", "hair"}


def test_a_face_has_the_same_captions_in_every_split():
    test, both = (datasets.avatars(split, captions=1) for split in ("test", "all"))
    places = {image.tobytes(): i for i, image in enumerate(both.images)}
    # Where the mouth is hidden two faces may look alike.
    same = [
        both.captions[places[image.tobytes()]][0] == text
        for image, (text,) in zip(test.images, test.captions, strict=True)
    ]
    assert np.mean(same) > 0.99
    three = datasets.avatars("test", captions=3).captions
    np.testing.assert_array_equal(three[:, :1], test.captions)
    assert len(np.unique(three)) > 0.95 * three.size


def test_test_faces_are_described_by_words_of_the_training_faces():
    def words(split):
        captions = datasets.avatars(split, captions=1).captions
        return {word.strip(",") for text in captions.ravel() for word in text.split()}

    assert words("test") <= words("train")


def test_captions_are_refused_where_words_are_missing(folder):
    with pytest.raises(ValueError, match="captions: expected a positive integer"):
        datasets.avatars(captions=-1)
    record = json.loads((folder / "faces.json").read_text())
    record["changed"] = None
    record["attributes"]["mouth"][0] = "whistle"
    (folder / "faces.json").write_text(json.dumps(record))
    with cartoon_faces.lzma.open(folder / "images.npy.xz", "wb") as file:
        np.save(file, np.full((2, 8, 8, 3), 255, "uint8"))
    np.save(folder / "codes.npy", np.zeros((2, 9), "uint8"))
    with pytest.raises(ValueError, match="known for: mouth=whistle.*another style"):
        datasets.avatars("all", folder, captions=1)
