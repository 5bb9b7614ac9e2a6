"""How good are the sounds of a WaveGAN? Words by a classifier, drums by neighbours.

    apt-get install espeak-ng sonic-pi-samples
    pip install soundfile
    export KERAS_BACKEND=torch
    python benchmarks/sounds.py runs/wavegan_spoken_digits/wavegan_spoken_digits
    python benchmarks/sounds.py runs/wavegan_drums/wavegan_drums --data drums

Beside the model stand real sounds, white noise, and real sounds whose sixteen parts are
shuffled, which must all score worse. Without a model these stand alone. The scores of a
preset go into its record.

Spoken digits are compared with clips in voices that training never heard, by what
`spoken_digits_cnn` hears: how many of the ten digits there are (one clip in which one
is heard with a probability of 0.9 suffices); the share of clips in which any is; how
unequally the digits are heard (reverse KL divergence, 0 is best); Inception Score and
Frechet distance; and the share of clips in which the digit is heard that was asked for.

Drums are compared by the logarithms of their mel spectrograms, whose mean difference is
the distance of two sounds, in nats. Agreement is the share of sounds whose nearest real
one, other than itself, is of the kind that was asked for; kinds are how many of the six
the nearest ones are of; nearest is the mean distance to these; and diversity the mean
distance of two sounds of the same row, at best that of the real ones.
"""

import argparse

import numpy as np
import records
from keras import ops

import keras_gan_zoo as kgz
from keras_gan_zoo.cli.library import load_model
from keras_gan_zoo.layers import MelSpectrogram
from keras_gan_zoo.metrics.extractors import spoken_digits_cnn
from keras_gan_zoo.metrics.modes import coverage_of_counts

SURE = 0.9  # probability from which on a digit counts as heard
PARTS = 16


def rows_of(model, real, labels, options):
    """Dict of name to waves and the labels that they are to have, or None."""
    random = np.random.default_rng(options.seed)
    parts = real.reshape(len(real), PARTS, -1)
    noise = random.uniform(-0.5, 0.5, real.shape).astype("float32")
    shuffled = random.permuted(np.arange(PARTS)[None].repeat(len(real), 0), axis=1)
    shuffled = np.take_along_axis(parts, shuffled[..., None], axis=1)
    rows = {
        "real": (real, labels),
        "shuffled": (shuffled.reshape(real.shape), labels),
        "noise": (noise, labels),
    }
    if model:
        rows[type(model).__name__] = generated(model, options)
    return rows


def generated(model, options):
    """Waves of a model, and the labels that they were asked for, equally many each."""
    if not model.conditional:
        return model.generate(options.num, seed=options.seed), None
    asked = np.arange(options.num) % model.num_classes
    return model.generate(labels=asked, seed=options.seed), asked


def of_digits(options, samples, rate):
    """Real words, their digits, a function that scores others, and the protocol."""
    waves, labels, _ = kgz.datasets.spoken_digits(
        2 * options.num, "test", samples, rate, seed=options.seed
    )
    real, others = np.split(waves, 2)
    classifier = spoken_digits_cnn(rate)

    def score(waves, asked):
        probabilities = classifier.probabilities(waves)
        heard, sure = probabilities.argmax(axis=1), probabilities.max(axis=1) >= SURE
        counts = [np.bincount(x, minlength=10) for x in (heard, heard[sure])]
        found, share, inequality = coverage_of_counts(np.array(counts))
        wanted = ["frechet_distance", "inception_score"]
        result = kgz.evaluate(
            waves, others, wanted, extractor=classifier, num_samples=len(waves)
        )
        return {
            "digits": int(found),
            "sure": float(share),
            "inequality": float(inequality),
            "inception_score": result["inception_score"],
            "frechet_distance": result["frechet_distance"],
            "as_asked": share_of(asked, heard),
        }

    protocol = {
        "real": f"{len(others):,} of spoken_digits, voices held out",
        "num_generated": options.num,
        "extractor": classifier.name,
        "sure": f"one digit with {SURE:.0%} or more",
    }
    return real, labels[: options.num], score, protocol


def of_drums(options, samples, rate):
    """Real strokes, their kinds, a function that scores others, and the protocol."""
    real, labels, _ = kgz.datasets.drums("all", samples, rate)
    options.num = len(real)
    mel, encode = MelSpectrogram(rate, highest=None), kgz.domains.Audio(rate).encode

    def flat(waves):
        return ops.convert_to_numpy(mel(encode(waves))).reshape(len(waves), -1)

    def score(waves, asked):
        own = flat(waves)
        distances = distances_of(own, flat(real))
        if waves is real:
            np.fill_diagonal(distances, np.inf)  # leave one out
        kinds = labels[distances.argmin(axis=1)]
        pairs = distances_of(own, own)[~np.eye(len(own), dtype=bool)]
        return {
            "agreement": share_of(asked, kinds),
            "kinds": len(np.unique(kinds)),
            "nearest": float(distances.min(axis=1).mean()),
            "diversity": float(pairs.mean()),
        }

    protocol = {"real": "all of drums", "num_generated": options.num}
    return real, labels, score, protocol


def distances_of(one, others):
    """Mean differences of rows, an array (num, num_others)."""
    return np.stack([np.abs(x - others).mean(axis=1) for x in one])


def share_of(asked, received):
    """The share of labels that are as they should be; None where none were asked."""
    return None if asked is None else float((asked == received).mean())


def main(options):
    """Prints the table, and writes the scores of a preset into its record."""
    model = load_model(kgz, options.model, "generate") if options.model else None
    samples, rate = options.samples, options.rate
    if model:
        (samples, _), rate = model.image_shape, model.rate
    prepare = {"digits": of_digits, "drums": of_drums}[options.data]
    real, labels, score, protocol = prepare(options, samples, rate)
    for name, row in rows_of(model, real, labels, options).items():
        scores = {k: v if v is None else round(v, 3) for k, v in score(*row).items()}
        if name == "real":
            print(f"| | {' | '.join(scores)} |\n| --- |{' --- |' * len(scores)}")
        print(f"| {name} | {' | '.join(map(str, scores.values()))} |", flush=True)
    if model and (records.folder_of(options.model) / "preset.json").is_file():
        evaluation = {"scores": scores, "protocol": protocol}
        records.write(records.folder_of(options.model), evaluation=evaluation)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", nargs="?", help="preset, its folder, or .keras file")
    parser.add_argument("--data", default="digits", choices=["digits", "drums"])
    parser.add_argument("--num", type=int, default=1_000, help="of digits in each row")
    parser.add_argument("--samples", type=int, default=16_384, help="if no model")
    parser.add_argument("--rate", type=int, default=16_000, help="in Hz, if no model")
    parser.add_argument("--seed", type=int, default=2)
    main(parser.parse_args())
