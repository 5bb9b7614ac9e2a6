"""`kgz`: each command as a process of its own, on tiny models and pictures."""

import inspect
import json
import os
import pathlib
import re
import subprocess
import sys
import tomllib
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan_zoo as kgz
from keras_gan_zoo.cli import commands, runs
from keras_gan_zoo.cli.library import call, load_data
from keras_gan_zoo.cli.pictures import (
    convert,
    find_pictures,
    mask_for,
    plan,
    write_frames,
)
from keras_gan_zoo.cli.progress import EpochBar
from keras_gan_zoo.cli.sampling import ExtractorName
from keras_gan_zoo.datasets.pictures import Frames, read_frames
from tests import hugging_face
from tests.contract import assert_equal_weights, random_images, small_srgan

ROOT = pathlib.Path(__file__).parent.parent
PROGRAM = (sys.executable, "-m", "keras_gan_zoo")
BACKEND = keras.backend.backend()
COLORS = ["red", "lime", "blue", "white"]
DURATIONS = [100, 200, 300, 50]  # milliseconds


def start(folder, *arguments, program=PROGRAM, **environment):
    """Runs `kgz`; an error must be words and no traceback."""
    run = subprocess.run(
        [*program, *map(str, arguments)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", **environment},
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in run.stderr, run.stderr
    said = run.stderr.strip().splitlines()
    return SimpleNamespace(
        code=run.returncode,
        lines=run.stdout.splitlines(),
        text=run.stdout,
        error=said[-1] if said else "",
        all_said=run.stderr,
    )


def succeed(*arguments, **options):
    run = start(*arguments, **options)
    assert run.code == 0, run.all_said
    return run


def fail(*arguments, **options):
    """The one line of an error of the user."""
    run = start(*arguments, **options)
    assert run.code == 1, run.all_said
    assert run.error.startswith("kgz: ") and not run.text
    return run.error


def picture(path, size=(16, 20, 3), seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = random_images(1, size, seed)[0]
    kgz.images.to_pillow(image).save(path)
    return image


def pixels(path):
    """Those of a picture as integers, whose differences have a sign."""
    return read_frames(path).images[0].astype(int)


def animation(path):
    first, *others = [Image.new("RGB", (10, 8), color) for color in COLORS]
    first.save(path, save_all=True, append_images=others, duration=DURATIONS, loop=0)


# Before Keras is imported.


def test_help_answers_at_once_and_names_every_command(tmp_path):
    seconds = []
    for _ in range(3):  # the first one may compile and read from disk
        begun = _seconds_of_processes()
        said = succeed(tmp_path, "--help").text
        seconds.append(_seconds_of_processes() - begun)
    assert min(seconds) < 1, seconds
    for name in commands.ORDER:
        assert re.search(rf"│ {name} ", said)


def _seconds_of_processes():
    """Processor time of those that have ended, however busy the machine is."""
    times = os.times()
    return times.children_user + times.children_system


def test_a_help_page_has_an_example_and_imports_nothing_heavy(tmp_path):
    code = (
        "import sys; from keras_gan_zoo.cli import main\n"
        "try: main()\nfinally: print({'keras', 'numpy', 'PIL'} & set(sys.modules))"
    )
    script = tmp_path / "kgz"  # called as the entry point is
    script.write_text(code)
    for name in commands.ORDER:
        said = succeed(tmp_path, name, "--help", program=(sys.executable, script)).text
        assert f"Example: kgz {name} " in said and said.endswith("set()\n")


def test_the_entry_point_is_the_program():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"kgz": "keras_gan_zoo.cli:main"}
    assert project["optional-dependencies"]["cli"] == ["typer", "pillow"]


@pytest.mark.compiles_long
@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("enlarge",),
        ("upscale",),
        ("upscale", "a.png"),
        ("generate", "-p", "fastgan_emoji_64"),
        ("train", "DCGAN", "photos", "--epochs", "many"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_code_2(tmp_path, arguments):
    assert start(tmp_path, *arguments).code == 2


def test_a_package_that_is_missing_is_named_with_the_line_to_run(tmp_path):
    for name in ("typer", "PIL"):
        module = tmp_path / name / f"{name}.py"
        module.parent.mkdir()
        module.write_text(f"raise ImportError('No module named {name}')")
    path = os.pathsep.join([str(tmp_path / "typer"), str(ROOT)])
    said = fail(tmp_path, "--help", PYTHONPATH=path)
    assert "pip install typer pillow" in said
    picture(tmp_path / "a.png")
    path = os.pathsep.join([str(tmp_path / "PIL"), str(ROOT)])
    arguments = ("upscale", "a.png", "-p", "esrgan_upscalerjs_slim_x2")
    assert "pip install pillow" in fail(tmp_path, *arguments, PYTHONPATH=path)


@pytest.mark.compiles_long
def test_a_module_that_imports_the_package_imports_all_of_it(tmp_path):
    (tmp_path / "other.py").write_text("import keras_gan_zoo; keras_gan_zoo.DCGAN")
    succeed(tmp_path, program=(sys.executable, "-m", "other"))


# Which backend, which models.


def test_the_backend_is_chosen_before_keras_is_imported(tmp_path):
    said = succeed(
        tmp_path, "presets", "*emoji*", "--backend", BACKEND, KERAS_BACKEND="theano"
    ).text
    assert said == f"{kgz.list_presets('*emoji*')!r}\n"
    said = fail(tmp_path, "presets", "--backend", "pytorch")
    assert "Did you mean 'torch'?" in said


def test_fetch_shows_the_files_of_a_preset(tmp_path):
    said = succeed(tmp_path, "fetch", "dcgan_fashion_mnist").lines
    assert [pathlib.Path(line).name for line in said] == [
        "preset.json",
        "generator.weights.h5",
        "discriminator.weights.h5",
    ]
    assert all(pathlib.Path(line).is_file() for line in said)


def test_a_damaged_preset_is_not_taken_for_fetched(tmp_path):
    model = kgz.DCGAN((16, 16, 1), latent_dim=8, base_channels=4)
    model.save_to_preset(tmp_path / "preset")
    files = kgz.presets.fetch_files(tmp_path / "preset")
    assert [path.name for path in files][:2] == ["preset.json", "generator.weights.h5"]
    files[1].write_bytes(b"")
    with pytest.raises(ValueError, match="damaged or was changed"):
        kgz.presets.fetch_files(tmp_path / "preset")


@pytest.mark.compiles_long
def test_push_brings_a_preset_to_a_hub(tmp_path, monkeypatch):
    model = kgz.DCGAN((16, 16, 1), latent_dim=8, base_channels=4, seed=0)
    model.save_to_preset(tmp_path / "cats", {"license": "MIT"})
    with hugging_face.serving(monkeypatch, tmp_path) as hub:
        arguments = ("cats", "hf://me/cats@v1", "--public", "-m", "First cats")
        said = succeed(tmp_path, "push", *arguments).lines
        files = hub.repositories["me/cats"]["v1"]
        commit = hugging_face.commit_of(files)
        assert said == [f"{hub.address}/me/cats/commit/{commit}"]
        assert hub.messages == ["First cats"] and not hub.private["me/cats"]
        said = succeed(tmp_path, "fetch", "hf://me/cats@v1").lines
        assert [pathlib.Path(line).name for line in said] == [
            "preset.json",
            "generator.weights.h5",
            "discriminator.weights.h5",
        ]
        said = fail(tmp_path, "push", "cats", "hf://me/cats", HF_TOKEN="wrong")
        assert "Log in with `hf auth login`" in said
    said = fail(tmp_path, "push", "cats", "somewhere")
    assert "Presets are pushed to hf://" in said
    said = fail(tmp_path, "push", "dogs", "hf://me/dogs")
    assert "No preset or folder is called 'dogs'." in said


@pytest.mark.compiles_long
@pytest.mark.parametrize("name", ["models", "presets"])
def test_names_are_whole_in_a_narrow_terminal(tmp_path, name):
    said = succeed(tmp_path, name, FORCE_COLOR="1", COLUMNS="80").lines
    said = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in said]
    assert max(map(len, said)) <= 80
    words = {word for line in said for word in re.split(r"[\s│]+", line)}
    assert getattr(kgz, f"list_{name}")().keys() <= words


def test_models_are_listed_as_json(capsys):
    for name in ("models", "presets"):
        command = next(
            c.callback
            for c in commands.app.registered_commands
            if c.callback.__name__ == name
        )
        command("*GAN*", as_json=True)
        listed = getattr(kgz, f"list_{name}")("*GAN*")
        assert json.loads(capsys.readouterr().out) == listed


def test_options_are_called_as_arguments_are():
    own = {"as_json", "argument", "backend", "data", "filepath", "folder", "frames"}
    own |= {"grid", "image_size", "model", "output", "overwrite", "path", "pictures"}
    own |= {"rate", "resize", "stops", "suffix", "video", "every"}
    functions = [
        kgz.SRGAN.upscale,
        kgz.CycleGAN.translate,
        kgz.ContextEncoder.inpaint,
        kgz.LatentGAN.generate,
        kgz.DFGAN.generate,
        kgz.GAN.compile,
        kgz.GAN.from_preset,
        kgz.GAN.export,
        kgz.domains.Images.preview,
        kgz.evaluate,
        kgz.metrics.extractors.from_keras,
        kgz.presets.push,
        kgz.list_models,
        kgz.datasets.load,
        keras.Model.fit,
    ]
    known = {name for f in functions for name in inspect.signature(f).parameters}
    for command in commands.app.registered_commands:
        options = inspect.signature(command.callback).parameters
        assert options.keys() <= known | own
    assert {str(name) for name in ExtractorName} <= set(kgz.metrics.extractors.__all__)


# From pictures to pictures.


@pytest.fixture
def upscaler(tmp_path):
    model = small_srgan()
    model.save_to_preset(tmp_path / "upscaler")
    return model


@pytest.mark.compiles_long
def test_upscale_keeps_places_frames_and_what_is_there(tmp_path, upscaler):
    image = picture(tmp_path / "in" / "a.png")
    other = picture(tmp_path / "in" / "deep" / "b.png", (9, 12, 4), seed=1)
    animation(tmp_path / "one.gif")
    arguments = ("upscale", "in", "*.gif", "-p", "upscaler", "-o", "out", "--tile", 24)
    said = succeed(tmp_path, *arguments)
    assert said.lines == ["out/a.png", "out/deep/b.png", "out/one.gif"]
    for source, name in [(image, "a.png"), (other, "deep/b.png")]:
        large = pixels(tmp_path / "out" / name)
        expected = upscaler.upscale(source, tile=24)
        assert large.shape == expected.shape and abs(large - expected).max() <= 1
    frames = read_frames(tmp_path / "out" / "one.gif", channels=3)
    assert frames.durations == DURATIONS and frames.loop == 0
    colors = np.stack([np.asarray(Image.new("RGB", (10, 8), c)) for c in COLORS])
    expected = upscaler.upscale(colors, tile=24).astype(int)
    assert abs(frames.images - expected).max() <= 1

    (tmp_path / "out" / "a.png").write_bytes(b"mine")
    said = fail(tmp_path, *arguments)
    assert "out/a.png and 2 more are there already. Pass --overwrite" in said
    assert (tmp_path / "out" / "a.png").read_bytes() == b"mine"


@pytest.mark.compiles_long
def test_a_single_picture_may_have_a_name_that_is_overwritten_if_asked(tmp_path):
    image = picture(tmp_path / "a.png")
    target = tmp_path / "b.png"
    target.write_bytes(b"mine")
    with pytest.raises(ValueError, match="b.png is there already. Pass --overwrite"):
        plan([str(tmp_path / "a.png")], target, overwrite=False)
    jobs = plan([str(tmp_path / "a.png")], target, overwrite=True)
    convert(jobs, lambda images, source: 255 - images)
    assert (pixels(target) == 255 - image).all()


def test_pictures_are_found_in_order_and_none_is_lost(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("b.png", "a.png", "10.png", "in/c.png", "in/.hidden.png"):
        picture(tmp_path / name)
    picture(tmp_path / "in" / "c.jpg")
    (tmp_path / "notes.txt").touch()
    places = [str(place) for _, place in find_pictures(["*", "in", "a.png"])]
    assert places == ["10.png", "a.png", "b.png", "c.jpg", "c.png", "a.png"]
    out = pathlib.Path("out")
    with pytest.raises(ValueError, match="in/c.jpg and in/c.png would both go to"):
        plan(["in"], out, overwrite=False)
    assert plan(["a.png"], pathlib.Path("x.webp"), False)[0][1].name == "x.webp"
    for nothing in ("*.tif", "nowhere", "out"):
        out.mkdir(exist_ok=True)
        with pytest.raises(FileNotFoundError, match="expected pictures, found none"):
            find_pictures([nothing])


def test_frames_with_transparency_keep_it(tmp_path):
    first, second = Image.new("RGBA", (4, 4)), Image.new("RGBA", (4, 4), "red")
    for suffix in (".gif", ".png", ".webp"):
        path = tmp_path / f"a{suffix}"
        first.save(path, save_all=True, append_images=[second], duration=[70, 90])
        frames = read_frames(path)
        assert frames.durations == [70, 90]
        assert frames.images[:, 0, 0, 3].tolist() == [0, 255]
    assert read_frames(tmp_path / "a.gif", (2, 3), 1).images.shape == (2, 2, 3, 1)


def test_masks_in_folders_belong_to_the_pictures_at_their_places(tmp_path):
    image = np.zeros((1, 4, 4, 3), "uint8")
    for place, value in (("a/1.png", 255), ("b/1.png", 0)):
        path = tmp_path / "masks" / place
        path.parent.mkdir(parents=True)
        Image.fromarray(np.full((4, 4), value, "uint8")).save(path)
    for place, value in (("a/1.png", 1), ("b/1.png", 0)):
        mask = mask_for(tmp_path / "pics" / place, tmp_path / "masks", image)
        assert (mask == value).all()
    with pytest.raises(ValueError, match="Several masks.*a/1.png, .*b/1.png"):
        mask_for(tmp_path / "pics" / "1.png", tmp_path / "masks", image)
    frames = [Image.fromarray(np.full((4, 4), x, "uint8")) for x in (0, 255)]
    frames[0].save(tmp_path / "m.gif", save_all=True, append_images=frames[1:])
    with pytest.raises(ValueError, match="m.gif has 2 frames, .* has 3"):
        mask_for(tmp_path / "1.gif", tmp_path / "m.gif", image.repeat(3, axis=0))


def test_files_that_hold_less_than_the_picture_are_refused(tmp_path):
    clear = np.zeros((1, 4, 4, 4), "uint8")
    write_frames(Frames(clear, [100], None), tmp_path / "a.png")
    with pytest.raises(ValueError, match="a.jpg: this format holds no transparency"):
        write_frames(Frames(clear, [100], None), tmp_path / "a.jpg")
    frames = np.arange(3, dtype="uint8").reshape(3, 1, 1, 1).repeat(4, 1).repeat(4, 2)
    write_frames(Frames(90 * frames, [100] * 3, None), tmp_path / "b.gif")
    with pytest.raises(ValueError, match="b.gif is animated, and .*b.jpg holds one"):
        plan([str(tmp_path / "b.gif")], tmp_path / "b.jpg", False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.gif"]


@pytest.mark.compiles_long
def test_inpaint_keeps_what_is_known(tmp_path):
    model = kgz.ContextEncoder((16, 16, 3), base_channels=2, bottleneck=8, seed=0)
    model.save_to_preset(tmp_path / "painter")
    image = picture(tmp_path / "a.png", (16, 16, 3))
    mask = np.zeros((16, 16), "uint8")
    mask[4:9, 5:12] = 255
    (tmp_path / "masks").mkdir()
    Image.fromarray(mask).save(tmp_path / "masks" / "a.png")
    arguments = ("inpaint", "a.png", "-p", "painter", "--masks", "masks")
    assert succeed(tmp_path, *arguments).lines == ["inpainted/a.png"]
    filled = pixels(tmp_path / "inpainted" / "a.png")
    expected = model.inpaint(image[None], mask[None, ..., None] > 127)[0]
    assert abs(filled - expected).max() <= 1
    assert (filled[mask == 0] == image[mask == 0]).all()
    alpha = np.arange(256, dtype="uint8").reshape(16, 16, 1)
    Image.fromarray(np.concatenate([image, alpha], -1)).save(tmp_path / "a.png")
    assert succeed(tmp_path, *arguments, "--overwrite").code == 0
    through = read_frames(tmp_path / "inpainted" / "a.png").images[0]
    assert (through[mask == 0, :3] == image[mask == 0]).all()
    assert (through[..., 3] == np.where(mask, 255, alpha[..., 0])).all()
    with pytest.raises(FileNotFoundError, match="masks/b.png: expected the file"):
        mask_for(tmp_path / "b.png", tmp_path / "masks", image[None])
    with pytest.raises(ValueError, match="masks/a.png is 16x16 .*a.png is 12x16"):
        mask_for(tmp_path / "a.png", tmp_path / "masks", image[None, 4:])


@pytest.mark.compiles_long
def test_translate_takes_the_channels_and_the_size_of_the_model(tmp_path):
    model = kgz.Pix2Pix(
        (16, 16, 3), source_shape=(16, 16, 1), base_channels=2, patch=16, seed=0
    )
    model.save_to_preset(tmp_path / "translator")
    picture(tmp_path / "a.png", (20, 30, 3))
    arguments = ("translate", "a.png", "-p", "translator", "--resize", "-o", "b.png")
    assert succeed(tmp_path, *arguments).lines == ["b.png"]
    source = read_frames(tmp_path / "a.png", (16, 16), 1).images
    expected = model.translate(source)[0]
    assert abs(pixels(tmp_path / "b.png") - expected).max() <= 1
    with pytest.raises(ValueError, match=r"Pix2Pix.translate\(\) takes no --to\."):
        call(model.translate, source, to="A", batch_size=None)


# Training, and what follows it.


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with a run of two epochs, the second one after a stop."""
    folder = tmp_path_factory.mktemp("trained")
    for i in range(10):
        picture(folder / "pics" / f"{i}.png", seed=i)
    for epochs in (1, 2):
        run = succeed(folder, *train(epochs))
    return SimpleNamespace(folder=folder, run=run)


def train(epochs):
    model = ["-a", "base_channels=4", "-a", "latent_dim=8", "--seed", 1]
    data = ["--image-size", 16, "--batch-size", 4, "--epochs", epochs]
    return ["train", "DCGAN", "pics", *data, *model, "--loss", "hinge", "-o", "run"]


def test_a_run_goes_on_where_it_stopped(trained):
    begun, epoch, report, model = trained.run.lines
    assert "goes on after step 3" in begun and "remember nothing" not in begun
    assert epoch.startswith("epoch 2 of 2: discriminator_loss ")
    run = trained.folder / "run"
    assert (trained.folder / report).read_text().startswith("<!DOCTYPE html>")
    assert sorted(path.name for path in (run / "samples").iterdir()) == [
        "epoch_0001.png",
        "epoch_0002.png",
        "training.gif",
    ]
    assert len(list((run / "checkpoints").glob("*.keras"))) == 2
    loaded = keras.saving.load_model(trained.folder / model)
    assert loaded.base_channels == 4 and int(loaded.images_seen) == 20
    assert type(loaded.adversarial_loss).__name__ == "Hinge"


@pytest.mark.compiles_long
def test_a_streamed_run_ends_as_one_on_arrays(trained):
    run = succeed(trained.folder, *train(2)[:-1], "streamed", "--streaming")
    models = [run.lines[-1], trained.run.lines[-1]]
    one, two = (keras.saving.load_model(trained.folder / path) for path in models)
    assert_equal_weights(one, two)


def test_a_run_is_not_mixed_with_another(trained):
    folder = trained.folder / "run"
    before = json.loads((folder / "run.json").read_text())
    assert before["loss"] == "hinge" and before["epochs"] == 2
    data = [str(trained.folder / "pics")]
    (folder / "run.json").write_text(json.dumps({**before, "data": data}))
    changed = runs.Settings(**{**before, "data": data, "loss": "minimax"})
    with pytest.raises(ValueError, match="settings: loss hinge and now minimax"):
        runs.run(kgz, changed, folder)
    (folder / "run.json").write_text(json.dumps(before))


def test_settings_that_trained_nothing_may_be_corrected(tmp_path, capsys):
    picture(tmp_path / "pics" / "a.png", (20, 20, 3))
    data, size = str(tmp_path / "pics"), ["base_channels=2", "latent_dim=2"]
    wrong = settings("DCGAN", data, argument=[*size, "image_shape=[16, 16, 3]"])
    with pytest.raises(ValueError, match="Shapes do not fit"):
        runs.run(kgz, wrong, tmp_path / "run")
    right = settings("DCGAN", data, argument=size, image_size="16")
    assert all(path.is_file() for path in runs.run(kgz, right, tmp_path / "run"))


@pytest.mark.compiles_long
def test_a_folder_with_captions_trains_what_draws_them(tmp_path):
    for name in ("cat", "dog", *"abcdefgh"):
        picture(tmp_path / "pics" / f"{name}.png", (16, 16, 3))
        (tmp_path / "pics" / f"{name}.txt").write_text(f"a {name}\nthe {name}\n")
    size = ["base_channels=2", "latent_dim=2"]
    known = settings("GANCLS", str(tmp_path / "pics"), argument=size)
    *_, file = runs.run(kgz, known, tmp_path / "run")
    model = keras.saving.load_model(file)
    assert model.generate(["the dog", "a cat"], seed=0).shape == (2, 16, 16, 3)
    model.save_to_preset(tmp_path / "animals")
    arguments = ["evaluate", "pics", "-p", "animals", "--num-samples", 10]
    arguments += ["--extractor", "pixels", "--metrics", "frechet_distance"]
    said = succeed(tmp_path, *arguments).text
    assert re.search("captions +of the real images", said)
    (tmp_path / "pics" / "dog.txt").unlink()
    with pytest.raises(FileNotFoundError, match="dog.txt"):
        runs.run(kgz, known, tmp_path / "other")


class Interrupt(keras.callbacks.Callback):
    """Ctrl-C in the first step."""

    def on_train_batch_begin(self, batch, logs=None):
        raise KeyboardInterrupt


def test_the_bar_is_closed_however_a_run_ends(monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # a terminal, to rich
    model = kgz.VanillaGAN(units=4, latent_dim=2)
    images = random_images(4, (8, 8, 1))
    bar = EpochBar()
    with pytest.raises(KeyboardInterrupt):
        model.fit(images, callbacks=[bar, Interrupt()], verbose=0)
    assert not bar.bar.disable and not bar.bar.live.is_started
    model.fit(images, callbacks=[bar], verbose=0)
    assert not bar.bar.live.is_started


def test_generate_makes_a_grid_a_folder_and_a_video(trained):
    arguments = ["generate", "-p", "run/model.keras", "--num", 3, "--seed", 1]
    arguments += ["--grid", "grid.png", "--columns", 2, "--folder", "samples"]
    video = ["--video", "walk.gif", "--frames", 4, "--stops", 2, "--rate", 5]
    said = succeed(trained.folder, *arguments, *video)
    files = [f"samples/sample_000{i}.png" for i in range(3)]
    assert said.lines == ["grid.png", *files, "walk.gif"]

    model = keras.saving.load_model(trained.folder / "run" / "model.keras")
    samples = model.generate(3, seed=1)
    grid = pixels(trained.folder / "grid.png")
    assert abs(grid - kgz.images.make_grid(samples, 2)).max() <= 1
    for name, sample in zip(files, samples, strict=True):
        assert abs(pixels(trained.folder / name) - sample).max() <= 1
    frames = read_frames(trained.folder / "walk.gif", channels=3)
    assert frames.durations == [200] * 4
    assert abs(frames.images[0] - grid).mean() < 8  # 256 colours of a GIF
    assert abs(frames.images[2] - grid).mean() > abs(frames.images[0] - grid).mean()

    assert "grid.png is there already" in fail(trained.folder, *arguments)


@pytest.mark.compiles_long
def test_generate_draws_what_captions_say(tmp_path):
    words = kgz.text.WordEncoder(dim=4, word_dim=4).of(["a red cat", "a blue dog"])
    model = kgz.DFGAN((16, 16, 3), 8, words, base_channels=2, seed=0)
    model.save_to_preset(tmp_path / "animals")
    captions = ["a red dog", "a blue cat"]
    arguments = ["generate", "-p", "animals", "--grid", "grid.png", "--seed", 1]
    arguments += ["--num", 4, "--columns", 4]
    for caption in captions:
        arguments += ["--caption", caption]
    assert succeed(tmp_path, *arguments).lines == ["grid.png"]
    expected = kgz.images.make_grid(model.generate(captions, 4, seed=1), 4)
    assert abs(pixels(tmp_path / "grid.png") - expected).max() <= 1


@pytest.mark.parametrize(
    "wrong, message",
    [
        (["--grid", "a.txt", "--video", "a.gif"], "a.txt"),
        (["--folder", "b", "--suffix", ".txt", "--grid", "b.png"], "sample.txt"),
        (["--folder", "c", "--video", "c.png"], "c.png"),
        (["--folder", "d", "--video", "d.gif", "--rate", "0"], "rate=0"),
    ],
)
def test_files_that_cannot_be_written_are_refused_before_any_is(
    trained, wrong, message
):
    before = sorted(trained.folder.rglob("*"))
    said = fail(trained.folder, "generate", "-p", "run/model.keras", *wrong)
    assert message in said
    assert sorted(trained.folder.rglob("*")) == before


def test_evaluate_prints_the_numbers_and_the_protocol(trained):
    protocol = ["--num-samples", 10, "--extractor", "pixels", "--metrics", "precision"]
    arguments = ["evaluate", "pics", "-p", "run/model.keras", *protocol]
    said = succeed(trained.folder, *arguments, "-o", "scores.json").text
    result = kgz.Evaluation.load(trained.folder / "scores.json")
    assert said == f"{result}\n"
    assert result.keys() == {"precision"} and result.protocol["num_real"] == 10
    assert "is there already" in fail(trained.folder, *arguments, "-o", "scores.json")


@pytest.mark.compiles_long
def test_evaluate_takes_the_network_of_a_file(trained):
    network = keras.Sequential([keras.Input((16, 16, 3)), keras.layers.Flatten()])
    network.save(trained.folder / "network.keras")
    arguments = ["evaluate", "pics", "-p", "run/model.keras", "--num-samples", 10]
    arguments += ["--metrics", "precision", "--extractor"]
    options = ["--resize", "bilinear", "--normalization", "clip", "--size", 16]
    said = succeed(trained.folder, *arguments, "network.keras", *options).text
    assert "16x16 by bilinear, normalized by clip" in said
    sha256 = kgz.presets.sha256_of(trained.folder / "network.keras")
    assert sha256 in said
    said = fail(trained.folder, *arguments, "inception")
    assert "No extractor is called 'inception'. Expected one of pixels, " in said
    said = fail(trained.folder, *arguments, "pixels", "--path", "network.keras")
    assert "pixels() takes no --path" in said


def test_evaluate_compares_images_alone(tmp_path):
    kgz.VanillaGAN((2,), latent_dim=2).save_to_preset(tmp_path / "ring")
    said = fail(tmp_path, "evaluate", "ring", "-p", "ring")
    assert "evaluate compares images. Received: ring, which makes points" in said


def test_export_writes_a_file_for_another_runtime(trained):
    name = "generator.onnx"
    arguments = ["export", name, "-p", "run/model.keras"]
    assert succeed(trained.folder, *arguments).lines == [name]
    assert (trained.folder / name).exists()


def test_what_a_model_cannot_do_is_said_with_those_that_can(trained):
    picture(trained.folder / "a.png")
    said = fail(trained.folder, "upscale", "a.png", "-p", "run/model.keras")
    assert "is a DCGAN, which has no upscale()" in said and "srgan_photos_x4" in said


# Every kind of model, within this process.


def settings(model, *data, **changes):
    names = [field for field in runs.Settings.__dataclass_fields__]
    given = {"model": model, "data": list(data), "seed": 0, "epochs": 1}
    return runs.Settings(**{**dict.fromkeys(names), **given, **changes})


def test_two_sets_without_pairs_train_a_cycle_gan(tmp_path, capsys):
    for i in range(3):
        picture(tmp_path / "a" / f"{i}.png", (16, 16, 3), seed=i)
    picture(tmp_path / "b" / "0.png", (16, 16, 3))
    data = str(tmp_path / "a"), str(tmp_path / "b")
    size = ["base_channels=2", "blocks=1"]
    chosen = settings("CycleGAN", *data, batch_size=2, argument=size)
    with pytest.raises(ValueError, match="Choose a smaller patch"):
        runs.run(kgz, chosen, tmp_path / "too_large")
    chosen.argument = [*size, "patch=16"]
    runs.run(kgz, chosen, tmp_path / "run")
    grid = pixels(tmp_path / "run" / "samples" / "epoch_0001.png")
    assert grid.shape == (16, 8 * 16, 3)  # three pairs, and white
    assert "epoch 1 of 1: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("model", "width"),
    [
        (kgz.SRGAN((16, 16, 3), scale=2, base_channels=2, blocks=1), 32),
        (kgz.ContextEncoder((16, 16, 3), base_channels=2, bottleneck=4), 32),
        (kgz.DCGAN((16, 16, 3), base_channels=2), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_drawn_of_a_run_fits_the_model(model, width):
    draw = runs._drawing(kgz, model, random_images(4, (16, 16, 3)), None)
    assert (draw and draw(model).shape) == (width and (8, 16, 16, 3))


def test_what_is_drawn_of_clips_and_sounds_fits_the_model():
    clips = random_images(2, (6, 16, 16, 1))
    model = kgz.FramePredictionGAN(
        (16, 16, 1), base_channels=2, discriminator_base_channels=1
    )
    drawn = runs._drawing(kgz, model, clips, None)(model)
    np.testing.assert_array_equal(drawn[:, :4], clips[:, :4])
    assert drawn.shape == clips.shape
    waves = np.random.RandomState(0).uniform(-1, 1, (2, 2048, 1)).astype("float32")
    model = kgz.HiFiGAN((1024, 1), "v3", base_channels=16, scales=1, periods=(2,))
    assert runs._drawing(kgz, model, waves, None)(model).shape == waves.shape


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"model": "DCGNA"}, "No model is called 'DCGNA'. Expected one of ACGAN, "),
        ({"argument": ["scale=2"]}, "scale"),
        ({"argument": ["base_channels=few"]}, "DCGAN(base_channels=...) is an integer"),
        ({"argument": ["scale"]}, "--argument is NAME=VALUE. Received: 'scale'"),
        ({"loss": "hnige"}, "Unknown adversarial loss"),
        ({"image_size": "64x"}, "--image-size is 64, or 48x64. Received: '64x'"),
        ({"data": ["nowhere"]}, "No folder or data set is called 'nowhere'."),
        ({"data": ["tfds:a/b/c"]}, "Unknown data set 'tfds:a/b/c'"),
        ({"image_size": "8"}, "the data set ring has a size of its own"),
        ({"data": ["ring"] * 3}, "from one or two sets of data"),
        ({}, "is not empty and holds no run"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)
def test_settings_that_do_not_fit_touch_no_folder(tmp_path, changes, words):
    (tmp_path / "notes.txt").touch()
    chosen = settings(**{"model": "DCGAN", **changes}) if "data" in changes else None
    chosen = chosen or settings(changes.pop("model", "DCGAN"), "ring", **changes)
    with pytest.raises((ValueError, FileNotFoundError), match=re.escape(words)):
        runs.run(kgz, chosen, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_data_have_names_or_folders(tmp_path):
    with pytest.raises(ValueError, match="A folder has no --split"):
        load_data(kgz, str(tmp_path), split="test")
    assert len(load_data(kgz, "ring").images) > 0
    picture(tmp_path / "ring" / "a.png")
    assert load_data(kgz, f"{tmp_path}/ring").images.shape == (1, 16, 20, 3)
