"""ConditionalStyleGAN2: the contract, and what the label decides."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from tests.contract import LatentContract, random_images

pytestmark = pytest.mark.compiles_long


class TestConditionalStyleGAN2(LatentContract):
    model_class = kgz.ConditionalStyleGAN2
    arguments = {"base_channels": 4, "latent_dim": 8, "depth": 1}
    image_shape = (8, 8, 1)
    other_shapes = [(8, 12, 3)]
    compiled = {}  # the paper averages

    def test_the_label_changes_the_image_and_the_latents_do(self):
        model = self.make(num_classes=3)
        latents = model.latents(4, seed=0)
        images = [model.generate(labels=[k] * 4, latents=latents) for k in range(3)]
        assert (images[0] != images[1]).any() and (images[1] != images[2]).any()
        assert (images[0][0] != images[0][1]).any()

    def test_a_logit_is_the_product_of_image_and_label(self):
        model = self.make(num_classes=3)
        model.compile()
        image = np.repeat(random_images(1, self.image_shape), 4, axis=0) / 127.5 - 1
        logits = np.array(
            [
                ops.convert_to_numpy(model.discriminate(image, np.full(4, k, "int32")))
                for k in range(3)
            ]
        )
        assert logits.shape == (3, 4, 1)
        np.testing.assert_allclose(logits, np.repeat(logits[:, :1], 4, 1), rtol=1e-4)
        assert np.ptp(logits[:, 0]) > 1e-3
        layers = model.discriminator.layers
        (dot,) = [layer for layer in layers if isinstance(layer, keras.layers.Dot)]
        likeness, style = (tensor.shape for tensor in dot.input)
        assert likeness == style == (None, 8)

    def test_styles_of_the_path_belong_to_the_labels_of_half_a_batch(self):
        model = self.make(num_classes=3)
        batch = model.prepare(random_images(5, self.image_shape), np.arange(5) % 3)
        _, styles = model.latent_path(batch)
        assert styles.shape == (3, 4, 8)
