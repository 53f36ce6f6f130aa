"""The groups whose members are provisioned."""

from ops.entra.graph import DEFAULT_ACCESS, Assignment, ServicePrincipal
from ops.entra.setup import Setup


def read(setup: Setup) -> frozenset[str]:
    """Who is assigned already, people and groups, in whatever role."""
    if setup.application is None:
        return frozenset()
    found = setup.graph.list(f"{setup.application_path}/appRoleAssignedTo", Assignment)
    return frozenset(each.principal_id.lower() for each in found)


def wanted(setup: Setup, found: frozenset[str]) -> frozenset[str]:
    """The groups of the options besides; nobody is taken out of scope."""
    return found | setup.groups


def write(setup: Setup, found: frozenset[str], wanted: frozenset[str]) -> str:
    """Assign the groups that are missing."""
    role = _default_role(setup.application) if setup.application else "{default role}"
    for group in sorted(wanted - found):
        body = {"principalId": group, "resourceId": setup.application_path.rpartition("/")[2], "appRoleId": role}
        setup.graph.write("POST", f"{setup.application_path}/appRoleAssignedTo", body)
    return f"{len(wanted - found)} assigned"


def _default_role(application: ServicePrincipal) -> str:
    """The role of those who have none in particular: `User`, which Entra ID gives to each application that it makes."""
    roles = [role for role in application.app_roles if role.is_enabled]
    roles = [role for role in roles if "User" in role.allowed_member_types]
    named = [role for role in roles if role.display_name == "User"]
    return (named or roles)[0].id if roles else DEFAULT_ACCESS
