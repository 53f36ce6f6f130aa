"""Administration → Accounts → Identity Providers in a browser."""

from uuid import uuid4

from playwright.sync_api import expect

from scim.bootstrap import Application
from scim.storage.tables.keys import ADMINISTRATORS, DIRECTORY, PARTITION
from scim.storage.tables.rows import Delete, Insert
from tests.browser.sso import enable_sso, new_provider, pass_sso_test

PROVIDERS = "administration/accounts/identity-providers"


def told(page):
    return page.get_by_role("status").last


def test_a_provider_is_added_with_the_keyboard(page, console):
    """R025, R026, R118: from the navigation by its labels to the page of the new provider."""
    stem = uuid4().hex[:8]
    page.goto(f"{console}/dashboard")
    navigation = page.get_by_role("navigation", name="Main")
    expect(navigation).to_contain_text("Administration")
    expect(navigation).to_contain_text("Accounts")
    press(page, navigation.get_by_role("link", name="Identity Providers"))
    press(page, page.get_by_role("main").get_by_role("link", name="Add provider").first)
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Display name")).to_be_focused()
    page.keyboard.type(f"Provider {stem}")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    expect(dialog.get_by_label("Okta")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type(f"{stem}.example")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # Add a domain
    expect(dialog.get_by_label("E-mail domain 2")).to_be_focused()
    page.keyboard.type(f"{stem}.test")
    page.keyboard.press("Enter")
    expect(told(page)).to_contain_text("Identity provider added.")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Provider {stem}")
    expect(page.get_by_role("main")).to_contain_text(f"{stem}.example, {stem}.test")


def test_a_provider_is_added_without_scripts(new_page, console, boss):
    """The dialog is a page then, and the one field for domains takes several."""
    stem = uuid4().hex[:8]
    page = new_page(boss, java_script_enabled=False)
    page.goto(f"{console}/{PROVIDERS}")
    page.get_by_role("main").get_by_role("link", name="Add provider").first.click()
    expect(page.get_by_role("button", name="Add a domain")).to_be_hidden()
    page.get_by_label("Display name").fill(f"Provider {stem}")
    page.get_by_label("E-mail domain 1").fill(f"{stem}.example, {stem}.test")
    page.get_by_role("button", name="Add provider").click()
    expect(told(page)).to_contain_text("Identity provider added.")
    expect(page.get_by_role("main")).to_contain_text(f"{stem}.example, {stem}.test")


def test_a_provider_is_opened_by_its_name_and_its_domains_edited(page, console, boss):
    """R026, R097: a field is removed, and what is taken is told where it was typed."""
    taken, provider = new_provider(boss), new_provider(boss)
    page.goto(f"{console}/{PROVIDERS}")
    page.get_by_label("Search", exact=True).fill(provider["name"])
    page.keyboard.press("Enter")
    page.get_by_role("link", name=provider["name"]).click()
    page.get_by_role("link", name="Edit", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Remove").first.click()
    expect(dialog.get_by_role("button", name="Add a domain")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.type(taken["emailDomains"][0])
    dialog.get_by_role("button", name="Save").click()
    problem = f"{taken['emailDomains'][0]} is already used by {taken['name']}."
    expect(dialog.get_by_role("group", name="E-mail domains")).to_contain_text(problem)
    expect(dialog.get_by_label("E-mail domain 1")).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type(f"other.{taken['emailDomains'][0]}")
    page.keyboard.press("Enter")
    expect(told(page)).to_contain_text("Identity provider changed.")
    expect(page.get_by_role("main")).to_contain_text(f"other.{taken['emailDomains'][0]}")
    expect(page.get_by_role("main")).not_to_contain_text(provider["emailDomains"][0])


def test_sso_is_enabled_and_disabled_with_a_code_from_the_ellipsis_menu(page, console, boss, backstage):
    """R013-R015, R094-R096, R121: row, ellipsis, Disable SSO, code."""
    provider, other = new_provider(boss), new_provider(boss)
    for each in (provider, other):
        pass_sso_test(backstage, each["id"])
    enable_sso(boss, other["id"])
    page.goto(f"{console}/{PROVIDERS}/{provider['id']}")
    page.get_by_role("link", name="Enable SSO").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Enable SSO").click()
    expect(dialog).to_contain_text(f"authenticator app to enable SSO for {provider['name']}.")
    dialog.get_by_label("Code").fill(boss.code())
    page.keyboard.press("Enter")
    expect(told(page)).to_contain_text("SSO enabled.")

    page.get_by_role("link", name="Identity Providers").first.click()
    row = page.get_by_role("row", name=provider["name"])
    expect(row).to_contain_text("Enabled")
    row.hover()
    row.get_by_title("Actions").click()
    row.get_by_role("link", name="Disable SSO").click()
    expect(dialog.get_by_role("link", name="Cancel")).to_be_focused()
    dialog.get_by_role("button", name="Disable SSO").click()
    expect(dialog).to_contain_text(f"authenticator app to disable SSO for {provider['name']}.")
    dialog.get_by_label("Code").fill(boss.code())
    page.keyboard.press("Enter")
    expect(told(page)).to_contain_text("SSO disabled.")
    expect(page.get_by_role("region", name="Single Sign-On")).to_contain_text("Disabled")
    assert boss.api("GET", f"/identity-providers/{other['id']}")["sso"]["state"] == "enabled"


def test_a_provider_is_deleted_by_typing_its_name(page, console, boss):
    """R119, R127, AMB-13: another name is refused before a code is asked for."""
    provider = new_provider(boss)
    page.goto(f"{console}/{PROVIDERS}/{provider['id']}/settings")
    page.get_by_role("main").get_by_role("link", name="Delete provider").last.click()
    dialog = page.get_by_role("dialog")
    name = dialog.get_by_label("Type the name of the provider to delete it")
    name.fill("Another")
    dialog.get_by_role("button", name="Delete provider").click()
    expect(name).to_be_focused()
    expect(name).to_have_accessible_description(f'Type the name of the provider, "{provider["name"]}", to delete it.')
    name.fill(provider["name"])
    dialog.get_by_role("button", name="Delete provider").click()
    dialog.get_by_label("Code").fill(boss.code())
    dialog.get_by_role("button", name="Verify").click()
    expect(told(page)).to_contain_text("Identity provider deleted.")
    expect(page.get_by_role("row", name=provider["name"])).to_have_count(0)


def test_sso_stays_when_no_administrator_could_sign_in_without_it(page, console, boss, backstage):
    """R120: the dialog that was opened before is refused without a code, and one that is opened now has no button."""
    provider = new_provider(boss)
    pass_sso_test(backstage, provider["id"])
    enable_sso(boss, provider["id"])
    page.goto(f"{console}/{PROVIDERS}/{provider['id']}")
    page.get_by_role("link", name="Disable SSO").click()
    dialog = page.get_by_role("dialog")
    button = dialog.get_by_role("button", name="Disable SSO")
    expect(button).to_be_visible()
    known = backstage.do(forget_administrators)
    try:
        button.click()
        expect(dialog.get_by_role("alert")).to_contain_text("Give an administrator native sign-in first.")
        expect(button).to_have_count(0)
    finally:
        backstage.do(lambda app: remember(app, known))
    assert boss.api("GET", f"/identity-providers/{provider['id']}")["sso"]["state"] == "enabled"


async def forget_administrators(app: Application):
    """Take away the note of who can sign in natively; returns it."""
    row = await app.rows.get(DIRECTORY, PARTITION, ADMINISTRATORS)
    await app.rows.batch(DIRECTORY, PARTITION, [Delete(ADMINISTRATORS)])
    return row.columns


async def remember(app: Application, columns):
    await app.rows.batch(DIRECTORY, PARTITION, [Insert(ADMINISTRATORS, columns)])


def press(page, link):
    link.focus()
    page.keyboard.press("Enter")
