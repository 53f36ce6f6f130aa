"""Organizations, which end users belong to."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """An organization.

    Attributes:
        id: What SCIM clients send as `organizationId`; never "All".
        name: Unique without regard to case.
    """

    id: str
    name: str
