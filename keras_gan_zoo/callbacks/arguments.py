"""What arguments of callbacks must fulfil."""

USES = ("translate", "upscale", "inpaint", "predict_next", "vocode")  # of what is given


def check_counts(callback, *names, optional=()) -> None:
    """Raises a `ValueError` if an argument of a callback is no positive integer.

    Args:
        callback: The callback, whose attributes are called as its arguments are.
        *names: Of the arguments.
        optional: Names of those that may be None.
    """
    for name in (*names, *optional):
        value = getattr(callback, name)
        is_count = isinstance(value, int) and value >= 1
        if not is_count and not (name in optional and value is None):
            raise ValueError(
                f"{type(callback).__name__}({name}=...) is a positive integer. "
                f"Received: {value!r}"
            )


def check_drawing(callback) -> None:
    """Raises a `ValueError` if nothing says what a callback is to draw.

    Args:
        callback: The callback, which has a model, and None as its `draw` if it draws
            what the model generates.
    """
    model = callback.model
    if callback.draw is not None or hasattr(model, "generate"):
        return
    uses = (f"model.{name}(...)" for name in USES if hasattr(model, name))
    raise ValueError(
        f"{type(callback).__name__} cannot draw samples of a {type(model).__name__}, "
        "which has no generate(). Pass a function that makes them: draw=lambda model: "
        f"{next(uses, 'model(...)')}"
    )
