"""CSV files for administrators: RFC 4180 in UTF-8, and safe to open in a spreadsheet.

A cell that a spreadsheet would take for a formula gets an apostrophe in front, as OWASP advises; whoever reads the file
with a program takes it off again.
"""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

CSV = "text/csv"
"""The media type; the host adds the charset."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - spreadsheets take these too
_BYTE_ORDER_MARK = "\ufeff"
"""Without it, Excel reads UTF-8 as the code page of its machine."""


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The file: the header's line, then one for each row.

    Args:
        header: Names of the columns.
        rows: As many cells as there are columns, each.
    """
    return f"{_BYTE_ORDER_MARK}{csv_lines([header])}{csv_lines(rows)}".encode()


def csv_lines(rows: Iterable[Sequence[str]]) -> str:
    """The lines alone, for a file that is written part by part behind `csv_text(header, ())`."""
    text = StringIO()
    csv.writer(text).writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
