"""SampleGrid: one picture an epoch, an animation, a TensorBoard image."""

import keras
import numpy as np
import pytest
from PIL import Image

import keras_gan_zoo as kgz
from tests.contract import random_images


def train(callback, epochs=2):
    model = kgz.VanillaGAN(units=8, discriminator_units=4, latent_dim=4, seed=0)
    model.compile(generator_optimizer=keras.optimizers.Adam(0.05))
    images = random_images(8, (16, 16, 1))
    model.fit(images, batch_size=4, epochs=epochs, callbacks=[callback], verbose=0)
    return model


def test_grids_show_the_same_latents_every_epoch(tmp_path):
    grid = kgz.callbacks.SampleGrid(tmp_path / "new", num=6, columns=3, scale=2)
    model = train(grid)
    names = sorted(path.name for path in (tmp_path / "new").iterdir())
    assert names == ["epoch_0001.png", "epoch_0002.png"]
    picture = np.asarray(Image.open(tmp_path / "new" / "epoch_0002.png"))
    assert picture.shape == (2 * 16 * 2, 3 * 16 * 2)
    expected = kgz.images.make_grid(model.generate(6, seed=0), columns=3)[..., 0]
    np.testing.assert_array_equal(picture[::2, ::2], expected)


def test_a_function_says_what_is_drawn_and_every_how_often(tmp_path):
    """As models need it that do not make images from latents."""
    seen = []

    def draw(model):
        seen.append(model)
        return random_images(3, (4, 5, 3), seed=len(seen))

    grid = kgz.callbacks.SampleGrid(tmp_path, draw=draw, every=2, columns=3)
    model = train(grid, epochs=5)
    assert seen == [model] * 3
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [f"epoch_000{epoch}.png" for epoch in (2, 4, 5)]
    picture = np.asarray(Image.open(tmp_path / "epoch_0005.png"))
    expected = kgz.images.make_grid(random_images(3, (4, 5, 3), seed=3), columns=3)
    np.testing.assert_array_equal(picture, expected)


FRAMES = {"image_shape": (16, 16, 1), "base_channels": 1}
SOUNDS = {
    "image_shape": (512, 1),
    "variant": "v3",
    "base_channels": 8,
    "discriminator_base_channels": 1,
    "periods": (2,),
    "scales": 0,
}


@pytest.mark.parametrize(
    "model, arguments, words",
    [
        ("FramePredictionGAN", FRAMES, r"model\.predict_next\(\.\.\.\)"),
        ("HiFiGAN", SOUNDS, r"model\.vocode\(\.\.\.\)"),
        ("Pix2Pix", {}, r"model\.translate\(\.\.\.\)"),
    ],
)
@pytest.mark.parametrize("kind", ["SampleGrid", "Report"])
def test_nothing_is_trained_where_nothing_says_what_to_draw(
    kind, model, arguments, words, tmp_path
):
    callback = getattr(kgz.callbacks, kind)(tmp_path / "new" / "report.html")
    callback.set_model(getattr(kgz, model)(**arguments))
    message = f"{kind} cannot draw.*{model}, which has no generate.*draw=.*{words}"
    with pytest.raises(ValueError, match=message):
        callback.on_train_begin()
    assert not list(tmp_path.iterdir())
    callback.draw = lambda model: model
    if kind == "SampleGrid":
        callback.on_train_begin()


def test_animation_holds_a_frame_an_epoch(tmp_path):
    train(kgz.callbacks.SampleGrid(tmp_path, num=4, gif="training.gif"), epochs=3)
    with Image.open(tmp_path / "training.gif") as animation:
        assert animation.n_frames == 3


def test_an_animation_that_is_no_longer_asked_for_is_left_out(tmp_path):
    first = kgz.callbacks.SampleGrid(tmp_path, num=4, gif="training.gif")
    train(first, epochs=2)
    again = kgz.callbacks.SampleGrid(tmp_path, num=4)
    again.set_state(first.get_state())
    again.on_train_end()
    assert again.frames == []


def test_tensorboard_gets_the_grid(tmp_path):
    loader = pytest.importorskip(
        "tensorboard.backend.event_processing.event_file_loader"
    )
    train(kgz.callbacks.SampleGrid(tmp_path, num=4, tensorboard=tmp_path / "logs"))
    events = [
        event
        for path in sorted((tmp_path / "logs").iterdir())
        for event in loader.RawEventFileLoader(str(path)).Load()
    ]
    assert sum(b"samples" in event for event in events) == 2
