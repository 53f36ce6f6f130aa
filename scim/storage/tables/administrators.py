"""The guard row of the last-administrator rule: who, of the system administrators that can sign in natively, is active.

Its ETag is a condition of every transaction that switches one of them off, so that two such transactions cannot both
believe that the other's administrator remains.
"""

import json

from scim.domain.ports import LastAdministrator
from scim.storage.tables import keys
from scim.storage.tables.directory_table import DirectoryTable
from scim.storage.tables.rows import Insert, Operation, Replace

LAYOUT = 1


async def switched(table: DirectoryTable, user_id: str, *, active: bool) -> Operation | None:
    """The operation that notes an administrator as active or not; None for one who cannot sign in natively.

    Raises:
        LastAdministrator: None would remain active.
    """
    row = await table.get(keys.ADMINISTRATORS)
    states: dict[str, bool] = json.loads(str(row.columns["active"])) if row else {}
    if row is None or user_id not in states:
        return None
    states[user_id] = active
    if not any(states.values()):
        raise LastAdministrator
    return Replace(keys.ADMINISTRATORS, _columns(states), row.etag)


async def added(table: DirectoryTable, user_id: str) -> Operation:
    """The operation that notes a new system administrator who can sign in natively, and is active."""
    row = await table.get(keys.ADMINISTRATORS)
    if row is None:
        return Insert(keys.ADMINISTRATORS, _columns({user_id: True}))
    states: dict[str, bool] = json.loads(str(row.columns["active"]))
    return Replace(keys.ADMINISTRATORS, _columns(states | {user_id: True}), row.etag)


def _columns(states: dict[str, bool]) -> dict[str, str | int]:
    return {"v": LAYOUT, "active": json.dumps(states)}
