"""Archives as `npm pack` writes them."""

import io
import tarfile


def write_tgz(path, files):
    """Write the content of each file, by its path within the package."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w:gz") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return path
