"""Presets among Kaggle's models, by its client, which is imported when needed."""

import pathlib
import re

PREFIX = "kaggle://"
FORM = "kaggle://owner/model/keras/variation/version"
LOGIN = "Set KAGGLE_API_TOKEN, or KAGGLE_USERNAME and KAGGLE_KEY."


def fetch(handle, filename, largest) -> pathlib.Path:
    """Fetches a file of a preset into the client's cache.

    Args:
        handle: `kaggle://owner/model/keras/variation`, with `/version` for one that is
            not the newest.
        filename: Name of the file.
        largest: Bytes that it may have, which Kaggle's client cannot be told.

    Returns:
        The path of the file.

    Raises:
        ImportError: If the client is not installed.
        ValueError: If it cannot be fetched.
    """
    client = _client()
    try:
        path = client.model_download(_path_of(handle, "(/[0-9]+)?"), filename)
    except Exception as error:
        raise ValueError(
            f"{filename} of the preset {handle} could not be fetched: {error}. "
            f"Expected a handle of the form {FORM}, of something that you may read, "
            "and a network or a copy that was fetched before. Or pass the path of a "
            "folder that holds it."
        ) from error
    return pathlib.Path(path)


def push(folder, handle, private=True, message=None, license_name=None) -> str:
    """Uploads a folder as a new version; the model is made if there is none.

    Args:
        folder: Path of a folder with nothing but the files of a preset.
        handle: `kaggle://owner/model/keras/variation`.
        private: Kaggle's client makes private models alone.
        message: What is new in the version.
        license_name: As Kaggle calls it: "Apache 2.0", "MIT".

    Returns:
        The address of the model.

    Raises:
        ImportError: If the client is not installed.
        ValueError: If nobody is logged in, Kaggle refuses, or the model is to be
            public.
    """
    path, client = _path_of(handle), _client()
    if not private:
        raise ValueError(
            "Kaggle's client makes private models alone. Push it as a private one, and "
            "make it public on its page."
        )
    from kagglehub.config import get_kaggle_credentials

    if get_kaggle_credentials() is None:
        raise ValueError(f"{handle} is written by users who are known. {LOGIN}")
    try:
        client.model_upload(path, str(folder), license_name, message or "")
    except Exception as error:
        raise ValueError(
            f"The preset could not be pushed to {handle}: {error}. It takes a model of "
            f"your own, or of an organization of yours. {LOGIN}"
        ) from error
    return f"https://www.kaggle.com/models/{path}"


def _path_of(handle, version=""):
    path = handle.removeprefix(PREFIX)
    if not re.fullmatch(r"\w[\w.-]*(/\w[\w.-]*){3}" + version, path):
        raise ValueError(
            f"Handles of Kaggle have the form {FORM}; the version is left out to get "
            f"the newest, and to push. Received: {handle!r}"
        )
    return path


def _client():
    try:
        import kagglehub
    except ImportError as error:
        raise ImportError(
            "kaggle:// presets need Kaggle's client: pip install kagglehub"
        ) from error
    return kagglehub
