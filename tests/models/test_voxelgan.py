"""VoxelGAN: the contract, the networks of the paper, and its rule of accuracy."""

import keras
import numpy as np
import pytest
from keras import layers

import keras_gan_zoo as kgz
from keras_gan_zoo.models.voxelgan import stage_shapes
from tests.contract import LatentContract, values_of

SHAPE = (8, 8, 8, 1)

pytestmark = pytest.mark.compiles_long


def random_shapes(num, shape, seed=0):
    """Cells (num, *shape), about half of them filled."""
    return np.random.RandomState(seed).rand(num, *shape) > 0.5


class TestVoxelGAN(LatentContract):
    model_class = kgz.VoxelGAN
    arguments = {"base_channels": 2, "latent_dim": 8}
    image_shape = (8, 8, 8, 1)
    other_shapes = [(16, 8, 24, 4), (16, 16, 16, 1)]
    dtype, rounding = "float32", 1e-5
    # Those of fresh networks are near 1/2: the discriminator stands still by chance.
    shortened = {"most_accurate": 1.0}

    def samples(self, num):
        """Shapes."""
        return random_shapes(num, self.image_shape)

    def test_64_cells_give_the_networks_of_the_paper(self):
        assert stage_shapes((64, 64, 64, 1), 64) == [
            (64, 64, 64, 1),
            (32, 32, 32, 64),
            (16, 16, 16, 128),
            (8, 8, 8, 256),
            (4, 4, 4, 512),
        ]
        model = self.make(image_shape=(16, 16, 16, 1))
        for network, kind in [
            (model.generator, kgz.layers.Conv3DTranspose),
            (model.discriminator, kgz.layers.Conv3D),
        ]:
            convolutions = [x for x in network.layers if isinstance(x, kind)]
            assert [x.kernel_size for x in convolutions] == [(4, 4, 4)] * 2
            assert [x.strides for x in convolutions] == [(2, 2, 2)] * 2
        activations = [x for x in model.generator.layers if "activation" in x.name]
        assert activations[-1].activation is keras.activations.sigmoid

    @pytest.mark.parametrize(
        "shape", [(8, 8, 1), (12, 12, 20, 1), (4, 8, 8, 1), (16, 16, 24, 1)], ids=str
    )
    def test_sides_are_halved_down_to_the_smallest(self, shape):
        if shape in [(8, 8, 1), (4, 8, 8, 1)]:
            with pytest.raises(ValueError, match="8, 16, 32 or 64.*Received"):
                self.make(image_shape=shape)
            return
        stages = stage_shapes(shape, 2)
        assert self.make(image_shape=shape).generator.output_shape == (None, *shape)
        assert 4 <= min(stages[-1][:3]) < 8

    def test_latents_are_uniform_and_settings_are_those_of_the_paper(self):
        model = kgz.VoxelGAN((16, 16, 16, 1), base_channels=2, seed=0)
        latents = model.latents(500, seed=0)
        assert latents.shape == (500, 200)
        assert np.abs(latents).max() == pytest.approx(1.0, abs=1e-3)
        assert latents.std() == pytest.approx(1 / np.sqrt(3), rel=0.01)
        paper = model.compile_defaults()
        for side, rate in {"generator": 2.5e-3, "discriminator": 1e-5}.items():
            optimizer = paper[f"{side}_optimizer"]
            assert float(optimizer.learning_rate) == pytest.approx(rate)
            assert optimizer.beta_1 == 0.5

    def test_samples_are_saved_as_meshes(self, tmp_path):
        trimesh = pytest.importorskip("trimesh")
        pytest.importorskip("skimage")
        model = self.make(image_shape=(16, 16, 16, 1))
        for weights in model.generator.trainable_variables:
            weights.assign(30 * weights)  # fresh ones leave all cells near 1/2
        samples = model.generate(2, seed=0)
        assert 0 <= samples.min() < 0.1 and 0.9 < samples.max() <= 1
        for path in model.domain.save(samples, tmp_path / "shape.glb"):
            mesh = trimesh.load(path, force="mesh")
            assert mesh.is_watertight and 0 < mesh.volume < 16**3


class TestAccuracy:
    """The discriminator moves where it told at most four fifths of the batch right."""

    def make(self):
        """A model whose discriminator takes those for real that are mostly filled."""
        shapes = keras.Input((8, 8, 8, 1))
        dense = layers.Dense(1)
        network = keras.Model(shapes, dense(layers.GlobalAveragePooling3D()(shapes)))
        dense.set_weights([np.array([[4.0]]), np.array([-3.0])])
        model = kgz.VoxelGAN((8, 8, 8, 1), 4, 2, discriminator=network, seed=0)
        model.compile(discriminator_optimizer=keras.optimizers.SGD(0.01))
        return model

    def test_it_stands_still_after_a_batch_in_which_it_was_too_accurate(self):
        model = self.make()
        full, empty = np.ones((8, 8, 8, 8, 1), bool), np.zeros((8, 8, 8, 8, 1), bool)
        moved, accuracies = [], []
        # Of generated shapes about half is filled, which it tells right.
        for shapes in (full, full, empty, empty):
            before = values_of(model.discriminator.variables)
            model.train_on_batch(shapes)
            after = values_of(model.discriminator.variables)
            moved.append(before != after)
            accuracies.append(float(model.accuracy))
        assert accuracies == [1.0, 1.0, 0.5, 0.5]
        assert moved == [True, False, False, True]
        assert int(model.discriminator_optimizer.iterations) == 2

    def test_meanwhile_the_generator_learns_and_its_statistics_move(self):
        model = self.make()
        model.most_accurate = -1.0
        before = values_of(model.generator.variables)
        model.train_on_batch(random_shapes(8, (8, 8, 8, 1)))
        assert int(model.discriminator_optimizer.iterations) == 0
        for old, new in zip(before, values_of(model.generator.variables), strict=True):
            assert (old != new).any()
