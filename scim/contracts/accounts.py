"""Accounts: the list, the page of one, and what changes them."""

from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema
from pydantic_core.core_schema import no_info_after_validator_function

from scim.admin.account_documents import value_of
from scim.admin.account_edits import Edit
from scim.admin.accounts import AccountDetails as Details
from scim.admin.accounts import AccountList, Flag, Listed
from scim.contracts import texts
from scim.contracts.base import Contract, LockDetails, Moment, Name, OrganizationId, PageOf, Paging, Parameters
from scim.contracts.sign_in import Address
from scim.domain.accounts import LISTED_STATES, AccountFilter, AccountState, AccountType, Management, summary_of
from scim.domain.locks import DIRECTORY_FIELDS, Lock, deletion_lock, field_lock, notice
from scim.domain.people import LATEST_IDLE_WARNING_MINUTES, AuthenticationType
from scim.domain.providers import Provider
from scim.domain.users import UserType, display_name, organization_named
from scim.sentences import Sentence

PlainText = Annotated[str, Field(min_length=1, max_length=320, pattern=texts.PLAIN)]
Phone = Annotated[str, Field(max_length=40, pattern=texts.PHONE)]
Language = Annotated[str, Field(max_length=35, pattern=texts.LANGUAGE)]
"""A language tag (RFC 5646)."""


@cache
def _time_zones() -> frozenset[str]:
    """Those that this machine knows; none where it has no database, and any name is taken."""
    return frozenset(available_timezones())


def _known_time_zone(name: str) -> str:
    if _time_zones() and name not in _time_zones():
        raise ValueError(texts.UNKNOWN_TIME_ZONE)
    return name


TimeZone = Annotated[str, Field(max_length=64, pattern=texts.TIME_ZONE), AfterValidator(_known_time_zone)]
"""A name of the IANA database."""


@dataclass(frozen=True)
class Kept:
    """For fields that an edit may leave out, and cannot take away: the document of the API names no null for them."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Refuse null."""
        return no_info_after_validator_function(self._given, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """Leave null out."""
        (given,) = (each for each in handler(schema)["anyOf"] if each != {"type": "null"})
        return dict(given)

    @staticmethod
    def _given(value: object) -> object:
        if value is None:
            raise ValueError(Sentence("It cannot be null. Leave it out to keep what is there"))
        return value


class AccountFilters(Parameters):
    """Which accounts are asked for."""

    type: AccountType | None = None
    """`technician` has system administrators, too."""
    state: tuple[AccountState, ...] = tuple(sorted(LISTED_STATES))
    """`active`, `inactive` or both; or `deleted`: what was deleted within thirty days and can be restored."""
    managed_by: Management | None = None
    organization: OrganizationId | None = None
    provider: Annotated[str, Field(max_length=64)] | None = None
    """The id of an identity provider."""
    search: Annotated[str, Field(max_length=200, pattern=texts.PLAIN_OR_NONE)] = ""
    """The beginning of a userName, a whole e-mail address, or beginnings of words of a name."""

    def wanted(self) -> AccountFilter:
        """For the use case."""
        return AccountFilter(
            managed_by=self.managed_by,
            provider=self.provider,
            type=self.type,
            states=frozenset(self.state) or LISTED_STATES,
            organization=self.organization and organization_named(self.organization),
            search=self.search,
        )


class AccountQuery(Paging, AccountFilters):
    """Which accounts are asked for, and which page of them."""


class ProviderName(Contract):
    """An identity provider, by name."""

    id: str
    name: str


class AccountItem(Contract):
    """An account in the list."""

    id: str
    name: str
    user_name: str
    email: str | None = None
    user_type: UserType
    administrator: bool
    organization_id: str | None = None
    """Of an end user; "All" for a global one."""
    state: AccountState
    managed_by: Management
    provider: ProviderName | None = None
    deleted_at: Moment | None = None

    @classmethod
    def listed(cls, listed: Listed) -> Self:
        """From what the use case lists."""
        account, provider = listed.summary, listed.provider
        return cls.of(
            account,
            email=account.contact,
            organization_id=account.organization,
            managed_by=_managed_by(provider),
            provider=_named(provider),
        )


class AccountItems(PageOf[AccountItem]):
    """A page of the list."""

    search_is_cut: bool = False
    """Whether more may match the search than it looked at: search for more of the name."""

    @classmethod
    def listed(cls, found: AccountList) -> Self:
        """From what the use case lists."""
        items = tuple(AccountItem.listed(each) for each in found.items)
        return cls(items=items, next=found.next, search_is_cut=found.is_cut)


class Locks(Contract):
    """What cannot be changed here; what is absent can."""

    user_name: LockDetails | None = None
    given_name: LockDetails | None = None
    family_name: LockDetails | None = None
    display_name: LockDetails | None = None
    email: LockDetails | None = None
    active: LockDetails | None = None
    user_type: LockDetails | None = None
    organization_id: LockDetails | None = None
    deletion: LockDetails | None = None


class AccountSecurity(Contract):
    """How an account signs in."""

    authentication_type: AuthenticationType
    mfa_enrolled: bool
    sessions: int
    invitation_status: Literal["registered", "pending"]
    """Accounts that are managed through SCIM need no invitation, and are registered from the start."""
    email_activated: bool


class AccountDetails(Contract):
    """An account, as its page shows it. Its roles are at `/users/{id}/roles`."""

    id: str
    name: str
    user_name: str
    given_name: str | None = None
    family_name: str | None = None
    display_name: str | None = None
    email: str | None = None
    active: bool
    state: AccountState
    user_type: UserType
    administrator: bool
    organization_id: str | None = None
    external_id: str | None = None
    managed_by: Management
    provider: ProviderName | None = None
    notice: str
    """What stands above the fields; empty for native accounts."""
    locks: Locks
    phone: str
    language: str
    time_zone: str
    idle_warning_minutes: int
    notifications: bool
    security: AccountSecurity
    flags: tuple[Flag, ...]
    created_at: Moment
    modified_at: Moment

    @classmethod
    def described(cls, details: Details) -> Self:
        """From what the use case describes."""
        account = details.account
        user, provider, profile = account.user, account.provider, account.profile
        is_registered = provider is not None or details.security.has_password
        return cls.model_validate(
            {
                **{name: value_of(user, name) for name in DIRECTORY_FIELDS},
                "id": user.id,
                "name": display_name(user),
                "state": summary_of(user).state,
                "administrator": user.administrator,
                "externalId": user.document().get("externalId"),
                "managedBy": _managed_by(provider),
                "provider": _named(provider),
                "notice": notice(provider),
                "locks": _locks(provider),
                "phone": profile.phone,
                "language": profile.language,
                "timeZone": profile.time_zone,
                "idleWarningMinutes": profile.idle_warning_minutes,
                "notifications": profile.notifications,
                "security": AccountSecurity(
                    authentication_type=details.account.authentication_type,
                    mfa_enrolled=details.security.mfa_enrolled,
                    sessions=details.security.sessions,
                    invitation_status="registered" if is_registered else "pending",
                    email_activated=is_registered,
                ),
                "flags": details.flags,
                "createdAt": user.created,
                "modifiedAt": user.modified,
            }
        )


class NewAccount(Contract):
    """A native account."""

    email: Address
    user_name: PlainText | None = None
    """The e-mail address, if not given."""
    given_name: Name | None = None
    family_name: Name | None = None
    display_name: Name | None = None
    user_type: UserType = UserType.END_USER
    organization_id: OrganizationId | None = None
    """Where an end user belongs; "All" for a global one."""
    active: bool = True

    def fields(self) -> dict[str, object]:
        """For the use case."""
        return {name: _plain(getattr(self, attribute)) for attribute, name in _FIELDS.items()}


class AccountEdit(Contract):
    """What is to be changed: what is absent stays, and null takes a value away."""

    user_name: Annotated[PlainText | None, Kept()] = None
    given_name: Name | None = None
    family_name: Name | None = None
    display_name: Name | None = None
    email: Address | None = None
    active: Annotated[bool | None, Kept()] = None
    user_type: Annotated[UserType | None, Kept()] = None
    organization_id: OrganizationId | None = None
    phone: Phone | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None
    idle_warning_minutes: Annotated[Annotated[int, Field(ge=1, le=LATEST_IDLE_WARNING_MINUTES)] | None, Kept()] = None
    notifications: Annotated[bool | None, Kept()] = None
    authentication_type: Annotated[AuthenticationType | None, Kept()] = None

    def edit(self) -> Edit:
        """For the use case."""
        given = {name: getattr(self, name) for name in type(self).model_fields if name in self.model_fields_set}
        return Edit(
            directory={_FIELDS[name]: _plain(value) for name, value in given.items() if name in _FIELDS},
            profile={name: "" if value is None else value for name, value in given.items() if name not in _FIELDS},
        )


_FIELDS = {
    "user_name": "userName",
    "given_name": "givenName",
    "family_name": "familyName",
    "display_name": "displayName",
    "email": "email",
    "active": "active",
    "user_type": "userType",
    "organization_id": "organizationId",
}
"""By attribute: the names of `DIRECTORY_FIELDS`."""


class Restoration(Contract):
    """How a deleted account comes back."""

    organization_id: OrganizationId | None = None
    """Where an end user is to belong, when its organization is gone; if not given, where it belonged."""


def _plain(value: object) -> object:
    return value.value if isinstance(value, UserType) else value


def _managed_by(provider: Provider | None) -> Management:
    return Management.SCIM if provider else Management.NATIVE


def _named(provider: Provider | None) -> ProviderName | None:
    return ProviderName(id=provider.id, name=provider.name) if provider else None


def _locks(provider: Provider | None) -> Locks:
    fields = _lock(field_lock(provider))
    return Locks.model_validate({**dict.fromkeys(DIRECTORY_FIELDS, fields), "deletion": _lock(deletion_lock(provider))})


def _lock(lock: Lock | None) -> LockDetails | None:
    return LockDetails(code=lock.code, text=lock.text) if lock else None
