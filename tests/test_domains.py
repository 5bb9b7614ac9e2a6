"""Domains: what is accepted, how it is scaled and back, drawn, and written to files."""

import csv
import wave

import keras
import numpy as np
import pandas
import pytest
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.datasets.pictures import read_frames
from keras_gan_zoo.domains import (
    Audio,
    Column,
    Images,
    Points,
    Table,
    Video,
    Voxels,
    domain_of,
)

RANDOM = np.random.RandomState(0)
IMAGES = RANDOM.randint(0, 256, (5, 6, 4, 3)).astype("uint8")
CLIPS = RANDOM.randint(0, 256, (3, 9, 6, 8, 1)).astype("uint8")
WAVES = RANDOM.uniform(-1, 1, (3, 2_000, 1)).astype("float32")
SHAPES = RANDOM.rand(3, 8, 6, 10, 1) > 0.5
POINTS = RANDOM.randn(50, 2).astype("float32")
FRAME = {
    "cut": ["Good", "Ideal", None, "Good"],
    "carat": [0.5, 1.25, float("nan"), 2.0],
    "price": [300, 5_000, 400, 12_000],
    "lab": [True, False, True, True],
}
TABLE = Table.of(FRAME)
ROWS = TABLE.rows_of(FRAME)

SAMPLES = [
    (Images(), IMAGES),
    (Points(), POINTS),
    (Voxels(), SHAPES),
    (Video(), CLIPS),
    (Audio(rate=8_000), WAVES),
    (TABLE, ROWS),
]


def name_of(value):
    return type(value).__name__ if isinstance(value, kgz.domains.Domain) else ""


def ramp(low, high, *shape):
    return np.linspace(low, high, np.prod(shape), dtype="float32").reshape(shape)


def values(tensor):
    return ops.convert_to_numpy(tensor)


@pytest.mark.parametrize("domain, samples", SAMPLES, ids=name_of)
def test_every_domain_takes_its_own_samples_and_draws_them(domain, samples):
    assert domain.fits(samples.shape[1:])
    for batch in (samples, samples[:1], ops.convert_to_tensor(samples)):
        assert domain.check(batch) is None
    assert domain.check(samples[:0]) is None  # the end of a data set
    pytest.importorskip("PIL")
    picture = domain.preview(samples, columns=2)
    assert picture.dtype == np.uint8 and picture.ndim == 3
    assert picture.shape[-1] in (1, 3) and np.ptp(picture) > 100


@pytest.mark.parametrize("domain, samples", SAMPLES, ids=name_of)
def test_what_is_encoded_and_decoded_is_what_it_was(domain, samples):
    encoded = domain.encode(samples)
    assert keras.backend.standardize_dtype(encoded.dtype) == "float32"
    decoded = values(domain.decode(encoded))
    assert decoded.dtype == ("uint8" if samples.dtype == np.uint8 else "float32")
    np.testing.assert_allclose(decoded, samples.astype(decoded.dtype), rtol=1e-6)
    assert domain.check(decoded) is None


@pytest.mark.parametrize("domain, samples", SAMPLES, ids=name_of)
def test_values_that_are_not_finite_are_refused(domain, samples):
    for value in (np.inf, -np.inf, np.nan):
        batch = samples.astype("float32")
        batch[-1, ..., 0] = value
        if isinstance(domain, Table) and np.isnan(value):
            continue  # a missing value
        with pytest.raises(ValueError, match="not finite|infinite"):
            domain.check(batch)


@pytest.mark.parametrize("domain, samples", SAMPLES, ids=name_of)
def test_samples_of_another_rank_are_refused_in_words(domain, samples):
    for batch in (samples[0], samples[None]):
        with pytest.raises(ValueError) as caught:
            domain.check(batch)
        assert domain.shape_in_words in str(caught.value)
        assert f"Received: {batch.shape}" in str(caught.value)
    with pytest.raises(ValueError, match="Received: dict"):
        domain.check({"image": samples})


@pytest.mark.parametrize("domain, samples", SAMPLES, ids=name_of)
def test_a_file_of_another_format_is_refused(domain, samples, tmp_path):
    with pytest.raises(ValueError, match=f"{domain.name.capitalize()} are written"):
        domain.save(samples, tmp_path / "samples.txt")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("dtype", ["uint8", "float16", "float32"])
@pytest.mark.parametrize("shape", [(2, 4, 3, 1), (0, 4, 3, 1), (2, 5)])
def test_batches_of_images_and_of_points_are_accepted(shape, dtype):
    for batch in (np.ones(shape, dtype), ops.ones(shape, dtype)):
        assert domain_of(batch, kgz.GAN.domains).check(batch) is None


def test_points_have_no_range_and_images_a_little_slack():
    Points().check(np.full((2, 5), 40.0, "float32"))
    Images().check(np.full((1, 2, 2, 1), -1.0005, "float32"))
    Images().check(np.full((1, 2, 2, 1), 1.0005, "float32"))


@pytest.mark.parametrize(
    "batch, message",
    [
        (
            np.zeros((8, 28, 28), "uint8"),
            r"\(8, 28, 28\).* channel axis: images\[\.\.\.",
        ),
        (np.zeros((8,)), r"Received: \(8,\)"),
        (np.zeros(()), r"Received: \(\)"),
        ({"image": np.zeros((2, 4, 4, 1))}, "Received: dict"),
        (np.zeros((2, 4, 4, 1), "int32"), r"dtype int32.*astype\('uint8'\)"),
        (np.zeros((2, 4), "bool"), "dtype bool"),
        (ramp(0, 255, 1, 4, 4, 1), r"\[-1, 1\].* range \[0, 255\].*images / 127\.5 -"),
        (ramp(-1.01, 1, 1, 4, 4, 1), r"range \[-1\.01, 1\]"),
        (ramp(-1, 1.01, 1, 4, 4, 1), r"range \[-1, 1\.01\]"),
    ],
)
def test_other_images_are_refused_with_a_hint(batch, message):
    with pytest.raises(ValueError, match=message):
        domain_of(batch, kgz.GAN.domains).check(batch)


@pytest.mark.parametrize(
    "domain, batch, message",
    [
        (
            Voxels(),
            np.full((1, 8, 8, 8, 1), 255, "uint8"),
            r"^Voxels must lie in \[0, 1\]",
        ),
        (Voxels(), ramp(-1, 1, 1, 4, 4, 4, 1), r"Float .* threshold"),
        (Voxels(), np.zeros((1, 1, 8, 8, 8)), r"axis 1.*moveaxis\(voxels, 1, -1\)"),
        (Video(), np.zeros((1, 9, 3, 8, 8), "uint8"), r"axis 2.*moveaxis\(clips, 2"),
        (Video(), np.zeros((1, 3, 9, 8, 8), "uint8"), "stand at axis 1"),
        (Video(), np.zeros((1, 9, 8, 8), "uint8"), r"channel axis: clips\[\.\.\."),
        (Audio(8_000), np.zeros((1, 1, 2_000)), r"moveaxis\(waves, 1, -1\)"),
        (Audio(8_000), np.zeros((4, 2_000)), r"waves\[\.\.\., None\]"),
        (Audio(8_000), ramp(-20, 20, 1, 9, 1), r"abs\(waves\)\.max\(\)"),
        (Audio(8_000), np.zeros((1, 9, 1), "uint8"), r"astype\('int16'\)"),
        (TABLE, np.zeros((2, 3)), r"4 columns, \['cut', 'carat'"),
        (TABLE, np.full((2, 4), 2.0), "'cut' has 2 categories.*2 to 2"),
        (TABLE, np.full((2, 4), 0.5), "'cut' has 2 categories.*0.5 to 0.5"),
        (TABLE, np.zeros((2, 4), "int64"), r"dtype int64.*astype\('float32'\)"),
    ],
)
def test_other_domains_refuse_with_a_hint_too(domain, batch, message):
    with pytest.raises(ValueError, match=message):
        domain.check(batch)


def test_constructors_refuse_what_has_no_meaning():
    with pytest.raises(ValueError, match="rate=0"):
        Video(rate=0)
    for rate in (0, 8_000.5, "8000"):
        with pytest.raises(ValueError, match="samples a second"):
            Audio(rate)
    with pytest.raises(ValueError, match=r"\['a', 'a'\]"):
        Table([Column("a"), Column("a")])
    with pytest.raises(ValueError, match=r"Received: \[\]"):
        Table([])


def test_a_model_has_the_domain_of_its_shape():
    assert isinstance(kgz.DCGAN((8, 8, 1)).domain, Images)
    assert isinstance(kgz.VanillaGAN((2,)).domain, Points)
    assert isinstance(kgz.DCGAN().domain, Images)  # as long as nothing is known


def test_pictures_are_files_of_their_pixels(tmp_path):
    Image = pytest.importorskip("PIL.Image")
    paths = Images().save(IMAGES, tmp_path / "cat.png")
    assert [path.name for path in paths] == [f"cat_000{i}.png" for i in range(5)]
    for image, path in zip(IMAGES, paths, strict=True):
        np.testing.assert_array_equal(np.asarray(Image.open(path)), image)
    [path] = Images().save(ramp(-1, 1, 1, 16, 16, 1), tmp_path / "one.png")
    assert path.name == "one.png" and np.asarray(Image.open(path)).max() == 255


def test_clips_become_animations_of_all_frames(tmp_path):
    Image = pytest.importorskip("PIL.Image")
    for suffix in (".gif", ".webp", ".apng"):
        [path] = Video(rate=10).save(CLIPS[:1], tmp_path / f"clip{suffix}")
        with Image.open(path) as film:
            assert film.n_frames == 9 and film.size == (8, 6)
            assert film.info["loop"] == 0
            film.seek(8)
            film.load()
            assert film.info["duration"] == 100
            if suffix != ".webp":  # which is not exact
                last = np.asarray(film.convert("L"))
                assert np.abs(last.astype(int) - CLIPS[0, 8, :, :, 0]).max() <= 1


# imageio leaves the pipes that it has read from to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_clips_become_films(tmp_path):
    pytest.importorskip("imageio_ffmpeg")
    import imageio.v2

    clip = np.zeros((1, 12, 33, 48, 3), "uint8")  # of an odd height
    clip[:, 6:] = 200
    [path] = Video(rate=12).save(clip, tmp_path / "clip.mp4")
    film = np.stack(imageio.v2.mimread(path))
    assert film.shape == (12, 34, 48, 3)
    assert np.abs(film.astype(int)[[0, 11]].mean(axis=(1, 2, 3)) - [0, 200]).max() < 3


def test_clips_that_play_together_are_one_clip():
    film = Video().animate(CLIPS, columns=2)
    assert film.shape == (9, 2 * 8, 2 * 10, 1)  # of 6x8 pixels with a margin of one
    np.testing.assert_array_equal(film[4, 1:7, 11:19], CLIPS[1, 4])


def test_a_strip_begins_and_ends_as_the_clip_does():
    strip = Video().preview(CLIPS[:1], columns=3)
    assert strip.shape == (8, 30, 1)
    np.testing.assert_array_equal(strip[1:7, 1:9], CLIPS[0, 0])
    np.testing.assert_array_equal(strip[1:7, 21:29], CLIPS[0, 8])


def test_waves_are_files_of_16_bits(tmp_path):
    paths = Audio(rate=8_000).save(WAVES, tmp_path / "drum.wav")
    with wave.open(str(paths[1])) as file:
        assert file.getparams()[:4] == (1, 2, 8_000, 2_000)
        read = np.frombuffer(file.readframes(2_000), "<i2")
    np.testing.assert_allclose(read / 32767, WAVES[1, :, 0], atol=0.6 / 32767)
    # What was read is a wave again, and the same one.
    encoded = values(Audio(8_000).encode(read[None, :, None]))
    np.testing.assert_allclose(encoded[0], WAVES[1], atol=1.2 / 32767)


def test_the_loudest_negative_sample_does_not_leave_the_interval():
    loudest = np.array([[[-32768], [32767]]], "int16")
    np.testing.assert_allclose(values(Audio(1).encode(loudest))[0, :, 0], [-1, 1])


def test_a_spectrogram_shows_a_tone_where_it_is():
    time = np.arange(8_000)[None, :, None] / 8_000
    low, high = np.sin(2 * np.pi * 500 * time), np.sin(2 * np.pi * 3_000 * time)
    rows = []
    for tone in (low, high):
        spectrogram = Audio(8_000).preview(tone, columns=1)[44:84, 4:-4]
        rows.append(spectrogram.sum(axis=(1, 2)).argmax())
    assert rows == [pytest.approx(40 * (1 - f / 4_000), abs=1.5) for f in (500, 3_000)]
    silence = Audio(8_000).preview(0 * low, columns=1)[44:84, 4:-4]
    assert silence.max() <= 84  # dark


def test_a_solid_cube_has_three_faces_of_even_shade():
    cube = np.zeros((1, 16, 16, 16, 1), bool)
    cube[:, 4:12, 4:12, 4:12] = True
    picture = Voxels().preview(cube, columns=1)
    top, left, right = (picture[y, x].sum() for y, x in [(35, 48), (57, 38), (57, 62)])
    assert top - 20 > right > left + 40
    empty = Voxels().preview(0 * cube, columns=1)
    assert set(np.unique(empty)) >= {244, 255}  # the place where there is nothing
    filled = np.ones((1, 16, 16, 16, 1), bool)
    margin = (Voxels().preview(filled, columns=1) == 255).all(axis=-1)
    assert margin[0].all() and margin[:, 0].all()  # nothing is cut off


def test_shapes_show_their_colours():
    shape = np.ones((1, 8, 8, 8, 4), "float32")
    shape[..., 1:] = (1, 0, 0)
    red, green, blue = Voxels().preview(shape, columns=1)[48, 48].astype(int)
    assert red > 2 * green and red > 2 * blue


@pytest.mark.parametrize("domain, samples", SAMPLES[2:5], ids=name_of)
def test_what_is_no_batch_or_empty_is_not_drawn(domain, samples):
    pytest.importorskip("PIL")
    for batch in (samples[:0], samples[:, :0], samples[0]):
        shape = str(batch.shape).replace("(", r"\(").replace(")", r"\)")
        with pytest.raises(ValueError, match=f"Received: (shape )?{shape}"):
            kgz.show(batch, domain)


def test_clips_without_a_frame_are_no_film():
    with pytest.raises(ValueError, match=r"Clips are drawn.*\(3, 0, 6, 8, 1\)"):
        Video().animate(CLIPS[:, :0])


@pytest.mark.parametrize("suffix", [".gif", ".webp", ".apng", ".mp4"])
def test_clips_that_are_no_film_are_not_written(suffix, tmp_path):
    for clips, message in [
        (CLIPS[:, :0], r"Sample 0 of 3.*shape \(0, 6, 8, 1\) is empty"),
        (np.tile(CLIPS, 2), "Sample 0 of 3.*1, 3 or 4 channels. Received: 2"),
    ]:
        with pytest.raises(ValueError, match=message):
            Video().save(clips, tmp_path / f"clip{suffix}")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".obj", ".glb", ".stl", ".ply"])
def test_of_several_shapes_one_that_is_empty_is_named_before_any_is_written(
    suffix, tmp_path
):
    shapes = SHAPES.astype("float32")
    shapes[1] = 0.25
    message = "Sample 1 of 3 cannot be written.*no surface.*up to 0.25"
    with pytest.raises(ValueError, match=message):
        Voxels().save(shapes, tmp_path / f"z{suffix}")
    assert not list(tmp_path.iterdir())


def test_a_mesh_is_of_one_shape():
    pytest.importorskip("skimage")
    pytest.importorskip("trimesh")
    with pytest.raises(ValueError, match=r"samples\[0\]. Received: shape \(3, 8, 6"):
        Voxels().to_mesh(SHAPES)
    with pytest.raises(ValueError, match=r"\(0, 6, 10, 1\) is empty"):
        Voxels().to_mesh(SHAPES[0, :0])


def test_shapes_become_closed_meshes_of_their_volume(tmp_path):
    pytest.importorskip("skimage")
    trimesh = pytest.importorskip("trimesh")
    box = np.zeros((1, 12, 10, 8, 1), bool)
    box[:, 1:11, 2:9, 3:6] = True  # 10 high, 7 deep, 3 wide
    for suffix in (".obj", ".glb", ".stl", ".ply"):
        [path] = Voxels().save(box, tmp_path / f"box{suffix}")
        mesh = trimesh.load(path, force="mesh")
        assert mesh.is_watertight, suffix
        assert mesh.volume == pytest.approx(10 * 7 * 3, rel=0.15)  # outside is outside
        np.testing.assert_allclose(mesh.extents, [3, 10, 7], atol=0.05)  # y is up
    # Cells that touch in a corner or along an edge, too.
    noise = np.random.RandomState(0).rand(12, 10, 8, 1) > 0.5
    for shape in (noise, noise.astype("float32")):
        mesh = Voxels().to_mesh(shape)
        assert mesh.is_watertight and mesh.is_winding_consistent
    with pytest.raises(ValueError, match="no surface.*up to 0"):
        Voxels().to_mesh(0 * box[0])


def test_points_are_rows_of_one_file(tmp_path):
    [path] = Points().save(POINTS, tmp_path / "points.csv")
    np.testing.assert_allclose(np.loadtxt(path, delimiter=","), POINTS, rtol=1e-6)


def test_points_on_a_line_and_lost_ones_are_drawn():
    assert (Points().preview(POINTS[:, :1]) < 100).any()
    lost = np.where(np.arange(50)[:, None] < 49, np.nan, POINTS)
    assert (Points().preview(lost) < 100).any(axis=-1).sum() == 4  # pixels of one point


def test_a_table_comes_back_as_it_was():
    back = TABLE.columns_of(ROWS)
    assert list(back) == list(FRAME)
    assert back["cut"].tolist() == FRAME["cut"] and back["lab"].tolist() == FRAME["lab"]
    assert back["price"].dtype == np.int64 and back["price"].tolist() == FRAME["price"]
    np.testing.assert_array_equal(back["carat"], FRAME["carat"])


def test_a_table_is_a_file_with_a_head_and_gaps(tmp_path):
    [path] = TABLE.save(ROWS, tmp_path / "diamonds.csv")
    with open(path, newline="") as file:
        head, *rows = csv.reader(file)
    assert head == list(FRAME)
    assert rows[0] == ["Good", "0.5", "300", "True"]
    assert rows[2] == ["", "", "400", "True"]


def test_tables_of_other_libraries_are_read():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(FRAME)
    table = Table.of(frame, categorical=["price"])
    assert table.columns[2].categories == (300, 400, 5_000, 12_000)
    np.testing.assert_array_equal(table.rows_of(frame)[:, 2], [0, 2, 1, 3])


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: Table.of(FRAME, ["colour"]), r"no columns \['colour'\]"),
        (lambda: Table.of({"a": [1, "b"]}), "Column 'a' must hold.*'int', 'str'"),
        (lambda: Table.of({"a": [[1], [2]]}), "Column 'a' must hold"),
        (lambda: TABLE.rows_of({"cut": ["Good"]}), r"\['carat', 'price', 'lab'\]"),
        (lambda: TABLE.rows_of({**FRAME, "cut": ["Bad"] * 4}), "Received: 'Bad'"),
    ],
)
def test_tables_that_do_not_fit_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    "column",
    [
        np.array(["2024-05-01"] * 3, "datetime64[D]"),
        np.array(["2024-05-01", "2024-05-02", "NaT"], "datetime64[us]"),
        np.full(3, 1e300),
        np.full(3, np.nan),
        pandas.Categorical([None, None, None]),
    ],
    ids=["one day", "days", "large", "nothing", "no category"],
)
def test_columns_with_little_in_them_are_drawn(column):
    frame = pandas.DataFrame({"a": column, "b": np.arange(3.0)})
    table = Table.of(frame)
    assert (table.preview(table.rows_of(frame)) < 255).any()


def test_what_was_in_a_clip_before_does_not_show_through(tmp_path):
    clip = np.zeros((1, 3, 16, 16, 4), "uint8")
    for place in range(3):
        clip[0, place, 4:8, 5 * place : 5 * place + 4] = (255, 0, 0, 255)
    for suffix in (".gif", ".webp", ".apng"):
        Video().save(clip, tmp_path / f"a{suffix}")
        seen = read_frames(tmp_path / f"a{suffix}").images[..., 3] > 0
        np.testing.assert_array_equal(seen, clip[0, ..., 3] > 0)


def test_jpeg_holds_no_transparency(tmp_path):
    with pytest.raises(ValueError, match="a.jpg: JPEG holds no transparency"):
        Images().save(np.zeros((1, 8, 8, 4), "uint8"), tmp_path / "a.jpg")
    assert not list(tmp_path.iterdir())
