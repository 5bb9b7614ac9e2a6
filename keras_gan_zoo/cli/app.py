"""The application that all commands belong to."""

import typer

app = typer.Typer(
    help="Generative adversarial networks on TensorFlow, JAX or PyTorch: make, "
    "enlarge, repair and translate pictures, and train models that do.",
    epilog="Each command has an example: `kgz upscale --help`. Options are called as "
    "the arguments in Python; what is not given is as it is there.",
    rich_markup_mode="markdown",
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def example(line) -> str:
    """The end of a command's help."""
    return f"Example: `{line}`"
