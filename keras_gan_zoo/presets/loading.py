"""From a preset to a model: built within bounds, then its weights."""

import pathlib

import keras

from keras_gan_zoo.backend.private import budget
from keras_gan_zoo.old_names import renamed
from keras_gan_zoo.presets import manifests, other_classes, weights
from keras_gan_zoo.presets.classes import class_of
from keras_gan_zoo.presets.finding import find
from keras_gan_zoo.presets.manifests import check_sha256

# What a configuration from outside may ask for. Each operation takes milliseconds to
# build, each parameter four bytes and as many again while it is drawn.
MOST_LAYERS = 1_000  # of networks that are spelt out
MOST_OPERATIONS = 2_500
MOST_PARAMETERS = 2**27
MOST = {"blocks": 40, "convolutions": 16}  # of what is built so many times
LARGEST_NUMBER = 2**16  # of all other sizes
NO_SIZES = ("fading", "seed")  # integers that nothing is built by
DATA = ("encoding",)  # what a table holds: its rows are counted, categories are numbers
SUFFIXES = (weights.HDF5, weights.SAFETENSORS)  # the first that is there is read


def load(cls, preset, load_weights=True, packages=(), **kwargs) -> keras.Model:
    """Builds the model of a preset; see `GAN.from_preset`.

    Args:
        cls: The class it must be an instance of.
        preset: Name, folder, handle or address.
        load_weights: Whether to load the weights.
        packages: Names of packages that may be imported for its class.
        **kwargs: Arguments of the constructor to change.

    Returns:
        A model.
    """
    locate = find(preset)
    manifest = manifests.read(locate(manifests.NAME, manifests.LARGEST).parent)
    found = _class_of(cls, preset, manifest, packages)
    model = source = _build(found, preset, manifest, kwargs)
    if not load_weights:
        return model
    if other_classes.are_other(manifest, kwargs):
        classes = {"num_classes": manifest["config"]["num_classes"]}
        source = _build(found, preset, manifest, {**kwargs, **classes})
    loaded = [
        name
        for name in model.networks
        if _load_network(source, name, preset, locate, manifest["files"])
    ]
    if source is not model:
        other_classes.carry_over(source, model, loaded, preset)
    return model


def _class_of(cls, preset, manifest, packages):
    """The class of a preset, whose networks have all files of the preset."""
    found = class_of(preset, manifest, packages)
    is_kind = isinstance(found, type) and issubclass(found, cls)
    if not is_kind:
        raise ValueError(
            f"The preset {preset!r} is a {manifest['class_name']}, not a "
            f"{cls.__name__}. Load it with keras_gan_zoo.GAN.from_preset({preset!r})."
        )
    files = {f"{name}{suffix}" for name in found.networks for suffix in SUFFIXES}
    if not manifest["files"] or manifest["files"].keys() - files:
        raise ValueError(
            f"The preset {preset!r} holds the files {list(manifest['files'])}, but a "
            f"{manifest['class_name']} can only have {sorted(files, key=_by_kind)}. "
            "Copy or fetch it again."
        )
    return found


def _by_kind(filename):
    return filename.endswith(weights.SAFETENSORS), filename


def _load_network(model, name, preset, locate, files):
    """Loads a network from the first kind of file; False if the preset has none."""
    filename = next((name + s for s in SUFFIXES if name + s in files), None)
    if filename is None:
        return False
    network = getattr(model, name)
    if network is None:
        raise ValueError(
            f"The preset {preset!r} holds weights of the {name}, but its "
            f"configuration does not say what {name} to make."
        )
    path = locate(filename, weights.largest(network))
    check_sha256(path, files[filename])
    weights.load_weights(network, path)
    return True


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
    locate = find(preset)
    path = locate(manifests.NAME, manifests.LARGEST)
    files = manifests.read(path.parent)["files"]
    unknown = [name for name in files if not _is_of_weights(name)]
    if unknown:
        raise ValueError(
            f"The preset {preset!r} holds the files {unknown}, which are none of "
            f"weights: their names end in {' or '.join(SUFFIXES)}. Copy or fetch it "
            "again."
        )
    paths = [path]
    for filename, sha256 in files.items():
        paths.append(locate(filename, 8 * MOST_PARAMETERS + 2**24))
        check_sha256(paths[-1], sha256)
    return paths


def _is_of_weights(filename):
    return any(
        filename.endswith(suffix) and filename.removesuffix(suffix).isidentifier()
        for suffix in SUFFIXES
    )


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
            if name not in DATA:
                _check_size(value, name, counted)
    elif isinstance(config, list):
        for value in config:
            _check_size(value, key, counted)
    elif type(config) is int and key not in NO_SIZES:
        most = MOST.get(key, LARGEST_NUMBER)
        if abs(config) > most:
            raise ValueError(f"{key} is {config:,}, expected at most {most:,}.")
