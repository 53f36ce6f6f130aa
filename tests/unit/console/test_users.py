"""Administration → Accounts → All users, without a browser."""

from dataclasses import replace

import pytest

from scim.domain.authority import Permission
from scim.domain.providers import AdoptionPolicy, Policies
from tests.accounts import change_provider, switch_scim, technician
from tests.admin_world import AdminWorld
from tests.fakes.rows import CountingRows, FakeRows
from tests.people import technician as signed_in_technician
from tests.visitor import PageReply, Visitor
from tests.world import ENTRA, patch, user

USERS = "administration/accounts/users"


async def provided(admin, body):
    """The id of a user that the identity provider created."""
    reply = await admin.world.call("POST", "/Users", body)
    assert reply.status == 201, reply
    return reply.json["id"]


def row(page, name):
    """What is read in the row of somebody."""
    (found,) = [part for part in page.html.split("<tr>") if f">{name}</bdi></a>" in part]
    return PageReply(page.status, found, {}).text


async def test_the_list_names_everybody_inactive_people_among_them(visitor, admin):
    """R019, R129, R018."""
    id_ = await provided(admin, user("li"))
    await admin.world.call("PATCH", f"/Users/{id_}", patch(("replace", "active", False)))
    page = await visitor.get(USERS)
    assert page.status == 200
    for part in ("End user", "Organization 12", "SCIM · Contoso Entra", "Inactive"):
        assert part in row(page, "li")
    for part in ("System administrator", "Native", "Active"):
        assert part in row(page, "chief@contoso.com")


async def test_a_global_end_user_belongs_to_all_organizations(visitor, admin):
    await admin.account("li@example.com", technician=False, organization="All")
    assert "All organizations" in row(await visitor.get(USERS), "li@example.com")


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"managedBy": "scim"}, {"li", "tess"}),
        ({"managedBy": "native", "type": "administrator"}, {"boss@contoso.com", "chief@contoso.com"}),
        ({"type": "endUser"}, {"li"}),
        ({"provider": "entra", "type": "technician"}, {"tess"}),
        ({"organization": "12"}, {"li"}),
        ({"search": "TES"}, {"tess"}),
        ({"state": "inactive"}, set()),
        ({"state": "nonsense", "search": "tess"}, {"tess"}),
    ],
)
async def test_the_list_is_narrowed_by_what_the_address_says(visitor, admin, filters, expected):
    """R129."""
    await provided(admin, user("li"))
    await provided(admin, technician("tess"))
    page = await visitor.get(USERS, **filters)
    assert page.status == 200
    assert {
        name for name in ("li", "tess", "boss@contoso.com", "chief@contoso.com") if f"Select {name}" in page.html
    } == (expected)


async def test_filters_go_on_to_the_next_page_and_the_file(visitor, admin):
    for number in range(3):
        await provided(admin, user(f"person{number}"))
    page = await visitor.get(USERS, managedBy="scim", limit=2)
    following = page.html.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "managedBy=scim" in following
    assert "/users/export?managedBy=scim" in page.html
    assert "person2" in (await visitor.get(following)).text


async def test_what_was_searched_for_and_not_found_can_be_cleared(visitor):
    page = await visitor.get(USERS, search="nobody here")
    assert "No user matches these filters." in page.text
    assert 'value="nobody here"' in page.html


async def test_a_filter_by_a_provider_that_is_gone_is_refused(visitor):
    page = await visitor.get(USERS, provider="gone")
    assert (page.status, "There is no identity provider with this id." in page.text) == (400, True)


async def test_scim_rows_say_why_they_cannot_be_deleted(visitor, admin):
    """R003, R004, R009: until SCIM is switched off (R005)."""
    id_ = await provided(admin, user("li"))
    page = await visitor.get(USERS, managedBy="scim")
    assert f"{id_}/delete" not in page.html
    assert "Managed by Contoso Entra through SCIM: it is deactivated and deleted there." in page.text
    await switch_scim(admin, on=False)
    assert f"{id_}/delete" in (await visitor.get(USERS, managedBy="scim")).html


async def test_the_file_has_what_the_filters_admit(visitor, admin):
    await provided(admin, user("li"))
    reply = await visitor.get(f"{USERS}/export", managedBy="scim")
    assert reply.headers["Content-Disposition"] == 'attachment; filename="users.csv"'
    lines = reply.html.splitlines()
    assert (len(lines), "li,li@" in lines[1] or lines[1].startswith("li,"), "Contoso Entra" in lines[1]) == (
        2,
        True,
        True,
    )


async def test_a_native_user_is_added(visitor):
    reply = await visitor.send(
        f"{USERS}/add", email="ben@example.com", givenName="Ben", familyName="Okri", userName="", userType="technician"
    )
    assert (reply.status, reply.notice) == (303, "user-added")
    assert "Ben Okri" in (await visitor.get(reply.location)).text


async def test_a_link_is_shown_once_when_it_is_wanted_with_the_user(visitor):
    page = await visitor.send(f"{USERS}/add", email="ben@example.com", userType="technician", invite="on")
    assert page.status == 200
    assert page.headers["X-Changed"] == "yes"
    assert "/console/invitation#" in page.html
    assert "data-guard" in page.html


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"email": "nonsense", "userType": "technician"}, "Give an e-mail address, for example anna@contoso.com."),
        ({"email": "a@b.example", "userType": "endUser", "organizationId": ""}, "An end user needs an organization."),
        ({"email": "chief@contoso.com", "userType": "technician"}, "already exists"),
    ],
)
async def test_a_user_that_cannot_be_is_refused_with_what_was_typed(visitor, fields, told):
    page = await visitor.send(f"{USERS}/add", **fields)
    assert page.status in {400, 409}
    assert told in page.text
    assert f'value="{fields["email"]}"' in page.html


async def test_bulk_deletion_leaves_out_what_scim_manages(visitor, admin):
    """R004: the numbers are told before and after."""
    locked = [await provided(admin, user(f"locked{number}")) for number in range(3)]
    native = [(await admin.account(f"native{number}@example.com")).id for number in range(4)]
    ids = [*locked, *native]
    page = await visitor.get(f"{USERS}/delete", id=ids)
    assert "Delete 4 users?" in page.text
    assert "3 of 7 are managed by SCIM and are left out." in page.text
    done = await visitor.send(f"{USERS}/delete", id=ids)
    assert done.status == 200
    assert "4 users deleted" in done.text
    assert "3 of 7 are managed by SCIM and were left out." in done.text
    listed = (await visitor.get(USERS)).html
    assert [id_ for id_ in ids if id_ in listed] == locked


async def test_bulk_deactivation_tells_who_was_refused(last, admin):
    """Administrators take a code each, and everybody else is deactivated."""
    other = await admin.account("tess@example.com")
    done = await last.send(f"{USERS}/deactivate", id=[last.person.user.id, other.id])
    assert "1 user deactivated" in done.text
    assert "boss@contoso.com : A system administrator takes a code: use the account's own page." in done.text


async def test_ids_that_are_not_there_any_more_are_told_of(visitor):
    page = await visitor.get(f"{USERS}/deactivate", id=["gone", "gone", "too"])
    assert "Deactivate users 2 of 2 are not there any more." in page.text
    assert "2 of 2 are not there any more." in page.text


async def test_nothing_is_done_to_nobody(visitor):
    assert "Select at least one user." in (await visitor.get(f"{USERS}/delete")).text


async def test_a_deleted_user_is_restored(visitor, admin):
    """AMB-1."""
    li = await admin.account("li@example.com", technician=False)
    assert (await visitor.send(f"{USERS}/{li.id}/delete")).notice == "user-deleted"
    page = await visitor.get(USERS, state="deleted")
    assert f"{li.id}/restore" in page.html
    assert "This account was deleted." in (await visitor.get(f"{USERS}/{li.id}")).text
    assert "As before: Organization 12" in (await visitor.get(f"{USERS}/{li.id}/restore")).text
    reply = await visitor.send(f"{USERS}/{li.id}/restore", organizationId="13")
    assert (reply.status, reply.notice) == (303, "user-restored")
    assert "Organization 13" in row(await visitor.get(USERS), "li@example.com")


async def test_restoring_into_no_organization_is_refused_at_its_field(visitor, admin):
    li = await admin.account("li@example.com", technician=False)
    await visitor.send(f"{USERS}/{li.id}/delete")
    page = await visitor.send(f"{USERS}/{li.id}/restore", organizationId="99")
    assert page.status == 400
    assert 'There is no organization with the ID "99".' in page.text
    assert "data-wrong" in page.html


async def asked(admin, name="ada@contoso.com", **kind):
    """The id of a native account that the provider has tried to create."""
    await change_provider(admin, replace(ENTRA, policies=Policies(adoption=AdoptionPolicy.ASK)))
    account = await admin.account(name, **kind)
    assert (await admin.world.call("POST", "/Users", user(name))).status == 409
    return account.id


async def test_accounts_that_wait_are_decided_about(visitor, admin):
    """AMB-22."""
    id_ = await asked(admin)
    assert "1 Native account waits for a decision" in (await visitor.get(USERS)).text
    page = await visitor.get(f"{USERS}/adoptions")
    assert "ada@contoso.com" in page.text
    one = f"{USERS}/adoptions/entra/{id_}"
    assert "Let Contoso Entra manage “ada@contoso.com”?" in (await visitor.get(f"{one}/approve")).text
    reply = await visitor.send(f"{one}/approve")
    assert (reply.status, reply.notice) == (303, "adoption-approved")
    assert "Nothing waits for a decision." in (await visitor.get(f"{USERS}/adoptions")).text
    assert "SCIM · Contoso Entra" in (await visitor.get(f"{USERS}/{id_}")).text


async def test_a_rejected_account_stays_native_and_waits_no_longer(visitor, admin):
    id_ = await asked(admin)
    one = f"{USERS}/adoptions/entra/{id_}"
    assert (await visitor.get(f"{one}/reject")).status == 200
    assert (await visitor.send(f"{one}/reject")).notice == "adoption-rejected"
    assert "waits for a decision" not in (await visitor.get(USERS)).text


async def test_a_system_administrator_is_handed_over_only_if_that_is_meant(visitor, admin):
    """AMB-11."""
    id_ = await asked(admin, administrator=True)
    page = await visitor.send(f"{USERS}/adoptions/entra/{id_}/approve")
    assert page.status == 409
    assert "Approve it once more, with the confirmation that this is meant." in page.text
    assert (await visitor.send(f"{USERS}/adoptions/entra/{id_}/approve", administrator="on")).status == 303


async def test_an_adoption_that_nobody_asked_for_is_not_found(visitor, admin):
    native = await admin.account("tess@example.com")
    assert (await visitor.get(f"{USERS}/adoptions/entra/{native.id}/approve")).status == 404


async def test_who_only_views_users_can_change_nothing(admin):
    tess = Visitor(await signed_in_technician(admin, Permission.VIEW_ACCOUNTS))
    page = await tess.get(USERS)
    assert page.status == 200
    assert not [
        each for each in ("Add user", "Select ", "/delete", "/deactivate") if each in page.html.partition("<main")[2]
    ]
    id_ = tess.person.user.id
    for path in ("add", f"deactivate?id={id_}", f"delete?id={id_}"):
        assert (await tess.get(f"{USERS}/{path}")).status == 403, path
        assert (await tess.send(f"{USERS}/{path}", id=id_, email="x@y.example", userType="technician")).status == 403, (
            path
        )


async def test_who_may_not_see_users_is_told_so(admin):
    tess = Visitor(await signed_in_technician(admin, Permission.VIEW_ORGANIZATIONS))
    for path in (USERS, f"{USERS}/export", f"{USERS}/{tess.person.user.id}", f"{USERS}/adoptions"):
        page = await tess.get(path)
        assert (page.status, "Your roles do not let you view all users." in page.text) == (403, True), path


async def test_the_list_takes_as_many_storage_calls_for_many_people_as_for_one():
    """R129: names of organizations and providers come together, and nothing is read for each row."""
    rows = CountingRows(FakeRows())
    admin = await AdminWorld.on(rows)
    visitor = await Visitor.signed_in(admin)
    counts = []
    for people in (1, 20):
        for number in range(people):
            await provided(admin, user(f"person{people}-{number}"))
        await visitor.get(USERS)
        before = sum(rows.calls.values())
        assert (await visitor.get(USERS)).status == 200
        counts.append(sum(rows.calls.values()) - before)
    assert counts[0] == counts[1]
