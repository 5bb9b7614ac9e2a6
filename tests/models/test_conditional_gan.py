"""ConditionalGAN: the contract, and labels that steer."""

import keras
import numpy as np
import pytest
from keras import ops

import keras_gan_zoo as kgz
from tests.contract import LatentContract, random_images


class TestConditionalGAN(LatentContract):
    model_class = kgz.ConditionalGAN
    arguments = {"base_channels": 4, "latent_dim": 8}

    def test_labels_steer_the_images(self):
        model = self.make()
        same_latents = [model.generate(labels=[c], seed=0) for c in range(10)]
        assert len({image.tobytes() for image in same_latents}) == 10
        # Each image is of its own label, in whatever company.
        labels = [7, 1, 7]
        images = model.generate(labels=np.array(labels, "uint8"), seed=3)
        inputs = [model.latents(3, seed=3), np.array(labels)]
        alone = [model([z[None], c[None]]) for z, c in zip(*inputs, strict=True)]
        alone = np.concatenate([ops.convert_to_numpy(image) for image in alone])
        assert np.abs(images.astype(int) - kgz.images.to_uint8(alone)).max() <= 1

    def test_the_losses_depend_on_the_labels(self):
        model = self.make()
        model.compile()
        images = random_images(4, self.image_shape)
        for loss in (model.discriminator_loss, model.generator_loss):
            found = []
            for labels in ([0, 1, 2, 3], [0, 1, 2, 3], [3, 2, 1, 0]):
                model.seed_generator.state.assign([0, 0])  # the same noise
                batch = model.prepare(images, np.array(labels))
                terms = loss(batch, model.sample_like(batch))
                found += [float(ops.stop_gradient(term)) for term in terms.values()]
            assert found[0] == pytest.approx(found[1]) != found[2]

    def test_losses_of_several_outputs_are_added(self):
        inputs = [keras.Input(self.image_shape), keras.Input((), dtype="int32")]
        maps = [keras.layers.AveragePooling2D(size)(inputs[0]) for size in (2, 4)]

        def losses(outputs):
            model = self.make(discriminator=keras.Model(inputs, outputs))
            model.compile()
            images = random_images(4, self.image_shape)
            batch = model.prepare(images, np.array([0, 1, 2, 3]))
            terms = model.discriminator_loss(batch, batch.real * 0.5)
            terms |= model.generator_loss(batch, batch.real * 0.5)
            return np.array([float(term) for term in terms.values()])

        np.testing.assert_allclose(losses(maps), sum(map(losses, maps)), rtol=1e-5)

    def test_without_labels_the_classes_take_turns(self):
        model = self.make(num_classes=3)
        samples = model.generate(5, seed=0)
        asked = model.generate(5, labels=[0, 1, 2, 0, 1], seed=0)
        np.testing.assert_array_equal(samples, asked)
        called = ops.convert_to_numpy(model(model.latents(5, seed=0)))
        assert np.abs(samples - kgz.images.to_uint8(called).astype(int)).max() <= 1

    @pytest.mark.parametrize(
        ("labels", "message"),
        [
            ([0, 10], r"in \[0, 10\).*0 to 10"),
            ([-1, 0], r"in \[0, 10\).*-1 to 0"),
            ([0.0, 1.0], "float"),
            (np.eye(10, dtype=int)[:2], r"argmax"),
            ([[0], [1]], r"labels\[:, 0\]"),
            ([0, 1, 2], r"shape \(2,\).*\(3,\)"),
        ],
    )
    def test_labels_that_do_not_fit_are_refused_at_the_door(self, labels, message):
        model = self.make(image_shape=None)
        labels = np.array(labels)
        with pytest.raises(ValueError, match=message):
            model.train_on_batch(random_images(2, self.image_shape), labels)
        assert model.image_shape is None  # nothing has moved
        with pytest.raises(ValueError, match=message):
            self.make().generate(2, labels=labels)

    def test_fit_looks_at_the_labels_of_all_batches(self):
        labels = np.array([*[0] * 15, 10])
        with pytest.raises(ValueError, match="0 to 10"):
            self.make().fit(
                random_images(16, self.image_shape), labels, batch_size=4, verbose=0
            )

    def test_what_was_refused_leaves_the_classes_open(self):
        model = kgz.ConditionalGAN(base_channels=4)
        with pytest.raises(ValueError, match="from 8x8 pixels"):
            model.fit(random_images(6, (2, 2, 1)), [0, 1, 2] * 2, verbose=0)
        assert model.num_classes is None
        model.fit(random_images(6, (8, 8, 1)), [0, 1, 9] * 2, batch_size=3, verbose=0)
        assert model.num_classes == 10

    def test_generate_needs_labels_or_a_number(self):
        with pytest.raises(ValueError, match="positive number"):
            self.make().generate()

    def test_custom_networks_need_two_inputs(self):
        model = self.make()
        copy = self.make(generator=model.generator, discriminator=model.discriminator)
        np.testing.assert_array_equal(self.sample(model), self.sample(copy))
        plain = kgz.DCGAN(self.image_shape, latent_dim=8, base_channels=4)
        for name in ("generator", "discriminator"):
            with pytest.raises(ValueError, match=f"{name}'s input"):
                self.make(**{name: getattr(plain, name)})

    def test_a_generator_may_be_smooth_at_the_labels_of_the_batch(self):
        model = self.make()
        model.compile(regularizers=kgz.regularizers.PathLength())
        losses = model.train_on_batch(*self.data(8), return_dict=True)
        assert np.isfinite(losses["path_length"]) and losses["path_length"] != 0

    def test_callbacks_work_without_knowing_of_labels(self, tmp_path):
        images, labels = random_images(16, self.image_shape), np.arange(16) % 10
        diagnose = kgz.callbacks.Diagnose(images, num=8, every=1, warmup=1, verbose=0)
        grid = kgz.callbacks.SampleGrid(tmp_path, num=10)
        report = kgz.callbacks.Report(tmp_path / "report.html", num=4)
        callbacks = [diagnose, grid, report]
        model = self.make()
        model.fit((images, labels), batch_size=8, callbacks=callbacks, verbose=0)
        assert len(diagnose.history) == 1
        assert (tmp_path / "epoch_0001.png").is_file()
        assert "FLOPs" in (tmp_path / "report.html").read_text()

    def test_the_operations_of_both_networks_are_counted(self):
        # Ten more latents and ten more channels than in DCGAN.
        model, plain = (
            self.make(),
            kgz.DCGAN(self.image_shape, latent_dim=8, base_channels=4),
        )
        more = kgz.flops.count(model.generator) - kgz.flops.count(plain.generator)
        assert more == 2 * 10 * 4 * 4 * 8
        more = kgz.flops.count(model.discriminator)
        more -= kgz.flops.count(plain.discriminator)
        assert more == 2 * 4 * 4 * 10 * 4 * 8 * 8
