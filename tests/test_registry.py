"""The list of models, and what each of them comes with."""

import importlib
import inspect
import pathlib
import time

import pytest

import keras_gan_zoo as kgz
from tests.contract import ModelContract

ROOT = pathlib.Path(__file__).parent.parent
BASES = (kgz.GAN, kgz.LatentGAN, kgz.ImageToImageGAN)


def test_all_public_models_are_listed():
    public = [getattr(kgz, name) for name in kgz.__all__]
    models = [x for x in public if isinstance(x, type) and issubclass(x, kgz.GAN)]
    names = {model.__name__ for model in models if model not in BASES}
    assert kgz.list_models().keys() == names


@pytest.mark.parametrize("name", kgz.list_models())
def test_a_model_comes_with_its_paper_a_contract_a_page_and_an_example(name):
    record, model = kgz.list_models()[name], getattr(kgz, name)
    assert f"Reference:\n    {record['url']}" in inspect.cleandoc(model.__doc__)
    assert model.__module__.startswith("keras_gan_zoo.models.")
    file = model.__module__.rpartition(".")[2]
    page = (ROOT / "docs" / "models" / f"{file}.md").read_text()
    assert record["url"] in page and f"::: keras_gan_zoo.{name}\n" in page
    line = f"| [`{name}`](docs/models/{file}.md) | {record['paper']} |"
    assert line in (ROOT / "README.md").read_text()
    tests = importlib.import_module(f"tests.models.test_{file}")
    classes = [x for x in vars(tests).values() if inspect.isclass(x)]
    contracts = [x for x in classes if issubclass(x, ModelContract)]
    assert model in [contract.model_class for contract in contracts]
    assert f"kgz.{name}" in model.__doc__ and "import keras_gan_zoo as kgz" in page


@pytest.mark.parametrize("name", kgz.list_models())
def test_a_model_needs_no_argument(name):
    assert getattr(kgz, name)().networks


@pytest.mark.parametrize("name", kgz.list_models())
@pytest.mark.parametrize("size", ["many", -1, 2.5, None])
def test_sizes_that_are_none_are_refused_by_name(name, size):
    model = getattr(kgz, name)
    arguments = inspect.signature(model).parameters.values()
    sizes = [x.name for x in arguments if type(x.default) is int]
    assert sizes
    for argument in sizes:
        with pytest.raises(ValueError, match=rf"\b{argument}\b.* integer"):
            model(**{argument: size})


def test_lists_are_tables_and_can_be_narrowed():
    listed = kgz.list_models("*cycle*".title())
    assert list(listed) == ["CycleGAN"]
    head, row = repr(listed).splitlines()
    assert head.split() == ["name", "task", "paper", "presets"]
    assert row.startswith("CycleGAN  image to image without pairs  Zhu et al. 2017  ")
    assert "cyclegan_avatars_glasses" in row
    assert "<td>CycleGAN</td>" in listed._repr_html_()
    presets = kgz.list_presets("dcgan_*")
    assert presets and all(name.startswith("dcgan_") for name in presets)
    assert repr(presets).splitlines() == [
        "name                   MB   params  license     scores",
        "DCGAN: images from noise",
        "  dcgan_fashion_mnist  2.3  1.18M   Apache-2.0  FD 13.7 by fashion_mnist_cnn",
    ]
    head = ["name", "MB", "params", "license", "scores"]
    assert repr(kgz.list_presets("nothing*")).split() == head


def test_the_list_of_presets_fits_a_screen_and_comes_at_once():
    begun = time.process_time()
    text = repr(kgz.list_presets())
    assert time.process_time() - begun < 0.5
    assert max(map(len, text.splitlines())) <= 100
    for name, record in kgz.list_presets().items():
        assert f"\n  {name} " in text
        assert record["makes"] == kgz.list_models()[record["class"]]["task"]
