"""Switching single sign-on and provisioning of a provider, and deleting it."""

from dataclasses import replace

import pytest

from scim.admin.provider_switches import record_sso_test
from scim.domain.accounts import AccountFilter, Management
from scim.domain.people import AuthenticationType
from scim.domain.ports import VersionConflict
from scim.domain.tokens import TokenState
from scim.errors import Unavailable
from scim.storage.tables.keys import ADMINISTRATORS, DIRECTORY, PARTITION
from scim.storage.tables.rows import Delete
from tests.admin_world import AdminWorld
from tests.certificates import FIRST, SECOND
from tests.fakes.rows import CountingRows, FakeRows, FaultyRows, fail_before, on_writes
from tests.people import Person, enable_sso, with_code
from tests.unit.api.test_providers import SSO, recorded
from tests.world import OKTA, group, user

PATH = "/identity-providers/entra"
NOT_TESTED = (409, "sso_not_tested", "Test the connection before enabling SSO.")
CONNECTED = (
    "connection: https://sts.windows.net/1/; certificate added: CN=Contoso SSO 1 (SHA-256 "
    "30c81ce0d8ce01c9c1fdb12ff84e877aacad39ac2d888a3b31e7439c1395cf16)"
)
OFF = "SCIM provisioning is disabled for this provider."


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


@pytest.fixture
async def ana(admin):
    person = await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()
    await person.sign_in()
    return person


def told(reply):
    return reply.status, reply.json["code"], reply.json["detail"]


async def configure(admin, **changes):
    reply = await with_code(admin, "changeSso", "entra", "PATCH", PATH, {"sso": SSO | changes})
    assert reply.status == 200, reply


async def passed(admin):
    """A test of the stored configuration, as the sign-in itself will record it."""
    tested = await admin.services.providers.sso_configuration("entra")
    assert await record_sso_test(admin.services, "entra", tested, "ana@contoso.com", "request")


async def enabled(admin):
    await configure(admin)
    await passed(admin)
    await enable_sso(admin)


async def without_native_administrators(admin):
    await admin.world.rows.batch(DIRECTORY, PARTITION, [Delete(ADMINISTRATORS)])


# Single sign-on


async def test_sso_is_enabled_only_after_a_test_that_no_person_can_claim(admin):
    """R023, AMB-30: there is no way from outside to "ready"."""
    assert told(await admin.call("POST", f"{PATH}/sso:enable")) == NOT_TESTED
    await configure(admin)
    assert told(await admin.call("POST", f"{PATH}/sso:enable")) == NOT_TESTED
    assert (await admin.call("POST", f"{PATH}/sso:test")).status == 404
    for body in ({"sso": SSO | {"state": "ready"}}, {"state": "ready"}, {"sso": SSO | {"testedAt": "2026-01-01"}}):
        assert (await admin.call("PATCH", PATH, body)).status == 400

    await passed(admin)
    sso = (await admin.done("GET", PATH))["sso"]
    assert (sso["state"], sso["testedBy"], sso["configuration"]) == (
        "ready",
        "ana@contoso.com",
        SSO | {"protocol": "saml2"},
    )
    sso = (await enable_sso(admin))["sso"]
    assert (sso["state"], sso["since"], sso["by"]) == ("enabled", "2026-11-23T12:00:00.000Z", "boss@contoso.com")


async def test_enabling_is_recorded_once(admin):
    """R121, R128: "Enabled"."""
    await enabled(admin)
    await admin.done("POST", f"{PATH}/sso:enable")
    assert sorted(each[::2] for each in await recorded(admin, "entra")) == [
        ("Enabled", ""),
        ("SSO Updated", "connection tested: signed in as ana@contoso.com"),
        ("SSO Updated", CONNECTED),
    ]


async def test_a_test_counts_for_the_configuration_that_it_went_through(admin):
    await configure(admin)
    tested = await admin.services.providers.sso_configuration("entra")
    await configure(admin, signOnUrl="https://other.example/")
    assert not await record_sso_test(admin.services, "entra", tested, "ana@contoso.com", "request")
    assert not await record_sso_test(admin.services, "nobody", tested, "ana@contoso.com", "request")
    assert (await admin.done("GET", PATH))["sso"]["state"] == "notTested"


async def test_a_second_test_changes_nothing(admin):
    await configure(admin)
    await passed(admin)
    before = (await admin.call("GET", PATH)).headers["ETag"]
    await passed(admin)
    assert (await admin.call("GET", PATH)).headers["ETag"] == before


async def test_another_configuration_has_to_be_tested_again(admin, ana):
    await configure(admin)
    await passed(admin)
    await configure(admin, certificates=[SECOND])
    assert told(await admin.call("POST", f"{PATH}/sso:enable")) == NOT_TESTED
    await passed(admin)
    await enable_sso(admin)
    await disable(ana)
    await configure(admin, entityId="https://other.example/")
    assert told(await admin.call("POST", f"{PATH}/sso:enable")) == NOT_TESTED


async def test_while_people_sign_in_only_certificates_change(admin):
    await enabled(admin)
    for change in ({"entityId": "https://other.example/"}, {"signOnUrl": "https://other.example/"}):
        reply = await admin.call("PATCH", PATH, {"sso": SSO | change})
        assert (reply.status, reply.json["code"]) == (409, "sso_enabled")
    await configure(admin, certificates=[FIRST, SECOND])
    sso = (await admin.done("GET", PATH))["sso"]
    assert (sso["state"], sso["configuration"]["certificates"]) == ("enabled", [FIRST, SECOND])


async def test_enabling_needs_somebody_who_can_sign_in_without_it(admin):
    await configure(admin)
    await passed(admin)
    await without_native_administrators(admin)
    assert told(await admin.call("POST", f"{PATH}/sso:enable")) == (
        409,
        "no_native_administrator",
        "Enabling needs at least one active system administrator with native sign-in.",
    )


async def disable(person, body=None, proof=None, path=PATH):
    proof = await person.proof("disableSso", path.rpartition("/")[2]) if proof is None else proof
    return await person.call("POST", f"{path}/sso:disable", body or {}, headers={"x-step-up-proof": proof})


async def test_disabling_sso_takes_a_proof_for_this_provider(admin, ana):
    """R014, R015, R095, R120: "Disabled", verified; without a proof, or with another one, nothing changes."""
    await enabled(admin)
    for proof in ("", await ana.proof("disableSso", "okta"), await ana.proof("revokeToken", "entra")):
        reply = await disable(ana, proof=proof)
        assert (reply.status, reply.json["code"]) == (403, "mfa_required")
        assert (await admin.done("GET", PATH))["sso"]["state"] == "enabled"
    reply = await disable(ana)
    assert (reply.status, reply.json["sso"]["state"], reply.json["sso"]["by"]) == (200, "disabled", "ana@contoso.com")
    assert (await recorded(admin, "entra"))[0] == ("Disabled", (), "", True)
    assert (await enable_sso(admin))["sso"]["state"] == "enabled"


async def test_disabling_sso_leaves_scim_on_and_other_providers_alone(admin, ana):
    """R096, AMB-14: offboarding does not stop silently."""
    okta = await admin.world.provided(OKTA)
    await enabled(admin)
    await admin.done("PATCH", "/identity-providers/okta", {"sso": SSO})
    tested = await admin.services.providers.sso_configuration("okta")
    await record_sso_test(admin.services, "okta", tested, "ana@contoso.com", "request")
    await enable_sso(admin, "okta")
    await disable(ana)
    assert (await admin.done("GET", PATH))["scim"]["enabled"]
    assert (await admin.world.call("GET", "/Users")).status == 200
    assert (await okta.call("GET", "/Users")).status == 200
    assert (await admin.done("GET", "/identity-providers/okta"))["sso"]["state"] == "enabled"


async def test_scim_can_be_disabled_together_with_sso(admin, ana):
    """AMB-14: the option, and its record."""
    await enabled(admin)
    reply = await disable(ana, {"disableScim": True})
    assert (reply.json["sso"]["state"], reply.json["scim"]["state"]) == ("disabled", "off")
    assert {each[0] for each in (await recorded(admin, "entra"))[:2]} == {"Disabled", "SCIM Disabled"}


async def test_what_is_not_enabled_cannot_be_disabled(ana):
    reply = await disable(ana)
    assert told(reply) == (409, "sso_not_enabled", "SSO is not enabled for this provider.")


async def test_disabling_sso_is_refused_when_nobody_could_administer(admin, ana):
    """The proof is not used up by the refusal."""
    await enabled(admin)
    await without_native_administrators(admin)
    reply = await disable(ana)
    assert (reply.status, reply.json["code"]) == (409, "no_native_administrator")
    assert (await admin.done("GET", PATH))["sso"]["state"] == "enabled"
    assert not (await admin.done("GET", f"{PATH}/sso/impact"))["isPossible"]


async def test_the_preview_counts_who_could_not_sign_in(admin):
    """R010 and AMB-14: people of this provider without native sign-in, active, and not set to sign in natively."""
    world, services = admin.world, admin.services
    ids = await world.users(4)
    await world.created("/Users", user("gone@contoso.com", active=False))
    okta = await world.provided(OKTA)
    await okta.created("/Users", user("li@fabrikam.com"))
    profile = await services.profiles.get(ids[0])
    await services.profiles.save(replace(profile, authentication_type=AuthenticationType.NATIVE))
    await Person(admin, await services.users.get("entra", ids[1])).equip()
    half = await services.credentials.get(ids[2])
    await services.credentials.save(replace(half, password_hash="x"))
    carl = await Person(admin, await admin.account("carl@contoso.com", administrator=True)).equip()
    adopted = replace(carl.user, provider="entra")
    await services.users.update(carl.user, adopted, world.activity(carl.user.id))
    dora = await admin.account("dora@contoso.com", administrator=True)
    await services.users.update(dora, replace(dora, provider="entra"), world.activity(dora.id))

    assert await admin.done("GET", f"{PATH}/sso/impact") == {
        "lockedOut": {"number": 3, "isMore": False},
        "administrators": ["dora@contoso.com"],
        "scimEnabled": True,
        "isPossible": True,
    }


async def test_the_preview_makes_as_many_calls_for_four_users_as_for_four_hundred():
    counts = []
    for number in (4, 400):
        rows = CountingRows(FakeRows())
        admin = await AdminWorld.on(rows)
        await admin.world.users(number)
        rows.reset()
        await admin.done("GET", f"{PATH}/sso/impact")
        counts.append(sum(rows.calls.values()))
    assert counts[0] == counts[1]


async def test_the_preview_stops_counting(admin, monkeypatch):
    monkeypatch.setattr("scim.admin.provider_switches.COUNTED", 3)
    await admin.world.users(5)
    assert (await admin.done("GET", f"{PATH}/sso/impact"))["lockedOut"] == {"number": 3, "isMore": True}


# Provisioning


async def test_disabling_scim_stops_requests_and_keeps_the_token(admin):
    """R099, AMB-13, AMB-15: no code is asked for; 403 everywhere within thirty seconds; then the same token works."""
    second = await admin.world.instance()
    await second.warm_up()
    reply = await admin.call("POST", f"{PATH}/scim:disable", {})
    assert (reply.status, reply.json["scim"]["enabled"], reply.json["scim"]["by"]) == (200, False, "boss@contoso.com")
    admin.clock.advance(seconds=30)
    for world in (admin.world, second):
        refused = await world.call("GET", "/Users")
        assert refused.status == 403
        assert refused.json["detail"].startswith(OFF)
    reply = await admin.call("POST", f"{PATH}/scim:enable")
    assert reply.json["scim"]["since"] == "2026-11-23T12:00:30.000Z"
    admin.clock.advance(seconds=30)
    for world in (admin.world, second):
        assert (await world.call("GET", "/Users")).status == 200
    assert [each[0] for each in await recorded(admin, "entra")] == ["SCIM Enabled", "SCIM Disabled"]


async def test_switching_to_what_is_leaves_no_trace(admin):
    before = (await admin.call("GET", PATH)).headers["ETag"]
    await admin.done("POST", f"{PATH}/scim:enable")
    assert (await admin.call("GET", PATH)).headers["ETag"] == before
    await admin.done("POST", f"{PATH}/scim:disable", {})
    await admin.done("POST", f"{PATH}/scim:disable", {"users": "keepEditable"})
    assert [each[0] for each in await recorded(admin, "entra")] == ["SCIM Disabled"]


async def test_scim_is_not_enabled_while_users_become_native(admin):
    body = {"users": "becomeNative"}
    assert (await admin.done("POST", f"{PATH}/scim:disable", body))["scim"]["becomingNative"]
    reply = await admin.call("POST", f"{PATH}/scim:enable")
    assert (reply.status, reply.json["code"]) == (409, "users_leaving")


async def test_users_can_become_native_after_scim_was_disabled(admin):
    await admin.done("POST", f"{PATH}/scim:disable", {})
    assert (await admin.done("POST", f"{PATH}/scim:disable", {"users": "becomeNative"}))["scim"]["becomingNative"]
    assert {each[0] for each in await recorded(admin, "entra")} == {"SCIM Disabled", "SSO Updated"}


@pytest.mark.parametrize("action", ["sso:enable", "sso:disable", "scim:enable", "scim:disable"])
async def test_a_switch_of_what_was_changed_meanwhile_is_refused(admin, ana, action):
    """A switch that says which version it saw."""
    if action == "scim:enable":
        await admin.done("POST", f"{PATH}/scim:disable", {})
    version = (await admin.call("GET", PATH)).headers["ETag"]
    await admin.done("PATCH", PATH, {"name": "Renamed"})
    proof = await ana.proof("disableSso", "entra")
    reply = await ana.call("POST", f"{PATH}/{action}", {}, headers={"if-match": version, "x-step-up-proof": proof})
    assert (reply.status, reply.json["code"]) == (412, "changed")


@pytest.mark.parametrize("action", ["sso:enable", "sso:disable", "scim:enable", "scim:disable"])
async def test_what_is_not_there_cannot_be_switched(ana, action):
    assert (await ana.call("POST", f"/identity-providers/nothing/{action}", {})).status == 404


async def test_switches_take_a_fresh_sign_in(ana):
    for _ in range(3):
        ana.admin.clock.advance(minutes=25)
        await ana.call("GET", "/session")
        await ana.admin.world.app.background.drain()
    for method, path, body in (
        ("POST", "/identity-providers", {"name": "Other"}),
        ("PATCH", PATH, {"name": "Other"}),
        ("POST", f"{PATH}/sso:enable", None),
        ("POST", f"{PATH}/scim:enable", None),
        ("POST", f"{PATH}/scim:disable", {}),
    ):
        reply = await ana.call(method, path, body)
        assert (reply.status, reply.json["code"]) == (403, "recent_sign_in_required")


# Deletion


async def delete(person, name="Contoso Entra", proof=None, **headers):
    proof = await person.proof("deleteProvider", "entra") if proof is None else proof
    return await person.call("DELETE", PATH, name=name, headers={"x-step-up-proof": proof} | headers)


async def test_a_deletion_takes_the_name_and_a_proof(admin, ana):
    """AMB-13, R127."""
    reply = await delete(ana, "contoso entra")
    assert (reply.status, reply.json["code"]) == (400, "name_mismatch")
    for proof in ("", await ana.proof("disableSso", "entra"), await ana.proof("deleteProvider", "okta")):
        reply = await delete(ana, proof=proof)
        assert (reply.status, reply.json["code"]) == (403, "mfa_required")
    version = (await admin.call("GET", PATH)).headers["ETag"]
    await admin.done("PATCH", PATH, {"kind": "entra"})
    assert (await delete(ana, **{"if-match": version})).status == 412
    assert (await admin.call("GET", PATH)).status == 200
    assert (await delete(ana)).status == 204
    assert (await admin.call("GET", PATH)).status == 404
    assert (await admin.done("GET", "/identity-providers"))["items"] == []
    assert (await delete(ana)).status == 404


async def test_a_deletion_is_recorded_with_each_token_that_ended(admin, ana):
    """R119, R114: "Deleted" and "Token Removed", verified, with the reason."""
    (token,) = await admin.services.tokens.of("entra")
    await delete(ana)
    assert await recorded(admin, "entra") == [("Deleted", (), "its users become Native", True)]
    assert await recorded(admin, token.id) == [
        ("Token Removed", (), "revoked: the identity provider was deleted", True)
    ]
    (token,) = await admin.services.tokens.of("entra")
    assert token.state is TokenState.REVOKED
    assert await admin.services.vault.digest(token.id) is None


async def test_tokens_of_a_deleted_provider_are_dead_within_thirty_seconds_everywhere(admin, ana):
    """R127."""
    second = await admin.world.instance()
    await second.warm_up()
    await delete(ana)
    fresh = await admin.world.instance()
    assert (await fresh.call("GET", "/Users")).status == 401
    admin.clock.advance(seconds=30)
    for world in (admin.world, second):
        assert (await world.call("GET", "/Users")).status == 401


async def test_tokens_of_a_deleted_provider_are_dead_even_if_the_vault_is_down(admin, ana, monkeypatch):
    async def down(*_args, **_kwargs):
        raise Unavailable

    monkeypatch.setattr(type(admin.world.app.vault), "set_enabled", down)
    assert (await delete(ana)).status == 204
    assert (await (await admin.world.instance()).call("GET", "/Users")).status == 401


async def test_users_of_a_deleted_provider_are_native_from_then_on(admin, ana):
    """R127: before any timer ran they are found, listed, and can sign in, with the same id."""
    world, services = admin.world, admin.services
    (tess, ivan) = await world.users(2)
    await world.created("/Groups", group("Staff", [tess, ivan]))
    person = await Person(admin, await services.users.get("entra", tess)).equip()
    await delete(ana)

    listed = await services.accounts.page(AccountFilter(managed_by=Management.NATIVE), "", 10)
    assert {"user0@contoso.com", "user1@contoso.com"} <= {each.user_name for each in listed.accounts}
    assert {each.provider for each in listed.accounts} == {"native"}
    found = await services.accounts.page(AccountFilter(managed_by=Management.NATIVE, search="user1"), "", 10)
    assert [(each.id, each.provider) for each in found.accounts] == [(ivan, "native")]
    assert (await person.sign_in()).status == 201
    assert (await services.accounts.get(tess)).provider == "native"
    assert await services.users.groups_of(tess) == []
    reply = await admin.as_(ana.user)
    assert (await reply.call("GET", "/session")).status == 200


async def test_a_deleted_user_of_a_deleted_provider_can_still_be_restored(admin, ana):
    (tess,) = await admin.world.users(1)
    await admin.world.call("DELETE", f"/Users/{tess}")
    await delete(ana)
    assert (await admin.services.accounts.tombstone(tess)).user.id == tess


async def test_names_of_a_deleted_provider_and_of_its_users(admin, ana):
    """The provider's name and domains are free; userNames stay reserved."""
    await admin.world.users(1)
    await delete(ana)
    await admin.done("POST", "/identity-providers", {"name": "Contoso Entra", "emailDomains": ["contoso.com"]})
    okta = await admin.world.provided(OKTA)
    reply = await okta.call("POST", "/Users", user("USER0@contoso.com"))
    assert reply.status == 409


async def test_deleting_a_provider_through_which_people_sign_in_needs_a_native_administrator(admin, ana):
    await enabled(admin)
    await without_native_administrators(admin)
    reply = await delete(ana)
    assert (reply.status, reply.json["code"]) == (409, "no_native_administrator")


async def test_of_a_deletion_and_an_edit_at_once_one_is_refused(admin, ana):
    before = await admin.services.providers.get("entra")
    await delete(ana)
    with pytest.raises(VersionConflict):
        await admin.services.providers.update(before, replace(before, name="Other"))
    assert await admin.services.providers.get("entra") is None


async def test_a_deletion_whose_first_write_fails_changes_nothing(admin, ana):
    proof = await ana.proof("deleteProvider", "entra")
    failing = await admin.world.instance(FaultyRows(admin.world.rows, on_writes({2: fail_before})))
    person = ana
    person.admin = AdminWorld(failing, "")
    reply = await delete(person, proof=proof)
    assert reply.status == 503
    assert (await admin.call("GET", PATH)).status == 200
    assert (await admin.world.call("GET", "/Users")).status == 200
