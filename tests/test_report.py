"""Report: one file that holds the run, in words, numbers and pictures."""

import base64
import html.parser
import io
import math
import pathlib
import re
import shutil
import subprocess
import types

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan_zoo as kgz
from keras_gan_zoo.callbacks import Evaluate, Report, charts, page, report
from keras_gan_zoo.callbacks.finding import Finding
from tests.contract import random_images

FINDING = Finding("mode collapse", 2, 1234, "Spread < 0.1.", "D & G.", "Try <ema>.")


class Page(html.parser.HTMLParser):
    """Parses a page whose tags must open and close in order."""

    def __init__(self, path):
        super().__init__()
        self.source = pathlib.Path(path).read_text("utf-8")
        self.open, self.tags, self.text = [], [], ""
        self.feed(self.source)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "script"):
            self.text += data

    def all(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def train(data, *callbacks):
    model = kgz.VanillaGAN(units=4, discriminator_units=4, latent_dim=4, seed=0)
    model.compile(generator_optimizer=keras.optimizers.Adam(0.05))
    history = model.fit(
        data, batch_size=8, epochs=3, callbacks=list(callbacks), verbose=0
    )
    return model, history.history


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A run on images with everything."""
    path = tmp_path_factory.mktemp("run") / "new" / "report.html"
    images = random_images(32, (8, 8, 1))
    extractor = kgz.metrics.extractors.pixels()
    evaluate = Evaluate(
        lambda model: kgz.evaluate(model, images, extractor=extractor, num_samples=32)
    )
    reporting = Report(
        path,
        num=9,
        diagnose=types.SimpleNamespace(findings=[FINDING]),
        evaluate=evaluate,
        title='A "run" & <more>',
    )
    model, history = train(images, evaluate, reporting)
    return types.SimpleNamespace(
        model=model, history=history, evaluate=evaluate, path=path, page=Page(path)
    )


class Break(keras.callbacks.Callback):
    """Reads the page at each moment, and breaks the third epoch off."""

    def __init__(self, path):
        super().__init__()
        self.path, self.pages = path, []

    def on_train_begin(self, logs=None):
        self.pages.append(Page(self.path))

    def on_epoch_end(self, epoch, logs=None):
        self.pages.append(Page(self.path))

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 2:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def run_on_points(tmp_path_factory):
    """A run on points with nothing else, which breaks off."""
    path = tmp_path_factory.mktemp("run") / "report.html"
    data = kgz.datasets.load("ring", num_samples=32).images
    broken = Break(path)
    with pytest.raises(KeyboardInterrupt):
        train(data, Report(path), broken)
    return types.SimpleNamespace(path=path, pages=broken.pages, page=Page(path))


# What is in it.


def test_it_has_all_sections_and_is_well_formed(run, run_on_points):
    for one in (run, run_on_points):
        names = re.findall(r"<h2>(.*?)</h2>", one.page.source)
        assert names == [
            "Samples",
            "Losses",
            "Scores",
            "Diagnosis",
            "Cost",
            "Configuration",
        ]


def test_what_comes_from_outside_is_escaped(run):
    assert "<title>A &quot;run&quot; &amp; &lt;more&gt;</title>" in run.page.source
    assert 'A "run" & <more>' in run.page.text
    assert "Mode collapse epoch 2, step 1,234" in run.page.text
    assert "Spread < 0.1. D & G.Try <ema>." in run.page.text
    assert {"more", "ema"}.isdisjoint(tag for tag, _ in run.page.tags)


def first_table(source, heading):
    """The cells of the first table below a heading, without its head."""
    body = source.split(f"<h2>{heading}</h2>")[1].split("<tbody>")[1]
    lines = body.split("</tbody>")[0].split("<tr>")[1:]
    return [re.findall(r"<td>(.*?)</td>", line) for line in lines]


def test_losses_and_scores_are_those_of_history(run):
    losses = first_table(run.page.source, "Losses")
    names = ["discriminator_loss", "generator_loss"]
    expected = [
        [str(epoch + 1), *(charts.number(run.history[name][epoch]) for name in names)]
        for epoch in range(3)
    ]
    assert losses == expected
    scores = first_table(run.page.source, "Scores")
    names = list(kgz.evaluation.DEFAULT_METRICS)
    for epoch, (first, *cells) in enumerate(scores):
        assert first == str(epoch + 1)
        assert cells == [charts.number(run.history[name][epoch]) for name in names]
    best = (
        f"{charts.number(run.evaluate.best_score)} in epoch {run.evaluate.best_epoch}"
    )
    assert f"Best frechet_distance: {best}" in run.page.text
    assert run.page.source.count('class="best"') == 1
    assert "pooled_pixels(cell=4)" in run.page.text  # of the protocol


def test_samples_are_of_the_same_latents_from_the_start_on(run):
    captions = re.findall(r"<figcaption>([^<]*)</figcaption><img", run.page.source)
    assert captions == ["At the start", "Epoch 1", "Epoch 2", "Epoch 3"]
    pictures = [
        np.asarray(Image.open(io.BytesIO(base64.b64decode(source))))
        for source in re.findall(r"data:image/png;base64,([\w+/=]+)", run.page.source)
    ]
    expected = kgz.images.make_grid(run.model.generate(9, seed=0), columns=3)
    np.testing.assert_array_equal(pictures[3], expected[..., 0])
    assert not np.array_equal(pictures[0], pictures[3])


def test_cost(run):
    for row, name in zip(
        first_table(run.page.source, "Cost"),
        ("generator", "discriminator"),
        strict=True,
    ):
        network = getattr(run.model, name)
        parameters = f"{network.count_params():,}"
        flops = page.scaled(kgz.flops.count(network), "FLOPs")
        assert row == [name, parameters, parameters, flops]
    assert re.search(r"one training step</th><td>[\d.]+ m?s<", run.page.source)
    memory = r"peak memory</th><td>[\d.]+ [MG]B, of this process"
    assert re.search(memory, run.page.source)


def test_configuration(run):
    rate = charts.number(float(run.model.discriminator_optimizer.learning_rate))
    assert first_table(run.page.source, "Configuration") == [
        ["discriminator", "discriminator", "SGD", rate, "1", "discriminator_loss"],
        ["generator", "generator", "Adam", "0.05", "1", "generator_loss"],
    ]
    for fact in (
        "latent_dim</th><td>4<",
        "image_shape</th><td>(8, 8, 1)<",
        "loss</th><td>NonSaturating(label_smoothing=0.0)<",
        "regularizers</th><td>none<",
        f"keras_gan_zoo</th><td>{kgz.__version__}<",
        f"backend</th><td>{keras.config.backend()} ",
        "steps</th><td>4<",
    ):
        assert fact in run.page.source


def test_points_are_drawn_as_points(run_on_points):
    frames = re.findall(
        r'<path class="points series-1" d="(.*?)"', run_on_points.page.source
    )
    assert len(frames) == 3 and not run_on_points.page.all("img")
    for frame in frames[1:]:
        points = np.array(re.findall(r"M([\d.]+) ([\d.]+)h0", frame), "float")
        assert 900 < len(points) <= 1_000  # a few may have gone astray
        assert 0 <= points.min() and points.max() <= 100


# How it is written.


def test_it_is_complete_at_every_moment(run, run_on_points):
    start, first, second = run_on_points.pages
    assert "Running, no epoch is complete yet" in start.text
    assert "Running, written after epoch 1 of 3" in first.text
    assert "Running, written after epoch 2 of 3" in second.text
    assert run_on_points.page.source == second.source
    assert "Finished, " in run.page.text and "Epochs3 of 3" in run.page.text
    assert "Steps12" in run.page.text and "Alarms1" in run.page.text
    for one in (run, run_on_points):
        assert list(one.path.parent.iterdir()) == [one.path]


def test_what_was_not_watched_is_not_called_healthy(run_on_points):
    assert "Not watched" in run_on_points.page.text
    assert "Not measured" in run_on_points.page.text
    assert "no alarm" in page.diagnosis(types.SimpleNamespace(findings=[]))


def test_it_refers_to_nothing_outside(run, run_on_points):
    for one in (run, run_on_points):
        for _, attributes in one.page.tags:
            assert not {"href", "srcset", "action", "poster"} & attributes.keys()
            assert attributes.get("src", "data:").startswith("data:")
        assert "url(" not in one.page.source and "@import" not in one.page.source
        policy = {"default-src 'none'", "img-src data:"}
        assert policy <= set(one.page.all("meta")[-1]["content"].split("; "))


def test_samples_have_limited_room_and_stay_spread_over_the_run(monkeypatch):
    monkeypatch.setattr(report, "ROOM", 12 * 100 * 20)  # 20 times 100 points
    points = types.SimpleNamespace(
        domain=kgz.domains.Points(), generate=lambda num, seed: np.zeros((num, 2))
    )
    reporting = Report(num=100)
    reporting.set_model(points)
    reporting._frames = []
    for epoch in range(301):
        reporting._add_frame(epoch)
    epochs = [epoch for epoch, _ in reporting._frames]
    assert len(epochs) == 20 and (epochs[0], epochs[-1]) == (0, 300)
    assert max(np.diff(epochs)) < 2.5 * 300 / 19


def test_large_grids_are_scaled_down():
    source = page.picture(random_images(1, (900, 1200, 3))[0])
    assert 'width="640" height="480"' in source


def test_errors():
    for options in ({"every": 0}, {"num": 0}, {"every": 1.5}):
        with pytest.raises(ValueError, match="is a positive integer. Received: "):
            Report(**options)


# The charts.


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0, 1, [0, 0.2, 0.4, 0.6, 0.8, 1]),
        (1, 25, [5, 10, 15, 20, 25]),
        (-0.003, 0.003, [-0.003, -0.002, -0.001, 0, 0.001, 0.002, 0.003]),
        (0, 6e6, [0, 1e6, 2e6, 3e6, 4e6, 5e6, 6e6]),
    ],
)
def test_ticks_are_round_values_within_the_range(low, high, expected):
    assert charts.ticks(low, high) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.123456, "0.1235"),
        (203.2659, "203.3"),
        (12345.6, "12,346"),
        (0, "0"),
        (3e12, "3e+12"),
        (math.nan, "NaN"),
        (-math.inf, "-inf"),
    ],
)
def test_numbers_have_four_digits(value, expected):
    assert charts.number(value) == expected


def test_curves_have_gaps_where_there_is_no_number():
    source = charts.curves(
        "Losses", [1, 2, 3, 4, 5], {"a": [0.0, 1.0, math.nan, math.inf, 1.0]}
    )
    line = re.search(r'<path class="series-1" d="(.*?)"', source)[1]
    dots = re.search(r'<path class="dots series-1" d="(.*?)"', source)[1]
    low, high = f"{100 * 0.05 / 1.1:.2f}", f"{100 * 1.05 / 1.1:.2f}"
    assert line == f"M0.00 {high}h0L25.00 {low}M100.00 {low}h0"
    assert dots == f"M0.00 {high}h0M25.00 {low}h0M100.00 {low}h0"
    for values in ([math.nan] * 2, [0.0, 0.0], [1e38, 1e38], [-1e-30, 1e-30]):
        charts.curves("Losses", [7, 8], {"a": values})
    assert 'd="M50.00' in charts.curves("Losses", [7], {"a": [2.0]})


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (0.01234, "12.3 ms"),
        (9.87, "9.87 s"),
        (192.4, "3 min 12 s"),
        (7500, "2 h 5 min"),
    ],
)
def test_durations(seconds, expected):
    assert page.duration(seconds) == expected


# In a browser.


def dump_dom(path, profile):
    """The page as Chromium has it after its script ran, cut off from any network."""
    command = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
    command += ["--disable-background-networking", "--disable-component-update"]
    command += ["--host-resolver-rules=MAP * ~NOTFOUND", f"--user-data-dir={profile}"]
    done = subprocess.run(
        ["chromium", *command, "--enable-logging=stderr", "--dump-dom", path.as_uri()],
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout, done.stderr


@pytest.mark.skipif(
    not shutil.which("chromium"), reason="needs a browser: apt-get install chromium"
)
def test_a_browser_shows_one_moment_at_a_time(run, tmp_path):
    page, log = dump_dom(run.path, tmp_path)
    assert "<output>Epoch 3</output>" in page
    slider = re.search(r'<input type="range"[^>]*>', page)[0]
    assert 'max="3"' in slider
    frames = page[page.index('class="frames single"') : page.index("<h2>Losses")]
    assert frames.count("<figure") == 4 and frames.count('hidden=""') == 3
    assert "CONSOLE" not in log  # no error, nothing refused by the page's policy


@pytest.mark.parametrize(
    ("model", "sources"),
    [
        (kgz.Pix2Pix(base_channels=4, patch=16, seed=0), random_images(8, (16, 16, 1))),
        (
            kgz.SRGAN(base_channels=4, blocks=1, discriminator_base_channels=4, seed=0),
            random_images(8, (4, 4, 3)),
        ),
    ],
    ids=["fixed size", "any size"],
)
def test_models_that_make_images_from_images_are_drawn_as_asked(
    model, sources, tmp_path
):
    targets = random_images(8, (16, 16, 3))
    path = tmp_path / "report.html"
    reports = Report(path, draw=lambda model: model.transform(sources[:4]))
    model.fit(sources, targets, batch_size=4, verbose=0, callbacks=[reports])
    shown = Page(path)
    assert len(shown.all("img")) == 2  # at the start and at the end
    assert "Drawn in the same way each time." in shown.text
    assert ("grows with the image" in shown.text) == isinstance(model, kgz.SRGAN)
