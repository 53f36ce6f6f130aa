"""Between what the console calls the fields of an account and the SCIM document that holds them.

What is given is read by the schemas, as what an identity provider sends is: the same characters are refused, the same
values mean none.
"""

from collections.abc import Callable, Mapping
from typing import Any

from scim.admin.problems import Invalid
from scim.domain.users import Standing, User, contact_address
from scim.errors import InvalidValue
from scim.schema.attributes import Attribute, Document
from scim.schema.catalog import user_type
from scim.schema.urns import CORE_USER, NINJAONE_USER
from scim.schema.values import UnknownAttributes, UnknownNames, read_value
from scim.sentences import Sentence

_PATHS: Mapping[str, tuple[str, ...]] = {
    "userName": ("userName",),
    "givenName": ("name", "givenName"),
    "familyName": ("name", "familyName"),
    "displayName": ("displayName",),
    "active": ("active",),
    "userType": (NINJAONE_USER, "userType"),
    "organizationId": (NINJAONE_USER, "organizationId"),
}
"""By field: where its value is in the document. An e-mail address is one of several, see `_with_email`."""

_STANDING: Mapping[str, Callable[[Standing], Any]] = {
    "email": lambda standing: standing.contact,
    "active": lambda standing: standing.active,
    "userType": lambda standing: standing.user_type.value,
    "organizationId": lambda standing: standing.organization,
}


def value_of(user: User, field: str) -> Any:
    """What an account has in a field; None for nothing. Where there is a `Standing`, that is what counts."""
    if field in _STANDING:
        return _STANDING[field](user.standing)
    *containers, name = _PATHS[field]
    holder = user.document()
    for container in containers:
        holder = holder.get(container, {})
    return holder.get(name)


def with_fields(document: Document, fields: Mapping[str, Any]) -> Document:
    """The document with other values; None takes a value away. The one that is given is not modified.

    Raises:
        Invalid: A value that its attribute does not take.
    """
    changed = dict(document)
    for field, value in fields.items():
        try:
            changed = _with_email(changed, value) if field == "email" else _with(changed, _PATHS[field], value)
        except InvalidValue as refused:
            raise Invalid(refused.detail, field) from refused
    if "userName" not in changed:
        raise Invalid(Sentence("An account needs a userName."), "userName")
    extensions = [each.id for each in user_type().extensions if each.id in changed]
    return {**changed, "schemas": [CORE_USER, *extensions]}


def new_document(fields: Mapping[str, Any]) -> Document:
    """The document of a new account.

    Raises:
        Invalid: See `with_fields`.
    """
    return with_fields({"schemas": [CORE_USER]}, {name: value for name, value in fields.items() if value is not None})


def _with(document: Document, path: tuple[str, ...], value: Any) -> Document:
    """The document with another value at a path, read by the attribute that is there."""
    top = path[0]
    if top == NINJAONE_USER:
        attribute = user_type().extensions_by_urn[top.lower()].by_name[path[1].lower()]
        return _with_part(document, path, _read(value, attribute))
    attribute = user_type().by_name[top.lower()]
    if len(path) == 1:
        return _without_nothing({**document, top: _read(value, attribute)})
    return _with_part(document, path, _read(value, attribute.by_name[path[1].lower()]))


def _with_part(document: Document, path: tuple[str, ...], value: Any) -> Document:
    top, name = path
    part = _without_nothing({**document.get(top, {}), name: value})
    return _without_nothing({**document, top: part or None})


def _with_email(document: Document, value: Any) -> Document:
    """The document with another address for mail: in the place of the present one, or as the first."""
    attribute = user_type().by_name["emails"]
    emails = list(document.get("emails", ()))
    index = _contact_index(document)
    if value is None:
        emails = emails if index is None else [*emails[:index], *emails[index + 1 :]]
    elif index is None:
        emails = [{"value": value, "type": "work", "primary": True}, *emails]
    else:
        emails[index] = {**emails[index], "value": value}
    return _without_nothing({**document, "emails": _read(emails, attribute)})


def _contact_index(document: Document) -> int | None:
    """The place of the address for mail among the e-mail addresses."""
    address = contact_address(document)
    values = [email.get("value") for email in document.get("emails", ())]
    return values.index(address) if address in values else None


def _read(value: Any, attribute: Attribute) -> Any:
    return read_value(value, attribute, "", UnknownNames(UnknownAttributes.REJECT))


def _without_nothing(document: Document) -> Document:
    return {name: value for name, value in document.items() if value is not None}
