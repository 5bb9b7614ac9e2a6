"""Diagnose: each failure has its name, a healthy run has none.

The rules are shown samples that are made by hand; at the end a real run is broken.
"""

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.callbacks.diagnose import _thumbnails
from keras_gan_zoo.terms import Terms

RING = kgz.datasets.load("ring", num_samples=2_000).images
HEALTHY = {"discriminator_loss": 1.2, "generator_loss": 0.8}


class Player:
    """Stands in for a model that generates what it is told to."""

    adversarial_loss = kgz.losses.NonSaturating()
    stop_training = False

    def __init__(self, domain):
        self.domain = domain
        self.terms = Terms()
        self.terms.set_state({name: ["some", 0.0, 0.0] for name in HEALTHY})

    def latents(self, num, seed):
        return np.arange(num)

    def __call__(self, latents):
        return keras.ops.convert_to_tensor(self.samples[latents])


def fresh(seed, modes=8):
    """Points of the first modes of the ring, that no one has seen."""
    data = kgz.datasets.ring(num_samples=4_000, seed=seed + 1)
    return data.images[data.labels < modes]


def diagnose(samples, losses=HEALTHY, data=RING, looks=8, **arguments):
    """The callback after it has seen `samples(look)` and `losses`."""
    arguments = {"every": 1, "warmup": 1, "budget": np.inf, "verbose": 0, **arguments}
    callback = kgz.callbacks.Diagnose(data, **arguments)
    callback.set_model(Player(kgz.domains.domain_of(data, kgz.GAN.domains)))
    callback.model.samples = data[:256] if data.ndim == 4 else 3 * data[:256]
    callback.on_train_begin()
    for look in range(looks):
        callback.model.samples = samples(look)
        callback.on_train_batch_end(9)
        callback.on_epoch_end(look, dict(losses))
    callback.on_train_end()
    return callback


def names(callback):
    return [finding.name for finding in callback.findings]


def test_a_healthy_run_raises_no_alarm():
    callback = diagnose(fresh, test_data=fresh(99))
    assert names(callback) == []
    assert callback.summary() == "No alarm in 8 looks over 80 steps."
    last = callback.history[-1]
    for share in (last.diversity, last.support, last.density, last.coverage):
        assert share == pytest.approx(1, abs=0.15)
    assert last.copying == pytest.approx(0.5, abs=0.1)
    assert last.win == pytest.approx(1 - 1.2 / (2 * np.log(2)), abs=1e-6)
    # Independent samples are as far apart as two real ones.
    assert last.movement == pytest.approx(1, abs=0.1)


def test_few_modes_are_mode_collapse():
    callback = diagnose(lambda look: fresh(look, modes=2))
    assert names(callback) == ["mode collapse"]
    finding = callback.findings[0]
    assert (finding.epoch, finding.step) == (3, 30)
    assert "density" in finding.evidence and "layers.Pack" in finding.remedy
    assert callback.history[-1].coverage == pytest.approx(0.25, abs=0.1)


def test_one_image_that_wanders_is_mode_collapse():
    callback = diagnose(lambda look: np.zeros((256, 2)) + look + 1e-3 * fresh(0)[:256])
    assert names(callback) == ["mode collapse"]


def test_two_images_are_mode_collapse_wherever_they_are():
    def two(look):
        return 3.0 * np.sign(np.random.RandomState(look).standard_normal((256, 2)))

    callback = diagnose(two)
    assert names(callback) == ["mode collapse"]
    # Far apart, and off the data: diversity is high, coverage and density are 0.
    last = callback.history[-1]
    assert last.diversity > 1 and last.density == 0 and last.support < 0.1


def test_a_discriminator_that_is_always_right_is_saturated():
    losses = {"discriminator_loss": 0.01, "generator_loss": 9.0}
    callback = diagnose(lambda look: 0.1 * fresh(look), losses)
    assert names(callback) == ["discriminator saturated"]
    # With good samples a low loss is no failure.
    assert names(diagnose(fresh, losses)) == []


def test_a_critic_has_no_loss_to_saturate(monkeypatch):
    monkeypatch.setattr(Player, "adversarial_loss", kgz.losses.Wasserstein())
    losses = {"discriminator_loss": -3.0, "generator_loss": 1.0}
    callback = diagnose(fresh, losses)
    assert names(callback) == [] and np.isnan(callback.history[-1].win)


def test_samples_that_stand_still_are_a_stalled_generator():
    callback = diagnose(lambda look: 0.5 * fresh(0))
    assert names(callback) == ["generator stalled"]
    # A converged one may stand still.
    assert names(diagnose(lambda look: fresh(0))) == []


def test_coverage_that_comes_and_goes_is_oscillation():
    callback = diagnose(lambda look: fresh(look, modes=8 if look % 2 else 3))
    assert names(callback) == ["oscillation"]


def test_training_images_again_are_memorization():
    def copies(look):
        noise = np.random.RandomState(look).standard_normal((256, 2))
        return RING[look : look + 256] + 1e-5 * noise

    assert names(diagnose(copies, test_data=fresh(99))) == ["memorization"]
    assert names(diagnose(copies)) == []  # who has no test data cannot tell


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_loss_that_is_not_finite_is_told_at_once(value):
    losses = {**HEALTHY, "generator_loss": value}
    callback = diagnose(fresh, losses, looks=1)
    assert names(callback) == ["non-finite values"]
    assert f"generator_loss is {value}" in callback.summary()


@pytest.mark.parametrize("shape", [(2,), (8, 8, 1)])
def test_samples_that_are_not_finite_are_told_at_once(shape):
    data = np.random.RandomState(0).uniform(-1, 1, (600, *shape))
    callback = diagnose(lambda look: data * np.nan, data=data, looks=1)
    assert names(callback) == ["non-finite values"]


def test_a_loss_that_grows_without_bound_is_divergence():
    losses = {"discriminator_loss": -1e5, "generator_loss": 2e5}
    assert names(diagnose(fresh, losses)) == ["divergence"]


def test_a_failure_is_told_again_only_after_it_was_gone():
    bad = {3, 4, 5, 6, 10, 11, 12}
    callback = diagnose(lambda i: fresh(i, modes=2 if i in bad else 8), looks=14)
    assert names(callback) == ["mode collapse"] * 2
    assert [finding.epoch for finding in callback.findings] == [6, 13]


def test_looks_are_taken_within_the_budget():
    assert len(diagnose(fresh, looks=5, budget=0.0).history) == 1
    assert len(diagnose(fresh, looks=5, every=20).history) == 3
    assert len(diagnose(fresh, looks=5, warmup=30).history) == 3


def test_images_are_compared_by_thumbnails():
    images = np.arange(2 * 10 * 16 * 3).reshape(2, 10, 16, 3).astype("uint8")
    thumbnails = _thumbnails(images).reshape(2, 8, 8, 3)
    # Rows 0..9 make 8 cells of one or two rows, columns 0..15 cells of two.
    np.testing.assert_allclose(thumbnails[:, 0, 0], images[:, 0, :2].mean(axis=1))
    np.testing.assert_allclose(
        thumbnails[:, 7, 7], images[:, 8:, 14:].mean(axis=(1, 2))
    )
    assert _thumbnails(images[:, :5, :4]).shape == (2, 5 * 4 * 3)


def test_float_images_are_compared_as_they_are_generated():
    images = np.random.RandomState(0).randint(0, 256, (600, 9, 9, 1)).astype("uint8")
    floats = (images / 127.5 - 1).astype("float32")
    one, other = (
        diagnose(lambda look: floats, data=data, looks=1).real.features
        for data in (images, floats)
    )
    np.testing.assert_array_equal(one, other)


def test_too_few_images_are_an_error_that_says_how_many():
    with pytest.raises(ValueError, match=r"at least 512 .* shape \(300, 2\)"):
        kgz.callbacks.Diagnose(RING[:300])
    with pytest.raises(ValueError, match="test_data=.* Received: list"):
        kgz.callbacks.Diagnose(RING, test_data=[1])


def test_a_model_without_latents_is_refused():
    images = np.zeros((64, 16, 16, 3), "uint8")
    model = kgz.Pix2Pix(base_channels=4, patch=16, seed=0)
    diagnose = kgz.callbacks.Diagnose(images, num=8)
    with pytest.raises(ValueError, match="makes images of noise. Received: Pix2Pix"):
        model.fit(images, images, callbacks=[diagnose], verbose=0)


def test_a_broken_run_is_named_stopped_and_put_back(tmp_path):
    pytest.importorskip("tensorboard")
    model = kgz.VanillaGAN(
        (2,), latent_dim=2, units=16, discriminator_units=8, dropout=0.0, seed=0
    )
    adam = keras.optimizers.Adam
    model.compile(generator_optimizer=adam(0.0), discriminator_optimizer=adam(0.01))
    diagnosis = kgz.callbacks.Diagnose(
        RING,
        every=20,
        warmup=20,
        budget=np.inf,
        stop=True,
        restore_best=True,
        tensorboard=tmp_path,
    )
    fit = {"batch_size": 100, "epochs": 30, "verbose": 0}
    history = model.fit(RING, callbacks=[diagnosis], **fit)
    assert diagnosis.findings[0].name in ("generator stalled", "mode collapse")
    assert len(history.epoch) < 30
    for value, best in zip(model.get_weights(), diagnosis._best[1], strict=True):
        np.testing.assert_array_equal(value, best)
    assert 0 < diagnosis.cost < 1
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"diagnose/coverage" in written
