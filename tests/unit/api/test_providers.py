"""Identity providers: the list, adding, reading and editing them."""

from dataclasses import replace

import pytest

from scim.domain.activities import ROLLCALL
from scim.domain.authority import Permission
from scim.domain.mapping import GroupMapping
from scim.domain.organizations import OrganizationState
from scim.domain.people import NativeRole
from scim.domain.roles import Role
from scim.domain.tokens import Ending, EndReason
from scim.domain.users import UserType
from tests.admin_world import AdminWorld
from tests.certificates import FIRST
from tests.fakes.rows import CountingRows, FakeRows
from tests.invariants import activities, directory
from tests.people import Person
from tests.world import OKTA, group, user

SSO = {
    "entityId": "https://sts.windows.net/1/",
    "signOnUrl": "https://login.microsoftonline.com/1/saml2",
    "certificates": [FIRST],
    "metadata": "<EntityDescriptor/>",
}

SIGN_IN = {"trustsMfa": True, "idpInitiated": False}
CHANGES = (
    "name: Contoso Entra → Contoso; +contoso.net; organization: reject → defaultUnknown; adoption: automatic → ask; "
    "default organization: none → 12"
)


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


async def recorded(admin, subject_id):
    """Status, changed attributes, detail and MFA flag of the activities on a provider, newest first."""
    found = activities(await directory(admin.world.rows))
    return [
        (each["status"], tuple(each.get("changed", ())), each.get("detail", ""), each["actor"]["mfa"])
        for each in found
        if each["subject_id"] == subject_id
    ]


async def a_role(admin, *permissions, name="Viewer"):
    services = admin.services
    role = Role(
        id=services.identifiers.new(),
        name=name,
        user_type=UserType.TECHNICIAN,
        permissions=frozenset(permissions),
        created_at=admin.clock.now(),
        created_by="test",
    )
    return (await services.roles.create(role)).id


async def technician(admin, *permissions):
    account = await admin.account("tech@contoso.com")
    given = NativeRole(role=await a_role(admin, *permissions), added_by="test", added_at=admin.clock.now())
    profile = await admin.services.profiles.get(account.id)
    await admin.services.profiles.save(replace(profile, roles=(given,)))
    person = await Person(admin, account).equip()
    assert (await person.sign_in()).status == 201
    return person


async def test_a_new_provider_is_there_with_everything_off(admin):
    """R118, R126, R028: both switches are off, and the activity is "Created"."""
    reply = await admin.call(
        "POST", "/identity-providers", {"name": " Fabrikam Okta ", "kind": "okta", "emailDomains": ["Fabrikam.COM"]}
    )
    assert reply.status == 201
    provider_id = reply.json["id"]
    assert reply.headers["Location"] == f"/api/identity-providers/{provider_id}"
    assert reply.json["name"] == "Fabrikam Okta"
    assert (reply.json["kind"], reply.json["emailDomains"]) == ("okta", ["fabrikam.com"])
    assert reply.json["createdBy"] == "boss@contoso.com"
    assert reply.json["sso"] == {"state": "notTested", "by": "", "testedBy": ""}
    assert reply.json["scim"] == {
        "enabled": False,
        "state": "off",
        "by": "",
        "users": 0,
        "groups": 0,
        "becomingNative": False,
        "url": "https://rollcall.example/ws/scim/v2",
    }
    assert reply.json["policies"] == SIGN_IN | {
        "unknownAttributes": "ignore",
        "organization": "reject",
        "adoption": "automatic",
    }
    read = await admin.call("GET", f"/identity-providers/{provider_id}")
    assert (read.json, read.headers["ETag"]) == (reply.json, reply.headers["ETag"])
    assert await recorded(admin, provider_id) == [("Created", (), "", False)]


async def test_the_list_has_all_by_name_with_badges(admin):
    """R025."""
    await admin.world.provided(OKTA)
    await admin.done("POST", "/identity-providers", {"name": "Another"})
    items = (await admin.done("GET", "/identity-providers"))["items"]
    assert [(each["name"], each["scim"]["state"]) for each in items] == [
        ("Another", "off"),
        ("Contoso Entra", "on"),
        ("Fabrikam Okta", "on"),
    ]
    assert items[1]["scim"]["daysLeft"] > 60
    assert items[1]["scim"]["lastRequest"] == "2026-11-23T12:00:00.000Z"


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"search": "OKTA"}, ["Fabrikam Okta"]),
        ({"search": "contoso.c"}, ["Contoso Entra"]),
        ({"scim": "on"}, ["Contoso Entra", "Fabrikam Okta"]),
        ({"scim": ["off", "noToken"]}, ["Another"]),
        ({"sso": "enabled"}, []),
        ({"sso": "notTested", "scim": "off"}, ["Another"]),
    ],
)
async def test_the_list_can_be_narrowed(admin, query, names):
    await admin.world.provided(OKTA)
    await admin.done("POST", "/identity-providers", {"name": "Another"})
    items = (await admin.done("GET", "/identity-providers", **query))["items"]
    assert [each["name"] for each in items] == names


async def test_the_list_costs_a_call_for_each_provider():
    rows = CountingRows(FakeRows())
    admin = await AdminWorld.on(rows)
    await admin.world.provided(OKTA)
    rows.reset()
    await admin.done("GET", "/identity-providers")
    read = [detail for verb, table, detail in rows.log if (verb, table) == ("query", "config")]
    assert (
        len(read) == 1 + 2 + 1
    )  # the providers, the tokens of each, and the owners among whom the caller is looked up


async def test_badges_tell_what_is_the_matter_with_the_token(admin):
    """AMB-15: a provider that is off says so, whatever its token."""
    path = "/identity-providers/entra"
    badges = []
    for days in (0, 121, 59, 1):
        admin.clock.advance(days=days)
        admin = await admin.as_(await admin.account(f"admin{days}@contoso.com", administrator=True))
        scim = (await admin.done("GET", path))["scim"]
        badges.append((scim["state"], scim.get("daysLeft")))
    assert badges == [("on", 181), ("tokenExpiring", 60), ("tokenExpiring", 1), ("tokenExpired", None)]
    await admin.done("POST", f"{path}/scim:disable", {})
    assert (await admin.done("GET", path))["scim"]["state"] == "off"


async def test_a_provider_whose_token_was_revoked_has_none(admin):
    (token,) = await admin.services.tokens.of("entra")
    await admin.services.tokens.update(
        token, token.ended(Ending(at=admin.clock.now(), reason=EndReason.REVOKED, actor=ROLLCALL))
    )
    assert (await admin.done("GET", "/identity-providers/entra"))["scim"]["state"] == "noToken"


async def test_the_page_counts_users_and_groups(admin):
    """R026, R027, R094, R098, AMB-31: one page has the provider, both switches, and how its token is."""
    ids = await admin.world.users(3)
    await admin.world.created("/Groups", group("Staff", ids))
    scim = (await admin.done("GET", "/identity-providers/entra"))["scim"]
    assert (scim["users"], scim["groups"], scim["enabled"]) == (3, 1, True)


@pytest.mark.parametrize("provider_id", ["nothing", "~guard", "native", "~sso|entra", "x" * 600, "%00", "a/b"])
async def test_what_is_no_provider_is_missing(admin, provider_id):
    await admin.done("POST", "/identity-providers", {"name": "Other", "sso": SSO})
    assert (await admin.call("GET", f"/identity-providers/{provider_id}")).status == 404


@pytest.mark.parametrize(
    ("body", "code", "detail"),
    [
        ({"name": "CONTOSO  entra"}, "name_taken", 'There is an identity provider called "CONTOSO  entra" already.'),
        (
            {"name": "Other", "emailDomains": ["other.com", "CONTOSO.com"]},
            "domain_taken",
            "contoso.com is already used by Contoso Entra.",
        ),
    ],
)
async def test_names_and_domains_belong_to_one_provider(admin, body, code, detail):
    for method, path in (("POST", "/identity-providers"), ("PATCH", f"/identity-providers/{await other(admin)}")):
        reply = await admin.call(method, path, body)
        assert (reply.status, reply.json["code"], reply.json["detail"]) == (409, code, detail)
    assert len((await admin.done("GET", "/identity-providers"))["items"]) == 2


async def other(admin, **body):
    return (await admin.done("POST", "/identity-providers", {"name": "Second"} | body))["id"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"emailDomains": ["contoso"]}, "invalid"),
        ({"emailDomains": ["@contoso.net"]}, "invalid"),
        ({"emailDomains": ["a b.com"]}, "invalid"),
        ({"emailDomains": ["-a.com"]}, "invalid"),
        ({"emailDomains": [f"{'a' * 64}.com"]}, "invalid"),
        ({"name": " "}, "invalid"),
        ({"kind": "google"}, "invalid"),
        ({"defaultOrganization": "99"}, "unknown_organization"),
        ({"defaultOrganization": "a#b/c"}, "unknown_organization"),
        ({"policies": {"organization": "defaultMissing"}}, "default_organization_required"),
        ({"policies": {"organization": "always"}}, "invalid"),
        ({"sso": {**SSO, "signOnUrl": "http://idp.example"}}, "invalid"),
        ({"sso": {**SSO, "certificates": []}}, "invalid"),
        ({"sso": {**SSO, "certificates": ["<script>"]}}, "invalid"),
        ({"ssoState": "ready"}, "invalid"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_stored(admin, body, code):
    reply = await admin.call("POST", "/identity-providers", {"name": "Other"} | body)
    assert (reply.status, reply.json["code"]) == (400, code), reply
    before = await admin.call("GET", "/identity-providers/entra")
    reply = await admin.call("PATCH", "/identity-providers/entra", body)
    assert (reply.status, reply.json["code"]) == (400, code), reply
    after = await admin.call("GET", "/identity-providers/entra")
    assert after.headers["ETag"] == before.headers["ETag"]


@pytest.mark.parametrize(
    "body",
    [
        *({name: None} for name in ("name", "kind", "emailDomains", "policies", "sso")),
        *({"policies": {name: None}} for name in ("unknownAttributes", "organization", "adoption")),
    ],
    ids=str,
)
async def test_a_null_that_means_nothing_is_refused(admin, body):
    reply = await admin.call("PATCH", "/identity-providers/entra", body)
    assert (reply.status, reply.json["code"]) == (400, "invalid")


async def test_no_default_organization_is_a_null(admin):
    await admin.done("PATCH", "/identity-providers/entra", {"defaultOrganization": "12"})
    changed = await admin.done("PATCH", "/identity-providers/entra", {"defaultOrganization": None})
    assert "defaultOrganization" not in changed


async def test_an_organization_that_is_being_deleted_is_no_default(admin):
    organizations = admin.services.organizations
    thirteen = await organizations.get("13")
    deleting = replace(thirteen, state=OrganizationState.DELETING, deleting_since=admin.clock.now())
    await organizations.update(thirteen, deleting, admin.world.activity("13"))
    reply = await admin.call("PATCH", "/identity-providers/entra", {"defaultOrganization": "13"})
    assert (reply.status, reply.json["code"]) == (400, "unknown_organization")


async def test_an_edit_changes_what_it_names_and_is_recorded(admin):
    """R097, AMB-29: "SSO Updated", with the names of what changed."""
    path = "/identity-providers/entra"
    reply = await admin.call(
        "PATCH",
        path,
        {
            "name": "Contoso",
            "emailDomains": ["contoso.com", "contoso.net"],
            "policies": {"adoption": "ask", "organization": "defaultUnknown"},
            "defaultOrganization": "12",
        },
    )
    assert reply.status == 200
    assert reply.json["policies"] == SIGN_IN | {
        "unknownAttributes": "ignore",
        "organization": "defaultUnknown",
        "adoption": "ask",
    }
    assert reply.json["scim"]["enabled"]
    assert await recorded(admin, "entra") == [
        (
            "SSO Updated",
            ("name", "emailDomains", "defaultOrganization", "organization", "adoption"),
            CHANGES,
            False,
        )
    ]
    refused = await admin.call("PATCH", path, {"defaultOrganization": None})
    assert refused.json["code"] == "default_organization_required"
    body = {"defaultOrganization": None, "policies": {"organization": "reject"}}
    assert "defaultOrganization" not in await admin.done("PATCH", path, body)


async def test_an_edit_that_changes_nothing_leaves_no_trace(admin):
    before = await admin.call("GET", "/identity-providers/entra")
    reply = await admin.call("PATCH", "/identity-providers/entra", {"name": "Contoso Entra", "policies": {}})
    assert reply.headers["ETag"] == before.headers["ETag"]
    assert await recorded(admin, "entra") == []


async def test_an_edit_of_what_was_changed_meanwhile_is_refused(admin):
    version = (await admin.call("GET", "/identity-providers/entra")).headers["ETag"]
    for status in (200, 412):
        reply = await admin.call(
            "PATCH", "/identity-providers/entra", {"name": f"Name {status}"}, headers={"if-match": version}
        )
        assert reply.status == status
    assert reply.json["code"] == "changed"
    assert (await admin.done("GET", "/identity-providers/entra"))["name"] == "Name 200"


async def test_scim_follows_a_policy_within_thirty_seconds_on_every_instance(admin):
    second = await admin.world.instance()
    await second.warm_up()
    body = {"policies": {"unknownAttributes": "reject", "organization": "defaultMissing"}, "defaultOrganization": "12"}
    await admin.done("PATCH", "/identity-providers/entra", body)
    admin.clock.advance(seconds=30)
    for world, name in ((admin.world, "a"), (second, "b")):
        assert (await world.call("POST", "/Users", user(name) | {"nonsense": 1})).status == 400
        assert (await world.call("POST", "/Users", {"userName": name})).status == 201


async def test_who_may_view_identity_sees_providers_and_changes_none(admin):
    """R082 and the table of who sees what: buttons are absent, and the API refuses."""
    viewer = await technician(admin, Permission.VIEW_IDENTITY)
    assert (await viewer.call("GET", "/identity-providers")).status == 200
    assert (await viewer.call("GET", "/identity-providers/entra")).status == 200
    for method, path, body in (
        ("POST", "/identity-providers", {"name": "Other"}),
        ("PATCH", "/identity-providers/entra", {"name": "Other"}),
        ("DELETE", "/identity-providers/entra?name=Contoso Entra", None),
        ("POST", "/identity-providers/entra/sso:enable", None),
        ("POST", "/identity-providers/entra/sso:disable", {}),
        ("POST", "/identity-providers/entra/scim:enable", None),
        ("POST", "/identity-providers/entra/scim:disable", {}),
        ("GET", "/identity-providers/entra/sso/impact", None),
        ("GET", "/identity-providers/entra/deletion/impact", None),
    ):
        address, _, name = path.partition("?name=")
        reply = await viewer.call(method, address, body, **({"name": name} if name else {}))
        assert (reply.status, reply.json["code"]) == (403, "denied"), path


async def test_who_may_not_view_identity_sees_no_provider(admin):
    tech = await technician(admin, Permission.VIEW_ORGANIZATIONS)
    for path in ("/identity-providers", "/identity-providers/entra"):
        assert (await tech.call("GET", path)).status == 403


async def test_the_number_of_providers_is_bounded(admin):
    for index in range(99):
        await admin.services.providers.create(
            replace(OKTA, id=f"p{index}", name=f"P {index}", email_domains=frozenset())
        )
    reply = await admin.call("POST", "/identity-providers", {"name": "Other"})
    assert (reply.status, reply.json["code"]) == (409, "too_many_providers")


async def test_the_deletion_preview_counts_what_goes(admin):
    """Roles count for each group and person whom they fit; a group without a mapping gives none."""
    ids = await admin.world.users(3)
    staff = await admin.world.created("/Groups", group("Staff", ids))
    await admin.world.created("/Groups", group("Other", ids))
    portal = Role(
        id=admin.services.identifiers.new(),
        name="Portal",
        user_type=UserType.END_USER,
        created_at=admin.clock.now(),
        created_by="test",
    )
    await admin.services.roles.create(portal)
    helpdesk = await a_role(admin, name="Helpdesk")
    await admin.services.mappings.save(
        GroupMapping(provider="entra", group=staff, technician_roles=(helpdesk,), end_user_roles=(portal.id, "gone"))
    )
    assert await admin.done("GET", "/identity-providers/entra/deletion/impact") == {
        "users": 3,
        "groups": 2,
        "roleAssignments": {"number": 3, "isMore": False},
        "liveTokens": True,
    }
    admin.clock.advance(days=200)
    admin = await admin.as_(await admin.account("later@contoso.com", administrator=True))
    assert not (await admin.done("GET", "/identity-providers/entra/deletion/impact"))["liveTokens"]
