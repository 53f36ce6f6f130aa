"""Resources as they are sent.

A stored document holds exactly what is returned by default, as JSON text: the usual reply is that text with `id` and
`meta` put around it, and nothing is parsed. Only a projection needs the document as an object.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from scim.domain.groups import Member
from scim.domain.resources import Resource, document_text, timestamp
from scim.protocol.projection import Projection
from scim.schema.attributes import Document

_ENDPOINTS = {"User": "Users", "Group": "Groups"}


@dataclass(frozen=True, slots=True)
class Reference:
    """A group's `members`, or a user's `groups`.

    Attributes:
        name: Of the attribute.
        values: Who, or which groups.
        type: The `type` of each; None for the resource type of each.
    """

    name: str
    values: Sequence[Member]
    type: str | None = None


def location(base_url: str, resource_type: str, resource_id: str) -> str:
    """The URL of a resource."""
    return f"{base_url}/{_ENDPOINTS[resource_type]}/{resource_id}"


def represent(resource: Resource, base_url: str, projection: Projection, references: Reference | None = None) -> str:
    """The resource as JSON text.

    Args:
        resource: As stored.
        base_url: The SCIM base URL, without a slash at its end.
        projection: What the client wants of it.
        references: Members, or groups, to include; None for none.
    """
    if projection.is_default:
        return _spliced(resource, base_url, references)
    document = resource.resource()
    document["meta"]["location"] = location(base_url, resource.resource_type, resource.id)
    if references is not None:
        document[references.name] = [_reference(base_url, member, references.type) for member in references.values]
    return document_text(projection.apply(document))


def _spliced(resource: Resource, base_url: str, references: Reference | None) -> str:
    extra = ""
    if references is not None:
        values = ",".join(_reference_text(base_url, member, references.type) for member in references.values)
        extra = f',"{references.name}":[{values}]'
    escaped_version = resource.version.replace('"', '\\"')
    return (
        f'{{"id":"{resource.id}",{resource.text[1:-1]}{extra},"meta":{{"resourceType":"{resource.resource_type}",'
        f'"created":"{timestamp(resource.created)}","lastModified":"{timestamp(resource.modified)}",'
        f'"location":"{location(base_url, resource.resource_type, resource.id)}","version":"{escaped_version}"}}}}'
    )


def _reference(base_url: str, member: Member, kind: str | None) -> Document:
    return {"value": member.id, "$ref": location(base_url, member.type, member.id), "type": kind or member.type}


def _reference_text(base_url: str, member: Member, kind: str | None) -> str:
    url = f"{base_url}/{_ENDPOINTS[member.type]}/{member.id}"
    return f'{{"value":"{member.id}","$ref":"{url}","type":"{kind or member.type}"}}'
