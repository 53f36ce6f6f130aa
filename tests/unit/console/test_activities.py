"""Dashboard → Activities → All, without a browser."""

import csv
import json
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest

from scim.console.activity_labels import FAMILY_NAMES, KINDS, STATUSES, TYPES
from scim.domain.activities import FAMILIES, ActivityType, Actor, Status
from scim.domain.authority import Permission
from scim.domain.details import NATIVE_MANAGER, change
from scim.domain.people import NativeRole
from scim.domain.resources import timestamp
from scim.domain.roles import Role
from scim.domain.users import UserType
from scim.errors import Unavailable
from scim.sentences import Code, Sentence
from tests.activities import Log, made_up
from tests.admin_world import AdminWorld
from tests.fakes.rows import CountingRows, FakeRows
from tests.people import Person
from tests.visitor import Visitor
from tests.world import patch, user

ALL = "dashboard/activities/all"
EXPORT = "dashboard/activities/export"
FIFTEEN = [status for family in FAMILIES[:2] for status in family.statuses]


@pytest.fixture
def log(admin):
    return Log(admin.world)


@pytest.fixture
def technician(admin):
    """Makes a visitor who is a technician with some permissions."""

    async def make(*permissions):
        services, now = admin.services, admin.clock.now()
        role = Role(
            id=services.identifiers.new(),
            name="Reader",
            user_type=UserType.TECHNICIAN,
            permissions=frozenset(permissions),
            created_at=now,
            created_by="test",
        )
        await services.roles.create(role)
        account = await admin.account("tess@contoso.com")
        profile = await services.profiles.get(account.id)
        await services.profiles.save(replace(profile, roles=(NativeRole(role=role.id, added_by="test", added_at=now),)))
        person = await Person(admin, account).equip()
        await person.sign_in()
        return Visitor(person)

    return make


def rows(page):
    """The part of the page that has the list."""
    return page.html.partition("<tbody>")[2].partition("</tbody>")[0]


# The list


async def test_the_list_tells_time_status_subject_who_and_message(visitor, admin):
    """R103."""
    anna = await admin.world.created("/Users", user("anna"))
    await admin.world.call("PATCH", f"/Users/{anna}", patch(("replace", "active", False)))
    page = await visitor.get(ALL)
    assert page.status == 200
    assert "Dashboard Activities All" in page.text
    (token,) = await admin.services.tokens.of("entra")
    provider = await admin.services.providers.get("entra")
    assert f"End User Disabled anna {provider.name} SCIM {token.name} Active: Yes → No" in page.text
    assert f'href="/console/administration/accounts/users/{anna}"' in page.html


async def test_labels_are_the_words_of_the_log():
    """R107-R121."""
    assert {status: str(label) for status, label in STATUSES.items()} == {status: status.value for status in Status}
    assert {type_: str(label) for type_, label in TYPES.items()} == {type_: type_.value for type_ in ActivityType}
    assert list(FAMILY_NAMES) == [family.name for family in FAMILIES]
    assert "Identity group" in KINDS.values()


async def test_the_fifteen_come_first_and_ours_are_under_other_headings(visitor):
    """R106-R121."""
    page = await visitor.get(ALL)
    panel = page.html.partition("filter-families")[2].partition("</footer>")[0]
    offered = [piece.partition('"')[0] for piece in panel.split('name="status" value="')[1:]]
    assert offered == [status.value for status in Status]
    headings = [piece.partition("<")[0] for piece in panel.split("<legend>")[1:]]
    assert headings == ["SCIM", "SSO", "More", "Account", "Organization", "Role"]


async def test_the_type_sso_shows_everything_on_sso_and_scim_and_nothing_else(visitor, admin, log):
    """R105."""
    await log.put([made_up(admin.world, number, status=status) for number, status in enumerate(Status)])
    page = await visitor.get(ALL, type="SSO")
    wanted = {status for family in FAMILIES if family.type == "SSO" for status in family.statuses}
    assert {status for status in Status if f">{status}</a>" in rows(page)} == wanted
    assert 'value="Role Created"' not in page.html  # no longer offered


@pytest.mark.parametrize("status", FIFTEEN)
async def test_each_status_narrows_the_list_to_itself(visitor, admin, log, status):
    """R106-R121."""
    await log.put([made_up(admin.world, number, status=each) for number, each in enumerate(Status)])
    page = await visitor.get(ALL, type="SSO", status=status)
    assert {each for each in Status if f">{each}</a>" in rows(page)} == {status}
    assert f'value="{status}" checked' in page.html


async def test_several_statuses_can_be_chosen(visitor, admin, log):
    """R106."""
    await log.put([made_up(admin.world, number, status=each) for number, each in enumerate(Status)])
    page = await visitor.get(ALL, status=["Enabled", "Token Created"])
    assert {each for each in Status if f">{each}</a>" in rows(page)} == {"Enabled", "Token Created"}
    assert "2 statuses" in page.text


async def test_a_status_of_another_type_is_left_out(visitor, admin, log):
    await log.put([made_up(admin.world, 1, status=Status.SSO_ENABLED)])
    page = await visitor.get(ALL, type="SSO", status="Role Created")
    assert ">Enabled</a>" in rows(page)


async def test_what_is_mistyped_in_the_address_shows_more_and_no_error(visitor, admin, log):
    await log.put([made_up(admin.world, 1, subject_name="anna")])
    page = await visitor.get(ALL, type="Nothing", status="Nothing", period="9y", limit="many")
    assert page.status == 200
    assert "anna" in rows(page)
    assert "Clear filters" not in page.text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["today", "yesterday"]),
        ({"period": "24h"}, ["today"]),
        ({"period": "30d"}, ["today", "yesterday", "last week"]),
        ({"period": "any"}, ["today", "yesterday", "last week", "last spring"]),
        ({"period": "custom", "from": "2026-11-13", "to": "2026-11-13"}, ["last week"]),
        ({"period": "custom", "from": "2026-11-22", "to": "2026-11-01"}, ["yesterday", "last week"]),
        ({"period": "custom", "to": "2026-11-13"}, ["last week", "last spring"]),
        ({"period": "custom", "from": "2026-11-22"}, ["today", "yesterday"]),
        ({"period": "custom", "from": "soon", "to": "9999-12-31"}, ["today", "yesterday", "last week", "last spring"]),
    ],
)
async def test_the_date_narrows_the_list(visitor, admin, log, query, found):
    now = admin.clock.now()
    ages = {"today": 0.5, "yesterday": 28, "last week": 24 * 10, "last spring": 24 * 200}
    await log.put(
        [
            made_up(admin.world, number, subject_name=name, time=now - timedelta(hours=age))
            for number, (name, age) in enumerate(ages.items())
        ]
    )
    listed = rows(await visitor.get(ALL, **query))
    assert [name for name in ages if f">{name}<" in listed] == found


async def test_days_begin_as_in_the_readers_time_zone(visitor, admin, log):
    account = await admin.services.accounts.get(visitor.person.user.id)
    profile = await admin.services.profiles.get(account.id)
    await admin.services.profiles.save(replace(profile, time_zone="Asia/Tokyo"))
    late = admin.clock.now().replace(hour=16)  # on the next day in Tokyo
    await log.put([made_up(admin.world, 1, subject_name="late", time=late - timedelta(days=1))])
    day = f"{late:%Y-%m-%d}"
    assert ">late<" in rows(await visitor.get(ALL, period="custom", **{"from": day, "to": day}))


async def test_a_subject_is_a_chip_that_can_be_removed(visitor, admin, log):
    old = admin.clock.now() - timedelta(days=60)
    await log.put(
        [
            made_up(admin.world, 1, subject_id="ana", subject_name="ana@contoso.com", time=old),
            made_up(admin.world, 2, subject_id="ben", subject_name="ben@contoso.com", time=old),
        ]
    )
    page = await visitor.get(ALL, subject="ana", type="SSO")
    assert "Subject: ana@contoso.com" in page.text  # shown from the beginning, not only the last days
    assert "ben@contoso.com" not in page.text
    assert 'href="/console/dashboard/activities/all?type=SSO&amp;period=any"' in page.html


async def test_a_provider_is_a_chip_and_an_actor_a_choice(visitor, admin, log):
    ben = Actor(kind="account", id="ben", name="Ben Berg", request_id="r")
    await log.put([made_up(admin.world, 1, actor=ben, subject_name="anna")])
    provider = await admin.services.providers.get("entra")
    page = await visitor.get(ALL, provider="entra", actor="ben")
    assert f"Provider: {provider.name}" in page.text
    assert '<option value="ben" selected>Ben Berg</option>' in page.html
    assert "anna" in rows(page)
    page = await visitor.get(ALL, actor="rollcall")
    assert "No activity fits these filters." in page.text
    assert '<option value="rollcall" selected>Rollcall</option>' in page.html


async def test_an_actor_that_is_not_in_the_list_stays_chosen(visitor):
    page = await visitor.get(ALL, actor="0123456789")
    assert '<option value="0123456789" selected>01234567</option>' in page.html


async def test_who_proved_who_they_are_is_told(visitor, admin, log):
    """R013, R014."""
    ana = Actor(kind="account", id="ana", name="Ana", request_id="r", mfa=True)
    await log.put([made_up(admin.world, 1, status=Status.TOKEN_REMOVED, actor=ana)])
    assert "Ana Verified by a code" in (await visitor.get(ALL)).text


async def test_older_ones_are_loaded_by_cursor_under_the_same_filters(visitor, log):
    await log.record(120)
    first = await visitor.get(ALL, type="SSO")
    assert "Load older" in first.text
    assert "Back to the newest" not in first.text
    older = first.html.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "type=SSO" in older
    second = await visitor.get(older)
    assert rows(second)
    assert rows(second) != rows(first)
    assert "Back to the newest" in second.text


async def test_a_foreign_cursor_is_refused(visitor):
    page = await visitor.get(ALL, cursor="bm90aGluZw")
    assert page.status == 400
    assert "This cursor is not from the page before." in page.text


async def test_a_search_that_is_not_over_says_so_and_goes_on(visitor, log, monkeypatch):
    await log.record(1_500, every=timedelta(milliseconds=1))
    monkeypatch.setattr("scim.admin.activities.MOST_READ", 1_000)
    page = await visitor.get(ALL, actor="token", subject="nothing")
    assert "Nothing found yet: 1,000 activities were searched, and there are older ones." in page.text
    assert "Load older" in page.text


async def test_empty_lists_say_what_is_empty(visitor, admin):
    admin.clock.advance(days=20)
    await visitor.person.sign_in()
    assert "No SSO or SCIM activity in this period." in (await visitor.get(ALL, type="SSO")).text
    assert "No activity fits these filters." in (await visitor.get(ALL, type="Role")).text


async def test_the_page_says_how_long_activities_are_kept_and_how_many_a_file_holds(visitor):
    text = (await visitor.get(ALL)).text
    assert "Activities are kept for 400 days at least. A file holds up to 50,000 of them" in text


async def test_the_list_costs_two_calls_for_the_log_and_two_for_names():
    counted = CountingRows(FakeRows())
    admin = await AdminWorld.on(counted)
    visitor = await Visitor.signed_in(admin)
    await admin.world.created("/Users", user("anna"))
    await visitor.get("help")
    counted.reset()
    await visitor.get("help")
    every_page = counted.calls.total()
    counted.reset()
    assert "anna" in rows(await visitor.get(ALL))
    assert counted.calls.total() - every_page == 4


# Details


async def test_details_show_what_was_before_and_after(visitor, admin):
    anna = await admin.world.created("/Users", user("anna"))
    await admin.world.call("PATCH", f"/Users/{anna}", patch(("replace", "active", False)))
    page = await visitor.get(ALL, status="End User Disabled")
    address = rows(page).partition('href="')[2].partition('"')[0]
    assert address.startswith("/console/dashboard/activities/2026-11-")
    for fragment in (True, False):
        details = await visitor.get(address, fragment=fragment)
        assert details.status == 200
        assert "End User Disabled" in details.text
        assert "Attribute Before After Active Yes No" in details.text
        assert f"Subject ID {anna}" in details.text
        assert "Request ID" in details.text
        assert "Organization 12" in details.text


async def test_details_name_changed_attributes_without_values(visitor, log):
    (activity,) = await log.record(1, changed=("title", "name.familyName"))
    page = await visitor.get(f"dashboard/activities/{timestamp(activity.time)}/{activity.id}")
    assert "Changed title name.familyName" in page.text
    assert "never keeps their values" in page.text


async def test_details_say_whether_a_code_was_entered(visitor, admin, log):
    ana = Actor(kind="account", id="ana", name="Ana", request_id="r")
    for number, (actor, told) in enumerate([(ana, "No: this change"), (ana.verified(), "Yes: by a code")]):
        activity = made_up(admin.world, number, actor=actor)
        await log.put([activity])
        page = await visitor.get(f"dashboard/activities/{timestamp(activity.time)}/{activity.id}")
        assert f"MFA verified {told}" in page.text


@pytest.mark.parametrize(
    "moment", ["2026-11-24T12:00:00.000Z", "yesterday", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"]
)
async def test_an_activity_that_is_not_there_is_not_found(visitor, moment):
    page = await visitor.get(f"dashboard/activities/{moment}/nothing")
    assert page.status == 404
    assert "There is no such activity" in page.text


async def test_details_are_told_in_the_language_of_the_reader(visitor, log):
    """A file is the record, in English, whoever saves it."""
    kept_native = change("managed by", "Contoso", NATIVE_MANAGER)
    detail = Sentence.joined([change("userType", Code("endUser"), Code("technician")), kept_native])
    (activity,) = await log.record(1, subject_id=visitor.person.user.id, detail=detail)
    visitor.headers["accept-language"] = "de"
    for path in (ALL, f"administration/accounts/users/{visitor.person.user.id}/activity"):
        page = await visitor.get(path)
        assert "Typ: Endbenutzer → Techniker; Verwaltet von: Contoso → Nativ" in page.text
    page = await visitor.get(f"dashboard/activities/{timestamp(activity.time)}/{activity.id}")
    assert "Typ Endbenutzer Techniker Verwaltet von Contoso Nativ" in page.text
    file = json.loads((await visitor.get(EXPORT, format="json")).html)
    assert file["items"][0]["detail"] == "userType: endUser → technician; managed by: Contoso → Native"


async def test_names_cannot_hide_what_they_are(visitor, log):
    hostile = "<b>x</b>\u202egnp.exe"
    (activity,) = await log.record(1, subject_name=hostile, detail=Sentence("{name}", name=hostile), changed=(hostile,))
    for path in (
        ALL,
        f"dashboard/activities/{timestamp(activity.time)}/{activity.id}",
        f"{ALL}?subject={activity.subject_id}",
    ):
        page = await visitor.get(path)
        assert "<b>x" not in page.html
        assert "\u202e" not in page.html
        assert "[U+202E]" in page.html


# Files


async def test_files_have_what_the_filters_show(visitor, admin, log):
    await log.put([made_up(admin.world, number, status=status) for number, status in enumerate(Status)])
    admin.clock.advance(seconds=1)
    await log.record(5, status=Status.SSO_ENABLED, subject_name="=1+1")
    query = {"status": ["Enabled", "Disabled"], "period": "24h"}
    page = await visitor.get(ALL, **query)
    shown = rows(page).count("<tr>")
    assert shown == 7
    as_csv = await visitor.get(EXPORT, format="csv", **query)
    assert as_csv.headers["Content-Disposition"] == 'attachment; filename="activities-2026-11-23.csv"'
    lines = list(csv.DictReader(StringIO(as_csv.html.removeprefix("\ufeff"))))
    as_json = json.loads((await visitor.get(EXPORT, format="json", **query)).html)["items"]
    assert [line["ID"] for line in lines] == [item["id"] for item in as_json]
    assert len(lines) == shown
    assert {line["Status"] for line in lines} == {"Enabled", "Disabled"}
    assert "'=1+1" in {line["Subject"] for line in lines}
    assert "activities/export?status=Enabled&amp;status=Disabled&amp;period=24h&amp;format=csv" in page.html


async def test_a_file_that_would_be_cut_is_refused_with_what_to_do(visitor, log, monkeypatch):
    await log.record(5)
    monkeypatch.setattr("scim.admin.activities.MOST_EXPORTED", 3)
    page = await visitor.get(EXPORT, format="csv")
    assert page.status == 400
    assert "Choose a shorter period, or export one period after the other." in page.text


# Organizations


async def test_an_organization_sees_its_own_end_users_and_nothing_of_the_system(visitor, admin):
    """R104, AMB-28."""
    anna = await admin.world.created("/Users", user("anna"))
    await admin.world.created(
        "/Users",
        {**user("tom"), "urn:ietf:params:scim:schemas:extension:ninjaone:2.0:User": {"userType": "technician"}},
    )
    move = patch(("replace", "urn:ietf:params:scim:schemas:extension:ninjaone:2.0:User:organizationId", "13"))
    await admin.world.call("PATCH", f"/Users/{anna}", move)
    page = await visitor.get("dashboard/organizations/12/activities/all", period="any")
    assert page.status == 200
    assert "End User Created" in rows(page)
    assert "Organization: 12 → 13" in rows(page)
    assert not any(word in rows(page) for word in ("Technician", "Token", "Signed In"))
    other = await visitor.get("dashboard/organizations/13/activities/all", period="any")
    assert "Organization: 12 → 13" in rows(other)
    assert "End User Created" not in rows(other)
    address = rows(other).partition('href="')[2].partition('"')[0]
    assert address.startswith("/console/dashboard/organizations/13/activities/")
    assert (await visitor.get(address)).status == 200
    page = await visitor.get("dashboard/organizations/12/activities/all", status="End User Created")
    created = rows(page).partition('href="')[2].partition('"')[0]
    assert (await visitor.get(created.replace("organizations/12", "organizations/13"))).status == 404


async def test_an_organizations_file_has_its_own_activities(visitor, admin):
    """R104, AMB-28."""
    await admin.world.created("/Users", user("anna"))
    reply = await visitor.get("dashboard/organizations/13/activities/export", format="json", period="any")
    assert "anna" not in reply.html
    reply = await visitor.get("dashboard/organizations/12/activities/export", format="json", period="any")
    assert "anna" in reply.html


@pytest.mark.parametrize("path", ["", "/activities/all", "/activities/export"])
async def test_an_organization_that_is_not_there_is_not_found(visitor, path):
    assert (await visitor.get(f"dashboard/organizations/99{path}")).status == 404


async def test_the_organization_dashboard_has_name_id_numbers_and_links(visitor, admin):
    """R061, R104."""
    await admin.world.created("/Users", user("anna"))
    page = await visitor.get("dashboard/organizations/12")
    assert "Copy Org ID" in page.text
    assert 'data-copy-text="12"' in page.html
    assert "End users Show them 1" in page.text
    assert "End User Created anna" in page.text
    assert 'href="/console/dashboard/organizations/12/activities/all?period=any"' in page.html
    assert 'href="/console/administration/accounts/users?organization=12"' in page.html


async def test_an_organization_is_chosen_by_name(visitor):
    page = await visitor.get("dashboard/organizations")
    assert 'href="/console/dashboard/organizations/12"' in page.html
    page = await visitor.get("dashboard/organizations", name="nobody has this name")
    assert "No organization's name begins with this." in page.text


# Who may see what


async def test_who_may_see_organizations_sees_their_activities_and_not_the_systems(technician, admin):
    """R104, AMB-28."""
    reader = await technician(Permission.VIEW_ORGANIZATIONS)
    await admin.world.created("/Users", user("anna"))
    page = await reader.get("dashboard/organizations/12/activities/all")
    assert page.status == 200
    assert "End User Created" in rows(page)
    assert "/administration/accounts/users/" not in rows(page)  # no links to what they may not see
    assert "dashboard/activities/all" not in page.html
    for path in (ALL, EXPORT, "dashboard/activities/2026-11-24T12:00:00.000Z/nothing"):
        assert (await reader.get(path)).status == 403


async def test_who_may_see_identity_sees_the_systems_activities(technician):
    reader = await technician(Permission.VIEW_IDENTITY)
    assert (await reader.get(ALL)).status == 200
    assert (await reader.get("dashboard/organizations/12")).status == 200


async def test_who_may_see_neither_sees_none(technician):
    reader = await technician()
    for path in (
        ALL,
        EXPORT,
        "dashboard/organizations",
        "dashboard/organizations/12",
        "dashboard/organizations/12/activities/all",
    ):
        assert (await reader.get(path)).status == 403


async def test_a_log_that_cannot_be_read_is_told_with_a_reference(visitor, monkeypatch, admin):
    async def fail(*_):
        raise Unavailable("A part of this service is not reachable.")

    monkeypatch.setattr(type(admin.services.activity_log), "page", fail)
    page = await visitor.get(ALL)
    assert page.status == 503
    assert "Reference test-request" in page.text
