"""What the FID Inception of PyTorch says, under weights drawn from a seed.

PYTHONPATH=. python tests/golden_inception.py    # writes golden/fid_inception.npz anew

Writing needs torch-fidelity. The tests draw the same weights, and read the file.
"""

import numpy as np
from keras import ops

from keras_gan_zoo.metrics.extractors import converted, inception
from tests import golden

PATH = golden.FOLDER / "fid_inception.npz"
IMAGES = np.random.RandomState(1).randint(0, 256, (2, 40, 56, 3)).astype("uint8")


def state_dict():
    """Draws weights that keep the size of what passes through.

    Returns:
        A dict of name to float32 array, as in the file of the real weights.
    """
    random = np.random.RandomState(0)
    parts = converted.parts_of(inception._inception(), inception.NORMALIZATIONS)
    shapes = {k: v for own in parts.values() for k, v in own.items()}
    return {name: draw(random, name, shapes[name]) for name in sorted(shapes)}


def draw(random, name, shape):
    if len(shape) > 1:
        fan_in = np.prod(shape[1:])
        gain = 0.02 if name.startswith("fc") else 2  # no class should be certain
        values = random.standard_normal(shape) * np.sqrt(gain / fan_in)
    elif name.endswith(("bn.weight", "running_var")):
        values = random.uniform(0.5, 1.5, shape)
    else:
        values = 0.1 * random.standard_normal(shape)
    return values.astype("float32")


def torch_fidelity(path):
    """Runs torch-fidelity's network.

    Args:
        path: Of a `.pth` file of the weights.

    Returns:
        A list of float32 arrays: features (2, 2048), the first channels of Mixed_6d
        (2, 7, 17, 17), logits without bias (2, 1008).
    """
    import torch
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    network = FeatureExtractorInceptionV3(
        "fid", ["2048", "logits_unbiased"], feature_extractor_weights_path=str(path)
    )
    spatial = []
    network.Mixed_6d.register_forward_hook(lambda *args: spatial.append(args[2]))
    features, logits = network(torch.tensor(np.moveaxis(IMAGES, -1, 1)))
    return [x.numpy() for x in (features, spatial[0][:, :7], logits)]


def pytorch_fid(path):
    """Runs pytorch-fid's network on images that were resized as in 2015.

    Returns:
        A list of one float32 array: features (2, 2048).
    """
    import torch
    from pytorch_fid import inception as original

    original.load_state_dict_from_url = lambda *args, **kwargs: torch.load(path)
    network = original.InceptionV3(resize_input=False, normalize_input=False)
    images = ops.convert_to_numpy(
        inception._preparing("tf1")(ops.convert_to_tensor(IMAGES))
    )
    features = network.eval()(torch.tensor(np.moveaxis(images, -1, 1)))
    return [features[0][:, :, 0, 0].numpy()]


def save_pth(state, path):
    """Writes weights as the real ones are: in PyTorch's format before 1.6."""
    import torch

    tensors = {name: torch.tensor(array) for name, array in state.items()}
    torch.save(tensors, path, _use_new_zipfile_serialization=False)


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        save_pth(state_dict(), f"{folder}/weights.pth")
        arrays = torch_fidelity(f"{folder}/weights.pth")
    names = ("features", "spatial", "logits")
    np.savez_compressed(PATH, **dict(zip(names, arrays, strict=True)))
    for name, array in zip(names, arrays, strict=True):
        print(name, array.shape, "mean", array.mean(), "std", array.std())
