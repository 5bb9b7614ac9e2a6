"""The sections of a report, as HTML. What comes from outside is escaped."""

import io
import json
import math
import pathlib
import platform
import string
import sys
from html import escape

import keras
import numpy as np
from keras import ops

from keras_gan_zoo import flops
from keras_gan_zoo.callbacks import charts
from keras_gan_zoo.callbacks.charts import number
from keras_gan_zoo.images import to_pillow
from keras_gan_zoo.markup import data_address
from keras_gan_zoo.metrics.by_name import METRICS
from keras_gan_zoo.version import __version__

TEMPLATE = pathlib.Path(__file__).parents[1] / "assets" / "report" / "template.html"
WIDEST = 640  # pixels of a grid of images
COARSE = 320  # pixels below which a grid is enlarged with sharp edges


def render(title, subtitle, figures, sections) -> str:
    """Puts a page together.

    Args:
        title: The heading, plain text.
        subtitle: The line below it, plain text.
        figures: Dict of label to what stands below it in large letters, plain text.
        sections: List of HTML.

    Returns:
        The HTML of the page.
    """
    pairs = "".join(
        f"<div><dt>{escape(label)}</dt><dd>{escape(value)}</dd></div>"
        for label, value in figures.items()
    )
    return string.Template(TEMPLATE.read_text("utf-8")).substitute(
        version=__version__,
        title=escape(title),
        subtitle=escape(subtitle),
        content="\n".join([f'<dl class="figures">{pairs}</dl>', *sections]),
    )


def picture(pixels) -> str:
    """Shows a picture, scaled down where it is large.

    Args:
        pixels: uint8 array (height, width, channels).

    Returns:
        HTML, an image that is its own source.

    Raises:
        ImportError: If Pillow is not installed.
    """
    image = to_pillow(pixels)
    image.thumbnail((WIDEST, WIDEST))
    png = io.BytesIO()
    image.save(png, format="PNG", optimize=True)
    source = data_address(png.getvalue(), "image/png")
    look = ' class="coarse"' if image.width <= COARSE else ""
    return (
        f'<img{look} width="{image.width}" height="{image.height}" '
        f'alt="A grid of samples" src="{source}">'
    )


def samples(frames, note) -> str:
    """Shows the samples over time.

    Args:
        frames: List of (epoch, drawing), with epoch 0 for the start. A drawing is what
            `picture` returns, or an array (num, dimensions) of points.
        note: What the drawings show, in words.

    Returns:
        HTML.
    """
    points = [drawing for _, drawing in frames if not isinstance(drawing, str)]
    if points and points[0].shape[1] < 2:
        body = "<p>Points of one dimension are not drawn.</p>"
    else:
        sides = _sides(points) if points else None
        body = "".join(_frame(epoch, drawing, sides) for epoch, drawing in frames)
        body = f'<div class="frames">{body}</div>'
    return _section("Samples", body, note)


def losses(history) -> str:
    """Shows the terms of the losses.

    Args:
        history: List of (epoch, dict of name to float).

    Returns:
        HTML.
    """
    note = (
        "Means of each epoch. The networks are opponents: their losses say who is "
        "ahead, not how good the samples are."
    )
    if not history:
        return _section("Losses", "<p>No epoch is complete yet.</p>", note)
    body = charts.curves("By epoch", *_series(history)) + _numbers(history)
    return _section("Losses", body, note)


def scores(evaluate) -> str:
    """Shows what was measured.

    Args:
        evaluate: The run's `Evaluate`, or None.

    Returns:
        HTML.
    """
    if evaluate is None:
        return _section("Scores", "<p>Not measured: no Evaluate was given.</p>")
    if not evaluate.history:
        return _section("Scores", "<p>None yet.</p>")
    epochs, series = _series(evaluate.history)
    better = {**METRICS, evaluate.monitor: evaluate.better}
    arrows = {"lower": " ↓", "higher": " ↑"}
    drawn = [
        charts.curves(
            name + arrows.get(better.get(name, ""), ""),
            epochs,
            {"": values},
            evaluate.best_epoch if name == evaluate.monitor else None,
            (0.0, 1.0) if _is_share(better.get(name), values) else None,
        )
        for name, values in series.items()
    ]
    body = f'<div class="charts">{"".join(drawn)}</div>{_numbers(evaluate.history)}'
    protocol = getattr(evaluate.history[0][1], "protocol", None)
    if protocol:
        body += _details("Protocol", _facts(protocol))
    note = "Beside each name its last value. ↓ is better when low, ↑ when high."
    if evaluate.best_epoch is not None:
        note += (
            f" Best {evaluate.monitor}: {number(evaluate.best_score)} in epoch "
            f"{evaluate.best_epoch}, the dashed line."
        )
    return _section("Scores", body, note)


def diagnosis(diagnose) -> str:
    """Shows what went wrong.

    Args:
        diagnose: The run's `Diagnose`, or None.

    Returns:
        HTML.
    """
    if diagnose is None:
        body = "<p>Not watched: no Diagnose was given.</p>"
    elif not diagnose.findings:
        judged = can_judge(diagnose)
        words = "Watched, and no alarm." if judged else diagnose.summary()
        body = f"<p>{escape(words)}</p>"
    else:
        body = "".join(
            f'<div class="finding"><h3>{escape(finding.name.capitalize())} '
            f"<small>epoch {finding.epoch}, step {finding.step:,}</small></h3>"
            f"<p>{escape(finding.evidence)} {escape(finding.cause)}</p>"
            f"<p>{escape(finding.remedy)}</p></div>"
            for finding in diagnose.findings
        )
    return _section("Diagnosis", body)


def can_judge(diagnose) -> bool:
    """Whether a run was long enough for a diagnosis, as `Diagnose` says."""
    return getattr(diagnose, "can_judge", True)


def cost(model, times) -> str:
    """Shows what the run takes.

    Args:
        model: The `GAN`.
        times: Dict of name to text.

    Returns:
        HTML.
    """
    networks = {name: getattr(model, name) for name in model.networks}
    rows = [
        (
            name,
            f"{network.count_params():,}",
            f"{sum(math.prod(v.shape) for v in network.trainable_variables):,}",
            _operations(network),
        )
        for name, network in networks.items()
    ]
    head = ("Network", "Parameters", "Trainable", "Forward pass of one sample")
    note = (
        "FLOPs are multiplications and additions of dense, convolutional and recurrent "
        "layers; the rest is not counted."
    )
    return _section("Cost", _table(head, rows, "numbers") + _facts(times), note)


def _operations(network):
    if any(None in tensor.shape[1:] for tensor in network.inputs):
        return "grows with the image"
    return scaled(flops.count(network), "FLOPs")


def configuration(model, training) -> str:
    """Shows all settings.

    Args:
        model: The `GAN`, compiled.
        training: Dict of name to value, of `fit`.

    Returns:
        HTML.
    """
    phases = [
        (
            phase.name,
            ", ".join(network.name for network in phase.networks),
            type(phase.optimizer).__name__,
            number(float(ops.convert_to_numpy(phase.optimizer.learning_rate))),
            str(phase.repeats),
            ", ".join(n for n, p in model.terms.phases.items() if p == phase.name),
        )
        for phase in model.phases()
    ]
    head = ("Phase", "Networks", "Optimizer", "Rate now", "Repeats", "Loss terms")
    config, compiled = model.get_config(), model.get_compile_config()
    shown = {n: v for n, v in compiled.items() if not n.endswith("_optimizer")}
    body = (
        _table(head, phases)
        + _facts({"class": type(model).__name__, **config, **shown})
        + _facts({**training, **_versions()})
        + _details("get_config()", _json(config))
        + _details("get_compile_config()", _json(compiled))
    )
    return _section("Configuration", body)


def scaled(value, unit) -> str:
    """Writes a quantity with a prefix: 12.3 M.

    Args:
        value: A number of at least 0.
        unit: Its unit.

    Returns:
        A string.
    """
    for prefix in ("", "k", "M", "G"):
        if value < 1000:
            return f"{value:.3g} {prefix}{unit}"
        value /= 1000
    return f"{value:.3g} T{unit}"


def duration(seconds) -> str:
    """Writes a time as one says it.

    Args:
        seconds: A number of at least 0.

    Returns:
        A string, such as `"3 min 12 s"`.
    """
    if seconds < 1:
        return f"{1000 * seconds:.3g} ms"
    if seconds < 60:
        return f"{seconds:.3g} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {seconds} s"


def _section(heading, body, note=""):
    note = f'<p class="note">{escape(note)}</p>' if note else ""
    return (
        f"<section><div><h2>{escape(heading)}</h2>{note}</div>"
        f"<div>{body}</div></section>"
    )


def _details(summary, body):
    return f"<details><summary>{escape(summary)}</summary>{body}</details>"


def _table(head, rows, look=""):
    head = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    rows = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
        for row in rows
    )
    return (
        f'<div class="scroll"><table class="{look}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _facts(facts):
    rows = "".join(
        f"<tr><th>{escape(str(name))}</th><td>{escape(_plain(value))}</td></tr>"
        for name, value in facts.items()
    )
    return f'<table class="facts"><tbody>{rows}</tbody></table>'


def _numbers(history):
    epochs, series = _series(history)
    columns = [map(str, epochs), *(map(number, values) for values in series.values())]
    table = _table(["Epoch", *series], zip(*columns, strict=True), "numbers")
    return _details("Numbers", table)


def _series(history):
    """From [(epoch, {name: value})] to epochs and {name: values}."""
    names = dict.fromkeys(name for _, values in history for name in values)
    series = {n: [float(v.get(n, np.nan)) for _, v in history] for n in names}
    return [epoch for epoch, _ in history], series


def _is_share(better, values):
    """Whether values lie in [0, 1], as far as is known, and may be shown there."""
    finite = [value for value in values if math.isfinite(value)]
    return better == "higher" and all(0 <= value <= 1 for value in finite)


def _frame(epoch, drawing, sides):
    when = f"Epoch {epoch}" if epoch else "At the start"
    if not isinstance(drawing, str):
        drawing = charts.scatter(f"Samples: {when}", drawing[:, :2], sides)
    return f"<figure><figcaption>{when}</figcaption>{drawing}</figure>"


def _sides(points):
    """A square for the later half of the run, but for a few points gone astray."""
    points = np.concatenate(points[len(points) // 2 :])[:, :2]
    points = points[np.isfinite(points).all(axis=1)]
    if not len(points):
        return (-1, 1), (-1, 1)
    low, high = np.percentile(points, [1, 99], axis=0)
    half = 0.6 * float(max(high - low)) or 1.0
    return [(float(c) - half, float(c) + half) for c in (low + high) / 2]


def _plain(value):
    """A setting as one reads it; a serialized object by its class and settings."""
    if isinstance(value, dict) and "class_name" in value:
        settings = value.get("config") or {}
        if not isinstance(settings, dict) or "layers" in settings:
            return value["class_name"]
        listed = ", ".join(f"{n}={_plain(v)}" for n, v in settings.items())
        return f"{value['class_name']}({listed})"
    if isinstance(value, list | tuple) and any(isinstance(v, dict) for v in value):
        return ", ".join(map(_plain, value))
    return "none" if value is None or value == [] else str(value)


def _json(config):
    text = json.dumps(config, indent=2, default=str)
    return f"<pre>{escape(text)}</pre>"


def _versions():
    backend = keras.config.backend()
    return {
        "keras_gan_zoo": __version__,
        "keras": keras.__version__,
        "backend": f"{backend} {sys.modules[backend].__version__}",
        "numpy": np.__version__,
        "python": f"{platform.python_version()} on {platform.platform()}",
    }
