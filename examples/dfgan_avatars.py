"""Trains a DFGAN to draw avatars of captions.

    KERAS_BACKEND=torch python examples/dfgan_avatars.py
    KERAS_BACKEND=torch python examples/dfgan_avatars.py --text sentences --side 32

Everything goes to `runs/dfgan_avatars_64/`: checkpoints, a grid of samples after each
epoch, whose captions are those in `model.text.examples`, and at the end the preset.

With `--text sentences` captions are read by a `text.SentenceEncoder`, and the folder is
`runs/dfgan_avatars_64_sentences/`. No caption says "ginger" then, so that one can ask
for it: see `benchmarks/evaluate_synonyms.py`.
"""

import keras
import numpy as np
import training

import keras_gan_zoo as kgz

AVATARS = "the data set avatars of keras_gan_zoo.datasets, with captions"


def main(chosen):
    """Trains, or goes on, and writes the preset."""
    name = f"dfgan_avatars_{chosen.side}"
    faces = kgz.datasets.avatars(captions=chosen.captions)
    num = chosen.images or len(faces.images)
    images = kgz.datasets.downsample(faces.images[:num], 64 // chosen.side)
    captions = faces.captions[:num]
    if chosen.text == "sentences":
        name += "_sentences"
        text = kgz.text.SentenceEncoder(dim=chosen.dim)
        captions = np.char.replace(captions, "a ginger", "an orange")
        captions = np.char.replace(captions, "ginger", "orange")
    else:
        text = kgz.text.WordEncoder(dim=chosen.dim, word_dim=chosen.word_dim)
    folder = chosen.out / name
    model = kgz.DFGAN(
        latent_dim=chosen.latent_dim,
        text=text,
        base_channels=chosen.base_channels,
        seed=chosen.seed,
    )
    # Paper: a rate of 1e-4, over hundreds of epochs; here: more, for fewer.
    model.compile(
        ema=chosen.ema,
        generator_optimizer=keras.optimizers.Adam(chosen.rate, beta_1=0.0, beta_2=0.9),
    )
    minutes, _ = training.train(
        model,
        (images, captions),
        folder / "checkpoints",
        chosen.epochs,
        chosen.seed,
        [kgz.callbacks.SampleGrid(folder, num=16)],
        batch_size=chosen.batch_size,
    )
    print(*model.text.examples, sep="\n")
    training.save_preset(model, folder / name, chosen, minutes, AVATARS)


if __name__ == "__main__":
    parser = training.parser(epochs=60)
    parser.add_argument("--text", choices=("words", "sentences"), default="words")
    parser.add_argument("--side", type=int, choices=(32, 64), default=64)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--base-channels", type=int, default=32)
    parser.add_argument("--latent-dim", type=int, default=100)
    parser.add_argument("--dim", type=int, default=256, help="of sentences")
    parser.add_argument("--word-dim", type=int, default=128)
    parser.add_argument("--captions", type=int, default=5, help="of each face")
    parser.add_argument("--rate", type=float, default=2e-4, help="of the generator")
    parser.add_argument("--ema", type=float, default=0.999)
    parser.add_argument("--images", type=int, default=0, help="fewer; 0: all")
    main(parser.parse_args())
