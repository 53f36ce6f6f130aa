"""Where roles and mappings are in the directory: the part of `keys` that provisioning never needs."""

from scim.schema.comparison import comparison_key
from scim.storage.tables import keys
from scim.storage.tables.rows import KeyRange


def role(role_id: str) -> str:
    """The role's row."""
    return f"ro|{role_id}"


ROLES = keys.prefix_range("ro|")


def role_name(user_type: str, name: str) -> str:
    """The reservation of a role's name."""
    return f"rn|{user_type}|{keys.encoded(comparison_key(name))}"


def deleted_role(role_id: str) -> str:
    """The mark of a role that was deleted."""
    return f"rx|{role_id}"


DELETED_ROLES = keys.prefix_range("rx|")


def mapping(provider: str, group_id: str) -> str:
    """The mapping of a group to roles."""
    return f"gm|{provider}|{group_id}"


def mappings(provider: str) -> KeyRange:
    """The mappings of a provider's groups."""
    return keys.prefix_range(f"gm|{provider}|")


MAPPINGS = keys.prefix_range("gm|")
