"""Old names of arguments: files and presets that have them load, users get an error."""

import json
import zipfile

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo.models.esrgan import ResidualDenseNetwork
from keras_gan_zoo.old_names import OLD_NAMES, renamed

CHANNELS = {"width": "base_channels"}
TWO = {
    "filters": "base_channels",
    "discriminator_filters": "discriminator_base_channels",
}
UNITS = {"width": "units", "discriminator_width": "discriminator_units"}
HALF = {**CHANNELS, "discriminator_width": "discriminator_base_channels"}
MODELS = [
    (kgz.VanillaGAN, UNITS),
    (kgz.DCGAN, CHANNELS),
    (kgz.BiGAN, CHANNELS),
    (kgz.CycleGAN, CHANNELS),
    (kgz.SemiSupervisedGAN, HALF),
    (kgz.SRGAN, TWO),
    (kgz.ESRGAN, TWO),
]


def small(model_class, names):
    return model_class((24, 24, 3), seed=0, **dict.fromkeys(names.values(), 4))


def as_of_old(config, names):
    """The configuration with its old names; every number under them is 4."""
    config = {key: value for key, value in config.items() if key not in names.values()}
    return {**config, **dict.fromkeys(names, 4)}


@pytest.mark.parametrize(("model_class", "names"), MODELS)
def test_a_configuration_with_old_names_makes_the_same_model(model_class, names):
    model = small(model_class, names)
    old = as_of_old(model.get_config(), names)
    assert old.keys() != model.get_config().keys()
    copy = model_class.from_config(old)
    assert copy.get_config() == model.get_config()
    for one, two in zip(model.get_weights(), copy.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(("model_class", "names"), MODELS)
def test_users_say_the_new_names(model_class, names):
    for name in names:
        with pytest.raises((TypeError, ValueError), match=name):
            model_class((16, 16, 3), **{name: 4})


def test_a_file_with_old_names_loads(tmp_path):
    model = small(kgz.DCGAN, CHANNELS)
    model.save(tmp_path / "new.keras")
    with (
        zipfile.ZipFile(tmp_path / "new.keras") as new,
        zipfile.ZipFile(tmp_path / "old.keras", "w") as old,
    ):
        for name in new.namelist():
            content = new.read(name)
            if name == "config.json":
                content = content.replace(b'"base_channels"', b'"width"')
            old.writestr(name, content)
    copy = keras.saving.load_model(tmp_path / "old.keras")
    np.testing.assert_array_equal(model.generate(2, seed=0), copy.generate(2, seed=0))


def test_a_preset_with_old_names_loads_and_can_be_changed(tmp_path):
    model = small(kgz.DCGAN, CHANNELS)
    model.save_to_preset(tmp_path / "preset")
    path = tmp_path / "preset" / "preset.json"
    manifest = json.loads(path.read_text())
    manifest["config"] = as_of_old(manifest["config"], CHANNELS)
    path.write_text(json.dumps(manifest))
    copy = kgz.GAN.from_preset(tmp_path / "preset")
    np.testing.assert_array_equal(model.generate(2, seed=0), copy.generate(2, seed=0))
    other = {"load_weights": False, "base_channels": 8}
    assert kgz.GAN.from_preset(tmp_path / "preset", **other).base_channels == 8
    with pytest.raises(ValueError, match="width"):
        kgz.DCGAN.from_preset("dcgan_fashion_mnist", width=8)


def test_a_network_of_our_own_class_loads_too():
    network = ResidualDenseNetwork(2, 3, base_channels=4, blocks=1, growth=2)
    old = as_of_old(network.get_config(), {"filters": "base_channels"})
    assert ResidualDenseNetwork.from_config(old).get_config() == network.get_config()


def test_an_argument_of_a_subclass_keeps_its_name():
    class Wide(kgz.DCGAN):
        def __init__(self, image_shape=None, width=1, **kwargs):
            self.width = width
            super().__init__(image_shape, **kwargs)

    config = Wide((8, 8, 1), width=2, base_channels=4).get_config()
    copy = Wide.from_config(config)
    assert (copy.width, copy.base_channels) == (2, 4)
    del config["base_channels"]
    assert Wide.from_config(config).width == 2


def test_what_is_not_renamed_stays():
    config = {"seed": 1, "width": 2}
    assert renamed(config, kgz.GAN) == config
    both = {"width": 1, "base_channels": 2}
    assert renamed(both, kgz.DCGAN) == both
    assert set(OLD_NAMES) == {*UNITS, *TWO}


@pytest.mark.parametrize(
    ("model_class", "old", "new"),
    [
        (
            kgz.CycleGAN,
            {"adversarial": 1.0, "cycle": 2.0, "identity": 3.0},
            {"generator_loss": 1.0, "cycle_loss": 2.0, "identity_loss": 3.0},
        ),
        (
            kgz.ContextEncoder,
            {"l2": 0.5, "adversarial": 0.25, "overlap": 7.0},
            {"l2_loss": 0.5, "generator_loss": 0.25},
        ),
        (
            kgz.Pix2Pix,
            {"l1": 10.0, "discriminator": 0.25},
            {"l1_loss": 10.0, "discriminator_loss": 0.25},
        ),
        (
            kgz.SemiSupervisedGAN,
            {"feature_matching": 0.5, "adversarial": 1.0},
            {"feature_matching": 0.5, "generator_loss": 1.0},
        ),
    ],
)
def test_weights_of_a_loss_have_the_names_of_its_terms(model_class, old, new):
    model = model_class()
    model.compile()
    config = {**model.get_compile_config(), "loss_weights": old}
    model.compile_from_config(config)
    assert model.loss_weights == new
    with pytest.raises(ValueError, match="names that this model's loss does not"):
        model.compile(loss_weights=old)
