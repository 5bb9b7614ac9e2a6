"""Scores as records hold them: flat, or of several models with those to compare."""

from typing import Any

PARTS = ("schema", "scores", "stds", "protocol")  # of an `Evaluation`
SHORT = {"frechet_distance": "FD", "kernel_distance": "KD", "psnr": "PSNR"}


def scores_of(record) -> dict[str, dict[str, float]]:
    """The scores of a record.

    Args:
        record: Dict of facts. Scores stand in `evaluation["scores"]` or `scores`, by
            their names, or by what was measured and then by their names.

    Returns:
        A dict of what was measured, "model" if it was that alone, to a dict of scores.
    """
    scores = _evaluation(record).get("scores") or record.get("scores")
    if not isinstance(scores, dict) or not scores:
        return {}
    if all(isinstance(value, dict) for value in scores.values()):
        return {row: _numbers(values) for row, values in scores.items()}
    return {"model": _numbers(scores)}


def stds_of(record) -> dict[str, float]:
    """The standard deviations of flat scores, by name."""
    return _numbers(_evaluation(record).get("stds"))


def protocol_of(record) -> dict[str, Any]:
    """What the scores depend on, as far as the record says."""
    evaluation = _evaluation(record)
    stated = evaluation.get("protocol")
    others = {k: v for k, v in evaluation.items() if k not in PARTS}
    return {**others, **(stated if isinstance(stated, dict) else {})}


def in_short(record) -> str:
    """The first score of the model, and the extractor whose features it compares.

    Scores of what it is compared with come first in a record, the model's last.
    """
    rows = scores_of(record)
    own = [row for row in rows if row.startswith("model")] or list(rows)[-1:]
    if not own or not rows[own[0]]:
        return ""
    name, value = next(iter(rows[own[0]].items()))
    extractor = protocol_of(record).get("extractor")
    by = f" by {extractor}" if isinstance(extractor, str) else ""
    return f"{SHORT.get(name, name)} {value:.3g}{by}"


def _evaluation(record):
    found = record.get("evaluation")
    return found if isinstance(found, dict) else {}


def _numbers(values):
    if not isinstance(values, dict):
        return {}
    return {name: value for name, value in values.items() if _is_number(value)}


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)
