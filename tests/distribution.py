"""One process of a distributed run, which `test_distribution.py` starts.

    python -m tests.distribution MODE INDEX PORT FOLDER

Trains small models on the same data, on one device, two devices or two processes, and
writes what they ended with.
"""

import contextlib
import json
import os
import sys

# Beside "single", which all others are compared with.
MODES = {
    "tensorflow": ["devices", "processes"],
    "jax": ["devices", "sharded", "processes"],
    "torch": ["processes"],
}
SIZE = (8, 8, 1)
LATENT_DIM = 4
BATCH = 8


def prepare(mode, index, port):
    """Tells the framework of the devices. Returns TensorFlow's strategy or None."""
    backend = os.environ["KERAS_BACKEND"]
    addresses = [f"localhost:{port}", f"localhost:{port + 1}"]
    if mode == "single":
        return None
    if backend == "tensorflow" and mode == "processes":
        task = {"type": "worker", "index": index}
        cluster = {"worker": addresses}
        os.environ["TF_CONFIG"] = json.dumps({"cluster": cluster, "task": task})
    if backend == "jax" and mode != "processes":
        flags = os.environ.get("XLA_FLAGS", "")
        os.environ["XLA_FLAGS"] = f"{flags} --xla_force_host_platform_device_count=2"
    return globals()[f"prepare_{backend}"](mode, index, addresses)


def prepare_tensorflow(mode, index, addresses):
    import tensorflow as tf

    if mode == "processes":
        return tf.distribute.MultiWorkerMirroredStrategy()
    halves = [tf.config.LogicalDeviceConfiguration()] * 2
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0], halves
    )
    return tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"])


def prepare_jax(mode, index, addresses):
    import keras

    if mode == "processes":
        keras.distribution.initialize(addresses[0], 2, index)
        distribution = keras.distribution.DataParallel(auto_shard_dataset=False)
    elif mode == "devices":
        distribution = keras.distribution.DataParallel()
    else:
        mesh = keras.distribution.DeviceMesh((1, 2), ["batch", "model"])
        layout = keras.distribution.LayoutMap(mesh)
        layout[".*dense.*kernel"] = (None, "model")
        distribution = keras.distribution.ModelParallel(
            layout_map=layout, batch_dim_name="batch"
        )
    keras.distribution.set_distribution(distribution)


def prepare_torch(mode, index, addresses):
    from torch import distributed

    distributed.init_process_group(
        "gloo", init_method=f"tcp://{addresses[0]}", rank=index, world_size=2
    )


def train(strategy, folder):
    """Returns by name what two devices must do as one does."""
    import keras
    import numpy as np
    from keras import layers, ops

    import keras_gan_zoo as kgz

    class FromGivenLatents(kgz.DCGAN):
        """The latents come with the data, so that they are the same in every mode."""

        requires_labels = True

        def build_generator(self):
            return keras.Sequential(
                [
                    keras.Input((LATENT_DIM,)),
                    layers.Dense(32, "leaky_relu"),
                    layers.Dense(64, "tanh"),
                    layers.Reshape(SIZE),
                ]
            )

        def build_discriminator(self):
            return keras.Sequential(
                [
                    keras.Input(SIZE),
                    layers.Conv2D(8, 3, 2, activation="leaky_relu"),
                    layers.Flatten(),
                    layers.Dense(16, "leaky_relu"),
                    layers.Dense(1, name="logits"),
                ]
            )

        def sample_like(self, batch):
            return self.generator(batch.condition, training=True)

    class Normalized(FromGivenLatents):
        """Its discriminator normalizes the images, and sees real ones alone."""

        def build_discriminator(self):
            return keras.Sequential(
                [
                    keras.Input(SIZE),
                    layers.BatchNormalization(momentum=0.0),
                    layers.Flatten(),
                    layers.Dense(1, name="logits"),
                ]
            )

        def discriminator_loss(self, batch, fake):
            return {"discriminator_loss": ops.mean(self.discriminate(batch.real))}

        def generator_loss(self, batch, fake):
            return {"generator_loss": ops.mean(fake)}

    images, latents = made_data()
    adam = keras.optimizers.Adam
    with contextlib.nullcontext() if strategy is None else strategy.scope():
        model = FromGivenLatents(SIZE, LATENT_DIM, seed=2)
        model.compile(
            generator_optimizer=adam(1e-3),
            discriminator_optimizer=adam(1e-3),
            regularizers="r1",
            # Its p stays 0, so that nothing is drawn, and its mean sign moves.
            augment=kgz.augment.AdaptiveAugment(target=0.999, every=100),
            ema=0.9,
        )
        normalized = Normalized(SIZE, LATENT_DIM, seed=2)
        normalized.compile(regularizers=[])
    fit = {"batch_size": BATCH, "verbose": 0}
    checkpoint = kgz.callbacks.Checkpoint(folder)
    history = model.fit(images, latents, epochs=2, callbacks=[checkpoint], **fit)
    normalized.fit(images[:BATCH], latents[:BATCH], **fit)
    _, _, mean, variance = normalized.discriminator.layers[0].weights
    if strategy is None:
        draws = [model.noise(2)]
    else:
        drawn = strategy.run(model.noise, (2,))
        draws = strategy.experimental_local_results(drawn)
    if isinstance(keras.distribution.distribution(), keras.distribution.ModelParallel):
        specs = [str(weight.value.sharding.spec) for weight in model.weights]
        assert any("model" in spec for spec in specs), specs  # it was cut indeed
    array = ops.convert_to_numpy
    return {
        "weights": np.concatenate([array(weight).ravel() for weight in model.weights]),
        "mean": array(mean),
        "variance": array(variance),
        "draws": np.array([array(draw) for draw in draws]),
        **history.history,
    }


def made_data():
    """Images, and the latents that belong to them."""
    import numpy as np

    random = np.random.RandomState(0)
    images = random.randint(0, 256, (5 * BATCH, *SIZE)).astype("uint8")
    return images, random.uniform(-1, 1, (5 * BATCH, LATENT_DIM)).astype("f4")


if __name__ == "__main__":
    mode, index, port, folder = sys.argv[1:]
    strategy = prepare(mode, int(index), int(port))
    import numpy as np

    np.savez(f"{folder}.npz", **train(strategy, folder))
