"""Filters compiled to functions over documents (RFC 7644 §3.4.2.2).

Names, types and operators are settled once, when a filter is compiled; what remains for each document is reading and
comparing. Documents are wire documents: canonical names, extensions under their URN.

What the RFC leaves open, and how it is here:

* A multi-valued attribute matches when one of its values does. `ne` is the exception: it is `not (… eq …)`, true when
  *no* value equals. Otherwise `members ne "x"` would hold for every group of two.
* Logic has two values. A comparison with an attribute that has no value is false, hence its `not` is true, and so is
  `ne`.
* A value that does not say whether it is `primary` is not: `primary eq false` finds it (RFC 7643 §2.4). A user who does
  not say whether it is `active` is: `active eq true` finds it, as such a user may sign in.
* `eq null` is `not (… pr)`, and `ne null` is `pr`; null takes no other operator. An empty text has no value (`pr` is
  false) and still equals `""`.
* A complex attribute stands for its `value` in comparisons, and for itself in `pr`.
* A number compared with text is taken as text: `organizationId eq 12`. Booleans may be in quotes: `active eq "True"`.
* `co`, `sw` and `ew` are for text; an instant or a number has many spellings.
* Brackets are allowed behind a complex attribute that has a single value, `name[givenName eq "x"]`, and behind a
  multi-valued one that is not complex, whose values are then called `value`: `schemas[value eq "urn:…"]`.
* Attributes that are `returned: never` cannot be filtered, not even with `pr`: an answer would tell something.
"""

import operator
from collections.abc import Callable
from functools import partial
from typing import Any

from scim.domain.filtering.nodes import And, AttributePath, Comparison, Literal, Node, Not, Or, Present, ValuePath
from scim.domain.filtering.resolution import Resolved, comparable, resolve, resolve_sub_attribute
from scim.domain.filtering.values import is_present, key_for
from scim.errors import InvalidFilter
from scim.schema.attributes import Attribute, AttributeType, Document, ResourceType

type Predicate = Callable[[Document], bool]
type _Test = Callable[[Any], bool]
type _Scope = Callable[[AttributePath], Resolved]
"""What a name means where it stands."""

_EQUALITY = frozenset({"eq", "ne"})
_ORDERING = frozenset({"gt", "ge", "lt", "le"})
_SUBSTRING = frozenset({"co", "sw", "ew"})

_OPERATORS: dict[AttributeType, frozenset[str]] = {
    "string": _EQUALITY | _ORDERING | _SUBSTRING,
    "reference": _EQUALITY | _ORDERING | _SUBSTRING,
    "integer": _EQUALITY | _ORDERING,
    "decimal": _EQUALITY | _ORDERING,
    "dateTime": _EQUALITY | _ORDERING,
    "boolean": _EQUALITY,
    "binary": _EQUALITY,
}
_EXPECTED: dict[AttributeType, str] = {
    "string": "text in double quotes",
    "reference": "text in double quotes",
    "integer": "a number",
    "decimal": "a number",
    "dateTime": 'a date and time such as "2011-05-13T04:42:34Z"',
    "boolean": "true or false",
    "binary": "base64 text in double quotes",
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
    "co": operator.contains,
    "sw": str.startswith,
    "ew": str.endswith,
}
_UNASSIGNED = {"primary": False, "active": True}
"""What these count as when a resource does not say."""
_ELEMENT_NAME = "value"


def compile_filter(node: Node, resource_type: ResourceType) -> Predicate:
    """The function that says whether a resource matches.

    Raises:
        InvalidFilter: An attribute that the type does not have, or a comparison that the attribute does not take.
    """
    return _compile(node, partial(resolve, resource_type=resource_type))


def compile_value_filter(node: Node, attribute: Attribute) -> Predicate:
    """The function that says whether one value of an attribute matches a filter between brackets.

    Args:
        node: The filter of a `ValuePath` or a `Path`.
        attribute: The attribute in front of the brackets, single-valued or not. When it is not complex, its values
            are called `value`.

    Raises:
        InvalidFilter: A sub-attribute that the attribute does not have, or a comparison that it does not take.
    """
    if attribute.type == "complex":
        return _compile(node, partial(resolve_sub_attribute, attribute=attribute))
    element = _element_of(attribute)
    compiled = _compile(node, partial(resolve_sub_attribute, attribute=element))
    return lambda value: compiled({_ELEMENT_NAME: value})


def _element_of(attribute: Attribute) -> Attribute:
    """A complex attribute whose `value` is a value of the attribute given, which is not complex."""
    element = Attribute(
        name=_ELEMENT_NAME, type=attribute.type, case_exact=attribute.case_exact, returned=attribute.returned
    )
    return Attribute(name=attribute.name, type="complex", sub_attributes=(element,))


def _compile(node: Node, scope: _Scope) -> Predicate:
    match node:
        case Comparison(path, symbol, value):
            return _comparison(scope(path), symbol, value)
        case Present(path):
            return _presence(scope(path))
        case Not(operand):
            return _negation(_compile(operand, scope))
        case And(operands):
            return _every([_compile(each, scope) for each in operands])
        case Or(operands):
            return _some([_compile(each, scope) for each in operands])
        case ValuePath(path, inner):
            return _selection(scope(path), inner)


def _presence(resolved: Resolved) -> Predicate:
    if resolved.is_secret:
        raise InvalidFilter(f"{resolved.name} is never returned and cannot be filtered.")
    return _reaching(resolved, is_present)


def _comparison(resolved: Resolved, symbol: str, value: Literal) -> Predicate:
    if value is None:
        return _null_comparison(resolved, symbol)
    found = comparable(resolved)
    expected = _expected_key(found, symbol, value)
    key = key_for(found.target)
    if symbol in _EQUALITY:
        equal = _reaching(found, lambda actual: bool(key(actual) == expected), _UNASSIGNED.get(found.target.name))
        return equal if symbol == "eq" else _negation(equal)
    compare = _COMPARE[symbol]

    def holds(actual: Any) -> bool:
        comparable_form = key(actual)
        return comparable_form is not None and compare(comparable_form, expected)

    return _reaching(found, holds)


def _null_comparison(resolved: Resolved, symbol: str) -> Predicate:
    if symbol not in _EQUALITY:
        raise InvalidFilter(f"{resolved.name} {symbol}: null takes only eq and ne.")
    present = _presence(resolved)
    return present if symbol == "ne" else _negation(present)


def _expected_key(found: Resolved, symbol: str, value: Literal) -> Any:
    """The comparable form of the value in a comparison."""
    kind = found.target.type
    if symbol not in _OPERATORS[kind]:
        raise InvalidFilter(f"{found.name} is of type {kind}, which does not take the operator {symbol}.")
    if kind in {"string", "reference"} and isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    expected = key_for(found.target)(value)
    if expected is None:
        raise InvalidFilter(f"{found.name} {symbol} takes {_EXPECTED[kind]}.")
    return expected


def _selection(resolved: Resolved, inner: Node) -> Predicate:
    attribute = resolved.attribute
    if resolved.is_secret or not (attribute.multi_valued or attribute.type == "complex"):
        raise InvalidFilter(f"{resolved.name} has no values to select from with brackets.")
    return _reaching(resolved, compile_value_filter(inner, attribute))


def _reaching(resolved: Resolved, test: _Test, unassigned: Any = None) -> Predicate:
    """Whether one of the attribute's values passes the test.

    Where there is none, `unassigned` stands for it; false when that is None.
    """
    reached = test
    if resolved.sub_attribute is not None:
        reached = _step(resolved.sub_attribute, reached, unassigned)
        unassigned = None
    reached = _step(resolved.attribute, reached, unassigned)
    return reached if resolved.urn is None else _step(Attribute(name=resolved.urn), reached)


def _step(attribute: Attribute, test: _Test, unassigned: Any = None) -> _Test:
    """The test of an object of which the given test looks at one member."""
    name = attribute.name

    def of_one(value: Any) -> bool:
        member = value.get(name, unassigned) if isinstance(value, dict) else None
        return member is not None and test(member)

    def of_several(value: Any) -> bool:
        members = value.get(name) if isinstance(value, dict) else None
        if not isinstance(members, list):
            return members is not None and test(members)
        for member in members:  # noqa: SIM110  any() over a generator takes twice as long
            if test(member):
                return True
        return False

    return of_several if attribute.multi_valued else of_one


def _negation(predicate: Predicate) -> Predicate:
    return lambda document: not predicate(document)


def _every(predicates: list[Predicate]) -> Predicate:
    if len(predicates) == 2:  # noqa: PLR2004  the usual length, unrolled
        first, second = predicates
        return lambda document: first(document) and second(document)
    return lambda document: all(predicate(document) for predicate in predicates)


def _some(predicates: list[Predicate]) -> Predicate:
    if len(predicates) == 2:  # noqa: PLR2004  as above
        first, second = predicates
        return lambda document: first(document) or second(document)
    return lambda document: any(predicate(document) for predicate in predicates)
