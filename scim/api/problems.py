"""Refusals over HTTP: `application/problem+json` (RFC 9457)."""

from http import HTTPStatus
from typing import Annotated, Any

from pydantic import ConfigDict, Field, ValidationError

from scim.admin.problems import Problem
from scim.contracts.base import Contract
from scim.contracts.errors import field_errors
from scim.web.messages import PROBLEM_JSON, WebResponse


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


def problem_response(problem: Problem, request_id: str) -> WebResponse:
    """The reply to a refused request."""
    return _response(problem.status, problem.code, problem.detail, request_id, problem.headers, **problem.facts)


def invalid_response(error: ValidationError, request_id: str, *, where: str) -> WebResponse:
    """The reply to a body or to parameters that do not fit their contract."""
    errors = [{"field": field, "message": message} for field, message in field_errors(error)]
    told = (": ".join(filter(None, (each["field"], each["message"]))) for each in errors[:3])
    detail = f"The {where} cannot be taken: {'; '.join(told)}."
    return _response(HTTPStatus.BAD_REQUEST, "invalid", detail, request_id, {}, errors=errors[:20])


def refusal(status: int, code: str, detail: str, request_id: str, headers: dict[str, str] | None = None) -> WebResponse:
    """A refusal that no use case raises."""
    return _response(status, code, detail, request_id, headers or {})


def _response(
    status: int, code: str, detail: str, request_id: str, headers: dict[str, str], **facts: Any
) -> WebResponse:
    body = ProblemDetails(
        type=f"urn:rollcall:problem:{code}",
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        code=code,
        reference=request_id,
        **facts,
    )
    return WebResponse(
        status=status,
        body=body.model_dump_json(exclude_defaults=True).encode(),
        media_type=PROBLEM_JSON,
        headers=headers,
    )
