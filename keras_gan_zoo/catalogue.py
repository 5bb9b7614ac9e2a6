"""Records by name that show themselves as a table."""

import html


class Catalogue(dict):
    """A dict of name to record, itself a dict, which prints as a table.

    Args:
        records: Dict of name to record.
        columns: Names of the entries that are shown, from left to right.
    """

    def __init__(self, records, columns):
        super().__init__(records)
        self.columns = columns

    def rows(self) -> list[list[str]]:
        """The table's lines as lists of strings, the first one its head."""
        head = ["name", *self.columns]
        entries = [
            [name, *(_in_words(record.get(column, "")) for column in self.columns)]
            for name, record in self.items()
        ]
        return [head, *entries]

    def __repr__(self) -> str:
        """The table in plain text."""
        rows = self.rows()
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [map(str.ljust, row, widths) for row in rows]
        return "\n".join("  ".join(line).rstrip() for line in lines)

    def _repr_html_(self):
        """The table in a notebook."""
        cells = [
            "".join(f"<td>{html.escape(word)}</td>" for word in row)
            for row in self.rows()
        ]
        return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


def _in_words(value):
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {_in_words(part)}" for name, part in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)
