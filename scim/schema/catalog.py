"""The schemas and resource types that Rollcall serves, read once per process from `definitions/`."""

import json
from functools import cache
from importlib.resources import files

from scim.schema.attributes import ResourceType, Schema


@cache
def schema(name: str) -> Schema:
    """The schema of `definitions/<name>.json`."""
    text = files("scim.schema").joinpath("definitions", f"{name}.json").read_text(encoding="utf-8")
    return Schema.from_definition(json.loads(text))


@cache
def user_type() -> ResourceType:
    """Users: the core schema, the Enterprise extension and the one that carries organization and kind of user."""
    return ResourceType(
        name="User",
        endpoint="/Users",
        description="Technicians and end users",
        schema=schema("user"),
        extensions=(schema("enterprise_user"), schema("ninjaone_user")),
    )


@cache
def group_type() -> ResourceType:
    """Groups of users, and of groups."""
    return ResourceType(name="Group", endpoint="/Groups", description="Groups of users", schema=schema("group"))


@cache
def resource_types() -> tuple[ResourceType, ...]:
    """Every resource type, in the order in which they are announced."""
    return (user_type(), group_type())


@cache
def schemas() -> tuple[Schema, ...]:
    """Every schema, in the order in which they are announced: those of resources, then those of discovery itself."""
    served = [each for kind in resource_types() for each in (kind.schema, *kind.extensions)]
    return (*served, *(schema(name) for name in ("service_provider_config", "resource_type", "schema")))
