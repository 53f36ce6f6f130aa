"""The operations that change one resource: those that a bulk request may hold."""

from collections.abc import Mapping

from scim.operations import create, delete, modify, replace
from scim.operations.context import Handler
from scim.protocol.routing import Operation

CHANGES: Mapping[tuple[Operation, str], Handler] = {
    (Operation.CREATE, "User"): create.user,
    (Operation.CREATE, "Group"): create.group,
    (Operation.REPLACE, "User"): replace.user,
    (Operation.REPLACE, "Group"): replace.group,
    (Operation.MODIFY, "User"): modify.user,
    (Operation.MODIFY, "Group"): modify.group,
    (Operation.DELETE, "User"): delete.user,
    (Operation.DELETE, "Group"): delete.group,
}
"""By operation and resource type."""
