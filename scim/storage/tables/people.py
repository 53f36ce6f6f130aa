"""The ports of `scim.domain.ports.people` over partitions of `config`; profiles are in the directory (`profiles`).

| partition | row key | holds |
|---|---|---|
| `cred` | account id | how the account signs in natively |
| `ses|<account id>` | digest of the cookie's secret | a session |
| `sesidx` | inverted start of the session, account id, digest | so that old ones are found |
| `pat` | token id | a personal access token |
| `patidx|<account id>` | token id | the account's tokens |
| `attempt` | digest of a name | sign-ins with it that have not gone well |
| `proof` | end of its life, id | a proof of identity that was used |
"""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import batched
from typing import cast

from scim.domain.people import AccessToken, Credentials, Session
from scim.domain.ports import VersionConflict
from scim.schema.comparison import comparison_key
from scim.storage.tables.config_table import ConfigConflict, ConfigTable
from scim.storage.tables.entities import LAYOUT
from scim.storage.tables.rows import (
    MAX_BATCH_OPERATIONS,
    Columns,
    Comparison,
    KeyRange,
    Row,
    Value,
)


class TableCredentials:
    """See `scim.domain.ports.people.CredentialStore`."""

    def __init__(self, config: ConfigTable) -> None:
        self._table = config.beside("cred")

    async def get(self, account_id: str) -> Credentials:
        """One call."""
        row = await self._table.get(account_id)
        return _credentials_of(row) if row else Credentials(account_id=account_id)

    async def save(self, credentials: Credentials) -> Credentials:
        """One call."""
        columns = _credentials_columns(credentials)
        try:
            if credentials.version:
                etag = await self._table.replace(credentials.account_id, columns, credentials.version)
            else:
                etag = await self._table.insert(credentials.account_id, columns)
        except ConfigConflict as conflict:
            raise VersionConflict from conflict
        return replace(credentials, version=etag)

    async def remove(self, account_id: str) -> None:
        """One call."""
        await self._table.delete(account_id)


_CEILING = 10**16


class TableSessions:
    """See `scim.domain.ports.people.Sessions`."""

    def __init__(self, config: ConfigTable) -> None:
        self._config = config
        self._index = config.beside("sesidx")

    async def get(self, account_id: str, session_id: str) -> Session | None:
        """One call."""
        row = await self._of(account_id).get(session_id)
        return _session_of(account_id, row) if row else None

    async def create(self, session: Session) -> None:
        """Two calls."""
        await self._index.put(_session_place(session), {"v": LAYOUT})
        await self._of(session.account_id).insert(session.id, _session_columns(session))

    async def note(self, account_id: str, session_id: str, *, seen: datetime, verified: datetime | None = None) -> None:
        """One call."""
        columns: dict[str, Value] = {"lastSeen": seen}
        if verified is not None:
            columns["verifiedAt"] = verified
        try:
            await self._of(account_id).merge(session_id, columns)
        except ConfigConflict:
            return

    async def end(self, account_id: str, session_id: str) -> None:
        """One call; the index is cleared with the old ones."""
        await self._of(account_id).delete(session_id)

    async def of(self, account_id: str) -> Sequence[Session]:
        """One call."""
        return [_session_of(account_id, row) for row in await self._of(account_id).all()]

    async def end_all(self, account_id: str) -> int:
        """One call, and one for each hundred."""
        rows = await self._of(account_id).all()
        for some in batched(rows, MAX_BATCH_OPERATIONS, strict=False):
            for row in some:  # one at a time: another request may end one meanwhile, which must not keep the others
                await self._of(account_id).delete(row.row_key)
        return len(rows)

    async def remove_older(self, created_before: datetime) -> int:
        """One call for each thousand, and two for each that is removed."""
        places = await self._index.all(KeyRange(f"{_start_of(created_before)}~", "~"))  # those of its second stay
        for row in places:
            _, account_id, session_id = row.row_key.split("|")
            await self._of(account_id).delete(session_id)
            await self._index.delete(row.row_key)
        return len(places)

    def _of(self, account_id: str) -> ConfigTable:
        return self._config.beside(f"ses|{account_id}")


class TableAccessTokens:
    """See `scim.domain.ports.people.AccessTokens`."""

    def __init__(self, config: ConfigTable) -> None:
        self._tokens = config.beside("pat")
        self._config = config

    async def get(self, token_id: str) -> AccessToken | None:
        """One call."""
        row = await self._tokens.get(token_id)
        return _access_token_of(row) if row else None

    async def create(self, token: AccessToken) -> None:
        """Two calls; the list first, so that no token lives that its owner does not see."""
        await self._of(token.account_id).put(token.id, {"v": LAYOUT})
        await self._tokens.insert(token.id, _access_token_columns(token))

    async def of(self, account_id: str) -> Sequence[AccessToken]:
        """One call, and one for each token."""
        found = [await self.get(row.row_key) for row in await self._of(account_id).all()]
        return [token for token in found if token is not None]

    async def remove(self, token_id: str) -> bool:
        """Up to three calls; the token first, so that none lives that its owner does not see."""
        token = await self.get(token_id)
        if token is None:
            return False
        await self._tokens.delete(token_id)
        await self._of(token.account_id).delete(token_id)
        return True

    async def record_use(self, token_id: str, used_at: datetime) -> None:
        """One call."""
        try:
            await self._tokens.merge(token_id, {"lastUsed": used_at})
        except ConfigConflict:
            return

    def _of(self, account_id: str) -> ConfigTable:
        return self._config.beside(f"patidx|{account_id}")


class TableUsedProofs:
    """See `scim.domain.ports.people.UsedProofs`."""

    def __init__(self, config: ConfigTable) -> None:
        self._table = config.beside("proof")

    async def use(self, proof_id: str, until: datetime) -> bool:
        """One call."""
        try:
            await self._table.insert(f"{_seconds(until):016d}|{proof_id}", {"v": LAYOUT})
        except ConfigConflict:
            return False
        return True

    async def remove_expired(self, now: datetime) -> int:
        """One call for each thousand, and one for each that is removed."""
        rows = await self._table.all(KeyRange(" ", f"{_seconds(now):016d}"))
        for row in rows:
            await self._table.delete(row.row_key)
        return len(rows)


class TableAttempts:
    """See `scim.domain.ports.people.Attempts`."""

    def __init__(self, config: ConfigTable) -> None:
        self._table = config.beside("attempt")

    async def begin(
        self, name: str, now: datetime, *, limit: int, locked_until: datetime
    ) -> tuple[int, datetime | None]:
        """Two calls, one for a locked name; two more for each other that begins at the same time."""
        key = _digest(name)
        while True:
            row = await self._table.get(key)
            lock = cast("datetime | None", row.columns.get("lockedUntil")) if row else None
            if lock is not None and now < lock:
                return 0, lock
            number = 1 + (int(cast("int", row.columns["failures"])) if row else 0)
            columns: dict[str, Value] = {"v": LAYOUT, "failures": number, "tried": now}
            if number >= limit:
                columns |= {"failures": 0, "lockedUntil": locked_until}
            try:
                if row is None:
                    await self._table.insert(key, columns)
                else:
                    await self._table.replace(key, columns, row.etag)
            except ConfigConflict:
                continue
            return number, None

    async def clear(self, name: str) -> None:
        """One call."""
        await self._table.delete(_digest(name))

    async def remove_older(self, before: datetime) -> int:
        """One call for each thousand, and one for each that is removed."""
        rows = await self._table.all(where=[Comparison("tried", "lt", before)])
        for row in rows:
            await self._table.delete(row.row_key)
        return len(rows)


def _digest(name: str) -> str:
    return hashlib.sha256(comparison_key(name).encode()).hexdigest()


def _credentials_columns(credentials: Credentials) -> Columns:
    columns: dict[str, Value] = {
        "v": LAYOUT,
        "password": credentials.password_hash,
        "totp": credentials.totp_secret,
        "totpStep": credentials.totp_step,
        "failures": credentials.failures,
    }
    if credentials.password_changed_at is not None:
        columns["passwordChangedAt"] = credentials.password_changed_at
    if credentials.locked_until is not None:
        columns["lockedUntil"] = credentials.locked_until
    return columns


def _credentials_of(row: Row) -> Credentials:
    columns = row.columns
    return Credentials(
        account_id=row.row_key,
        password_hash=str(columns["password"]),
        password_changed_at=cast("datetime | None", columns.get("passwordChangedAt")),
        totp_secret=str(columns["totp"]),
        totp_step=int(cast("int", columns["totpStep"])),
        failures=int(cast("int", columns["failures"])),
        locked_until=cast("datetime | None", columns.get("lockedUntil")),
        version=row.etag,
    )


def _session_columns(session: Session) -> Columns:
    return {
        "v": LAYOUT,
        "createdAt": session.created_at,
        "verifiedAt": session.verified_at,
        "lastSeen": session.last_seen,
        "agent": session.agent,
        "provider": session.provider,
    }


def _session_of(account_id: str, row: Row) -> Session:
    columns = row.columns
    return Session(
        account_id=account_id,
        id=row.row_key,
        created_at=cast("datetime", columns["createdAt"]),
        verified_at=cast("datetime", columns["verifiedAt"]),
        last_seen=cast("datetime", columns["lastSeen"]),
        agent=str(columns["agent"]),
        provider=str(columns.get("provider", "")),
    )


def _session_place(session: Session) -> str:
    return f"{_start_of(session.created_at)}|{session.account_id}|{session.id}"


def _start_of(moment: datetime) -> str:
    """Sorts later starts first."""
    return f"{_CEILING - _seconds(moment):017d}"


def _seconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp())


def _access_token_columns(token: AccessToken) -> Columns:
    return {
        "v": LAYOUT,
        "account": token.account_id,
        "label": token.label,
        "digest": token.digest,
        "createdAt": token.created_at,
        "expiresAt": token.expires_at,
        "lastFour": token.last_four,
    }


def _access_token_of(row: Row) -> AccessToken:
    columns = row.columns
    return AccessToken(
        id=row.row_key,
        account_id=str(columns["account"]),
        label=str(columns["label"]),
        digest=str(columns["digest"]),
        created_at=cast("datetime", columns["createdAt"]),
        expires_at=cast("datetime", columns["expiresAt"]),
        last_four=str(columns["lastFour"]),
        last_used=cast("datetime | None", columns.get("lastUsed")),
    )
