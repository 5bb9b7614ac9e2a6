"""The list of models, and what each of them comes with."""

import importlib
import inspect
import pathlib

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


def test_lists_are_tables_and_can_be_narrowed():
    listed = kgz.list_models("*cycle*".title())
    assert list(listed) == ["CycleGAN"]
    head, row = repr(listed).splitlines()
    assert head.split() == ["name", "task", "paper", "presets"]
    assert row.startswith("CycleGAN  image to image without pairs  Zhu et al. 2017  ")
    assert "cyclegan_twemoji_noto" in row
    assert "<td>CycleGAN</td>" in listed._repr_html_()
    presets = kgz.list_presets("dcgan_*")
    assert presets and all(name.startswith("dcgan_") for name in presets)
    assert "generator 347,265" in repr(presets)
    assert repr(kgz.list_presets("nothing*")).split() == [
        "name",
        "class",
        "parameters",
        "license",
    ]
