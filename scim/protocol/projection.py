"""Which attributes of a resource are returned (RFC 7643 §7, RFC 7644 §3.4.2.5, §3.9)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scim.errors import InvalidValue
from scim.protocol.names import Target, find, per_resource_type, targets
from scim.schema.attributes import Attribute, Document, ResourceType

type _Selected = Mapping[str, "_Selected"] | None
"""What is returned of an object, by canonical name: a part of a value, or with None all of it."""
type _Selection = dict[str, Any]
"""A `_Selected` while it is put together."""


@dataclass(frozen=True, slots=True)
class Projection:
    """A choice of attributes.

    Attributes:
        is_default: Whether the client leaves the choice to the schema. A stored document, which holds neither secrets
            nor what is returned on request, can then be sent as it is.
    """

    is_default: bool
    _selected: Mapping[str, _Selected]

    @classmethod
    def parse(cls, attributes: str | None, excluded: str | None, resource_type: ResourceType) -> "Projection":
        """Read the query parameters `attributes` and `excludedAttributes`.

        Args:
            attributes: Names with commas between them, or None; an empty one counts as None.
            excluded: The same.
            resource_type: What is projected. Names that it does not have are ignored.

        Raises:
            InvalidValue: Both are given; they exclude each other.

        RFC 7644 §3.9, §3.10
        """
        included_names, excluded_names = _names(attributes), _names(excluded)
        if included_names and excluded_names:
            raise InvalidValue('"attributes" and "excludedAttributes" cannot be used together.')
        if included_names:
            return cls(is_default=False, _selected=_including(included_names, resource_type))
        if excluded_names:
            return cls(is_default=False, _selected=_excluding(excluded_names, resource_type))
        return _default(resource_type)

    def wants(self, name: str) -> bool:
        """Whether anything of a top-level attribute is returned; what is not wanted need not be read from storage.

        Args:
            name: In canonical spelling.
        """
        return name in self._selected

    def apply(self, document: Document) -> Document:
        """The part of a complete resource, with `id`, `schemas` and `meta`, that is returned.

        A new object that shares values with `document`.
        """
        picked: Document = _pick(document, self._selected)
        return picked


@per_resource_type
def _default(resource_type: ResourceType) -> Projection:
    return Projection(is_default=True, _selected=_default_selection(resource_type))


def _names(parameter: str | None) -> list[str]:
    return [name.strip() for name in (parameter or "").split(",") if name.strip()]


def _including(names: Iterable[str], resource_type: ResourceType) -> _Selection:
    """What is always returned, and what is named."""
    selection: _Selection = {each.name: None for each in resource_type.by_name.values() if each.returned == "always"}
    whole = _everything(resource_type)
    for target in _targets(names, resource_type):
        _include(selection, target, whole)
    return selection


def _include(selection: _Selection, target: Target, whole: Mapping[str, Any]) -> None:
    attribute, sub_attribute = target.attribute, target.sub_attribute
    if target.is_extension:
        selection[target.name] = _by_default(attribute.sub_attributes)
        return
    if attribute.returned == "never":
        return
    if target.container is not None:
        within = selection.setdefault(target.container, {})
        whole = whole[target.container]
    else:
        within = selection
    if sub_attribute is None:
        within[attribute.name] = whole[attribute.name]
    elif sub_attribute.returned != "never" and (attribute.name not in within or within[attribute.name] is not None):
        always = {each.name: None for each in attribute.sub_attributes if each.returned == "always"}
        within[attribute.name] = {**always, **(within.get(attribute.name) or {}), sub_attribute.name: None}


def _excluding(names: Iterable[str], resource_type: ResourceType) -> _Selection:
    """What is returned by default, without what is named; what is always returned stays (RFC 7643 §7)."""
    selection = _default_selection(resource_type)
    for target in _targets(names, resource_type):
        _exclude(selection, target)
    return selection


def _exclude(selection: _Selection, target: Target) -> None:
    attribute, sub_attribute = target.attribute, target.sub_attribute
    if target.is_extension:
        selection.pop(target.name, None)
        return
    within = selection if target.container is None else selection.get(target.container)
    if within is None or attribute.name not in within:
        return
    if sub_attribute is None:
        if attribute.returned != "always":
            del within[attribute.name]
    elif sub_attribute.returned != "always":
        parts = within[attribute.name]
        if parts is None:
            parts = {each.name: None for each in attribute.sub_attributes}
        within[attribute.name] = {name: part for name, part in parts.items() if name != sub_attribute.name}


def _targets(names: Iterable[str], resource_type: ResourceType) -> list[Target]:
    by_name = targets(resource_type)
    return [target for name in names if (target := find(by_name, name)) is not None]


def _default_selection(resource_type: ResourceType) -> _Selection:
    selection = _by_default(resource_type.by_name.values())
    return selection | {each.id: _by_default(each.attributes) for each in resource_type.extensions}


@per_resource_type
def _everything(resource_type: ResourceType) -> _Selection:
    """All that may be returned when it is asked for by name."""
    selection = {each.name: _parts(each) for each in resource_type.by_name.values()}
    return selection | {
        extension.id: {each.name: _parts(each) for each in extension.attributes}
        for extension in resource_type.extensions
    }


def _by_default(attributes: Iterable[Attribute]) -> _Selection:
    return {each.name: _parts(each) for each in attributes if each.returned in {"always", "default"}}


def _parts(attribute: Attribute) -> _Selection | None:
    """The sub-attributes that are returned with an attribute; None for all of them."""
    parts = _by_default(attribute.sub_attributes)
    return None if len(parts) == len(attribute.sub_attributes) else parts


def _pick(value: Any, selected: _Selected) -> Any:
    """The selected part of an object, or of each object in a list; what is left empty is left out."""
    if selected is None:
        return value
    if type(value) is list:
        return [part for each in value if (part := _pick(each, selected))]
    picked = {}
    for name, item in value.items():
        if name in selected:
            part = _pick(item, selected[name])
            if part is item or part:
                picked[name] = part
    return picked
