"""The order of resources by an attribute (RFC 7644 §3.4.2.3).

* A multi-valued attribute orders by its primary value, else by its first; a complex one by its `value`.
* Text orders by `comparison_key`, or as it is when `caseExact`; other types as numbers, instants, false before true.
* A resource without a value comes last, and first in descending order: sort with `reverse=True`.
* A complex attribute without `value` (`name`, `addresses`) has no order and is refused with `invalidValue`: §3.4.2.3
  requires its sub-attribute to be named.
"""

from collections.abc import Callable
from typing import Any

from scim.domain.filtering.resolution import Resolved, comparable
from scim.domain.filtering.values import key_for
from scim.errors import InvalidValue
from scim.schema.attributes import Attribute, Document

type SortKey = tuple[bool, Any]
"""Whether the value is missing, and its comparable form."""

_MISSING: SortKey = (True, None)


def sort_key(path: Resolved) -> Callable[[Document], SortKey]:
    """The key function with which `list.sort` orders documents by an attribute.

    Raises:
        InvalidValue: A complex attribute without `value`, or one whose values are never returned.
    """
    found = comparable(path, InvalidValue)
    key = key_for(found.target)

    def key_of(document: Document) -> SortKey:
        value: Any = document if found.urn is None else document.get(found.urn)
        value = _only_value(value, found.attribute)
        if found.sub_attribute is not None:
            value = _only_value(value, found.sub_attribute)
        comparable_form = key(value)
        return _MISSING if comparable_form is None else (False, comparable_form)

    return key_of


def _only_value(owner: Any, attribute: Attribute) -> Any:
    """The one value of an attribute by which its owner is ordered, None when there is none."""
    value = owner.get(attribute.name) if isinstance(owner, dict) else None
    if not attribute.multi_valued or not isinstance(value, list):
        return value
    first = value[0] if value else None
    return next((each for each in value if isinstance(each, dict) and each.get("primary") is True), first)
