"""Expressions for identity providers, evaluated as these do: everybody comes to the organization that was chosen."""

import re

from hypothesis import given
from hypothesis import strategies as st

from scim.admin.context import Context, Principal
from scim.admin.expressions import Case, Target, organization_expression
from scim.admin.problems import Invalid
from scim.domain.users import UserType
from tests.world import ORGANIZATIONS, StandingClock


class EveryOrganization:
    """Stands for the port: the two of the tenant exist."""

    async def exists(self, organization_id):
        return organization_id in ORGANIZATIONS


class Services:
    organizations = EveryOrganization()
    clock = StandingClock()


BOSS = Principal(
    account_id="boss", name="Boss", user_type=UserType.TECHNICIAN, administrator=True, verified_at=Services.clock.now()
)
CONTEXT = Context(services=Services(), principal=BOSS)
values = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=20)
tricky = values | st.text("\"\\' ?:,()[]aA", min_size=1, max_size=8)
chosen = st.dictionaries(tricky, st.sampled_from([*ORGANIZATIONS, "All"]), min_size=1, max_size=6)


async def written(target, cases, default):
    cases = [Case(value, organization) for value, organization in cases.items()]
    return (await organization_expression(CONTEXT, target, "department", cases, default)).text


@given(chosen, st.sampled_from(ORGANIZATIONS), tricky)
async def test_an_expression_for_entra_evaluates_to_the_chosen_organization(cases, default, other):
    """R057: `Switch(source, default, value, result, ...)`, constants in quotes with backslashes before `\\` and `"`."""
    text = await written(Target.ENTRA, cases, default)
    assert text.startswith("Switch([department], ")
    assert text.endswith(")")
    constant = re.compile(r'"((?:[^"\\]|\\.)*)"(?:, )?')
    rest, constants = text.removeprefix("Switch([department], ")[:-1], []
    while rest:
        match = constant.match(rest)
        assert match, rest
        constants.append(re.sub(r"\\(.)", r"\1", match[1]))
        rest = rest[match.end() :]
    found = dict(zip(constants[1::2], constants[2::2], strict=True))
    assert (constants[0], found) == (default, cases)
    assert found.get(other, constants[0]) == cases.get(other, default)


@given(chosen, st.sampled_from(ORGANIZATIONS), tricky)
async def test_an_expression_for_okta_evaluates_to_the_chosen_organization(cases, default, other):
    """R057: conditions one within the other; what would need escaping is refused."""
    try:
        text = await written(Target.OKTA, cases, default)
    except Invalid:
        assert any("\\" in value or {'"', "'"} <= set(value) for value in cases)
        return
    for value in (*cases, other):
        assert evaluated(text, value) == cases.get(value, default)


_CONDITION = re.compile(r"""user\.department == (?:"([^"]*)"|'([^']*)') \? "([^"]*)" : """)


def evaluated(text, value):
    """What Okta makes of it for a person whose department is `value`."""
    match = _CONDITION.match(text)
    if match is None:
        assert re.fullmatch(r'"[^"]*"', text), text
        return text[1:-1]
    if (match[1] or match[2]) == value:
        return match[3]
    rest = text[match.end() :]
    if rest.startswith("("):
        assert rest.endswith(")")
        rest = rest[1:-1]
    return evaluated(rest, value)
