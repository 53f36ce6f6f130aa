"""Refusals over HTTP: `application/problem+json` (RFC 9457)."""

from http import HTTPStatus
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from scim.admin.problems import Problem
from scim.api.contracts import texts
from scim.api.contracts.base import Contract
from scim.api.messages import PROBLEM_JSON, ApiResponse

_MAX_FIELD = 200
"""Characters of a field's name that are told: unknown ones are the client's own."""


class FieldProblem(Contract):
    """What is wrong with a field."""

    field: str
    """Where: names and positions joined by dots."""
    message: str


class ProblemDetails(Contract):
    """A refusal."""

    model_config = ConfigDict(extra="allow")

    type: Annotated[str, Field(pattern="^urn:rollcall:problem:")]
    title: str
    status: int
    detail: str
    """What is wrong and what to do, for people."""
    code: str
    """The same for programs: it never changes."""
    reference: str
    """Names the request in the log."""
    errors: tuple[FieldProblem, ...] = ()


def problem_response(problem: Problem, request_id: str) -> ApiResponse:
    """The reply to a refused request."""
    return _response(problem.status, problem.code, problem.detail, request_id, problem.headers, **problem.facts)


def invalid_response(error: ValidationError, request_id: str, *, where: str) -> ApiResponse:
    """The reply to a body or to parameters that do not fit their contract."""
    errors = [
        {"field": ".".join(map(str, part["loc"]))[:_MAX_FIELD], "message": _sentence(part)}
        for part in error.errors(include_url=False, include_input=False)
    ]
    told = (": ".join(filter(None, (each["field"], each["message"]))) for each in errors[:3])
    detail = f"The {where} cannot be taken: {'; '.join(told)}."
    return _response(HTTPStatus.BAD_REQUEST, "invalid", detail, request_id, {}, errors=errors[:20])


def _sentence(part: ErrorDetails) -> str:
    """What is wrong, for people: no pattern, and no word of Python's."""
    facts = part.get("ctx", {})
    if part["type"] == "value_error":
        return str(facts["error"])
    return texts.SENTENCES.get(facts.get("pattern", ""), part["msg"])


def refusal(status: int, code: str, detail: str, request_id: str, headers: dict[str, str] | None = None) -> ApiResponse:
    """A refusal that no use case raises."""
    return _response(status, code, detail, request_id, headers or {})


def _response(
    status: int, code: str, detail: str, request_id: str, headers: dict[str, str], **facts: Any
) -> ApiResponse:
    body = ProblemDetails(
        type=f"urn:rollcall:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        reference=request_id,
        **facts,
    )
    return ApiResponse(
        status=status,
        body=body.model_dump_json(exclude_defaults=True).encode(),
        media_type=PROBLEM_JSON,
        headers=headers,
    )
