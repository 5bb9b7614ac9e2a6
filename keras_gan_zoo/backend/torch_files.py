"""Files that PyTorch has written, read on every backend."""

import numpy as np


def read_state_dict(path) -> dict[str, np.ndarray]:
    """Reads the named arrays of a `.pth` file.

    Only tensors are read: code that such a file may hold is refused, not run.

    Args:
        path: Path of a file that `torch.save(module.state_dict(), path)` has written.

    Returns:
        A dict of name to NumPy array.

    Raises:
        ImportError: If PyTorch is not installed.
    """
    try:
        import torch
    except ImportError as error:
        raise ImportError(
            f"The file {path} was written by PyTorch, which is needed to read it, "
            "whatever backend Keras runs on: pip install torch"
        ) from error
    state = torch.load(path, map_location="cpu", weights_only=True)
    return {name: tensor.numpy() for name, tensor in state.items()}
