"""Presets of classes that other packages have: imported only if the user says so."""

import json
import sys

import keras
import numpy as np
import pytest

import keras_gan_zoo as kgz

MODULE = """
import pathlib
import keras
import keras_gan_zoo as kgz

pathlib.Path(__file__).with_suffix(".imported").touch()

@keras.saving.register_keras_serializable("cat_gans")
class CatGAN(kgz.DCGAN):
    pass
"""


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package `cat_gans`, which is not imported, and a preset of its class."""
    path = tmp_path / "cat_gans" / "models.py"
    path.parent.mkdir()
    path.write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    __import__("cat_gans.models")
    model = sys.modules["cat_gans.models"].CatGAN((8, 8, 1), base_channels=2, seed=0)
    images = model.generate(2, seed=0)
    model.save_to_preset(tmp_path / "preset", {"license": "MIT"})
    forget()
    path.with_suffix(".imported").unlink()
    yield tmp_path / "preset", path.with_suffix(".imported"), images
    forget()


def forget():
    for name in [name for name in sys.modules if name.startswith("cat_gans")]:
        del sys.modules[name]
    registered = keras.saving.get_custom_objects()
    registered.pop("cat_gans>CatGAN", None)


@pytest.mark.parametrize("packages", [(), ["dog_gans"], ["cat"], ["cat_gans.other"]])
def test_a_package_is_not_imported_because_a_preset_says_so(package, packages):
    preset, imported, _ = package
    with pytest.raises(ValueError, match=r"pass packages=\['cat_gans'\] to from_pre"):
        kgz.GAN.from_preset(preset, packages=packages)
    assert not imported.exists()


@pytest.mark.parametrize("packages", [["cat_gans"], "cat_gans", ["cat_gans.models"]])
def test_a_package_is_imported_if_the_user_names_it(package, packages):
    preset, imported, images = package
    model = kgz.GAN.from_preset(preset, packages=packages)
    assert imported.exists() and type(model).__module__ == "cat_gans.models"
    np.testing.assert_array_equal(model.generate(2, seed=0), images)


def test_what_was_imported_before_needs_no_name(package):
    preset, _, images = package
    __import__("cat_gans.models")
    model = kgz.GAN.from_preset(preset)
    np.testing.assert_array_equal(model.generate(2, seed=0), images)


def test_the_card_says_which_package_is_needed(package):
    preset, _, _ = package
    card = (preset / "README.md").read_text()
    assert 'from_preset("preset", packages=["cat_gans"])' in card
    assert "A `CatGAN` for Keras 3." in card


@pytest.mark.parametrize(
    ("module", "error", "words"),
    [
        ("os; evil", ValueError, "no name of a module"),
        ("cat_gans.gone", ImportError, "Install the package 'cat_gans'"),
        ("cat_gans", ValueError, "import the package that has the class"),
        (3, ValueError, "preset.json is damaged"),
    ],
    ids=str,
)
def test_a_module_that_does_not_fit_is_refused(package, module, error, words):
    preset, _, _ = package
    path = preset / "preset.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "module": module}))
    with pytest.raises(error, match=words):
        kgz.GAN.from_preset(preset, packages=["cat_gans", "os"])


def test_a_class_that_no_preset_could_load_is_not_saved(tmp_path):
    class Unregistered(kgz.DCGAN):
        pass

    with pytest.raises(ValueError, match="register_keras_serializable"):
        Unregistered((8, 8, 1), base_channels=2).save_to_preset(tmp_path / "preset")
    assert list(tmp_path.iterdir()) == []
