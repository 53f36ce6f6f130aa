"""Identity providers: what there is, adding and editing them (R025, R026, R097, R126).

Their switches are in `provider_switches`, their deletion in `provider_deletion`.
"""

import asyncio
import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from scim.admin import sso_changes, sso_configurations
from scim.admin.concurrency import check_version
from scim.admin.context import Context
from scim.admin.problems import Changed, Conflicting, Invalid, Missing
from scim.admin.services import Services
from scim.admin.step_up import CriticalAction
from scim.domain.activities import Activity, Status
from scim.domain.authority import Action
from scim.domain.details import NO_DETAIL, NONE, change
from scim.domain.organizations import OrganizationState
from scim.domain.ports import DomainTaken, NameTaken, Query, VersionConflict
from scim.domain.providers import (
    MAX_PROVIDERS,
    AdoptionPolicy,
    OrganizationPolicy,
    Policies,
    Provider,
    ProviderKind,
    domain_key,
)
from scim.domain.provisioning import Provisioning, ScimState, provisioning_of
from scim.domain.sso import SamlConfiguration, Sso, SsoConfiguration, SsoState
from scim.errors import Unavailable
from scim.schema.comparison import comparison_key
from scim.schema.values import UnknownAttributes
from scim.sentences import Code, Sentence

logger = logging.getLogger(__name__)

_MAX_ID = 64
_NAMED = 20
"""E-mail domains that an activity names of those that were added, and of those that were removed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedProvider:
    """A provider with its badges.

    Attributes:
        provider: The provider.
        provisioning: How its provisioning stands.
    """

    provider: Provider
    provisioning: Provisioning


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderPage(ListedProvider):
    """What the page of a provider shows.

    Attributes:
        configuration: Of its single sign-on; None before there is one.
        users, groups: How many it manages.
    """

    configuration: SsoConfiguration | None
    users: int
    groups: int


async def list_all(
    context: Context, *, search: str = "", sso: Collection[SsoState] = (), scim: Collection[ScimState] = ()
) -> Sequence[ListedProvider]:
    """The providers, by name. One storage call, and one for each of them.

    Args:
        context: Who asks.
        search: A part of the name or of an e-mail domain; "" for all.
        sso: Only those whose single sign-on stands so; empty for all.
        scim: Only those whose provisioning stands so; empty for all.
    """
    context.require(Action.VIEW_PROVIDERS)
    wanted = comparison_key(search.strip())
    found = [
        each
        for each in await context.services.providers.all()
        if (not sso or each.sso.state in sso) and any(wanted in text for text in _texts(each))
    ]
    found.sort(key=lambda each: (comparison_key(each.name), each.id))
    listed = await asyncio.gather(*(listed_of(context, each) for each in found))
    return [each for each in listed if not scim or each.provisioning.state in scim]


async def details(context: Context, provider_id: str) -> ProviderPage:
    """The page of a provider. Five storage calls.

    Raises:
        Missing: There is none with this id.
    """
    context.require(Action.VIEW_PROVIDERS)
    return await page_of(context, await get(context, provider_id))


async def seen(context: Context, provider_id: str) -> Provider:
    """A provider alone, for who may see it. One storage call.

    Raises:
        Missing: There is none with this id.
    """
    context.require(Action.VIEW_PROVIDERS)
    return await get(context, provider_id)


async def page_of(context: Context, provider: Provider) -> ProviderPage:
    """What the page of a provider shows that was just read or written."""
    services = context.services
    listed, configuration, users, groups = await asyncio.gather(
        listed_of(context, provider),
        services.providers.sso_configuration(provider.id),
        services.users.search(provider, Query(count=0)),
        services.groups.search(provider, Query(count=0)),
    )
    return ProviderPage(
        provider=provider,
        provisioning=listed.provisioning,
        configuration=configuration,
        users=users.total or 0,
        groups=groups.total or 0,
    )


async def listed_of(context: Context, provider: Provider) -> ListedProvider:
    """A provider with its badges. One storage call."""
    tokens = await context.services.tokens.of(provider.id)
    return ListedProvider(provider=provider, provisioning=provisioning_of(provider, tokens, context.now))


async def configuration_of(context: Context, provider_id: str) -> SsoConfiguration | None:
    """The configuration of a provider's single sign-on; None before there is one. One storage call."""
    context.require(Action.VIEW_PROVIDERS)
    return await context.services.providers.sso_configuration(provider_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderChange:
    """What a provider is to be; None leaves a part as it is.

    Attributes:
        default_organization: "" for none.
        configuration: Of its single sign-on; what is in the vault of it is added here.
        client_secret: Goes to the vault; None leaves the one that is there.
    """

    name: str | None = None
    kind: ProviderKind | None = None
    email_domains: Collection[str] | None = None
    unknown_attributes: UnknownAttributes | None = None
    organization: OrganizationPolicy | None = None
    adoption: AdoptionPolicy | None = None
    trusts_mfa: bool | None = None
    idp_initiated: bool | None = None
    default_organization: str | None = None
    configuration: SsoConfiguration | None = None
    client_secret: str | None = field(default=None, repr=False)


async def create(context: Context, wanted: ProviderChange) -> Provider:
    """A new provider (R118, R126). It neither signs in nor provisions before it is switched on (R028).

    Raises:
        Invalid: See `_checked`, and `sso_configurations.changed`.
        Conflicting: Its name or one of its e-mail domains is taken, or there are as many as there may be.
    """
    context.require_recent(Action.MANAGE_PROVIDERS)
    services = context.services
    if len(await services.providers.all()) >= MAX_PROVIDERS:
        raise Conflicting(
            Sentence("There are {most} identity providers. Delete one first.", most=MAX_PROVIDERS), "too_many_providers"
        )
    blank = Provider(
        id=services.identifiers.new(),
        name="",
        created_at=context.now,
        created_by=context.principal.name,
        scim_enabled=False,
        sso=Sso(is_configured=wanted.configuration is not None),
    )
    provider = await _checked(context, blank, wanted)
    configuration = sso_configurations.changed(services, provider, None, wanted.configuration, wanted.client_secret)
    detail = sso_changes.in_words(services, None, configuration)
    done = [activity(context, Status.SSO_CREATED, provider, detail=detail)]
    configuration = await sso_configurations.kept(services, provider.id, configuration, wanted.client_secret)
    try:
        stored = await services.providers.create(provider, configuration, done)
    except (NameTaken, DomainTaken) as taken:
        await sso_configurations.retire(services, provider.id, configuration)
        raise _taken(taken, provider) from taken
    await record(services, done)
    return stored


async def update(
    context: Context, provider_id: str, wanted: ProviderChange, if_match: str | None, proof: str | None = None
) -> Provider:
    """Edit a provider (AMB-29). SCIM requests follow its policies within half a minute.

    What lets more people in, or lets them in by something else, takes a session and a proof of identity: see
    `sso_changes.opens_more`.

    Raises:
        Denied: `session_required` or `mfa_required`.
        Missing: There is none with this id.
        Changed: It is not as the administrator read it.
        Invalid: See `_checked`.
        Conflicting: As in `create`; see also `sso_configurations.changed`.
    """
    context.require_recent(Action.MANAGE_PROVIDERS)
    before = await get(context, provider_id, if_match)
    after = await _checked(context, before, wanted)
    services = context.services
    present = await services.providers.sso_configuration(provider_id) if wanted.configuration else None
    configuration = sso_configurations.changed(services, before, present, wanted.configuration, wanted.client_secret)
    if configuration is not None:
        after = replace(after, sso=after.sso.configured())
    changed = (*_differences(before, after), *(("sso",) if configuration else ()))
    if not changed:
        return before
    if is_critical := sso_changes.opens_more(before, after, present, configuration):
        await sso_changes.require_code(context, proof, CriticalAction.CHANGE_SSO, provider_id)
    detail = Sentence.joined([_in_words(before, after), sso_changes.in_words(services, present, configuration)])
    done = activity(context, Status.SSO_UPDATED, after, changed=changed, detail=detail, mfa=is_critical)
    configuration = await sso_configurations.kept(services, provider_id, configuration, wanted.client_secret)
    stored = await save(context, before, after, done, configuration=configuration)
    if isinstance(configuration, SamlConfiguration):
        await sso_configurations.retire(services, provider_id, present)
    return stored


async def get(context: Context, provider_id: str, if_match: str | None = None) -> Provider:
    """A provider, whoever asks.

    Raises:
        Missing: There is none with this id.
        Changed: It is not at the version that was read.
    """
    provider = await context.services.providers.get(provider_id) if _is_key(provider_id) else None
    if provider is None:
        raise Missing(Sentence("There is no identity provider with this id."))
    check_version(provider.version, if_match)
    return provider


async def save(
    context: Context,
    before: Provider,
    after: Provider,
    *done: Activity,
    configuration: SsoConfiguration | None = None,
) -> Provider:
    """Store a changed provider together with its activities, and record these.

    Raises:
        Changed: Somebody else changed it since it was read.
        Conflicting: Its name or one of its e-mail domains is taken.
    """
    try:
        stored = await context.services.providers.update(before, after, configuration, done)
    except (NameTaken, DomainTaken) as taken:
        raise _taken(taken, after) from taken
    except VersionConflict as conflict:
        raise Changed from conflict
    await record(context.services, done)
    return stored


async def record(services: Services, done: Iterable[Activity]) -> None:
    """Record activities that were stored together with their change; a timer does what fails here."""
    try:
        for each in done:
            await services.activities.record(each)
            await services.providers.recorded(each)
    except Unavailable:
        logger.warning("activities_left_to_timer")


def activity(
    context: Context,
    status: Status,
    provider: Provider,
    *,
    changed: tuple[str, ...] = (),
    detail: Sentence = NO_DETAIL,
    mfa: bool = False,
) -> Activity:
    """The record of a change of a provider."""
    return context.activity(
        status, "provider", provider.id, provider.name, provider=provider.id, changed=changed, detail=detail, mfa=mfa
    )


async def _checked(context: Context, before: Provider, wanted: ProviderChange) -> Provider:
    """The provider as wanted, its configuration aside.

    Raises:
        Invalid: An e-mail domain cannot be one; a policy needs a default organization, or there is no such one.
    """
    policies = before.policies
    after = replace(
        before,
        name=before.name if wanted.name is None else wanted.name.strip(),
        kind=wanted.kind or before.kind,
        email_domains=before.email_domains if wanted.email_domains is None else _domains(wanted.email_domains),
        policies=Policies(
            unknown_attributes=wanted.unknown_attributes or policies.unknown_attributes,
            organization=wanted.organization or policies.organization,
            adoption=wanted.adoption or policies.adoption,
            trusts_mfa=policies.trusts_mfa if wanted.trusts_mfa is None else wanted.trusts_mfa,
            idp_initiated=policies.idp_initiated if wanted.idp_initiated is None else wanted.idp_initiated,
        ),
        default_organization=(
            before.default_organization if wanted.default_organization is None else wanted.default_organization or None
        ),
    )
    if after.policies.organization is not OrganizationPolicy.REJECT and after.default_organization is None:
        raise Invalid(
            Sentence("This policy puts end users into the default organization. Choose one."),
            "defaultOrganization",
            "default_organization_required",
        )
    if after.default_organization not in {None, before.default_organization}:
        organization = await context.services.organizations.get(str(after.default_organization))
        if organization is None or organization.state is not OrganizationState.ACTIVE:
            raise Invalid(
                Sentence(
                    'There is no organization with the ID "{given}".',
                    given=after.default_organization,
                ),
                "defaultOrganization",
                "unknown_organization",
            )
    return after


def _domains(texts: Collection[str]) -> frozenset[str]:
    domains = {text: domain_key(text) for text in texts}
    for text, domain in domains.items():
        if domain is None:
            raise Invalid(
                Sentence('"{text}" is no e-mail domain. Enter it like contoso.com.', text=text), "emailDomains"
            )
    return frozenset(domain for domain in domains.values() if domain)


_EDITED = {
    "name": "name",
    "kind": "kind",
    "email_domains": "emailDomains",
    "default_organization": "defaultOrganization",
}
"""Fields, and what the API calls them."""
_POLICIES = {
    "unknown_attributes": "unknownAttributes",
    "organization": "organization",
    "adoption": "adoption",
    "trusts_mfa": "trustsMfa",
    "idp_initiated": "idpInitiated",
}


def _differences(before: Provider, after: Provider) -> tuple[str, ...]:
    return (
        *(told for name, told in _EDITED.items() if getattr(before, name) != getattr(after, name)),
        *(told for name, told in _POLICIES.items() if getattr(before.policies, name) != getattr(after.policies, name)),
    )


def _in_words(before: Provider, after: Provider) -> Sentence:
    """What changed: "name: A → B; +contoso.com; adoption: ask → never"."""
    pairs = (
        ("name", before.name, after.name),
        *(
            (name.replace("_", " "), *(_code(getattr(each.policies, name)) for each in (before, after)))
            for name in _POLICIES
        ),
        ("default organization", before.default_organization or NONE, after.default_organization or NONE),
    )
    name, *others = (change(*pair) if pair[1] != pair[2] else NO_DETAIL for pair in pairs)
    added, removed = after.email_domains - before.email_domains, before.email_domains - after.email_domains
    return Sentence.joined([name, *_first("+", added), *_first("-", removed), *others])


def _code(policy: str | bool) -> Code:  # noqa: FBT001 - the value is the argument
    return Code(policy if isinstance(policy, str) else str(policy).lower())


def _first(sign: str, domains: Collection[str]) -> list[str]:
    """The first of the domains: an activity has no room for all that there may be."""
    more = len(domains) - _NAMED
    rest = [Sentence("{sign}{number} more", sign=sign, number=more)] if more > 0 else []
    return [*(f"{sign}{domain}" for domain in sorted(domains)[:_NAMED]), *rest]


def _texts(provider: Provider) -> list[str]:
    return [comparison_key(provider.name), *provider.email_domains]


def _is_key(provider_id: str) -> bool:
    """Whether a text can be the key of a provider's row, and of no other row beside it."""
    return len(provider_id) <= _MAX_ID and provider_id.isascii() and provider_id.replace("-", "").isalnum()


def _taken(taken: NameTaken | DomainTaken, wanted: Provider) -> Conflicting:
    return _domain_taken(taken) if isinstance(taken, DomainTaken) else _name_taken(wanted.name)


def _name_taken(name: str) -> Conflicting:
    detail = Sentence('There is an identity provider called "{name}" already.', name=name)
    return Conflicting(detail, "name_taken", {"field": "name"})


def _domain_taken(taken: DomainTaken) -> Conflicting:
    return Conflicting(
        Sentence("{domain} is already used by {holder}.", domain=taken.domain, holder=taken.holder),
        "domain_taken",
        {"field": "emailDomains", "domain": taken.domain},
    )
