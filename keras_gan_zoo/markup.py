"""Pieces of HTML, complete in themselves, for notebooks and reports."""

import base64
import html


def table(rows) -> str:
    """A table; texts are escaped.

    Args:
        rows: List of lists of texts, the first one its head.
    """
    head, *others = [[html.escape(str(text)) for text in row] for row in rows]
    return raw_table(head, others)


def raw_table(head, rows) -> str:
    """A table of cells that are HTML already."""
    lines = [_line(head, "th"), *(_line(row, "td") for row in rows)]
    return f"<table>{''.join(lines)}</table>"


def _line(row, kind):
    cells = "".join(f"<{kind}>{text}</{kind}>" for text in row)
    return f"<tr>{cells}</tr>"


def picture(content, kind, alt) -> str:
    """An image that is its own source.

    Args:
        content: Bytes of a file.
        kind: `"png"`, `"webp"`, `"gif"`.
        alt: What it shows, in words.
    """
    source = data_address(content, f"image/{kind}")
    return f'<img alt="{html.escape(alt)}" src="{source}">'


def player(content) -> str:
    """A player of a sound, of the bytes of a WAV file."""
    source = data_address(content, "audio/wav")
    return f'<audio controls style="width: 10em" src="{source}"></audio>'


def data_address(content, mime) -> str:
    """The address of bytes that holds them, for `src=`."""
    return f"data:{mime};base64,{base64.b64encode(content).decode()}"
