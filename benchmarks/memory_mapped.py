"""Measures what training on an array mapped from disk takes, against a small array.

    python benchmarks/memory_mapped.py --megabytes 2048

On each backend an epoch over all of a file is trained in a process of its own, and as
many steps on a file of 64 images. Of both there is the peak of

* anonymous memory (RssAnon in /proc/self/status): what the process has allocated, and
  what nothing but its end gives back. A copy of the array would be in it;
* resident memory (VmHWM, which ru_maxrss is in a process without a larger parent):
  that and the pages of files that it has touched, which the system may take back at
  any time.

The file is written before, so that most of it is in the page cache of the system,
which belongs to no process and is not counted here.
"""

import argparse
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import keras
import numpy as np

SHAPE = (64, 64, 3)
BATCH = 256
FEW = 64  # images
BACKENDS = ("tensorflow", "jax", "torch")


def write(path, num):
    """Writes images of noise, and labels beside them."""
    random = np.random.default_rng(0)
    images = np.lib.format.open_memmap(path, "w+", "uint8", (num, *SHAPE))
    for start in range(0, num, 4_096):
        part = images[start : start + 4_096]
        part[:] = np.frombuffer(random.bytes(part.size), "uint8").reshape(part.shape)
    images.flush()
    np.save(labels_of(path), np.arange(num, dtype="int32") % 10)


def labels_of(path):
    return path.with_name(f"labels_{path.name}")


def small_model(kgz, labelled):
    """A model that takes less time for a batch than it takes to read it."""
    if labelled:
        return kgz.ConditionalGAN(base_channels=4, latent_dim=8, seed=0)
    layers = keras.layers
    generator = keras.Sequential(
        [
            keras.Input((8,)),
            layers.Dense(8 * 8 * 3),
            layers.Reshape((8, 8, 3)),
            layers.UpSampling2D(8),
            layers.Activation("tanh"),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input(SHAPE),
            layers.AveragePooling2D(8),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
    networks = {"generator": generator, "discriminator": discriminator}
    return kgz.VanillaGAN(latent_dim=8, seed=0, **networks)


def train(path, steps, labelled):
    """Trains, and prints the peak of resident memory in MB and the seconds it took."""
    import keras_gan_zoo as kgz  # of the backend that this process is for

    images = np.load(path, mmap_mode="r")
    labels = np.load(labels_of(path), mmap_mode="r") if labelled else None
    model = small_model(kgz, labelled)
    begun = time.perf_counter()
    model.fit(images, labels, batch_size=BATCH, steps_per_epoch=steps, verbose=0)
    seconds = time.perf_counter() - begun
    print(status_of("self", "VmHWM"), seconds)


def measure(backend, path, steps, labelled):
    """Trains in a process of its own, and adds the peak of its anonymous memory."""
    run = subprocess.Popen(
        [sys.executable, __file__, "--train", path, "--steps", str(steps)]
        + ["--labelled"] * labelled,
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3"},
        stdout=subprocess.PIPE,
        text=True,
    )
    anonymous = 0
    while run.poll() is None:
        anonymous = max(anonymous, status_of(run.pid, "RssAnon"))
        time.sleep(0.01)
    if run.returncode:
        raise subprocess.CalledProcessError(run.returncode, run.args)
    resident, seconds = run.stdout.read().split()[-2:]
    return anonymous, float(resident), float(seconds)


def status_of(process, name):
    """A line of what the system says of a process, in MB; 0 if it is at its end."""
    status = pathlib.Path(f"/proc/{process}/status").read_text()
    found = re.search(rf"{name}:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0


def report(options):
    num = options.megabytes * 2**20 // int(np.prod(SHAPE))
    steps = -(-num // BATCH)
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        small, large = (pathlib.Path(folder) / f"{n}.npy" for n in ("small", "large"))
        write(small, FEW)
        write(large, num)
        print(f"{large.stat().st_size / 2**20:,.0f} MB, {steps} steps of {BATCH}")
        print("backend     array   anonymous MB  resident MB  seconds")
        for backend in options.backends:
            found = {}
            for path in (small, large):
                found[path] = measure(backend, path, steps, options.labelled)
                row = "{:12.0f} {:12.0f} {:8.0f}".format(*found[path])
                print(f"{backend:11} {path.stem:7} {row}", flush=True)
            more = [b - a for a, b in zip(found[small], found[large], strict=True)]
            print(f"{backend:11} {'more':7} {more[0]:12.0f} {more[1]:12.0f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=int, default=2_048, help="of the file")
    parser.add_argument("--folder", help="where it is written, and removed again")
    parser.add_argument("--backends", nargs="+", default=BACKENDS, choices=BACKENDS)
    parser.add_argument("--labelled", action="store_true", help="with labels")
    parser.add_argument("--train", type=pathlib.Path, help=argparse.SUPPRESS)
    parser.add_argument("--steps", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.train:
        train(options.train, options.steps, options.labelled)
    else:
        report(options)
