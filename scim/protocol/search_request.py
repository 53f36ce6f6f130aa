"""The body of a search by POST (RFC 7644 §3.4.3): the query parameters of a GET, as JSON."""

from collections.abc import Mapping
from typing import Any

from scim.errors import InvalidSyntax
from scim.protocol.envelopes import check_schemas, lower_names
from scim.schema.attributes import Document
from scim.schema.urns import SEARCH_REQUEST

_NAMES = ("attributes", "excludedAttributes")
_TEXTS = ("filter", "sortBy", "sortOrder", "cursor")
_NUMBERS = ("startIndex", "count")


def search_parameters(body: Document) -> Mapping[str, str]:
    """The parameters by lower-case name, as `Request.query` has them; what else the body holds is ignored.

    Attribute names may be in any letter case; null counts as not given.

    Raises:
        InvalidSyntax: The body is another message, or a parameter has the wrong type.
    """
    given = {name: value for name, value in lower_names(body).items() if value is not None}
    check_schemas(given.get("schemas"), SEARCH_REQUEST, "a search")
    readers = dict.fromkeys(_NAMES, _names) | dict.fromkeys(_TEXTS, _text) | dict.fromkeys(_NUMBERS, _number)
    return {name.lower(): read(name, given[name.lower()]) for name, read in readers.items() if name.lower() in given}


def _names(name: str, value: Any) -> str:
    """A list of attribute names, or the text that the query parameter would have."""
    if type(value) is list and all(type(each) is str for each in value):
        return ",".join(value)
    if type(value) is str:
        return value
    raise InvalidSyntax(f'"{name}" must be a list of attribute names.')


def _text(name: str, value: Any) -> str:
    if type(value) is not str:
        raise InvalidSyntax(f'"{name}" must be text.')
    return value


def _number(name: str, value: Any) -> str:
    if type(value) is not int:
        raise InvalidSyntax(f'"{name}" must be an integer.')
    return str(value)
