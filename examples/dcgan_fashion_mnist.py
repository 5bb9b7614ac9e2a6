"""Trains a DCGAN on the 60,000 garments of Fashion-MNIST.

    apt-get install dataset-fashion-mnist    # or: pip install tensorflow-datasets
    KERAS_BACKEND=tensorflow python examples/dcgan_fashion_mnist.py

25 epochs take about 40 minutes on one CPU core. Everything goes to
`runs/dcgan_fashion_mnist/`: a sample grid for each epoch, an animation, checkpoints
and the preset that ships with the package. Expect trousers, sneakers, bags and
pullovers that a person can name, from the third epoch on, with grain at first; the last
grid is the picture of docs/models/dcgan.md.
"""

import fashion_mnist
import keras
import training
from keras import layers

import keras_gan_zoo as kgz


def discriminator(image_shape=(28, 28, 1), base_channels=32):
    """Images in [-1, 1] to logits (batch, 1), without batch normalization.

    Dropout and the noise of the stages keep it from running ahead in its place.
    """
    images = keras.Input(image_shape)
    x = images
    for channels in (base_channels, 2 * base_channels):
        x = layers.Conv2D(channels, 4, 2, "same", kernel_initializer="he_normal")(x)
        x = layers.Dropout(0.3)(layers.LeakyReLU(0.2)(x))
    x = layers.Dense(256, kernel_initializer="he_normal")(layers.Flatten()(x))
    x = layers.Dropout(0.3)(layers.LeakyReLU(0.2)(x))
    return keras.Model(images, layers.Dense(1)(x))


def adam(rate):
    """The paper's optimizer at another rate."""
    return keras.optimizers.Adam(rate, beta_1=0.5)


def main(chosen):
    """Trains with much noise on all images, then with little, which shows details."""
    keras.utils.set_random_seed(chosen.seed)
    model = kgz.DCGAN(base_channels=32, discriminator=discriminator(), seed=chosen.seed)
    folder = chosen.out / "dcgan_fashion_mnist"
    stages = {"rough": (0.15, chosen.rough_epochs), "fine": (0.03, chosen.epochs)}
    minutes = steps = 0
    for stage, (noise, epochs) in stages.items():
        model.compile(
            generator_optimizer=adam(4e-4),
            discriminator_optimizer=adam(2e-4),
            augment=layers.GaussianNoise(noise, seed=chosen.seed),
            ema=0.999,
        )
        minutes += fashion_mnist.fit(model, folder / stage, 64, epochs, chosen.seed)
        steps += int(model.generator_optimizer.iterations)
    fashion_mnist.finish(
        model, folder / "dcgan_fashion_mnist", chosen, minutes, steps=steps
    )


if __name__ == "__main__":
    options = training.parser(epochs=15)
    options.add_argument("--rough-epochs", type=int, default=10)
    main(options.parse_args())
