"""Draws the pictures of the documentation.

python docs/make_images.py avatars shapes silhouettes faces latent
python docs/make_images.py presets sounds enlarged restored degraded

Draws those that are named, or all, with `report`: ten minutes on 2 CPU cores. The
presets need the emoji and photos that docs/guides/datasets.md names, the picture of a
report Chromium.
"""

import io
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image

import keras_gan_zoo as kgz

BICUBIC = Image.Resampling.BICUBIC
FOLDER = pathlib.Path(__file__).parent / "images"
SOUNDS = FOLDER.with_name("sounds")
# The picture that UpscalerJS publishes with its weights (MIT).
SMALL = FOLDER.parents[1] / "tests" / "golden" / "upscalerjs" / "fixture.png"


def draw_presets():
    """Draws what each trained preset makes, of noise or of images held out."""
    for name, record in kgz.list_presets().items():
        if "source" in record:  # converted: see draw_enlarged
            continue
        model = kgz.GAN.from_preset(name)
        sheets = [sheet for kind, sheet in SHEETS.items() if isinstance(model, kind)]
        picture = kgz.images.to_pillow(SHEETS_BY_NAME.get(name, sheets[0])(model))
        picture.save(FOLDER / f"{name}.png", optimize=True)


def grid(images, columns):
    """Images in rows, small ones enlarged to 64 pixels."""
    picture = kgz.images.make_grid(images, columns)
    return enlarged(picture, max(1, 64 // images.shape[1]))


def enlarged(picture, scale):
    """Each pixel as a square."""
    return picture.repeat(scale, 0).repeat(scale, 1)


def samples(model):
    """64 images of noise; of a conditional model, a column for each class."""
    if model.conditional:
        return grid(model.generate(6 * model.num_classes, seed=0), model.num_classes)
    return grid(model.generate(64, seed=0), 16)


CAPTIONS = (
    "a person with long red hair and a smile, wearing glasses",
    "a face with big curly white hair and dark skin",
    "a bearded person with no hair",
    "a laughing character with a pink mohawk, wearing sunglasses",
    "a person with blond pigtails, light skin and a blue pacifier",
    "a sad face with brown skin and a black buzz cut",
    "an astonished avatar with light skin, wearing a beanie and a green shirt",
    "a sleeping person with an orange bob, wearing a purple shirt",
)


def of_captions(model):
    """Eight captions, a column each."""
    return grid(model.generate(CAPTIONS * 4, seed=0), len(CAPTIONS))


def rows(model):
    """How often each value occurs among 10,000 generated rows of a table."""
    return model.domain.preview(model.generate(10_000, seed=0), columns=5)


def shapes(model):
    """32 solid shapes."""
    return model.domain.preview(model.generate(32, seed=0))


def sounds(model):
    """A column for each class: waves, and below each its spectrogram."""
    return model.domain.preview(one_of_each(model, 2), model.num_classes)


def one_of_each(model, times):
    """Sounds of all classes in their order, so many times."""
    labels = np.tile(np.arange(model.num_classes), times)
    return model.generate(labels=labels, seed=0)


def in_two_motions(model):
    """In pairs of rows clips of the same content in two motions."""
    pairs = [model.generate(4, seed=seed, content_seed=0) for seed in (0, 1)]
    return enlarged(model.domain.preview(alternating(*pairs)), 2)


def next_frames(model):
    """Clips, and below each its first four frames and five that are predicted."""
    clips = kgz.datasets.moving_garments(
        num=4, frames=9, size=model.image_shape[0], shrink=2, split="test", seed=2
    ).images
    guesses = model.predict_next(clips[:, :4], num=5)
    made = np.concatenate([clips[:, :4], guesses], axis=1)
    return enlarged(model.domain.preview(alternating(clips, made), columns=9), 2)


def alternating(one, other):
    """The first of each of two arrays, the second of each, and so on."""
    return np.stack([one, other], axis=1).reshape(-1, *one.shape[1:])


def outlines(model):
    """Outlines, what Pix2Pix makes of them, and the true emoji."""
    images = kgz.datasets.emoji("noto", split="test").images[1::8][:24]
    return of_outlines(model, images)


def outlines_of_faces(model):
    """The same of faces."""
    return of_outlines(model, kgz.datasets.avatars(split="test").images[:24])


def of_outlines(model, images):
    """Outlines of images, what is made of them, and the images."""
    edges = kgz.datasets.edges(images)
    made = model.translate(edges)
    return grid(kgz.images.side_by_side(edges, made, images), 12)


def glasses(model):
    """Faces that are given glasses, and that lose them, each time: from, made, true."""
    plain, worn = (faces.images[:12] for faces in kgz.datasets.avatar_pairs("test"))
    given = plain, model.translate(plain, to="B"), worn
    lost = worn, model.translate(worn, to="A"), plain
    return grid(kgz.images.side_by_side(*given, *lost), 12)


def holes(model):
    """Emoji with a hole, filled in, and whole."""
    whole = kgz.datasets.emoji("noto", split="test").images[1::8][:24]
    masks = kgz.datasets.masks(len(whole))
    damaged = np.where(masks, np.uint8(127), whole)
    filled = model.inpaint(whole, masks)
    return grid(kgz.images.side_by_side(damaged, filled, whole), 12)


def small_photos(model, side=128):
    """Parts of a photo, enlarged: bicubic, by the model, and true."""
    patches, photo = kgz.datasets.photos(side, "test", shrink=4)
    true = patches[photo == 5][1::4][:6]  # by Aitzol Berasategi
    small = kgz.datasets.downsample(true, model.scale)
    bicubic = [Image.fromarray(s).resize((side, side), BICUBIC) for s in small]
    made = model.upscale(small)
    return grid(kgz.images.side_by_side(np.stack(bicubic), made, true), 9)


# The first one that fits.
SHEETS = {
    kgz.CTGAN: rows,
    kgz.DFGAN: of_captions,
    kgz.VoxelGAN: shapes,
    kgz.MoCoGAN: in_two_motions,
    kgz.WaveGAN: sounds,
    kgz.FramePredictionGAN: next_frames,
    kgz.LatentGAN: samples,
    kgz.Pix2Pix: outlines,
    kgz.CycleGAN: glasses,
    kgz.ContextEncoder: holes,
    kgz.SRGAN: small_photos,
}
SHEETS_BY_NAME = {"pix2pix_edges_avatars": outlines_of_faces}


def write_sounds():
    """Writes what presets of sounds make, one of each class, one after the other."""
    for name in kgz.list_presets("wavegan_*"):
        model = kgz.GAN.from_preset(name)
        joined = one_of_each(model, 1).reshape(1, -1, 1)
        model.domain.save(joined, SOUNDS / f"{name}.wav")


def draw_enlarged(side=96):
    """Enlarges a part of a picture four times: bicubic, slim, medium."""
    small = Image.open(SMALL).convert("RGB").crop((16, 16, 16 + side, 16 + side))
    bicubic = small.resize((4 * side, 4 * side), BICUBIC)
    columns = [np.asarray(bicubic)]
    for size in ("slim", "medium"):
        model = kgz.GAN.from_preset(f"esrgan_upscalerjs_{size}_x4")
        columns.append(model.upscale(np.asarray(small)))
    grid = kgz.images.to_pillow(kgz.images.make_grid(np.stack(columns), columns=3))
    grid.save(FOLDER / "esrgan_upscalerjs_x4.jpg", quality=90)


def draw_restored(side=72):
    """Enlarges a spoilt picture: bicubic, and by the presets of three scales."""
    from skimage import data

    box = (190, 0, 190 + 2 * side, 2 * side)  # Eileen Collins, by NASA: public domain
    small = Image.fromarray(data.astronaut()).crop(box).resize((side, side), BICUBIC)
    spoilt = io.BytesIO()
    small.save(spoilt, "jpeg", quality=60)
    small = Image.open(spoilt)
    size = (4 * side, 4 * side)
    columns = [small.resize(size, BICUBIC)]
    for scale in (2, 3, 4):
        model = kgz.GAN.from_preset(f"real_esrgan_animevideo_x{scale}")
        large = Image.fromarray(model.upscale(np.asarray(small)))
        columns.append(large.resize(size, BICUBIC))
    columns = np.stack([np.asarray(column) for column in columns])
    grid = kgz.images.to_pillow(kgz.images.make_grid(columns, columns=4))
    grid.save(FOLDER / "real_esrgan_animevideo.jpg", quality=85)


def draw_degraded(side=192, columns=5):
    """A picture, and what is made of it for blind super-resolution, in two rows."""
    from skimage import data

    true = data.astronaut()[:side, 130 : 130 + side]  # by NASA: public domain
    small = kgz.datasets.degrade(np.stack([true] * (2 * columns - 1)), 4, seed=1)
    spoilt = small.repeat(4, axis=1).repeat(4, axis=2)
    grid = kgz.images.make_grid(np.concatenate([true[None], spoilt]), columns)
    kgz.images.to_pillow(grid).save(FOLDER / "degraded.jpg", quality=85)


def draw_avatars(columns=14):
    """Cartoon faces, and under a line the same ones without and with glasses."""
    faces = kgz.datasets.avatars().images[: 6 * columns]
    versions = kgz.datasets.avatar_pairs()
    pairs = np.concatenate([faces.images[:columns] for faces in versions])
    grids = [kgz.images.make_grid(images, columns) for images in (faces, pairs)]
    line = np.full((2, grids[0].shape[1], 3), 200, "uint8")
    picture = np.concatenate([grids[0], line, grids[1]])
    picture = kgz.images.to_pillow(picture).quantize(256)
    picture.save(FOLDER / "avatars.png", optimize=True)


def draw_shapes(columns=8):
    """Furniture as cells."""
    furniture = kgz.datasets.shapes(categories=["Living room", "Lights", "Vehicles"])
    chosen = np.linspace(0, len(furniture.voxels) - 1, 5 * columns).astype(int)
    picture = kgz.domains.Voxels().preview(furniture.voxels[chosen], columns)
    picture = kgz.images.to_pillow(picture).quantize(64)
    picture.save(FOLDER / "shapes.png", optimize=True)


def draw_silhouettes(names=("Armchair", "Grand piano", "Biplane", "Teddy bear")):
    """Furniture and other things from nine sides, a row for each."""
    furniture = kgz.datasets.shapes()
    chosen = [furniture.names.index(name) for name in names]
    images = kgz.datasets.silhouettes(furniture.voxels[chosen]).images
    picture = kgz.images.to_pillow(kgz.images.make_grid(images, columns=9))
    size = 2 * picture.width, 2 * picture.height
    picture = picture.resize(size, Image.Resampling.NEAREST).quantize(16)
    picture.save(FOLDER / "silhouettes.png", optimize=True)


def draw_faces(frames=60):
    """A film of faces that change into others: the first picture that one sees."""
    faces = kgz.GAN.from_preset("r3_dcgan_avatars_64")
    stops = np.arange(48).reshape(3, 16)  # seeds of 16 samples, at each of three stops
    kgz.latent.walk(faces, stops, frames=frames).save(FOLDER / "faces.webp", rate=12)


def draw_latent():
    """What the functions of `kgz.latent` return, for the guide to the latent space."""
    emoji, faces, garments, classes = map(
        kgz.GAN.from_preset,
        (
            "fastgan_emoji_64",
            "r3_dcgan_avatars_64",
            "r3gan_fashion_mnist",
            "conditional_gan_fashion_mnist",
        ),
    )
    latents = garments.latents(2_000, seed=0)
    classifier = kgz.metrics.extractors.fashion_mnist_cnn()
    made = classifier.probabilities(garments.generate(latents=latents)).argmax(axis=1)
    trousers = kgz.latent.find_direction(latents, made == 1)
    print("accuracy of the direction:", trousers.accuracy)
    images, labels = kgz.datasets.load("fashion_mnist_mini")
    images, labels = images[:8], labels[:8]
    projection = kgz.latent.project(classes, images, labels=labels, steps=300)
    print("distances:", projection.distances / projection.nearest_distances)
    sefa = kgz.latent.sefa(emoji, num=4).vectors
    ganspace = kgz.latent.ganspace(classes, num=4, labels=9).vectors
    stops = [[14, 0], [38, 7], [23, 49]]
    glasses, without, woman = [0, 2, 19, 22, 29, 31], [8, 9, 40], 62
    for name, strip in {
        "walk": kgz.latent.walk(emoji, stops, frames=48),
        "truncation": kgz.latent.truncate(garments, [0, 1, 2, 3]),
        "arithmetic": kgz.latent.arithmetic(faces, [woman, glasses], [without]),
        "sefa": kgz.latent.edit(emoji, 14, sefa),
        "ganspace": kgz.latent.edit(classes, 0, ganspace, labels=9),
        "direction": kgz.latent.edit(garments, [1, 3, 5], trousers.vector),
        "projection": projection,
    }.items():
        picture = kgz.images.to_pillow(strip.preview())
        scale = 64 // strip.samples.shape[-3]
        picture = picture.resize((scale * picture.width, scale * picture.height), 0)
        picture.save(FOLDER / f"latent_{name}.png", optimize=True)


def draw_report():
    """Trains a small DCGAN and takes a picture of its report."""
    with tempfile.TemporaryDirectory() as folder:
        draw_report_in(pathlib.Path(folder))


def draw_report_in(folder):
    """Does so, with the report and the browser's files in a folder."""
    images = kgz.datasets.load("fashion_mnist_mini").images
    train, test = images[:8_000], images[8_000:]
    extractor = kgz.metrics.extractors.fashion_mnist_cnn()

    def score(model):
        return kgz.evaluate(model, test, extractor=extractor, num_samples=2_000)

    evaluate = kgz.callbacks.Evaluate(score)
    diagnose = kgz.callbacks.Diagnose(train, test)
    report = kgz.callbacks.Report(
        folder / "report.html", evaluate=evaluate, diagnose=diagnose
    )
    model = kgz.DCGAN(base_channels=16, seed=0)
    callbacks = [evaluate, diagnose, report]
    model.fit(train, batch_size=64, epochs=12, callbacks=callbacks, verbose=2)

    shot = folder / "report.png"
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"]
    options += ["--window-size=1200,1720", f"--user-data-dir={folder / 'profile'}"]
    options += [f"--screenshot={shot}", (folder / "report.html").as_uri()]
    subprocess.run(["chromium", *options], check=True)
    picture = Image.open(shot).convert("RGB").quantize(256)
    picture.save(FOLDER / "report.png", optimize=True)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    drawings = {
        "presets": draw_presets,
        "sounds": write_sounds,
        "enlarged": draw_enlarged,
        "restored": draw_restored,
        "degraded": draw_degraded,
        "avatars": draw_avatars,
        "shapes": draw_shapes,
        "silhouettes": draw_silhouettes,
        "faces": draw_faces,
        "latent": draw_latent,
        "report": draw_report,
    }
    for chosen in sys.argv[1:] or drawings:
        drawings[chosen]()
