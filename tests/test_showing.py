"""Samples, models, evaluations and lists, on a screen and in notebooks."""

import base64
import io
import re
import wave

import numpy as np
import pandas
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from PIL import Image

import keras_gan_zoo as kgz
from tests.contract import random_images

SOURCE = re.compile(r'src="data:(\w+/\w+);base64,([^"]+)"')


@pytest.fixture
def notebook():
    """IPython, told that it is a kernel's."""
    shell = InteractiveShell.instance()
    shell.kernel = object()
    yield shell
    InteractiveShell.clear_instance()


def shown(samples, *arguments, **options):
    """What a notebook displays: a list of (type, bytes)."""
    with capture_output() as captured:
        assert kgz.show(samples, *arguments, **options) is None
    [output] = captured.outputs
    return sources_of(output.data["text/html"])


def sources_of(html):
    return [(kind, base64.b64decode(data)) for kind, data in SOURCE.findall(html)]


def pixels_of(content):
    return np.asarray(Image.open(io.BytesIO(content)))


SAMPLES = {
    "images": (random_images(3, (8, 8, 3)), None),
    "points": (np.random.RandomState(0).normal(size=(50, 2)), None),
    "clips": (random_images(6, (8, 8, 3)).reshape(2, 3, 8, 8, 3), kgz.domains.Video()),
    "sounds": (
        np.sin(np.arange(800)).reshape(2, 400, 1).astype("float32"),
        kgz.domains.Audio(rate=8_000),
    ),
    "volumes": (np.ones((2, 4, 4, 4, 1), "float32"), kgz.domains.Voxels()),
    "rows": (np.zeros((5, 1)), kgz.domains.Table([kgz.domains.Column("size")])),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_elsewhere_samples_of_every_domain_are_a_picture(name, tmp_path):
    samples, domain = SAMPLES[name]
    picture = kgz.show(samples, domain, columns=2, path=tmp_path / "samples.png")
    chosen = domain or kgz.domains.domain_of(
        samples, [kgz.domains.Images(), kgz.domains.Points()]
    )
    expected = kgz.images.to_pillow(chosen.preview(samples, 2))
    np.testing.assert_array_equal(np.asarray(picture), np.asarray(expected))
    written = np.asarray(Image.open(tmp_path / "samples.png"))
    np.testing.assert_array_equal(written, np.asarray(picture))


@pytest.mark.parametrize("name", ["images", "points", "volumes", "rows"])
def test_a_notebook_displays_the_same_picture(name, notebook):
    samples, domain = SAMPLES[name]
    [(kind, content)] = shown(samples, domain)
    assert kind == "image/png"
    notebook.kernel = None
    del notebook.kernel  # a terminal
    expected = np.asarray(kgz.show(samples, domain))
    np.testing.assert_array_equal(pixels_of(content), expected)


def test_clips_play_in_a_notebook(notebook):
    [(kind, content)] = shown(*SAMPLES["clips"])
    assert kind == "image/webp" and Image.open(io.BytesIO(content)).n_frames == 3


def test_sounds_have_players_in_a_notebook(notebook):
    picture, *sounds = shown(*SAMPLES["sounds"])
    assert picture[0] == "image/png" and len(sounds) == 2
    for kind, content in sounds:
        assert kind == "audio/wav"
        with wave.open(io.BytesIO(content)) as file:
            assert (file.getframerate(), file.getnframes()) == (8_000, 400)


def test_a_model_says_what_it_makes_and_one_image_is_enough():
    model = kgz.DCGAN((16, 16, 1), latent_dim=8, base_channels=4, seed=0)
    picture = kgz.show(model.generate(2, seed=0), model)
    assert picture.size == (8 * 16, 16)
    image = random_images(1, (12, 20, 3))[0]
    assert np.asarray(kgz.show(image, columns=1)).tolist() == image.tolist()


def test_a_table_is_shown_with_and_without_its_model():
    frame = pandas.DataFrame({"a": np.arange(30.0), "b": ["x", "y", "z"] * 10})
    encoding = kgz.tables.TableEncoding.of(frame)
    for model in (kgz.CTGAN(encoding=encoding), encoding.table, None):
        for rows in (frame, frame.to_dict("list")):
            assert (np.asarray(kgz.show(rows, model)) < 255).any()


def test_samples_of_no_domain_are_refused_in_words():
    with pytest.raises(ValueError, match="must be batches of images"):
        kgz.show(np.zeros((1, 2, 3, 4, 5, 6)))


def test_a_model_shows_its_networks_and_samples():
    model = kgz.DCGAN((16, 16, 1), latent_dim=8, base_channels=4, seed=0)
    html = model._repr_html_()
    assert "<td>images from noise</td>" in html
    assert f"<td>{model.generator.count_params():,} parameters</td>" in html
    [(kind, content)] = sources_of(html)
    expected = model.domain.preview(model.generate(16, seed=0))[..., 0]
    np.testing.assert_array_equal(pixels_of(content), expected)


def test_what_a_model_makes_plays_in_its_report_too(tmp_path):
    waves = np.random.RandomState(0).uniform(-1, 1, (4, 64, 1)).astype("float32")
    clips = random_images(4 * 6, (8, 8, 3)).reshape(4, 6, 8, 8, 3)
    sounds, films = kgz.WaveGAN(base_channels=2), kgz.MoCoGAN(base_channels=2)
    report = tmp_path / "report.html"
    for model, data, kinds in (
        (sounds, waves, ["image/png", *["audio/wav"] * 3]),
        (films, clips, ["image/webp"]),
    ):
        written = kgz.callbacks.Report(report, num=3, every=9)
        model.fit(data, batch_size=4, callbacks=[written], verbose=0)
        moments = sources_of(report.read_text())  # the start and the end
        assert [kind for kind, _ in moments] == [*kinds, *kinds]
        assert {kind for kind, _ in sources_of(model._repr_html_())} == set(kinds)


def test_a_model_that_cannot_draw_shows_itself_without_samples():
    assert "not known yet" in kgz.DCGAN()._repr_html_()
    upscaler = kgz.SRGAN((16, 16, 3), scale=2, base_channels=2, blocks=1)
    model = kgz.DCGAN((16, 16, 1), latent_dim=8, base_channels=4)
    kernel = model.generator.trainable_variables[0]
    kernel.assign(np.full(kernel.shape, np.nan))
    for each in (upscaler, model):
        html = each._repr_html_()
        assert type(each).__name__ in html and not sources_of(html)


def test_an_evaluation_is_two_tables():
    result = kgz.Evaluation(
        {"precision": 0.5, "frechet_distance": 2}, {"precision": 0.1}, {"seed": "<0>"}
    )
    html = result._repr_html_()
    assert "<td>precision</td><td>0.5000</td><td>0.1000</td><td>higher</td>" in html
    assert "<td>seed</td><td>&lt;0&gt;</td>" in html


def test_the_list_of_presets_has_pictures_in_a_notebook():
    html = kgz.list_presets()._repr_html_()
    pictures = [pixels_of(content) for _, content in sources_of(html)]
    assert len(pictures) >= 10 and all(picture.std() > 10 for picture in pictures)
    files = list(kgz.presets.THUMBNAILS.iterdir())
    assert {path.stem for path in files} <= kgz.list_presets().keys()
    assert sum(path.stat().st_size for path in files) < 300_000
