"""The secrets of the emulated vault, and the rules of the service about them."""

import json
import os
import re
import secrets
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

MAX_NAME = 127
MAX_VALUE_BYTES = 25 * 1024
MAX_TAGS = 15
MAX_TAG = 256
RECOVERABLE_DAYS = 90
_NAME = re.compile(r"[0-9a-zA-Z-]{1,127}")


class VaultError(Exception):
    """A refusal, as the service words it.

    Args:
        status: The HTTP status.
        code: `error.code` of the reply.
        message: `error.message`.
        inner: `error.innererror.code`, when there is one.
    """

    def __init__(self, status: int, code: str, message: str, inner: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.inner = inner


@dataclass(slots=True, kw_only=True)
class Version:
    """One version of a secret. Times are Unix seconds."""

    id: str
    value: str
    enabled: bool = True
    not_before: int | None = None
    expires: int | None = None
    content_type: str | None = None
    tags: dict[str, str] | None = None
    created: int = 0
    updated: int = 0


@dataclass(slots=True, kw_only=True)
class Secret:
    """A secret with its versions, oldest first."""

    name: str
    versions: list[Version] = field(default_factory=list)
    deleted: int | None = None

    @property
    def latest(self) -> Version:
        """The version that a request without one means."""
        return self.versions[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Properties:
    """What a request sets; None leaves a property as it is."""

    enabled: bool | None = None
    not_before: int | None = None
    expires: int | None = None
    content_type: str | None = None
    tags: dict[str, str] | None = None


class Store:
    """Secrets by name, without regard to case, in memory and in a file.

    Args:
        file: Where they are kept, mode 0600; None for memory only.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file
        self._secrets: dict[str, Secret] = _load(file) if file is not None and file.exists() else {}

    def set(self, name: str, value: str, properties: Properties) -> tuple[Secret, Version]:
        """Add a version, making the secret when there is none."""
        _check_name(name)
        _check_value(value)
        _check_tags(properties.tags)
        secret = self._secrets.setdefault(name.lower(), Secret(name=name))
        if secret.deleted is not None:
            raise VaultError(
                409,
                "Conflict",
                f"Secret {name} is currently in a deleted but recoverable state, and its name cannot be reused; "
                "in this state, the secret can only be recovered or purged.",
                "ObjectIsDeletedButRecoverable",
            )
        version = Version(id=secrets.token_hex(16), value=value, created=_now())
        secret.versions.append(version)
        _apply(version, properties)
        self._save()
        return secret, version

    def get(self, name: str, version_id: str | None = None) -> tuple[Secret, Version]:
        """A version with its value: the latest, or the one named. Expired ones and those not yet valid are readable."""
        secret, version = self._find(name, version_id)
        if not version.enabled:
            raise VaultError(403, "Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled")
        return secret, version

    def update(self, name: str, version_id: str | None, properties: Properties) -> tuple[Secret, Version]:
        """Change properties of a version, disabled or not; tags are replaced as a whole."""
        _check_tags(properties.tags)
        secret, version = self._find(name, version_id)
        _apply(version, properties)
        self._save()
        return secret, version

    def delete(self, name: str) -> Secret:
        """Delete softly, all versions."""
        secret, _ = self._find(name, None)
        secret.deleted = _now()
        self._save()
        return secret

    def get_deleted(self, name: str) -> Secret:
        """A secret that was deleted and not purged."""
        _check_name(name)
        secret = self._secrets.get(name.lower())
        if secret is None or secret.deleted is None:
            raise VaultError(404, "SecretNotFound", f"Deleted Secret not found: {name}")
        return secret

    def recover(self, name: str) -> Secret:
        """Bring a deleted secret back with all its versions."""
        secret = self.get_deleted(name)
        secret.deleted = None
        self._save()
        return secret

    def purge(self, name: str) -> None:
        """Remove a deleted secret for good."""
        del self._secrets[self.get_deleted(name).name.lower()]
        self._save()

    def versions(self, name: str) -> Secret:
        """A secret for the sake of its versions; an unknown name has none."""
        _check_name(name)
        secret = self._secrets.get(name.lower())
        return secret if secret is not None and secret.deleted is None else Secret(name=name)

    def all(self, *, deleted: bool) -> list[Secret]:
        """The secrets, or the deleted ones, by name."""
        return [secret for _, secret in sorted(self._secrets.items()) if (secret.deleted is not None) is deleted]

    def _find(self, name: str, version_id: str | None) -> tuple[Secret, Version]:
        secret = self.versions(name)
        for version in reversed(secret.versions):
            if version_id is None or version.id == version_id:
                return secret, version
        raise VaultError(
            404,
            "SecretNotFound",
            f"A secret with (name/id) {name}{'/' + version_id if version_id else ''} was not found in this key vault. "
            "If you recently deleted this secret you may be able to recover it using the correct recovery command.",
        )

    def _save(self) -> None:
        if self._file is None:
            return
        draft = self._file.with_suffix(".new")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump([asdict(secret) for secret in self._secrets.values()], file)
        draft.replace(self._file)


def _load(file: Path) -> dict[str, Secret]:
    loaded = {}
    for entry in json.loads(file.read_text("utf-8")):
        versions = [Version(**version) for version in entry.pop("versions")]
        loaded[entry["name"].lower()] = Secret(**entry, versions=versions)
    return loaded


def _apply(version: Version, properties: Properties) -> None:
    for name in Properties.__slots__:
        value = getattr(properties, name)
        if value is not None:
            setattr(version, name, value)
    version.updated = _now()


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise VaultError(
            400,
            "BadParameter",
            f"The request URI contains an invalid name: {name}. "
            f"Secret names take 1 to {MAX_NAME} letters, digits and hyphens.",
        )


def _check_value(value: str) -> None:
    if len(value.encode()) > MAX_VALUE_BYTES:
        raise VaultError(400, "BadParameter", f"The secret value exceeds the maximum of {MAX_VALUE_BYTES} bytes.")


def _check_tags(tags: dict[str, str] | None) -> None:
    if tags and (len(tags) > MAX_TAGS or any(len(part) > MAX_TAG for tag in tags.items() for part in tag)):
        raise VaultError(400, "BadParameter", f"A secret takes {MAX_TAGS} tags of {MAX_TAG} characters at most.")


def _now() -> int:
    return int(time.time())
