"""What arguments of callbacks must fulfil."""


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
