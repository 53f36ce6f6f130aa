"""Documents in columns of limited length."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scim.errors import PayloadTooLarge
from scim.storage.tables.documents import MAX_DOCUMENT_UNITS, column_text, text_columns
from scim.storage.tables.limits import check_row

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@given(TEXTS, st.integers(1, 6_000))
@example("", 1)
@example("x", 32_000)
@example("x", 32_001)
@example("😀", 16_001)
def test_a_text_comes_back_from_its_columns_which_fit_a_row(part: str, times: int) -> None:
    text = part * times
    columns = text_columns(text)

    check_row("tenant|00", "u|entra|1", columns)
    assert column_text({"other": 1, **columns}) == text if text else columns == {}


@pytest.mark.parametrize("text", ["x" * MAX_DOCUMENT_UNITS, "😀" * (MAX_DOCUMENT_UNITS // 2)])
def test_the_largest_document_fits_and_one_that_is_larger_is_refused(text: str) -> None:
    columns = text_columns(text)

    check_row("tenant|00", "u|entra|1", columns)
    assert column_text(columns) == text
    with pytest.raises(PayloadTooLarge):
        text_columns(text + "x")
