"""The expression builder in a browser."""

from uuid import uuid4

from playwright.sync_api import expect


def test_what_was_chosen_becomes_the_text_that_is_copied(page, console, boss):
    """R057, R061-R064: from an organization of the list to the text for Entra ID, and for Okta."""
    sales, support = (
        boss.api("POST", "/organizations", {"name": f"{name} {uuid4().hex[:8]}", "id": f"{name}-{uuid4().hex[:8]}"})
        for name in ("sales", "support")
    )
    page.goto(f"{console}/administration/organizations?name={sales['name']}")
    page.get_by_title("Actions").click()
    page.get_by_role("link", name="Copy as mapping").click()
    copy = page.get_by_role("button", name="Copy \N{EN DASH} Constant value")
    copy.click()
    assert page.evaluate("navigator.clipboard.readText()") == sales["id"]

    page.get_by_role("button", name="Choose by an attribute").click()
    page.get_by_label("Value 1", exact=True).fill('Contoso "Support"')
    choose(page, "Organization for value 1", support)
    page.get_by_role("button", name="Build").click()
    page.get_by_role("button", name="Copy \N{EN DASH} Expression").click()
    expected = f'Switch([department], "{sales["id"]}", "Contoso \\"Support\\"", "{support["id"]}")'
    assert page.evaluate("navigator.clipboard.readText()") == expected
    page.get_by_role("button", name="Copy \N{EN DASH} Target attribute").click()
    assert page.evaluate("navigator.clipboard.readText()").endswith("ninjaone:2.0:User:organizationId")

    page.get_by_label("Okta").check()
    page.get_by_role("button", name="Build").click()
    expect(page.get_by_text("Profile Editor")).to_be_visible()
    page.get_by_role("button", name="Copy \N{EN DASH} Expression").click()
    okta = f"""user.department == 'Contoso "Support"' ? "{support["id"]}" : "{sales["id"]}\""""
    assert page.evaluate("navigator.clipboard.readText()") == okta


def choose(page, label, organization):
    """From the list, or by typing the ID where there are too many for one."""
    field = page.get_by_label(label)
    if field.evaluate("field => field.matches('select')"):
        field.select_option(organization["id"])
    else:
        field.fill(organization["id"])
