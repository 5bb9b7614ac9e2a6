"""Archives of TorchScript: their arrays are read, nothing else of them is used."""

import pickle
import zipfile

import numpy as np
import pytest

from keras_gan_zoo import tensor_files, torchscript_files
from keras_gan_zoo.metrics import extractors
from tests import golden_transformers as golden

SHAPED = (("storage", "FloatStorage", "0", "cpu", 6), 0, (2, 3), (3, 1))


def write(path, state):
    """A module of these parameters, as `torch.jit.save` writes it."""
    torch = pytest.importorskip("torch")

    class Part(torch.nn.Module):
        def forward(self, x):
            return x

    root = Part()
    for name, array in state.items():
        part, (*parents, last) = root, name.split(".")
        for parent in parents:
            if not hasattr(part, parent):
                part.add_module(parent, Part())
            part = getattr(part, parent)
        part.register_parameter(last, torch.nn.Parameter(torch.tensor(array)))
    torch.jit.script(root).save(path)
    return path


@pytest.mark.filterwarnings("ignore:.*torch.jit:DeprecationWarning")
def test_the_image_tower_of_clip_is_read(tmp_path):
    state, expected = golden.recorded("clip_of_openai")
    path = write(tmp_path / "ViT.pt", state)
    received = tensor_files.read(path)
    assert received.keys() == state.keys()
    for name, array in state.items():
        np.testing.assert_array_equal(received[name], array, strict=True)
    features = extractors.from_torch(path, heads=3).features(golden.IMAGES)
    np.testing.assert_allclose(features, expected, rtol=0, atol=1e-4)


class Reduced:
    """Pickles as a call of any name."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


class Named:
    """Pickles as a global of another module."""

    def __init__(self, module, name):
        self.__module__, self.__qualname__ = module, name


class Archiver(pickle._Pickler):  # the one in Python can be told what to write
    def persistent_id(self, value):
        is_storage = isinstance(value, tuple) and value[:1] == ("storage",)
        return (value[0], Named("torch", value[1]), *value[2:]) if is_storage else None

    def save(self, value, save_persistent_id=True):
        if isinstance(value, Named):
            self.write(f"c{value.__module__}\n{value.__qualname__}\n".encode())
        elif isinstance(value, Reduced):
            self.save(value.function)
            self.save(value.arguments)
            self.write(pickle.REDUCE)
        else:
            super().save(value, save_persistent_id)


def archive(path, *values, numbers=6):
    """An archive whose module has these as its attributes."""
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("a/constants.pkl", b"")
        file.writestr("a/data/0", np.arange(numbers, dtype="float32").tobytes())
        with file.open("a/data.pkl", "w") as content:
            pickler = Archiver(content, protocol=2)
            content.write(pickle.PROTO + b"\x02")
            content.write(b"c__torch__.Module\nModule\n)" + pickle.NEWOBJ)
            pickler.save({f"x{i}": value for i, value in enumerate(values)})
            content.write(pickle.BUILD + pickle.STOP)
    return path


def tensor(*arguments):
    return Reduced(Named("torch._utils", "_rebuild_tensor_v2"), *arguments)


def test_tensors_share_their_numbers(tmp_path):
    storage = SHAPED[0]
    path = archive(
        tmp_path / "a.pt", tensor(*SHAPED), tensor(storage, 1, (2, 2), (1, 2)), 3, "x"
    )
    received = tensor_files.read(path)
    np.testing.assert_array_equal(received["x0"], [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(received["x1"], [[1, 3], [2, 4]])
    assert received.keys() == {"x0", "x1"}


@pytest.mark.parametrize(
    ("shape", "strides"),
    [((3, 3), (3, 1)), ((7,), (0,)), ((2, 2), (-1, 1)), ((2, -3), (3, 1))],
)
def test_arrays_beyond_what_is_stored_are_refused(tmp_path, shape, strides):
    path = archive(tmp_path / "a.pt", tensor(SHAPED[0], 0, shape, strides))
    with pytest.raises(ValueError, match="a.pt is damaged"):
        tensor_files.read(path)


@pytest.mark.parametrize("name", ["os.system", "builtins.eval", "torch.load"])
def test_code_is_refused(tmp_path, name):
    module, _, function = name.rpartition(".")
    canary = tmp_path / "canary"
    call = Reduced(Named(module, function), f"touch {canary}")
    path = archive(tmp_path / "a.pt", call)
    with pytest.raises(ValueError, match=f"it holds {name}, which is no array"):
        tensor_files.read(path)
    assert not canary.exists()
    assert torchscript_files.is_torchscript(path)
