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
    text = StringIO()
    text.write(_BYTE_ORDER_MARK)
    lines = csv.writer(text)
    lines.writerow(header)
    lines.writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
