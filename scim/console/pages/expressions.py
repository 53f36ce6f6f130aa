"""The expression builder: how end users are mapped to organizations (R057-R064).

Nothing is stored: what is chosen stands in the address, so that a mapping can be sent to whoever pastes it.
"""

from collections.abc import Sequence
from dataclasses import replace

from scim.admin import expressions, organizations
from scim.admin.expressions import Case, Expression
from scim.admin.problems import Invalid
from scim.console.forms import FormRefused, Refusal, filled
from scim.console.organization_choices import MOST_OFFERED
from scim.console.paths import EXPRESSION, ORGANIZATIONS
from scim.console.routing import Page
from scim.console.views import Outcome, view
from scim.console.visits import Visit
from scim.contracts.organizations import MAX_CASES, WantedExpression


async def show(visit: Visit) -> Outcome:
    """The builder, and what it built."""
    rows = _rows(visit)
    offered = await organizations.choices(visit.context, MOST_OFFERED)
    page = view(
        "organizations/expression.html",
        target=visit.query("target") or "entra",
        attribute=visit.query("attribute") or "department",
        rows=rows,
        default=visit.query("default"),
        offered=offered,
        expression=None,
    )
    if not visit.query("default"):
        return page
    try:
        built = await _built(visit, rows)
    except Invalid as problem:
        return replace(page, refusal=Refusal.of(problem), status=problem.status)
    except FormRefused as refused:
        return replace(page, refusal=refused.refusal, status=400)
    return replace(page, values={**page.values, "expression": built})


def _rows(visit: Visit) -> list[tuple[str, str]]:
    """Value and organization of each row, after the button that was pressed: one more, or one less."""
    values, chosen = visit.request.query.get("value", ()), visit.request.query.get("organization", ())
    rows = list(zip(values, chosen, strict=False))[:MAX_CASES]
    removed = visit.query("remove")
    if removed.isdecimal() and int(removed) < len(rows):
        del rows[int(removed)]
    if visit.query("add"):
        rows.append(("", ""))
    return rows


async def _built(visit: Visit, rows: Sequence[tuple[str, str]]) -> Expression:
    wanted = filled(
        WantedExpression,
        {
            "target": visit.query("target") or "entra",
            "attribute": visit.query("attribute") or "department",
            "cases": [{"value": value, "organizationId": chosen} for value, chosen in rows if value or chosen],
            "default": visit.query("default"),
        },
    )
    cases = [Case(case.value, case.organization_id) for case in wanted.cases]
    return await expressions.organization_expression(
        visit.context, wanted.target, wanted.attribute, cases, wanted.default
    )


PAGES = (Page(path=f"/{EXPRESSION}", show=show, place=ORGANIZATIONS),)
