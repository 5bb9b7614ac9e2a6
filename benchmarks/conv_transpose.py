"""How long convolutions and their gradients take, Keras' layers and ours.

    export OMP_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1
    export XLA_FLAGS="--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    KERAS_BACKEND=jax python benchmarks/conv_transpose.py

The maps are those of DCGAN's generator for 32x32 pixels, of WaveGAN's for sounds and of
a generator of voxels, and of the discriminators that mirror them. A step is forward and
backward, to the slopes in inputs and kernel; a penalty is the slope in the kernel of
the squared slope in the inputs. Keras' layer and ours take turns; printed are medians
on one core. Without the first two lines all cores compute. On JAX it takes a quarter of
an hour, nearly all of it in Keras' layers.
"""

import time

import keras
import numpy as np
from keras import ops

import keras_gan_zoo as kgz

ROUNDS = 5
STAGES = [  # layer, batch, inputs of one, filters, kernel, strides
    ("Conv2DTranspose", 64, (4, 4, 256), 128, 4, 2),
    ("Conv2DTranspose", 64, (8, 8, 128), 64, 4, 2),
    ("Conv2DTranspose", 64, (16, 16, 64), 3, 4, 2),
    ("Conv1DTranspose", 64, (256, 256), 128, 25, 4),
    ("Conv1D", 64, (1024, 128), 256, 25, 4),
    ("Conv3DTranspose", 16, (8, 8, 8, 128), 64, 4, 2),
    ("Conv3D", 16, (16, 16, 16, 64), 128, 4, 2),
]


def jax_gradients(loss, inputs, kernel):
    """A compiled function to the gradients in both."""
    import jax

    step = jax.jit(jax.grad(loss, argnums=(0, 1)))
    return lambda: jax.block_until_ready(step(inputs, kernel))


def tensorflow_gradients(loss, inputs, kernel):
    """The same."""
    import tensorflow as tf

    @tf.function
    def step(*at):
        with tf.GradientTape() as tape:
            tape.watch(at)
            total = loss(*at)
        return tape.gradient(total, at)

    return lambda: [x.numpy() for x in step(inputs, tf.convert_to_tensor(kernel))]


def torch_gradients(loss, inputs, kernel):
    """The same, not compiled, as in training."""
    import torch

    inputs, kernel = (x.detach().requires_grad_() for x in (inputs, kernel))
    return lambda: torch.autograd.grad(loss(inputs, kernel), (inputs, kernel))


def step_of(layer, inputs, penalty):
    """A function without arguments that takes one step."""
    layer.build(inputs.shape)
    kgz.backend.inference(lambda layer, x: x, layer)  # orders kernels as training does

    def outputs(inputs, kernel):
        with keras.StatelessScope([(layer.kernel, kernel)]):
            return ops.sin(layer(inputs))

    def squared_slope(inputs, kernel):
        slope = kgz.backend.gradient(lambda x: ops.sum(outputs(x, kernel)), inputs)
        return ops.sum(slope**2)

    gradients = globals()[f"{keras.backend.backend()}_gradients"]
    loss = squared_slope if penalty else lambda *at: ops.sum(outputs(*at))
    return gradients(loss, ops.convert_to_tensor(inputs), layer.kernel.value)


def compare(name, batch, shape, filters, size, strides, penalty):
    """Medians in milliseconds, of Keras' layer and of ours."""
    inputs = np.random.RandomState(0).standard_normal((batch, *shape))
    arguments = (filters, size, strides, "same")
    steps = [
        step_of(
            getattr(home, name)(*arguments, use_bias=False),
            inputs.astype("float32"),
            penalty,
        )
        for home in (keras.layers, kgz.layers)
    ]
    times = [[] for _ in steps]
    for _ in range(ROUNDS + 1):
        for step, taken in zip(steps, times, strict=True):
            begun = time.perf_counter()
            step()
            taken.append(1e3 * (time.perf_counter() - begun))
    return [np.median(taken[1:]) for taken in times]


def main():
    """Prints one line for each stage, two where it may be in a penalty."""
    for stage in STAGES:
        name, batch, shape, filters, *_ = stage
        for penalty in (False,) if name.endswith("Transpose") else (False, True):
            theirs, own = compare(*stage, penalty)
            kind = "penalty" if penalty else "step"
            what = f"{name} {kind}, {batch}x{'x'.join(map(str, shape))} to {filters}"
            print(f"{what:46} Keras {theirs:8.1f} ms, ours {own:7.1f} ms", flush=True)


if __name__ == "__main__":
    main()
