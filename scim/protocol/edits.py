"""What an operation of a PATCH does to the value of one attribute (RFC 7644 §3.5.2.1 to §3.5.2.3).

An edit takes the value that is there, or None, and gives the value that is to be there, or None. Values are never
modified: an edit makes new ones, so that a PATCH that fails half-way has changed nothing.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, cast

from scim.domain.filtering.values import key_for
from scim.errors import Mutability, NoTarget
from scim.schema.attributes import Attribute, Document
from scim.schema.values import check_count, check_primary

_NOBODY: frozenset[Any] = frozenset()

type Edit = Callable[[Any, "Change"], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One edit of one attribute.

    Attributes:
        edit: Makes the new value of the attribute from the old one.
        container: The extension's URN whose object holds the attribute; None for the document itself.
        owner: What stands before the attribute's name in messages and reports.
        attribute: The attribute that is edited, also where the path names a sub-attribute.
        value: What the edit works with: a whole value, a list of values, or sub-attributes of which those that are to
            have no value are None.
        selects: Which values of a multi-valued attribute are meant; None for all of them.
        template: What a value that the filter selects consists of, should one have to be made; None if the filter
            does not say.
    """

    edit: Edit
    container: str | None
    owner: str
    attribute: Attribute
    value: Any = None
    selects: Callable[[Document], bool] | None = None
    template: Document | None = None

    @property
    def name(self) -> str:
        """The attribute's name as reports give it."""
        return self.owner + self.attribute.name


def clear(_old: Any, _change: Change) -> None:
    """Nothing stays."""
    return


def assign(_old: Any, change: Change) -> Any:
    """The given value, or list of values, takes the place of whatever was there."""
    return None if change.value == [] else change.value


def merge(old: Any, change: Change) -> Any:
    """The given sub-attributes of a complex value change, the others stay (RFC 7644 §3.5.2.3)."""
    return _merged(old or {}, change.value) or None


def append(old: Any, change: Change) -> Any:
    """The given values join those that are there; one that is there already takes over what else is said about it.

    RFC 7644 §3.5.2.1
    """
    elements = list(old or ())
    places: dict[Hashable, list[tuple[int, Any]]] = {}
    for index, element in enumerate(elements):
        _note(places, index, _comparable(element, change.attribute))
    primary: list[int] = []
    for value in change.value:
        wanted = _comparable(value, change.attribute)
        index = next((place for place, kind in places.get(_core(wanted), ()) if _agree(wanted, kind)), len(elements))
        if index == len(elements):
            elements.append(value)
            _note(places, index, wanted)
        elif type(value) is dict:
            elements[index] = {**elements[index], **value}
        if type(value) is dict and value.get("primary") is True:
            primary.append(index)
    check_count(elements, change.attribute, change.owner)
    return _with_primary(elements, primary, change)


def without(old: Any, change: Change) -> Any:
    """The given values leave; what is not there cannot leave, and that is no error."""
    leaving = [_comparable(value, change.attribute) for value in change.value]
    named: dict[Hashable, set[Any]] = {}
    for value in leaving:
        if "value" in value:
            named.setdefault(value["value"], set()).add(value.get("type"))
    described = [value for value in leaving if "value" not in value]

    def leaves(element: Document) -> bool:
        kinds = named.get(element.get("value"), _NOBODY)
        return (
            None in kinds
            or element.get("type", _NOBODY) in kinds
            or any(value.items() <= element.items() for value in described)
        )

    return [element for element in old or () if not leaves(_comparable(element, change.attribute))] or None


def remove_selected(old: Any, change: Change) -> Any:
    """The selected values leave."""
    return [element for element in old or () if not _is_selected(element, change)] or None


def merge_selected(old: Any, change: Change) -> Any:
    """The given sub-attributes change in the selected values. Without any, the one that the filter describes is made.

    RFC 7644 §3.5.2.3 wants `noTarget` there; Entra ID counts on the value being made.
    """
    parts: Document = change.value
    said = parts
    elements = list(old or ())
    selected = [index for index, element in enumerate(elements) if _is_selected(element, change)]
    for index in selected:
        elements[index] = _merged(elements[index], parts)
    if not selected and any(part is not None for part in parts.values()):
        if change.template is None:
            raise NoTarget(f'No value of "{change.name}" matches the filter, and the filter does not describe one.')
        selected = [len(elements)]
        said = change.template | parts
        elements.append(_merged(change.template, parts))
        check_count(elements, change.attribute, change.owner)
    is_primary = any("primary" in said and elements[index].get("primary") is True for index in selected)
    return _with_primary(elements, selected if is_primary else [], change)


def _merged(element: Document, parts: Document) -> Document:
    merged = {**element, **parts}
    if None in merged.values():
        return {name: value for name, value in merged.items() if value is not None}
    return merged


def _with_primary(elements: list[Any], primary: list[int], change: Change) -> Any:
    """The values, of which the one that was just made primary is the only one (RFC 7644 §3.5.2)."""
    if primary:
        check_primary([elements[index] for index in primary], change.attribute, change.owner)
        for index, element in enumerate(elements):
            if index != primary[0] and element.get("primary") is True:
                elements[index] = {**element, "primary": False}
    return [element for element in elements if element != {}] or None


def _is_selected(element: Document, change: Change) -> bool:
    return change.selects is None or change.selects(element)


def _comparable(value: Any, attribute: Attribute) -> Document:
    """The sub-attributes of a value in the form in which they are compared."""
    if attribute.type != "complex":
        return {"value": key_for(attribute)(value)}
    return {sub.name: key_for(sub)(value[sub.name]) for sub in attribute.sub_attributes if sub.name in value}


def _core(value: Document) -> Hashable:
    """What two values must have in common to be the same, besides their `type`: the `value`, else all but `primary`."""
    if "value" in value:
        return cast("Hashable", value["value"])
    return frozenset(part for part in value.items() if part[0] != "primary")


def _note(places: dict[Hashable, list[tuple[int, Any]]], index: int, element: Document) -> None:
    places.setdefault(_core(element), []).append((index, element.get("type")))


def _agree(wanted: Document, kind: Any) -> bool:
    """Whether a value of the same core is the same: of the type that is wanted, if one is."""
    return wanted.get("type") in (None, kind)


def refuse_clearing(name: str) -> Mutability:
    """The refusal to take away a required attribute (RFC 7644 §3.5.2.2)."""
    return Mutability(f'"{name}" is required; it can be changed, not removed.')
