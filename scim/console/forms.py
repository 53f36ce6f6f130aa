"""What forms send, and what is wrong with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError

from scim.admin.codes import INCOMPLETE
from scim.admin.problems import Problem
from scim.contracts.errors import field_errors
from scim.domain.activities import Activity
from scim.sentences import Sentence

MAX_FIELDS = 2_000
MAX_BYTES = 256 * 1024
MEDIA_TYPE = "application/x-www-form-urlencoded"

CSRF = "csrf"
"""The field that shows that a page of ours sent the form."""
CODE = "verification_code"
"""The field of the time-based code that *Verify it's you* asks for."""
VERSION = "version"
"""The field of the version that the form shows, for `If-Match`."""
_BLANK = Sentence("Fill this in.")
"""Of a field that must not be empty; what the contract says of it is meant for programs."""


@dataclass(frozen=True, slots=True)
class Form:
    """The fields of a form, in the order given. Absent ones are ""."""

    pairs: Sequence[tuple[str, str]] = ()

    @classmethod
    def parse(cls, body: bytes) -> "Form":
        """From a body.

        Raises:
            ValueError: It is no form: not UTF-8, or too many fields.
        """
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="strict")
        return cls([(name, value.replace("\r\n", "\n")) for name, value in pairs])

    def __contains__(self, name: str) -> bool:
        return any(each == name for each, _ in self.pairs)

    def text(self, name: str) -> str:
        """The last value, without blanks around it."""
        return next((value.strip() for each, value in reversed(self.pairs) if each == name), "")

    def secret(self, name: str) -> str:
        """The last value as it was typed: passwords may begin with a blank."""
        return next((value for each, value in reversed(self.pairs) if each == name), "")

    def all(self, name: str) -> tuple[str, ...]:
        """All values that are not blank, without blanks around them."""
        return tuple(value.strip() for each, value in self.pairs if each == name and value.strip())

    @property
    def holds_more(self) -> bool:
        """Whether there is more in it than in one that only confirms."""
        return any(name not in {CSRF, VERSION} for name, _ in self.pairs)

    def is_on(self, name: str) -> bool:
        """Whether a checkbox or switch is on."""
        return bool(self.text(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a form was not taken: what its page tells when it is shown again.

    Attributes:
        detail: One sentence; "" when the fields say it all.
        fields: What is wrong with each, by name.
        code: For programs, as in the API.
        facts: See `Problem`.
        change: Of somebody else, which came first; None when it is none, or not known.
    """

    detail: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    code: str = "invalid"
    facts: Mapping[str, object] = field(default_factory=dict)
    change: Activity | None = None

    @classmethod
    def of(cls, problem: Problem) -> "Refusal":
        """From what a use case refused."""
        fields: dict[str, str] = {}
        if isinstance(named := problem.facts.get("field"), str):
            fields[named] = problem.detail
        errors = problem.facts.get("errors")
        if isinstance(errors, list):
            fields |= {each["field"]: each["message"] for each in errors}
        detail = "" if problem.code == INCOMPLETE else problem.detail  # wherever a code is typed, its field says it
        return cls(detail=detail, fields=fields, code=problem.code, facts=problem.facts)


class FormRefused(Exception):
    """The form does not fit its contract.

    Args:
        refusal: What is wrong.
    """

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal


def filled[C: BaseModel](contract: type[C], values: Mapping[str, object]) -> C:
    """A contract filled with what a form holds: the same rules as in the API.

    Args:
        contract: See there.
        values: By the names of the API (camelCase): texts, which become numbers where the contract wants some.

    Raises:
        FormRefused: Values that do not fit.
    """
    try:
        return contract.model_validate(values, by_alias=True, by_name=False)
    except ValidationError as error:
        blank = {name for name, value in values.items() if value is None}
        raise FormRefused(Refusal(fields=_told(error) | dict.fromkeys(blank & _wrong(error), _BLANK))) from None


def _wrong(error: ValidationError) -> set[str]:
    return {name for name, _ in field_errors(error)}


def _told(error: ValidationError) -> dict[str, str]:
    """What is wrong with each field. What is wrong with an item is wrong with its list: that is one field here."""
    fields: dict[str, str] = {}
    for name, text in field_errors(error):
        listed, _, position = name.rpartition(".")
        fields.setdefault(listed if position.isdecimal() else name, Sentence("{told}.", told=text))
    return fields


def given(form: Form, names: Iterable[str], *, blank: Any = None) -> dict[str, Any]:
    """The values of fields by name, `blank` for those that are blank; absent fields are left out."""
    return {name: form.text(name) or blank for name in names if name in form}
