"""All users, and the page of one."""

import csv
from io import StringIO

import pytest

from scim.admin import account_export
from scim.domain.authority import Permission
from tests.accounts import allow, technician
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.invariants import activities, directory
from tests.people import Person
from tests.world import OKTA, patch, user


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


async def names(admin, **query):
    body = await admin.done("GET", "/users", **query)
    return [item["userName"] for item in body["items"]]


# The list


async def test_the_list_shows_everybody_whoever_manages_them(admin):
    """R019, R129: inactive ones too."""
    okta = await admin.world.provided(OKTA)
    await admin.account("tess@contoso.com")
    await admin.world.created("/Users", user("li@contoso.com", active=False, name={"givenName": "Li"}))
    await okta.created("/Users", user("bo@fabrikam.com", "All"))

    items = (await admin.done("GET", "/users"))["items"]

    assert [item["userName"] for item in items] == [
        "bo@fabrikam.com",
        "boss@contoso.com",
        "li@contoso.com",
        "tess@contoso.com",
    ]
    bo, boss, li, _ = items
    assert (bo["managedBy"], bo["provider"]["name"], bo["organizationId"]) == ("scim", "Fabrikam Okta", "All")
    assert (boss["managedBy"], boss["administrator"], boss["userType"]) == ("native", True, "technician")
    assert "provider" not in boss
    assert (li["name"], li["email"], li["state"], li["organizationId"]) == ("Li", "li@contoso.com", "inactive", "12")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"type": "technician"}, ["boss@contoso.com", "tess@contoso.com"]),
        ({"type": "endUser"}, ["ann@contoso.com", "bo@fabrikam.com", "li@contoso.com"]),
        ({"type": "administrator"}, ["boss@contoso.com"]),
        ({"state": "active"}, ["ann@contoso.com", "bo@fabrikam.com", "boss@contoso.com", "tess@contoso.com"]),
        ({"state": "inactive"}, ["li@contoso.com"]),
        ({"state": "deleted"}, ["gone@contoso.com"]),
        ({"state": "deleted", "type": "technician"}, []),
        ({"state": "deleted", "search": "gon"}, ["gone@contoso.com"]),
        ({"state": "deleted", "search": "li"}, []),
        ({"managedBy": "scim"}, ["bo@fabrikam.com", "li@contoso.com"]),
        ({"managedBy": "native"}, ["ann@contoso.com", "boss@contoso.com", "tess@contoso.com"]),
        ({"provider": "okta"}, ["bo@fabrikam.com"]),
        ({"provider": "okta", "managedBy": "native"}, []),
        ({"organization": "13"}, ["ann@contoso.com", "li@contoso.com"]),
        ({"organization": "13", "state": "active"}, ["ann@contoso.com"]),
        ({"organization": "All"}, ["bo@fabrikam.com"]),
        ({"organization": " aLL"}, ["bo@fabrikam.com"]),
        ({"organization": "no such"}, []),
        ({"search": "B"}, ["bo@fabrikam.com", "boss@contoso.com"]),
        ({"search": "wei"}, ["li@contoso.com"]),
        ({"search": "we LI"}, ["li@contoso.com"]),
        ({"search": "wei bo"}, []),
        ({"search": "LI.wei@contoso.com"}, ["li@contoso.com"]),
        ({"search": "li.wei@contoso"}, []),
        ({"search": "  "}, ["ann@contoso.com", "bo@fabrikam.com", "boss@contoso.com", "li@contoso.com",
                            "tess@contoso.com"]),
        ({"search": "b", "type": "endUser"}, ["bo@fabrikam.com"]),
    ],
)  # fmt: skip
async def test_the_list_is_narrowed(admin, query, expected):
    """R129."""
    okta = await admin.world.provided(OKTA)
    await admin.account("tess@contoso.com")
    await admin.account("ann@contoso.com", technician=False, organization="13")
    name = {"givenName": "Li", "familyName": "Wei"}
    emails = [{"value": "li.wei@contoso.com"}]
    await admin.world.created("/Users", user("li@contoso.com", "13", active=False, name=name, emails=emails))
    await okta.created("/Users", user("bo@fabrikam.com", "All"))
    gone = await admin.world.created("/Users", user("gone@contoso.com"))
    await admin.world.call("DELETE", f"/Users/{gone}")

    assert await names(admin, **query) == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"provider": "no such"}, "provider"),
        ({"state": ["deleted", "active"]}, "state"),
        ({"cursor": "AAAA"}, "cursor"),
    ],
)
async def test_a_list_that_makes_no_sense_is_refused(admin, query, field):
    reply = await admin.call("GET", "/users", **query)
    assert (reply.status, reply.json["field"]) == (400, field)


@pytest.mark.parametrize("query", [{"type": "boss"}, {"nonsense": 1}, {"state": "gone"}, {"limit": 0}, {"limit": 201}])
async def test_parameters_that_do_not_exist_are_refused(admin, query):
    assert (await admin.call("GET", "/users", **query)).status == 400


async def test_pages_follow_each_other_by_cursor(admin):
    for number in range(7):
        await admin.account(f"t{number}@contoso.com")
    okta = await admin.world.provided(OKTA)
    await okta.users(4, "t3")
    seen, cursor = [], ""
    while cursor is not None:
        page = await admin.done("GET", "/users", limit=3, cursor=cursor)
        seen += [item["userName"] for item in page["items"]]
        cursor = page.get("next")
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) == 12


async def test_who_may_see_the_list(admin):
    """Administrators, and technicians with a role that grants it; nobody else."""
    tess = await Person(admin, await admin.account("tess@contoso.com")).equip()
    await tess.sign_in()
    other = await admin.account("other@contoso.com")
    assert (await tess.call("GET", "/users")).status == 403
    assert (await tess.call("GET", "/users:export")).status == 403
    assert (await tess.call("GET", f"/users/{other.id}")).status == 403
    await allow(admin, tess.user, Permission.VIEW_ACCOUNTS)
    assert (await tess.call("GET", "/users")).status == 200
    assert (await tess.call("GET", "/users:export")).status == 200
    assert (await tess.call("GET", f"/users/{other.id}")).status == 200


# The file


def cells(content):
    return list(csv.reader(StringIO(content.decode("utf-8-sig"), newline="")))


async def test_the_list_is_exported_by_the_same_filters(admin):
    okta = await admin.world.provided(OKTA)
    await admin.account("tess@contoso.com")
    await okta.created("/Users", user("bo@fabrikam.com", "All", name={"givenName": "Bo"}))

    reply = await admin.call("GET", "/users:export")
    header, *rows = cells(reply.json)

    assert reply.headers["Content-Disposition"] == 'attachment; filename="users.csv"'
    assert header[:3] == ["Name", "User name", "Email"]
    assert [row[1] for row in rows] == ["boss@contoso.com", "tess@contoso.com", "bo@fabrikam.com"]
    assert rows[2][:9] == ["Bo", "bo@fabrikam.com", "bo@fabrikam.com", "endUser", "no", "All", "active", "SCIM",
                           "Fabrikam Okta"]  # fmt: skip
    for query, names in (({"managedBy": "scim"}, ["bo@fabrikam.com"]), ({"search": "te"}, ["tess@contoso.com"]),
                         ({"provider": "okta"}, ["bo@fabrikam.com"]), ({"managedBy": "native", "search": "bo"},
                         ["boss@contoso.com"]), ({"state": "deleted"}, [])):  # fmt: skip
        rows = cells((await admin.call("GET", "/users:export", **query)).json)[1:]
        assert [row[1] for row in rows] == names, query


async def test_no_cell_of_the_file_is_a_formula(admin):
    """Names come from identity providers: none of them is computed by an administrator's spreadsheet."""
    for number, start in enumerate("=+-@"):
        evil = f"{start}cmd|' /C calc'!A{number}"
        await admin.world.created("/Users", user(f"{evil}@contoso.com", displayName=evil, emails=[{"value": evil}]))
    await admin.world.created("/Users", user('quo"ted, name', displayName='a "b", c'))

    rows = cells((await admin.call("GET", "/users:export", managedBy="scim")).json)[1:]

    assert len(rows) == 5
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert ['a "b", c', 'quo"ted, name'] in [row[:2] for row in rows]


async def test_more_than_a_file_holds_is_refused_with_what_to_do(admin, monkeypatch):
    monkeypatch.setattr(account_export, "MAX_ROWS", 3)
    for number in range(3):
        await admin.account(f"t{number}@contoso.com")
    reply = await admin.call("GET", "/users:export")
    assert (reply.status, reply.json["code"]) == (409, "too_many_rows")
    assert "Narrow the filters" in reply.json["detail"]


# The page of one


async def test_the_page_of_a_native_account(admin):
    tess = await admin.account("tess@contoso.com")
    reply = await admin.call("GET", f"/users/{tess.id}")
    page = reply.json
    assert reply.headers["ETag"]
    assert (page["userName"], page["email"], page["userType"]) == ("tess@contoso.com", "tess@contoso.com", "technician")
    assert (page["managedBy"], page["notice"], page["locks"], page["flags"]) == ("native", "", {}, [])
    assert (page["idleWarningMinutes"], page["notifications"], page["phone"]) == (28, True, "")
    assert page["security"] == {
        "authenticationType": "native",
        "mfaEnrolled": False,
        "sessions": 0,
        "invitationStatus": "pending",
        "emailActivated": False,
    }


async def test_the_page_tells_how_somebody_signs_in(admin):
    tess = await Person(admin, await admin.account("tess@contoso.com")).equip()
    await tess.sign_in()
    await tess.sign_in()
    security = (await admin.done("GET", f"/users/{tess.user.id}"))["security"]
    assert (security["mfaEnrolled"], security["sessions"], security["invitationStatus"]) == (True, 2, "registered")
    admin.clock.advance(hours=13)
    assert (await admin.done("GET", f"/users/{tess.user.id}"))["security"]["sessions"] == 0


async def test_an_account_of_scim_is_registered_from_the_start_and_never_invited(admin):
    """R010, R011, R012: nothing is sent, nothing waits, and there is no invitation to be had."""
    id_ = await admin.world.created("/Users", technician("ana@contoso.com"))
    page = await admin.done("GET", f"/users/{id_}")
    assert page["security"]["invitationStatus"] == "registered"
    assert page["security"]["emailActivated"] is True
    reply = await admin.call("POST", f"/users/{id_}:invite")
    assert (reply.status, reply.json["code"]) == (409, "managed_by_scim")
    await admin.world.call("PATCH", f"/Users/{id_}", patch(("replace", "active", False)))
    await admin.world.call("PATCH", f"/Users/{id_}", patch(("replace", "active", True)))
    email = ("add", 'emails[type eq "work"].value', "a@b.c")
    await admin.world.call("PATCH", f"/Users/{id_}", patch(email))
    details = [each.get("detail", "") for each in activities(await directory(admin.world.rows))]
    assert not [detail for detail in details if "invit" in detail]


async def test_the_page_flags_what_the_provider_sends_badly(admin):
    """AMB-20, AMB-21: a shared externalId is stored, found, and flagged."""
    one = await admin.world.created("/Users", user("one", externalId="same"))
    two = await admin.world.created("/Users", user("two@contoso.com", externalId="same"))
    three = await admin.world.created("/Users", user("three@contoso.com", externalId="another"))
    flags = [(await admin.done("GET", f"/users/{id_}"))["flags"] for id_ in (one, two, three)]
    assert flags == [["noContact", "sharedExternalId"], ["sharedExternalId"], []]


@pytest.mark.parametrize("id_", ["x", "00000000-0000-7000-8000-000000000000", "a|b", "é", "#", "x" * 2000])
async def test_nobody_has_no_page(admin, id_):
    for method, path in (("GET", ""), ("DELETE", ""), ("POST", ":deactivate"), ("POST", ":restore")):
        assert (await admin.call(method, f"/users/{id_}{path}")).status == 404
    assert (await admin.call("PATCH", f"/users/{id_}", {"phone": "1"})).status == 404


async def test_everybody_sees_and_sets_their_own(admin):
    """R006-R008: an end user's own settings; nothing else of their account."""
    eve = await Person(admin, await admin.account("eve@contoso.com", technician=False)).equip()
    await eve.sign_in()
    path = f"/users/{eve.user.id}"
    assert (await eve.call("GET", path)).json["userName"] == "eve@contoso.com"
    assert (await eve.call("PATCH", path, {"phone": "+34 600", "language": "es"})).json["phone"] == "+34 600"
    for body in ({"authenticationType": "native"}, {"phone": "1", "givenName": "Eve"}, {"userType": "technician"}):
        assert (await eve.call("PATCH", path, body)).status == 403
    assert (await eve.call("GET", path)).json["phone"] == "+34 600"
