"""Files from strangers: none of them runs code, or reads or writes where it should not.

Each carries something that would leave a canary behind, in a place that is read when a
model or a preset is loaded.
"""

import base64
import json
import os
import pickle
import time
import zipfile
from random import Random

import h5py
import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.backend.torch_files import read_state_dict
from tests.contract import random_images

IMAGES = random_images(8, (8, 8, 1))


def compiled():
    model = kgz.VanillaGAN((8, 8, 1), units=4, discriminator_units=4, latent_dim=2)
    model.compile()
    model.build_training_state()
    return model


class Payload:
    def __init__(self, canary):
        self.canary = canary

    def __reduce__(self):
        return os.mkdir, (str(self.canary),)


def call_of(module, name, config):
    """What Keras' files say of an object: to be found by name, and called."""
    return {
        "module": module,
        "class_name": name,
        "config": config,
        "registered_name": name,
    }


def lambda_layer(canary):
    """A layer that is code; the code runs as soon as the layer is called."""
    code = f"lambda x: __import__('os').mkdir({str(canary)!r}) or x"
    layer = keras.layers.Lambda(eval(code), name="innocent")
    return keras.saving.serialize_keras_object(layer)


def network_with(layer):
    """A Sequential network of this serialized layer."""

    def hostile(canary):
        network = keras.Sequential([keras.Input((2,)), keras.layers.Flatten()])
        content = keras.saving.serialize_keras_object(network)
        content["config"]["layers"][-1] = layer(canary)
        return content

    return hostile


def torch_module(canary):
    code = base64.b64encode(pickle.dumps(Payload(canary))).decode()
    return call_of("keras.layers", "TorchModuleWrapper", {"module": code})


def vocabulary_file(canary):
    secret = canary.with_name("secret.txt")
    secret.write_text("hunter2\n")
    config = {"vocabulary": str(secret), "name": "lookup"}
    return call_of("keras.layers", "StringLookup", config)


OBJECTS = {
    "lambda": network_with(lambda_layer),
    "torch module": network_with(torch_module),
    "saved model": network_with(
        lambda canary: call_of("keras.layers", "TFSMLayer", {"filepath": str(canary)})
    ),
    "vocabulary": network_with(vocabulary_file),
    "os.mkdir": lambda canary: call_of("os", "mkdir", {"path": str(canary)}),
    "Popen": lambda canary: call_of(
        "subprocess", "Popen", {"args": ["mkdir", str(canary)]}
    ),
    "eval": lambda canary: call_of("builtins", "function", "eval"),
    "download": lambda canary: call_of(
        "keras.utils",
        "get_file",
        {"fname": str(canary), "origin": "file:///etc/hostname"},
    ),
}
REFUSED = "risk of arbitrary code|Could not locate|disallowed|could not be deserialized"
PLACES = {
    "generator": ("config", "generator"),
    "optimizer": ("compile_config", "generator_optimizer"),
    "augmentation": ("compile_config", "augment"),
}


def change_config(path, place, value):
    """Puts a value into the configuration of a `.keras` file."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    config = part = json.loads(members["config.json"])
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    members["config.json"] = json.dumps(config).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.fixture
def canary(tmp_path):
    yield tmp_path / "canary"
    assert not (tmp_path / "canary").exists()


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("what", OBJECTS)
def test_a_model_file_cannot_bring_code(what, place, canary, tmp_path):
    path = tmp_path / "model.keras"
    compiled().save(path)
    change_config(path, PLACES[place], OBJECTS[what](canary))
    with pytest.raises((ValueError, TypeError), match=REFUSED):
        keras.saving.load_model(path).fit(IMAGES, verbose=0)


@pytest.mark.parametrize("what", OBJECTS)
def test_a_preset_cannot_bring_code(what, canary, tmp_path):
    folder = tmp_path / "preset"
    compiled().save_to_preset(folder)
    path = folder / "preset.json"
    manifest = json.loads(path.read_text())
    manifest["config"]["generator"] = OBJECTS[what](canary)
    path.write_text(json.dumps(manifest))
    with pytest.raises((ValueError, TypeError), match=REFUSED):
        kgz.GAN.from_preset(folder).generate(1)


def mutated(value, random):
    """The value with something else in one place, somewhere in it."""
    others = [None, -1, 0, 1.5, "x", "", [], {}, [None, 2], {"x": 1}, True, "../x"]
    if isinstance(value, dict) and value and random.random() < 0.9:
        key = random.choice(list(value))
        rest = {k: v for k, v in value.items() if k != key}
        kind = random.random()
        if kind < 0.15:
            return rest
        if kind < 0.3:
            return {**rest, key + "x": value[key]}
        return {**value, key: mutated(value[key], random)}
    if isinstance(value, list) and value and random.random() < 0.9:
        index = random.randrange(len(value))
        return [*value[:index], mutated(value[index], random), *value[index + 1 :]]
    return random.choice(others)


def test_a_mutated_preset_is_refused_in_words_or_works(tmp_path):
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(64)])
    network.add(keras.layers.Reshape((8, 8, 1)))
    model = kgz.VanillaGAN(latent_dim=2, discriminator_units=4, generator=network)
    folder = tmp_path / "preset"
    model.save_to_preset(folder)
    path = folder / "preset.json"
    manifest = json.loads(path.read_text())
    random = Random(0)
    refused = 0
    for _ in range(500):
        path.write_text(json.dumps(mutated(manifest, random)))
        try:
            kgz.GAN.from_preset(folder)
        except ValueError:
            refused += 1
    assert 250 < refused < 500


def test_a_configuration_of_a_million_layers_is_not_even_read(tmp_path):
    folder = tmp_path / "preset"
    compiled().save_to_preset(folder)
    path = folder / "preset.json"
    manifest = json.loads(path.read_text())
    layer = {"class_name": "Dense", "config": {"units": 1}}
    manifest["config"]["generator"] = {"layers": [layer] * 1_000_000}
    path.write_text(json.dumps(manifest))
    begun = time.process_time()
    with pytest.raises(
        ValueError, match=r"preset.json is damaged: it has \d\d,\d+,\d+ b"
    ):
        kgz.GAN.from_preset(folder)
    assert time.process_time() - begun < 2


@pytest.mark.parametrize("name", ["../secret.txt", "/etc/hostname"])
def test_a_preset_names_no_file_elsewhere(name, tmp_path):
    folder = tmp_path / "preset"
    compiled().save_to_preset(folder)
    path = folder / "preset.json"
    manifest = json.loads(path.read_text())
    manifest["files"][name] = "0" * 64
    path.write_text(json.dumps(manifest))
    with pytest.raises(ValueError, match="can only have .'discriminator.weights.h5'"):
        kgz.GAN.from_preset(folder)


def external_link(file, secret):
    """A dataset that is one of another file."""
    with h5py.File(secret, "w") as other:
        other["weights"] = np.zeros((2, 4), "float32")
    name = largest_dataset(file)
    del file[name]
    file[name] = h5py.ExternalLink(str(secret), "weights")


def external_storage(file, secret):
    """A dataset whose bytes lie in another file."""
    secret.write_bytes(b"hunter2" * 1000)
    name = largest_dataset(file)
    shape = file[name].shape
    del file[name]
    size = 4 * int(np.prod(shape))
    file.create_dataset(name, shape, "float32", external=[(str(secret), 0, size)])


def bomb(file, secret):
    """A dataset that claims a terabyte and takes no room."""
    name = largest_dataset(file)
    del file[name]
    file.create_dataset(name, (2**19, 2**19), "float32", chunks=(1024, 1024))


def largest_dataset(file):
    sizes = {}
    file.visititems(lambda name, item: sizes.update({name: getattr(item, "size", -1)}))
    return max(sizes, key=sizes.get)


@pytest.mark.filterwarnings("ignore:Skipping nested container")
@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (external_link, "Missing: layers/dense_2/vars/0. Unexpected: none"),
        (external_storage, "keeps the data of layers/dense_2/vars/0 in another file"),
        (bomb, r"layers/dense_2/vars/0 \(524288, 524288\) float32 in place of"),
    ],
)
def test_weights_come_from_their_own_file_alone(harm, message, tmp_path):
    folder = tmp_path / "preset"
    compiled().save_to_preset(folder)
    path = folder / "generator.weights.h5"
    with h5py.File(path, "r+") as file:
        harm(file, tmp_path / "secret")
    manifest = json.loads((folder / "preset.json").read_text())
    manifest["files"][path.name] = kgz.presets.sha256_of(path)  # a careful stranger
    (folder / "preset.json").write_text(json.dumps(manifest))
    with pytest.raises(ValueError, match=message):
        kgz.GAN.from_preset(folder)


def test_an_archive_unpacks_nothing_elsewhere(canary, tmp_path):
    path = tmp_path / "model.keras"
    compiled().save(path)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../canary", "")
        archive.writestr(str(canary), "")
    with pytest.warns(UserWarning, match="Skipping invalid path"):
        keras.saving.load_model(path)


def test_a_pickle_is_no_state_dict(canary, tmp_path):
    pytest.importorskip("torch")
    path = tmp_path / "weights.pth"
    path.write_bytes(pickle.dumps(Payload(canary), protocol=2))
    with pytest.raises(pickle.UnpicklingError, match="Weights only load failed"):
        read_state_dict(path)
