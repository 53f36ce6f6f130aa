"""How two spellings of one value are recognised as the same."""

from unicodedata import normalize


def comparison_key(text: str) -> str:
    """The form in which strings that are not `caseExact` are compared: NFKC, casefold, NFKC.

    The one function for uniqueness, index keys, filters and sorting; were there two, a filter would miss what
    uniqueness finds. Confusable characters of different scripts stay different.
    """
    if text.isascii():
        return text.lower()  # the same result for ASCII, at a tenth of the cost
    return normalize("NFKC", normalize("NFKC", text).casefold())
