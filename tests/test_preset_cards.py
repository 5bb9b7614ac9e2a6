"""The model card of a preset: what the record holds, what it lacks, and no more."""

import json
import pathlib
import re

import numpy as np
import pytest
from PIL import Image

import keras_gan_zoo as kgz
from keras_gan_zoo import tensor_files
from keras_gan_zoo.presets import cards, manifests
from keras_gan_zoo.presets.scores import scores_of
from tests.contract import random_images

PROTOCOL = {"extractor": "pixels_8", "num_generated": 64, "seed": 0}
RECORD = {
    "license": "MIT, Copyright (c) A. Author",
    "data": "12 drawings | of cats (CC0-1.0)",
    "datasets": ["author/cats"],
    "intended_use": "Tests.",
    "command": "python train.py --epochs 2",
    "steps": 17,
    "minutes": 3,
    "hardware": "1 CPU core",
    "evaluation": kgz.Evaluation(
        {"frechet_distance": 12.34567, "precision": 0.5},
        {"frechet_distance": 0.25},
        PROTOCOL,
    ),
    "second_stage": "none",
}


def model():
    return kgz.DCGAN((16, 16, 1), latent_dim=8, base_channels=4, seed=0)


def card_of(folder):
    """The front matter and the text below it."""
    _, front, text = (folder / "README.md").read_text().split("---\n", 2)
    return front, text


def section(text, title):
    return re.search(rf"## {title}\n\n(.*?)(\n\n## |\Z)", text, re.DOTALL).group(1)


def test_a_card_says_what_the_record_holds(tmp_path):
    model().save_to_preset(tmp_path / "cats", RECORD)
    front, text = card_of(tmp_path / "cats")
    assert front.splitlines() == [
        'library_name: "keras_gan_zoo"',
        'license: "mit"',
        "tags:",
        '- "keras"',
        '- "gan"',
        '- "DCGAN"',
        "datasets:",
        '- "author/cats"',
        "metrics:",
        '- "frechet_distance"',
        '- "precision"',
    ]
    assert "# cats\n" in text and kgz.list_models()["DCGAN"]["url"] in text
    assert section(text, "Intended use") == "Tests."
    training = section(text, "Training")
    assert "```shell\npython train.py --epochs 2\n```" in training
    for line in (
        "| Steps | 17 |",
        "| Minutes | 3 |",
        "| Hardware | 1 CPU core |",
        "| Data | 12 drawings \\| of cats (CC0-1.0) |",
        "| second stage | none |",
    ):
        assert line in training
    scores = section(text, "Scores")
    assert "| frechet_distance | 12.35 ± 0.25 |" in scores
    assert "| precision | 0.5 |" in scores and "| extractor | pixels_8 |" in scores
    assert "| Weights | MIT, Copyright (c) A. Author |" in section(text, "Licences")
    count = model().generator.count_params()
    assert f"| generator | {count:,} |" in section(text, "Parameters")


def test_the_guide_shows_the_card_of_a_shipped_preset():
    name = "dcgan_fashion_mnist"
    manifest = manifests.read(kgz.presets.SHIPPED / name)
    guide = pathlib.Path(__file__).parents[1] / "docs" / "guides" / "sharing.md"
    card = cards.card(manifest, name, has_samples=True)
    assert f"````markdown\n{card}````" in guide.read_text()


def test_a_card_invents_nothing(tmp_path):
    model().save_to_preset(tmp_path / "cats")
    front, text = card_of(tmp_path / "cats")
    assert "license" not in front and "datasets" not in front
    for title in ("Intended use", "Limits"):
        assert section(text, title) == "The record does not say."
    training = "The record has no command.\n\nThe record does not say."
    assert section(text, "Training") == training
    assert section(text, "Scores") == "The record has no scores."
    assert section(text, "Licences").count("The record does not say.") == 2


def test_the_code_of_a_card_loads_the_preset(tmp_path, monkeypatch):
    model().save_to_preset(tmp_path / "cats", RECORD)
    _, text = card_of(tmp_path / "cats")
    [code] = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    monkeypatch.chdir(tmp_path)
    found = {}
    exec(code, found)
    np.testing.assert_array_equal(found["images"], model().generate(16, seed=0))


@pytest.mark.parametrize("name", ["pix2pix_edges_emoji", "srgan_photos_x4"])
def test_scores_of_several_stand_side_by_side(name):
    manifest = manifests.read(kgz.presets.SHIPPED / name)
    scores = section(cards.card(manifest, name), "Scores")
    rows = scores_of(manifest["record"])
    for row, values in rows.items():
        assert f"\n| {row} | {next(iter(values.values())):.4g} | " in scores


def test_what_is_drawn_is_what_the_model_generates_from_seed_0(tmp_path):
    model().save_to_preset(tmp_path / "cats")
    assert "![Samples](samples.png)" in card_of(tmp_path / "cats")[1]
    drawn = np.asarray(Image.open(tmp_path / "cats" / "samples.png"))
    expected = model().domain.preview(model().generate(16, seed=0))
    np.testing.assert_array_equal(drawn, expected[..., 0])


def test_a_model_that_needs_pictures_shows_those_that_it_is_given(tmp_path):
    upscaler = kgz.SRGAN((16, 16, 3), scale=2, base_channels=2, blocks=1)
    upscaler.save_to_preset(tmp_path / "without")
    assert not (tmp_path / "without" / "samples.png").exists()
    assert "samples.png" not in card_of(tmp_path / "without")[1]
    pictures = random_images(2, (40, 30, 3))
    upscaler.save_to_preset(tmp_path / "with", samples=pictures)
    drawn = np.asarray(Image.open(tmp_path / "with" / "samples.png"))
    np.testing.assert_array_equal(drawn[:, :60], np.hstack(pictures))


def test_no_picture_is_drawn_if_none_is_wanted_or_the_generator_stays(tmp_path):
    model().save_to_preset(tmp_path / "unwanted", samples=False)
    model().save_to_preset(tmp_path / "half", networks=["discriminator"])
    for name in ("unwanted", "half"):
        assert not (tmp_path / name / "samples.png").exists()


def test_a_preset_loads_whatever_became_of_its_card(tmp_path):
    model().save_to_preset(tmp_path / "cats")
    (tmp_path / "cats" / "README.md").write_text("Changed.")
    (tmp_path / "cats" / "samples.png").unlink()
    loaded = kgz.GAN.from_preset(tmp_path / "cats")
    images = loaded.generate(4, seed=0)
    np.testing.assert_array_equal(images, model().generate(4, seed=0))


def test_a_record_that_is_no_data_leaves_no_folder(tmp_path):
    with pytest.raises(ValueError, match="lists and dicts. Received: <object"):
        model().save_to_preset(tmp_path / "cats", {"license": object()})
    assert list(tmp_path.iterdir()) == []


def test_safetensors_are_written_beside_the_weights_and_load_alone(tmp_path):
    folder = tmp_path / "cats"
    model().save_to_preset(folder, safetensors=True)
    arrays = tensor_files.read(folder / "generator.safetensors")
    names = ["dense/kernel", "batch_normalization_1/gamma", "conv2d_transpose_1/bias"]
    assert set(names) <= arrays.keys()
    manifest = json.loads((folder / "preset.json").read_text())
    for name in ("generator", "discriminator"):
        assert f"{name}.safetensors" in manifest["files"]
        del manifest["files"][f"{name}.weights.h5"]
        (folder / f"{name}.weights.h5").unlink()
    (folder / "preset.json").write_text(json.dumps(manifest))
    loaded = kgz.GAN.from_preset(folder)
    expected = model().generate(4, seed=0)
    np.testing.assert_array_equal(loaded.generate(4, seed=0), expected)


def test_safetensors_of_another_network_are_refused(tmp_path):
    folder = tmp_path / "cats"
    model().save_to_preset(folder, safetensors=True)
    path = folder / "generator.safetensors"
    (folder / "generator.weights.h5").unlink()
    tensor_files.write_safetensors({"dense/kernel": np.zeros(3)}, path)
    manifest = json.loads((folder / "preset.json").read_text())
    del manifest["files"]["generator.weights.h5"]
    manifest["files"][path.name] = kgz.presets.sha256_of(path)
    (folder / "preset.json").write_text(json.dumps(manifest))
    with pytest.raises(ValueError, match="does not fit the network"):
        kgz.GAN.from_preset(folder)
