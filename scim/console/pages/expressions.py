"""The builder of the text that maps end users to organizations, for Entra ID or Okta (R057, R061-R064).

Nothing is stored: what was typed is in the form, and comes back with the text.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from scim.admin import organizations
from scim.admin.expressions import Case, Expression, Target, organization_expression
from scim.admin.problems import Invalid
from scim.console.forms import Form, FormRefused, Refusal
from scim.console.paths import ORGANIZATIONS
from scim.console.routing import Page
from scim.console.views import Outcome, View, view
from scim.console.visits import Visit
from scim.contracts.organizations import WantedExpression
from scim.domain.authority import Action
from scim.sentences import Sentence

_OFFERED = 500
"""Organizations to choose from; where there are more, their IDs are typed."""
_STEPS = ("add", "remove", "live")
"""The fields of a form that is not finished: what is missing yet is no mistake."""
_NO_ROWS = Sentence("Add a row for each value that has an organization of its own.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What was chosen so far.

    Attributes:
        target: Whose language the text is to be in.
        kind: "constant" for one organization, "expression" for several.
        attribute: The attribute that tells where people belong.
        default: The organization of everybody, or of everybody else.
        rows: Values, each with an organization's ID.
    """

    target: str = Target.ENTRA
    kind: str = "constant"
    attribute: str = "department"
    default: str = ""
    rows: tuple[tuple[str, str], ...] = ()

    @classmethod
    def asked(cls, visit: Visit) -> "Draft":
        """As an address asks for it: the organization of a row of the list."""
        target = visit.query("target")
        return cls(target=target if target in {*Target} else Target.ENTRA, default=visit.query("organization"))

    @classmethod
    def typed(cls, form: Form) -> "Draft":
        """As a form has it, after the row that a button of it removes."""
        columns = [[value for each, value in form.pairs if each == name] for name in ("value", "organization")]
        rows = list(zip(*columns, strict=False))
        removed = form.text("remove")
        return cls(
            target=form.text("target"),
            kind=form.text("kind"),
            attribute=form.text("attribute"),
            default=form.text("default"),
            rows=tuple(row for at, row in enumerate(rows) if any(row) and str(at) != removed),
        )

    @property
    def wanted(self) -> Mapping[str, object]:
        """The body of the contract."""
        rows = self.rows if self.kind == "expression" else ()
        return {
            "target": self.target,
            "attribute": self.attribute,
            "cases": [{"value": value, "organizationId": organization.strip()} for value, organization in rows],
            "default": self.default,
        }


async def show(visit: Visit) -> Outcome:
    """The builder; with a constant if the address names an organization."""
    visit.context.require(Action.VIEW_ORGANIZATIONS)
    if visit.form.pairs:
        return await _page(visit, Draft.typed(visit.form))
    draft = Draft.asked(visit)
    try:
        return await _page(visit, draft, await _written(visit, draft) if draft.default else None)
    except (FormRefused, Invalid):
        return await _page(visit, Draft())


async def write(visit: Visit) -> Outcome:
    """Write the text, and show it beside what it was made from."""
    draft = Draft.typed(visit.form)
    try:
        return await _page(visit, draft, await _written(visit, draft))
    except FormRefused:
        if not any(step in visit.form for step in _STEPS):
            raise
        return await _page(visit, draft)
    except Invalid as problem:
        if not any(step in visit.form for step in _STEPS):
            raise
        return await _page(visit, draft, trouble=problem.detail)


async def _written(visit: Visit, draft: Draft) -> Expression:
    body = visit.body(WantedExpression, draft.wanted)
    if draft.kind == "expression" and not body.cases:
        raise FormRefused(Refusal(detail=_NO_ROWS))
    cases = [Case(case.value, case.organization_id) for case in body.cases]
    return await organization_expression(visit.context, body.target, body.attribute, cases, body.default)


async def _page(visit: Visit, draft: Draft, expression: Expression | None = None, trouble: str = "") -> View:
    return view(
        "organizations/expression.html",
        draft=draft,
        rows=[*draft.rows, ("", "")] if not draft.rows or "add" in visit.form else draft.rows,
        choices=await organizations.choices(visit.context, _OFFERED),
        expression=expression,
        trouble=trouble,
        is_step="add" in visit.form or "remove" in visit.form,
    )


PAGES = (Page(path=f"/{ORGANIZATIONS}/expression", show=show, submit=write, place=ORGANIZATIONS),)
