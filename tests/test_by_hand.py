"""PyTorch: the loops that `fit` is timed against train the networks of the models."""

import importlib
import pathlib
import re

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz

if keras.backend.backend() != "torch":
    pytest.skip("is a part of the PyTorch backend", allow_module_level=True)

import torch

BENCHMARKS = pathlib.Path(__file__).parents[1] / "benchmarks"
BATCH = 8
BIGGAN = {"num_classes": 3, "latent_dim": 11, "base_channels": 4, "embedding_dim": 5}
CASES = [
    ("StyleGAN2", 16, {"latent_dim": 8, "base_channels": 4, "depth": 2}),
    ("StyleGAN2", 32, {"latent_dim": 8, "base_channels": 4, "depth": 1}),
    ("R3GAN", 16, {"latent_dim": 8, "base_channels": 16, "blocks": 1}),
    ("R3GAN", 32, {"latent_dim": 8, "base_channels": 8, "blocks": 2}),
    ("BigGAN", 32, {**BIGGAN, "discriminator_base_channels": 4}),
    ("BigGAN", 64, {**BIGGAN, "discriminator_base_channels": 8}),
]


def by_kind(named):
    """Sorts pairs of a description and a tensor by the kind of layer and the shape.

    Both sides made the layers of a kind in the same order, which stays.
    """
    kinds = "attention", "dense", "embedding"
    named = [(*(kind in name for kind in kinds), *x.shape, x) for name, x in named]
    return [x for *_, x in sorted(named, key=lambda row: row[:-1])]


def values_of(network, variables):
    """What a network of the library holds, in PyTorch's order of axes."""

    def number(variable):  # of the layer among those of its kind
        found = re.search(r"_(\d+)/", variable.path.partition("/")[2])
        return int(found[1]) if found else 0

    named = []
    for variable in sorted(variables, key=number):
        value = torch.tensor(ops.convert_to_numpy(variable))
        if value.ndim == 4:
            ends = (2, 3) if "depthwise" in variable.path else (3, 2)
            value = value.permute(*ends, 0, 1)
        elif value.ndim == 3:  # learned maps
            value = value.permute(2, 0, 1)[None]
        elif value.ndim == 2 and "/embedding" not in variable.path.rpartition("/")[0]:
            value = value.t()
        named.append((variable.path, value))
    return by_kind(named)


def tensors_of(module, found):
    """What a network of PyTorch holds, of which `found` are the names and tensors."""
    named = []
    for path, tensor in found:
        kind = type(module.get_submodule(path.rpartition(".")[0])).__name__
        named.append((f"{path} {kind}".lower().replace("linear", "dense"), tensor))
    return by_kind(named)


def u_of(pairs):
    """Those pairs of name and tensor that are vectors of spectral normalization."""
    return [(name, x) for name, x in pairs if re.split(r"[./]", name)[-1] == "u"]


def copy_weights(network, module):
    """Changes all weights of a network at random, and gives them to the module."""
    random = np.random.RandomState(0)
    for variable in network.trainable_variables:
        if not variable.path.endswith("strength"):  # no noise at random
            change = 0.1 * random.standard_normal(variable.shape)
            variable.assign(variable + change.astype("float32"))
    directions = u_of((v.path, v) for v in network.non_trainable_variables)
    for variables, found in (
        (network.trainable_variables, module.named_parameters()),
        ([v for _, v in directions], u_of(module.named_buffers())),
    ):
        values, tensors = values_of(network, variables), tensors_of(module, found)
        for value, tensor in zip(values, tensors, strict=True):
            assert value.shape == tensor.shape
            tensor.data.copy_(value)


@pytest.fixture(params=CASES, ids=lambda case: f"{case[0]}-{case[1]}")
def both(request, monkeypatch):
    """A model, and the loop by hand with the same arguments."""
    name, side, arguments = request.param
    monkeypatch.syspath_prepend(BENCHMARKS)
    keras.utils.set_random_seed(0)  # of PyTorch, too
    loop = importlib.import_module(f"by_hand_{name.lower()}").Loop
    model = getattr(kgz, name)((side, side, 3), **arguments, seed=0)
    model.compile()
    return model, loop((side, side, 3), **arguments)


def generated(model, loop, latents, labels):
    """Images of both generators."""
    module = loop.generator
    if hasattr(module, "styles"):
        styles = module.styles(latents)[:, None].expand(-1, module.places, -1)
        return model.generator(latents, training=False), module(styles)
    if not model.requires_labels:
        return model.generator(latents, training=True), module(latents)
    return model.generator([latents, labels], training=True), module(latents, labels)


@torch.no_grad()
def test_the_loops_have_the_networks_of_the_models(both):
    model, loop = both
    copy_weights(model.generator, loop.generator)
    copy_weights(model.discriminator, loop.discriminator)
    latents, labels = torch.randn(BATCH, model.latent_dim), torch.arange(BATCH) % 3
    own, by_hand = generated(model, loop, latents, labels)
    images = by_hand.permute(0, 2, 3, 1)
    assert images.std() > 0.1
    np.testing.assert_allclose(own, images, rtol=1e-3, atol=1e-4)
    conditions = [labels] if model.requires_labels else []
    own = model.discriminate(images, *conditions)
    by_hand = loop.discriminator(by_hand, *conditions)
    assert by_hand.std() > 1e-3
    np.testing.assert_allclose(own, by_hand, rtol=1e-3, atol=1e-4)


def test_the_loops_move_all_weights(both):
    model, loop = both
    random = np.random.RandomState(0)
    images = random.randint(0, 256, (BATCH, *model.image_shape)).astype("uint8")
    data = (images, np.arange(BATCH) % 3) if model.requires_labels else (images,)
    parameters = [*loop.generator.parameters(), *loop.discriminator.parameters()]
    before = [parameter.detach().clone() for parameter in parameters]
    for _ in range(3):
        loop(*data)
    for parameter, value in zip(parameters, before, strict=True):
        assert parameter.isfinite().all() and not torch.equal(parameter, value)
