"""Charts as HTML: lines and points in SVG, and all that is written beside them as text.

A drawing stretches with the page, its labels do not. How it looks is in the style sheet
of the page, `assets/report/template.html`.
"""

import math
from html import escape

import numpy as np

COLORS = 6  # that the style sheet has
FEW = 40  # so many values are drawn as dots, too


def number(value) -> str:
    """Writes a number with the four digits that one reads.

    Args:
        value: A float.

    Returns:
        A string.
    """
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{value}"
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e7 else f"{value:.4g}"


def ticks(low, high, num=6) -> list[float]:
    """Finds round values in a range, multiples of 1, 2 or 5 times a power of ten.

    Args:
        low: Where the range begins.
        high: Where it ends, above `low`.
        num: At most how many steps it may take.

    Returns:
        A list of floats.
    """
    least = (high - low) / num * (1 - 1e-9)
    power = 10.0 ** math.floor(math.log10(least))
    step = next(m * power for m in (1, 2, 5, 10) if m * power >= least)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [i * step for i in range(first, last + 1)]


def padded(low, high, share=0.05) -> tuple[float, float]:
    """Widens a range, one of no width above all.

    Args:
        low: Where the range begins.
        high: Where it ends.
        share: Of its width, which is added on both sides.

    Returns:
        The new (low, high).
    """
    margin = (high - low) * share or abs(high) * share or 1.0
    return low - margin, high + margin


def curves(title, epochs, series, best=None, vertical=None) -> str:
    """Draws curves over epochs.

    Args:
        title: Of the chart.
        epochs: List of integers, increasing.
        series: Dict of name to list of floats, one an epoch. A value that is not finite
            leaves a gap.
        best: The epoch to mark, or None.
        vertical: (low, high) of what is drawn, by default around the values.

    Returns:
        HTML, one `figure`.
    """
    finite = [v for values in series.values() for v in values if math.isfinite(v)]
    if vertical is None:
        vertical = padded(min(finite, default=0.0), max(finite, default=1.0))
    horizontal = epochs[0], epochs[-1]
    if len(epochs) == 1:
        horizontal = epochs[0] - 1, epochs[0] + 1
    drawing = ""
    if best is not None:
        drawing += f'<path class="best" d="M{_place(best, horizontal):.2f} 0V100"/>'
    for index, values in enumerate(series.values()):
        line, dots = _paths(epochs, values, horizontal, vertical)
        drawing += f'<path class="{_color(index)}" d="{line}"/>'
        if len(epochs) <= FEW:
            drawing += f'<path class="dots {_color(index)}" d="{dots}"/>'
    whole = [t for t in ticks(*horizontal) if t == round(t) and t >= epochs[0]]
    plot = _plot(title, drawing, horizontal, whole, vertical, ticks(*vertical))
    return f'<figure class="chart">{_legend(title, series)}{plot}</figure>'


def scatter(title, points, sides) -> str:
    """Draws points of the plane in a square.

    Args:
        title: Of the chart.
        points: Array (num, 2).
        sides: ((left, right), (bottom, top)). What lies outside is cut off.

    Returns:
        HTML.
    """
    points = points[np.isfinite(points).all(axis=1)]
    x, y = _place(points[:, 0], sides[0]), 100 - _place(points[:, 1], sides[1])
    inside = (abs(x - 50) <= 50) & (abs(y - 50) <= 50)
    pairs = zip(x[inside], y[inside], strict=True)
    path = "".join(f"M{a:.1f} {b:.1f}h0" for a, b in pairs)
    drawing = f'<path class="points {_color(0)}" d="{path}"/>'
    return _plot(title, drawing, sides[0], ticks(*sides[0]), sides[1], ticks(*sides[1]))


def _plot(title, drawing, horizontal, columns, vertical, rows):
    """The frame: lines and labels at the ticks, the drawing over them."""
    left = [_place(value, horizontal) for value in columns]
    top = [100 - _place(value, vertical) for value in rows]
    lines = "".join(f"M0 {y:.2f}H100" for y in top)
    labels = [
        f'<span class="x" style="left:{x:.2f}%">{value:.6g}</span>'
        for x, value in zip(left, columns, strict=True)
    ]
    labels += [
        f'<span class="y" style="top:{y:.2f}%">{value:.6g}</span>'
        for y, value in zip(top, rows, strict=True)
    ]
    return (
        f'<div class="plot"><svg viewBox="0 0 100 100" preserveAspectRatio="none" '
        f'role="img" aria-label="{escape(title)}"><path class="grid" d="{lines}"/>'
        f"{drawing}</svg>{''.join(labels)}</div>"
    )


def _legend(title, series):
    """The title, and of each curve its name and last value."""
    entries = [
        f'<li class="{_color(index)}">{escape(name)} <b>{number(values[-1])}</b></li>'
        for index, (name, values) in enumerate(series.items())
    ]
    return f"<figcaption>{escape(title)}<ul>{''.join(entries)}</ul></figcaption>"


def _paths(epochs, values, horizontal, vertical):
    """A line through the values that are finite, and a dot for each of them."""
    line, dots, pen_is_down = "", "", False
    for epoch, value in zip(epochs, values, strict=True):
        if math.isfinite(value):
            x, y = _place(epoch, horizontal), 100 - _place(value, vertical)
            dot = f"M{x:.2f} {y:.2f}h0"
            # A value between two gaps is no line, but is drawn.
            line += f"L{x:.2f} {y:.2f}" if pen_is_down else dot
            dots += dot
        pen_is_down = math.isfinite(value)
    return line, dots


def _place(value, interval):
    """Where in an interval a value lies, in percent."""
    return 100 * (value - interval[0]) / (interval[1] - interval[0])


def _color(index):
    return f"series-{index % COLORS + 1}"
