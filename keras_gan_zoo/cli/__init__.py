"""`kgz`, the command line: the functions of the package, by the same names.

Keras and the package are imported within the commands, after their options are read:
`kgz --help` answers at once, and `--backend` comes before Keras.
"""

import sys

from keras_gan_zoo.cli.errors import in_one_line


def main() -> None:
    """Runs `kgz`; exit codes are 0, 1 for an error in words, and 2 for wrong usage."""
    try:
        from keras_gan_zoo.cli.commands import app
    except ImportError as error:
        sys.exit(f"kgz: It needs Typer ({error}): pip install typer pillow")
    with in_one_line():
        app(prog_name="kgz")
