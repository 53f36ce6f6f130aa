"""Changing accounts in the console: what is locked, what is not, and that nothing is half done."""

import asyncio
from dataclasses import replace

import pytest

from scim.contracts import accounts as contracts
from scim.domain.providers import NATIVE, Deletion, OrganizationPolicy, Policies
from scim.schema.urns import NINJAONE_USER
from scim.storage.tables.keys import DIRECTORY as DIRECTORY_TABLE
from tests.accounts import allow, change_provider, last_activity, switch_scim
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows, FaultyRows, fail_before
from tests.invariants import activities, directory, violations
from tests.people import Person
from tests.world import ENTRA, group, user

LOCK = "This field is managed by Contoso Entra through SCIM. Change it there, or disable SCIM for this provider."
ACCOUNT_LOCK = (
    "This account is managed by Contoso Entra through SCIM. Change it there, or disable SCIM for this provider."
)
DELETION_LOCK = (
    "This account is managed by Contoso Entra through SCIM. Delete it there, or disable SCIM for this provider."
)
NO_NAME = "Give a name that is not blank, without line breaks, tabs and other control characters"
NO_ZONE = 'There is no such time zone. Give a name of the IANA database, for example "Europe/Madrid"'
DIRECTORY = {
    "userName": "other@contoso.com",
    "givenName": "Other",
    "familyName": "Name",
    "displayName": "Other Name",
    "email": "other@contoso.org",
    "active": False,
    "userType": "technician",
    "organizationId": "13",
}
SETTINGS = {
    "phone": "+34 600 000 000",
    "language": "es-ES",
    "timeZone": "Europe/Madrid",
    "idleWarningMinutes": 28,
    "notifications": False,
    "authenticationType": "native",
}


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


async def account_of(admin, kind):
    """An end user: native, of a provider whose SCIM is on, or off."""
    if kind == "native":
        return (await admin.account("li@contoso.com", technician=False)).id
    name = {"givenName": "Li", "familyName": "Wei"}
    id_ = await admin.world.created("/Users", user("li@contoso.com", name=name, emails=[{"value": "li@contoso.com"}]))
    if kind == "SCIM off":
        await switch_scim(admin, on=False)
    return id_


def shown(page, field):
    return page["security"][field] if field == "authenticationType" else page[field]


@pytest.mark.parametrize("kind", ["native", "SCIM on", "SCIM off"])
@pytest.mark.parametrize("field", [*DIRECTORY, *SETTINGS, "deletion"])
async def test_the_matrix_of_locks(admin, kind, field):
    """R003, R004, R005, R006, R007, R008, R009, AMB-9, AMB-10: each field, whoever manages the account.

    The page and the refusal tell the same code and text; what the page does not lock can be changed.
    """
    id_ = await account_of(admin, kind)
    before = await admin.done("GET", f"/users/{id_}")
    lock = before["locks"].get(field)
    is_locked = kind == "SCIM on" and field not in SETTINGS

    if field == "deletion":
        reply = await admin.call("DELETE", f"/users/{id_}")
    else:
        reply = await admin.call("PATCH", f"/users/{id_}", {field: {**DIRECTORY, **SETTINGS}[field]})

    assert (lock is not None) is is_locked
    if is_locked:
        text = DELETION_LOCK if field == "deletion" else LOCK
        assert lock == {"code": "managed_by_scim", "text": text}
        assert (reply.status, reply.json["code"], reply.json["detail"]) == (409, lock["code"], lock["text"])
        assert reply.json["provider"] == "Contoso Entra"
        assert reply.json.get("errors", []) == ([] if field == "deletion" else [{"field": field, "message": text}])
        assert await admin.done("GET", f"/users/{id_}") == before
    elif field == "deletion":
        assert reply.status == 204
        assert (await admin.call("GET", f"/users/{id_}")).status == 404
    elif field == "userType":
        assert (reply.json["userType"], "organizationId" in reply.json) == ("technician", False)
    else:
        assert reply.status == 200, reply
        assert shown(reply.json, field) == {**DIRECTORY, **SETTINGS}[field]
        page = await admin.done("GET", f"/users/{id_}")
        assert shown(page, field) == {**DIRECTORY, **SETTINGS}[field]
    assert await violations(admin.world.rows) == []


async def test_the_lock_comes_back_with_scim(admin):
    """R005, AMB-9: no restart, and no token needed."""
    id_ = await account_of(admin, "SCIM off")
    page = await admin.done("GET", f"/users/{id_}")
    assert page["notice"] == "SCIM is off: you can edit this user; the next sync may overwrite it."
    assert (await admin.call("PATCH", f"/users/{id_}", {"givenName": "A"})).status == 200
    await switch_scim(admin, on=True)
    page = await admin.done("GET", f"/users/{id_}")
    assert page["notice"] == "Managed by SCIM (Contoso Entra). Fields with a lock are changed there."
    assert (await admin.call("PATCH", f"/users/{id_}", {"givenName": "B"})).status == 409
    reply = await admin.call("POST", f"/users/{id_}:deactivate")
    assert (reply.status, reply.json["code"], reply.json["detail"]) == (409, "managed_by_scim", ACCOUNT_LOCK)


async def test_an_expired_token_unlocks_nothing(admin):
    """AMB-9: only the switch does."""
    id_ = await account_of(admin, "SCIM on")
    admin.clock.advance(days=200)
    admin = await admin.as_(await boss_of(admin))
    assert (await admin.world.call("GET", "/Users")).status == 401
    assert (await admin.call("PATCH", f"/users/{id_}", {"givenName": "B"})).status == 409


async def boss_of(admin):
    return await admin.services.users.find_by_name("boss@contoso.com", {NATIVE})


async def test_settings_survive_the_next_sync(admin):
    """R006, R007: the provider can neither clear nor see them."""
    id_ = await account_of(admin, "SCIM on")
    await admin.done("PATCH", f"/users/{id_}", SETTINGS)
    version = (await admin.world.call("GET", f"/Users/{id_}")).json["meta"]["version"]
    await admin.world.call("PUT", f"/Users/{id_}", user("li@contoso.com", phoneNumbers=[{"value": "1"}]))
    replaced = (await admin.world.call("GET", f"/Users/{id_}")).json

    page = await admin.done("GET", f"/users/{id_}")
    assert {field: shown(page, field) for field in SETTINGS} == SETTINGS
    assert replaced["meta"]["version"] != version
    assert "600" not in str(replaced)


async def test_settings_leave_the_version_for_scim_alone(admin):
    id_ = await account_of(admin, "SCIM on")
    before = (await admin.world.call("GET", f"/Users/{id_}")).json
    await admin.done("PATCH", f"/users/{id_}", SETTINGS)
    assert (await admin.world.call("GET", f"/Users/{id_}")).json == before


async def test_one_locked_field_and_nothing_is_changed(admin):
    id_ = await account_of(admin, "SCIM on")
    before = await directory(admin.world.rows)
    reply = await admin.call("PATCH", f"/users/{id_}", {"phone": "1", "givenName": "A", "email": "a@b.c"})
    assert reply.status == 409
    assert [each["field"] for each in reply.json["errors"]] == ["givenName", "email"]
    assert await directory(admin.world.rows) == before


async def test_locked_values_that_stay_as_they_are_are_not_refused(admin):
    """A client may send back what it read."""
    id_ = await account_of(admin, "SCIM on")
    page = await admin.done("GET", f"/users/{id_}")
    same = {field: page[field] for field in DIRECTORY if field in page}
    assert (await admin.done("PATCH", f"/users/{id_}", {**same, "phone": "1"}))["phone"] == "1"


async def test_both_kinds_of_fields_are_written_in_one_transaction(admin):
    tess = await admin.account("tess@contoso.com")
    before = await directory(admin.world.rows)
    faults = iter([fail_before])
    is_write = lambda call: call.write and call.table == DIRECTORY_TABLE  # noqa: E731
    rows = FaultyRows(admin.world.rows, lambda call: next(faults, None) if is_write(call) else None)
    elsewhere = AdminWorld(await admin.world.instance(rows), admin.token)
    reply = await elsewhere.call("PATCH", f"/users/{tess.id}", {"phone": "1", "givenName": "Tess"})
    assert reply.status == 503
    assert await directory(admin.world.rows) == before
    page = await elsewhere.done("PATCH", f"/users/{tess.id}", {"phone": "1", "givenName": "Tess"})
    assert (page["phone"], page["givenName"]) == ("1", "Tess")
    record = await last_activity(admin)
    assert (record["status"], record["changed"]) == ("Account Updated", ["givenName", "phone"])
    assert await violations(admin.world.rows) == []


async def test_an_edit_names_the_state_that_was_read(admin):
    tess = await admin.account("tess@contoso.com")
    path = f"/users/{tess.id}"
    version = (await admin.call("GET", path)).headers["ETag"]
    first = await admin.call("PATCH", path, {"phone": "1"}, headers={"If-Match": version})
    assert first.headers["ETag"] != version
    for method, suffix, body in (
        ("PATCH", "", {"givenName": "T"}),
        ("DELETE", "", None),
        ("POST", ":deactivate", None),
    ):
        reply = await admin.call(method, path + suffix, body, headers={"If-Match": version})
        assert (reply.status, reply.json["code"]) == (412, "changed")
    second = await admin.call("PATCH", path, {"givenName": "T"}, headers={"If-Match": first.headers["ETag"]})
    assert (second.status, second.json["phone"]) == (200, "1")
    assert second.headers["ETag"] == (await admin.call("GET", path)).headers["ETag"]


async def test_an_edit_that_changes_nothing_leaves_no_record(admin):
    tess = await admin.account("tess@contoso.com")
    before = await directory(admin.world.rows)
    await admin.done("PATCH", f"/users/{tess.id}", {"phone": "", "userName": "tess@contoso.com", "active": True})
    assert await directory(admin.world.rows) == before


async def test_edits_at_the_same_time_are_all_kept(admin):
    tess = await admin.account("tess@contoso.com")
    bodies = [{"phone": "1"}, {"givenName": "Tess"}, {"language": "es"}, {"familyName": "Ruiz"}]
    replies = await asyncio.gather(*(admin.call("PATCH", f"/users/{tess.id}", body) for body in bodies))
    assert {reply.status for reply in replies} == {200}
    page = await admin.done("GET", f"/users/{tess.id}")
    assert (page["phone"], page["givenName"], page["language"], page["familyName"]) == ("1", "Tess", "es", "Ruiz")
    assert await violations(admin.world.rows) == []


async def test_values_are_taken_away_by_null(admin):
    tess = await admin.account("tess@contoso.com")
    path = f"/users/{tess.id}"
    given = {"givenName": "Tess", "displayName": "T", **SETTINGS}
    await admin.done("PATCH", path, given)
    nulls = dict.fromkeys(("givenName", "displayName", "email", "phone", "language", "timeZone"))
    page = await admin.done("PATCH", path, nulls)
    assert (page["name"], page["email"], page["phone"], page["timeZone"]) == ("tess@contoso.com",) * 2 + ("", "")
    assert "givenName" not in page
    for name in ("userName", "active", "userType", "notifications", "idleWarningMinutes", "authenticationType"):
        assert (await admin.call("PATCH", path, {name: None})).status == 400


@pytest.mark.parametrize(
    "body",
    [
        {"idleWarningMinutes": 0},
        {"idleWarningMinutes": 29},
        {"idleWarningMinutes": "5"},
        {"idleWarningMinutes": True},
        {"notifications": "yes"},
        {"notifications": 1},
        {"language": "not a language"},
        {"timeZone": "Madrid!"},
        {"timeZone": "Mars/X"},
        {"timeZone": "europe/madrid"},
        {"phone": "<script>"},
        {"email": "no address"},
        {"userName": ""},
        {"userName": " anna"},
        {"userName": "an\u200bna"},
        {"userType": "boss"},
        {"userType": "systemAdministrator"},
        {"organizationId": "99", "userType": "endUser"},
        {"administrator": True},
        {"nonsense": 1},
        [],
    ],
)
async def test_values_that_a_field_does_not_take_are_refused(admin, body):
    """R016 among them: no field of an account makes a system administrator."""
    tess = await admin.account("tess@contoso.com")
    before = await directory(admin.world.rows)
    assert (await admin.call("PATCH", f"/users/{tess.id}", body)).status == 400
    assert await directory(admin.world.rows) == before


@pytest.mark.parametrize(
    ("body", "field", "message"),
    [
        ({"notifications": None}, "notifications", "It cannot be null. Leave it out to keep what is there"),
        ({"givenName": " "}, "givenName", NO_NAME),
        ({"givenName": "a\nb"}, "givenName", NO_NAME),
        ({"email": "anna"}, "email", "Give an e-mail address, for example anna@contoso.com"),
        ({"timeZone": "Mars/X"}, "timeZone", NO_ZONE),
        ({"timeZone": "!"}, "timeZone", NO_ZONE),
        ([], "", "Input should be an object"),
    ],
)
async def test_a_refusal_names_the_field_and_tells_a_person_what_to_give(admin, body, field, message):
    tess = await admin.account("tess@contoso.com")
    reply = await admin.call("PATCH", f"/users/{tess.id}", body)
    assert reply.json["errors"] == [{"field": field, "message": message}]
    told = f"{field}: {message}" if field else message
    assert reply.json["detail"] == f"The body cannot be taken: {told}."


async def test_a_machine_without_a_database_of_time_zones_takes_any_name(admin, monkeypatch):
    monkeypatch.setattr(contracts, "_time_zones", frozenset)
    tess = await admin.account("tess@contoso.com")
    assert (await admin.done("PATCH", f"/users/{tess.id}", {"timeZone": "Mars/X"}))["timeZone"] == "Mars/X"


async def test_the_log_names_settings_as_the_api_does(admin):
    tess = await admin.account("tess@contoso.com")
    await admin.done("PATCH", f"/users/{tess.id}", {"idleWarningMinutes": 5, "timeZone": "UTC", "givenName": "T"})
    assert (await last_activity(admin))["changed"] == ["givenName", "timeZone", "idleWarningMinutes"]


async def test_who_is_becoming_native_is_not_said_to_be_overwritten(admin):
    """R127."""
    id_ = await account_of(admin, "SCIM off")
    provider = await admin.services.providers.get("entra")
    await change_provider(admin, replace(provider, leaving_since=admin.clock.now()))
    page = await admin.done("GET", f"/users/{id_}")
    assert page["notice"] == (
        "SCIM is off: this user is becoming Native. You can edit it, and no sync overwrites it any more."
    )


async def test_an_end_user_needs_an_organization_that_exists(admin):
    """AMB-5, AMB-7: the same standing rules as SCIM's."""
    tess = await admin.account("tess@contoso.com")
    path = f"/users/{tess.id}"
    reply = await admin.call("PATCH", path, {"userType": "endUser"})
    assert (reply.status, reply.json["code"], reply.json["field"]) == (400, "organization", "organizationId")
    assert reply.json["detail"] == 'An end user needs an organization. Give an organization ID or "All".'
    reply = await admin.call("PATCH", path, {"userType": "endUser", "organizationId": "99"})
    assert reply.json["detail"].startswith('There is no organization with the ID "99".')
    page = await admin.done("PATCH", path, {"userType": "endUser", "organizationId": "all"})
    assert page["organizationId"] == "All"


async def test_a_name_that_somebody_has_is_refused(admin):
    await admin.world.created("/Users", user("li@contoso.com"))
    tess = await admin.account("tess@contoso.com")
    reply = await admin.call("PATCH", f"/users/{tess.id}", {"userName": "LI@contoso.com", "phone": "1"})
    assert (reply.status, reply.json["code"]) == (409, "name_taken")
    assert reply.json["detail"] == 'A user with userName "LI@contoso.com" already exists.'
    assert (await admin.done("GET", f"/users/{tess.id}"))["phone"] == ""


async def test_a_system_administrator_becomes_no_end_user(admin):
    boss = await boss_of(admin)
    reply = await admin.call("PATCH", f"/users/{boss.id}", {"userType": "endUser", "organizationId": "12"})
    assert (reply.status, reply.json["code"]) == (409, "is_administrator")


# State


async def test_deactivated_people_stay_in_the_list_and_keep_their_roles(admin):
    """R019, AMB-34: roles are kept, do not count, and count again."""
    tess = await admin.account("tess@contoso.com")
    await allow(admin, tess, "viewAccounts")
    page = await admin.done("POST", f"/users/{tess.id}:deactivate")
    assert (page["state"], (await last_activity(admin))["status"]) == ("inactive", "Account Deactivated")
    assert (await last_activity(admin))["detail"] == "active: true → false"
    listed = {item["userName"]: item["state"] for item in (await admin.done("GET", "/users"))["items"]}
    assert listed["tess@contoso.com"] == "inactive"
    await admin.done("POST", f"/users/{tess.id}:reactivate")
    assert (await last_activity(admin))["status"] == "Account Reactivated"
    assert len((await admin.services.profiles.get(tess.id)).roles) == 1


@pytest.mark.parametrize(
    ("method", "suffix", "body"),
    [
        ("POST", ":deactivate", None),
        ("DELETE", "", None),
        ("PATCH", "", {"active": False}),
        ("PATCH", "", {"userType": "endUser", "organizationId": "12"}),
    ],
)
async def test_sessions_end_with_the_account_and_with_its_type(admin, method, suffix, body):
    """R018, AMB-23: and they do not come back with the account."""
    tess = await Person(admin, await admin.account("tess@contoso.com")).equip()
    await tess.sign_in()
    assert (await tess.call("GET", "/session")).status == 200
    admin.clock.advance(seconds=1)
    assert (await admin.call(method, f"/users/{tess.user.id}{suffix}", body)).status in {200, 204}
    assert (await tess.call("GET", "/session")).status == 401
    if suffix == ":deactivate":
        assert (await tess.sign_in()).status == 401
        await admin.done("POST", f"/users/{tess.user.id}:reactivate")
        assert (await tess.call("GET", "/session")).status == 401
        assert (await tess.sign_in()).status == 201


# Creation, deletion, and the way back


async def test_a_native_account_is_made(admin):
    reply = await admin.call(
        "POST",
        "/users",
        {"email": "new@contoso.com", "givenName": "New", "familyName": "Person", "organizationId": "12"},
    )
    page = reply.json
    assert (reply.status, reply.headers["Location"]) == (201, f"/api/users/{page['id']}")
    assert (page["userName"], page["name"], page["userType"]) == ("new@contoso.com", "New Person", "endUser")
    assert (page["managedBy"], page["organizationId"], page["state"]) == ("native", "12", "active")
    assert reply.headers["ETag"] == (await admin.call("GET", f"/users/{page['id']}")).headers["ETag"]
    record = await last_activity(admin)
    assert (record["status"], record["organizations"]) == ("Account Created", ["12"])
    assert (await admin.call("POST", f"/users/{page['id']}:invite")).status == 200
    document = (await admin.services.accounts.get(page["id"])).document()
    assert document["schemas"] == ["urn:ietf:params:scim:schemas:core:2.0:User", NINJAONE_USER]
    assert await violations(admin.world.rows) == []


async def test_a_native_technician_needs_no_organization(admin):
    page = await admin.done("POST", "/users", {"email": "t@contoso.com", "userName": "tech", "userType": "technician"})
    assert (page["userName"], page["email"], page["userType"]) == ("tech", "t@contoso.com", "technician")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"email": "new@contoso.com"}, "organization"),
        ({"email": "new@contoso.com", "organizationId": "99"}, "organization"),
        ({"email": "new@contoso.com", "userName": "n\u200bew", "organizationId": "12"}, "invalid"),
        ({"email": "new", "organizationId": "12"}, "invalid"),
        ({"organizationId": "12"}, "invalid"),
        ({"email": "new@contoso.com", "userType": "administrator"}, "invalid"),
    ],
)
async def test_an_account_that_cannot_be_is_not_made(admin, body, code):
    before = await directory(admin.world.rows)
    reply = await admin.call("POST", "/users", body)
    assert (reply.status, reply.json["code"]) == (400, code)
    assert await directory(admin.world.rows) == before


async def test_a_native_account_takes_no_name_that_is_held(admin):
    await admin.world.created("/Users", user("li@contoso.com"))
    reply = await admin.call("POST", "/users", {"email": "Li@contoso.com", "organizationId": "12"})
    assert (reply.status, reply.json["code"]) == (409, "name_taken")


async def test_a_creation_that_is_sent_twice_makes_one(admin):
    body, headers = {"email": "n@contoso.com", "organizationId": "12"}, {"Idempotency-Key": "k"}
    replies = [await admin.call("POST", "/users", body, headers=headers) for _ in range(2)]
    assert [reply.status for reply in replies] == [201, 201]
    assert replies[0].json["id"] == replies[1].json["id"]


async def test_a_deleted_account_can_be_restored(admin):
    """AMB-1: out of the list, under "deleted", and back with the same id for thirty days."""
    li = await admin.account("li@contoso.com", technician=False)
    await admin.done("PATCH", f"/users/{li.id}", {"phone": "1"})
    assert (await admin.call("DELETE", f"/users/{li.id}")).status == 204
    assert (await last_activity(admin))["status"] == "Account Deleted"
    assert [item["userName"] for item in (await admin.done("GET", "/users"))["items"]] == ["boss@contoso.com"]
    (item,) = (await admin.done("GET", "/users", state="deleted"))["items"]
    assert (item["id"], item["state"], item["deletedAt"]) == (li.id, "deleted", "2026-11-23T12:00:00.000Z")

    page = await admin.done("POST", f"/users/{li.id}:restore")

    assert (page["id"], page["userName"], page["phone"], page["state"]) == (li.id, "li@contoso.com", "1", "active")
    assert (await last_activity(admin))["status"] == "Account Restored"
    assert (await admin.done("GET", "/users", state="deleted"))["items"] == []
    assert (await admin.call("POST", f"/users/{li.id}:restore")).status == 404
    assert await violations(admin.world.rows) == []


async def test_who_was_deleted_by_scim_comes_back_to_the_provider(admin):
    """AMB-1: in no group; the provider sees it again under the same id."""
    li = await admin.world.created("/Users", user("li@contoso.com", externalId="e"))
    await admin.world.created("/Groups", group("All of us", [li]))
    await admin.world.call("DELETE", f"/Users/{li}")
    assert (await admin.world.call("GET", f"/Users/{li}")).status == 404
    page = await admin.done("POST", f"/users/{li}:restore")
    assert (page["managedBy"], page["provider"]["id"]) == ("scim", "entra")
    assert (await admin.world.call("GET", f"/Users/{li}", attributes="groups")).json.get("groups") is None
    assert (await admin.world.call("GET", "/Users", filter='userName eq "li@contoso.com"')).json["totalResults"] == 1
    admin.clock.advance(minutes=10)
    await admin.world.app.jobs.run_due(admin.clock.now())
    assert (await admin.world.call("GET", f"/Users/{li}")).status == 200
    assert await violations(admin.world.rows) == []


async def test_what_the_deletion_has_left_to_do_takes_no_group_of_who_is_back(admin):
    li = await admin.world.created("/Users", user("li@contoso.com"))
    await admin.world.call("DELETE", f"/Users/{li}")
    await admin.done("POST", f"/users/{li}:restore")
    new = await admin.world.created("/Groups", group("New", [li]))
    admin.clock.advance(minutes=10)
    await admin.world.app.jobs.run_due(admin.clock.now())
    groups = (await admin.world.call("GET", f"/Users/{li}", attributes="groups")).json["groups"]
    assert [each["value"] for each in groups] == [new]
    assert await violations(admin.world.rows) == []


async def test_while_a_large_deletion_is_under_way_nobody_is_restored(admin):
    li = await admin.world.created("/Users", user("li@contoso.com"))
    for number in range(60):
        await admin.world.created("/Groups", group(f"G{number}", [li]))
    found = await admin.services.users.get("entra", li)
    groups = await admin.services.users.groups_of(li)
    jobs = admin.world.app.users._jobs
    finish, jobs.finish_inline = jobs.finish_inline, lambda *_: asyncio.sleep(0)
    await admin.services.users.delete(found, groups, admin.world.activity(li))
    jobs.finish_inline = finish
    reply = await admin.call("POST", f"/users/{li}:restore")
    assert (reply.status, reply.json["code"]) == (409, "deletion_under_way")
    admin.clock.advance(minutes=2)
    await admin.world.app.jobs.run_due(admin.clock.now())
    assert (await admin.call("POST", f"/users/{li}:restore")).status == 200
    assert await violations(admin.world.rows) == []


async def test_nobody_comes_back_while_the_name_is_held(admin):
    li = await admin.world.created("/Users", user("li@contoso.com"))
    await admin.world.call("DELETE", f"/Users/{li}")
    again = await admin.world.created("/Users", user("LI@contoso.com"))
    reply = await admin.call("POST", f"/users/{li}:restore")
    assert (reply.status, reply.json["code"]) == (409, "name_taken")
    await admin.world.call("DELETE", f"/Users/{again}")
    assert (await admin.call("POST", f"/users/{li}:restore")).status == 200


async def test_after_thirty_days_nobody_comes_back(admin):
    li = await admin.account("li@contoso.com", technician=False)
    await admin.done("DELETE", f"/users/{li.id}")
    admin.clock.advance(days=29, hours=23)
    assert len((await admin.done("GET", "/users", state="deleted"))["items"]) == 1
    admin.clock.advance(hours=1)
    assert (await admin.done("GET", "/users", state="deleted"))["items"] == []
    assert (await admin.call("POST", f"/users/{li.id}:restore")).status == 404


async def test_nobody_comes_back_to_an_organization_that_is_gone(admin):
    li = await admin.account("li@contoso.com", technician=False, organization="13")
    await admin.done("DELETE", f"/users/{li.id}")
    organization = await admin.services.organizations.get("13")
    await admin.services.organizations.delete(organization, admin.world.activity("13"))
    reply = await admin.call("POST", f"/users/{li.id}:restore")
    assert (reply.status, reply.json["code"]) == (400, "organization")
    assert reply.json["detail"] == (
        'The organization with the ID "13", to which "li@contoso.com" belonged, is gone. '
        'Restore the account with the "organizationId" of another organization, or "All".'
    )
    reply = await admin.call("POST", f"/users/{li.id}:restore", {"organizationId": "nope"})
    assert (reply.status, reply.json["code"]) == (400, "organization")
    page = await admin.done("POST", f"/users/{li.id}:restore", {"organizationId": "12"})
    assert page["organizationId"] == "12"
    assert (await admin.done("POST", f"/users/{li.id}:deactivate"))["organizationId"] == "12"


async def test_who_was_a_system_administrator_comes_back_as_a_technician(admin):
    """R017."""
    ana = await admin.account("ana@contoso.com", administrator=True)
    boss = await Person(admin, await boss_of(admin)).equip()
    await boss.sign_in()
    proof = {"x-step-up-proof": await boss.proof("changeAdministrator", ana.id)}
    assert (await boss.call("DELETE", f"/users/{ana.id}", headers=proof)).status == 204
    assert (await admin.done("POST", f"/users/{ana.id}:restore"))["administrator"] is False
    assert await violations(admin.world.rows) == []


async def test_restoring_twice_at_once_brings_back_one(admin):
    li = await admin.account("li@contoso.com", technician=False)
    await admin.done("DELETE", f"/users/{li.id}")
    replies = await asyncio.gather(*(admin.call("POST", f"/users/{li.id}:restore") for _ in range(3)))
    assert min(reply.status for reply in replies) == 200
    assert {reply.status for reply in replies} <= {200, 404, 409}
    assert [each["status"] for each in activities(await directory(admin.world.rows))].count("Account Restored") == 1
    assert await violations(admin.world.rows) == []


async def test_only_administrators_change_accounts(admin):
    tess = await Person(admin, await admin.account("tess@contoso.com")).equip()
    await tess.sign_in()
    await allow(admin, tess.user, "viewAccounts")
    li = (await admin.account("li@contoso.com", technician=False)).id
    for method, path, body in (
        ("POST", "/users", {"email": "n@contoso.com", "organizationId": "12"}),
        ("PATCH", f"/users/{li}", {"phone": "1"}),
        ("PATCH", f"/users/{li}", {"givenName": "A"}),
        ("DELETE", f"/users/{li}", None),
        *(("POST", f"/users/{li}:{verb}", None) for verb in ("deactivate", "reactivate", "restore")),
        *(("POST", f"/users/{li}:{verb}", None) for verb in ("grantAdministrator", "revokeAdministrator")),
    ):
        assert (await tess.call(method, path, body)).status == 403, (method, path)


async def test_critical_changes_take_a_recent_sign_in(admin):
    ana = await Person(admin, await admin.account("ana@contoso.com", administrator=True)).equip()
    await ana.sign_in()
    li = (await admin.account("li@contoso.com", technician=False)).id
    for _ in range(3):
        admin.clock.advance(minutes=25)
        await ana.call("GET", "/session")
        await admin.world.app.background.drain()
    for method, path, body in (
        ("POST", "/users", {"email": "n@contoso.com", "organizationId": "12"}),
        ("PATCH", f"/users/{li}", {"userType": "technician"}),
        ("DELETE", f"/users/{li}", None),
        *(("POST", f"/users/{li}:{verb}", None) for verb in ("deactivate", "restore", "grantAdministrator")),
    ):
        reply = await ana.call(method, path, body)
        assert (reply.status, reply.json["code"]) == (403, "recent_sign_in_required"), (method, path)
    assert (await ana.call("PATCH", f"/users/{li}", {"phone": "1"})).status == 200


DEFAULTS = replace(ENTRA, policies=Policies(organization=OrganizationPolicy.DEFAULT_UNKNOWN), default_organization="12")


async def in_the_default_organization(admin, organization):
    """A user whom the provider's policy put into its default organization."""
    await change_provider(admin, DEFAULTS)
    body = user("li@contoso.com") | {NINJAONE_USER: {"organizationId": organization} if organization else {}}
    id_ = await admin.world.created("/Users", body)
    assert (await admin.done("GET", f"/users/{id_}"))["organizationId"] == "12"
    return id_


async def delete_entra(admin):
    provider = await admin.services.providers.get("entra")
    gone = Deletion(at=admin.clock.now(), by="Ana", account_id="a", request_id="r")
    await admin.services.providers.update(provider, provider.deleted(gone))
    admin.clock.advance(minutes=2)
    await admin.world.app.chores["ReleaseUsers"]()


@pytest.mark.parametrize("organization", ["", "nope"])
async def test_who_got_the_default_organization_keeps_it_as_a_native_account_and_can_be_changed(admin, organization):
    """AMB-5, AMB-7, R127."""
    id_ = await in_the_default_organization(admin, organization)
    await delete_entra(admin)

    page = await admin.done("PATCH", f"/users/{id_}", {"givenName": "Li", "organizationId": "12"})
    assert (page["managedBy"], page["organizationId"], page["givenName"]) == ("native", "12", "Li")
    assert (await admin.done("POST", f"/users/{id_}:deactivate"))["active"] is False
    await admin.done("DELETE", f"/users/{id_}")
    assert (await admin.done("POST", f"/users/{id_}:restore"))["organizationId"] == "12"
    assert (await admin.done("PATCH", f"/users/{id_}", {"userType": "technician"}))["userType"] == "technician"
    assert (await admin.done("PATCH", f"/users/{id_}", {"userType": "endUser"}))["organizationId"] == "12"
    assert await violations(admin.world.rows) == []


async def test_who_was_deleted_before_the_provider_comes_back_to_the_organization_it_had(admin):
    """AMB-1, AMB-7."""
    id_ = await in_the_default_organization(admin, "nope")
    await admin.world.call("DELETE", f"/Users/{id_}")
    await delete_entra(admin)
    page = await admin.done("POST", f"/users/{id_}:restore")
    assert (page["managedBy"], page["organizationId"]) == ("native", "12")
    assert (await admin.done("PATCH", f"/users/{id_}", {"userType": "technician"}))["userType"] == "technician"
    assert (await admin.done("PATCH", f"/users/{id_}", {"userType": "endUser"}))["organizationId"] == "12"


@pytest.mark.parametrize("organization", ["", "nope"])
async def test_an_edit_moves_nobody_to_another_default_organization(admin, organization):
    """AMB-7: it changes what it names."""
    id_ = await in_the_default_organization(admin, organization)
    await change_provider(admin, replace(DEFAULTS, default_organization="13", scim_enabled=False))
    page = await admin.done("PATCH", f"/users/{id_}", {"familyName": "R", "email": "li@contoso.org", "active": False})
    assert (page["organizationId"], page["email"], page["active"]) == ("12", "li@contoso.org", False)
    await admin.world.call("DELETE", f"/Users/{id_}")
    await admin.done("DELETE", f"/users/{id_}")
    assert (await admin.done("POST", f"/users/{id_}:restore"))["organizationId"] == "12"


async def test_an_organization_that_an_administrator_types_is_never_replaced_by_a_default(admin):
    """AMB-7: the policy is for what a provider sends."""
    id_ = await in_the_default_organization(admin, "")
    await change_provider(admin, replace(DEFAULTS, scim_enabled=False))
    for given in ("nope", None):
        reply = await admin.call("PATCH", f"/users/{id_}", {"organizationId": given})
        assert (reply.status, reply.json["code"]) == (400, "organization")
    assert (await admin.done("PATCH", f"/users/{id_}", {"organizationId": "13"}))["organizationId"] == "13"


async def test_edits_of_different_fields_at_once_are_all_made(admin):
    """Nobody who named no version is told of a conflict, and nothing is lost."""
    id_ = (await admin.account("li@contoso.com", technician=False)).id
    edits = [{"givenName": "Li"}, {"familyName": "Wei"}, {"displayName": "L"}, {"email": "l@x.y"}]
    edits += [{name: SETTINGS[name]} for name in ("phone", "language", "timeZone", "notifications")]
    replies = await asyncio.gather(*(admin.call("PATCH", f"/users/{id_}", each) for each in edits))
    assert {reply.status for reply in replies} == {200}
    page = await admin.done("GET", f"/users/{id_}")
    assert all(page.items() >= each.items() for each in edits)
