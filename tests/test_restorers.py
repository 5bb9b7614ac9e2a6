"""`load_restorer`: networks of PyTorch, found by what their files hold.

The networks are written here in PyTorch as their authors have them, with random
weights, and must make the same of a picture on every backend.
"""

import json
import os
import pickle
import re
import zipfile

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz

torch = pytest.importorskip("torch")
nn, functional = torch.nn, torch.nn.functional


def convolution(taken, made, size=3, **options):
    return nn.Conv2d(taken, made, size, padding=size // 2, **options)


class Dense(nn.Module):
    def __init__(self, features, growth):
        super().__init__()
        for i in range(5):
            made = features if i == 4 else growth
            taken = features + i * growth
            setattr(self, f"conv{i + 1}", convolution(taken, made))

    def forward(self, x):
        seen = [x]
        for i in range(1, 5):
            grown = getattr(self, f"conv{i}")(torch.cat(seen, 1))
            seen.append(functional.leaky_relu(grown, 0.2))
        return 0.2 * self.conv5(torch.cat(seen, 1)) + x


class RRDB(nn.Module):
    def __init__(self, features, growth):
        super().__init__()
        for i in (1, 2, 3):
            setattr(self, f"rdb{i}", Dense(features, growth))

    def forward(self, x):
        return 0.2 * self.rdb3(self.rdb2(self.rdb1(x))) + x


class RRDBNet(nn.Module):
    def __init__(self, ups=2, fold=1, features=6, growth=3, blocks=2):
        super().__init__()
        self.ups, self.fold, self.scale = ups, fold, 2**ups // fold
        self.conv_first = convolution(3 * fold**2, features)
        self.body = nn.Sequential(*(RRDB(features, growth) for _ in range(blocks)))
        self.conv_body = convolution(features, features)
        for i in range(ups):
            setattr(self, f"conv_up{i + 1}", convolution(features, features))
        self.conv_hr = convolution(features, features)
        self.conv_last = convolution(features, 3)

    def forward(self, x):
        x = self.conv_first(functional.pixel_unshuffle(x, self.fold))
        x = x + self.conv_body(self.body(x))
        for i in range(self.ups):
            x = functional.interpolate(x, scale_factor=2, mode="nearest")
            x = functional.leaky_relu(getattr(self, f"conv_up{i + 1}")(x), 0.2)
        return self.conv_last(functional.leaky_relu(self.conv_hr(x), 0.2))


class Compact(nn.Module):
    def __init__(self, scale=3, features=6, blocks=2, activation=nn.PReLU):
        super().__init__()
        self.scale = scale
        prelu = activation is nn.PReLU
        made = [features] * (blocks + 1)
        self.body = nn.ModuleList()
        for taken in (3, *made[:-1]):
            act = nn.PReLU(num_parameters=features) if prelu else activation()
            self.body.extend([convolution(taken, features), act])
        self.body.append(convolution(features, 3 * scale**2))

    def forward(self, x):
        base = functional.interpolate(x, scale_factor=self.scale, mode="nearest")
        for layer in self.body:
            x = layer(x)
        return functional.pixel_shuffle(x, self.scale) + base


def block_of(channels, bias=False):
    return nn.Sequential(
        convolution(channels, channels, bias=bias),
        nn.BatchNorm2d(channels),
        nn.PReLU(),
        convolution(channels, channels, bias=bias),
        nn.BatchNorm2d(channels),
    )


def upsample_of(channels, step):
    shuffle = nn.PixelShuffle(step)
    return nn.Sequential(convolution(channels, channels * step**2), shuffle, nn.PReLU())


class Named(nn.Module):
    """Keeps a module under a name, as the originals have theirs within classes."""

    def __init__(self, name, module):
        super().__init__()
        setattr(self, name, module)
        self.forward = module.forward


class SRResNet(nn.Module):
    """As in Lornatang's SRGAN-PyTorch."""

    def __init__(self, steps=(2, 2), channels=6, blocks=2):
        super().__init__()
        self.scale = int(np.prod(steps))
        self.conv1 = nn.Sequential(convolution(3, channels, 9), nn.PReLU())
        self.trunk = nn.ModuleList(
            Named("rcb", block_of(channels)) for _ in range(blocks)
        )
        self.conv2 = nn.Sequential(
            convolution(channels, channels, bias=False), nn.BatchNorm2d(channels)
        )
        self.upsampling = nn.Sequential(
            *(Named("upsample_block", upsample_of(channels, step)) for step in steps)
        )
        self.conv3 = convolution(channels, 3, 9)

    def forward(self, x):
        x = start = self.conv1(x)
        for part in self.trunk:
            x = x + part(x)
        return self.conv3(self.upsampling(start + self.conv2(x)))


class SRResNetWithTanh(SRResNet):
    """As in leftthomas' SRGAN: convolutions with a bias, and a tangent at the end."""

    def __init__(self):
        super().__init__()
        self.trunk = nn.ModuleList(Named("rcb", block_of(6, bias=True)) for _ in "ab")
        self.conv2 = nn.Sequential(convolution(6, 6), nn.BatchNorm2d(6))

    def forward(self, x):
        return (torch.tanh(super().forward(x)) + 1) / 2


# Older names, each as a list of (pattern, what it was).
NAMES_OF_2019 = [
    (r"body\.(\d+)\.rdb(\d)", r"RRDB_trunk.\1.RDB\2"),
    ("conv_body", "trunk_conv"),
    (r"conv_up(\d)", r"upconv\1"),
    ("conv_hr", "HRconv"),
]
NAMES_OF_2018 = [
    (r"body\.(\d+)\.rdb(\d)\.conv(\d)", r"model.1.sub.\1.RDB\2.conv\3.0"),
    ("conv_first", "model.0"),
    ("conv_body", "model.1.sub.2"),
    ("conv_up1", "model.3"),
    ("conv_up2", "model.6"),
    ("conv_hr", "model.8"),
    ("conv_last", "model.10"),
]
TANGENT_NAMES = [
    (r"conv1\.(\d)", r"block1.\1"),
    *[
        (rf"trunk\.0\.rcb\.{i}", f"block2.{x}")
        for i, x in enumerate(["conv1", "bn1", "prelu", "conv2", "bn2"])
    ],
    *[
        (rf"trunk\.1\.rcb\.{i}", f"block3.{x}")
        for i, x in enumerate(["conv1", "bn1", "prelu", "conv2", "bn2"])
    ],
    (r"conv2\.(\d)", r"block4.\1"),
    (r"upsampling\.(\d)\.upsample_block\.0", r"block5.\1.conv"),
    (r"upsampling\.(\d)\.upsample_block\.2", r"block5.\1.prelu"),
    ("conv3", "block5.2"),
]


def renamed(state, names):
    for pattern, old in names:
        state = {re.sub(f"^{pattern}(?=\\.)", old, n): x for n, x in state.items()}
    return state


NETWORKS = {
    "rrdb of 2020": (RRDBNet, [], kgz.RealESRGAN),
    "rrdb of 2019": (RRDBNet, NAMES_OF_2019, kgz.ESRGAN),
    "rrdb of 2018": (RRDBNet, NAMES_OF_2018, kgz.ESRGAN),
    "rrdb x2": (lambda: RRDBNet(ups=1), [], kgz.RealESRGAN),
    "rrdb folded": (lambda: RRDBNet(fold=2), [], kgz.RealESRGAN),
    "compact x2": (lambda: Compact(2, blocks=3), [], kgz.RealESRGAN),
    "compact x3": (Compact, [], kgz.RealESRGAN),
    "srresnet x4": (SRResNet, [], kgz.SRGAN),
    "srresnet x3": (lambda: SRResNet((3,)), [], kgz.SRGAN),
    "srresnet tanh": (SRResNetWithTanh, TANGENT_NAMES, kgz.SRGAN),
}


def made(make):
    """A network with weights and statistics that leave nothing out."""
    torch.manual_seed(0)
    network = make().eval()
    with torch.no_grad():
        for name, value in network.state_dict().items():
            if name.endswith("running_var") or value.ndim == 1:
                value.uniform_(0.2, 0.8)
    return network


def save_safetensors(state, path, dtype="F32"):
    header, content = {"__metadata__": {"format": "pt"}}, b""
    for name in sorted(state):  # the order of the file is not that of the network
        array = state[name].numpy()
        if dtype == "BF16" and array.dtype == "float32":
            data, kind = (array.view("<u4") >> 16).astype("<u2").tobytes(), "BF16"
        else:
            data = array.tobytes()
            kind = {"float32": "F32", "int64": "I64"}[str(array.dtype)]
        span = [len(content), len(content) + len(data)]
        header[name] = {"dtype": kind, "shape": array.shape, "data_offsets": span}
        content += data
    words = json.dumps(header).encode()
    path.write_bytes(len(words).to_bytes(8, "little") + words + content)
    return path


def save_pth(state, path):
    torch.save(state, path)
    return path


@pytest.mark.parametrize("save", [save_pth, save_safetensors])
@pytest.mark.parametrize("name", NETWORKS)
def test_networks_make_what_they_make_in_pytorch(name, save, tmp_path):
    make, names, kind = NETWORKS[name]
    network = made(make)
    suffix = ".pth" if save is save_pth else ".safetensors"
    path = save(renamed(network.state_dict(), names), tmp_path / f"network{suffix}")
    model = kgz.load_restorer(path)
    assert type(model) is kind and model.scale == network.scale
    pixels = np.random.RandomState(0).rand(1, 3, 10, 8).astype("float32")
    with torch.no_grad():
        expected = network(torch.tensor(pixels)).numpy().transpose(0, 2, 3, 1)
    images = 2 * pixels.transpose(0, 2, 3, 1) - 1
    received = keras.ops.convert_to_numpy(model.generator(images))
    assert np.ptp(expected) > 0.1
    np.testing.assert_allclose((received + 1) / 2, expected, atol=2e-5)


@pytest.mark.parametrize("name", ["rrdb of 2020", "compact x3", "srresnet tanh"])
def test_what_was_loaded_enlarges_is_saved_and_trains_on(name, tmp_path):
    make, names, _ = NETWORKS[name]
    state = renamed(made(make).state_dict(), names)
    model = kgz.load_restorer(save_pth(state, tmp_path / "a.pth"))
    picture = np.random.RandomState(0).randint(0, 256, (9, 8, 3)).astype("uint8")
    large = model.upscale(picture, tile=16, overlap=4)
    assert large.shape == (9 * model.scale, 8 * model.scale, 3) and np.ptp(large) > 50
    model.save_to_preset(tmp_path / "preset", networks=["generator"])
    copy = kgz.GAN.from_preset(tmp_path / "preset")
    np.testing.assert_array_equal(copy.upscale(picture, tile=16, overlap=4), large)


@pytest.mark.parametrize(
    "wrap",
    [
        lambda state: {"params_ema": state, "params": {}, "iter": 7},
        lambda state: {"state_dict": {f"module.{n}": x for n, x in state.items()}},
        lambda state: {n: x.bfloat16() for n, x in state.items()},
        lambda state: {n: x.half() for n, x in state.items()},
    ],
    ids=["basicsr", "parallel", "bfloat16", "float16"],
)
def test_files_of_training_runs_are_looked_into(wrap, tmp_path):
    network = made(Compact)
    path = save_pth(wrap(network.state_dict()), tmp_path / "run.pth")
    received = kgz.load_restorer(path).generator.get_weights()[0]
    expected = network.body[0].weight.detach().numpy().transpose(2, 3, 1, 0)
    np.testing.assert_allclose(received, expected, atol=4e-3)


def test_halves_of_safetensors_are_floats(tmp_path):
    network = made(Compact)
    path = save_safetensors(network.state_dict(), tmp_path / "a.safetensors", "BF16")
    received = kgz.load_restorer(path).generator.get_weights()[0]
    expected = network.body[0].weight.detach().numpy().transpose(2, 3, 1, 0)
    np.testing.assert_allclose(received, expected, rtol=8e-3)


# What is something else, damaged or hostile.


def with_nan(state):
    state["conv_body.bias"][0] = float("nan")
    return state


CHANGES = {
    "other": (lambda s: {"fc.weight": torch.ones(2, 3)}, "no network that is known"),
    "empty": (lambda s: {}, "no network that is known.* 0 arrays"),
    "more": (lambda s: {**s, "extra.weight": torch.ones(3)}, "more than .*extra"),
    "less": (
        lambda s: {n: x for n, x in s.items() if n != "conv_hr.bias"},
        "lacks conv_hr.bias",
    ),
    "shape": (
        lambda s: {**s, "conv_hr.weight": torch.ones(6, 6, 5, 5)},
        r"conv_hr has the shapes .*expected",
    ),
    "rank": (
        lambda s: {**s, "conv_first.weight": torch.ones(6)},
        "'conv_first.weight' is no kernel",
    ),
    "zero": (
        lambda s: {**s, "conv_last.weight": torch.ones(0, 6, 3, 3)},
        "cannot be made",
    ),
    "integers": (
        lambda s: {n: x.to(torch.int32) for n, x in s.items()},
        "dtype int32",
    ),
    "nan": (with_nan, "not finite|NaN"),
    "many": (
        lambda s: {**s, "body.1000000.rdb1.conv1.weight": torch.ones(1)},
        "cannot be made",
    ),
    "wide": (
        lambda s: {**s, "conv_first.weight": torch.ones(1).expand(10**7, 3, 3, 3)},
        "cannot be made.* parameters|numbers",
    ),
    "huge": (
        lambda s: {**s, "conv_hr.weight": torch.ones(1).expand(10**5, 10**5)},
        "numbers",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_no_such_network_is_refused_in_words(change, tmp_path):
    spoil, message = CHANGES[change]
    state = spoil(made(RRDBNet).state_dict())
    path = save_pth(state, tmp_path / "network.pth")
    with pytest.raises(ValueError, match=message):
        kgz.load_restorer(path)


def test_small_networks_without_slopes_are_refused(tmp_path):
    state = Compact(activation=nn.LeakyReLU).state_dict()
    with pytest.raises(ValueError, match="activations have no weights"):
        kgz.load_restorer(save_pth(state, tmp_path / "a.pth"))


class Payload:
    def __init__(self, canary):
        self.canary = canary

    def __reduce__(self):
        return os.mkdir, (str(self.canary),)


def test_code_in_a_file_is_not_run(tmp_path):
    canary = tmp_path / "canary"
    torch.save({"a": Payload(canary)}, tmp_path / "a.pth")
    (tmp_path / "b.pth").write_bytes(pickle.dumps(Payload(canary)))
    for name in ("a.pth", "b.pth"):
        with pytest.raises(ValueError, match=f"{name} is damaged, or holds more"):
            kgz.load_restorer(tmp_path / name)
    assert not canary.exists()


def test_missing_and_large_files_are_refused(tmp_path):
    for name in ("a.pth", "a.safetensors", "a.bin"):
        with pytest.raises(ValueError, match=f"There is no file .*{name}"):
            kgz.load_restorer(tmp_path / name)
    with open(tmp_path / "large.safetensors", "wb") as file:
        file.truncate(2**30 + 1)
    with pytest.raises(ValueError, match="1,073,741,825 bytes, more than"):
        kgz.load_restorer(tmp_path / "large.safetensors")
    with zipfile.ZipFile(tmp_path / "bomb.pth", "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("archive/data/0", "w", force_zip64=True) as member:
            for _ in range(65):
                member.write(bytes(2**24))
    assert (tmp_path / "bomb.pth").stat().st_size < 2**22
    with pytest.raises(ValueError, match="bytes, more than"):
        kgz.load_restorer(tmp_path / "bomb.pth")


def safetensors(header, content=b"", length=None):
    words = header if isinstance(header, bytes) else json.dumps(header).encode()
    length = len(words) if length is None else length
    return length.to_bytes(8, "little") + words + content


def entry(shape, span, dtype="F32"):
    return {"a": {"dtype": dtype, "shape": shape, "data_offsets": span}}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"1234",
        safetensors({}, length=2**62),
        safetensors(b"{", length=1),
        safetensors([]),
        safetensors(b"[" * 100_000),
        safetensors({"a": 3}),
        safetensors(entry([2], [0, 8]), bytes(4)),
        safetensors(entry([3], [0, 8]), bytes(8)),
        safetensors(entry([-2, -1], [0, 8]), bytes(8)),
        safetensors(entry([2], [-8, 0]), bytes(8)),
        safetensors(entry([10**30], [0, 8]), bytes(8)),
        safetensors(entry([2.0], [0, 8]), bytes(8)),
        safetensors(entry([2], [0, 8], "F99"), bytes(8)),
        safetensors({**entry([2], [0, 8]), "b": entry([2], [0, 8])["a"]}, bytes(8)),
    ],
)
def test_damaged_safetensors_are_refused(content, tmp_path):
    (tmp_path / "a.safetensors").write_bytes(content)
    with pytest.raises(ValueError, match="a.safetensors is damaged, or holds more"):
        kgz.load_restorer(tmp_path / "a.safetensors")
