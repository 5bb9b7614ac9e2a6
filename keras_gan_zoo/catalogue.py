"""Records by name that show themselves as a table."""

import html
from collections.abc import Callable

from keras_gan_zoo import markup


class Catalogue(dict):
    """A dict of name to record, itself a dict, which prints as a table.

    Args:
        records: Dict of name to record.
        columns: Dict of a column's head to a function of a record to its text, from
            left to right.
        headings: How many of the first columns stand in a line of their own in plain
            text, above the records that have them in common.
        picture: Function of a name to the HTML of a picture, or to an empty text. With
            it a table in a notebook has pictures.
    """

    def __init__(
        self,
        records,
        columns: dict[str, Callable],
        headings: int = 0,
        picture: Callable | None = None,
    ):
        super().__init__(records)
        self.columns = columns
        self.headings = headings
        self.picture = picture

    def rows(self) -> list[list[str]]:
        """The table's lines as lists of strings, the first one its head."""
        entries = [
            [name, *(text(record) for text in self.columns.values())]
            for name, record in self.items()
        ]
        return [["name", *self.columns], *entries]

    def __repr__(self) -> str:
        """The table in plain text."""
        if not self.headings:
            return "\n".join(_aligned(self.rows()))
        head, *rows = self.rows()
        first = 1 + self.headings
        indented = [[f"  {name}", *row[first - 1 :]] for name, *row in rows]
        top, *lines = _aligned([[head[0], *head[first:]], *indented])
        groups: dict[str, list[str]] = {}
        for row, line in zip(rows, lines, strict=True):
            title = ": ".join(filter(None, row[1:first]))
            groups.setdefault(title, [title]).append(line)
        return "\n".join([top, *(line for group in groups.values() for line in group)])

    def _repr_html_(self):
        """The table in a notebook."""
        if self.picture is None:
            return markup.table(self.rows())
        head, *rows = [[html.escape(text) for text in row] for row in self.rows()]
        pictures = map(self.picture, self)
        rows = [[p, *row] for p, row in zip(pictures, rows, strict=True)]
        return markup.raw_table(["", *head], rows)


def _aligned(rows):
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
