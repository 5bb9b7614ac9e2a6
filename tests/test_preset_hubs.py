"""Presets are pushed to hubs and loaded from them, by the hubs' own clients.

The hubs are servers on loopback.
"""

import json
import sys

import numpy as np
import pytest
import yaml

import keras_gan_zoo as kgz
from tests import hugging_face, kaggle

# What the client does within.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
RECORD = {"license": "Apache-2.0", "data": "nothing", "steps": 0}


@pytest.fixture
def hub(monkeypatch, tmp_path):
    with hugging_face.serving(monkeypatch, tmp_path) as hub:
        yield hub


def model(seed=0):
    return kgz.DCGAN((16, 16, 1), latent_dim=8, base_channels=4, seed=seed)


def samples(model):
    return model.generate(4, seed=0)


def test_what_is_pushed_is_loaded_by_its_handle(hub):
    address = model().push_to_hub("hf://me/cats", RECORD, message="First cats")
    files = hub.repositories["me/cats"]["main"]
    assert set(files) == {
        "README.md",
        "discriminator.weights.h5",
        "generator.weights.h5",
        "preset.json",
        "samples.png",
    }
    assert hub.private["me/cats"] and hub.messages == ["First cats"]
    commit = hugging_face.commit_of(files)
    assert address == f"{hub.address}/me/cats/commit/{commit}"
    loaded = kgz.GAN.from_preset("hf://me/cats")
    np.testing.assert_array_equal(samples(loaded), samples(model()))
    again = kgz.GAN.from_preset(f"hf://me/cats@{commit}")
    np.testing.assert_array_equal(samples(again), samples(model()))


def test_folders_and_revisions_hold_presets_of_their_own(hub):
    handles = ["hf://me/gans/cats", "hf://me/gans/big/dogs@v2", "hf://me/gans@v3"]
    for seed, handle in enumerate(handles):
        model(seed).push_to_hub(handle, RECORD, private=False)
    assert not hub.private["me/gans"]
    assert "cats/preset.json" in hub.repositories["me/gans"]["main"]
    assert "big/dogs/preset.json" not in hub.repositories["me/gans"]["main"]
    for seed, handle in enumerate(handles):
        loaded = kgz.GAN.from_preset(handle)
        np.testing.assert_array_equal(samples(loaded), samples(model(seed)))


def test_the_card_is_read_back_by_the_client(hub):
    model().push_to_hub("hf://me/cats", {**RECORD, "datasets": ["me/photos"]})
    from huggingface_hub import ModelCard

    card = ModelCard.load("me/cats")
    assert card.data.to_dict() == {
        "library_name": "keras_gan_zoo",
        "license": "apache-2.0",
        "tags": ["keras", "gan", "DCGAN"],
        "datasets": ["me/photos"],
    }
    assert card.text.lstrip().startswith("# cats\n\nA `DCGAN` for Keras 3")


def test_a_file_that_was_changed_on_the_hub_is_refused(hub):
    model().push_to_hub("hf://me/cats", RECORD)
    files = hub.repositories["me/cats"]["main"]
    files["generator.weights.h5"] = files["generator.weights.h5"][:-1] + b"x"
    with pytest.raises(ValueError, match="generator.weights.h5 is damaged or was cha"):
        kgz.GAN.from_preset("hf://me/cats")


def test_a_file_that_is_too_large_is_not_fetched(hub):
    model().push_to_hub("hf://me/cats", RECORD)
    hub.repositories["me/cats"]["main"]["generator.weights.h5"] = bytes(2**25)
    hub.requests.clear()
    message = "generator.weights.h5 of the preset hf://me/cats has 33,554,432 bytes"
    with pytest.raises(ValueError, match=message):
        kgz.GAN.from_preset("hf://me/cats")
    path = "/me/cats/resolve/main/generator.weights.h5"
    assert ("GET", path) not in hub.requests


def test_what_was_fetched_is_found_without_the_hub(hub, monkeypatch):
    model().push_to_hub("hf://me/cats", RECORD)
    expected = samples(kgz.GAN.from_preset("hf://me/cats"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    hugging_face.forget_client()
    hub.requests.clear()
    loaded = kgz.GAN.from_preset("hf://me/cats")
    np.testing.assert_array_equal(samples(loaded), expected)
    with pytest.raises(ValueError, match="no copy was fetched before"):
        kgz.GAN.from_preset("hf://me/dogs")
    assert not hub.requests


@pytest.mark.parametrize(
    ("handle", "words"),
    [
        ("hf://me/nothing", "there is no repository me/nothing, or it is private"),
        ("hf://me/cats@v9", "me/cats has no revision 'v9'"),
        ("hf://me/cats/kittens", "me/cats has no such file there"),
        ("hf://cats", "have the form hf://user/name"),
        ("hf://me/../cats", "have the form hf://user/name"),
        ("hf://me/cats@", "have the form hf://user/name"),
    ],
)
def test_what_cannot_be_fetched_is_said_in_words(hub, handle, words):
    model().push_to_hub("hf://me/cats", RECORD)
    with pytest.raises(ValueError, match=words.replace("name", "repository")):
        kgz.GAN.from_preset(handle)


def test_what_cannot_be_pushed_is_said_in_words(hub, monkeypatch, tmp_path):
    with pytest.raises(ValueError, match="the Hub does not let you do that"):
        model().push_to_hub("hf://someone-else/cats", RECORD)
    monkeypatch.setenv("HF_TOKEN", "wrong")
    with pytest.raises(ValueError, match="could not be pushed.*hf auth login"):
        model().push_to_hub("hf://me/cats", RECORD)
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(ValueError, match="users who are known. Log in with `hf auth"):
        model().push_to_hub("hf://me/cats", RECORD)
    with pytest.raises(ValueError, match="Presets are pushed to hf://.* or kaggle://"):
        model().push_to_hub("ftp://me/cats", RECORD)
    assert not hub.repositories


@pytest.mark.parametrize(
    ("handle", "client"),
    [
        ("hf://me/cats", "huggingface_hub"),
        ("kaggle://me/cats/keras/small", "kagglehub"),
    ],
)
def test_a_client_that_is_not_installed_is_named(handle, client, monkeypatch):
    monkeypatch.setitem(sys.modules, client, None)
    with pytest.raises(ImportError, match=f"pip install {client}"):
        kgz.GAN.from_preset(handle)
    with pytest.raises(ImportError, match=f"pip install {client}"):
        model().push_to_hub(handle)


def test_a_damaged_preset_is_not_pushed(hub, tmp_path):
    model().save_to_preset(tmp_path / "cats", RECORD)
    (tmp_path / "cats" / "generator.weights.h5").write_bytes(b"")
    with pytest.raises(ValueError, match="damaged or was changed"):
        kgz.presets.push(tmp_path / "cats", "hf://me/cats")
    assert not hub.requests


def test_a_folder_is_pushed_without_what_is_no_part_of_the_preset(hub, tmp_path):
    model().save_to_preset(tmp_path / "cats", RECORD)
    (tmp_path / "cats" / "secrets.txt").write_text("secret")
    (tmp_path / "cats" / "README.md").write_text("---\nlicense: mit\n---\n\nMy own.")
    kgz.presets.push(tmp_path / "cats", "hf://me/cats")
    files = hub.repositories["me/cats"]["main"]
    assert "secrets.txt" not in files
    assert files["README.md"].endswith(b"My own.")


def test_a_shipped_preset_is_pushed_by_its_name_with_a_card(hub):
    kgz.presets.push("real_esrgan_animevideo_x2", "hf://me/video")
    files = hub.repositories["me/video"]["main"]
    front = yaml.safe_load(files["README.md"].decode().split("---\n")[1])
    assert front["license"] == "bsd-3-clause"
    assert "weights_of" in json.loads(files["preset.json"])
    kgz.GAN.from_preset("hf://me/video")


# Kaggle.

FEW = {"networks": ["generator"], "samples": False}  # files, each takes a second
KEY = ("me", "gans", "MODEL_FRAMEWORK_KERAS", "cats")


@pytest.fixture
def kaggle_models(monkeypatch, tmp_path):
    with kaggle.serving(monkeypatch, tmp_path) as server:
        yield server


def test_versions_are_pushed_to_kaggle_and_loaded_from_it(kaggle_models):
    handle = "kaggle://me/gans/keras/cats"
    for seed in (0, 1):
        address = model(seed).push_to_hub(handle, RECORD, message=f"{seed}", **FEW)
        assert address == "https://www.kaggle.com/models/me/gans/keras/cats"
    assert kaggle_models.models["me", "gans"]["isPrivate"]
    assert kaggle_models.licenses[KEY] == "Apache 2.0"
    assert kaggle_models.notes == ["1"]
    assert b"# cats" in kaggle_models.versions[KEY][0]["README.md"]
    for version, seed in (("", 1), ("/1", 0)):
        loaded = kgz.GAN.from_preset(handle + version)
        np.testing.assert_array_equal(samples(loaded), samples(model(seed)))


def test_a_file_that_was_changed_on_kaggle_is_refused(kaggle_models):
    model().push_to_hub("kaggle://me/gans/keras/cats", RECORD, **FEW)
    [files] = kaggle_models.versions[KEY]
    files["generator.weights.h5"] = files["generator.weights.h5"][:-1] + b"x"
    with pytest.raises(ValueError, match="generator.weights.h5 is damaged or was cha"):
        kgz.GAN.from_preset("kaggle://me/gans/keras/cats")


@pytest.mark.parametrize(
    ("handle", "options", "words"),
    [
        ("kaggle://someone-else/gans/keras/cats", {}, "Permission denied"),
        ("kaggle://me/gans/keras/cats/1", {}, "have the form kaggle://owner"),
        ("kaggle://me/gans/cats", {}, "have the form kaggle://owner"),
        ("kaggle://me/gans/keras/cats", {"private": False}, "on its page"),
    ],
)
def test_what_kaggle_does_not_take_is_said_in_words(
    kaggle_models, handle, options, words
):
    with pytest.raises(ValueError, match=words):
        model().push_to_hub(handle, RECORD, **options)
    assert not kaggle_models.versions


def test_kaggle_wants_a_login_to_push_and_has_what_it_has(kaggle_models, monkeypatch):
    with pytest.raises(ValueError, match="could not be fetched: 404 Client Error"):
        kgz.GAN.from_preset("kaggle://me/nothing/keras/cats")
    monkeypatch.delenv("KAGGLE_API_TOKEN")
    with pytest.raises(ValueError, match="users who are known. Set KAGGLE_API_TOKEN"):
        model().push_to_hub("kaggle://me/gans/keras/cats", RECORD)
