"""Solid shapes: what ships, splits without common shapes, copies, damaged folders."""

import json
import lzma

import numpy as np
import pytest

from keras_gan_zoo import datasets
from keras_gan_zoo.datasets import solid_shapes


def versions(voxels):
    """Each shape as bytes, mirrored and turned by quarters, too."""
    for copy in (voxels, voxels[:, :, :, ::-1]):
        for quarters in range(4):
            yield from map(np.ndarray.tobytes, np.rot90(copy, quarters, (2, 3)))


def test_shapes_stand_in_the_middle_of_the_ground():
    furniture = datasets.shapes("all")
    voxels = furniture.voxels[..., 0]
    assert furniture.voxels.shape == (807, 32, 32, 32, 1) and voxels.dtype == bool
    assert voxels[:, 0].any(axis=(1, 2)).all()
    for axis in (2, 3):
        others = tuple({1, 2, 3} - {axis})
        filled = voxels.any(axis=others)
        first, last = filled.argmax(axis=1), 31 - filled[:, ::-1].argmax(axis=1)
        assert np.abs(first + last - 31).max() <= 1
        assert first.min() == 1 and last.max() == 30
    assert not voxels[:, 30:].any() and voxels[:, 29].any()
    # What is enclosed is filled: a box has no hollow.
    cupboard = voxels[furniture.names.index("Wardrobe")]
    assert cupboard[tuple(np.argwhere(cupboard).mean(axis=0).astype(int))]


def test_a_chair_looks_to_the_front():
    furniture = datasets.shapes("all")
    chairs = [n == "Chair" for n in furniture.names]
    upper = furniture.voxels[chairs][:, 20:28, ..., 0]
    # Its back is at the back.
    assert len(upper) == 25
    assert upper[:, :, 16:].sum() > 3 * upper[:, :, :16].sum()


def test_no_version_of_a_shape_is_on_both_sides():
    train, test, both = map(datasets.shapes, ("train", "test", "all"))
    assert len(train.voxels) + len(test.voxels) == len(both.voxels)
    assert abs(len(test.voxels) - len(both.voxels) / 6) < 20
    assert not set(versions(train.voxels)) & set(versions(test.voxels))
    assert len({x.tobytes() for x in both.voxels}) == len(both.voxels)
    # Nor one that is nearly the same.
    flat = [x.reshape(len(x), -1).astype("float32") for x in (train[0], test[0])]
    shared = flat[0] @ flat[1].T
    joined = flat[0].sum(axis=1)[:, None] + flat[1].sum(axis=1) - shared
    assert (shared / joined).max() < 0.9


def test_copies_are_mirrored_and_turned():
    plain = datasets.shapes(categories=["Lights"])
    copies = datasets.shapes(categories=["Lights"], mirrored=True, turned=True)
    num = len(plain.voxels)
    assert len(copies.voxels) == len(copies.names) == len(copies.labels) == 8 * num
    np.testing.assert_array_equal(copies.voxels[:num], plain.voxels)
    mirrored = datasets.shapes(categories=["Lights"], mirrored=True).voxels[num:]
    np.testing.assert_array_equal(mirrored, plain.voxels[:, :, :, ::-1])
    turned = datasets.shapes(categories=["Lights"], turned=True).voxels[num : 2 * num]
    # What looked to the front looks to a side, and no height changes.
    np.testing.assert_array_equal(turned, np.rot90(plain.voxels, 1, (2, 3)))
    kinds = {plain.categories[label] for label in copies.labels}
    assert kinds == {"Lights"}
    assert datasets.load("shapes", categories=["Lights"]).labels.tolist() == (
        plain.labels.tolist()
    )


def test_silhouettes_of_bytes_are_those_of_bools():
    voxels = datasets.shapes(categories=["Lights"]).voxels[:2]
    expected = datasets.silhouettes(voxels, views=[1])
    found = datasets.silhouettes(voxels.astype("uint8"), views=[1])
    np.testing.assert_array_equal(found.images, expected.images)
    with pytest.raises(ValueError, match="uint8.*of dtype uint8"):
        datasets.silhouettes(2 * voxels.astype("uint8"))
    for views in (8, None, 1.5):
        with pytest.raises(ValueError, match=f"in a list, received {views}"):
            datasets.silhouettes(voxels, views=views)


def test_authors_and_licences_are_recorded():
    record = json.loads((solid_shapes.FOLDER / "shapes.json").read_text())
    assert len(record["authors"]) == len(record["sources"]) == 807
    assert all(record["authors"])
    assert set(record["sources"]) == set(record["licenses"])
    text = (solid_shapes.FOLDER / "LICENSE").read_text()
    assert all(source in text for source in record["licenses"])


def test_what_is_wrong_is_said(tmp_path):
    with pytest.raises(ValueError, match="Bathroom.*received 'Lights'"):
        datasets.shapes(categories="Lights")
    with pytest.raises(ValueError, match=r"received \['Lamps'\]"):
        datasets.shapes(categories=["Lamps"])
    with pytest.raises(ValueError, match="split"):
        datasets.shapes("training")
    with pytest.raises(FileNotFoundError, match=r"shapes\.json.*voxelize_furniture"):
        datasets.shapes(data_dir=tmp_path)
    record = {"size": 4, "names": ["Box"], "categories": ["Boxes"], "groups": [0]}
    (tmp_path / "shapes.json").write_text(json.dumps(record))
    for num in (1, 2):
        with lzma.open(tmp_path / "voxels.npy.xz", "wb") as file:
            np.save(file, np.full((num, 8), 255, "uint8"))
        if num == 1:
            found = datasets.shapes("all", data_dir=tmp_path)
            assert found.voxels.shape == (1, 4, 4, 4, 1) and found.voxels.all()
    with pytest.raises(ValueError, match="damaged or do not fit.*Make the folder"):
        datasets.shapes(data_dir=tmp_path)
    (tmp_path / "voxels.npy.xz").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="damaged or do not fit"):
        datasets.shapes(data_dir=tmp_path)
