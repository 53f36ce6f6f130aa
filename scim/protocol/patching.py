"""PATCH: operations read into edits, and edits applied to a document (RFC 7644 §3.5.2).

Reading settles everything that does not depend on the resource: names, types, filters, what may be changed at all. What
remains can be applied again without reading again, when the resource was changed by somebody else meanwhile.

Where the RFC leaves room, or clients need it:

* An operation without a path sets each attribute that its value names, by any of the names in `scim.protocol.names` or
  by a path with a filter; read-only ones are ignored there, and refused in a path.
* `replace` of a complex attribute merges, as §3.5.2.3 says, also of the values that a filter selects; `add` does the
  same.
* null, "" and [] as the value clear the attribute, except that adding an empty list adds nothing.
* What a filter selects and is not there is made from the filter's equalities (Entra ID), also by `replace`. Removing
  what is not there is a success: Entra ID would repeat the refused operation for ever.
* `remove` with a value removes the listed values of a multi-valued attribute (Entra ID, for members), not all of them.
* `schemas` cannot be set; it follows from what the document holds.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from scim.domain.filtering.evaluate import compile_value_filter
from scim.domain.filtering.grammar import parse_path
from scim.domain.filtering.nodes import And, AttributePath, Comparison, Node, Or, terms
from scim.errors import InvalidPath, InvalidSyntax, InvalidValue, Mutability, NoTarget, PayloadTooLarge, TooMany
from scim.protocol import edits
from scim.protocol.edits import Change, Edit
from scim.protocol.envelopes import check_schemas, lower_names
from scim.protocol.members import MembersChange, MembersFold, check_total, read_members
from scim.protocol.names import Target, Targets, find, per_resource_type, targets
from scim.protocol.resources import extension_items, recompute_schemas
from scim.schema.attributes import Attribute, Document, ResourceType
from scim.schema.urns import PATCH_OP
from scim.schema.values import (
    UnknownAttributes,
    UnknownNames,
    is_no_value,
    read_element,
    read_parts,
    read_value,
    with_content,
)

MAX_OPERATIONS = 1_000
"""How many operations one PATCH may have. Entra ID's newer dialect removes each member by one of its own."""

MAX_TERMS = 1_000
"""How many comparisons the filters in all its paths may make: each is made with every value of its attribute."""
_REMEMBERED_PATHS = 512
MAX_MEMBER_FILTERS = 20
"""How many of them may select members by anything but their ids: each looks at every member."""

type Verb = Literal["add", "replace", "remove"]

_VERBS: Mapping[str, Verb] = {"add": "add", "replace": "replace", "remove": "remove"}
_ABSENT = object()
"""Stands for a `value` that an operation does not have."""


@dataclass(frozen=True, slots=True)
class Patch:
    """The operations of one PATCH, read.

    Attributes:
        resource_type: What it patches.
        changes: Edits of the document, in order.
        members: What happens to the members of a group; None when nothing does.
        unknown: Names of attributes that are not known; the operations on them were left out.
    """

    resource_type: ResourceType
    changes: tuple[Change, ...]
    members: MembersChange | None = None
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Patched:
    """A document after a PATCH.

    Attributes:
        document: The new document; shares values with the old one.
        changed: The attributes whose values differ, sorted: `emails`, `urn:…:2.0:User:organizationId`. Empty when the
            PATCH changed nothing. Members are not among them.
        unknown: As in `Patch`.
        members: As in `Patch`.
    """

    document: Document
    changed: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    members: MembersChange | None = None


def parse_patch(body: Document, resource_type: ResourceType, unknown: UnknownAttributes) -> Patch:
    """Read the body of a PATCH.

    Raises:
        InvalidSyntax: The body is no PatchOp message, has no operations, or an operation has no known `op`.
        InvalidPath: A path is malformed, or names an unknown attribute and `unknown` says to refuse it.
        InvalidFilter: A filter in a path compares what cannot be compared.
        InvalidValue: An attribute does not take its value.
        Mutability: A path names what clients may not change, or a required attribute would be removed.
        NoTarget: A `remove` has no path.
        PayloadTooLarge: Too many operations, or too many members.
        TooMany: Too many terms in filters, or too many filters on members.

    RFC 7644 §3.5.2
    """
    message = lower_names(body)
    check_schemas(message.get("schemas"), PATCH_OP, "a PATCH")
    operations = message.get("operations")
    if type(operations) is not list or not operations:
        raise InvalidSyntax('"Operations" must be a list of at least one operation.')
    if len(operations) > MAX_OPERATIONS:
        raise PayloadTooLarge(f"A PATCH may have at most {MAX_OPERATIONS:,} operations; send them in several requests.")
    reader = _Reader(resource_type, unknown)
    for operation in operations:
        reader.read(operation)
    return reader.patch()


def apply_patch(document: Document, patch: Patch) -> Patched:
    """Apply a PATCH to a document as it is stored.

    `document` is not modified, whether this succeeds or not.

    Raises:
        NoTarget: A filter selects nothing and does not say what to make.
        InvalidValue: Two values would be primary, or an attribute would have too many values.

    RFC 7644 §3.5.2
    """
    after = dict(document)
    first: dict[str, tuple[Change, Any]] = {}
    for change in patch.changes:
        holder = after if change.container is None else dict(after.get(change.container, ()))
        key = change.attribute.name
        old = holder.get(key)
        first.setdefault(change.name, (change, old))
        _put(holder, key, change.edit(old, change))
        if change.container is not None:
            _put(after, change.container, holder or None)
    changed = tuple(sorted(name for name, (change, old) in first.items() if _settle(after, change) != old))
    if changed:
        after = recompute_schemas(after, patch.resource_type)
    return Patched(after, changed, patch.unknown, patch.members)


def _put(holder: Document, key: str, value: Any) -> None:
    if value is None:
        holder.pop(key, None)
    else:
        holder[key] = value


def _settle(document: Document, change: Change) -> Any:
    """The value that an attribute has after all operations, without the remains of values that were cleared."""
    holder: Document = document if change.container is None else document.get(change.container, {})
    key = change.attribute.name
    value = holder.get(key)
    if type(value) is list:
        content = with_content(value)
        if len(content) < len(value):
            value = content or None
            _put(holder, key, value)
    return value


@dataclass(frozen=True, slots=True)
class _Selection:
    """Which values of a multi-valued attribute a path means."""

    node: Node
    terms: int
    selects: Callable[[Document], bool]
    template: Document | None


class _Reader:
    """Reads the operations of one PATCH."""

    __slots__ = (
        "_by_name",
        "_changes",
        "_fold",
        "_member_count",
        "_member_filters",
        "_resource_type",
        "_terms",
        "_unknown",
    )

    def __init__(self, resource_type: ResourceType, unknown: UnknownAttributes) -> None:
        self._resource_type = resource_type
        self._by_name: Targets = targets(resource_type)
        self._unknown = UnknownNames(unknown)
        self._changes: list[Change] = []
        self._fold = MembersFold()
        self._member_count = 0
        self._member_filters = 0
        self._terms = 0

    def read(self, operation: Any) -> None:
        """Read one operation; its names and its `op` are taken in any case of letters."""
        if type(operation) is not dict:
            raise InvalidSyntax("Each operation must be an object.")
        parts = lower_names(operation)
        op = parts.get("op")
        verb = _VERBS.get(op.lower()) if type(op) is str else None
        if verb is None:
            raise InvalidSyntax('"op" must be add, replace or remove.')
        path, value = parts.get("path"), parts.get("value", _ABSENT)
        if path is not None and type(path) is not str:
            raise InvalidPath('"path" must be a string.')
        if value is _ABSENT and verb != "remove":
            raise InvalidValue(f'"{verb}" needs a value; null clears the attribute.')
        if path is None or path.lower() == self._resource_type.schema.id.lower():
            self._read_values(verb, value)
        else:
            self._read_path(verb, path, value)

    def patch(self) -> Patch:
        return Patch(self._resource_type, tuple(self._changes), self._fold.change(), self._unknown.names)

    def _read_values(self, verb: Verb, value: Any) -> None:
        """An operation without a path: its value is an object of attributes."""
        if verb == "remove":
            raise NoTarget("A remove needs a path.")
        if type(value) is not dict:
            raise InvalidValue("An operation without a path needs an object of attributes as its value.")
        for key, item in value.items():
            target = find(self._by_name, key)
            if target is not None:
                self._set(verb, target, item)
            elif "[" in key:
                self._read_path(verb, key, item)
            else:
                self._unknown.note(key)

    def _read_path(self, verb: Verb, path: str, value: Any) -> None:
        target = find(self._by_name, path)
        if target is None:
            name, selection = _parsed_path(self._resource_type)(path)
            self._count_terms(selection)
            target = find(self._by_name, name)
        else:
            name, selection = path, None
        if target is None:
            self._unknown.note(name, InvalidPath)
        elif target.is_read_only:
            raise Mutability(f'"{target.name}" is read-only.')
        else:
            self._set(verb, target, value, selection)

    def _set(self, verb: Verb, target: Target, value: Any, selection: _Selection | None = None) -> None:
        """Let an operation act on what a name means."""
        if target.is_ignored:
            return
        if target.is_members:
            self._set_members(verb, target, value, selection)
        elif target.is_extension:
            self._set_extension(verb, target, value)
        elif target.attribute.multi_valued:
            self._set_many(verb, target, value, selection)
        else:
            self._set_one(verb, target, value)

    def _set_extension(self, verb: Verb, extension: Target, value: Any) -> None:
        if verb == "remove" or is_no_value(value):
            for attribute in extension.attribute.sub_attributes:
                self._set("remove", self._by_name[f"{extension.name}:{attribute.name}"], None)
            return
        for target, item in extension_items(extension, value, self._by_name, self._unknown):
            self._set(verb, target, item)

    def _set_one(self, verb: Verb, target: Target, value: Any) -> None:
        """Act on a single-valued attribute, or on one of its sub-attributes."""
        attribute = target.attribute
        if verb == "remove":
            value = None
        if target.sub_attribute is not None:
            parts = {target.sub_attribute.name: self._read_part(target, target.sub_attribute, value)}
            self._change(edits.merge, target, parts)
        elif is_no_value(value):
            self._change(edits.clear, target)
        elif attribute.type == "complex":
            self._change(edits.merge, target, read_parts(value, attribute, target.owner, self._unknown))
        else:
            self._change(edits.assign, target, read_value(value, attribute, target.owner, self._unknown))

    def _set_many(self, verb: Verb, target: Target, value: Any, selection: _Selection | None) -> None:
        """Act on a multi-valued attribute, on some of its values, or on a sub-attribute of them."""
        if target.sub_attribute is not None:
            part = None if verb == "remove" else self._read_part(target, target.sub_attribute, value)
            self._change(edits.merge_selected, target, {target.sub_attribute.name: part}, selection)
        elif selection is not None:
            self._set_selected(verb, target, value, selection)
        elif value == [] and verb != "replace":
            return  # an empty list names nothing that could be added or removed
        elif value is _ABSENT or is_no_value(value):
            self._change(edits.clear, target)
        else:
            values = read_value(value, target.attribute, target.owner, self._unknown)
            self._change(_LIST_EDITS[verb], target, values or [])

    def _set_selected(self, verb: Verb, target: Target, value: Any, selection: _Selection) -> None:
        """Act on the values that a filter selects."""
        if verb == "remove" or is_no_value(value):
            self._change(edits.remove_selected, target, None, selection)
            return
        parts = read_parts(value, target.attribute, target.owner, self._unknown)
        self._change(edits.merge_selected, target, parts, selection)

    def _set_members(self, verb: Verb, target: Target, value: Any, selection: _Selection | None) -> None:
        attribute = target.attribute
        if target.sub_attribute is not None:
            raise Mutability(f'"{target.name}" cannot be changed; remove the member and add another one.')
        if selection is not None:
            self._set_selected_members(verb, attribute, value, selection)
            return
        members = {} if value is _ABSENT else read_members(value, attribute, self._unknown)
        self._member_count += len(members)
        check_total(self._member_count)
        if verb == "add":
            self._fold.add(members)
        elif verb == "replace" or value is _ABSENT or value is None:
            self._fold.replace(members)
        else:
            self._fold.remove(members)

    def _count_terms(self, selection: _Selection | None) -> None:
        self._terms += selection.terms if selection else 0
        if self._terms > MAX_TERMS:
            raise TooMany(f"The filters in the paths of a PATCH may have {MAX_TERMS:,} terms in all.")

    def _count_filter(self) -> None:
        self._member_filters += 1
        if self._member_filters > MAX_MEMBER_FILTERS:
            raise TooMany(
                f"A PATCH may select members by at most {MAX_MEMBER_FILTERS} filters; name them by their ids."
            )

    def _set_selected_members(self, verb: Verb, attribute: Attribute, value: Any, selection: _Selection) -> None:
        if verb == "remove" or (verb == "replace" and is_no_value(value)):
            ids = _ids(selection.node)
            if ids is None:
                self._count_filter()
                self._fold.remove_where(selection.selects)
            else:
                self._fold.remove(ids)
            return
        template = selection.template or {}
        if "value" not in template:
            raise NoTarget('A filter on "members" must say which member to add: members[value eq "id"].')
        given = None if is_no_value(value) else read_element(value, attribute, "", self._unknown)
        member = {**template, **(given or {})}
        if member["value"] != template["value"]:
            raise Mutability('"members.value" cannot be changed; remove the member and add another one.')
        self._fold.add({member["value"]: member})

    def _read_part(self, target: Target, sub_attribute: Attribute, value: Any) -> Any:
        """The value of a sub-attribute that the path names."""
        prefix = f"{target.owner}{target.attribute.name}."
        return read_value(value, sub_attribute, prefix, self._unknown)

    def _change(self, edit: Edit, target: Target, value: Any = None, selection: _Selection | None = None) -> None:
        """Take note of an edit, unless it would leave a required attribute without a value.

        What an extension requires is for the domain to say.
        """
        if target.attribute.required and value is None and target.container is None:
            raise edits.refuse_clearing(target.name)
        self._changes.append(
            Change(
                edit=edit,
                container=target.container,
                owner=target.owner,
                attribute=target.attribute,
                value=value,
                selects=selection.selects if selection else None,
                template=selection.template if selection else {},
            )
        )


_LIST_EDITS: Mapping[Verb, Edit] = {"add": edits.append, "replace": edits.assign, "remove": edits.without}


@per_resource_type
def _parsed_path(resource_type: ResourceType) -> Callable[[str], tuple[str, _Selection | None]]:
    """The function that parses a path that is no mere name: the name in it, and what its filter selects.

    It remembers: a mapping sends the same few paths with every user.
    """
    by_name = targets(resource_type)

    @lru_cache(maxsize=_REMEMBERED_PATHS)
    def parsed_path(path: str) -> tuple[str, _Selection | None]:
        parsed = parse_path(path)
        name = str(parsed.attribute)
        target = find(by_name, name)
        if target is None or target.is_read_only or parsed.value_filter is None:
            return name, None
        return name, _selection(parsed.value_filter, target)

    return parsed_path


def _selection(node: Node, target: Target) -> _Selection:
    attribute = target.attribute
    if target.is_ignored or not attribute.multi_valued:
        raise InvalidPath(f'"{target.name}" is not multi-valued and takes no filter.')
    selects = compile_value_filter(node, attribute)
    return _Selection(node, terms(node), selects, _template(node, attribute, target.owner))


def _template(node: Node, attribute: Attribute, owner: str) -> Document | None:
    """The value that a filter of equalities describes: `type eq "work" and primary eq true`; None for other filters."""
    template: Document = {}
    for term in node.operands if isinstance(node, And) else (node,):
        if not isinstance(term, Comparison) or term.operator != "eq":
            return None
        sub_attribute = attribute.by_name[term.path.attribute.lower()]
        prefix = f"{owner}{attribute.name}."
        value = read_value(term.value, sub_attribute, prefix, UnknownNames(UnknownAttributes.IGNORE))
        if value is None or template.setdefault(sub_attribute.name, value) != value:
            return None
    return template


def _ids(node: Node) -> tuple[str, ...] | None:
    """The ids that a filter on members lists; None when members must be read to tell."""
    match node:
        case Comparison(AttributePath(None, attribute, None), "eq", str(member_id)) if attribute.lower() == "value":
            return (member_id,)
        case Or(operands):
            lists = [_ids(operand) for operand in operands]
            return None if None in lists else tuple(member_id for ids in lists for member_id in ids or ())
        case _:
            return None
