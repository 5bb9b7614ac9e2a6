"""From a model to a preset: a folder that is complete before it is one."""

import dataclasses
import json
import pathlib
import tempfile

import numpy as np

from keras_gan_zoo.checks import check_finite_weights
from keras_gan_zoo.fetching import sha256_of
from keras_gan_zoo.presets import cards, manifests, weights
from keras_gan_zoo.presets.classes import names_of
from keras_gan_zoo.presets.samples import picture_of


def save(
    networks,
    model,
    folder,
    record,
    dtype="float32",
    samples=None,
    safetensors=False,
) -> None:
    """Writes a preset; see `GAN.save_to_preset`.

    Args:
        networks: Dict of name to the network whose weights are written.
        model: The model they belong to.
        folder: Path of a new or empty folder.
        record: Dict of facts to keep with the weights.
        dtype: What the weights are stored as, `"float32"` or `"float16"`.
        samples: Samples for the card's picture; None to generate some, False for none.
        safetensors: Whether to write a `.safetensors` file for each network, too.
    """
    folder = pathlib.Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(
            f"The folder {folder} is not empty. A preset is written to a new or empty "
            "folder, so that it holds nothing else and nothing is overwritten."
        )
    for name, network in networks.items():
        check_finite_weights(network, f"The {name}")
    picture = picture_of(model, networks, samples)
    manifest = {
        "schema": manifests.SCHEMA,
        **names_of(type(model)),
        "config": model.get_config(),
        "parameters": {name: net.count_params() for name, net in networks.items()},
        "files": {},
        "record": record,
    }
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        part = pathlib.Path(temporary) / (folder.name or "preset")
        part.mkdir()
        for path in _write_weights(networks, part, dtype, safetensors):
            manifest["files"][path.name] = sha256_of(path)
        text = json.dumps(manifest, indent=2, default=_plain)
        (part / manifests.NAME).write_text(text + "\n", encoding="utf-8")
        if picture is not None:
            picture.save(part / cards.SAMPLES)
        cards.write(part)
        _move(part, folder)


def _plain(value):
    """What JSON can hold of objects in records and configurations."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise ValueError(
        "The record and the configuration of a preset hold numbers, strings, arrays, "
        f"lists and dicts. Received: {value!r:.200}, a {type(value).__name__}."
    )


def _move(part, folder):
    """Moves all files, last the one without which a folder is no preset."""
    folder.mkdir(exist_ok=True)
    names = [path.name for path in part.iterdir()]
    for name in sorted(names, key=lambda name: name == manifests.NAME):
        (part / name).replace(folder / name)


def _write_weights(networks, folder, dtype, safetensors):
    """Writes the files of all networks. Returns their paths."""
    writers = {weights.HDF5: weights.save_weights}
    if safetensors:
        writers[weights.SAFETENSORS] = weights.save_safetensors
    paths = []
    for name, network in networks.items():
        for suffix, write in writers.items():
            paths.append(folder / f"{name}{suffix}")
            write(network, paths[-1], dtype)
    return paths
