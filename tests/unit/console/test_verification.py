"""*Verify it's you* in all its states, without a browser; on a change that wants a recent sign-in."""

from dataclasses import replace

import pytest

ADDRESS = "administration/organizations/13/delete"


@pytest.fixture
async def asked(visitor):
    """The dialog, long after the sign-in."""
    await visitor.grow_old()
    return await visitor.send(ADDRESS)


async def test_it_asks_for_the_time_based_code_and_keeps_the_form(asked):
    """R015."""
    assert asked.status == 200
    assert "Enter the time-based code from your authenticator app" in asked.text
    assert 'autocomplete="one-time-code"' in asked.html
    assert 'href="/console/administration/organizations/13/delete"' in asked.html  # Cancel


async def test_a_wrong_code_tells_how_many_tries_are_left(visitor, asked):
    """R015."""
    page = await visitor.send(ADDRESS, **asked.kept, verification_code="000000")
    assert page.status == 403
    assert "That code is not right. 4 tries left." in page.text
    assert (await visitor.send(ADDRESS, **page.kept, verification_code=visitor.person.code())).status == 303


async def test_a_used_code_is_told_as_such(visitor, asked):
    """R015."""
    code = visitor.person.code()
    await visitor.person.call("POST", "/session:verify", {"code": code})
    page = await visitor.send(ADDRESS, **asked.kept, verification_code=code)
    assert page.status == 403
    assert "This code was already used. Wait for the next one." in page.text


async def test_after_five_wrong_codes_nothing_can_be_typed_for_a_quarter_of_an_hour(visitor, asked):
    for _ in range(5):
        page = await visitor.send(ADDRESS, **asked.kept, verification_code="000000")
    assert page.status == 429
    assert "Too many wrong codes. Try again in 15 minutes." in page.text
    assert "verification-code" not in page.html


async def test_who_has_no_app_is_told_and_led_there(visitor, admin):
    """AMB-12."""
    await visitor.grow_old()
    credentials = await admin.services.credentials.get(visitor.person.user.id)
    await admin.services.credentials.save(replace(credentials, totp_secret=""))
    page = await visitor.send(ADDRESS)
    assert page.status == 403
    assert "You need an authenticator app before you can do this." in page.text
    assert 'href="/console/account/security"' in page.html
    assert "verification-code" not in page.html


async def test_after_five_minutes_nothing_is_changed(visitor, admin, asked):
    admin.clock.advance(minutes=5)
    page = await visitor.send(ADDRESS, **asked.kept, verification_code=visitor.person.code())
    assert page.status == 403
    assert "Nothing was changed. Start again." in page.text
    assert f'href="/console/{ADDRESS}"' in page.html
    assert "verification-code" not in page.html


async def test_a_wrong_code_gives_no_further_five_minutes(visitor, admin, asked):
    admin.clock.advance(minutes=4)
    page = await visitor.send(ADDRESS, **asked.kept, verification_code="000000")
    admin.clock.advance(minutes=1)
    page = await visitor.send(ADDRESS, **page.kept, verification_code=visitor.person.code())
    assert "Nothing was changed. Start again." in page.text


@pytest.mark.parametrize("when", ["", "soon", "-1", "9" * 400, "\u0663"])
async def test_a_moment_that_is_none_does_no_harm(visitor, asked, when):
    sent = asked.kept | {"verification_asked_at": when}
    assert (await visitor.send(ADDRESS, **sent, verification_code="000000")).status == 403


async def test_it_works_within_a_dialog(visitor, asked):
    page = await visitor.send(ADDRESS, fragment=True, **asked.kept, verification_code="000000")
    assert "data-dialog-content" in page.html
    assert "<html" not in page.html
    reply = await visitor.send(ADDRESS, fragment=True, **page.kept, verification_code=visitor.person.code())
    assert (reply.status, reply.headers["X-Location"]) == (
        204,
        "/console/administration/organizations?notice=organization-deleting",
    )


@pytest.mark.parametrize("change", ["administrator/grant", "security/reset-mfa"])
async def test_after_a_long_time_one_code_is_enough_for_a_critical_change(visitor, admin, change):
    """It proves who the person is, and is for this change. R013, AMB-13."""
    user = await admin.account("tess@contoso.com")
    await visitor.grow_old()
    asked = await visitor.send(f"administration/accounts/users/{user.id}/{change}")
    assert "Enter the time-based code from your authenticator app to" in asked.text
    code = visitor.person.code()
    reply = await visitor.send(
        f"administration/accounts/users/{user.id}/{change}", **asked.kept, verification_code=code
    )
    assert reply.status == 303
