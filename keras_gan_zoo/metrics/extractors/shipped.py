"""Networks of extractors that ship with the package: written, and read unchanged.

extractor.json            sha256 of the weights, and the record of their training
network.weights.h5        float16, the same file on every backend
"""

import json
import pathlib

from keras_gan_zoo import presets

SHIPPED = pathlib.Path(__file__).parents[2] / "assets" / "extractors"


def record(name) -> dict:
    """Reads the record of a network that ships.

    Args:
        name: Of its folder.

    Returns:
        What `extractor.json` says.
    """
    return json.loads((SHIPPED / name / "extractor.json").read_text())


def load_weights(network, name) -> str:
    """Reads the weights of a network that ships.

    Args:
        network: A Keras model.
        name: Of the folder.

    Returns:
        The sha256 of the weights.

    Raises:
        ValueError: If the weights are damaged.
    """
    path, sha256 = SHIPPED / name / "network.weights.h5", record(name)["sha256"]
    presets.check_sha256(path, sha256)
    network.load_weights(path)
    return sha256


def save(network, folder) -> str:
    """Writes the weights of an extractor's network, float16 and compressed.

    Args:
        network: A Keras model.
        folder: Path, made if it is missing.

    Returns:
        The sha256 of `network.weights.h5`, to be kept in `extractor.json` beside it.
    """
    path = pathlib.Path(folder) / "network.weights.h5"
    path.parent.mkdir(parents=True, exist_ok=True)
    # A copy without the optimizer, which Keras would write as well.
    copy = type(network).from_config(network.get_config())
    copy.set_weights(network.get_weights())
    presets.save_weights(copy, path, "float16")
    return presets.sha256_of(path)
