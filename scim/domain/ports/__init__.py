"""What the use cases need from the outside, as protocols. Each docstring is the specification; adapters add nothing.

Every method may raise `scim.errors.Unavailable` when its service cannot be reached: the outcome of a write is then
unknown to the caller, and repeating it is safe. Methods take the provider that calls: what another provider owns is
as if it did not exist.

What provisioning needs can be imported from here; what only administration needs is in the modules beside.
"""

from scim.domain.ports.activities import Activities
from scim.domain.ports.directory import Groups, Users
from scim.domain.ports.organizations import Organizations
from scim.domain.ports.providers import Providers
from scim.domain.ports.refusals import DomainTaken, IdUsed, LastAdministrator, NameTaken, TooManyTokens, VersionConflict
from scim.domain.ports.searching import Position, Query, Results
from scim.domain.ports.surroundings import Clock, CursorKey, Expiring, Identifiers, Jobs
from scim.domain.ports.tokens import Tokens, TokenVault

__all__ = [
    "Activities",
    "Clock",
    "CursorKey",
    "DomainTaken",
    "Expiring",
    "Groups",
    "IdUsed",
    "Identifiers",
    "Jobs",
    "LastAdministrator",
    "NameTaken",
    "Organizations",
    "Position",
    "Providers",
    "Query",
    "Results",
    "TokenVault",
    "Tokens",
    "TooManyTokens",
    "Users",
    "VersionConflict",
]
