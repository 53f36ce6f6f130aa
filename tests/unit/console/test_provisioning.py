"""The SCIM card and the SCIM window, in every state, without a browser."""

import html
import re
from datetime import timedelta

import pytest

from scim.console.language import Language
from scim.console.pages.provisioning import card
from scim.console.rendering import render
from scim.console.views import View
from scim.console.visits import Visit
from scim.domain.authority import Permission
from scim.domain.providers import Provider
from scim.domain.sso import SsoState
from scim.domain.tokens import TokenUse
from scim.errors import Unavailable
from scim.sentences import Sentence
from scim.web.messages import WebRequest
from tests.people import technician
from tests.signing_in import SamlProvider
from tests.visitor import Visitor
from tests.world import user

PROVIDER = Provider(id="fabrikam", name="Fabrikam Okta", scim_enabled=False)
WINDOW = "administration/accounts/identity-providers/fabrikam/scim"
TITLE = "System for Cross-domain Identity Management (SCIM)"
DASH = "\N{EN DASH}"
WARNING = "Copy and store the token securely. It is displayed only once."


@pytest.fixture
async def admin(admin):
    await admin.services.providers.create(PROVIDER)
    return admin


@pytest.fixture
def chief(visitor):
    return visitor


def version_of(page):
    return html.unescape(re.search(r'name="version" value="([^"]*)"', page.html)[1])


async def enable(chief):
    page = await chief.get(WINDOW)
    reply = await chief.send(f"{WINDOW}/enable", confirmed="on", version=version_of(page))
    assert (reply.status, reply.notice) == (303, "scim-enabled"), reply.text


async def generate(chief, **fields):
    page = await chief.send(f"{WINDOW}/tokens/generate", **fields)
    assert page.status == 200, page.text
    return page


def token_in(page):
    """The text of the token that a page shows."""
    return re.search(r"rc_[0-9a-f]+_[0-9a-f]+_[0-9a-f]+", page.html)[0]


async def tokens_of(admin):
    return await admin.services.tokens.of("fabrikam")


async def use(admin, token):
    """Let a request come with a token."""
    await admin.services.tokens.record_use(token.id, TokenUse(admin.clock.now(), "20.1.2.3", "Okta"))


async def again(chief):
    """Sign in again: after weeks, the session is over."""
    await chief.person.sign_in()


async def card_of(chief):
    """The card as this person sees it."""
    services = chief.admin.services
    request = WebRequest(method="GET", path="/", query={}, headers={"cookie": chief.person.cookie}, body=b"", id="t")
    caller = await chief.admin.world.app.administration.console.authenticator.visitor(request, "")
    visit = Visit(services=services, caller=caller, request=request, language=Language())
    provider = await services.providers.get("fabrikam")
    shown = render(View(template="providers/scim_card.html", values=await card(visit, provider)), visit)
    return " ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", shown).split())


async def test_the_card_of_a_provider_that_never_provisioned_says_what_for_and_has_enable(chief):
    """R027."""
    text = await card_of(chief)
    assert text == (f"{TITLE} Off Create, update and deactivate users from your identity provider. Enable")


async def test_the_card_of_a_provider_without_token_says_that_one_is_needed(chief):
    """R098."""
    await enable(chief)
    text = await card_of(chief)
    assert text == (
        f"{TITLE} On {DASH} no token Generate a token so your IdP can connect. "
        "Manages 0 users · 0 groups Last request Never Edit Generate token"
    )


async def test_the_card_of_a_provider_that_provisions_has_its_numbers_and_its_token(admin, chief):
    """R098."""
    await enable(chief)
    await generate(chief)
    (token,) = await tokens_of(admin)
    await use(admin, token)
    admin.clock.advance(minutes=12)
    assert await card_of(chief) == (
        f"{TITLE} On Manages 0 users · 0 groups Token {token.name} expires 23 May 2027 (181 days) "
        "Last request 12 minutes ago Edit"
    )


async def test_the_card_of_a_provider_whose_token_expires_offers_the_rotation(admin, chief):
    """R033, R034."""
    await enable(chief)
    await generate(chief)
    (token,) = await tokens_of(admin)
    admin.clock.moment = token.expires_at - timedelta(days=41)
    await again(chief)
    text = await card_of(chief)
    assert f"On {DASH} token expiring (41 days)" in text
    assert f"{token.name} expires 23 May 2027 (41 days)" in text
    assert text.endswith("Edit Rotate token")


async def test_the_card_of_a_provider_whose_token_expired_says_what_that_means(admin, chief):
    """R033."""
    await enable(chief)
    await generate(chief)
    (token,) = await tokens_of(admin)
    admin.clock.moment = token.expires_at
    await again(chief)
    text = await card_of(chief)
    assert f"On {DASH} token expired Expired on 23 May 2027 . Your IdP gets 401 and no change arrives." in text
    assert text.endswith("Edit Generate token")


async def test_the_card_of_a_provider_that_was_switched_off_says_since_when_by_whom_and_how_many_it_frees(chief):
    """R099, AMB-9."""
    await enable(chief)
    await provisioned(chief, 2)
    await chief.send(f"{WINDOW}/disable", users="keepEditable")
    assert await card_of(chief) == (
        f"{TITLE} Off Off since 23 Nov 2026 by chief@contoso.com . "
        "2 users can be edited here until SCIM is on again. Enable"
    )


async def provisioned(chief, number):
    """Let the provider create users, with a new token; returns their ids."""
    text = token_in(await generate(chief))
    world = chief.admin.world
    client = type(world)(world.app, world.rows, PROVIDER, text)
    return [await client.created("/Users", user(f"u{index}@fabrikam.com")) for index in range(number)]


async def test_who_only_looks_at_providers_gets_a_card_and_a_window_without_buttons(admin, chief):
    await enable(chief)
    await generate(chief)
    viewer = Visitor(await technician(admin, Permission.VIEW_IDENTITY))
    assert (await card_of(viewer)).endswith("View")
    page = await viewer.get(WINDOW)
    assert page.status == 200
    assert re.search(r'role="switch"[^>]* disabled', page.html)
    assert "Revoke token" not in page.text
    assert "Rotate token" not in page.text
    for path, fields in (
        ("enable", {"confirmed": "on"}),
        ("disable", {"users": "keepEditable"}),
        ("tokens/generate", {}),
        ("tokens/rotate", {}),
        ("tokens/finish", {}),
        ("tokens/cancel", {}),
        (f"tokens/{(await tokens_of(admin))[0].id}/revoke", {}),
    ):
        assert (await viewer.send(f"{WINDOW}/{path}", **fields)).status == 403, path


async def test_who_may_not_see_providers_does_not_see_the_window(admin):
    stranger = Visitor(await technician(admin, Permission.VIEW_ACCOUNTS))
    assert (await stranger.get(WINDOW)).status == 403


async def test_the_window_of_a_provider_that_is_off_has_the_switch_alone(chief):
    """R028, R029: the toggle is off by default, and no token can be generated before it is on."""
    page = await chief.get(WINDOW)
    assert TITLE in page.text
    assert 'role="switch" aria-checked="false"' in page.html
    assert "Enable SCIM provisioning Turn this on to let “ Fabrikam Okta ” manage users and groups." in page.text
    assert "Generate token" not in page.text
    assert page.text.endswith("Close") or "Close" in page.text
    refused = await chief.send(f"{WINDOW}/tokens/generate")
    assert refused.status == 409
    assert "SCIM provisioning is off. Enable it first." in refused.text


async def test_switched_on_the_window_stays_and_offers_url_and_generate_token(chief):
    """R028, R029, R036."""
    page = await chief.get(WINDOW, fragment=True)
    page = await chief.send(f"{WINDOW}/enable", fragment=True, confirmed="on", version=version_of(page))
    assert (page.status, page.headers["X-Changed"]) == (200, "yes")
    assert 'role="switch" aria-checked="true"' in page.html
    assert "SCIM API endpoint URL (tenant URL)" in page.text
    assert 'value="https://rollcall.example/ws/scim/v2"' in page.html
    assert "Generate token" in page.text


async def test_a_new_token_is_shown_once_with_all_that_is_needed(admin, chief):
    """R029-R033."""
    await enable(chief)
    page = await generate(chief, label="Okta production")
    text = token_in(page)
    (token,) = await tokens_of(admin)
    assert page.headers["X-Changed"] == "yes"
    assert page.html.count(text) == 1
    assert re.search(
        r'<input id="copy-scim-token" readonly value="rc_[^"]*" spellcheck="false" [^>]*data-secret>', page.html
    )
    assert 'data-guard="You have not copied the token. It cannot be shown again."' in page.html
    assert WARNING in page.text
    assert "Okta production" in page.text
    assert "23 May 2027, 12:00" in page.text
    assert f'href="/console/{WINDOW}/tokens/{token.id}/expiry.ics" download' in page.html
    assert "https://rollcall.example/ws/scim/v2" in page.html
    assert re.search(r'role="switch"[^>]* disabled', page.html), "nothing takes the token's place by mistake"
    assert "Revoke token" not in page.text

    for path in (WINDOW, f"{WINDOW}/tokens/generate"):
        later = await chief.get(path)
        assert "rc_" not in later.html
        assert "data-guard" not in later.html
        assert token.name in later.text


async def test_the_window_of_a_token_tells_where_it_was_used_last(admin, chief):
    await enable(chief)
    await generate(chief, label="Okta production")
    (token,) = await tokens_of(admin)
    assert "Never" in (await chief.get(WINDOW)).text
    await use(admin, token)
    admin.clock.advance(minutes=12)
    text = (await chief.get(WINDOW)).text
    assert f"{token.name} Okta production 23 Nov 2026 by chief@contoso.com 23 May 2027 (181 days)" in text
    assert "12 minutes ago 20.1.2.3 · Okta" in text
    assert "Rotate token Revoke token" in text
    assert "Generate token" not in text


async def test_the_expiry_goes_into_a_calendar(admin, chief):
    await enable(chief)
    await generate(chief)
    (token,) = await tokens_of(admin)
    reply = await chief.get(f"{WINDOW}/tokens/{token.id}/expiry.ics")
    assert reply.headers["Content-Disposition"] == f'attachment; filename="scim-token-{token.id}.ics"'
    assert reply.html.startswith("BEGIN:VCALENDAR")


async def test_the_calendar_entry_is_in_the_language_of_the_reader(admin, chief):
    await enable(chief)
    await generate(chief)
    (token,) = await tokens_of(admin)
    chief.headers["accept-language"] = "de"
    entry = (await chief.get(f"{WINDOW}/tokens/{token.id}/expiry.ics")).html.replace("\r\n ", "")
    provider = await admin.services.providers.get(token.provider)
    summary = Sentence('The SCIM token {token} of "{provider}" expires', token=token.name, provider=provider.name)
    assert f"SUMMARY:{Language('de').told(summary)}\r\n" in entry


async def test_an_expired_token_is_told_and_a_new_one_can_be_generated_at_once(admin, chief):
    """R033."""
    await enable(chief)
    await generate(chief)
    (token,) = await tokens_of(admin)
    admin.clock.moment = token.expires_at
    await again(chief)
    page = await chief.get(WINDOW)
    assert f"{token.name} Expired" in page.text
    assert "Generate token" in page.text
    assert "Revoke token" not in page.text
    assert "Secret token" in (await generate(chief, newest=token.id)).text


async def test_two_who_generate_at_once_do_not_both_get_a_token(admin, chief):
    """The second form knows of no token; it is refused, also when it is the first one that a browser sends again."""
    await enable(chief)
    other = await Visitor.signed_in(admin, "other@contoso.com")
    await generate(chief, newest="")
    admin.clock.advance(seconds=20)
    page = await other.send(f"{WINDOW}/tokens/generate", newest="")
    assert page.status == 409
    assert "Somebody else generated a token 20 s ago. Reload." in page.text
    assert f'href="/console/{WINDOW}" data-dialog>Reload</a>' in page.html
    page = await chief.send(f"{WINDOW}/tokens/generate", newest="")
    assert page.status == 409
    (token,) = await tokens_of(admin)
    assert (
        f"You generated the token {token.name} 20 s ago. It was shown once, and is not shown again: "
        "if you have not copied it, rotate or revoke it."
    ) in page.text
    assert "Rotate token Revoke token" in page.text


async def test_when_the_vault_does_not_answer_the_window_says_so_and_nothing_changed(admin, chief):
    await enable(chief)
    vault = admin.world.app.vault
    working, vault.put = vault.put, failing
    page = await chief.send(f"{WINDOW}/tokens/generate", fragment=True, label="Okta production", newest="")
    vault.put = working
    assert page.status == 503
    assert "The token could not be created (Key Vault did not answer). Nothing changed. Try again." in page.text
    assert '<button class="link-button" form="generate-token">Try again</button>' in page.html
    assert 'value="Okta production"' in page.html
    assert await tokens_of(admin) == []
    await generate(chief, newest="")


async def failing(*_arguments, **_options):
    raise Unavailable


async def test_disabling_names_the_consequences_and_cancel_leaves_it_on(chief):
    """R099, AMB-9, AMB-15."""
    await enable(chief)
    await provisioned(chief, 2)
    page = await chief.send(f"{WINDOW}/disable")
    assert page.status == 200
    assert "Disable SCIM provisioning?" in page.text
    assert "“ Fabrikam Okta ” will no longer create, change or deactivate users here." in page.text
    assert "Its 2 users:" in page.text
    assert page.text.index("Cancel") < page.text.index("Disable SCIM", page.text.index("Cancel"))
    assert f'href="/console/{WINDOW}" data-dialog data-first>Cancel' in page.html
    assert 'aria-checked="true"' in (await chief.get(WINDOW)).html

    reply = await chief.send(f"{WINDOW}/disable", users="keepEditable", version=version_of(page))
    assert (reply.status, reply.location, reply.notice) == (303, f"/console/{WINDOW}", "scim-disabled")
    off = await chief.get(WINDOW)
    assert 'aria-checked="false"' in off.html
    assert "Off since 23 Nov 2026 by chief@contoso.com" in off.text
    assert "Its token is kept, and works again when SCIM is on." in off.text
    assert "Rotate token" not in off.text


async def test_that_who_becomes_native_needs_a_link_is_said_while_sso_is_enabled(chief):
    await enable(chief)
    await provisioned(chief, 1)
    told = "They do not sign in at the provider any more: each needs an invitation link"
    assert told not in (await chief.send(f"{WINDOW}/disable")).text
    await SamlProvider(chief.admin, "fabrikam").connect(SsoState.ENABLED)
    assert told in (await chief.send(f"{WINDOW}/disable")).text


async def test_users_can_become_native_for_good(chief):
    """R099."""
    await enable(chief)
    await provisioned(chief, 1)
    await chief.send(f"{WINDOW}/disable", users="becomeNative")
    page = await chief.get(WINDOW)
    assert "Its users are becoming Native. SCIM can be enabled again in a few minutes." in page.text
    assert re.search(r'role="switch"[^>]* disabled', page.html)
    assert "Its users are becoming Native." in await card_of(chief)
    refused = await chief.send(f"{WINDOW}/enable", confirmed="on")
    assert refused.status == 409
    assert "Its users are still becoming Native." in refused.text


async def test_enabling_again_tells_how_many_users_were_changed_meanwhile(admin, chief):
    """R098, AMB-9."""
    await enable(chief)
    one, _ = await provisioned(chief, 2)
    await chief.send(f"{WINDOW}/disable", users="keepEditable")
    assert "None of them was changed here meanwhile." in (await chief.send(f"{WINDOW}/enable")).text
    admin.clock.advance(minutes=1)
    for name in ("Li", "Wei"):
        await admin.done("PATCH", f"/users/{one}", {"familyName": name})
    page = await chief.send(f"{WINDOW}/enable")
    assert "Enable SCIM provisioning?" in page.text
    assert (
        "On the next cycle “ Fabrikam Okta ” overwrites changes made here meanwhile. 1 user was changed." in page.text
    )
    assert "Its 2 users cannot be edited here from then on." in page.text
    reply = await chief.send(f"{WINDOW}/enable", confirmed="on", version=version_of(page))
    assert reply.notice == "scim-enabled"


async def test_a_provider_that_somebody_changed_meanwhile_is_not_switched(admin, chief):
    page = await chief.send(f"{WINDOW}/enable", confirmed="on", version='W/"1"')
    assert page.status == 412
    assert "This was changed meanwhile." in page.text
    assert (await admin.services.providers.get("fabrikam")).scim_enabled is False


async def test_revoking_is_confirmed_then_verified_then_told(admin, chief):
    """R013, R101, R102."""
    await enable(chief)
    await generate(chief)
    (token,) = await tokens_of(admin)
    await use(admin, token)
    admin.clock.advance(minutes=12)
    path = f"{WINDOW}/tokens/{token.id}/revoke"
    page = await chief.get(path)
    assert f"Revoke token {token.name}?" in page.text
    assert "Requests of “ Fabrikam Okta ” with it fail at once (401)." in page.text
    assert "It was used 12 minutes ago . Use Rotate token to avoid a gap." in page.text
    assert f'href="/console/{WINDOW}" data-dialog data-first>Cancel' in page.html

    page = await chief.send(path)
    assert "Verify it's you" in page.text
    assert f'authenticator app to revoke the SCIM token {token.name} of "Fabrikam Okta".' in page.text
    assert (await tokens_of(admin))[0].ending is None

    page = await chief.send(path, fragment=True, verification_code=chief.person.code())
    assert (page.status, page.headers["X-Changed"]) == (200, "yes")
    assert "Token revoked." in page.text
    assert "Generate token" in page.text
    assert "Earlier tokens (1)" in page.text
    assert (await tokens_of(admin))[0].ending.actor.mfa


async def test_a_wrong_code_revokes_nothing(admin, chief):
    """R013."""
    await enable(chief)
    await generate(chief)
    (token,) = await tokens_of(admin)
    page = await chief.send(f"{WINDOW}/tokens/{token.id}/revoke", verification_code="000000")
    assert page.status == 403
    assert "Verify it's you" in page.text
    assert (await tokens_of(admin))[0].ending is None


async def test_revoking_without_scripts_leads_back_to_the_window(admin, chief):
    await enable(chief)
    await generate(chief)
    (token,) = await tokens_of(admin)
    reply = await chief.send(f"{WINDOW}/tokens/{token.id}/revoke", verification_code=chief.person.code())
    assert (reply.status, reply.location, reply.notice) == (303, f"/console/{WINDOW}", "token-revoked")
    ended = await chief.get(f"{WINDOW}/tokens/{token.id}/revoke")
    assert "This token has ended already: requests with it fail." in ended.text


async def test_a_token_of_another_provider_is_not_found(admin, chief):
    (other,) = await admin.services.tokens.of("entra")
    assert (await chief.get(f"{WINDOW}/tokens/{other.id}/revoke")).status == 404
    assert (await chief.send(f"{WINDOW}/tokens/{other.id}/revoke")).status == 404


@pytest.fixture
async def rotating(admin, chief):
    """A rotation: returns the old and the new token."""
    await enable(chief)
    await generate(chief, label="Okta production")
    (old,) = await tokens_of(admin)
    await use(admin, old)
    admin.clock.advance(minutes=5)
    page = await chief.get(f"{WINDOW}/tokens/rotate")
    assert 'value="Okta production"' in page.html
    page = await chief.send(f"{WINDOW}/tokens/rotate", newest=old.id, label="Okta 2")
    assert token_in(page)
    assert WARNING in page.text
    new, old = await tokens_of(admin)
    return old, new


async def test_the_card_tells_of_a_rotation_and_names_both_tokens(admin, chief, rotating):
    """R098, AMB-16."""
    old, new = rotating
    text = await card_of(chief)
    assert "Rotation is under way: both tokens work. See what to do next" in text
    assert f"Tokens {old.name} expires 23 May 2027 (181 days) {new.name} new, not used yet Last request" in text
    await use(admin, new)
    admin.clock.advance(minutes=3)
    assert f"{new.name} new, last used 3 minutes ago" in await card_of(chief)


async def test_while_scim_is_off_nobody_is_told_that_the_two_tokens_of_a_rotation_work(chief, rotating):
    """R099, AMB-15, AMB-16: requests with either get 403."""
    page = await chief.get(f"{WINDOW}/disable")
    assert "The 2 tokens are kept and work again when you re-enable." in page.text
    await chief.send(f"{WINDOW}/disable", users="keepEditable", version=version_of(page))
    text = (await chief.get(WINDOW)).text
    assert "Its 2 tokens are kept, and work again when SCIM is on." in text
    assert "Rotation is under way, but SCIM is off: requests with either token get 403 until it is on again." in text
    assert "Both tokens work" not in text
    revocation = await chief.get(f"{WINDOW}/tokens/{rotating[0].id}/revoke")
    assert "Also once SCIM is on again." in revocation.text


async def test_nothing_is_said_of_tokens_and_users_that_there_are_not(chief):
    await enable(chief)
    page = await chief.get(f"{WINDOW}/disable")
    assert "kept" not in page.text
    await chief.send(f"{WINDOW}/disable", users="keepEditable", version=version_of(page))
    assert "It manages nobody." in await card_of(chief)
    page = await chief.get(f"{WINDOW}/enable")
    assert "The users that it creates cannot be edited here." in page.text
    assert " 0 " not in page.text


@pytest.mark.parametrize(("kind", "guide"), [("entra", "help/entra"), ("okta", "help/okta"), ("other", "help")])
async def test_the_guide_beside_a_new_token_is_that_of_its_product(admin, chief, kind, guide):
    await admin.done("PATCH", "/identity-providers/fabrikam", {"kind": kind})
    await enable(chief)
    page = await generate(chief)
    assert f'<a href="/console/{guide}" target="_blank" rel="noopener">Guide' in page.html


async def test_while_a_rotation_runs_both_tokens_are_listed_and_it_can_be_cancelled(chief, rotating):
    """AMB-16."""
    old, new = rotating
    page = await chief.get(WINDOW)
    assert f"{new.name} New Okta 2" in page.text
    assert f"{old.name} Old Okta production" in page.text
    assert "Both tokens work." in page.text
    assert "Finish" not in page.text
    page = await chief.send(f"{WINDOW}/tokens/cancel")
    assert f"to cancel the rotation and revoke the new SCIM token {new.name}." in page.text
    reply = await chief.send(f"{WINDOW}/tokens/cancel", verification_code=chief.person.code())
    assert reply.notice == "rotation-cancelled"
    page = await chief.get(WINDOW)
    assert f"{old.name} Okta production" in page.text
    assert "Rotate token Revoke token" in page.text


async def test_a_rotation_is_finished_once_the_provider_uses_the_new_token(admin, chief, rotating):
    """AMB-16."""
    old, new = rotating
    early = await chief.send(f"{WINDOW}/tokens/finish")
    assert early.status == 409
    assert "does not use the new token" in early.text
    admin.clock.advance(minutes=5)
    await use(admin, new)
    page = await chief.get(WINDOW)
    assert "Your IdP is using the new token." in page.text
    assert f"Finish {DASH} revoke the old one" in page.text
    assert "Cancel rotation" not in page.text
    page = await chief.send(f"{WINDOW}/tokens/finish")
    assert f"to finish the rotation and revoke the old SCIM token {old.name}." in page.text
    reply = await chief.send(f"{WINDOW}/tokens/finish", verification_code=chief.person.code())
    assert reply.notice == "rotation-finished"
    assert f"{new.name} Okta 2" in (await chief.get(WINDOW)).text


async def test_a_third_token_is_impossible(chief, rotating):
    """AMB-16."""
    _, new = rotating
    page = await chief.send(f"{WINDOW}/tokens/rotate", newest=new.id)
    assert page.status == 409
    assert "Two tokens are live. Revoke one first." in page.text


async def test_of_two_tokens_one_is_revoked_alone(chief, rotating):
    old, new = rotating
    page = await chief.get(f"{WINDOW}/tokens/{old.id}/revoke")
    assert "Its other token works on." in page.text
    assert f'aria-label="Revoke token {new.name}"' in (await chief.get(WINDOW)).html


async def test_a_new_token_asks_for_a_code_when_the_sign_in_was_long_ago(chief):
    await enable(chief)
    await chief.grow_old()
    page = await chief.send(f"{WINDOW}/tokens/generate")
    assert "Verify it's you" in page.text
    page = await chief.send(f"{WINDOW}/tokens/generate", verify_session="1", verification_code=chief.person.code())
    assert token_in(page)


async def test_a_banner_above_every_page_leads_to_what_is_to_be_done(admin, chief):
    """R034."""
    await enable(chief)
    page = await chief.get("administration/organizations")
    assert 'SCIM provisioning of "Fabrikam Okta" is on, and it has no token.' in page.text
    assert f'href="/console/{WINDOW}" data-dialog>Generate token</a>' in page.html
    await generate(chief)
    assert 'class="banner"' not in (await chief.get("administration/organizations")).html
    admin.clock.moment = (await tokens_of(admin))[0].expires_at - timedelta(days=5)
    await again(chief)
    page = await chief.get("administration/organizations")
    assert "expires on 23 May 2027 (5 days). Rotate it." in page.text
    assert "1 more" in page.text
    entra = f"/console/{WINDOW.removesuffix('fabrikam/scim')}entra"  # its token is a few seconds older
    assert f'href="{entra}/scim/tokens/rotate" data-dialog>Rotate token</a>' in page.html

    viewer = Visitor(await technician(admin, Permission.VIEW_IDENTITY, Permission.VIEW_ORGANIZATIONS))
    page = await viewer.get("administration/organizations")
    assert "data-dialog>Rotate token</a>" not in page.html
    assert f'href="{entra}">Open</a>' in page.html
