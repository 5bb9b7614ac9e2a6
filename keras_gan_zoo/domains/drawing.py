"""What previews are drawn with: colours, lines, bars and shades, as uint8 pictures."""

import numpy as np

PAPER = (255, 255, 255)
INK = (48, 92, 166)
# A dark blue that becomes green and yellow, at equal steps; lightness grows steadily.
HEAT = np.array(
    [(68, 1, 84), (59, 82, 139), (33, 145, 140), (94, 201, 98), (253, 231, 37)]
)


def sheet(height, width) -> np.ndarray:
    """An empty picture, (height, width, 3)."""
    return np.full((height, width, 3), PAPER, "uint8")


def bars(low, high, height) -> np.ndarray:
    """A picture with a vertical bar in each column.

    Args:
        low: Array (width,), where each bar begins, in [0, 1] from below.
        high: Array (width,), where it ends.
        height: Of the picture in pixels.

    Returns:
        uint8 array (height, width, 3).
    """
    rows = np.arange(height)[:, None]
    top = np.floor((1 - np.clip(high, 0, 1)) * (height - 1))
    bottom = np.ceil((1 - np.clip(low, 0, 1)) * (height - 1))
    inside = (rows >= top) & (rows <= bottom)
    return np.where(inside[..., None], INK, PAPER).astype("uint8")


def heat(values) -> np.ndarray:
    """Colours of values in [0, 1], a uint8 array (..., 3)."""
    steps = np.linspace(0, 1, len(HEAT))
    channels = [np.interp(values, steps, HEAT[:, i]) for i in range(3)]
    return np.stack(channels, axis=-1).astype("uint8")


def framed(pictures, margin=4) -> np.ndarray:
    """Pictures (num, height, width, channels) with a white margin around each."""
    around = [(0, 0), (margin, margin), (margin, margin), (0, 0)]
    return np.pad(pictures, around, constant_values=255)
