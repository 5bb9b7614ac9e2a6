"""Files from the web: over https, pinned by hash, bounded in size and time, cached."""

import hashlib
import http.client
import os
import pathlib
import re
import ssl
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

SILENCE = 20.0  # seconds for which a server may send nothing
LONGEST = 1800.0  # seconds that one file may take
CHUNK = 2**16  # bytes


def fetch(address, sha256, largest, path) -> pathlib.Path:
    """Fetches a file, unless an intact one is there already.

    Args:
        address: Where it is, https.
        sha256: Of the file, 64 hexadecimal digits.
        largest: At most how many bytes it has.
        path: Where to keep it. What is there and is not intact is deleted.

    Returns:
        `path`, a `pathlib.Path`.

    Raises:
        ValueError: If the file cannot be fetched, is too large, or is another one.
            Nothing of it is left behind.
    """
    path = pathlib.Path(path)
    if path.is_file():
        if sha256_of(path) == sha256:
            return path
        path.unlink()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as part:
            try:
                received = _download(address, largest, part)
                if received != sha256:
                    raise ValueError(
                        f"{address} is damaged, or another file: expected the sha256 "
                        f"{sha256}, received {received}. It was deleted. Ask whoever "
                        "gave you the address."
                    )
                part.flush()
                os.replace(part.name, path)
            except BaseException:
                pathlib.Path(part.name).unlink(missing_ok=True)
                raise
    except (OSError, urllib.error.URLError, http.client.HTTPException) as error:
        raise ValueError(
            f"{address} could not be fetched: {getattr(error, 'reason', error)}. "
            "Without a network only what was fetched before is found. Try again later, "
            "or copy the folder to this machine and pass its path."
        ) from error
    return path


def cache_folder() -> pathlib.Path:
    """Where fetched files are kept: below `KERAS_HOME`, or `~/.keras`."""
    home = os.environ.get("KERAS_HOME") or pathlib.Path.home() / ".keras"
    return pathlib.Path(home) / "keras_gan_zoo"


def is_sha256(text) -> bool:
    """Whether a text is a sha256, 64 hexadecimal digits in lower case."""
    return isinstance(text, str) and re.fullmatch("[0-9a-f]{64}", text) is not None


def sha256_of(path) -> str:
    """Returns the sha256 of a file, 64 hexadecimal digits."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class _HttpsOnly(urllib.request.HTTPRedirectHandler):
    """Follows no way out of https."""

    def redirect_request(self, request, file, code, message, headers, address):
        if urllib.parse.urlsplit(address).scheme != "https":
            raise ValueError(
                f"{request.full_url} leads to {address}, which is not https."
            )
        return super().redirect_request(request, file, code, message, headers, address)


def _download(address, largest, part):
    """Writes what a server sends into an open file. Returns its sha256."""
    context = urllib.request.HTTPSHandler(context=ssl.create_default_context())
    opener = urllib.request.build_opener(context, _HttpsOnly)
    digest, size, begun = hashlib.sha256(), 0, time.monotonic()
    with opener.open(address, timeout=SILENCE) as response:
        while chunk := response.read1(CHUNK):
            size += len(chunk)
            if size > largest:
                raise ValueError(
                    f"{address} is larger than the {largest:,} bytes that it may have. "
                    "It was not kept. Ask whoever gave you the address."
                )
            if time.monotonic() - begun > LONGEST:
                raise TimeoutError(f"it took more than {LONGEST:.0f} s")
            digest.update(chunk)
            part.write(chunk)
        if response.length:  # of what was announced, still to come
            raise ConnectionError("the connection was lost")
    return digest.hexdigest()
