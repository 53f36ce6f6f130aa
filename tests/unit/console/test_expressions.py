"""The expression builder, without a browser."""

import re
from html import unescape

import pytest

from tests.people import technician
from tests.visitor import Visitor

BUILDER = "administration/organizations/expression"


def built(page):
    """What the button copies, which is what is shown."""
    found = re.search(r'id="built-text">([^<]*)</code></pre><button [^>]*data-copy-text="([^"]*)"', page.html)
    assert found is None or found[1] == found[2]
    return unescape(found[2]) if found else None


async def test_one_organization_for_everybody_is_a_constant(visitor):
    """R057, R063, R064."""
    page = await visitor.get(BUILDER, default="12")
    assert built(page) == "12"
    assert "Constant" in page.text
    assert 'value="urn:ietf:params:scim:schemas:extension:ninjaone:2.0:User:organizationId"' in page.html


async def test_a_constant_is_in_quotes_where_everything_is_an_expression(visitor):
    page = await visitor.get(BUILDER, target="okta", default="12")
    assert built(page) == '"12"'
    assert "Profile Editor" in page.text


async def test_all_makes_global_end_users(visitor):
    """R056."""
    assert built(await visitor.get(BUILDER, default="All")) == "All"


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("entra", 'Switch([department], "13", "Sales", "12")'),
        ("okta", 'user.department == "Sales" ? "12" : "13"'),
    ],
)
async def test_an_attribute_chooses_among_several(visitor, target, text):
    page = await visitor.get(BUILDER, target=target, value=["Sales"], organization=["12"], default="13")
    assert built(page) == text


async def test_a_row_is_added_and_removed_without_scripts_and_nothing_typed_is_lost(visitor):
    one = {"value": ["Sales", "IT"], "organization": ["12", "13"], "attribute": "city"}
    more = await visitor.get(BUILDER, **one, add="1")
    assert re.findall(r'name="value" value="([^"]*)"', more.html) == ["Sales", "IT", ""]
    less = await visitor.get(BUILDER, **one, remove="0")
    assert re.findall(r'name="value" value="([^"]*)"', less.html) == ["IT"]
    assert 'name="attribute" value="city"' in less.html


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"default": "All"}, 'Choose an organization for everybody else; it cannot be "All".'),
        ({"default": "99"}, 'There is no organization with the ID "99".'),
        ({"attribute": "[x"}, "Name the attribute that tells where people belong"),
        ({"value": ["Sales", "Sales"], "organization": ["12", "13"]}, 'The value "Sales" is there more than once.'),
        ({"target": "other"}, "Give one of entra, okta."),
        ({"value": [""]}, "This is required."),
    ],
    ids=["all", "unknown", "attribute", "twice", "target", "blank"],
)
async def test_what_cannot_be_built_is_told(visitor, changes, told):
    wanted = {"target": "entra", "value": ["Sales"], "organization": ["12"], "default": "13"} | changes
    page = await visitor.get(BUILDER, **wanted)
    assert page.status == 400
    assert told in page.text
    assert built(page) is None


async def test_who_may_not_see_organizations_may_not_build(admin):
    assert (await Visitor(await technician(admin)).get(BUILDER)).status == 403
