"""The shape of the project: which way imports go, and what a model comes with."""

import ast
import os
import pathlib
import subprocess
import sys
import tomllib

import keras
import pytest

import keras_gan_zoo as kgz

PACKAGE = pathlib.Path(kgz.__file__).parent
ROOT = PACKAGE.parent
FRAMEWORKS = {"tensorflow", "jax", "torch"}
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
MODELS = sorted(p.stem for p in (PACKAGE / "models").glob("*.py") if p.stem[0] != "_")

# Each module may import those of the lines above its own, within a line none.
LAYERS = [
    {"markup", "preflight", "typing", "version"},
    {
        "catalogue",
        "checks",
        "fetching",
        "halving",
        "old_names",
        "phases",
        "registry",
        "resampling",
        "torchscript_files",
        "views",
    },
    {
        "ncnn_files",
        "packages",
        "priors",
        "schedules",
        "settings",
        "terms",
        "weight_files",
    },
    {
        "averaging",
        "backend",
        "datasets",
        "flops",
        "holes",
        "images",
        "losses",
        "published",
        "receptive_field",
        "validation",
    },
    {
        "class_labels",
        "fault",
        "files",
        "inference",
        "layers",
        "optimizers",
        "randomness",
        "splitting",
        "standing_statistics",
        "tensor_files",
    },
    {"domains"},
    {"tables", "text"},
    {
        "augment",
        "exporting",
        "fitting",
        "presets",
        "serving",
        "tiles",
    },
    {"metrics", "regularizers"},
    {
        "evaluation",
        "first_batch",
        "networks",
        "saving",
        "sharing",
        "showing",
        "training",
    },
    {"privacy"},
    {"gan"},
    {
        "caption_conditional",
        "class_conditional",
        "content_features",
        "image_to_image",
        "inpainting",
        "latent_gan",
        "upscaling",
    },
    {"table_gan"},
    {"models"},
    {"latent", "restorers"},
    {"callbacks"},
    {"api"},
    {"__init__", "cli"},
    {"__main__"},
]


def imports_of(path):
    """Names of all modules a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def level_of(name):
    return next(i for i, layer in enumerate(LAYERS) if name in layer)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.stem)
def test_only_the_backend_folder_knows_the_frameworks(path):
    if "backend" in path.parts:
        return
    assert not {name.split(".")[0] for name in imports_of(path)} & FRAMEWORKS
    assert "backend.backend()" not in path.read_text()


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda p: p.stem)
def test_imports_go_downwards(path):
    own = path.relative_to(PACKAGE).with_suffix("").parts[0]
    for name in imports_of(path):
        parts = name.split(".")
        if parts[0] == "keras_gan_zoo" and parts[1] != own:
            assert level_of(parts[1]) < level_of(own), f"{path.name} imports {name}"


def test_importing_the_package_imports_nothing_heavy_beyond_keras():
    code = (
        "import sys, keras; before = set(sys.modules); "
        "import keras_gan_zoo; print(*set(sys.modules) - before)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    heavy = {"PIL", "sklearn", "tensorflow_datasets", "tensorboard"}
    assert not (FRAMEWORKS | heavy) & set(run.stdout.split())
    own = {"backend." + name for name in FRAMEWORKS - {keras.backend.backend()}}
    assert not {f"keras_gan_zoo.{name}" for name in own} & set(run.stdout.split())


def test_type_checkers_read_the_types_of_the_package():
    assert (PACKAGE / "py.typed").is_file()
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    assert "py.typed" in setuptools["setuptools"]["package-data"]["keras_gan_zoo"]


def test_a_paper_is_read_at_one_sitting():
    lines = {p: len(p.read_text().splitlines()) for p in PACKAGE.rglob("*.py")}
    limits = {"models": 350, "layers": 150}
    for path, count in lines.items():
        limit = limits.get(path.parent.name)
        assert limit is None or count <= limit, f"{path}: {count} lines"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda p: p.stem)
def test_an_example_imports_no_other(path):
    scripts = {p.stem for p in EXAMPLES if "__main__" in p.read_text()}
    assert not {name.split(".")[0] for name in imports_of(path)} & scripts


@pytest.mark.parametrize("name", MODELS)
def test_a_model_comes_with_a_test_a_page_and_an_import(name):
    assert (ROOT / "tests" / "models" / f"test_{name}.py").is_file()
    assert (ROOT / "docs" / "models" / f"{name}.md").is_file()
    assert f"models/{name}.md" in (ROOT / "mkdocs.yml").read_text()
    assert f"keras_gan_zoo.models.{name} " in (PACKAGE / "api.py").read_text()
