"""Organizations, through the API."""

import pytest

from scim.domain.activities import Status
from scim.domain.providers import Provider
from scim.maintenance.finish_organizations import finish_organizations
from scim.schema.urns import NINJAONE_USER
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.invariants import activities, directory, violations
from tests.people import Person
from tests.world import patch, user


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


async def recorded(admin):
    """Activities about organizations, oldest first."""
    found = sorted(activities(await directory(admin.world.rows)), key=lambda each: (each["time"], each["id"]))
    return [(each["status"], each["subject_id"]) for each in found if each["subject_kind"] == "organization"]


async def finish(admin):
    """The timer, two minutes later."""
    admin.clock.advance(minutes=2)
    app = admin.world.app
    await finish_organizations(app.organizations, app.providers, app.clock, app.identifiers)


async def test_a_new_organization_is_usable_in_scim_at_once(admin):
    """R130, R055: also on an instance that was asked for it before it was there."""
    elsewhere = await admin.world.instance()
    assert (await elsewhere.call("POST", "/Users", user("anna@x.y", "14"))).status == 400

    status, headers, created = await admin.call("POST", "/organizations", {"name": "Contoso Ltd"})

    assert (status, headers["Location"]) == (201, "/api/organizations/14")
    assert created == {"id": "14", "name": "Contoso Ltd", "state": "active"}
    assert (await elsewhere.call("POST", "/Users", user("anna@x.y", created["id"]))).status == 201
    assert (await admin.done("GET", "/organizations/14"))["endUsers"] == {"number": 1, "isMore": False}
    assert await recorded(admin) == [(Status.ORGANIZATION_CREATED, "14")]
    assert await violations(admin.world.rows) == []


@pytest.mark.parametrize("id_", ["a", "Z" * 64, "contoso.com", "a-b_c.9", "007", "-1"])
async def test_an_id_of_ones_own_is_what_scim_takes_verbatim(admin, id_):
    """R061."""
    created = await admin.done("POST", "/organizations", {"name": "Contoso", "id": id_})
    assert created["id"] == id_
    assert (await admin.world.call("POST", "/Users", user("anna@x.y", created["id"]))).status == 201
    assert (await admin.done("GET", f"/organizations/{id_}"))["endUsers"]["number"] == 1


@pytest.mark.parametrize("id_", ["All", "all", "ALL", "\uff21ll", "a b", "a/b", "ä", "...", "a|b", "'", " 1"])
async def test_an_id_that_would_be_misread_is_refused(admin, id_):
    """R065: "All" is no organization's ID."""
    status, _, problem = await admin.call("POST", "/organizations", {"name": "Contoso", "id": id_})
    assert (status, problem["code"], problem["field"]) == (400, "invalid", "id")
    assert await recorded(admin) == []


async def test_an_organization_called_all_is_one_like_any_other(admin):
    """R065, R056, AMB-8: names mean nothing to SCIM; "All" in any letter case makes a global end user."""
    created = await admin.done("POST", "/organizations", {"name": "All"})
    global_user = await admin.world.call("POST", "/Users", user("ann@x.y", "aLL"))
    local_user = await admin.world.call("POST", "/Users", user("bob@x.y", created["id"]))
    assert (global_user.status, local_user.status) == (201, 201)
    assert (await admin.done("GET", f"/organizations/{created['id']}"))["endUsers"]["number"] == 1
    stored = await admin.world.app.users.get("entra", global_user.json["id"])
    assert stored.standing.organization == "All"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"name": "ORGANIZATION 12"}, "name_taken"),
        ({"name": "  Organization 12 "}, "name_taken"),
        ({"name": "New", "id": "12"}, "id_used"),
    ],
)
async def test_a_taken_name_or_id_is_a_conflict(admin, body, code):
    status, _, problem = await admin.call("POST", "/organizations", body)
    assert (status, problem["code"]) == (409, code)
    assert await recorded(admin) == []


@pytest.mark.parametrize("body", [{}, {"name": " "}, {"name": "a\nb"}, {"name": "a", "x": 1}, {"name": "a" * 151}, []])
async def test_a_body_that_does_not_fit_makes_nothing(admin, body):
    assert (await admin.call("POST", "/organizations", body)).status == 400
    assert len((await admin.done("GET", "/organizations"))["items"]) == 2


async def test_a_number_is_never_given_out_twice(admin):
    """The identity provider may still send it."""
    await admin.done("POST", "/organizations", {"name": "Contoso"})
    await admin.done("DELETE", "/organizations/14")
    await finish(admin)
    assert (await admin.call("GET", "/organizations/14")).status == 404
    assert (await admin.done("POST", "/organizations", {"name": "Contoso"}))["id"] == "15"
    assert (await admin.call("POST", "/organizations", {"name": "Fabrikam", "id": "14"})).json["code"] == "id_used"


async def test_a_repeated_creation_makes_one(admin):
    headers = {"Idempotency-Key": "k"}
    first = await admin.call("POST", "/organizations", {"name": "Contoso"}, headers=headers)
    second = await admin.call("POST", "/organizations", {"name": "Contoso"}, headers=headers)
    assert (first.status, first.json) == (second.status, second.json)
    assert len((await admin.done("GET", "/organizations"))["items"]) == 3


async def test_a_list_is_by_name_and_paged(admin):
    """R059."""
    for name in ("Zeta", "alpha", "Beta", "beta two"):
        await admin.done("POST", "/organizations", {"name": name})
    names, cursor = [], ""
    while cursor is not None:
        page = await admin.done("GET", "/organizations", cursor=cursor, limit=2)
        assert len(page["items"]) <= 2
        names += [each["name"] for each in page["items"]]
        cursor = page.get("next")
    assert names == ["alpha", "Beta", "beta two", "Organization 12", "Organization 13", "Zeta"]
    found = await admin.done("GET", "/organizations", name="BET")
    assert [each["name"] for each in found["items"]] == ["Beta", "beta two"]


@pytest.mark.parametrize("cursor", ["!", "AA", "4pyT", "8J-YgA", "_w", "JycnJycg", "a" * 2000])
async def test_a_cursor_of_ones_own_does_no_harm(admin, cursor):
    status, _, problem = await admin.call("GET", "/organizations", cursor=cursor)
    assert (status, problem["field"]) == (400, "cursor")


async def test_a_cursor_leads_through_its_own_list_only(admin):
    for number in range(3):
        await admin.account(f"a{number}@contoso.com")
    cursor = (await admin.done("GET", "/users", limit=1))["next"]
    assert (await admin.call("GET", "/users", cursor=cursor)).status == 200
    for path in ("/organizations", "/roles", "/activities", "/identity-providers/entra/groups"):
        status, _, problem = await admin.call("GET", path, cursor=cursor)
        assert (status, problem["field"]) == (400, "cursor")


async def test_a_rename_keeps_the_id_and_frees_the_name(admin):
    _, headers, _ = await admin.call("GET", "/organizations/12")
    status, after, renamed = await admin.call(
        "PATCH", "/organizations/12", {"name": "Contoso"}, headers={"If-Match": headers["ETag"]}
    )
    assert (status, renamed["id"], renamed["name"]) == (200, "12", "Contoso")
    assert after["ETag"] != headers["ETag"]
    assert (await admin.done("POST", "/organizations", {"name": "Organization 12"}))["id"] == "14"
    assert await recorded(admin) == [(Status.ORGANIZATION_UPDATED, "12"), (Status.ORGANIZATION_CREATED, "14")]


async def test_a_rename_to_another_spelling_is_none_to_another_name(admin):
    await admin.done("PATCH", "/organizations/12", {"name": "ORGANIZATION 12"})
    assert [each["name"] for each in (await admin.done("GET", "/organizations"))["items"]] == [
        "ORGANIZATION 12",
        "Organization 13",
    ]


async def test_a_rename_that_changes_nothing_records_nothing(admin):
    await admin.done("PATCH", "/organizations/12", {"name": "Organization 12"})
    assert await recorded(admin) == []


async def test_a_rename_of_what_was_changed_meanwhile_is_refused(admin):
    _, headers, _ = await admin.call("GET", "/organizations/12")
    await admin.done("PATCH", "/organizations/12", {"name": "Contoso"})
    for method, body in (("PATCH", {"name": "Fabrikam"}), ("DELETE", None)):
        reply = await admin.call(method, "/organizations/12", body, headers={"If-Match": headers["ETag"]})
        assert (reply.status, reply.json["code"]) == (412, "changed")
    assert (await admin.call("PATCH", "/organizations/12", {"name": "Organization 13"})).json["code"] == "name_taken"
    assert (await admin.done("GET", "/organizations/12"))["name"] == "Contoso"


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
@pytest.mark.parametrize("id_", ["99", "All", "x" * 5000, "a|b", "😀"])
async def test_what_is_not_there_is_404(admin, method, id_):
    body = {"name": "x"} if method == "PATCH" else None
    assert (await admin.call(method, f"/organizations/{id_}", body)).status == 404


@pytest.mark.parametrize("active", [True, False])
async def test_an_organization_with_end_users_is_not_deleted(admin, active):
    await admin.world.created("/Users", user("anna@x.y", "12", active=active))
    status, _, problem = await admin.call("DELETE", "/organizations/12")
    assert (status, problem["code"], problem["endUsers"]) == (409, "organization_in_use", 1)
    assert problem["detail"] == "1 end user belongs here. Move that one first."
    await admin.world.created("/Users", user("bob@x.y", "12"))
    problem = (await admin.call("DELETE", "/organizations/12")).json
    assert problem["detail"] == "2 end users belong here. Move them first."
    assert (await admin.done("GET", "/organizations/12"))["state"] == "active"


async def test_the_default_organization_of_a_provider_is_not_deleted(admin):
    await admin.world.provided(Provider(id="okta", name="Okta", default_organization="12"))
    status, _, problem = await admin.call("DELETE", "/organizations/12")
    assert (status, problem["code"], problem["providers"]) == (409, "default_organization", ["Okta"])


async def test_a_deletion_lets_nobody_in_and_ends_two_minutes_later(admin):
    status, _, body = await admin.call("DELETE", "/organizations/13")
    assert (status, body["state"], body["deletingSince"]) == (202, "deleting", "2026-11-23T12:00:00.000Z")
    assert (await admin.world.call("POST", "/Users", user("anna@x.y", "13"))).status == 400
    assert (await admin.call("PATCH", "/organizations/13", {"name": "x"})).json["code"] == "being_deleted"
    assert (await admin.call("DELETE", "/organizations/13")).status == 202

    app = admin.world.app
    await finish_organizations(app.organizations, app.providers, app.clock, app.identifiers)
    assert (await admin.done("GET", "/organizations/13"))["state"] == "deleting"
    await finish(admin)
    await finish(admin)

    assert (await admin.call("GET", "/organizations/13")).status == 404
    assert [each["id"] for each in (await admin.done("GET", "/organizations"))["items"]] == ["12"]
    assert await recorded(admin) == [(Status.ORGANIZATION_UPDATED, "13"), (Status.ORGANIZATION_DELETED, "13")]
    assert await violations(admin.world.rows) == []


async def test_a_user_who_comes_while_it_is_being_deleted_keeps_it(admin):
    """Another instance believes for half a minute that it is active; the user must not end up nowhere."""
    elsewhere = await admin.world.instance()
    await elsewhere.created("/Users", user("first@x.y", "12"))
    anna = await elsewhere.created("/Users", user("anna@x.y", "13"))
    await elsewhere.call("PATCH", f"/Users/{anna}", patch(("replace", f"{NINJAONE_USER}:organizationId", "12")))
    await admin.done("DELETE", "/organizations/13")

    moved = await elsewhere.call("PATCH", f"/Users/{anna}", patch(("replace", f"{NINJAONE_USER}:organizationId", "13")))
    assert moved.status == 200, "this instance cannot know yet"
    await finish(admin)

    kept = await admin.done("GET", "/organizations/13")
    assert (kept["state"], kept["endUsers"]["number"]) == ("active", 1)
    assert (await admin.world.call("POST", "/Users", user("bob@x.y", "13"))).status == 201
    assert await recorded(admin) == [(Status.ORGANIZATION_UPDATED, "13")] * 2


async def test_a_provider_that_takes_it_as_its_default_meanwhile_keeps_it(admin):
    await admin.done("DELETE", "/organizations/13")
    await admin.world.provided(Provider(id="okta", name="Okta", default_organization="13"))
    await finish(admin)
    assert (await admin.done("GET", "/organizations/13"))["state"] == "active"


async def test_a_moved_user_is_an_activity_of_both_organizations(admin):
    """R057, AMB-28."""
    anna = await admin.world.created("/Users", user("anna@x.y", "12"))
    await admin.world.call("PATCH", f"/Users/{anna}", patch(("replace", f"{NINJAONE_USER}:organizationId", "13")))
    latest = max(activities(await directory(admin.world.rows)), key=lambda each: each["id"])
    assert (latest["status"], latest["organizations"]) == (Status.END_USER_UPDATED, ["12", "13"])
    assert latest["detail"] == "organization: 12 → 13"
    counts = [each["endUsers"]["number"] for each in (await admin.done("GET", "/organizations"))["items"]]
    assert counts == [0, 1]


async def test_a_deletion_takes_a_recent_sign_in(admin):
    ana = await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()
    await ana.sign_in()
    for _ in range(3):
        admin.clock.advance(minutes=21)
        assert (await ana.call("GET", "/organizations")).status == 200
    status, _, problem = await ana.call("DELETE", "/organizations/13")
    assert (status, problem["code"]) == (403, "recent_sign_in_required")
    assert (await admin.done("GET", "/organizations/13"))["state"] == "active"


# Expressions


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        ({"target": "entra", "default": "12"}, "Constant", "12"),
        ({"target": "okta", "default": "ALL"}, "Constant", "All"),
        (
            {"target": "entra", "cases": [{"value": 'a"b\\', "organizationId": "12"}], "default": "13"},
            "Expression",
            r'Switch([department], "13", "a\"b\\", "12")',
        ),
        (
            {
                "target": "okta",
                "attribute": "user.city",
                "cases": [{"value": "x", "organizationId": "12"}, {"value": 'y"', "organizationId": "all"}],
                "default": "13",
            },
            "Expression",
            """user.city == "x" ? "12" : (user.city == 'y"' ? "All" : "13")""",
        ),
    ],
)
async def test_a_mapping_is_written_for_the_identity_provider(admin, body, kind, text):
    """R057, R061, R063, R064, R065."""
    assert await admin.done("POST", "/organizations:expression", body) == {
        "mappingType": kind,
        "text": text,
        "targetAttribute": f"{NINJAONE_USER}:organizationId",
    }


CASE = {"value": "x", "organizationId": "12"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"default": "99"}, "organizationId"),
        ({"cases": [{"value": "x", "organizationId": "99"}]}, "organizationId"),
        ({"default": "all"}, "default"),
        ({"cases": [CASE, CASE]}, "cases"),
        ({"attribute": 'a], "x", '}, "attribute"),
        ({"target": "okta", "attribute": "a-b"}, "attribute"),
        ({"target": "okta", "cases": [{"value": "a\\", "organizationId": "12"}]}, "cases"),
        ({"target": "okta", "cases": [{"value": "'\"", "organizationId": "12"}]}, "cases"),
    ],
)
async def test_a_mapping_that_would_misplace_people_is_refused(admin, changes, field):
    body = {"target": "entra", "cases": [CASE], "default": "13"} | changes
    status, _, problem = await admin.call("POST", "/organizations:expression", body)
    assert (status, problem["code"], problem["field"]) == (400, "invalid", field)
