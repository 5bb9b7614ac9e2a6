"""Presets on the Hugging Face Hub, by its client, which is imported when needed."""

import pathlib
import re
from typing import NamedTuple

PREFIX = "hf://"
FORM = "hf://user/repository/folder@revision"
LOGIN = "Log in with `hf auth login`, or set HF_TOKEN."


class Place(NamedTuple):
    """Where a preset is on the Hub.

    Attributes:
        repository: `user/name`.
        folder: Path within the repository; empty for all of it.
        revision: A branch, a tag or a commit; None for the main branch.
    """

    repository: str
    folder: str
    revision: str | None


def place_of(handle) -> Place:
    """Takes a handle apart.

    Args:
        handle: `hf://user/name`, with `/folder/...` and `@revision` where needed.

    Returns:
        A `Place`.

    Raises:
        ValueError: If it has another form.
    """
    path, _, revision = handle.removeprefix(PREFIX).partition("@")
    parts = path.split("/")
    is_path = all(re.fullmatch(r"\w[\w.-]*", part) for part in parts)
    if len(parts) < 2 or not is_path or ("@" in handle and not revision):
        raise ValueError(
            f"Handles of the Hugging Face Hub have the form {FORM}, where folder and "
            f"revision may be left out. Received: {handle!r}"
        )
    return Place("/".join(parts[:2]), "/".join(parts[2:]), revision or None)


def fetch(handle, filename, largest) -> pathlib.Path:
    """Fetches a file of a preset into the client's cache.

    Args:
        handle: See `place_of`.
        filename: Name of the file.
        largest: Bytes that it may have.

    Returns:
        The path of the file.

    Raises:
        ImportError: If the client is not installed.
        ValueError: If it is larger, or cannot be fetched.
    """
    place, hub = place_of(handle), _client()
    size = _size_of(hub, place, filename)
    if size is not None and size > largest:
        raise ValueError(
            f"{filename} of the preset {handle} has {size:,} bytes, and may have "
            f"{largest:,}. It was not fetched. Ask whoever gave you the handle."
        )
    try:
        path = hub.hf_hub_download(
            place.repository,
            filename,
            subfolder=place.folder or None,
            revision=place.revision,
        )
    except Exception as error:
        raise ValueError(
            f"{filename} of the preset {handle} could not be fetched: "
            f"{_in_words(error, place)} Expected a handle of the form {FORM}, of "
            "something that you may read, and a network or a copy that was fetched "
            "before. Or pass the path of a folder that holds it."
        ) from error
    return pathlib.Path(path)


def _size_of(hub, place, filename):
    """Bytes of a file, as the Hub says; None if it says nothing."""
    path = f"{place.folder}/{filename}" if place.folder else filename
    try:
        address = hub.hf_hub_url(place.repository, path, revision=place.revision)
        return hub.get_hf_file_metadata(address).size
    except Exception:  # which the download says in words, or has a copy
        return None


def push(folder, handle, private=True, message=None, license_name=None) -> str:
    """Uploads a folder as one commit; the repository is made if there is none.

    Args:
        folder: Path of a folder with nothing but the files of a preset.
        handle: See `place_of`; its revision is a branch, made if there is none.
        private: Whether a new repository is private.
        message: Of the commit.
        license_name: Not used, because the card says it.

    Returns:
        The address of the commit.

    Raises:
        ImportError: If the client is not installed.
        ValueError: If nobody is logged in, or the Hub refuses.
    """
    place, hub = place_of(handle), _client()
    if hub.get_token() is None:
        raise ValueError(f"{handle} is written by users who are known. {LOGIN}")
    api, prefix = hub.HfApi(), f"{place.folder}/" if place.folder else ""
    try:
        api.create_repo(place.repository, private=private, exist_ok=True)
        if place.revision:
            api.create_branch(place.repository, branch=place.revision, exist_ok=True)
        operations = [
            hub.CommitOperationAdd(f"{prefix}{file.name}", file)
            for file in sorted(folder.iterdir())
        ]
        commit = api.create_commit(
            place.repository,
            operations,
            commit_message=message or "Upload a preset of keras_gan_zoo",
            revision=place.revision,
        )
    except Exception as error:
        raise ValueError(
            f"The preset could not be pushed to {handle}: {_in_words(error, place)}"
        ) from error
    return commit.commit_url


def _client():
    try:
        import huggingface_hub
    except ImportError as error:
        raise ImportError(
            "hf:// presets need the Hub's client: pip install huggingface_hub"
        ) from error
    return huggingface_hub


def _in_words(error, place):
    """What an error of the client means."""
    from huggingface_hub import errors

    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(error, errors.RevisionNotFoundError):
        return f"{place.repository} has no revision {place.revision!r}."
    if isinstance(error, errors.LocalEntryNotFoundError):
        return "the Hub cannot be reached, and no copy was fetched before."
    if isinstance(error, errors.EntryNotFoundError):
        return f"the repository {place.repository} has no such file there."
    if isinstance(error, errors.RepositoryNotFoundError):
        return (
            f"there is no repository {place.repository}, or it is private and you may "
            f"not read it. {LOGIN}"
        )
    words = " ".join(str(error).split()).rstrip(".")
    if status in (401, 403):
        return f"the Hub does not let you do that ({words}). {LOGIN}"
    return f"{words}."
