"""Administration → Organizations, without a browser."""

import re

ORGANIZATIONS = "administration/organizations"


async def test_the_list_names_organizations_their_ids_and_all(visitor):
    """R055, R056, R061."""
    page = await visitor.get(ORGANIZATIONS)
    assert page.status == 200
    assert "Use All as the organization ID to create a global end user." in page.text
    assert "Copy Org ID" in page.text
    assert 'data-copy-text="12"' in page.html


async def test_an_organization_is_added(visitor):
    reply = await visitor.send(f"{ORGANIZATIONS}/add", name="Contoso Ltd", id="")
    assert (reply.status, reply.location, reply.notice) == (303, f"/console/{ORGANIZATIONS}", "organization-added")
    assert "Contoso Ltd" in (await visitor.get(ORGANIZATIONS)).text


async def test_a_refused_form_comes_back_with_what_was_typed(visitor):
    page = await visitor.send(f"{ORGANIZATIONS}/add", name="Contoso", id="All")
    assert page.status == 400
    assert 'An organization ID has 1 to 64 letters, digits, ".", "_" and "-", and is not "All"' in page.text
    assert 'value="Contoso"' in page.html


async def test_a_name_that_is_no_name_is_told_at_its_field(visitor):
    page = await visitor.send(f"{ORGANIZATIONS}/add", name="", id="")
    assert page.status == 400
    assert page.html.count("Fill this in.") == 2  # above as well, where the style hides it: see test_dialogs
    assert "data-one-field" in page.html


async def test_fields_that_are_wrong_are_led_to(visitor):
    page = await visitor.send(f"{ORGANIZATIONS}/add", name="", id="x" * 65)
    assert "Some fields need your attention." in page.text
    assert re.findall(r'<a href="#field-(\w+)" data-to-field>', page.html) == ["name", "id"]
    assert {'id="field-name"' in page.html, 'id="field-id"' in page.html} == {True}


async def test_an_organization_that_was_changed_meanwhile_is_not_overwritten(visitor):
    page = await visitor.send(f"{ORGANIZATIONS}/12/rename", name="Other", version='W/"1"')
    assert page.status == 412
    assert "This was changed meanwhile." in page.text


async def test_a_deletion_asks_for_a_code_when_the_sign_in_was_long_ago(visitor):
    await visitor.grow_old()
    page = await visitor.send(f"{ORGANIZATIONS}/13/delete")
    assert page.status == 200
    assert "Verify it's you" in page.text
    reply = await visitor.send(
        f"{ORGANIZATIONS}/13/delete", verify_session="1", verification_code=visitor.person.code()
    )
    assert (reply.status, reply.notice) == (303, "organization-deleting")


async def test_who_is_not_signed_in_is_led_to_sign_in_and_back(visitor):
    visitor.person.cookie = ""
    reply = await visitor.get(ORGANIZATIONS)
    assert reply.status == 303
    assert reply.headers["Location"] == "/console/sign-in?next=%2Fconsole%2Fadministration%2Forganizations"
