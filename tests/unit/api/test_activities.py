"""The log of activities, through the API."""

import csv
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest

from scim.domain.activities import FAMILIES, Status
from scim.domain.authority import Permission
from scim.domain.people import NativeRole
from scim.domain.roles import Role
from scim.domain.users import UserType
from scim.schema.urns import NINJAONE_USER
from scim.sentences import Sentence
from tests.activities import Log, made_up, newest_first
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.people import Person
from tests.world import patch, user


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


@pytest.fixture
async def log(admin):
    log = Log(admin.world)
    admin.clock.advance(days=1)
    return log


async def listed(admin, **query):
    """All items, page by page."""
    items, cursor = [], ""
    while cursor is not None:
        page = await admin.done("GET", "/activities", cursor=cursor, **query)
        items += page["items"]
        cursor = page.get("next")
    return items


async def ids(admin, **query):
    return [item["id"] for item in await listed(admin, **query)]


async def test_the_log_tells_of_a_change_who_made_it_and_what_was_changed(admin):
    """R103."""
    anna = await admin.world.created("/Users", user("anna", name={"familyName": "Ruiz"}))
    since = admin.clock.now().isoformat()
    admin.clock.advance(seconds=1)
    await admin.world.call("PATCH", f"/Users/{anna}", patch(("replace", "active", False)))

    (item,) = (await admin.done("GET", "/activities", limit=1))["items"]

    token = admin.world.token.split("_")[1]
    assert item.pop("actor") == {"kind": "token", "id": token, "name": "", "verified": False}
    assert item.pop("requestId").startswith("request-")
    assert item.pop("id")
    assert item == {
        "time": "2026-11-23T12:00:01.000Z",
        "type": "SSO",
        "status": "End User Disabled",
        "subject": {"kind": "user", "id": anna, "name": "anna"},
        "provider": "entra",
        "organizations": ["12"],
        "changed": ["active"],
        "detail": "active: true → false",
    }
    assert len(await listed(admin, subject=anna)) == 2
    assert len(await listed(admin, subject=anna, before=since)) == 0


async def test_pages_follow_each_other_by_cursor(admin, log):
    made = await log.record(25)
    assert await ids(admin, after=made[0].time.isoformat(), limit=4) == newest_first(made)
    await log.settle()
    assert await ids(admin, after=made[0].time.isoformat(), limit=200) == newest_first(made)


async def test_the_type_sso_shows_everything_on_sso_and_scim_and_nothing_else(admin, log):
    """R105."""
    made = [made_up(admin.world, number, status=status) for number, status in enumerate(Status)]
    await log.put(made)
    wanted = {status for family in FAMILIES if family.type == "SSO" for status in family.statuses}
    assert wanted >= {"Token Removed", "Enabled", "Technician Deleted", "SSO Updated"}

    for _ in range(2):
        found = await listed(admin, type="SSO", after=admin.clock.now().isoformat())
        assert {item["status"] for item in found} == wanted
        assert len(found) == len(wanted)
        await log.upkeep.drain(admin.clock.now() + timedelta(days=1))


async def test_one_or_several_statuses_narrow_it_further(admin, log):
    """R106."""
    made = [made_up(admin.world, number, status=status) for number, status in enumerate(Status)]
    await log.put(made)
    for _ in range(2):
        for wanted in (["Enabled"], ["Enabled", "Disabled"], ["Role Created", "Token Created"], list(Status)[:9]):
            found = await listed(admin, status=wanted, after=admin.clock.now().isoformat())
            assert {item["status"] for item in found} == set(wanted)
        found = await listed(admin, status=["Enabled", "Role Created"], type="SSO", after=admin.clock.now().isoformat())
        assert {item["status"] for item in found} == {"Enabled"}
        await log.upkeep.drain(admin.clock.now() + timedelta(days=1))


async def test_the_filter_offers_the_fifteen_first_and_ours_under_headings_of_their_own(admin):
    """R106, R107-R121."""
    offered = await admin.done("GET", "/activities/statuses")
    headings = [family["name"] for family in offered["families"]]
    assert headings[:3] == ["SCIM", "SSO", "More"]
    assert sum(len(family["statuses"]) for family in offered["families"][:2]) == 15
    assert offered["families"][1]["statuses"] == ["Created", "Deleted", "Disabled", "Enabled"]
    assert offered["keptDays"] == 400


# Who may see what


class Technician(Person):
    """A technician at the console, who reads."""

    async def done(self, method, path, **query):
        reply = await self.call(method, path, **query)
        assert reply.status == 200, reply
        return reply.json


@pytest.fixture
def as_technician(admin):
    """Makes a technician with a role that grants some permissions, and signs in."""

    async def make(*permissions):
        services, now = admin.services, admin.clock.now()
        name = "-".join(permissions)
        role = Role(
            id=services.identifiers.new(),
            name=name,
            user_type=UserType.TECHNICIAN,
            permissions=frozenset(permissions),
            created_at=now,
            created_by="test",
        )
        await services.roles.create(role)
        account = await admin.account(f"{name}@contoso.com")
        profile = await services.profiles.get(account.id)
        await services.profiles.save(replace(profile, roles=(NativeRole(role=role.id, added_by="test", added_at=now),)))
        person = await Technician(admin, account).equip()
        assert (await person.sign_in()).status == 201
        return person

    return make


async def test_the_systems_log_takes_a_permission_and_an_organizations_log_another(admin, log, as_technician):
    """R104, AMB-28."""
    await log.put(
        [
            made_up(admin.world, 1, organizations=("12",)),
            made_up(admin.world, 2, organizations=("13",)),
            made_up(admin.world, 3, organizations=(), status=Status.TOKEN_CREATED, subject_kind="token"),
        ]
    )
    system = await as_technician(Permission.VIEW_IDENTITY)
    own = await as_technician(Permission.VIEW_ORGANIZATIONS)
    none = await as_technician(Permission.VIEW_ACCOUNTS)

    assert (await system.call("GET", "/activities")).status == 200
    assert (await system.call("GET", "/activities", organizationId="12")).status == 200
    status, _, body = await own.call("GET", "/activities")
    assert (status, body["code"]) == (403, "organization_required")
    assert [item["organizations"] for item in await listed(own, organizationId="12")] == [["12"]]
    assert await listed(own, organizationId="12", status="Token Created") == []
    assert (await own.call("GET", "/activities/statuses")).status == 200
    assert (await own.call("GET", "/activities:export")).status == 403
    assert (await own.call("GET", "/activities:export", organizationId="13")).status == 200
    for path in ("/activities", "/activities/statuses", "/activities:export"):
        assert (await none.call("GET", path)).status == 403
    assert (await none.call("GET", "/activities", organizationId="12")).status == 403


async def test_a_user_who_moves_is_seen_by_both_organizations_and_a_technician_by_none(admin, log):
    """AMB-23, AMB-28: a global end user and a technician are seen at system level only."""
    admin.clock.advance(seconds=1)
    since = admin.clock.now().isoformat()
    anna = await admin.world.created("/Users", user("anna", organization="12"))

    async def turned(change):
        admin.clock.advance(seconds=1)
        reply = await admin.world.call("PATCH", f"/Users/{anna}", patch(("replace", None, {NINJAONE_USER: change})))
        assert reply.status == 200, reply

    await turned({"organizationId": "13"})
    await turned({"organizationId": "All"})
    await turned({"userType": "technician"})
    await turned({"userType": "endUser", "organizationId": "13"})

    for _ in range(2):

        async def details(**query):
            return [(item["status"], item["detail"]) for item in await listed(admin, after=since, **query)][::-1]

        moved = ("End User Updated", "organization: 12 → 13")
        left = ("End User Updated", "organization: 13 → All")
        back = ("End User Updated", "userType: technician → endUser; organization: none → 13")
        assert await details(organizationId="12") == [("End User Created", ""), moved]
        assert await details(organizationId="13") == [moved, left, back]
        assert [status for status, _ in await details()] == [
            "End User Created",
            "End User Updated",
            "End User Updated",
            "Technician Updated",
            "End User Updated",
        ]
        assert await details(organizationId="All") == []
        await log.settle()


# Files


async def test_a_csv_file_has_what_the_filter_finds_and_runs_no_formula(admin, log):
    made = [
        made_up(
            admin.world,
            1,
            subject_name='=HYPERLINK("http://evil","x")',
            organizations=("12", "13"),
            detail=Sentence.word("a,b"),
        ),
        made_up(admin.world, 2, status=Status.ROLE_CREATED, subject_name="@role"),
    ]
    await log.put(made)

    status, headers, body = await admin.call("GET", "/activities:export", after=admin.clock.now().isoformat())

    assert status == 200
    assert headers["Content-Disposition"] == 'attachment; filename="activities-2026-11-24.csv"'
    first, role = csv.DictReader(StringIO(body.decode("utf-8-sig"), newline=""))
    assert role["Subject"] == "'@role"
    assert first["Subject"] == """'=HYPERLINK("http://evil","x")"""
    assert (first["Organizations"], first["Detail"], first["Status"]) == ("12 13", "a,b", "End User Updated")
    _, _, body = await admin.call("GET", "/activities:export", type="Role", after=admin.clock.now().isoformat())
    assert body.count(b"\r\n") == 2


async def test_a_json_file_has_the_same_items_as_the_list(admin, log):
    await log.record(30)
    await log.settle()
    status, headers, body = await admin.call("GET", "/activities:export", format="json")
    assert status == 200
    assert headers["Content-Disposition"].endswith('.json"')
    assert body["items"] == await listed(admin)


async def test_a_file_that_would_not_hold_everything_is_refused(admin, log, monkeypatch):
    await log.record(21)
    await log.settle()
    since = {"after": (admin.clock.now() - timedelta(hours=1)).isoformat()}
    monkeypatch.setattr("scim.admin.activities.MOST_EXPORTED", 20)
    status, _, body = await admin.call("GET", "/activities:export", **since)
    assert (status, body["code"], body["field"]) == (400, "too_many_activities", "after")
    monkeypatch.setattr("scim.admin.activities.MOST_EXPORTED", 21)
    assert (await admin.call("GET", "/activities:export", **since)).status == 200


async def test_a_file_that_takes_too_long_to_search_for_is_refused(admin, log, monkeypatch):
    await log.record(21)
    await log.settle()
    monkeypatch.setattr("scim.admin.activities.MOST_READ_FOR_EXPORT", 10)
    monkeypatch.setattr("scim.admin.activities.MOST_READ", 1)
    query = {"type": "SSO", "actor": "token", "organizationId": "13"}
    assert (await admin.call("GET", "/activities:export", **query)).status == 200
    await log.record(21, every=timedelta(days=3), organizations=("13",), actor=made_up(admin.world, 1).actor.verified())
    await log.settle()
    reply = await admin.call("GET", "/activities:export", **query)
    assert reply.status == 400


@pytest.mark.parametrize(
    "query",
    [
        {"type": "Everything"},
        {"status": "Removed"},
        {"status": ["Enabled", "x"]},
        {"after": "yesterday"},
        {"after": "2026-11-24T12:00:00"},
        {"before": "9999-12-31T23:59:59-23:00"},
        {"after": "2026-11-24T12:00:00Z", "before": "2026-11-24T12:00:00Z"},
        {"cursor": "x"},
        {"cursor": "MTIz"},
        {"cursor": "/"},
        {"limit": 0},
        {"limit": 201},
        {"organizationId": "x" * 201},
        {"subject": "\x00"},
        {"user": "x"},
        {"cursor": "OTk5OTk5OTk5OTk5OTk5OTk5OQ"},
    ],
)
async def test_a_question_that_cannot_be_asked_is_400(admin, query):
    status, _, body = await admin.call("GET", "/activities", **query)
    assert (status, body["code"]) == (400, "invalid")


@pytest.mark.parametrize(
    "query",
    [
        {"after": "0001-01-01T00:00:00Z", "before": "9999-12-31T23:59:59Z"},
        {"before": "0001-01-01T00:00:00Z"},
        {"after": "9999-12-31T23:59:59Z"},
        {"organizationId": "a|b/c#?%"},
        {"organizationId": "/" * 200},
        {"subject": "ä" * 200},
    ],
)
async def test_a_strange_question_is_answered(admin, query):
    assert (await admin.call("GET", "/activities", **query)).status == 200
