"""What numbers of a privacy budget have in common."""

from keras_gan_zoo.checks import check_finite


def check_budget(epsilon, delta, **others) -> None:
    """Refuses numbers that are no budget.

    Args:
        epsilon: A number above 0.
        delta: A number in (0, 1).
        **others: More numbers above 0, by name; None is what was not given.

    Raises:
        ValueError: If one is something else.
    """
    given = {name: x for name, x in others.items() if x is not None}
    for name, value in {"epsilon": epsilon, "delta": delta, **given}.items():
        check_finite(name, value)
        if value <= 0 or (name == "delta" and value >= 1):
            raise ValueError(
                "A budget of privacy has numbers above 0, and delta below 1. Received: "
                f"{name}={value}"
            )
