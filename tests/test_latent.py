"""Latents: where walks, strips and directions are known in closed form."""

import itertools

import numpy as np
import pytest

import keras_gan_zoo as kgz
from keras_gan_zoo import latent
from tests.contract import values_of

SMALL = {"image_shape": (8, 8, 1), "latent_dim": 8, "seed": 0}


def lively(model):
    """A model whose latents matter as much as those of a trained one."""
    for variable in model.generator.trainable_variables:
        if len(variable.shape) > 1:
            variable.assign(variable * 12)
    return model


@pytest.fixture(scope="module")
def dcgan():
    return lively(kgz.DCGAN(base_channels=4, **SMALL))


@pytest.fixture(scope="module")
def conditional():
    return lively(kgz.ConditionalGAN(base_channels=4, num_classes=3, **SMALL))


@pytest.fixture(scope="module")
def stylegan2():
    model = kgz.StyleGAN2(base_channels=4, depth=2, **SMALL)
    mean = np.random.RandomState(0).standard_normal(8)
    model.part("mapping").get_layer("mean").mean.assign(mean)
    return model


@pytest.fixture(scope="module")
def of_labels():
    return kgz.ConditionalStyleGAN2(base_channels=4, depth=1, num_classes=3, **SMALL)


def assert_near(samples, expected):
    """Bytes that differ by rounding at most."""
    assert samples.shape == expected.shape
    assert np.abs(samples.astype(int) - expected.astype(int)).max() <= 1


# Walks.


def test_slerp_stays_on_the_sphere():
    start, end = np.random.RandomState(0).standard_normal((2, 5, 16))
    start, end = (x / np.linalg.norm(x, axis=1, keepdims=True) for x in (start, end))
    for share in np.linspace(0, 1, 7):
        lengths = np.linalg.norm(latent.slerp(start, end, share), axis=1)
        np.testing.assert_allclose(lengths, 1, rtol=1e-12)


def test_from_nowhere_the_arc_is_the_line():
    for kind in ("float32", "float64"):
        start, end = np.zeros((2, 4), kind), np.ones((2, 4), kind)
        np.testing.assert_allclose(latent.slerp(start, end, 0.25), 0.25)
        assert latent.slerp(start, end, 0.25).dtype == kind


def test_a_walk_may_begin_at_the_mean(dcgan):
    walk = latent.interpolate(dcgan, np.zeros(8), 3, frames=3)
    assert_near(walk.samples[0, :1], dcgan.generate(latents=np.zeros((1, 8))))


def test_a_latent_is_edited_once_for_each_label(conditional):
    directions = np.eye(8)[:3]
    latents = conditional.latents(1, 0).repeat(3, axis=0)
    for labels in ([0, 1, 2], [1], 1):
        strip = latent.edit(conditional, 0, directions, [0], labels=labels)
        each = np.broadcast_to(labels, 3)
        expected = conditional.generate(labels=each, latents=latents)
        assert_near(strip.samples[:, 0], expected)


def test_tables_have_no_latent_space():
    encoding = kgz.tables.TableEncoding.of({"a": np.arange(20.0)})
    with pytest.raises(ValueError, match="arrays from latents.*CTGAN"):
        latent.walk(kgz.CTGAN(encoding=encoding), [0, 1])


@pytest.mark.parametrize(
    "model, space", [("dcgan", "z"), ("stylegan2", "w"), ("bigan", "z")]
)
def test_a_walk_is_a_round_trip_in_even_steps(model, space, request):
    if model == "bigan":  # of uniform latents
        model = lively(kgz.BiGAN(base_channels=4, **SMALL))
    else:
        model = request.getfixturevalue(model)
    stops = model.latents(6, seed=0).reshape(3, 2, 8)
    stops /= np.linalg.norm(stops, axis=-1, keepdims=True)
    walk = latent.walk(model, stops, frames=30, space=space)
    assert walk.latents.shape == (2, 30, 8) and walk.samples.shape == (2, 30, 8, 8, 1)
    steps = np.swapaxes(walk.latents, 0, 1)
    np.testing.assert_allclose(steps[::10], stops, rtol=1e-5, atol=1e-6)
    closed = [*steps, steps[0]]
    lengths = [np.linalg.norm(b - a, axis=1) for a, b in itertools.pairwise(closed)]
    for leg in (lengths[:10], lengths[10:20], lengths[20:]):
        np.testing.assert_allclose(leg, np.broadcast_to(leg[0], (10, 2)), rtol=1e-3)
    if space == "z":
        assert_near(walk.samples[1, 3], model.generate(latents=steps[3, 1:])[0])
    else:
        assert_near(walk.samples[1, 3], model.synthesize(steps[3, 1:])[0])


def test_interpolation_goes_from_seed_to_seed(dcgan):
    walk = latent.interpolate(dcgan, 3, 4, frames=5)
    assert_near(walk.samples[:, 0], dcgan.generate(1, seed=3))
    assert_near(walk.samples[:, -1], dcgan.generate(1, seed=4))
    both = latent.interpolate(dcgan, [3, 5], [4, 6], frames=5)
    np.testing.assert_allclose(both.latents[:1], walk.latents)


def test_samples_of_a_walk_keep_their_class(conditional):
    walk = latent.interpolate(conditional, [0, 1], [2, 3], frames=4, labels=[2, 0])
    for row, label in enumerate((2, 0)):
        expected = conditional.generate(latents=walk.latents[row], labels=label)
        assert_near(walk.samples[row], expected)
    turns = latent.interpolate(conditional, [0, 1], [2, 3], frames=4)  # as in generate
    expected = conditional.generate(latents=turns.latents[1], labels=1)
    assert_near(turns.samples[1], expected)


# Strips.


def test_truncation_is_that_of_generate(stylegan2, of_labels):
    for model, labels in ((stylegan2, None), (of_labels, [2, 1])):
        strip = latent.truncate(model, [0, 1], (1.0, 0.5, 0.0), labels=labels)
        z = np.concatenate([model.latents(1, seed) for seed in (0, 1)])
        for column, truncation in enumerate((1.0, 0.5, 0.0)):
            options = {"truncation": truncation, "labels": labels}
            expected = model.generate(latents=z, **options)
            assert_near(strip.samples[:, column], expected)
    assert strip.titles == ["1", "0.5", "0"]


def test_without_styles_truncation_scales_latents(dcgan):
    strip = latent.truncate(dcgan, [0], (1.0, 0.5))
    np.testing.assert_allclose(strip.latents[:, 1], dcgan.latents(1, 0) / 2)
    infogan = kgz.InfoGAN(base_channels=4, **SMALL)
    with pytest.raises(ValueError, match="InfoGAN.*Mixed.*cannot be truncated"):
        latent.truncate(infogan, 0)


def test_mixing_takes_places_from_the_columns(stylegan2):
    mixing = latent.mix_styles(stylegan2, [0, 1], [2, 3, 4], places=[0, 2])
    w = [stylegan2.styles(stylegan2.latents(1, seed))[0] for seed in range(5)]
    expected = np.stack([w[4], w[1], w[4], w[1]])
    np.testing.assert_allclose(mixing.latents[1, 2], expected, rtol=1e-5)
    assert_near(mixing.samples[1, 2], stylegan2.synthesize(expected[None])[0])
    assert_near(mixing.row_samples[1:], stylegan2.generate(1, seed=1))
    assert_near(mixing.column_samples[:1], stylegan2.generate(1, seed=2))
    cells = mixing.cells()  # with the images at the left and top, and an empty corner
    assert cells.shape == (3, 4, 8, 8, 1) and (cells[0, 0] == 255).all()
    np.testing.assert_array_equal(cells[2, 3], mixing.samples[1, 2])
    np.testing.assert_array_equal(cells[0, 1], mixing.column_samples[0])
    np.testing.assert_array_equal(cells[1, 0], mixing.row_samples[0])


def test_arithmetic_is_a_sum_of_means(dcgan):
    z = [dcgan.latents(1, seed)[0] for seed in range(4)]
    strip = latent.arithmetic(dcgan, plus=[[0, 1], z[2]], minus=[3])
    mean = (z[0] + z[1]) / 2
    expected = np.stack([mean, z[2], z[3], mean + z[2] - z[3]])
    np.testing.assert_allclose(strip.latents, expected[None], rtol=1e-5, atol=1e-6)
    assert_near(strip.samples[0], dcgan.generate(latents=strip.latents[0]))
    assert strip.titles == ["+", "+", "-", "="]


def test_edits_have_rows_of_latents_and_columns_of_strengths(dcgan, conditional):
    direction = np.eye(8)[1]
    strip = latent.edit(dcgan, [5, 6], direction, strengths=[-2, 0, 1])
    z = np.concatenate([dcgan.latents(1, seed) for seed in (5, 6)])
    assert_near(strip.samples[:, 1], dcgan.generate(latents=z))
    moved = dcgan.generate(latents=(z - 2 * direction).astype("float32"))
    assert_near(strip.samples[:, 0], moved)
    assert strip.titles == ["-2", "0", "1"]
    many = latent.edit(dcgan, 5, np.eye(8)[:3], strengths=[1])
    np.testing.assert_allclose(many.latents[:, 0], z[:1] + np.eye(8)[:3], rtol=1e-6)
    one = latent.edit(conditional, 5, np.eye(8)[:3], strengths=[0, 1], labels=2)
    assert_near(one.samples[2, :1], conditional.generate(1, labels=2, seed=5))


def test_edits_of_styles_move_chosen_places(stylegan2):
    strip = latent.edit(stylegan2, 5, np.ones(8), [2], space="w", places=[1])
    w = stylegan2.styles(stylegan2.latents(1, 5))[0]
    np.testing.assert_allclose(
        strip.latents[0, 0], np.stack([w, w + 2, w, w]), rtol=1e-5, atol=1e-6
    )
    assert_near(strip.samples[0], stylegan2.synthesize(strip.latents[0]))


# Directions.


def eigenvectors(matrix):
    values, vectors = np.linalg.eigh(matrix.T.astype("float64") @ matrix)
    return vectors.T[::-1], values[::-1]


def kernels(network):
    return [values_of([x.kernel])[0] for x in network.layers if hasattr(x, "kernel")]


def assert_same_directions(found, expected, values):
    vectors, scales = found
    np.testing.assert_allclose(vectors @ vectors.T, np.eye(len(vectors)), atol=1e-5)
    products = np.abs((vectors * expected[: len(vectors)]).sum(axis=1))
    np.testing.assert_allclose(products, 1, atol=1e-4)
    np.testing.assert_allclose(scales, values[: len(vectors)], rtol=1e-3)


def test_sefa_of_the_first_layer(dcgan, conditional):
    kernel = kernels(dcgan.generator)[0]
    assert_same_directions(latent.sefa(dcgan, num=3), *eigenvectors(kernel.T))
    (inner,) = [x for x in conditional.generator.layers if hasattr(x, "layers")]
    kernel = kernels(inner)[0][:8]  # behind the latents come the classes
    assert_same_directions(latent.sefa(conditional, num=3), *eigenvectors(kernel.T))


@pytest.mark.parametrize(
    "name, arguments",
    [
        ("R3GAN", {"base_channels": 8, "blocks": 1}),
        ("SNGAN", {"base_channels": 4, "num_classes": 3}),
        ("InfoGAN", {"base_channels": 4}),
        ("VanillaGAN", {}),
    ],
)
def test_other_generators_have_a_first_layer_too(name, arguments):
    vectors, scales = latent.sefa(getattr(kgz, name)(**SMALL, **arguments), num=8)
    np.testing.assert_allclose(vectors @ vectors.T, np.eye(8), atol=1e-5)
    assert (np.diff(scales) <= 0).all() and scales[0] > 0


def test_sefa_of_the_layers_that_see_styles(stylegan2):
    synthesis = stylegan2.part("synthesis")
    affine = [x for x in synthesis.layers if isinstance(x, kgz.layers.EqualizedDense)]
    scaled = [values_of([x.kernel])[0].T / np.sqrt(8) for x in affine]
    assert len(scaled) == stylegan2.places + 1  # one place has two
    expected = eigenvectors(np.concatenate(scaled))
    assert_same_directions(latent.sefa(stylegan2, 4, space="w"), *expected)
    expected = eigenvectors(scaled[0])  # of which the first is the only one at place 0
    found = latent.sefa(stylegan2, 2, space="w", places=[0])
    assert_same_directions(found, *expected)


def test_ganspace_of_styles_is_their_pca(stylegan2):
    w = stylegan2.styles(stylegan2.latents(500, seed=3))
    vectors, values = eigenvectors((w - w.mean(axis=0)) / np.sqrt(len(w) - 1))
    found = latent.ganspace(stylegan2, 3, samples=500, seed=3, space="w")
    assert_same_directions(found, vectors, np.sqrt(values))


def test_ganspace_finds_the_latents_of_the_components_of_a_linear_layer():
    # Of its principal components the latents are known: those of SeFa.
    scale = np.diag([3.0, 2.0, 1.0, 0.5]).astype("float32")
    turn = np.linalg.qr(np.random.RandomState(0).standard_normal((4, 4)))[0]
    model = kgz.VanillaGAN((4, 4, 1), latent_dim=4, seed=0)
    model.generator.layers[1].set_weights(
        [(turn @ scale @ np.eye(4, model.generator.layers[1].units)).astype("float32")]
        + [np.full(model.generator.layers[1].units, 50.0, "float32")]  # no ReLU at 0
    )
    found = latent.ganspace(model, num=3, samples=4_000)
    products = np.abs(found.vectors @ turn)
    np.testing.assert_allclose(products, np.eye(3, 4), atol=0.1)
    np.testing.assert_allclose(found.scales, 1, atol=0.05)


def test_a_direction_is_the_normal_of_the_plane_between_labels():
    random = np.random.RandomState(0)
    latents, normals = random.standard_normal((4_000, 16)), random.rand(2, 16) - 0.5
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    labels = latents @ normals[0] > 0.2
    found = latent.find_direction(latents, labels)
    assert np.linalg.norm(found.vector - normals[0]) < 0.05
    assert np.linalg.norm(found.vector) == pytest.approx(1) and found.accuracy > 0.97
    apart = latent.find_direction(latents, labels.astype(int), [normals[1]] * 2)
    expected = normals[0] - (normals[0] @ normals[1]) * normals[1]
    assert apart.vector @ normals[1] == pytest.approx(0, abs=1e-6)
    assert np.linalg.norm(apart.vector - expected / np.linalg.norm(expected)) < 0.05
    chance = latent.find_direction(latents, random.rand(4_000) > 0.5)
    assert 0.4 < chance.accuracy < 0.6
    with pytest.raises(ValueError, match="Nothing is left"):
        latent.find_direction(latents, labels, [found.vector])


# Files and notebooks.


def test_a_walk_becomes_films_and_pictures(dcgan, tmp_path):
    image = pytest.importorskip("PIL.Image")
    walk = latent.walk(dcgan, [[0, 1], [2, 3]], frames=12)
    for name in ("a.gif", "a.webp"):
        (path,) = walk.save(tmp_path / name, rate=5, columns=1)
        with image.open(path) as film:
            assert film.n_frames == 12 and film.size == (8, 16)
    (path,) = walk.save(tmp_path / "a.png")
    with image.open(path) as picture:
        assert picture.size == (8 * 8, 2 * 8)  # eight of the frames
    first, last = walk.cells()[:, [0, -1]].swapaxes(0, 1)
    np.testing.assert_array_equal(first, walk.samples[:, 0])
    np.testing.assert_array_equal(last, walk.samples[:, -1])
    with pytest.raises(ValueError, match=r"\.gif.*\.mp4.*\.png.*'a\.txt'"):
        walk.save(tmp_path / "a.txt")
    assert "image/webp" in walk._repr_html_()
    assert walk._repr_png_().startswith(b"\x89PNG")


def test_a_file_that_cannot_be_finished_is_not_there(dcgan, tmp_path):
    strip = latent.truncate(dcgan, [0])
    strip.save(tmp_path / "strip.png")
    before = (tmp_path / "strip.png").read_bytes()
    strip.preview = lambda: np.zeros((8, 8, 1), "complex64")
    with pytest.raises(ValueError):
        strip.save(tmp_path / "strip.png")
    assert (tmp_path / "strip.png").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["strip.png"]


def test_notebooks_show_columns_under_their_titles(dcgan):
    html = latent.edit(dcgan, [0, 1], np.eye(8)[0], [-1, 0, 1])._repr_html_()
    assert "<th>-1</th><th>0</th><th>1</th>" in html and html.count("<img") == 3


def test_points_are_a_drawing_for_each_column():
    model = kgz.VanillaGAN((2,), latent_dim=4, seed=0)
    strip = latent.edit(model, list(range(9)), np.eye(4)[0], [0, 1])
    assert strip.samples.shape == (9, 2, 2) and strip.cells().shape[:2] == (1, 2)
    walk = latent.interpolate(model, list(range(9)), list(range(9, 18)), frames=3)
    assert walk.animate().shape[0] == 3
    with pytest.raises(ValueError, match="compares images.*VanillaGAN that"):
        latent.project(model, np.zeros((1, 2), "float32"))


# What is refused.


@pytest.mark.parametrize(
    "act, words",
    [
        (lambda m: latent.interpolate(m, np.zeros(7), 1), r"\(8,\).*shape \(7,\)"),
        (lambda m: latent.interpolate(m, 0, [1, 2]), r"\(1, 8\), \(2, 8\)"),
        (lambda m: latent.interpolate(m, 0, 1, frames=1), "2 frames or more.*frames=1"),
        (lambda m: latent.interpolate(m, np.full(8, np.nan), 1), "finite.*8 of 8"),
        (lambda m: latent.interpolate(m, 0, 1, labels=[1]), "DCGAN is not conditional"),
        (lambda m: latent.interpolate(m, 0, 1, space="w"), r"DCGAN has.*\['z'\].*'w'"),
        (lambda m: latent.walk(m, []), "as many others.*Received latents of shapes"),
        (lambda m: latent.arithmetic(m, []), "needs an operand"),
        (lambda m: latent.truncate(m, 0, [np.inf]), "truncations must be finite"),
        (lambda m: latent.truncate(m, 0, "0.5"), "list of numbers.*'0.5'"),
        (lambda m: latent.mix_styles(m, 0, 1), r"DCGAN has.*\['z'\].*StyleGAN2"),
        (lambda m: latent.sefa(m, num=9), "from 1 to 8 directions.*num=9"),
        (lambda m: latent.sefa(m, places=[0]), "Only styles have places"),
        (lambda m: latent.ganspace(m, 5, samples=5), "more samples than components"),
        (lambda m: latent.edit(m, 0, np.zeros(3)), r"8 finite numbers.*\(3,\)"),
        (lambda m: latent.edit(m, [0, 1], np.eye(8)[:3]), "2 latents and 3 directions"),
        (lambda m: latent.find_direction(np.zeros((9, 2)), [1] * 8), r"\(8,\)"),
        (lambda m: latent.find_direction(np.zeros((20, 2)), [1] * 20), "0 times 0"),
        (lambda m: latent.sefa(kgz.DCGAN()), "no networks yet"),
        (lambda m: latent.sefa(kgz.CycleGAN()), "from latents.*CycleGAN"),
        (lambda m: latent.project(m, np.zeros((1, 9, 9, 1), "uint8")), "do not fit"),
        (lambda m: latent.project(m, np.zeros((8, 8, 1)), steps=0), "steps"),
        (lambda m: latent.project(m, np.zeros((8, 8, 1)), noise=-1), "noise=-1"),
        (lambda m: latent.project(m, np.zeros((8, 8, 1)) + 9), r"lie in \[-1, 1\]"),
    ],
)
def test_what_does_not_fit_is_refused_in_words(dcgan, act, words):
    with pytest.raises(ValueError, match=f"(?s){words}".replace("'w'", '"w"')):
        act(dcgan)


def test_places_that_are_not_there_are_refused(stylegan2):
    with pytest.raises(ValueError, match=r"places 0 to 3.*places=\[4\]"):
        latent.mix_styles(stylegan2, 0, 1, places=[4])
    with pytest.raises(ValueError, match="styles.*expected"):
        stylegan2.synthesize(np.zeros((2, 7)))
