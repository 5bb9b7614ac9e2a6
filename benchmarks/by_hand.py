"""DCGAN's training step as one writes it by hand, once for each framework.

No Keras and nothing of this library: what `fit` is measured against in `speed.py`. Each
function builds the networks of `DCGAN(image_shape, base_channels=...)` for square
images of 8, 16, 32, ... pixels and returns a step: uint8 images (batch, side, side,
channels) to nothing. One batch of generated images serves both networks, which saves a
pass of the generator, and the generator's phase computes no gradients of the
discriminator's weights. With `fresh=True` each phase has images of its own, as under
`fit`.
"""

import functools

import numpy as np

LATENTS = 100
RATE, BETA_1, BETA_2, TINY = 2e-4, 0.5, 0.999, 1e-7  # Adam's
MOMENTUM, EPSILON, LEAK = 0.9, 1e-5, 0.2  # batch normalization's, leaky ReLU's


def channels_of(side, base_channels):
    """Channels of the discriminator's stages, for example [64, 128, 256]."""
    return [base_channels * min(2**stage, 8) for stage in range(int(np.log2(side)) - 2)]


def torch_step(image_shape, base_channels, fresh=False):
    """PyTorch, eagerly, channels last in memory, `torch.optim.Adam`."""
    import torch
    from torch import nn
    from torch.nn.functional import softplus

    def normalize(channels):
        return nn.BatchNorm2d(channels, EPSILON, 1 - MOMENTUM)

    stages = channels_of(image_shape[0], base_channels)
    deepest = stages[-1]
    layers = [nn.Linear(LATENTS, 16 * deepest, False), nn.Unflatten(1, (deepest, 4, 4))]
    for deeper, channels in zip(stages[:0:-1], stages[-2::-1], strict=True):
        layers += [normalize(deeper), nn.ReLU(True)]
        layers += [nn.ConvTranspose2d(deeper, channels, 4, 2, 1, bias=False)]
    layers += [normalize(stages[0]), nn.ReLU(True)]
    layers += [nn.ConvTranspose2d(stages[0], image_shape[-1], 4, 2, 1), nn.Tanh()]
    generator = nn.Sequential(*layers).to(memory_format=torch.channels_last)

    layers = [nn.Conv2d(image_shape[-1], stages[0], 4, 2, 1), nn.LeakyReLU(LEAK, True)]
    for channels, deeper in zip(stages, stages[1:], strict=False):
        layers += [nn.Conv2d(channels, deeper, 4, 2, 1, bias=False)]
        layers += [normalize(deeper), nn.LeakyReLU(LEAK, True)]
    layers += [nn.Flatten(), nn.Linear(16 * deepest, 1)]
    discriminator = nn.Sequential(*layers).to(memory_format=torch.channels_last)

    adam = {"lr": RATE, "betas": (BETA_1, BETA_2), "eps": TINY}
    generator_optimizer = torch.optim.Adam(generator.parameters(), **adam)
    discriminator_optimizer = torch.optim.Adam(discriminator.parameters(), **adam)

    def step(images):
        real = torch.from_numpy(images).permute(0, 3, 1, 2) / 127.5 - 1
        fake = generator(torch.randn(len(images), LATENTS))
        real_logits, fake_logits = discriminator(real), discriminator(fake.detach())
        loss = softplus(-real_logits).mean() + softplus(fake_logits).mean()
        discriminator_optimizer.zero_grad()
        loss.backward()
        discriminator_optimizer.step()

        if fresh:
            fake = generator(torch.randn(len(images), LATENTS))
        discriminator.requires_grad_(False)
        generator_optimizer.zero_grad()
        softplus(-discriminator(fake)).mean().backward()
        generator_optimizer.step()
        discriminator.requires_grad_(True)

    return step


def tensorflow_step(image_shape, base_channels, jit_compile=True, fresh=False):
    """TensorFlow, in one `tf.function`, with its fused normalization and Adam."""
    import tensorflow as tf

    stages = channels_of(image_shape[0], base_channels)

    def weight(*shape):
        return tf.Variable(tf.random.normal(shape, stddev=0.02))

    def normalization(channels):
        scale, offset = tf.Variable(tf.ones(channels)), tf.Variable(tf.zeros(channels))
        mean, variance = tf.zeros(channels), tf.ones(channels)
        moving = [tf.Variable(start, trainable=False) for start in (mean, variance)]
        return scale, offset, moving

    def normalized(x, scale, offset, moving):
        x, *batch, _, _, _ = tf.raw_ops.FusedBatchNormV3(
            x=x, scale=scale, offset=offset, mean=[], variance=[], epsilon=EPSILON
        )
        for old, new in zip(moving, batch, strict=True):
            old.assign_sub((1 - MOMENTUM) * (old - new))
        return x

    first = weight(LATENTS, 16 * stages[-1]), normalization(stages[-1])
    ups = [
        (weight(4, 4, channels, deeper), normalization(channels))
        for deeper, channels in zip(stages[:0:-1], stages[-2::-1], strict=True)
    ]
    last = weight(4, 4, image_shape[-1], stages[0])
    to_image = last, tf.Variable(tf.zeros(image_shape[-1]))
    from_image = (
        weight(4, 4, image_shape[-1], stages[0]),
        tf.Variable(tf.zeros(base_channels)),
    )
    downs = [
        (weight(4, 4, channels, deeper), normalization(deeper))
        for channels, deeper in zip(stages, stages[1:], strict=False)
    ]
    to_logits = weight(16 * stages[-1], 1), tf.Variable(tf.zeros(1))

    def enlarged(x, kernel):
        batch, side, _, _ = x.shape
        shape = batch, 2 * side, 2 * side, kernel.shape[2]
        return tf.nn.conv2d_transpose(x, kernel, shape, 2)

    def generate(latents):
        kernel, normalize = first
        x = tf.reshape(latents @ kernel, (-1, 4, 4, stages[-1]))
        x = tf.nn.relu(normalized(x, *normalize))
        for kernel, normalize in ups:
            x = tf.nn.relu(normalized(enlarged(x, kernel), *normalize))
        kernel, bias = to_image
        return tf.tanh(enlarged(x, kernel) + bias)

    def discriminate(x):
        kernel, bias = from_image
        x = tf.nn.leaky_relu(tf.nn.conv2d(x, kernel, 2, "SAME") + bias, LEAK)
        for kernel, normalize in downs:
            x = normalized(tf.nn.conv2d(x, kernel, 2, "SAME"), *normalize)
            x = tf.nn.leaky_relu(x, LEAK)
        kernel, bias = to_logits
        return tf.reshape(x, (len(x), -1)) @ kernel + bias

    def adam(parts):
        variables = [v for v in tf.nest.flatten(parts) if v.trainable]
        slots = [(tf.Variable(0 * v), tf.Variable(0 * v)) for v in variables]
        time = tf.Variable(0.0)

        def apply(tape, loss):
            time.assign_add(1.0)
            gradients = tape.gradient(loss, variables)
            for variable, slot, gradient in zip(
                variables, slots, gradients, strict=True
            ):
                tf.raw_ops.ResourceApplyAdam(
                    var=variable.handle,
                    m=slot[0].handle,
                    v=slot[1].handle,
                    beta1_power=BETA_1**time,
                    beta2_power=BETA_2**time,
                    lr=RATE,
                    beta1=BETA_1,
                    beta2=BETA_2,
                    epsilon=TINY,
                    grad=gradient,
                )

        return apply

    update_generator = adam([first, ups, to_image])
    update_discriminator = adam([from_image, downs, to_logits])
    softplus = tf.nn.softplus

    @tf.function(jit_compile=jit_compile)
    def step(images):
        real = tf.cast(images, tf.float32) / 127.5 - 1
        with tf.GradientTape() as generator_tape:
            fake = generate(tf.random.normal((len(images), LATENTS)))
            with generator_tape.stop_recording(), tf.GradientTape() as tape:
                loss = tf.reduce_mean(softplus(-discriminate(real)))
                loss += tf.reduce_mean(softplus(discriminate(fake)))
            with generator_tape.stop_recording():
                update_discriminator(tape, loss)
            if fresh:
                fake = generate(tf.random.normal((len(images), LATENTS)))
            loss = tf.reduce_mean(softplus(-discriminate(fake)))
        update_generator(generator_tape, loss)

    return step


def jax_step(image_shape, base_channels):
    """JAX, in one `jax.jit`, with the convolutions of `jax.lax`."""
    import jax
    from jax import lax
    from jax import numpy as jnp

    stages = channels_of(image_shape[0], base_channels)
    layout = ("NHWC", "HWIO", "NHWC")
    keys = iter(jax.random.split(jax.random.key(0), 99))

    def weight(*shape):
        return 0.02 * jax.random.normal(next(keys), shape)

    def fresh(channels):
        return jnp.ones(channels), jnp.zeros(channels)

    pairs = list(zip(stages, stages[1:], strict=False))
    generator = {
        "first": weight(LATENTS, 16 * stages[-1]),
        "ups": [weight(4, 4, deeper, channels) for channels, deeper in pairs[::-1]],
        "normalizations": [fresh(channels) for channels in stages[::-1]],
        "last": (weight(4, 4, stages[0], image_shape[-1]), jnp.zeros(image_shape[-1])),
    }
    discriminator = {
        "first": (weight(4, 4, image_shape[-1], stages[0]), jnp.zeros(stages[0])),
        "downs": [weight(4, 4, channels, deeper) for channels, deeper in pairs],
        "normalizations": [fresh(channels) for channels in stages[1:]],
        "last": (weight(16 * stages[-1], 1), jnp.zeros(1)),
    }

    def normalized(x, scale, offset):
        mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
        x = (x - mean) * lax.rsqrt(variance + EPSILON) * scale + offset
        return x, (variance, mean)

    def enlarged(x, kernel):
        return lax.conv_transpose(x, kernel, (2, 2), "SAME", dimension_numbers=layout)

    def reduced(x, kernel):
        return lax.conv_general_dilated(
            x, kernel, (2, 2), "SAME", dimension_numbers=layout
        )

    def generate(weights, latents):  # to images, and the statistics of the batch
        x = (latents @ weights["first"]).reshape(-1, 4, 4, stages[-1])
        first, *others = weights["normalizations"]
        x, seen = normalized(x, *first)
        statistics = [seen]
        for kernel, scales in zip(weights["ups"], others, strict=True):
            x, seen = normalized(enlarged(jax.nn.relu(x), kernel), *scales)
            statistics.append(seen)
        kernel, bias = weights["last"]
        return jnp.tanh(enlarged(jax.nn.relu(x), kernel) + bias), statistics

    def discriminate(weights, x):  # to logits, and the statistics of the batch
        kernel, bias = weights["first"]
        x = jax.nn.leaky_relu(reduced(x, kernel) + bias, LEAK)
        statistics = []
        for kernel, scales in zip(
            weights["downs"], weights["normalizations"], strict=True
        ):
            x, seen = normalized(reduced(x, kernel), *scales)
            x = jax.nn.leaky_relu(x, LEAK)
            statistics.append(seen)
        kernel, bias = weights["last"]
        return x.reshape(len(x), -1) @ kernel + bias, statistics

    def moved(moving, batch):
        change = MOMENTUM, 1 - MOMENTUM
        return jax.tree.map(lambda a, b: change[0] * a + change[1] * b, moving, batch)

    def adam(weights, slots, gradients, time):
        m, v = slots
        m = jax.tree.map(lambda m, g: BETA_1 * m + (1 - BETA_1) * g, m, gradients)
        v = jax.tree.map(lambda v, g: BETA_2 * v + (1 - BETA_2) * g**2, v, gradients)
        rate = RATE * jnp.sqrt(1 - BETA_2**time) / (1 - BETA_1**time)
        weights = jax.tree.map(
            lambda w, m, v: w - rate * m / (jnp.sqrt(v) + TINY), weights, m, v
        )
        return weights, (m, v)

    def softplus(logits):
        return jax.nn.softplus(logits).mean()

    def discriminator_loss(weights, real, fake):
        real_logits, of_real = discriminate(weights, real)
        fake_logits, of_fake = discriminate(weights, fake)
        return softplus(-real_logits) + softplus(fake_logits), (of_real, of_fake)

    def generator_loss(fake, weights):
        logits, statistics = discriminate(weights, fake)
        return softplus(-logits), statistics

    @functools.partial(jax.jit, donate_argnums=0)
    def update(state, images):
        (g, d), (g_slots, d_slots), (g_moving, d_moving), time = state
        time += 1
        real = images.astype("float32") / 127.5 - 1
        latents = jax.random.normal(jax.random.key(time), (len(images), LATENTS))
        fake, to_generator, seen = jax.vjp(
            functools.partial(generate, latents=latents), g, has_aux=True
        )
        g_moving = moved(g_moving, seen)
        gradients, seen = jax.grad(discriminator_loss, has_aux=True)(d, real, fake)
        d, d_slots = adam(d, d_slots, gradients, time)
        gradient, last = jax.grad(generator_loss, has_aux=True)(fake, d)
        for statistics in (*seen, last):
            d_moving = moved(d_moving, statistics)
        g, g_slots = adam(g, g_slots, *to_generator(gradient), time)
        return (g, d), (g_slots, d_slots), (g_moving, d_moving), time

    def zeros(tree):
        return jax.tree.map(jnp.zeros_like, tree)

    networks = generator, discriminator
    slots = [(zeros(network), zeros(network)) for network in networks]
    moving = [zeros(network["normalizations"]) for network in networks]
    state = networks, slots, moving, jnp.zeros((), int)

    def step(images):
        nonlocal state
        state = update(state, images)
        return state[-1]

    return step
