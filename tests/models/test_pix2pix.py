"""Pix2Pix: the contract, the U-Net, the losses of pairs."""

import keras
import numpy as np
import pytest
from keras import layers, ops

import keras_gan_zoo as kgz
from keras_gan_zoo.models.pix2pix import unet_generator
from tests.contract import ModelContract, random_images

SOURCE = (16, 16, 1)
TARGET = (16, 16, 3)


class TestPix2Pix(ModelContract):
    model_class = kgz.Pix2Pix
    image_shape = TARGET
    arguments = {"source_shape": SOURCE, "base_channels": 2, "patch": 16}

    def data(self, num=16):
        return random_images(num, SOURCE), random_images(num, TARGET, seed=1)

    def sample(self, model):
        return model.translate(random_images(4, SOURCE, seed=2))

    def test_both_sizes_are_read_from_the_first_batch(self):
        sources, targets = self.data(2)
        model = kgz.Pix2Pix(base_channels=2, patch=16)
        with pytest.raises(ValueError, match="multiples of 4"):
            model.fit(sources[:, :9], targets[:, :9], verbose=0)
        model.on_first_batch((sources, targets))
        assert model.source_shape == SOURCE and model.image_shape == TARGET
        assert model.translate(sources).shape == targets.shape
        with pytest.raises(ValueError, match="learns from pairs"):
            model.fit(targets, verbose=0)
        with pytest.raises(ValueError, match="source images is"):
            model.fit(targets, targets, verbose=0)

    def test_a_generator_of_ones_own_tells_both_sizes(self):
        generator = unet_generator(SOURCE, 3, base_channels=2)
        model = kgz.Pix2Pix(generator=generator, base_channels=2, patch=16)
        assert model.source_shape == SOURCE and model.image_shape == TARGET

    def test_the_losses_worked_out_by_hand(self):
        sources = keras.Input(SOURCE)
        three = layers.Lambda(lambda x: 0.5 * ops.repeat(x, 3, axis=-1))(sources)
        pair = keras.Input((16, 16, 4))
        model = self.make(
            generator=keras.Model(sources, three),
            # Logits: the source, less the first channel of the target.
            discriminator=keras.Model(
                pair, layers.Lambda(lambda x: x[..., :1] - x[..., 1:2])(pair)
            ),
        )
        model.compile()
        batch = model.prepare(*self.data())
        x, y = map(ops.convert_to_numpy, (batch.condition, batch.real))
        fake, real_logits, fake_logits = 0.5 * x, x - y[..., :1], 0.5 * x
        both = batch, model.sample_like(batch)
        terms = model.weighted(model.generator_loss(*both))
        assert {name: float(value) for name, value in terms.items()} == {
            "generator_loss": pytest.approx(np.log1p(np.exp(-fake_logits)).mean()),
            "l1_loss": pytest.approx(100 * np.abs(y - fake).mean(), rel=1e-5),
        }
        loss = np.log1p(np.exp(-real_logits)) + np.log1p(np.exp(fake_logits))
        terms = model.weighted(model.discriminator_loss(*both))
        received = float(terms["discriminator_loss"])
        assert received == pytest.approx(0.5 * loss.mean(), rel=1e-5)

    def test_dropout_makes_training_noisy_and_use_repeatable(self):
        model = self.make()
        sources = self.data(2)[0] / 127.5 - 1
        noisy = [ops.convert_to_numpy(model(sources, training=True)) for _ in "ab"]
        still = [ops.convert_to_numpy(model(sources)) for _ in "ab"]
        assert (noisy[0] != noisy[1]).any()
        np.testing.assert_array_equal(*still)

    def test_the_skips_carry_what_the_bottleneck_cannot(self):
        """Sources that differ in one pixel: without skips that pixel is lost."""
        generator = unet_generator(SOURCE, 3, base_channels=2)
        bottom = min(
            (layer for layer in generator.layers if isinstance(layer, layers.Conv2D)),
            key=lambda layer: layer.output.shape[1],
        )
        bottom.kernel.assign(0.0 * bottom.kernel)  # nothing passes the bottleneck
        sources = random_images(2, SOURCE).astype("float32") / 127.5 - 1
        one, two = ops.convert_to_numpy(generator(sources))
        assert np.abs(one - two).max() > 1e-4


@pytest.mark.parametrize(
    ("side", "depth", "bottom"), [(256, 8, 1), (64, 6, 1), (48, 4, 3)]
)
def test_the_unet_goes_down_as_far_as_the_size_allows(side, depth, bottom):
    generator = unet_generator((side, side, 1), 3, base_channels=2)
    kinds = [type(layer) for layer in generator.layers]
    assert (
        kinds.count(kgz.layers.Conv2D)
        == kinds.count(kgz.layers.Conv2DTranspose)
        == depth
    )
    assert kinds.count(layers.Concatenate) == depth - 1
    assert kinds.count(layers.Dropout) == 3
    maps = [layer.output.shape[1:] for layer in generator.layers]
    assert min(shape[0] for shape in maps) == bottom
    assert generator.output_shape == (None, side, side, 3)


def test_256_pixels_give_the_network_of_the_paper():
    generator = unet_generator((256, 256, 3), 3)
    encoder = [
        layer.filters for layer in generator.layers if type(layer) is kgz.layers.Conv2D
    ]
    assert encoder == [64, 128, 256, 512, 512, 512, 512, 512]
    decoder = [
        layer.filters
        for layer in generator.layers
        if type(layer) is kgz.layers.Conv2DTranspose
    ]
    assert decoder == [512, 512, 512, 512, 256, 128, 64, 3]
