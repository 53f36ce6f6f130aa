"""The `Providers` port."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from scim.domain.accounts import AccountFilter, Management
from scim.domain.people import AuthenticationType
from scim.domain.ports import DomainTaken, IdUsed, NameTaken, VersionConflict
from scim.domain.providers import AdoptionPolicy, Deletion, Policies, Provider, ProviderKind
from scim.domain.sso import NameClaim, OidcConfiguration, SamlConfiguration, Sso, SsoState
from scim.domain.tokens import generate_token
from scim.errors import Unavailable
from scim.sentences import Sentence
from scim.storage.tables.documents import text_columns
from scim.storage.tables.keys import ADMINISTRATORS, CONFIG, DIRECTORY, PARTITION
from scim.storage.tables.providers import TableProviders
from scim.storage.tables.rows import Delete, Insert
from tests.admin_world import AdminWorld
from tests.fakes.rows import CountingRows, FaultyRows, fail_after, on_writes, repeat
from tests.invariants import violations
from tests.world import OKTA, group, user

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CONFIGURATION = SamlConfiguration(
    entity_id="https://idp.example/1", sign_on_url="https://idp.example/saml", certificates=("MIIC",), metadata="é" * 9
)
DELETION = Deletion(at=NOW, by="Ana", account_id="a", request_id="r")


@pytest.fixture
def providers(storage):
    return TableProviders(storage)


def provider(id_: str, name: str = "", *domains: str, **more: object) -> Provider:
    return Provider(id=id_, name=name or id_, email_domains=frozenset(domains), **more)


async def test_what_is_stored_is_read(providers):
    wanted = provider(
        "p1",
        "Contoso Entra",
        "contoso.com",
        "contoso.net",
        kind=ProviderKind.ENTRA,
        created_at=NOW,
        created_by="Ana",
        scim_enabled=False,
        scim_since=NOW,
        scim_by="Ben",
        default_organization="12",
        policies=Policies(adoption=AdoptionPolicy.ASK, trusts_mfa=False, idp_initiated=True),
        sso=Sso(state=SsoState.ENABLED, is_configured=True, tested_at=NOW, tested_by="Ana", since=NOW, by="Ben"),
        leaving_since=NOW,
    )
    stored = await providers.create(wanted, CONFIGURATION)
    assert stored == replace(wanted, version=stored.version)
    assert await providers.get("p1") == stored
    assert await providers.all() == [stored]
    assert await providers.sso_configuration("p1") == CONFIGURATION
    assert await providers.sso_configuration("p2") is None


async def test_a_row_of_an_earlier_layout_is_read(providers, storage):
    old = {
        "v": 1,
        "name": "Contoso",
        "scimEnabled": True,
        "emailDomains": '["contoso.com"]',
        "unknownAttributes": "ignore",
        "organizationPolicy": "reject",
        "adoption": "automatic",
    }
    await storage.insert(CONFIG, "idp", Insert("old", old))
    found = await providers.get("old")
    assert found == provider("old", "Contoso", "contoso.com", version=found.version)
    renamed = await providers.update(found, replace(found, name="Contoso 2"))
    assert await providers.get("old") == renamed
    with pytest.raises(DomainTaken):
        await providers.create(provider("new", "New", "contoso.com"))


async def test_a_configuration_of_openid_connect_is_read_as_it_was_stored(providers):
    wanted = OidcConfiguration(
        issuer="https://idp.example/é", client_id="c", secret_version="v", name_claims=(NameClaim.UPN, NameClaim.EMAIL)
    )
    await providers.create(provider("p1"), wanted)
    assert await providers.sso_configuration("p1") == wanted


async def test_a_configuration_of_an_earlier_version_is_read(providers, storage):
    """Its row is exactly this one."""
    facts = '{"entityId": "e", "signOnUrl": "https://idp.example/", "certificates": ["A", "B"], "metadata": "<x/>"}'
    await storage.insert(CONFIG, "idp", Insert("~sso|old", {"v": 1, "protocol": "saml2", **text_columns(facts)}))
    assert await providers.sso_configuration("old") == SamlConfiguration(
        entity_id="e", sign_on_url="https://idp.example/", certificates=("A", "B"), metadata="<x/>"
    )


async def test_names_are_unique_whatever_their_case_and_spaces(providers):
    await providers.create(provider("p1", "Contoso Entra"))
    with pytest.raises(NameTaken):
        await providers.create(provider("p2", " CONTOSO  entra"))
    other = await providers.create(provider("p2", "Other"))
    with pytest.raises(NameTaken):
        await providers.update(other, replace(other, name="contoso ENTRA"))
    assert await providers.get("p2") == other


async def test_a_domain_belongs_to_one_provider(providers):
    await providers.create(provider("p1", "Contoso Entra", "contoso.com", "contoso.net"))
    with pytest.raises(DomainTaken) as taken:
        await providers.create(provider("p2", "Other", "other.com", "contoso.net"))
    assert (taken.value.domain, taken.value.holder) == ("contoso.net", "Contoso Entra")
    other = await providers.create(provider("p2", "Other", "other.com"))
    with pytest.raises(DomainTaken):
        await providers.update(other, replace(other, email_domains=other.email_domains | {"contoso.com"}))


async def test_an_id_is_used_once(providers):
    await providers.create(provider("p1"))
    with pytest.raises(IdUsed):
        await providers.create(provider("p1", "Another"))


@pytest.mark.parametrize("clash", ["name", "domain"])
async def test_of_racing_creations_one_gets_the_name_or_the_domain(storage, clash):
    """Each on an instance of its own."""
    names = ["Contoso"] * 6 if clash == "name" else [f"Provider {index}" for index in range(6)]
    domains = [f"d{index}.com" if clash == "name" else "contoso.com" for index in range(6)]
    outcomes = await asyncio.gather(
        *(
            TableProviders(storage).create(provider(f"p{index}", name, domain))
            for index, (name, domain) in enumerate(zip(names, domains, strict=True))
        ),
        return_exceptions=True,
    )
    refused = [each for each in outcomes if isinstance(each, NameTaken if clash == "name" else DomainTaken)]
    assert len(refused) == 5, outcomes
    assert len(await TableProviders(storage).all()) == 1


async def test_racing_creations_that_do_not_clash_all_succeed(storage):
    await asyncio.gather(*(TableProviders(storage).create(provider(f"p{index}")) for index in range(4)))
    assert len(await TableProviders(storage).all()) == 4


async def test_of_two_who_take_the_same_domain_by_an_edit_one_gets_it(providers):
    first, second = await providers.create(provider("p1")), await providers.create(provider("p2"))
    wanted = frozenset({"contoso.com"})
    outcomes = await asyncio.gather(
        providers.update(first, replace(first, email_domains=wanted)),
        providers.update(second, replace(second, email_domains=wanted)),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in outcomes) == ["DomainTaken", "Provider"]


async def test_an_edit_of_what_was_changed_meanwhile_is_refused(providers):
    before = await providers.create(provider("p1"))
    await providers.update(before, replace(before, name="Other"))
    with pytest.raises(VersionConflict):
        await providers.update(before, replace(before, scim_enabled=False))
    assert (await providers.get("p1")).scim_enabled


async def test_a_deleted_provider_is_gone_and_its_name_and_domains_are_free(providers):
    before = await providers.create(provider("p1", "Contoso", "contoso.com"), CONFIGURATION)
    gone = await providers.update(before, before.deleted(DELETION))
    assert await providers.get("p1") is None
    assert await providers.all() == []
    assert await providers.owners() == [gone]
    assert gone.deletion == DELETION
    again = await providers.create(provider("p2", "Contoso", "contoso.com"))
    assert [each.id for each in await providers.owners()] == ["p1", "p2"]
    await providers.forget(gone)
    assert await providers.owners() == [again]
    assert await providers.sso_configuration("p1") is None


async def test_the_configuration_of_sso_is_replaced_as_a_whole_and_otherwise_left(providers):
    before = await providers.create(provider("p1"), CONFIGURATION)
    large = replace(CONFIGURATION, metadata="<x/>" * 40_000)
    stored = await providers.update(before, replace(before, sso=before.sso.configured()), large)
    assert await providers.sso_configuration("p1") == large
    await providers.update(stored, replace(stored, name="Other"))
    assert await providers.sso_configuration("p1") == large


@pytest.mark.parametrize("write", [1, 2])
async def test_the_echo_of_a_write_is_no_conflict(storage, write):
    """An answer was lost, and the SDK sent the write again."""
    providers = TableProviders(FaultyRows(storage, on_writes({write: repeat})))
    created = await providers.create(provider("p1", "", "contoso.com"))
    changed = await providers.update(created, replace(created, email_domains=frozenset({"contoso.net"})))
    assert await providers.get("p1") == changed


async def test_a_creation_of_unknown_outcome_can_be_repeated(storage):
    providers = TableProviders(FaultyRows(storage, on_writes({1: fail_after})))
    with pytest.raises(Unavailable):
        await providers.create(provider("p1"))
    created = await providers.create(provider("p1"))
    assert await providers.all() == [created]


async def test_the_activities_of_a_change_are_kept_with_it_until_the_log_has_them(providers, world):
    """A change that is refused leaves none; telling twice that one is recorded is as telling it once."""
    made, renamed, refused = (
        replace(world.activity(name), detail=Sentence.word("é" * 500)) for name in ("p1", "p2", "p3")
    )
    created = await providers.create(provider("p1"), CONFIGURATION, [made])
    await providers.update(created, replace(created, name="Other"), None, [renamed])
    with pytest.raises(VersionConflict):
        await providers.update(created, replace(created, name="Third"), None, [refused])
    with pytest.raises(NameTaken):
        await providers.create(provider("p2", "Other"), None, [refused])
    assert sorted(await providers.unrecorded(), key=lambda each: each.id) == [made, renamed]
    assert [each.id for each in await providers.owners() if each.id.startswith("p")] == ["p1"]
    for _ in range(2):
        await providers.recorded(made)
    assert await providers.unrecorded() == [renamed]


async def test_an_activity_that_cannot_be_read_stops_no_other(providers, storage, world):
    """A later version left it."""
    activity = world.activity("p1")
    await providers.create(provider("p1"), None, [activity])
    await storage.insert(CONFIG, "idp", Insert("~log|0", {"v": 2, "status": "Unheard of"}))
    assert await providers.unrecorded() == [activity]


async def test_calls(storage):
    rows = CountingRows(storage)
    providers = TableProviders(rows)
    created = await providers.create(provider("p1", "Contoso", "contoso.com"))
    for work, calls in (
        (lambda: providers.get("p1"), {"get": 1}),
        (lambda: providers.sso_configuration("p1"), {"get": 1}),
        (lambda: providers.update(created, replace(created, scim_enabled=False)), {"batch": 1}),
        (providers.unrecorded, {"query": 1}),
    ):
        rows.reset()
        await work()
        assert rows.calls == calls


async def test_the_tokens_of_a_provider_newest_first(world):
    tokens, now = world.app.tokens, world.clock.now()
    (first,) = await tokens.of("entra")
    text = generate_token()
    second = replace(first, id=text.id, created_at=now + timedelta(minutes=1), last_four=text.last_four)
    await tokens.create(second)
    await world.provided(OKTA)
    assert [each.id for each in await tokens.of("entra")] == [second.id, first.id]
    assert await tokens.of("nobody") == []


async def test_who_signs_in_through_the_provider_only(world):
    """Of active users: neither password and app, nor set to sign in natively."""
    services = world.app.administration.services
    ids = await world.users(4)
    await world.created("/Users", user("gone@contoso.com", active=False))
    await services.profiles.save(
        replace(await services.profiles.get(ids[0]), authentication_type=AuthenticationType.NATIVE)
    )
    for id_, secret in ((ids[1], "sealed"), (ids[2], "")):
        found = await services.credentials.get(id_)
        await services.credentials.save(replace(found, password_hash="hash", totp_secret=secret))
    found = await services.census.ways_in("entra", 100)
    assert (found.dependent, found.is_more, found.administrators) == (tuple(sorted(ids[2:])), False, frozenset())
    assert (found.sso, found.native, found.able) == (tuple(sorted(ids[1:])), (ids[0],), frozenset([ids[1]]))
    assert (await services.census.ways_in("entra", 2)).is_more
    assert (await services.census.ways_in("nobody", 100)).sso == ()


async def test_whose_authentication_type_was_set(world):
    """AMB-30: of one owner, with their addresses, active or not; who is deleted is not among them."""
    services = world.app.administration.services
    ids = await world.users(3)
    await world.call("DELETE", f"/Users/{ids[2]}")
    for id_, how in ((ids[0], AuthenticationType.NATIVE), (ids[1], AuthenticationType.SSO), (ids[2], "native")):
        await services.profiles.save(
            replace(await services.profiles.get(id_), authentication_type=AuthenticationType(how))
        )
    contact = (await services.users.get("entra", ids[0])).standing.contact
    assert await services.census.set_to("entra", AuthenticationType.NATIVE) == {ids[0]: contact}
    assert list(await services.census.set_to("entra", AuthenticationType.SSO)) == [ids[1]]
    assert await services.census.set_to("native", AuthenticationType.SSO) == {}


async def test_whether_an_administrator_can_sign_in_natively(storage):
    admin = await AdminWorld.on(storage)
    guard = admin.services.administrator_guard
    assert await guard.has_active()
    await storage.batch(DIRECTORY, PARTITION, [Delete(ADMINISTRATORS)])
    assert not await guard.has_active()


async def test_users_of_a_deleted_provider_are_read_as_native(world):
    """R127: one by one and in lists, before anybody moved them; deleted ones can be restored."""
    services, providers = world.app.administration.services, world.app.providers
    tess, ivan, left = await world.users(3)
    await world.created("/Groups", group("Staff", [tess, ivan]))
    await world.call("DELETE", f"/Users/{left}")
    entra = await providers.get("entra")
    await providers.update(entra, entra.deleted(replace(DELETION, at=world.clock.now())))
    for search in ("", "user"):
        page = await services.accounts.page(AccountFilter(managed_by=Management.NATIVE, search=search), "", 10)
        assert [(each.id, each.provider) for each in page.accounts] == [(tess, "native"), (ivan, "native")]
    assert (await services.accounts.page(AccountFilter(provider="okta"), "", 10)).accounts == []
    native = await services.accounts.get(tess)
    assert (native.provider, native) == ("native", await world.app.users.get("native", tess))
    assert await world.app.users.groups_of(tess) == []
    assert (await services.accounts.tombstone(left)).user.id == left
    assert await violations(world.rows) == []
