"""How an image is degraded once, as data: ranges and probabilities to draw from.

Wang et al. 2021, "Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure
Synthetic Data", https://arxiv.org/abs/2107.10833, section 4.1
"""

import dataclasses
from collections.abc import Mapping

BLURS = {
    "isotropic": 0.45,
    "anisotropic": 0.25,
    "generalized_isotropic": 0.12,
    "generalized_anisotropic": 0.03,
    "plateau_isotropic": 0.12,
    "plateau_anisotropic": 0.03,
}
# What the ends of each pair lie between.
LIMITS = {
    "kernel_size": (1, 101),
    "sigma": (0.01, 100.0),
    "generalized_beta": (0.01, 100.0),
    "plateau_beta": (0.01, 100.0),
    "resize_range": (0.01, 10.0),
    "gaussian_sigma": (0.0, 255.0),
    "poisson_scale": (0.0, 255.0),
    "jpeg_quality": (1, 95),
}


@dataclasses.dataclass(frozen=True)
class Degradation:
    """How an image is blurred, resized, made noisy and compressed once.

    Pairs are the least and the largest value; what lies between is equally likely. The
    defaults are those of the paper's first degradation.

    Attributes:
        blur_probability: Of a filter, be it a blur or a sinc.
        sinc_probability: Of a sinc filter, where there is a filter.
        blurs: The probability of each kind of blur, of sum 1.
        kernel_size: Sides of the filters in pixels, odd.
        sigma: Standard deviations of the blurs in pixels.
        generalized_beta: Exponent of generalized Gaussians. Half of them lie below 1,
            if any may.
        plateau_beta: The same of plateaus.
        resize_probabilities: Of being enlarged, shrunk and left alone.
        resize_range: The least and the largest factor; 1 lies between.
        gaussian_probability: Of Gaussian noise, in place of Poisson noise.
        gaussian_sigma: Its standard deviation in grey levels of 255.
        poisson_scale: Factor of Poisson noise.
        grey_probability: Of the same noise in all channels.
        jpeg_quality: Integers from 1 to 95.
        last_sinc_probability: Of a further sinc filter at the end, if no other
            degradation follows.

    Raises:
        ValueError: If a value is out of its range.

    Examples:
        >>> Degradation(jpeg_quality=(10, 50)).sigma
        (0.2, 3.0)
    """

    blur_probability: float = 1.0
    sinc_probability: float = 0.1
    blurs: Mapping[str, float] = dataclasses.field(default_factory=BLURS.copy)
    kernel_size: tuple[int, int] = (7, 21)
    sigma: tuple[float, float] = (0.2, 3.0)
    generalized_beta: tuple[float, float] = (0.5, 4.0)
    plateau_beta: tuple[float, float] = (1.0, 2.0)
    resize_probabilities: tuple[float, float, float] = (0.2, 0.7, 0.1)
    resize_range: tuple[float, float] = (0.15, 1.5)
    gaussian_probability: float = 0.5
    gaussian_sigma: tuple[float, float] = (1.0, 30.0)
    poisson_scale: tuple[float, float] = (0.05, 3.0)
    grey_probability: float = 0.4
    jpeg_quality: tuple[int, int] = (30, 95)
    last_sinc_probability: float = 0.8

    def __post_init__(self):
        for name, value in dataclasses.asdict(self).items():
            if name in LIMITS:
                _check_pair(name, value, *LIMITS[name])
            elif name.endswith("_probability"):
                _check_probabilities(name, [value, 1 - value])
        _check_probabilities("blurs", self.blurs.values())
        _check_probabilities("resize_probabilities", self.resize_probabilities, num=3)
        if not self.blurs.keys() <= BLURS.keys():
            raise ValueError(
                f"blurs: expected some of {[*BLURS]}, received {self.blurs}."
            )
        if not all(side % 2 == 1 for side in self.kernel_size):
            raise ValueError(
                f"kernel_size: expected odd integers, received {self.kernel_size!r}."
            )
        if not all(isinstance(quality, int) for quality in self.jpeg_quality):
            raise ValueError(
                f"jpeg_quality: expected integers, received {self.jpeg_quality!r}."
            )
        if not self.resize_range[0] <= 1 <= self.resize_range[1]:
            raise ValueError(
                f"resize_range: expected 1 between, received {self.resize_range!r}."
            )


def _check_pair(name, pair, least, largest):
    if len(pair) != 2 or not least <= pair[0] <= pair[1] <= largest:
        raise ValueError(
            f"{name}: expected a pair (low, high) with {least} <= low <= high <= "
            f"{largest}, received {pair!r}."
        )


def _check_probabilities(name, values, num=None):
    values = [*values]
    if (
        len(values) != (num or len(values))
        or not all(0 <= value <= 1 for value in values)
        or abs(sum(values) - 1) > 1e-6
    ):
        raise ValueError(
            f"{name}: expected {num or ''} probabilities in [0, 1], in all 1, received "
            f"{values}."
        )


FIRST = Degradation()
SECOND = Degradation(
    blur_probability=0.8,
    sigma=(0.2, 1.5),
    resize_probabilities=(0.3, 0.4, 0.3),
    resize_range=(0.3, 1.2),
    gaussian_sigma=(1.0, 25.0),
    poisson_scale=(0.05, 2.5),
)
