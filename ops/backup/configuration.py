"""What of `config` is restored.

Whoever was shut out since the backup must not come back in: sessions and personal access tokens, which this table alone
decides about, are left out, and their owners sign in anew. Provisioning tokens stay: what they are compared with is in
the vault, where the secrets of revoked ones are switched off. A reply that is remembered for a request that is repeated
(`once`) may tell of something that the backup does not have.
"""

from collections.abc import Collection
from dataclasses import dataclass

from ops.backup.report import Report
from ops.backup.staging import Staging
from scim.storage.backup.lines import StoredRow
from scim.storage.tables.keys import CONFIG
from scim.storage.tables.roles import can_sign_in
from scim.storage.tables.rows import Row

LEFT_OUT = {
    "ses": "sessions left out",
    "sesidx": "",
    "pat": "personal access tokens left out",
    "patidx": "",
    "once": "remembered replies left out",
    "onceidx": "",
}
"""By the first part of the partition; what has a name is counted."""
_PROVIDERS, _CREDENTIALS = "idp", "cred"
_BEHIND_PROVIDERS = "~"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the directory must agree with.

    Attributes:
        providers: The ids of all identity providers.
        able: The accounts that can sign in natively.
    """

    providers: frozenset[str]
    able: frozenset[str]


def facts(staging: Staging) -> Facts:
    """What the backup's `config` says."""
    providers = (row.row_key for row in staging.read.rows(CONFIG, _PROVIDERS))
    credentials = staging.read.rows(CONFIG, _CREDENTIALS)
    return Facts(
        frozenset(key for key in providers if key < _BEHIND_PROVIDERS),
        frozenset(row.row_key for row in credentials if _ability(row)),
    )


def _ability(row: StoredRow) -> bool | None:
    """Whether somebody can sign in with credentials; None when they cannot be read."""
    try:
        return can_sign_in(Row(row.row_key, row.columns, ""))
    except KeyError:
        return None


def plan(staging: Staging, accounts: Collection[str], report: Report) -> None:
    """Plan what is to be written of `config`.

    Args:
        staging: The rows.
        accounts: The ids of all accounts that are restored; credentials of others are left out.
        report: Hears what is left out.
    """
    for partition in staging.read.partitions(CONFIG):
        kind = partition.partition("|")[0]
        rows = list(staging.read.rows(CONFIG, partition))
        if kind in LEFT_OUT:
            if LEFT_OUT[kind]:
                report.count(LEFT_OUT[kind], len(rows))
            continue
        if kind == _CREDENTIALS:
            known = [row for row in rows if row.row_key in accounts]
            report.leave_out("credentials left out, of accounts that the backup does not have", len(rows) - len(known))
            rows = [row for row in known if _ability(row) is not None]
            report.leave_out("credentials left out, which cannot be read", len(known) - len(rows))
        staging.planned.add(CONFIG, rows)
