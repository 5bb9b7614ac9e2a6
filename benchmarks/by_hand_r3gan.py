"""R3GAN's training step as one writes it by hand in PyTorch.

Huang et al. 2024, https://arxiv.org/abs/2501.05441, in the settings of `R3GAN`. See
`by_hand_torch.py`. Real and generated images pass the discriminator once and together:
the same logits serve the loss and both gradient penalties.
"""

import math

import torch
from by_hand_torch import Average, adam, as_real, cosine, doubled, halved, move
from torch import nn
from torch.nn.functional import leaky_relu_, softplus

WIDEST, EXPANSION, GROUP = 4, 2, 16
LENGTH = 20_000_000  # images, of all schedules


def channels_of(side, base_channels):
    """Channels of the maps, from those of the size of the image to 4x4 pixels."""
    halvings = range(int(math.log2(side)) - 1)
    return [base_channels * min(2**number, WIDEST) for number in halvings]


def scaled(layer, gain=1.0):
    """A layer with weights of N(0, gain^2 / fan_in), and biases of 0."""
    nn.init.normal_(layer.weight, std=gain / math.sqrt(layer.weight[0].numel()))
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer


def pointwise(inputs, outputs):
    """A linear map of the channels of each pixel."""
    return scaled(nn.Conv2d(inputs, outputs, 1, bias=False))


class Block(nn.Module):
    """A residual block: wider inside, where its window of 3x3 is in groups."""

    def __init__(self, channels, gain):
        super().__init__()
        inside = EXPANSION * channels
        groups = inside // GROUP
        self.widen = scaled(nn.Conv2d(channels, inside, 1), gain)
        middle = nn.Conv2d(inside, inside, 3, padding=1, groups=groups)
        self.middle = scaled(middle, gain)
        self.narrow = nn.Conv2d(inside, channels, 1, bias=False)
        nn.init.zeros_(self.narrow.weight)

    def forward(self, x):
        y = leaky_relu_(self.widen(x), 0.2)
        return x + self.narrow(leaky_relu_(self.middle(y), 0.2))


def blocks_of(channels, blocks, stages):
    """So many residual blocks, of so many in all."""
    gain = math.sqrt(2 / (1 + 0.2**2)) * (blocks * stages) ** -0.25
    return [Block(channels, gain) for _ in range(blocks)]


class Resample(nn.Module):
    """Maps of another size."""

    def __init__(self, function):
        super().__init__()
        self.forward = function


class Generator(nn.Module):
    """Learned maps, each scaled by a number of the latents, and residual blocks."""

    def __init__(self, image_shape, latent_dim, base_channels, blocks):
        super().__init__()
        channels = channels_of(image_shape[0], base_channels)[::-1]
        pairs = list(zip(channels, channels[1:], strict=False))
        self.dense = scaled(nn.Linear(latent_dim, channels[0], bias=False))
        self.basis = nn.Parameter(torch.randn(1, channels[0], 4, 4))
        layers = blocks_of(channels[0], blocks, len(channels))
        for inputs, outputs in pairs:
            layers += [pointwise(inputs, outputs)] if inputs != outputs else []
            layers += [Resample(doubled)]
            layers += blocks_of(outputs, blocks, len(channels))
        self.layers = nn.Sequential(*layers, pointwise(channels[-1], image_shape[-1]))

    def forward(self, latents):
        return self.layers(self.dense(latents)[..., None, None] * self.basis)


class Discriminator(nn.Sequential):
    """Its mirror image."""

    def __init__(self, image_shape, base_channels, blocks):
        channels = channels_of(image_shape[0], base_channels)
        layers = [pointwise(image_shape[-1], channels[0])]
        layers += blocks_of(channels[0], blocks, len(channels))
        for inputs, outputs in zip(channels, channels[1:], strict=False):
            layers += [Resample(halved)]
            layers += [pointwise(inputs, outputs)] if inputs != outputs else []
            layers += blocks_of(outputs, blocks, len(channels))
        deepest = channels[-1]
        summary = nn.Conv2d(deepest, deepest, 4, groups=deepest, bias=False)
        last = scaled(nn.Linear(deepest, 1, bias=False))
        super().__init__(*layers, scaled(summary), nn.Flatten(), last)


class Loop:
    """Called with a batch, it takes a step of `R3GAN` with these arguments."""

    def __init__(self, image_shape, latent_dim=64, base_channels=64, blocks=2):
        self.generator = Generator(image_shape, latent_dim, base_channels, blocks)
        self.discriminator = Discriminator(image_shape, base_channels, blocks)
        networks = self.generator, self.discriminator
        for network in networks:
            network.to(memory_format=torch.channels_last)
        self.optimizers = [adam(each, 2e-4, (0.0, 0.9), 1e-8) for each in networks]
        self.average = Average(self.generator)
        self.latent_dim, self.seen = latent_dim, 0
        self.rate, self.beta_2 = cosine(2e-4, 5e-5, LENGTH), cosine(0.9, 0.99, LENGTH)
        self.gamma, self.half_life = cosine(0.05, 5e-3, LENGTH), cosine(0, 5e6, LENGTH)

    def __call__(self, images):
        for optimizer in self.optimizers:
            now = {"lr": self.rate(self.seen), "betas": (0.0, self.beta_2(self.seen))}
            optimizer.param_groups[0].update(now)
        generator_optimizer, discriminator_optimizer = self.optimizers
        real, num = as_real(images), len(images)
        fake = self.generator(torch.randn(num, self.latent_dim))
        both = torch.cat([real, fake.detach()]).requires_grad_()
        logits = self.discriminator(both)
        real_logits, fake_logits = logits.chunk(2)
        (slopes,) = torch.autograd.grad(logits.sum(), both, create_graph=True)
        penalty = self.gamma(self.seen) / 2 * slopes.square().sum() / num
        loss = softplus(fake_logits - real_logits).mean()
        move(discriminator_optimizer, loss + penalty)

        self.discriminator.requires_grad_(False)
        real_logits, fake_logits = self.discriminator(real), self.discriminator(fake)
        move(generator_optimizer, softplus(real_logits - fake_logits).mean())
        self.discriminator.requires_grad_(True)
        self.average.follow(self.half_life(self.seen), num)
        self.seen += num
