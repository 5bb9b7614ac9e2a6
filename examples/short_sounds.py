"""What the scripts that train a WaveGAN on short sounds share.

In place of the paper's critic, which takes five steps with a penalty for each of the
generator's, a discriminator takes one, with R1 and the non-saturating loss (Mescheder
et al. 2018, https://arxiv.org/abs/1801.04406): four times as many steps an hour. The
rates of both optimizers fall to 0 along a line.
"""

import numpy as np
import training

import keras_gan_zoo as kgz


def parser(epochs, rate):
    """The options of such a script."""
    options = training.parser(epochs)
    options.add_argument("--samples", type=int, default=4_096, help="of a sound")
    options.add_argument("--rate", type=int, default=rate, help="in Hz")
    options.add_argument("--batch-size", type=int, default=32)
    options.add_argument("--base-channels", type=int, default=16)
    options.add_argument("--gamma", type=float, default=1.0, help="weight of R1")
    return options


def train(name, waves, labels, data, chosen):
    """Trains a WaveGAN with classes, and writes sounds of each class and the preset.

    Args:
        name: Of the preset.
        waves: Array (num, samples, 1).
        labels: Integers (num,).
        data: Where they are from, in words.
        chosen: The options.
    """
    folder, num_classes = chosen.out / name, int(labels.max()) + 1
    model = kgz.WaveGAN(
        num_classes=num_classes,
        rate=chosen.rate,
        base_channels=chosen.base_channels,
        seed=chosen.seed,
    )
    model.critic_steps = 1
    seen = len(waves) * chosen.epochs
    model.compile(
        generator_optimizer=adam(seen),
        discriminator_optimizer=adam(seen),
        loss="non_saturating",
        regularizers=kgz.regularizers.R1(chosen.gamma),
        ema=0.999,
    )

    def each_class(model):
        """The same latents for each class."""
        latents = np.repeat(model.latents(1, seed=0), num_classes, axis=0)
        return model.generate(latents=latents, labels=np.arange(num_classes))

    grid = kgz.callbacks.SampleGrid(folder, columns=num_classes // 2, draw=each_class)
    minutes, _ = training.train(
        model,
        (waves, labels),
        folder / "checkpoints",
        chosen.epochs,
        chosen.seed,
        [grid],
        batch_size=chosen.batch_size,
    )
    model.domain.save(each_class(model), folder / "sounds" / "class.wav")
    training.save_preset(model, folder / name, chosen, minutes, data)


def adam(images):
    """An optimizer whose rate falls to 0 over so many images."""
    rate = kgz.schedules.Linear(4e-4, 0.0, images)
    return kgz.schedules.ScheduledAdam(rate, beta_1=0.0, beta_2=0.99)
