"""Presets: networks with their weights, by name, as plain data.

A preset is a folder of JSON and `.weights.h5` files, the networks alone:

    preset.json               class, constructor arguments, sha256 of each file,
                              parameter counts, the record of its training, and
                              where it shares weights the preset that has them
    generator.weights.h5      one file a network; what is left out starts afresh
    discriminator.weights.h5

Nothing in it is code, and the same folder loads on every backend.
"""

import difflib
import fnmatch
import functools
import json
import pathlib
import tempfile
from typing import Any

import h5py
import keras

from keras_gan_zoo import published, weight_files
from keras_gan_zoo.backend.private import budget
from keras_gan_zoo.catalogue import Catalogue
from keras_gan_zoo.checks import check_finite_weights
from keras_gan_zoo.fetching import cache_folder, fetch, is_sha256, sha256_of
from keras_gan_zoo.old_names import renamed
from keras_gan_zoo.version import __version__

SCHEMA = 1
LARGEST_MANIFEST = 4 * 2**20  # bytes
# What a configuration from outside may ask for. Each operation takes milliseconds to
# build, each parameter four bytes and as many again while it is drawn.
MOST_LAYERS = 1_000  # of networks that are spelt out
MOST_OPERATIONS = 2_500
MOST_PARAMETERS = 2**27
MOST = {"blocks": 40, "convolutions": 16}  # of what is built so many times
LARGEST_NUMBER = 2**16  # of all other sizes
KEYS = {
    "class_name": str,
    "config": dict,
    "parameters": dict,
    "files": dict,
    "record": dict,
}
SHIPPED = pathlib.Path(__file__).parent / "assets" / "presets"


def list_presets(pattern="*") -> Catalogue:
    """Lists the presets that load by name.

    Args:
        pattern: Which names to list, with `*` for any letters: `"*emoji*"`.

    Returns:
        A dict of name to record: class, parameters, licence, evaluation with its
        protocol, and the command that trained it. `needs` is the command to run before
        those that do not ship with the package. It prints as a table.
    """
    shipped = {path.parent.name for path in SHIPPED.glob("*/preset.json")}
    records = {
        name: describe(SHIPPED / name) if name in shipped else _of_others(name)
        for name in sorted(shipped | published.PUBLISHED.keys())
        if fnmatch.fnmatchcase(name, pattern)
    }
    return Catalogue(records, columns=["class", "parameters", "license"])


def _of_others(name):
    network = published.PUBLISHED[name]
    return {**network.record, "needs": network.install}


def describe(folder) -> dict[str, Any]:
    """Returns the record of a preset folder as a dict, without its file hashes."""
    manifest = _read_manifest(pathlib.Path(folder))
    facts = {"class": manifest["class_name"], "parameters": manifest["parameters"]}
    return {**facts, **manifest["record"]}


def load(cls, preset, load_weights=True, **kwargs) -> keras.Model:
    """Builds the model of a preset; see `GAN.from_preset`.

    Args:
        cls: The class it must be an instance of.
        preset: Name, folder, handle or address.
        load_weights: Whether to load the weights.
        **kwargs: Arguments of the constructor to change.

    Returns:
        A model.
    """
    find, manifest, found = _examine(cls, preset)
    model = _build(found, preset, manifest, kwargs)
    if load_weights:
        for name in model.networks:
            filename = f"{name}.weights.h5"
            if filename in manifest["files"]:
                if getattr(model, name) is None:
                    raise ValueError(
                        f"The preset {preset!r} holds weights of the {name}, but its "
                        f"configuration does not say what {name} to make."
                    )
                network = getattr(model, name)
                # Eight bytes a parameter, and room for the names.
                largest = 8 * network.count_params() + 2**24
                path = find(filename, largest)
                check_sha256(path, manifest["files"][filename])
                weight_files.check(path, network)
                network.load_weights(path)
                check_finite_weights(network, f"The file {path}")
    return model


def fetch_files(preset) -> list[pathlib.Path]:
    """Finds the files of a preset, and fetches those that are not here yet.

    Args:
        preset: As in `GAN.from_preset`.

    Returns:
        The paths of its `preset.json` and of its weights, with the sha256 that the
        first one says.

    Raises:
        ValueError: If the preset is not known, cannot be fetched or is damaged.
    """
    find, manifest, _ = _examine(keras.Model, preset)
    paths = [find("preset.json", LARGEST_MANIFEST)]
    for filename, sha256 in manifest["files"].items():
        path = find(filename, 8 * MOST_PARAMETERS + 2**24)
        check_sha256(path, sha256)
        paths.append(path)
    return paths


def _examine(cls, preset):
    """Returns how to find a preset's files, its manifest and its class, validated."""
    find = _find(preset)
    manifest = _read_manifest(find("preset.json", LARGEST_MANIFEST).parent)
    found = keras.saving.get_registered_object(
        f"keras_gan_zoo>{manifest['class_name']}"
    )
    if found is None:
        raise ValueError(
            f"The preset {preset!r} is a {manifest['class_name']!r}, which is not a "
            f"GAN that keras_gan_zoo {__version__} knows. Upgrade keras_gan_zoo, or "
            "ask whoever gave you the preset."
        )
    is_kind = isinstance(found, type) and issubclass(found, cls)
    if not is_kind:
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
    return find, manifest, found


def _build(found, preset, manifest, changes):
    """Builds the model without its weights, if it is not too large."""
    try:
        _check_size(manifest["config"])
        with budget(MOST_OPERATIONS, MOST_PARAMETERS):
            config = renamed(manifest["config"], found)
            return found.from_config({**config, **changes})
    except Exception as error:
        raise ValueError(
            f"The preset {preset!r} cannot be built: its configuration"
            f"{f', with {list(changes)} changed,' if changes else ''} does not fit a "
            f"{manifest['class_name']}. {type(error).__name__}: {error}"
        ) from error


def _check_size(config, key="config", counted=None):
    """Refuses what would be too large, before anything is built."""
    counted = [0] if counted is None else counted
    if isinstance(config, dict):
        counted[0] += "class_name" in config
        if counted[0] > MOST_LAYERS:
            raise ValueError(f"It has more than {MOST_LAYERS:,} layers.")
        for name, value in config.items():
            _check_size(value, name, counted)
    elif isinstance(config, list):
        for value in config:
            _check_size(value, key, counted)
    elif type(config) is int and key != "seed":
        most = MOST.get(key, LARGEST_NUMBER)
        if abs(config) > most:
            raise ValueError(f"{key} is {config:,}, expected at most {most:,}.")


def save(networks, model, folder, record, dtype="float32") -> None:
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
        check_finite_weights(network, f"The {name}")
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
    """Returns a function of a file's name and largest size to its local path."""
    preset = str(preset)
    if preset.startswith("hf://"):
        return functools.partial(_from_hugging_face, preset.removeprefix("hf://"))
    if preset.startswith("kaggle://"):
        return functools.partial(_from_kaggle, preset.removeprefix("kaggle://"))
    if "://" in preset:
        return functools.partial(_from_web, *_split_address(preset))
    for folder in (SHIPPED / preset, pathlib.Path(preset)):
        if (folder / "preset.json").exists() or folder.is_dir():
            return functools.partial(_from_folder, folder)
    if preset in published.PUBLISHED:
        return functools.partial(_from_folder, published.folder_of(preset))
    names = list(list_presets())
    close = difflib.get_close_matches(preset, names, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise ValueError(
        f"No preset or folder is called {preset!r}.{hint} Presets that keras_gan_zoo "
        f"knows: {names}."
    )


def _from_folder(folder, filename, largest):
    path = folder / filename
    if filename == "preset.json" or path.exists():
        return path
    # Some that ship with the package have the weights of another one.
    other = _read_manifest(folder).get("weights_of")
    shipped = {path.parent.name for path in SHIPPED.glob("*/preset.json")}
    is_there = isinstance(other, str) and other in shipped
    return SHIPPED / other / filename if is_there else path


def _from_hugging_face(repository, filename, largest):
    try:
        import huggingface_hub
    except ImportError as error:
        raise ImportError(
            "hf:// presets need the Hub's client: pip install huggingface_hub"
        ) from error
    repository, _, revision = repository.partition("@")
    download = functools.partial(
        huggingface_hub.hf_hub_download,
        repository,
        filename,
        **({"revision": revision} if revision else {}),
    )
    return _asked(f"hf://{repository}", "hf://user/repository@revision", download)


def _from_kaggle(handle, filename, largest):
    try:
        import kagglehub
    except ImportError as error:
        raise ImportError(
            "kaggle:// presets need Kaggle's client: pip install kagglehub"
        ) from error
    download = functools.partial(kagglehub.model_download, handle, filename)
    return _asked(
        f"kaggle://{handle}", "kaggle://owner/model/keras/variation/version", download
    )


def _asked(handle, form, download):
    """The path that a hub's client returns, or an error in words."""
    try:
        return pathlib.Path(download())
    except Exception as error:
        raise ValueError(
            f"The preset {handle} could not be fetched: {error}. Expected a handle of "
            f"the form {form}, of something that you may read, and a network or a copy "
            "that was fetched before. Or pass the path of a folder that holds it."
        ) from error


def _split_address(preset):
    address, _, sha256 = preset.partition("#sha256=")
    if not address.startswith("https://") or not is_sha256(sha256.lower()):
        raise ValueError(
            "A preset on the web is given as https://host/folder#sha256=<64 "
            "hexadecimal digits>, with the sha256 of its preset.json. Received: "
            f"{preset!r}"
        )
    return address.rstrip("/"), sha256.lower()


def _from_web(address, sha256, filename, largest):
    folder = cache_folder() / sha256
    pinned = sha256
    if filename != "preset.json":
        pinned = _read_manifest(folder)["files"][filename]
    return fetch(f"{address}/{filename}", pinned, largest, folder / filename)


def _read_manifest(folder):
    path = folder / "preset.json"
    if not path.exists():
        raise ValueError(
            f"The folder {folder} is not a preset: it holds no preset.json. Presets "
            "are written by model.save_to_preset(folder)."
        )
    try:
        if not path.is_file():
            raise ValueError("it is no regular file.")
        size = path.stat().st_size
        if size > LARGEST_MANIFEST:
            raise ValueError(
                f"it has {size:,} bytes, and the configuration of a model fits in "
                f"{LARGEST_MANIFEST:,}."
            )
        manifest = json.loads(path.read_text())
    except (OSError, RecursionError, ValueError) as error:
        raise ValueError(f"The file {path} is damaged: {error}") from error
    if not isinstance(manifest, dict):
        raise ValueError(f"The file {path} is damaged: it holds no dict.")
    if manifest.get("schema") != SCHEMA:
        raise ValueError(
            f"The file {path} has schema {manifest.get('schema')!r}; this version of "
            f"keras_gan_zoo reads schema {SCHEMA}. Upgrade keras_gan_zoo."
        )
    wrong = [k for k, kind in KEYS.items() if not isinstance(manifest.get(k), kind)]
    if "files" not in wrong and not all(map(is_sha256, manifest["files"].values())):
        wrong.append("files")
    if wrong:
        raise ValueError(
            f"The file {path} is damaged: it lacks {wrong}, or holds something else "
            "under these names."
        )
    return manifest


def check_sha256(path, expected) -> None:
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


def save_weights(network, path, dtype) -> None:
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
