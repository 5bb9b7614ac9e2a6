"""How long a transposed convolution and its gradient take, Keras' layer and ours.

    XLA_FLAGS="--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1" \
        KERAS_BACKEND=jax python benchmarks/conv_transpose.py

The maps are those of DCGAN's generator for 32x32 pixels, 64 images a batch. The two
take turns; printed are medians. Without `XLA_FLAGS` all cores compute.
"""

import time

import jax
import keras
import numpy as np
from keras import ops

import keras_gan_zoo as kgz

BATCH, ROUNDS = 64, 7
STAGES = [(4, 256, 128), (8, 128, 64), (16, 64, 3)]  # side, channels in, channels out


def compiled_gradient(layer, shape):
    """A compiled function: images to the gradients in them and in the kernel."""
    layer.build(shape)
    kernel = layer.kernel.value

    def loss(images, kernel):
        with keras.StatelessScope([(layer.kernel, kernel)]):
            return ops.sum(ops.sin(layer(images)))

    step = jax.jit(jax.grad(loss, argnums=(0, 1)))
    return lambda images: jax.block_until_ready(step(images, kernel))


def main():
    """Prints one line for each stage."""
    for side, channels, filters in STAGES:
        shape = (BATCH, side, side, channels)
        images = np.random.RandomState(0).standard_normal(shape).astype("float32")
        arguments = {"strides": 2, "padding": "same", "use_bias": False}
        steps = {
            "Keras": keras.layers.Conv2DTranspose(filters, 4, **arguments),
            "ours": kgz.layers.Conv2DTranspose(filters, 4, **arguments),
        }
        steps = {name: compiled_gradient(layer, shape) for name, layer in steps.items()}
        times = {name: [] for name in steps}
        for _ in range(ROUNDS + 1):
            for name, step in steps.items():
                begun = time.perf_counter()
                step(images)
                times[name].append(1e3 * (time.perf_counter() - begun))
        theirs, own = (np.median(values[1:]) for values in times.values())
        larger = f"{side}x{side}x{channels} to {2 * side}x{2 * side}x{filters}"
        print(f"{larger:24} Keras {theirs:6.1f} ms, ours {own:5.1f} ms")


if __name__ == "__main__":
    main()
