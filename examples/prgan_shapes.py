"""Trains a PrGAN to make furniture of 32x32x32 cells from silhouettes alone.

    KERAS_BACKEND=torch python examples/prgan_shapes.py

Nine silhouettes of each shape are what it sees. Everything goes to
`runs/prgan_shapes_32/`: checkpoints, pictures of samples, at the end their silhouettes,
meshes of some and the preset. Samples are compared with shapes that were held out in
any of four positions, since silhouettes do not say which side is the front.
"""

import numpy as np
import training

import keras_gan_zoo as kgz

NAME = "prgan_shapes_32"
SHAPES = (
    "silhouettes of the data set shapes of keras_gan_zoo.datasets: furniture of Sweet "
    "Home 3D, CC BY 3.0 and CC0"
)


def recipe(images):
    """The authors' optimizers, whose rates fall to 0 along a line, and an average."""
    rates = {"generator": 2.5e-3, "matching": 2.5e-3, "discriminator": 1e-4}
    optimizers = {
        f"{name}_optimizer": kgz.schedules.ScheduledAdam(
            kgz.schedules.Linear(rate, 0.0, images), beta_1=0.5
        )
        for name, rate in rates.items()
    }
    return {**optimizers, "ema": 0.995}


def main(chosen):
    """Trains, and writes silhouettes, meshes and the preset."""
    folder = chosen.out / NAME
    categories = chosen.categories.split(",") if chosen.categories else None
    furniture = kgz.datasets.shapes(categories=categories, mirrored=True)
    model = kgz.PrGAN(
        base_channels=chosen.base_channels,
        discriminator_base_channels=chosen.discriminator_base_channels,
        tau=chosen.tau,
        seed=chosen.seed,
    )
    images = kgz.datasets.silhouettes(furniture.voxels).images
    model.compile(**recipe(chosen.epochs * len(images)))
    minutes, _ = training.train(
        model,
        images,
        folder / "checkpoints",
        chosen.epochs,
        chosen.seed,
        [kgz.callbacks.SampleGrid(folder, every=chosen.draw_every)],
        batch_size=chosen.batch_size,
    )
    samples = model.generate(128, seed=chosen.seed)
    views = kgz.images.make_grid(model.project(samples[:8]), columns=9)
    kgz.images.to_pillow(views).save(folder / "silhouettes.png")
    training.save_meshes(model, samples, folder)
    steps = int(model.images_seen) // chosen.batch_size
    turned = [np.rot90(samples, quarters, (2, 3)) for quarters in range(4)]
    evaluation = training.shape_scores(np.concatenate(turned), categories)
    training.save_preset(
        model, folder / NAME, chosen, minutes, SHAPES, steps, evaluation=evaluation
    )


if __name__ == "__main__":
    parser = training.parser(epochs=30)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--base-channels", type=int, default=16)
    parser.add_argument("--discriminator-base-channels", type=int, default=32)
    parser.add_argument("--tau", type=float, default=0.5)
    parser.add_argument("--categories", default="", help="separated by commas; all")
    parser.add_argument("--draw-every", type=int, default=5, help="epochs")
    main(parser.parse_args())
