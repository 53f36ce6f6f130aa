"""The account configuration page, without a browser."""

import re
from dataclasses import replace

import pytest

from scim.domain.authority import Permission
from scim.domain.people import NativeRole
from tests.accounts import switch_scim, technician
from tests.activities import Log
from tests.people import Person
from tests.people import technician as signed_in_technician
from tests.unit.console.test_sso import make_administrator
from tests.visitor import Visitor
from tests.world import patch

USERS = "administration/accounts/users"
LOCK = "This field is managed by Contoso Entra through SCIM. Change it there, or disable SCIM for this provider."
GENERAL = {
    "givenName": "Tess",
    "familyName": "",
    "displayName": "",
    "email": "tess@example.com",
    "userName": "tess@example.com",
    "userType": "technician",
    "organizationId": "",
}
SETTINGS = {"phone": "", "language": "", "timeZone": "", "idleWarningMinutes": "28", "notifications": "on"}


@pytest.fixture
async def tess(admin):
    """A native technician."""
    return await admin.account("tess@example.com")


@pytest.fixture
async def ana(admin):
    """A technician that SCIM manages; her id."""
    reply = await admin.world.call("POST", "/Users", technician("ana@contoso.com", externalId="a1"))
    return reply.json["id"]


@pytest.fixture
async def mapped(admin, ana):
    """The id of a technician role that Ana has through the group Helpdesk."""
    role = (await admin.done("POST", "/roles", {"name": "Helpdesk L1", "type": "technician"}))["id"]
    group = await admin.world.call("POST", "/Groups", {"displayName": "Helpdesk", "members": [{"value": ana}]})
    path = f"/identity-providers/entra/groups/{group.json['id']}/mapping"
    await admin.done("PUT", path, {"technicianRoles": [role]})
    return role


async def test_every_field_that_scim_manages_is_locked_and_says_why(visitor, ana):
    """R003, R009: by the API's own words."""
    page = await visitor.get(f"{USERS}/{ana}")
    assert "Managed by SCIM (Contoso Entra). Fields with a lock are changed there." in page.text
    names = ("givenName", "familyName", "displayName", "email", "userName", "userType", "organizationId", "active")
    for name in names:
        assert f'<output id="field-{name}"' in page.html, name
        assert f'name="{name}"' not in page.html, name
    assert page.html.count(f'title="{LOCK}"') == len(names)


async def test_what_scim_does_not_manage_is_changed(visitor, admin, ana):
    """R006, R007, R008, AMB-10."""
    changes = SETTINGS | {"phone": "+34 600", "language": "de", "timeZone": "Europe/Madrid", "idleWarningMinutes": "5"}
    reply = await visitor.send(
        f"{USERS}/{ana}", **{name: text for name, text in changes.items() if name != "notifications"}
    )
    assert (reply.status, reply.notice) == (303, "user-saved")
    profile = await admin.services.profiles.get(ana)
    assert (profile.phone, profile.language, profile.time_zone) == ("+34 600", "de", "Europe/Madrid")
    assert (profile.idle_warning_minutes, profile.notifications) == (5, False)


async def test_an_edit_that_scim_forbids_comes_back_with_the_explanation(visitor, ana):
    """R003: also when the page was opened while SCIM was off."""
    page = await visitor.send(f"{USERS}/{ana}", givenName="Anna", **SETTINGS)
    assert page.status == 409
    assert LOCK in page.text
    assert f'<p class="field-error" id="hint-givenName">{LOCK}</p>' in page.html


async def test_switching_scim_off_unlocks_and_on_locks_again(visitor, admin, ana):
    """R005, AMB-9."""
    await switch_scim(admin, on=False)
    page = await visitor.get(f"{USERS}/{ana}")
    assert "SCIM is off: you can edit this user; the next sync may overwrite it." in page.text
    assert 'name="givenName"' in page.html
    fields = GENERAL | {"givenName": "Anna", "email": "", "userName": "ana@contoso.com"}
    assert (await visitor.send(f"{USERS}/{ana}", **fields, **SETTINGS)).status == 303
    await switch_scim(admin, on=True)
    assert (await visitor.send(f"{USERS}/{ana}", **fields | {"givenName": "Ana"}, **SETTINGS)).status == 409


async def test_a_native_account_is_edited(visitor, tess):
    fields = GENERAL | {"familyName": "Tickle", "displayName": "Tess T."}
    reply = await visitor.send(f"{USERS}/{tess.id}", **fields, **SETTINGS)
    assert (reply.status, reply.notice) == (303, "user-saved")
    page = await visitor.get(f"{USERS}/{tess.id}")
    assert "Tess T." in page.text
    assert 'value="Tickle"' in page.html
    assert "Managed by SCIM" not in page.text


async def test_saving_settings_takes_no_code_when_the_sign_in_was_long_ago(visitor, tess):
    """The form sends name and type as well, and they did not change; a change of them does take one."""
    await visitor.grow_old()
    changed = SETTINGS | {"phone": "1"}
    assert (await visitor.send(f"{USERS}/{tess.id}", **GENERAL, **changed)).notice == "user-saved"
    page = await visitor.send(f"{USERS}/{tess.id}", **GENERAL | {"userName": "other@example.com"}, **changed)
    assert "Verify it's you" in page.text


async def test_of_a_conflict_is_told_who_was_faster(visitor, admin, ana, tess):
    version = 'W/"0"'
    admin.clock.advance(minutes=1)
    await admin.done("PATCH", f"/users/{tess.id}", {"phone": "1"})
    admin.clock.advance(minutes=3)
    page = await visitor.send(f"{USERS}/{tess.id}", version=version, **GENERAL, **SETTINGS)
    assert "boss@contoso.com changed this 3 minutes ago , after you opened it." in page.text
    await admin.world.call("PATCH", f"/Users/{ana}", patch(("replace", "title", "CEO")))
    page = await visitor.send(f"{USERS}/{ana}", version=version, **SETTINGS)
    assert "The identity provider changed this 1 second ago , after you opened it." in page.text
    page = await visitor.send(f"{USERS}/{tess.id}/deactivate", version=version)
    assert "Nothing was done. Load the present state, and decide again." in page.text


async def test_an_account_that_was_changed_meanwhile_is_not_overwritten(visitor, tess):
    page = await visitor.get(f"{USERS}/{tess.id}")
    version = page.html.partition('name="version" value="')[2].partition('"')[0].replace("&quot;", '"')
    visitor.admin.clock.advance(minutes=1)
    first = await visitor.send(f"{USERS}/{tess.id}", version=version, **GENERAL, **SETTINGS | {"phone": "1"})
    assert first.status == 303
    visitor.admin.clock.advance(minutes=1)
    second = await visitor.send(f"{USERS}/{tess.id}", version=version, **GENERAL, **SETTINGS | {"phone": "2"})
    assert second.status == 412
    assert "You changed this yourself 1 minute ago , after this form was opened." in second.text
    assert (
        "Nothing was saved. What you typed is still here: note what you need of it, load the present state, and change "
        "that."
    ) in second.text
    assert second.value("field-phone") == "2"
    assert f'<a href="/console/{USERS}/{tess.id}">Load the present state</a>' in second.html
    assert 'value="2"' in second.html


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"email": "nonsense"}, "Give an e-mail address, for example anna@contoso.com."),
        ({"userType": "endUser"}, "An end user needs an organization."),
        ({"userName": "chief@contoso.com"}, 'A user with userName "chief@contoso.com" already exists.'),
    ],
)
async def test_values_that_cannot_be_are_refused(visitor, tess, fields, told):
    page = await visitor.send(f"{USERS}/{tess.id}", **GENERAL | fields, **SETTINGS)
    assert page.status in {400, 409}
    assert told in page.text


async def test_an_end_user_moves_to_all_organizations(visitor, admin):
    li = await admin.account("li@example.com", technician=False)
    fields = GENERAL | {"email": li.user_name, "userName": li.user_name, "userType": "endUser", "organizationId": "All"}
    assert (await visitor.send(f"{USERS}/{li.id}", **fields, **SETTINGS)).status == 303
    assert '<option value="All" selected>All organizations' in (await visitor.get(f"{USERS}/{li.id}")).html


async def test_what_a_provider_sends_badly_is_told(visitor, admin, ana):  # noqa: ARG001 - Ana has the same externalId
    """AMB-20, AMB-21."""
    reply = await admin.world.call("POST", "/Users", technician("no address", externalId="a1"))
    page = await visitor.get(f"{USERS}/{reply.json['id']}")
    assert "There is no e-mail address to write to: the identity provider sends none." in page.text
    assert "Another account of this identity provider has the same externalId." in page.text


async def test_an_account_is_deactivated_and_reactivated(visitor, tess):
    """AMB-34."""
    page = await visitor.get(f"{USERS}/{tess.id}/deactivate")
    assert "Deactivate “tess@example.com”?" in page.text
    assert (await visitor.send(f"{USERS}/{tess.id}/deactivate")).notice == "user-deactivated"
    assert "Inactive" in (await visitor.get(f"{USERS}/{tess.id}")).text
    assert (await visitor.get(f"{USERS}/{tess.id}/reactivate")).status == 200
    assert (await visitor.send(f"{USERS}/{tess.id}/reactivate")).notice == "user-reactivated"


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("deactivate", "The last active system administrator cannot be deactivated."),
        ("delete", "The last active system administrator cannot be deleted."),
        ("administrator/revoke", "At least one active system administrator must remain."),
        ("security/reset-mfa", "At least one active system administrator who can sign in natively must remain."),
    ],
)
async def test_the_last_system_administrator_stays(last, path, told):
    """AMB-11."""
    person = last.person
    page = await last.send(f"{USERS}/{person.user.id}/{path}", verification_code=person.code())
    assert (page.status, told in page.text) == (409, True)


@pytest.mark.parametrize("path", ["deactivate", "delete"])
async def test_what_scim_manages_is_neither_deactivated_nor_deleted_here(visitor, ana, path):
    """R003, R004: the dialog says so instead of asking."""
    shown = await visitor.get(f"{USERS}/{ana}/{path}")
    assert "or disable SCIM for this provider." in shown.text
    assert 'class="button danger"' not in shown.html
    refused = await visitor.send(f"{USERS}/{ana}/{path}")
    assert (refused.status, "or disable SCIM for this provider." in refused.text) == (409, True)


async def test_a_system_administrator_is_made_and_unmade_by_hand_with_a_code(visitor, admin, ana):
    """R016, R017: also of an account that SCIM manages."""
    assert (
        "Make “ana@contoso.com” a system administrator?"
        in (await visitor.get(f"{USERS}/{ana}/administrator/grant")).text
    )
    asks = await visitor.send(f"{USERS}/{ana}/administrator/grant")
    assert "Enter the time-based code from your authenticator app to make ana@contoso.com a system administrator." in (
        asks.text
    )
    code = visitor.person.code()
    reply = await visitor.send(f"{USERS}/{ana}/administrator/grant", verification_code=code)
    assert (reply.status, reply.notice) == (303, "administrator-granted")
    assert (await admin.services.accounts.get(ana)).administrator
    code = visitor.person.code()
    reply = await visitor.send(f"{USERS}/{ana}/administrator/revoke", verification_code=code)
    assert (reply.status, reply.notice) == (303, "administrator-revoked")
    assert not (await admin.services.accounts.get(ana)).administrator


async def test_an_end_user_cannot_be_a_system_administrator(visitor, admin):
    li = await admin.account("li@example.com", technician=False)
    assert "Only technicians can be system administrators." in (await visitor.get(f"{USERS}/{li.id}")).text
    page = await visitor.send(f"{USERS}/{li.id}/administrator/grant", verification_code=visitor.person.code())
    assert (page.status, "Only technicians can be system administrators." in page.text) == (409, True)


async def test_the_security_of_scim_users_needs_no_invitation(visitor, ana):
    """R010, R011, R012."""
    page = await visitor.get(f"{USERS}/{ana}/security")
    assert "Registered" in page.text
    assert "Pending" not in page.text
    assert "invitation link" not in page.text.casefold()
    refused = await visitor.send(f"{USERS}/{ana}/security/invite")
    assert (refused.status, "managed through SCIM" in refused.text) == (409, True)


async def test_that_native_without_a_password_is_no_way_in_is_said_before(visitor, admin, ana, tess):
    """R010, R011: nobody who is managed through SCIM is invited to choose one."""
    told = "Set to Native it cannot sign in anywhere while SSO is enabled."
    assert told in (await visitor.get(f"{USERS}/{ana}/security")).text
    assert told not in (await visitor.get(f"{USERS}/{tess.id}/security")).text
    await Person(admin, await admin.services.accounts.get(ana)).equip()
    assert told not in (await visitor.get(f"{USERS}/{ana}/security")).text


async def test_whose_app_is_reset_and_needs_a_link_for_the_next_is_said_before(visitor, admin, ana):
    told = "sets it up with an invitation link. Create one afterwards."
    assert told not in (await visitor.get(f"{USERS}/{ana}/security/reset-mfa")).text
    await make_administrator(admin, ana)
    assert told in (await visitor.get(f"{USERS}/{ana}/security/reset-mfa")).text


async def test_a_native_account_gets_a_link_that_is_shown_once(visitor, tess):
    assert "Pending" in (await visitor.get(f"{USERS}/{tess.id}/security")).text
    page = await visitor.send(f"{USERS}/{tess.id}/security/invite")
    assert page.status == 200
    assert "/console/invitation#" in page.html
    assert "data-guard" in page.html
    assert "/console/invitation#" not in (await visitor.get(f"{USERS}/{tess.id}/security")).html


async def test_the_authentication_type_is_changed(visitor, admin, ana):
    """AMB-30."""
    reply = await visitor.send(f"{USERS}/{ana}/security", authenticationType="native")
    assert (reply.status, reply.notice) == (303, "user-saved")
    assert (await admin.services.profiles.get(ana)).authentication_type == "native"


async def test_mfa_is_reset_with_a_code_and_sessions_end(visitor, admin, tess):
    person = await Person(admin, tess).equip()
    await person.sign_in()
    page = await visitor.get(f"{USERS}/{tess.id}/security")
    assert "An authenticator app is set up." in page.text
    assert "1 session goes on." in page.text
    assert "reset the MFA of tess@example.com" in (await visitor.send(f"{USERS}/{tess.id}/security/reset-mfa")).text
    code = visitor.person.code()
    assert (await visitor.send(f"{USERS}/{tess.id}/security/reset-mfa", verification_code=code)).notice == "mfa-reset"
    page = await visitor.get(f"{USERS}/{tess.id}/security")
    assert "No authenticator app is set up." in page.text
    assert "Not signed in anywhere." in page.text


async def test_all_sessions_are_ended(visitor, admin, tess):
    await (await Person(admin, tess).equip()).sign_in()
    assert "1 session ends at once" in (await visitor.get(f"{USERS}/{tess.id}/security/end-sessions")).text
    assert (await visitor.send(f"{USERS}/{tess.id}/security/end-sessions")).notice == "sessions-ended"
    assert "Not signed in anywhere." in (await visitor.get(f"{USERS}/{tess.id}/security")).text


async def test_roles_name_their_source_and_where_they_come_from(visitor, admin, ana, mapped):
    """R088, R089, R090, R091."""
    await admin.done("POST", f"/users/{ana}/roles/{mapped}")
    page = await visitor.get(f"{USERS}/{ana}/roles")
    assert "Native added by boss@contoso.com , 23 Nov 2026" in page.text
    assert "SCIM Helpdesk → mapping" in page.text


async def test_why_leads_from_the_person_to_the_role(visitor, ana, mapped):
    """R091: user, group, mapping with who and when, role."""
    text = (await visitor.get(f"{USERS}/{ana}/roles/{mapped}/why")).text
    parts = [
        "ana@contoso.com is in group Helpdesk of Contoso Entra ,",
        "which is mapped, by boss@contoso.com , 23 Nov 2026",
    ]
    parts += ["to the role Helpdesk L1", "Without the membership, the person would lose: Helpdesk L1 ."]
    places = [text.find(part) for part in parts]
    assert -1 not in places, (parts, text)
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("dialog", "told"),
    [
        ("deactivate", "This account is managed by Contoso Entra through SCIM. Change it there"),
        ("delete", "This account is managed by Contoso Entra through SCIM. Delete it there"),
    ],
)
async def test_why_an_account_of_scim_is_not_ended_here_is_said_once(visitor, ana, dialog, told):
    """R004, R009."""
    for page, status in (
        (await visitor.get(f"{USERS}/{ana}/{dialog}"), 200),
        (await visitor.send(f"{USERS}/{ana}/{dialog}"), 409),
    ):
        assert (page.status, page.text.count(told), "This field" in page.text) == (status, 1, False)
    assert told in (await visitor.get(f"{USERS}/{ana}")).text


async def test_sessions_that_there_are_not_do_not_end(visitor, tess):
    for dialog in ("deactivate", "delete", "security/reset-mfa", "security/end-sessions", "administrator/grant"):
        text = (await visitor.get(f"{USERS}/{tess.id}/{dialog}")).text
        assert not re.search(r"\b0 ", text), dialog


async def test_a_role_from_a_group_is_not_taken_away_here(visitor, ana, mapped):
    """R092, R093."""
    lock = (
        "This role comes from group Helpdesk in Contoso Entra. Change the membership there, or the mapping in Group "
        "Mapping."
    )
    page = await visitor.get(f"{USERS}/{ana}/roles")
    assert f'title="{lock}"' in page.html
    assert f"{mapped}/remove" not in page.html
    assert lock in (await visitor.get(f"{USERS}/{ana}/roles/{mapped}/remove")).text
    refused = await visitor.send(f"{USERS}/{ana}/roles/{mapped}/remove")
    assert (refused.status, refused.text.count(lock)) == (409, 1)


async def test_a_native_role_is_given_and_taken(visitor, admin, ana, mapped):
    """AMB-25: also on an account that SCIM manages."""
    page = await visitor.get(f"{USERS}/{ana}/roles/add")
    assert f'<option value="{mapped}"' in page.html
    preview = await visitor.send(f"{USERS}/{ana}/roles/add", roleId=mapped, preview="1")
    assert "What changes" in preview.text
    assert not (await admin.services.profiles.get(ana)).roles
    assert (await visitor.send(f"{USERS}/{ana}/roles/add", roleId=mapped)).notice == "role-given"
    assert (
        "The person keeps the role: a group gives it, too."
        in (await visitor.get(f"{USERS}/{ana}/roles/{mapped}/remove")).text
    )
    assert (await visitor.send(f"{USERS}/{ana}/roles/{mapped}/remove")).notice == "role-taken"


async def test_the_preview_names_what_is_gained(visitor, tess, mapped):
    preview = await visitor.send(f"{USERS}/{tess.id}/roles/add", roleId=mapped, preview="1")
    assert "This person gains Helpdesk L1 ." in preview.text
    await visitor.send(f"{USERS}/{tess.id}/deactivate")
    preview = await visitor.send(f"{USERS}/{tess.id}/roles/add", roleId=mapped, preview="1")
    assert "Nothing now: the account is inactive." in preview.text


async def test_roles_of_inactive_people_are_kept_and_not_in_force(visitor, admin, tess, mapped):
    """AMB-34."""
    profile = await admin.services.profiles.get(tess.id)
    given = NativeRole(role=mapped, added_by="Ben", added_at=admin.clock.now())
    await admin.services.profiles.save(replace(profile, roles=(given,)))
    await visitor.send(f"{USERS}/{tess.id}/deactivate")
    page = await visitor.get(f"{USERS}/{tess.id}/roles")
    assert "Not in force" in page.text
    assert "its roles are kept, and count again once it is active" in page.text
    assert (
        "not in force while the account is inactive"
        in (await visitor.get(f"{USERS}/{tess.id}/roles/{mapped}/why")).text
    )


async def test_the_role_of_nobody_has_no_reason(visitor, tess, mapped):
    assert (await visitor.get(f"{USERS}/{tess.id}/roles/{mapped}/why")).status == 404


async def test_the_activity_of_an_account_is_its_own(visitor, admin, ana, tess):
    await visitor.send(f"{USERS}/{ana}", **SETTINGS | {"phone": "1"})
    await visitor.send(f"{USERS}/{tess.id}/deactivate")
    await Log(admin.world).settle()
    page = await visitor.get(f"{USERS}/{ana}/activity")
    assert page.status == 200
    assert f"subject={ana}" in page.html
    assert "Technician Created" in page.text
    assert "chief@contoso.com phone" in page.text
    assert "Account Deactivated" not in page.text


async def test_who_only_views_users_sees_everything_locked(admin, ana, tess):
    viewer = Visitor(await signed_in_technician(admin, Permission.VIEW_ACCOUNTS))
    for account in (ana, tess.id):
        page = await viewer.get(f"{USERS}/{account}")
        assert page.status == 200
        assert "Your roles do not let you change users." in page.text
        assert 'name="phone"' not in page.html
        for tab in ("security", "roles"):
            assert (await viewer.get(f"{USERS}/{account}/{tab}")).status == 200
        refused = await viewer.get(f"{USERS}/{account}/activity")
        assert refused.status == 403


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/security",
        "/deactivate",
        "/reactivate",
        "/delete",
        "/restore",
        "/administrator/grant",
        "/administrator/revoke",
        "/security/reset-mfa",
        "/security/end-sessions",
        "/security/invite",
        "/roles/add",
        "/roles/l1/remove",
    ],
)
async def test_who_only_views_users_can_send_no_form(admin, tess, mapped, path):
    viewer = Visitor(await signed_in_technician(admin, Permission.VIEW_ACCOUNTS))
    form = GENERAL | SETTINGS | {"authenticationType": "native", "roleId": mapped} if path in {"", "/roles/add"} else {}
    form = form or {"authenticationType": "native"}
    reply = await viewer.send(f"{USERS}/{tess.id}{path}", **form, verification_code=viewer.person.code())
    assert reply.status == 403, reply.text


@pytest.mark.parametrize("path", ["", "/security", "/roles", "/activity", "/delete", "/roles/add", "/security/invite"])
async def test_an_account_that_is_not_there_is_not_found(visitor, path):
    assert (await visitor.get(f"{USERS}/nobody{path}")).status == 404
