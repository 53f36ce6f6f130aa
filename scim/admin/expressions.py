"""The text that maps end users to organizations, ready to be pasted into Entra ID or Okta (R057, R061-R063).

One organization for everybody is a constant; several are an expression that chooses by the value of an attribute.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from scim.admin.context import Context
from scim.admin.problems import Invalid
from scim.domain.authority import Action
from scim.domain.users import ALL_ORGANIZATIONS
from scim.schema.comparison import comparison_key
from scim.schema.urns import NINJAONE_USER
from scim.sentences import Sentence


class Target(StrEnum):
    """Whose language the text is in."""

    ENTRA = "entra"
    OKTA = "okta"


_ATTRIBUTES: Mapping[Target, re.Pattern[str]] = {
    Target.ENTRA: re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,127}"),
    Target.OKTA: re.compile(r"(user\.)?[A-Za-z][A-Za-z0-9_]{0,127}"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """People whose attribute has this value belong to this organization."""

    value: str
    organization_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """What is pasted.

    Attributes:
        mapping_type: What to choose as the mapping type (R063).
        text: The constant or the expression.
        target_attribute: What it is the value of (R064).
    """

    mapping_type: str
    text: str
    target_attribute: str = f"{NINJAONE_USER}:organizationId"


async def organization_expression(
    context: Context, target: Target, attribute: str, cases: Sequence[Case], default: str
) -> Expression:
    """The mapping of `organizationId`. One storage call for each organization that is named.

    Args:
        context: Somebody who may view organizations.
        target: See there.
        attribute: The attribute that is looked at: `department`, which in Okta may be written `user.department`.
        cases: Its values; none for a constant.
        default: The organization of everybody else. "All" only as a constant: a value that nobody thought of must not
            make somebody a global end user.

    Raises:
        Invalid: See the text.
    """
    context.require(Action.VIEW_ORGANIZATIONS)
    if cases and not _ATTRIBUTES[target].fullmatch(attribute):
        raise Invalid(
            Sentence("Name the attribute that tells where people belong, for example department."), "attribute"
        )
    if cases and _is_all(default):
        raise Invalid(Sentence('Choose an organization for everybody else; it cannot be "All".'), "default")
    values = [case.value for case in cases]
    if repeated := {value for value in values if values.count(value) > 1}:
        raise Invalid(Sentence('The value "{text}" is there more than once.', text=min(repeated)), "cases")
    await _check_organizations(context, {default, *(case.organization_id for case in cases)})
    chosen = [Case(case.value, _canonical(case.organization_id)) for case in cases]
    if not chosen:
        return Expression(mapping_type="Constant", text=_canonical(default))
    return Expression(mapping_type="Expression", text=_WRITERS[target](attribute, chosen, default))


async def _check_organizations(context: Context, ids: set[str]) -> None:
    for id_ in sorted(ids):
        if not _is_all(id_) and not await context.services.organizations.exists(id_):
            raise Invalid(Sentence('There is no organization with the ID "{given}".', given=id_[:64]), "organizationId")


def _is_all(organization_id: str) -> bool:
    return comparison_key(organization_id) == comparison_key(ALL_ORGANIZATIONS)


def _canonical(organization_id: str) -> str:
    return ALL_ORGANIZATIONS if _is_all(organization_id) else organization_id


def _entra(attribute: str, cases: Sequence[Case], default: str) -> str:
    r"""`Switch(source, default, value, result, …)`; in its constants `\\` and `"` are escaped by `\\`."""
    constants = [default, *(text for case in cases for text in (case.value, case.organization_id))]
    return f"Switch([{attribute}], {', '.join(map(_entra_constant, constants))})"


def _entra_constant(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _okta(attribute: str, cases: Sequence[Case], default: str) -> str:
    """Conditions one within the other: `value == "x" ? "1" : (… : "2")`."""
    source = f"user.{attribute.removeprefix('user.')}"
    conditions = [
        f"{source} == {_okta_constant(case.value)} ? {_okta_constant(case.organization_id)} : " for case in cases
    ]
    return "(".join(conditions) + _okta_constant(default) + ")" * (len(conditions) - 1)


def _okta_constant(text: str) -> str:
    """In quotation marks that the text itself does not have, so that nothing needs to be escaped."""
    quote = next((quote for quote in "\"'" if quote not in text), None)
    if quote is None or "\\" in text:
        raise Invalid(
            Sentence("Okta cannot compare with {text}: leave out its backslashes, or one kind of quotes.", text=text),
            "cases",
        )
    return f"{quote}{text}{quote}"


_WRITERS: Mapping[Target, Callable[[str, Sequence[Case], str], str]] = {Target.ENTRA: _entra, Target.OKTA: _okta}
