"""CSV files that no spreadsheet runs."""

import csv
from io import StringIO

import pytest

from scim.web.csv_text import csv_text


def cells(content):
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


def test_a_file_is_a_header_and_a_line_for_each_row():
    assert csv_text(["Name", "Note"], [["Anna", 'says "hi", twice'], ["Søren", ""]]) == (
        '\ufeffName,Note\r\nAnna,"says ""hi"", twice"\r\nSøren,\r\n'.encode()
    )


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])  # noqa: RUF001
def test_a_cell_that_would_be_a_formula_is_a_text(first):
    assert cells(csv_text(["x"], [[f"{first}cmd|' /C calc'!A0"]]))[1] == [f"'{first}cmd|' /C calc'!A0"]


@pytest.mark.parametrize("cell", ["a=b", "", "'=1", "a\nb", "1-2", "ä,ö;"])
def test_every_other_cell_is_as_it_was(cell):
    assert cells(csv_text(["x"], [["", cell]]))[1] == ["", cell]
