"""Trains DCGAN by a plain PyTorch loop and by `fit`, and compares the samples.

    python benchmarks/duel_pytorch.py --steps 2000 --seeds 3

Needs all three backends. Both sides have the same networks, hyperparameters and batches
of Fashion-MNIST; each seed draws its own weights, noise and order of the images. Every
run is a process of its own and leaves an evaluation and a sample grid in
`runs/duel_pytorch/`; what is already there is not run again. Prints the table of
docs/benchmarks/duel_pytorch.md.
"""

import argparse
import os
import pathlib
import subprocess
import sys

import numpy as np
import torch
from torch import nn

import keras_gan_zoo as kgz

LOOP = "PyTorch loop"
BACKEND_OF = {LOOP: "torch"} | {
    f"`fit` on {backend}": backend for backend in ("tensorflow", "jax", "torch")
}
BATCH_SIZE = 64
LATENT_DIM = 100
BASE_CHANNELS = 16


# The loop as it is usually written: channels first, no Keras.


def plain_generator(latent_dim=LATENT_DIM, base_channels=BASE_CHANNELS):
    """Latents (batch, latent_dim, 1, 1) to images (batch, 1, 28, 28) in [-1, 1]."""
    return nn.Sequential(
        nn.ConvTranspose2d(latent_dim, 2 * base_channels, 7, bias=False),
        nn.BatchNorm2d(2 * base_channels),
        nn.ReLU(),
        nn.ConvTranspose2d(
            2 * base_channels, base_channels, 4, stride=2, padding=1, bias=False
        ),
        nn.BatchNorm2d(base_channels),
        nn.ReLU(),
        nn.ConvTranspose2d(base_channels, 1, 4, stride=2, padding=1),
        nn.Tanh(),
    ).apply(initialize)


def plain_discriminator(base_channels=BASE_CHANNELS):
    """Images (batch, 1, 28, 28) in [-1, 1] to logits (batch, 1, 1, 1)."""
    return nn.Sequential(
        nn.Conv2d(1, base_channels, 4, stride=2, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(base_channels, 2 * base_channels, 4, stride=2, padding=1, bias=False),
        nn.BatchNorm2d(2 * base_channels),
        nn.LeakyReLU(0.2),
        nn.Conv2d(2 * base_channels, 1, 7),
    ).apply(initialize)


def initialize(layer):
    """Kernels from N(0, 0.02), scales from N(1, 0.02), biases 0."""
    if hasattr(layer, "weight"):
        is_scale = isinstance(layer, nn.BatchNorm2d)
        nn.init.normal_(layer.weight, 1.0 if is_scale else 0.0, 0.02)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


def draw(num):
    """Normal latents (num, LATENT_DIM, 1, 1)."""
    return torch.randn(num, LATENT_DIM, 1, 1)


def train(generator, discriminator, batches, noise=draw, beta_2=0.999):
    """Trains two modules in turns.

    Args:
        generator: Latents to images.
        discriminator: Images to logits.
        batches: Float tensors (batch, 1, 28, 28) in [-1, 1], one a step.
        noise: Number of images to their latents.
        beta_2: Of both Adams.
    """
    # Keras' epsilon; that of PyTorch is 1e-8.
    adam = {"lr": 2e-4, "betas": (0.5, beta_2), "eps": 1e-7}
    generator_optimizer = torch.optim.Adam(generator.parameters(), **adam)
    discriminator_optimizer = torch.optim.Adam(discriminator.parameters(), **adam)
    criterion = nn.BCEWithLogitsLoss()
    for real in batches:
        ones = torch.ones(len(real), 1, 1, 1)
        zeros = torch.zeros(len(real), 1, 1, 1)

        fake = generator(noise(len(real)))
        discriminator_optimizer.zero_grad()
        real_loss = criterion(discriminator(real), ones)
        fake_loss = criterion(discriminator(fake.detach()), zeros)
        (real_loss + fake_loss).backward()
        discriminator_optimizer.step()

        generator_optimizer.zero_grad()
        criterion(discriminator(fake), ones).backward()
        generator_optimizer.step()


def samples_of_loop(images, seed, num):
    """Trains on uint8 images (n, 28, 28, 1) and returns `num` new ones."""
    torch.manual_seed(seed)
    generator, discriminator = plain_generator(), plain_discriminator()
    batches = torch.from_numpy(images).permute(0, 3, 1, 2).split(BATCH_SIZE)
    train(generator, discriminator, (batch / 127.5 - 1 for batch in batches))
    latents = np.random.RandomState(0).standard_normal((num, LATENT_DIM))
    latents = torch.from_numpy(latents.astype("float32"))[..., None, None]
    generator.eval()
    with torch.no_grad():
        samples = torch.cat([generator(some) for some in latents.split(BATCH_SIZE)])
    return kgz.images.to_uint8(samples.permute(0, 2, 3, 1).numpy())


# The engine.


def samples_of_engine(images, seed, num):
    """Trains on uint8 images (n, 28, 28, 1) and returns `num` new ones."""
    model = kgz.DCGAN(latent_dim=LATENT_DIM, base_channels=BASE_CHANNELS, seed=seed)
    model.fit(images, batch_size=BATCH_SIZE, shuffle=False, verbose=0)
    return model.generate(num, seed=0)


# The duel.


def run(contestant, seed, steps, path):
    """Trains a contestant once, and writes a sample grid and an evaluation.

    Args:
        contestant: A key of `BACKEND_OF`.
        seed: Of everything that is drawn.
        steps: Training steps.
        path: Of the evaluation.
    """
    images, _ = kgz.datasets.load("fashion_mnist")
    random = np.random.RandomState(seed)
    epochs = -(-steps * BATCH_SIZE // len(images))
    order = np.concatenate([random.permutation(len(images)) for _ in range(epochs)])
    images = images[order[: steps * BATCH_SIZE]]
    samples_of = samples_of_loop if contestant == LOOP else samples_of_engine
    samples = samples_of(images, seed, num=10_000)

    grid = kgz.images.make_grid(samples[:64])
    kgz.images.to_pillow(grid).save(path.with_suffix(".png"))
    test_images, _ = kgz.datasets.load("fashion_mnist", split="test")
    extractor = kgz.metrics.extractors.fashion_mnist_cnn()
    kgz.evaluate(samples, test_images, extractor=extractor).save(path)


def evaluations(contestant, options):
    """The evaluation of each seed, from a file or from a run in a new process."""
    found = []
    for seed in range(options.seeds):
        backend = BACKEND_OF[contestant]
        name = "loop" if contestant == LOOP else backend
        path = options.out / f"{name}_{options.steps}_steps_seed_{seed}.json"
        if not path.exists():
            arguments = ["--run", contestant, "--seed", str(seed), "--path", str(path)]
            subprocess.run(
                [sys.executable, __file__, "--steps", str(options.steps), *arguments],
                env={**os.environ, "KERAS_BACKEND": backend},
                check=True,
            )
        found.append(kgz.Evaluation.load(path))
    return found


def duel(options):
    """Runs what is missing, and prints the table and the verdicts."""
    options.out.mkdir(parents=True, exist_ok=True)
    table = {}
    for contestant in BACKEND_OF:
        found = evaluations(contestant, options)
        scores = np.array([list(evaluation.values()) for evaluation in found])
        table[contestant] = scores.mean(axis=0), scores.std(axis=0, ddof=1)
    metrics = list(found[0])

    print("|".join(["", " Trained by ", *(f" {name} " for name in metrics), ""]))
    print("|".join(["", *[" --- "] * (len(metrics) + 1), ""]))
    for contestant, (means, stds) in table.items():
        cells = [f" {m:.2f} ± {s:.2f} " for m, s in zip(means, stds, strict=True)]
        print("|".join(["", f" {contestant} ", *cells, ""]))

    # Three seeds say little of a spread, so that of all contestants is pooled.
    spread = np.sqrt(np.mean([stds[0] ** 2 for _, stds in table.values()]))
    for contestant in list(BACKEND_OF)[1:]:
        worse = table[contestant][0][0] - table[LOOP][0][0]
        verdict = "worse" if worse > spread else "no worse"
        print(
            f"{contestant}: {verdict} than the {LOOP} (Frechet distance {worse:+.2f}, "
            f"one standard deviation is {spread:.2f})"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--seeds", type=int, default=3, help="at least 2")
    parser.add_argument("--out", type=pathlib.Path, default="runs/duel_pytorch")
    # One run, as the processes of this script are started.
    parser.add_argument("--run", choices=BACKEND_OF, help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--path", type=pathlib.Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.run:
        run(options.run, options.seed, options.steps, options.path)
    else:
        duel(options)
