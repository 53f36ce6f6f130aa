"""The roles of one account, through the API."""

import asyncio

import pytest

from scim.domain.activities import Status
from scim.schema.urns import NINJAONE_USER
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.invariants import activities, directory, violations
from tests.world import group, patch


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


async def role(admin, name="Helpdesk L1", kind="technician"):
    return (await admin.done("POST", "/roles", {"name": name, "type": kind}))["id"]


async def technician(admin, name="tess"):
    body = {"userName": f"{name}@contoso.com", NINJAONE_USER: {"userType": "technician"}}
    return await admin.world.created("/Users", body)


async def mapped(admin, *roles, members):
    group_id = await admin.world.created("/Groups", group(f"Group {roles}", members))
    await admin.done("PUT", f"/identity-providers/entra/groups/{group_id}/mapping", {"technicianRoles": [*roles]})
    return group_id


async def names(admin, account_id):
    """Names of the roles in force."""
    found = await admin.done("GET", f"/users/{account_id}/roles")
    return [each["role"]["name"] for each in found["items"] if each["isInForce"]]


async def recorded(admin):
    found = sorted(activities(await directory(admin.world.rows)), key=lambda each: each["id"])
    return [each for each in found if each["status"] == Status.ACCOUNT_ROLES_UPDATED]


async def test_each_source_of_a_role_is_told(admin):
    """R088-R091, R093, AMB-24: Native or SCIM, by whom, through which group, and what becomes of it without."""
    tess, l1 = await technician(admin), await role(admin)
    group_id = await mapped(admin, l1, members=[tess])
    admin.clock.advance(minutes=1)
    status, headers, given = await admin.call("POST", f"/users/{tess}/roles/{l1}")
    assert (status, headers["Location"]) == (201, f"/api/users/{tess}/roles/{l1}")

    listed = await admin.done("GET", f"/users/{tess}/roles")

    assert listed == {"items": [given]}
    assert given == {
        "role": {"id": l1, "name": "Helpdesk L1"},
        "isInForce": True,
        "sources": [
            {
                "source": "Native",
                "by": "boss@contoso.com",
                "at": "2026-11-23T12:01:00.000Z",
                "remains": True,
                "lost": [],
            },
            {
                "source": "SCIM",
                "by": "boss@contoso.com",
                "at": "2026-11-23T12:00:00.000Z",
                "group": {"id": group_id, "name": f"Group {(l1,)}"},
                "provider": "Contoso Entra",
                "remains": True,
                "lost": [],
                "lock": {
                    "code": "role_from_group",
                    "text": f"This role comes from group Group {(l1,)} in Contoso Entra. Change the membership there, "
                    "or the mapping in Group Mapping.",
                },
            },
        ],
    }
    assert await admin.done("GET", f"/users/{tess}/roles/{l1}/why") == given


async def test_an_explanation_tells_what_is_lost_without_a_source(admin):
    """AMB-24: without one group all its roles go, but for those that have another source."""
    tess = await technician(admin)
    l1, l2, l3 = [await role(admin, name) for name in ("L1", "L2", "L3")]
    await mapped(admin, l1, l2, members=[tess])
    await mapped(admin, l2, l3, members=[tess])

    first, second = (await admin.done("GET", f"/users/{tess}/roles/{l2}/why"))["sources"]
    assert (first["remains"], second["remains"]) == (True, True)
    assert [[each["name"] for each in source["lost"]] for source in (first, second)] == [["L1"], ["L3"]]
    (only,) = (await admin.done("GET", f"/users/{tess}/roles/{l1}/why"))["sources"]
    assert (only["remains"], [each["name"] for each in only["lost"]]) == (False, ["L1"])


async def test_a_native_role_is_given_and_taken_also_on_an_account_that_scim_manages(admin):
    """AMB-25, R088, R090: "edit as needed"."""
    tess, l1 = await technician(admin), await role(admin)
    await admin.done("POST", f"/users/{tess}/roles/{l1}")
    assert await names(admin, tess) == ["Helpdesk L1"]
    assert (await admin.call("DELETE", f"/users/{tess}/roles/{l1}")).status == 204
    assert await names(admin, tess) == []
    assert [each["detail"] for each in await recorded(admin)] == [
        "Native role added: Helpdesk L1",
        "Native role removed: Helpdesk L1",
    ]
    assert await violations(admin.world.rows) == []


async def test_a_role_from_a_group_is_not_taken_away_here(admin):
    """R092, R093, AMB-25: the refusal has the code and the text of the lock."""
    tess, l1 = await technician(admin), await role(admin)
    await mapped(admin, l1, members=[tess])
    (source,) = (await admin.done("GET", f"/users/{tess}/roles/{l1}/why"))["sources"]
    status, _, problem = await admin.call("DELETE", f"/users/{tess}/roles/{l1}")
    assert (status, problem["code"], problem["detail"]) == (409, source["lock"]["code"], source["lock"]["text"])
    assert await names(admin, tess) == ["Helpdesk L1"]
    assert await recorded(admin) == []


async def test_without_the_native_source_the_role_of_the_group_stays(admin):
    """AMB-24: the other way round, SCIM never takes a Native role."""
    tess, l1 = await technician(admin), await role(admin)
    group_id = await mapped(admin, l1, members=[tess])
    for _ in range(2):
        await admin.done("POST", f"/users/{tess}/roles/{l1}")
        assert (await admin.call("DELETE", f"/users/{tess}/roles/{l1}")).status == 204
        assert await names(admin, tess) == ["Helpdesk L1"]
    await admin.done("POST", f"/users/{tess}/roles/{l1}")
    await admin.world.call("DELETE", f"/Groups/{group_id}")
    assert await names(admin, tess) == ["Helpdesk L1"]


async def test_a_replaced_user_keeps_its_native_roles(admin):
    """AMB-22, R008: what the console manages, an identity provider cannot clear."""
    tess, l1 = await technician(admin), await role(admin)
    await admin.done("POST", f"/users/{tess}/roles/{l1}")
    body = {"userName": "tess@contoso.com", NINJAONE_USER: {"userType": "technician"}}
    assert (await admin.world.call("PUT", f"/Users/{tess}", body)).status == 200
    assert await names(admin, tess) == ["Helpdesk L1"]


async def test_a_native_role_of_the_other_type_stays_assigned_and_does_not_count(admin):
    """AMB-23: and counts again when the type comes back."""
    tess, l1 = await technician(admin), await role(admin)
    await admin.done("POST", f"/users/{tess}/roles/{l1}")
    path = f"{NINJAONE_USER}:userType"
    to_end_user = patch(("replace", path, "endUser"), ("add", f"{NINJAONE_USER}:organizationId", "12"))
    assert (await admin.world.call("PATCH", f"/Users/{tess}", to_end_user)).status == 200
    (held,) = (await admin.done("GET", f"/users/{tess}/roles"))["items"]
    assert (held["isInForce"], held["sources"][0]["source"]) == (False, "Native")
    await admin.world.call("PATCH", f"/Users/{tess}", patch(("replace", path, "technician")))
    assert await names(admin, tess) == ["Helpdesk L1"]


async def test_a_role_of_the_other_type_is_not_given(admin):
    """R085-R087."""
    tess, portal = await technician(admin), await role(admin, "Portal", "endUser")
    for path, body in (
        (f"/users/{tess}/roles/{portal}", None),
        (f"/users/{tess}/roles:preview", {"add": [portal]}),
    ):
        status, _, problem = await admin.call("POST", path, body)
        assert (status, problem["code"], problem["field"]) == (400, "wrong_role_type", "roleId")


async def test_a_role_is_given_once(admin):
    tess, l1 = await technician(admin), await role(admin)
    await admin.done("POST", f"/users/{tess}/roles/{l1}")
    status, _, problem = await admin.call("POST", f"/users/{tess}/roles/{l1}")
    assert (status, problem["code"]) == (409, "role_held")
    assert len(await recorded(admin)) == 1


async def test_roles_that_are_given_at_once_are_all_there(admin):
    """Two administrators, one profile: neither overwrites the other."""
    tess = await technician(admin)
    roles = [await role(admin, f"L{number}") for number in range(3)]
    replies = await asyncio.gather(*(admin.call("POST", f"/users/{tess}/roles/{each}") for each in roles))
    assert [reply.status for reply in replies] == [201] * 3
    assert await names(admin, tess) == ["L0", "L1", "L2"]
    assert len(await recorded(admin)) == 3


async def test_an_account_has_fifty_native_roles_at_most(admin, monkeypatch):
    monkeypatch.setattr("scim.admin.user_roles.MAX_NATIVE_ROLES", 1)
    tess = await technician(admin)
    await admin.done("POST", f"/users/{tess}/roles/{await role(admin, 'a')}")
    status, _, problem = await admin.call("POST", f"/users/{tess}/roles/{await role(admin, 'b')}")
    assert (status, problem["code"]) == (409, "too_many_roles")


NOWHERE = "0198c000-0000-7000-8000-000000000000"


@pytest.mark.parametrize("id_", [NOWHERE, "x", "a|b", "😀"])
async def test_what_is_not_there_is_404(admin, id_):
    tess, l1 = await technician(admin), await role(admin)
    for method, path, body in (
        ("GET", f"/users/{id_}/roles", None),
        ("POST", f"/users/{id_}/roles/{l1}", None),
        ("POST", f"/users/{tess}/roles/{id_}", None),
        ("DELETE", f"/users/{id_}/roles/{l1}", None),
        ("DELETE", f"/users/{tess}/roles/{id_}", None),
        ("GET", f"/users/{id_}/roles/{l1}/why", None),
        ("GET", f"/users/{tess}/roles/{l1}/why", None),
        ("POST", f"/users/{id_}/roles:preview", {}),
        ("POST", f"/users/{tess}/roles:preview", {"add": [id_]}),
        ("POST", f"/users/{tess}/roles:preview", {"remove": [id_]}),
    ):
        assert (await admin.call(method, path, body)).status == 404, (method, path)
    assert await recorded(admin) == []


async def test_a_preview_tells_the_difference_and_writes_nothing(admin):
    tess = await technician(admin)
    l1, l2 = [await role(admin, name) for name in ("L1", "L2")]
    await mapped(admin, l2, members=[tess])
    await admin.done("POST", f"/users/{tess}/roles/{l1}")
    before = await directory(admin.world.rows)
    preview = await admin.done("POST", f"/users/{tess}/roles:preview", {"add": [l2], "remove": [l1]})
    assert await directory(admin.world.rows) == before
    assert [(each["role"]["name"], each["gain"], each["lose"], each["keep"]) for each in preview["roles"]] == [
        ("L1", 0, 1, 0),
        ("L2", 0, 0, 1),
    ]
    assert preview["people"] == [{"accountId": tess, "name": "tess@contoso.com", "gains": [], "loses": [l1]}]


async def test_a_deleted_role_can_still_be_taken_away(admin):
    tess, l1 = await technician(admin), await role(admin)
    await admin.done("POST", f"/users/{tess}/roles/{l1}")
    await admin.call("DELETE", f"/roles/{l1}", force="true")
    assert (await admin.call("DELETE", f"/users/{tess}/roles/{l1}")).status == 204
    assert (await admin.services.profiles.get(tess)).roles == ()
