"""Presets: networks with their weights, by name, as plain data.

A preset is a folder of JSON and `.weights.h5` files, the networks alone:

    preset.json               class, constructor arguments, sha256 of each file,
                              parameter counts, and the record of its training
    generator.weights.h5      one file a network; what is left out starts afresh
    discriminator.weights.h5

Nothing in it is code, and the same folder loads on every backend.
"""

import difflib
import functools
import hashlib
import json
import pathlib
import tempfile

import h5py
import keras
import numpy as np
from keras import ops

SCHEMA = 1
LARGEST_MANIFEST = 4 * 2**20  # bytes
KEYS = {
    "class_name": str,
    "config": dict,
    "parameters": dict,
    "files": dict,
    "record": dict,
}
SHIPPED = pathlib.Path(__file__).parent / "assets" / "presets"


def list_presets():
    """Lists the presets that ship with the package.

    Returns:
        A dict of name to record: class, parameters, licence, evaluation with its
        protocol, and the command that trained it.
    """
    folders = sorted(path.parent for path in SHIPPED.glob("*/preset.json"))
    return {folder.name: describe(folder) for folder in folders}


def describe(folder):
    """Returns the record of a preset folder as a dict, without its file hashes."""
    manifest = _read_manifest(pathlib.Path(folder))
    facts = {"class": manifest["class_name"], "parameters": manifest["parameters"]}
    return {**facts, **manifest["record"]}


def load(cls, preset, load_weights=True, **kwargs):
    """Builds the model of a preset; see `GAN.from_preset`.

    Args:
        cls: The class it must be an instance of.
        preset: Name, folder, handle or address.
        load_weights: Whether to load the weights.
        **kwargs: Arguments of the constructor to change.

    Returns:
        A model.
    """
    fetch = _find(preset)
    manifest = _read_manifest(fetch("preset.json").parent)
    found = keras.saving.get_registered_object(
        f"keras_gan_zoo>{manifest['class_name']}"
    )
    if not (isinstance(found, type) and issubclass(found, cls)):
        raise ValueError(
            f"The preset {preset!r} is a {manifest['class_name']}, not a "
            f"{cls.__name__}. Load it with keras_gan_zoo.GAN.from_preset({preset!r})."
        )
    files = {f"{name}.weights.h5" for name in found.networks}
    if not manifest["files"] or manifest["files"].keys() - files:
        raise ValueError(
            f"The preset {preset!r} holds the files {list(manifest['files'])}, but a "
            f"{manifest['class_name']} can only have {sorted(files)}. Copy or fetch it "
            "again."
        )
    try:
        model = found.from_config({**manifest["config"], **kwargs})
    except Exception as error:
        raise ValueError(
            f"The preset {preset!r} cannot be built: its configuration"
            f"{f', with {list(kwargs)} changed,' if kwargs else ''} does not fit a "
            f"{manifest['class_name']}. {type(error).__name__}: {error}"
        ) from error
    if load_weights:
        for name in model.networks:
            filename = f"{name}.weights.h5"
            if filename in manifest["files"]:
                if getattr(model, name) is None:
                    raise ValueError(
                        f"The preset {preset!r} holds weights of the {name}, but its "
                        f"configuration does not say what {name} to make."
                    )
                path = fetch(filename)
                check_sha256(path, manifest["files"][filename])
                getattr(model, name).load_weights(path)
                check_finite(getattr(model, name), f"The file {path}")
    return model


def save(networks, model, folder, record, dtype="float32"):
    """Writes a preset; see `GAN.save_to_preset`.

    Args:
        networks: Dict of name to the network whose weights are written.
        model: The model they belong to.
        folder: Path of a new or empty folder.
        record: Dict of facts to keep with the weights.
        dtype: What the weights are stored as, `"float32"` or `"float16"`.
    """
    folder = pathlib.Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise ValueError(
            f"The folder {folder} is not empty. A preset is written to a new or empty "
            "folder, so that it holds nothing else and nothing is overwritten."
        )
    for name, network in networks.items():
        check_finite(network, f"The {name}")
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, network in networks.items():
        path = folder / f"{name}.weights.h5"
        save_weights(network, path, dtype)
        files[path.name] = sha256_of(path)
    manifest = {
        "schema": SCHEMA,
        "class_name": type(model).__name__,
        "config": model.get_config(),
        "parameters": {name: net.count_params() for name, net in networks.items()},
        "files": files,
        "record": record,
    }
    (folder / "preset.json").write_text(json.dumps(manifest, indent=2) + "\n")


def _find(preset):
    """Returns a function, file name to local path, for a preset of any kind."""
    preset = str(preset)
    if preset.startswith("hf://"):
        return functools.partial(_from_hugging_face, preset.removeprefix("hf://"))
    if preset.startswith("kaggle://"):
        return functools.partial(_from_kaggle, preset.removeprefix("kaggle://"))
    if "://" in preset:
        return functools.partial(_from_web, *_split_address(preset))
    if (SHIPPED / preset / "preset.json").is_file():
        return (SHIPPED / preset).joinpath
    if pathlib.Path(preset).is_dir():
        return pathlib.Path(preset).joinpath
    names = list(list_presets())
    close = difflib.get_close_matches(preset, names, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise ValueError(
        f"No preset or folder is called {preset!r}.{hint} Presets that ship with "
        f"keras_gan_zoo: {names}."
    )


def _from_hugging_face(repository, filename):
    try:
        import huggingface_hub
    except ImportError as error:
        raise ImportError(
            "hf:// presets need the Hub's client: pip install huggingface_hub"
        ) from error
    return pathlib.Path(huggingface_hub.hf_hub_download(repository, filename))


def _from_kaggle(handle, filename):
    try:
        import kagglehub
    except ImportError as error:
        raise ImportError(
            "kaggle:// presets need Kaggle's client: pip install kagglehub"
        ) from error
    return pathlib.Path(kagglehub.model_download(handle, filename))


def _split_address(preset):
    address, _, sha256 = preset.partition("#sha256=")
    if not address.startswith("https://") or len(sha256) != 64:
        raise ValueError(
            "A preset on the web is given as https://host/folder#sha256=<64 digits>, "
            f"with the sha256 of its preset.json. Received: {preset!r}"
        )
    return address.rstrip("/"), sha256


def _from_web(address, sha256, filename):
    if filename != "preset.json":
        manifest = _read_manifest(_from_web(address, sha256, "preset.json").parent)
        pinned = manifest["files"][filename]
    else:
        pinned = sha256
    # Keras deletes a download whose hash is wrong, and keeps a good one in its cache.
    path = keras.utils.get_file(
        filename,
        f"{address}/{filename}",
        cache_subdir=f"keras_gan_zoo/{sha256}",
        file_hash=pinned,
        hash_algorithm="sha256",
    )
    return pathlib.Path(path)


def _read_manifest(folder):
    path = folder / "preset.json"
    try:
        size = path.stat().st_size
        if size > LARGEST_MANIFEST:
            raise ValueError(
                f"it has {size:,} bytes, and the configuration of a model fits in "
                f"{LARGEST_MANIFEST:,}."
            )
        manifest = json.loads(path.read_text())
    except FileNotFoundError:
        raise ValueError(
            f"The folder {folder} is not a preset: it holds no preset.json. Presets "
            "are written by model.save_to_preset(folder)."
        ) from None
    except ValueError as error:
        raise ValueError(f"The file {path} is damaged: {error}") from error
    if not isinstance(manifest, dict):
        raise ValueError(f"The file {path} is damaged: it holds no dict.")
    if manifest.get("schema") != SCHEMA:
        raise ValueError(
            f"The file {path} has schema {manifest.get('schema')!r}; this version of "
            f"keras_gan_zoo reads schema {SCHEMA}. Upgrade keras_gan_zoo."
        )
    wrong = [k for k, kind in KEYS.items() if not isinstance(manifest.get(k), kind)]
    if wrong:
        raise ValueError(
            f"The file {path} is damaged: it lacks {wrong}, or holds something else "
            "under these names."
        )
    return manifest


def sha256_of(path):
    """Returns the sha256 of a file, 64 hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def check_sha256(path, expected):
    """Raises a `ValueError` that names the file if it is missing or was changed."""
    if not path.is_file():
        raise ValueError(
            f"The folder {path.parent} lacks the file {path.name}. Copy or fetch it "
            "again."
        )
    received = sha256_of(path)
    if received != expected:
        raise ValueError(
            f"The file {path} is damaged or was changed: expected the sha256 "
            f"{expected}, received {received}. Copy, fetch or install it again."
        )


def check_finite(network, what):
    """Raises a `ValueError` if a weight of a network or model is NaN or infinite."""
    for weight in network.weights:
        if not np.isfinite(ops.convert_to_numpy(weight)).all():
            raise ValueError(
                f"{what} holds weights that are not finite, in {weight.path}. Go back "
                "to a checkpoint before the losses became NaN, or fetch the file again."
            )


def save_weights(network, path, dtype):
    """Writes a network's weights, stored as `dtype` and compressed."""
    with tempfile.TemporaryDirectory() as folder:
        full = pathlib.Path(folder) / path.name
        network.save_weights(full)
        with h5py.File(full) as source, h5py.File(path, "w") as target:
            source.visititems(functools.partial(_copy_item, target, dtype))


def _copy_item(target, dtype, name, item):
    if isinstance(item, h5py.Dataset):
        stored = dtype if item.dtype.kind == "f" else item.dtype
        # Scalars cannot be compressed.
        options = {"compression": "gzip"} if item.shape else {}
        target.create_dataset(name, data=item[()].astype(stored), **options)
    else:
        target.require_group(name).attrs.update(item.attrs)
