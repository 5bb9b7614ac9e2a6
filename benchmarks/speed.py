"""Times `fit` and `generate` against what one writes by hand in each framework.

    make bench                      # or: python benchmarks/speed.py
    python benchmarks/speed.py --only flagships

Needs all three backends and a quiet machine: about half an hour on 2 cores. Prints
the tables and writes them into docs/benchmarks.md. Each part runs in a process of its
own, in which the contestants take turns; ratios are medians of the ratios of a round.
"""

import argparse
import importlib
import json
import os
import pathlib
import random
import re
import resource
import subprocess
import sys
import time
from unittest import mock

import numpy as np

BACKENDS = ("tensorflow", "jax", "torch")
PAGE = pathlib.Path(__file__).parents[1] / "docs" / "benchmarks.md"
BATCH, ROUNDS, BASE_CHANNELS = 64, 4, 64
STEPS = 16  # a round; at 64x64 half of them
# Models whose loops by hand are files of their own, with small networks.
FLAGSHIPS = {
    "StyleGAN2": {"latent_dim": 64, "base_channels": 16},
    "R3GAN": {"base_channels": 8},
    "BigGAN": {
        "num_classes": 10,
        "base_channels": 16,
        "discriminator_base_channels": 16,
    },
}
FLAGSHIP_BATCH = 16
# A virtual device is a thread of its own.
ONE_THREAD = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"


# The contestants. Frameworks are imported where a process needs them.


def some_images(side, num):
    """uint8 images (num, side, side, 3)."""
    numbers = np.random.RandomState(0).randint(0, 256, (num, side, side, 3))
    return numbers.astype("uint8")


def fit(side, base_channels=BASE_CHANNELS, batch=BATCH):
    """A function: images to so many steps of `DCGAN(base_channels=...).fit`."""
    import keras_gan_zoo as kgz

    model = kgz.DCGAN((side, side, 3), base_channels=base_channels, seed=0)
    return lambda images: model.fit(images, batch_size=batch, verbose=0)


def in_batches(step, batch=BATCH):
    """Makes of a function of one batch one of many images. Returns the last result."""

    def run(*data):
        for begin in range(0, len(data[0]), batch):
            done = step(*(array[begin : begin + batch] for array in data))
        return done

    return run


def loops(backend, side, base_channels=BASE_CHANNELS, **options):
    """The same steps by hand: a dict of name to function, images to nothing."""
    import by_hand

    size = (side, side, 3), base_channels
    if backend == "torch":
        steps = {"PyTorch": by_hand.torch_step(*size, **options)}
    elif backend == "jax":
        steps = {"JAX": by_hand.jax_step(*size, **options)}
    else:
        steps = {
            "TensorFlow with XLA": by_hand.tensorflow_step(*size, True, **options),
            "TensorFlow": by_hand.tensorflow_step(*size, False, **options),
        }

    runs = {name: in_batches(step) for name, step in steps.items()}
    if backend == "jax":  # which returns before it has computed
        return {n: lambda x, r=r: r(x).block_until_ready() for n, r in runs.items()}
    return runs


def bare_generator(backend, model):
    """A compiled call of the generator: latents to images as a NumPy array."""
    import keras

    generator = model.generator
    if backend == "torch":
        import torch

        @torch.no_grad()
        def call(latents):
            return generator(latents, training=False).cpu().numpy()

    elif backend == "jax":
        import jax

        compiled = jax.jit(lambda *args: generator.stateless_call(*args)[0])

        def call(latents):
            weights = generator.trainable_variables, generator.non_trainable_variables
            values = [[variable.value for variable in group] for group in weights]
            return np.asarray(compiled(*values, latents))

    else:
        import tensorflow as tf

        compiled = tf.function(lambda latents: generator(latents, training=False))

        def call(latents):
            return compiled(keras.ops.convert_to_tensor(latents)).numpy()

    return call


# What is measured. Each function is one process, and returns what JSON can hold.


def in_turns(functions, rounds=ROUNDS):
    """Seconds of each function in each round but the first: a dict of arrays."""
    seconds = {name: [] for name in functions}
    turns = list(functions.items())
    for _ in range(rounds + 1):
        random.shuffle(turns)  # whoever goes first has the other's cache
        for name, function in turns:
            begun = time.perf_counter()
            function()
            seconds[name].append(time.perf_counter() - begun)
    return {name: np.array(values[1:]) for name, values in seconds.items()}


def steps(backend, side, base_channels):
    """Milliseconds a step of `fit` and of each loop, and the ratio of the two."""
    number = STEPS * 32 // side
    images = some_images(side, BATCH * number)
    sides = {"fit": fit(side, base_channels), **loops(backend, side, base_channels)}
    seconds = in_turns({n: lambda f=f: f(images) for n, f in sides.items()})
    own = seconds.pop("fit")
    return {
        name: [
            1e3 * np.median(own) / number,
            1e3 * np.median(others) / number,
            np.median(own / others),
        ]
        for name, others in seconds.items()
    }


def flagships(backend, name, side):
    """Milliseconds a step of `fit` and of the loop of a model, and their ratio.

    A round has 16 steps: lazy penalties come every 8 or 16 of them.
    """
    import keras_gan_zoo as kgz

    loop = importlib.import_module(f"by_hand_{name.lower()}").Loop
    arguments, batch = FLAGSHIPS[name], FLAGSHIP_BATCH
    data = [some_images(side, 16 * batch)]
    if "num_classes" in arguments:
        data += [np.arange(16 * batch) % arguments["num_classes"]]
    model = getattr(kgz, name)((side, side, 3), **arguments, seed=0)
    by_hand = in_batches(loop((side, side, 3), **arguments), batch)
    runs = {
        "fit": lambda: model.fit(*data, batch_size=batch, verbose=0),
        "loop": lambda: by_hand(*data),
    }
    own, others = in_turns(runs).values()
    milliseconds = [1e3 * np.median(each) / 16 for each in (own, others)]
    return [*milliseconds, np.median(own / others)]


def variants(backend):
    """The first ratio at 32x32, and what it would be with one thing changed."""
    import keras

    import keras_gan_zoo as kgz
    from keras_gan_zoo.layers import dcgan_blocks

    def contestant(optimizer=None):
        model = kgz.DCGAN((32, 32, 3), base_channels=BASE_CHANNELS, seed=0)
        if optimizer:
            phases = ("generator_optimizer", "discriminator_optimizer")
            model.compile(**{phase: optimizer(1e-4) for phase in phases})
        model.train_on_batch(images[:BATCH])  # makes the networks
        return model

    def fitting(model):
        return lambda: model.fit(images, batch_size=BATCH, verbose=0)

    images = some_images(32, BATCH * STEPS)
    *_, loop = loops(backend, 32).values()
    *_, fresh_loop = loops(backend, 32, fresh=True).values()
    batch_by_batch = in_batches(contestant().train_on_batch)
    runs = {
        "by hand": lambda: loop(images),
        "`fit`": fitting(contestant()),
        "`train_on_batch` for each batch": lambda: batch_by_batch(images),
        "`fit` with SGD in place of Adam": fitting(contestant(keras.optimizers.SGD)),
    }
    names = ("Conv2D", "Conv2DTranspose", "BatchNormalization")
    kept = {name: getattr(keras.layers, name) for name in names}
    with mock.patch.multiple(dcgan_blocks, **kept):
        runs["`fit` with Keras' own layers"] = fitting(contestant())
    fresh = "by hand, generated images of its own for each phase"
    runs[fresh] = lambda: fresh_loop(images)
    seconds = in_turns(runs)
    by_hand = seconds.pop("by hand")
    return {name: np.median(values / by_hand) for name, values in seconds.items()}


def sampling(backend, side):
    """Images a second of `generate` and of the bare generator, and the ratio."""
    import keras_gan_zoo as kgz

    model = kgz.DCGAN((side, side, 3), base_channels=BASE_CHANNELS, seed=0)
    model.generate(1)
    latents = np.random.RandomState(0).standard_normal((1024, 100)).astype("float32")
    call = bare_generator(backend, model)

    def bare():
        for some in latents.reshape(-1, BATCH, 100):
            call(some)

    seconds = in_turns(
        {"own": lambda: model.generate(1024, seed=0, batch_size=BATCH), "bare": bare},
        rounds=1280 // side,
    )
    own, bare = (1024 / np.median(values) for values in seconds.values())
    return [own, bare, np.median(seconds["own"] / seconds["bare"])]


def alone(backend, base_channels, contestant):
    """Seconds to the end of the first step, and MiB that 10 steps need at the peak.

    Both count from when all is imported.
    """
    own = contestant == "fit"
    importlib.import_module("keras_gan_zoo" if own else backend)
    before = peak_memory()
    begun = time.perf_counter()
    loop = (
        fit(32, base_channels) if own else loops(backend, 32, base_channels)[contestant]
    )
    images = some_images(32, 10 * BATCH)
    loop(images[:BATCH])
    first = time.perf_counter() - begun
    loop(images)
    return [first, peak_memory() - before]


def peak_memory():
    """The most memory that this process has held so far, in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def growth(backend):
    """Milliseconds a step of `fit` as the batch, the images and the networks grow."""
    plain = {"side": 32, "base_channels": 32, "batch": 64}
    found = {}
    for name, values in {
        "batch": [16, 32, 64, 128],
        "side": [16, 32, 64],
        "base_channels": [16, 32, 64],
    }.items():
        for value in values:
            settings = {**plain, name: value}
            batch = settings["batch"]
            run, images = fit(**settings), some_images(settings["side"], STEPS * batch)
            seconds = in_turns({"fit": lambda r=run, i=images: r(i)}, rounds=3)["fit"]
            found[f"{name} {value}"] = 1e3 * np.median(seconds) / STEPS
    return found


def devices(backend, number):
    """Milliseconds a step of 64 images on each of so many virtual devices."""
    import keras

    keras.distribution.set_distribution(keras.distribution.DataParallel())
    assert len(keras.distribution.list_devices()) == number
    run, images = fit(32, batch=BATCH * number), some_images(32, STEPS * BATCH * number)
    seconds = in_turns({"fit": lambda: run(images)})["fit"]
    return 1e3 * np.median(seconds) / STEPS


def imports(backend):
    """Seconds that `import keras_gan_zoo` takes after `import keras`."""
    begun = time.perf_counter()
    import keras  # noqa: F401

    middle = time.perf_counter()
    import keras_gan_zoo  # noqa: F401

    return [middle - begun, time.perf_counter() - middle]


def versions(backend):
    """The framework and its version."""
    module = importlib.import_module(backend)
    return f"{backend} {module.__version__}"


# The tables.


def measure(part, backend, *arguments, **environment):
    """Runs a part in a new process."""
    call = json.dumps([part.__name__, backend, *arguments])
    result = subprocess.run(
        [sys.executable, __file__, "--part", call],
        env={**os.environ, "KERAS_BACKEND": backend, **environment},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return json.loads(result.stdout.splitlines()[-1])


def table(*head):
    """The first lines of a Markdown table."""
    return [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |"]


def row(*cells):
    """A line of a Markdown table."""
    return f"| {' | '.join(map(str, cells))} |"


# One function for each table, which measures what it shows and returns its lines.


def table_of_steps():
    lines = table(
        "Backend", "Images", "`base_channels`", "by hand, ms", "`fit`, ms", "ratio"
    )
    for backend in BACKENDS:
        for side, base_channels in ((32, BASE_CHANNELS), (64, BASE_CHANNELS), (32, 8)):
            found = measure(steps, backend, side, base_channels)
            for name, (own, loop, ratio) in found.items():
                cells = f"{loop:.0f}", f"{own:.0f}", f"{ratio:.2f}"
                lines += [row(name, f"{side}x{side}", base_channels, *cells)]
    return lines


def table_of_variants():
    found = {backend: measure(variants, backend) for backend in ("tensorflow", "torch")}
    lines = table("32x32", *(f"{backend}, ratio" for backend in found))
    for name in found["torch"]:
        lines += [row(name, *(f"{of_one[name]:.2f}" for of_one in found.values()))]
    return lines


def table_of_flagships():
    lines = table("Model", "Images", "by hand, ms", "`fit`, ms", "ratio")
    for name in FLAGSHIPS:
        for side in (32, 64):
            own, loop, ratio = measure(flagships, "torch", name, side)
            cells = f"{loop:.0f}", f"{own:.0f}", f"{ratio:.2f}"
            lines += [row(name, f"{side}x{side}", *cells)]
    return lines


def table_of_sampling():
    lines = table(
        "Backend", "Images", "bare, images/s", "`generate`, images/s", "ratio"
    )
    for backend in BACKENDS:
        for side in (32, 64):
            own, bare, ratio = measure(sampling, backend, side)
            cells = f"{bare:.0f}", f"{own:.0f}", f"{ratio:.2f}"
            lines += [row(backend, f"{side}x{side}", *cells)]
    return lines


def table_of_starts():
    names = {"tensorflow": "TensorFlow", "jax": "JAX", "torch": "PyTorch"}
    lines = table(
        "Backend", "Steps", "first step, s", "MiB", "MiB at `base_channels=8`"
    )
    for backend, name in names.items():
        for title, contestant in (("by hand", name), ("`fit`", "fit")):
            runs = [
                [measure(alone, backend, base_channels, contestant) for _ in range(2)]
                for base_channels in (BASE_CHANNELS, 8)
            ]
            (first, peak), (_, small) = np.median(runs, axis=1)
            cells = f"{first:.1f}", f"{peak:.0f}", f"{small:.0f}"
            lines += [row(backend, title, *cells)]
    return lines


def table_of_imports():
    lines = table("Backend", "`import keras`, s", "`import keras_gan_zoo` after it, s")
    for backend in BACKENDS:
        both = np.median([measure(imports, backend) for _ in range(5)], axis=0)
        lines += [row(backend, *(f"{seconds:.2f}" for seconds in both))]
    return lines


def table_of_growth():
    found = {backend: measure(growth, backend) for backend in BACKENDS}
    lines = table("Size", *(f"{backend}, ms" for backend in found))
    for name in found["jax"]:
        lines += [row(name, *(f"{of_one[name]:.0f}" for of_one in found.values()))]
    return lines


def table_of_devices():
    lines = table("Virtual devices", "Images a step", "ms a step", "efficiency")
    found = {}
    for number in (1, 2):
        flags = f"--xla_force_host_platform_device_count={number} {ONE_THREAD}"
        found[number] = measure(devices, "jax", number, XLA_FLAGS=flags)
        cells = f"{found[number]:.0f}", f"{found[1] / found[number]:.2f}"
        lines += [row(number, BATCH * number, *cells)]
    return lines


def machine():
    """A line on the machine, and what runs on it."""
    used = ", ".join(measure(versions, backend) for backend in BACKENDS)
    load = f"load average {os.getloadavg()[0]:.1f} before the first round"
    return [f"{os.cpu_count()} CPU cores, {used}; {load}."]


# In the order of the page.
TABLES = {
    "machine": machine,
    "steps": table_of_steps,
    "variants": table_of_variants,
    "flagships": table_of_flagships,
    "sampling": table_of_sampling,
    "alone": table_of_starts,
    "imports": table_of_imports,
    "growth": table_of_growth,
    "devices": table_of_devices,
}


def write(name, lines):
    """Prints a table, and puts it in its place in the page."""
    print(f"\n{name}\n", *lines, sep="\n", flush=True)
    begin, end = f"<!-- {name}: -->\n", f"<!-- :{name} -->"
    place = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    text = "\n".join([begin, *lines, "", end])
    PAGE.write_text(place.sub(lambda _: text, PAGE.read_text()))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=TABLES, help="measure this table alone")
    # One part, as the processes of this script are started.
    parser.add_argument("--part", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.part:
        name, *arguments = options.part
        print(json.dumps(globals()[name](*arguments)))
    else:
        for name in [options.only] if options.only else TABLES:
            write(name, TABLES[name]())
