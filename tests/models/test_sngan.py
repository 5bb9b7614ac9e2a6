"""SNGAN: the contract with and without classes, and norms that are 1."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.layers.spectral_normalization import Spectral
from keras_gan_zoo.models.sngan import sngan_discriminator, stage_shapes
from tests.contract import LatentContract, random_images

pytestmark = pytest.mark.compiles_long

TINY = {"base_channels": 4, "discriminator_base_channels": 4, "latent_dim": 8}


def numpy(x):
    return ops.convert_to_numpy(x)


class TestSNGAN(LatentContract):
    model_class = kgz.SNGAN
    arguments = TINY
    # The hinge loss leaves the last bias while all logits lie within its margins.
    moved = {"loss": "non_saturating"}
    other_shapes = [(21, 18, 4), (64, 40, 3)]
    shortened = {"discriminator_steps": 2}

    @pytest.mark.parametrize(
        ("shape", "expected"),
        [
            ((28, 28, 1), [(28, 28, 64), (14, 14, 64), (7, 7, 64)]),
            ((32, 32, 3), [(32, 32, 64), (16, 16, 64), (8, 8, 64), (4, 4, 64)]),
            (
                (64, 64, 3),
                [(64, 64, 64), (32, 32, 128), (16, 16, 256), (8, 8, 512), (4, 4, 1024)],
            ),
        ],
    )
    def test_stages_are_those_of_the_paper(self, shape, expected):
        assert stage_shapes(shape, 64) == expected

    def test_the_paper_s_networks_have_the_paper_s_parameters(self):
        # 32x32, 128 channels: convolutions and their biases, then the dense layer.
        plain = 2 * (9 * 128 * 128 + 128)
        first = (9 * 3 * 128 + 128) + (9 * 128 * 128 + 128) + (3 * 128 + 128)
        second = plain + 128 * 128 + 128
        network = sngan_discriminator((32, 32, 3))
        trained = sum(np.prod(v.shape) for v in network.trainable_variables)
        assert trained == first + second + 2 * plain + 129

    def test_points_are_refused(self):
        with pytest.raises(ValueError, match="VanillaGAN"):
            self.make(image_shape=(2,))


class TestConditionalSNGAN:
    """What classes add; SAGAN's test holds the contract of labels."""

    image_shape = TestSNGAN.image_shape

    def make(self):
        return kgz.SNGAN(self.image_shape, num_classes=10, seed=0, **TINY)

    def test_the_logit_is_a_projection_worked_out_by_hand(self):
        network = self.make().discriminator
        images = random_images(4, self.image_shape) / 127.5 - 1
        labels = np.array([3, 0, 9, 3])
        dense = next(x for x in network.layers if isinstance(x, keras.layers.Dense))
        embed = next(x for x in network.layers if isinstance(x, keras.layers.Embedding))
        dense.bias.assign([0.5])
        features = numpy(keras.Model(network.inputs, dense.input)([images, labels]))
        matrices = []
        for layer, weights in ((dense, dense.kernel), (embed, embed.embeddings)):
            weights, u = numpy(weights), numpy(layer.u)
            v = weights @ u / np.linalg.norm(weights @ u)
            u = v @ weights / np.linalg.norm(v @ weights)
            matrices.append(weights / (v @ weights @ u))
        line, vectors = matrices
        expected = features @ line[:, 0] + 0.5 + (features * vectors[labels]).sum(1)
        logits = numpy(network([images, labels]))
        np.testing.assert_allclose(logits[:, 0], expected, rtol=1e-4, atol=1e-5)

    def test_labels_steer_the_images_once_the_rows_differ(self):
        model = self.make()
        same = model.generate(labels=[1, 2], latents=np.ones((2, 8), "float32"))
        np.testing.assert_array_equal(same[0], same[1])
        for layer in model.generator.layers:
            if isinstance(layer, kgz.layers.ConditionalBatchNormalization):
                layer.beta.assign(np.random.RandomState(0).randn(*layer.beta.shape))
        images = model.generate(labels=[1, 2], latents=np.ones((2, 8), "float32"))
        assert (images[0] != images[1]).any()

    @pytest.mark.parametrize(
        ("labels", "message"),
        [([0, 10], r"in \[0, 10\).*0 to 10"), ([0.0, 1.0], "float")],
    )
    def test_labels_that_do_not_fit_are_refused_at_the_door(self, labels, message):
        model, labels = self.make(), np.array(labels)
        with pytest.raises(ValueError, match=message):
            model.train_on_batch(random_images(2, self.image_shape), labels)
        with pytest.raises(ValueError, match=message):
            model.generate(labels=labels)
        with pytest.raises(ValueError, match="learns from labels"):
            model.fit(random_images(2, self.image_shape), verbose=0)


def test_layers_have_spectral_norm_1_after_some_steps_five_at_a_time():
    model = TestSNGAN().make()
    model.compile()
    images = random_images(8, TestSNGAN.image_shape)
    for _ in range(10):
        model.train_on_batch(images)
    assert int(model.discriminator_optimizer.iterations) == 50
    assert int(model.generator_optimizer.iterations) == 10
    layers = model.discriminator.layers
    weighted = [layer for layer in layers if layer.weights]
    assert len(weighted) == 11 and all(isinstance(x, Spectral) for x in weighted)
    for layer in weighted:
        matrix = numpy(layer.normalized()).reshape(-1, layer.u.shape[0])
        norm = np.linalg.svd(matrix, compute_uv=False)[0]
        assert norm == pytest.approx(1, abs=0.01), layer.name
    kinds = {type(layer) for layer in model.generator.layers}
    assert not any(issubclass(kind, Spectral) for kind in kinds)
