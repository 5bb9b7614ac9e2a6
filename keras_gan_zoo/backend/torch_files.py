"""Files that PyTorch has written, read on every backend."""

from collections.abc import Iterator
from typing import Any

import numpy as np

MOST_NUMBERS = 2**28  # of all tensors together, unless more are allowed


def read_state_dict(path, most_numbers=MOST_NUMBERS) -> dict[str, np.ndarray]:
    """Reads the named arrays of a `.pth` file.

    Only tensors are read: code that such a file may hold is refused, not run.

    Args:
        path: Path of a file that `torch.save(module.state_dict(), path)` has written.
        most_numbers: How many all tensors together may have.

    Returns:
        A dict of name to NumPy array. Of dicts within dicts the names are joined by
        dots; what is no tensor is left out.

    Raises:
        ImportError: If PyTorch is not installed.
        ValueError: If its tensors would have too many numbers.
    """
    try:
        import torch
    except ImportError as error:
        raise ImportError(
            f"The file {path} was written by PyTorch, which is needed to read it, "
            "whatever backend Keras runs on: pip install torch"
        ) from error
    content = torch.load(path, map_location="cpu", weights_only=True)
    found = dict(_tensors(content))
    # A tensor may be larger than what is stored of it.
    number = sum(tensor.numel() for tensor in found.values())
    if number > most_numbers:
        raise ValueError(f"Its tensors have {number:,} numbers.")
    return {name: _as_array(tensor) for name, tensor in found.items()}


def _tensors(content: Any, prefix="", depth=0) -> Iterator[tuple[str, Any]]:
    """Names and tensors in a dict, and in dicts within it."""
    if hasattr(content, "numel"):
        yield prefix, content
    elif isinstance(content, dict) and depth < 4:
        for name, value in content.items():
            yield from _tensors(value, f"{prefix}.{name}".lstrip("."), depth + 1)


def _as_array(tensor):
    tensor = tensor.detach()
    return (tensor.float() if "bfloat16" in str(tensor.dtype) else tensor).numpy()
