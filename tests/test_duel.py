"""The engine is the loop that people write by hand: the same steps, by the number."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz

torch = pytest.importorskip("torch")
from benchmarks import duel_pytorch as duel  # noqa: E402 (imports torch)

STEPS = 3
BATCH = 16
LATENT_DIM = 6
WIDTH = 4

# PyTorch adds Adam's epsilon after it has corrected the second moment, Keras before:
# with 0.999 that is 30 times as much in the first step. At 0.5 it makes no difference.
BETA_2 = 0.5


def weights_of(networks):
    """Paths and values, in the order and with the axes of the PyTorch twins."""
    for variable in (v for network in networks for v in network.weights):
        value = np.array(ops.convert_to_numpy(variable))
        if value.ndim == 4:  # convolutions: (height, width, in, out), or out before in
            value = value.transpose(3, 2, 0, 1)
        elif value.ndim == 2:  # a dense layer to or from a map of 7x7
            value = value.T if value.shape[1] == 1 else value
            value = value.reshape(len(value), 7, 7, -1).transpose(0, 3, 1, 2)
        yield variable.path, value


def state_of(modules):
    """Parameters and batch statistics, without the counters of batches."""
    return [v for module in modules for v in module.state_dict().values() if v.ndim]


def model_and_twins():
    """A DCGAN, and its networks written in PyTorch with the same weights."""
    model = kgz.DCGAN((28, 28, 1), LATENT_DIM, WIDTH, seed=0)
    networks = [model.generator, model.discriminator]
    for network in networks:
        # Larger kernels, so that no gradient drowns in rounding.
        network.set_weights([5 * w if w.ndim > 1 else w for w in network.get_weights()])
    twins = [duel.plain_generator(LATENT_DIM, WIDTH), duel.plain_discriminator(WIDTH)]
    for state, (_, value) in zip(state_of(twins), weights_of(networks), strict=True):
        state.copy_(torch.from_numpy(value))
    return model, networks, twins


def fit(model, images, noise):
    """Trains the model on this noise, of which each step takes the next."""
    optimizers = [keras.optimizers.Adam(2e-4, 0.5, beta_2=BETA_2) for _ in range(2)]
    model.compile(
        generator_optimizer=optimizers[0], discriminator_optimizer=optimizers[1]
    )
    noise = ops.convert_to_tensor(noise)
    model.noise = lambda num: ops.take(
        noise, ops.cast(optimizers[0].iterations, "int32"), axis=0
    )
    model.fit(images, batch_size=BATCH, shuffle=False, verbose=0)


def train(twins, images, noise):
    """Trains the twins on the same."""
    images = torch.from_numpy(images).permute(0, 3, 1, 2) / 127.5 - 1
    noise = iter(torch.from_numpy(noise)[..., None, None])
    duel.train(*twins, images.split(BATCH), lambda num: next(noise), BETA_2)


def test_fit_takes_the_steps_of_a_plain_pytorch_loop():
    model, networks, twins = model_and_twins()
    start = [value.clone().numpy() for value in state_of(twins)]
    random = np.random.RandomState(1)
    images = random.randint(0, 256, (STEPS * BATCH, 28, 28, 1)).astype("uint8")
    noise = random.standard_normal((STEPS, BATCH, LATENT_DIM)).astype("float32")
    fit(model, images, noise)
    train(twins, images, noise)
    for (path, value), expected, before in zip(
        weights_of(networks), state_of(twins), start, strict=True
    ):
        assert np.abs(expected.numpy() - before).max() > 1e-4, f"{path} stood still"
        # PyTorch's running variance is the unbiased one, n / (n - 1) as large.
        tolerance = 1e-4 if path.endswith("moving_variance") else 1e-5
        np.testing.assert_allclose(
            value, expected.numpy(), rtol=0, atol=tolerance, err_msg=path
        )
