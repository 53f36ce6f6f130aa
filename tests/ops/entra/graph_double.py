"""Microsoft Graph v1.0, as far as provisioning needs it, in the test's process.

It holds state, refuses what Graph refuses, and is as slow as Graph: what was just made is not found for a while, and
requests are throttled when a test says so. Secrets come back blanked. Credentials are validated by really calling the
SCIM service.

    graph = GraphDouble(scim)                  # `scim` is called with (address, token), and with mappings and a person
    graph.calls, graph.writes                  # what was asked, as "METHOD /path"
    graph.permissions.discard("Synchronization.ReadWrite.All")
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote
from uuid import UUID

import httpx
from pydantic import ValidationError

from tests.ops.entra import shapes
from tests.ops.entra.expressions import parse
from tests.ops.entra.template import RULE, new_schema
from tests.simulations.directory import Person

NON_GALLERY = "8adf8e6e-67b2-4cf2-a259-e3dc5476c621"
APPLICATION_ADMINISTRATOR = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3"
USER_ROLE = "18d14569-c3bd-439b-9a66-3a2aee01d14f"
NO_ROLE = "00000000-0000-0000-0000-000000000000"
ALL_PERMISSIONS = (
    "Application.ReadWrite.All",
    "Synchronization.ReadWrite.All",
    "AppRoleAssignment.ReadWrite.All",
    "GroupMember.Read.All",
    "User.ReadBasic.All",
)
_BLANKED = {"SecretToken"}
_NO_WRITES = re.compile(r"GET |POST .*/(validateCredentials|parseExpression)$")


class Scim(Protocol):
    """The service at the other end of the job."""

    def is_reached(self, address: str, token: str) -> bool:
        """Whether Test Connection succeeds."""

    def provisioned(self, address: str, token: str, schema: dict[str, Any], person: Person) -> str:
        """Provision somebody on demand; returns what went wrong, or ""."""


@dataclass
class Job:
    """A synchronization job."""

    id: str
    schema: dict[str, Any] = field(default_factory=new_schema)
    state: str = "Disabled"
    code: str = "NotConfigured"


@dataclass
class Application:
    """A service principal, and how many more times it is not found."""

    id: str
    name: str
    template: str = NON_GALLERY
    roles: list[dict[str, Any]] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    assigned: dict[str, str] = field(default_factory=dict)
    unseen: int = 0
    untemplated: int = 0


class Problem(Exception):
    """A refusal."""

    def __init__(self, status: int, code: str, message: str = "", **headers: str) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status, self.code, self.message, self.headers = status, code, message, headers


class GraphDouble(httpx.BaseTransport):
    """See the module."""

    def __init__(self, scim: Scim) -> None:
        self.scim = scim
        self.applications: dict[str, Application] = {}
        self.groups: dict[str, str] = {}
        self.people: dict[str, Person] = {}
        self.permissions = set(ALL_PERMISSIONS)
        self.roles = {APPLICATION_ADMINISTRATOR}
        self.roles_count = True
        self.shows_claims = True
        self.has_licence = True
        self.lag = 0
        self.unsaved = 0
        self.throttled = 0
        self.page_size = 100
        self.calls: list[str] = []
        self.bodies: list[Any] = []
        self._made = 0

    # What tests look at

    @property
    def writes(self) -> list[str]:
        """What changed something, without the base URL and with ids as {…}."""
        return [re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "{id}", call) for call in self.calls if not _NO_WRITES.match(call)]

    @property
    def application(self) -> Application:
        (application,) = self.applications.values()
        return application

    @property
    def job(self) -> Job:
        (job,) = self.application.jobs.values()
        return job

    def access_token(self) -> str:
        """What a sign-in gets."""
        if not self.shows_claims:
            return "an-opaque-token"
        claims = {"scp": " ".join(sorted(self.permissions)), "wids": sorted(self.roles)}
        encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in ({}, claims)]
        return ".".join([*encoded, "signature"])

    def made(self) -> str:
        """A new id."""
        self._made += 1
        return str(UUID(int=0xA0000000000040008000000000000000 << 0 | self._made))

    # Answering

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Route, check, answer."""
        path = unquote(request.url.path).removeprefix("/v1.0")
        self.calls.append(f"{request.method} {path}")
        body = json.loads(request.read()) if request.content else None
        self.bodies.append(body)
        try:
            self._admit(request, path)
            answer = self._route(request.method, path, body, parse_qs(request.url.query.decode()))
        except Problem as problem:
            error = {"error": {"code": problem.code, "message": problem.message, "innerError": {"request-id": "1"}}}
            return httpx.Response(problem.status, json=error, headers=problem.headers, request=request)
        except ValidationError as error:
            text = "; ".join(f"{each['loc']}: {each['msg']}" for each in error.errors())
            refusal = {"error": {"code": "Request_BadRequest", "message": text}}
            return httpx.Response(400, json=refusal, request=request)
        status = 201 if isinstance(answer, Created) else 204 if answer is None else 200
        return (
            httpx.Response(status, json=answer, request=request)
            if answer is not None
            else httpx.Response(204, request=request)
        )

    def _admit(self, request: httpx.Request, path: str) -> None:
        if self.throttled:
            self.throttled -= 1
            raise Problem(429, "TooManyRequests", "Slow down.", **{"Retry-After": "7"})
        if request.headers.get("Authorization") != f"Bearer {self.access_token()}":
            raise Problem(401, "InvalidAuthenticationToken", "Access token is empty.")
        permission = next(name for part, name in _PERMISSIONS if part in path)
        is_synchronization = "/synchronization/" in path
        needs_role = request.method != "GET" or is_synchronization
        if permission not in self.permissions or (needs_role and not (self.roles and self.roles_count)):
            if is_synchronization:
                raise Problem(401, "UnknownError")
            raise Problem(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")

    def _route(self, method: str, path: str, body: Any, query: Mapping[str, list[str]]) -> Any:
        for pattern, methods in _ROUTES:
            if match := re.fullmatch(pattern, path):
                if method not in methods:
                    raise Problem(404, "UnknownError", f"No HTTP resource was found for {method}.")
                return methods[method](self, body, query, *match.groups())
        raise Problem(404, "Request_ResourceNotFound", f"No such path: {path}")

    def _application(self, object_id: str) -> Application:
        application = self.applications.get(object_id)
        if application is None:
            raise Problem(404, "Request_ResourceNotFound", f"Resource '{object_id}' does not exist.")
        if application.unseen:
            application.unseen -= 1
            raise Problem(404, "Request_ResourceNotFound", f"Resource '{object_id}' does not exist.")
        return application

    def _job(self, object_id: str, job_id: str) -> tuple[Application, Job]:
        application = self._application(object_id)
        if job_id not in application.jobs:
            raise Problem(404, "JobNotFound", "There is no such job.")
        return application, application.jobs[job_id]

    # Applications

    def instantiate(self, body: Any, _query: object, template: str) -> Any:
        given = shapes.Instantiate.model_validate(body)
        if template != NON_GALLERY:
            raise Problem(404, "Request_ResourceNotFound", "There is no such template.")
        application = self.add_application(given.display_name)
        application.unseen = application.untemplated = self.lag
        return Created(application={"id": self.made()}, servicePrincipal=_shown(application) | {"appRoles": []})

    def add_application(self, name: str, template: str = NON_GALLERY) -> Application:
        """An enterprise application, as the portal makes it."""
        role = {"allowedMemberTypes": ["User"], "isEnabled": True, "value": None}
        roles = [
            {"id": "b9632174-c057-4f7e-951b-be3adc52bfe6", "displayName": "msiam_access", **role},
            {"id": USER_ROLE, "displayName": "User", **role},
        ]
        application = Application(self.made(), name, template, roles)
        self.applications[application.id] = application
        return application

    def find_applications(self, _body: object, query: Mapping[str, list[str]]) -> Any:
        name = _filtered(query)
        return {"value": [_shown(each) for each in self.applications.values() if each.name == name and not each.unseen]}

    def get_application(self, _body: object, _query: object, object_id: str) -> Any:
        return _shown(self._application(object_id))

    # Jobs

    def templates(self, _body: object, _query: object, object_id: str) -> Any:
        application = self._application(object_id)
        if application.untemplated:
            application.untemplated -= 1
            return {"value": []}
        return {"value": [{"id": "scim", "factoryTag": "scim"}]}

    def list_jobs(self, _body: object, _query: object, object_id: str) -> Any:
        return {"value": [_shown_job(job) for job in self._application(object_id).jobs.values()]}

    def make_job(self, body: Any, _query: object, object_id: str) -> Any:
        application = self._application(object_id)
        if shapes.NewJob.model_validate(body).template_id != "scim":
            raise Problem(400, "Request_BadRequest", "The template is none of this application.")
        job = Job(f"scim.{self.made()}")
        application.jobs[job.id] = job
        application.unseen = self.lag
        return Created(_shown_job(job))

    def get_job(self, _body: object, _query: object, object_id: str, job_id: str) -> Any:
        return _shown_job(self._job(object_id, job_id)[1])

    def start(self, body: Any, _query: object, object_id: str, job_id: str) -> None:
        application, job = self._job(object_id, job_id)
        if body is not None:
            raise Problem(400, "Request_BadRequest", "No body is taken.")
        if "SecretToken" not in application.secrets:
            raise Problem(400, "Request_BadRequest", "There are no credentials.")
        if (job.state, job.code) == ("Active", "Active"):
            raise Problem(400, "Request_BadRequest", "The job runs.")
        job.state, job.code = "Active", "Active"

    # The schema

    def get_schema(self, _body: object, _query: object, object_id: str, job_id: str) -> Any:
        return {"@odata.context": "https://graph.microsoft.com/v1.0/$metadata#…"} | deepcopy(
            self._job(object_id, job_id)[1].schema
        )

    def put_schema(self, body: Any, _query: object, object_id: str, job_id: str) -> None:
        _, job = self._job(object_id, job_id)
        if undefined := shapes.Schema.model_validate(body).undefined():
            raise Problem(400, "Request_BadRequest", f"The directory does not define {sorted(undefined)}.")
        job.schema = deepcopy(body)

    def parse_expression(self, body: Any, _query: object, object_id: str, job_id: str) -> Any:
        self._job(object_id, job_id)
        try:
            parsed = parse(shapes.Expression.model_validate(body).expression)
        except ValueError as error:
            problem = {"code": "ExpressionParsingError", "message": f"{error}."}
            return {"parsingSucceeded": False, "parsedExpression": None, "error": problem}
        return {"parsingSucceeded": True, "parsedExpression": parsed, "evaluationSucceeded": False, "error": None}

    # Credentials

    def get_secrets(self, _body: object, _query: object, object_id: str) -> Any:
        saved = self._application(object_id).secrets
        return {"value": [{"key": key, "value": "*" * 8 if key in _BLANKED else saved[key]} for key in saved]}

    def put_secrets(self, body: Any, _query: object, object_id: str) -> None:
        application = self._application(object_id)
        given = {pair.key: pair.value for pair in shapes.Secrets.model_validate(body).value}
        if "*" in given.get("SecretToken", "*"):
            raise Problem(400, "Request_BadRequest", "The token is missing.")
        application.secrets = given

    def validate(self, body: Any, _query: object, object_id: str, job_id: str) -> None:
        application, _ = self._job(object_id, job_id)
        given = shapes.Validate.model_validate(body)
        pairs = {pair.key: pair.value for pair in given.credentials}
        used = application.secrets if given.use_saved_credentials else pairs
        if self.unsaved and given.use_saved_credentials and used:
            self.unsaved -= 1
            used = {}
        if not used or not self.scim.is_reached(used["BaseAddress"], used["SecretToken"]):
            raise Problem(400, "InvalidCredentials", "The credentials are not valid.")

    # Who is in scope

    def find_groups(self, _body: object, query: Mapping[str, list[str]]) -> Any:
        name = _filtered(query)
        return {"value": [{"id": group} for group, called in self.groups.items() if called == name]}

    def get_user(self, _body: object, _query: object, name: str) -> Any:
        found = [each for each in self.people.values() if name in (each.upn, each.object_id)]
        if not found:
            raise Problem(404, "Request_ResourceNotFound", f"Resource '{name}' does not exist.")
        return {"id": found[0].object_id}

    def assignments(self, _body: object, query: Mapping[str, list[str]], object_id: str) -> Any:
        assigned = [
            {"principalId": who, "appRoleId": role} for who, role in self._application(object_id).assigned.items()
        ]
        start = int(query.get("$skiptoken", ["0"])[0])
        page = {"value": assigned[start : start + self.page_size]}
        if len(assigned) > start + self.page_size:
            following = f"/servicePrincipals/{object_id}/appRoleAssignedTo?$skiptoken={start + self.page_size}"
            page["@odata.nextLink"] = f"https://graph.microsoft.com/v1.0{following}"
        return page

    def assign(self, body: Any, _query: object, object_id: str) -> Any:
        application = self._application(object_id)
        given = shapes.Assignment.model_validate(body)
        if not self.has_licence:
            # The wording is not documented; that it is about a licence is.
            raise Problem(403, "Authorization_RequestDenied", "Assigning groups requires a Premium license.")
        if given.principal_id not in self.groups or given.resource_id != object_id:
            raise Problem(404, "Request_ResourceNotFound", "There is no such group.")
        if given.app_role_id not in {role["id"] for role in application.roles} or given.app_role_id == NO_ROLE:
            raise Problem(400, "Request_BadRequest", "Permission being assigned was not found on application.")
        if given.principal_id in application.assigned:
            raise Problem(400, "Request_BadRequest", "Permission being assigned already exists on the object.")
        application.assigned[given.principal_id] = given.app_role_id
        return Created(body)

    def on_demand(self, body: Any, _query: object, object_id: str, job_id: str) -> Any:
        application, job = self._job(object_id, job_id)
        (parameters,) = shapes.OnDemand.model_validate(body).parameters
        if parameters.rule_id != RULE:
            raise Problem(400, "Request_BadRequest", "There is no such rule.")
        person = self.people[parameters.subjects[0].object_id]
        secrets = application.secrets
        why = self.scim.provisioned(secrets["BaseAddress"], secrets["SecretToken"], job.schema, person)
        result = {"result": "Failure" if why else "Success", "details": {}}
        status = {"status": result["result"], "errorCode": "MissingValues" if why else None, "reason": why or None}
        return {"key": json.dumps(result), "value": json.dumps({"action": "Create", "statusInfo": status})}


class Created(dict[str, Any]):
    """Answered with 201."""


def _shown(application: Application) -> dict[str, Any]:
    return {
        "id": application.id,
        "displayName": application.name,
        "applicationTemplateId": application.template,
        "appRoles": application.roles,
    }


def _shown_job(job: Job) -> dict[str, Any]:
    return {
        "id": job.id,
        "templateId": "scim",
        "schedule": {"expiration": None, "interval": "PT40M", "state": job.state},
        "status": {"code": job.code, "quarantine": None, "progress": []},
    }


def _filtered(query: Mapping[str, list[str]]) -> str:
    match = re.fullmatch(r"displayName eq '((?:[^']|'')*)'", query["$filter"][0])
    if match is None:
        raise Problem(400, "Request_BadRequest", "Invalid filter clause.")
    return match[1].replace("''", "'")


_PERMISSIONS = (
    ("/synchronization/", "Synchronization.ReadWrite.All"),
    ("/appRoleAssignedTo", "AppRoleAssignment.ReadWrite.All"),
    ("/groups", "GroupMember.Read.All"),
    ("/users", "User.ReadBasic.All"),
    ("/", "Application.ReadWrite.All"),
)
_SP = "/servicePrincipals/([^/]+)"
_JOB = f"{_SP}/synchronization/jobs/([^/]+)"
type Handler = Callable[..., Any]
_ROUTES: tuple[tuple[str, dict[str, Handler]], ...] = (
    ("/applicationTemplates/([^/]+)/instantiate", {"POST": GraphDouble.instantiate}),
    ("/servicePrincipals", {"GET": GraphDouble.find_applications}),
    (_SP, {"GET": GraphDouble.get_application}),
    (f"{_SP}/synchronization/templates", {"GET": GraphDouble.templates}),
    (f"{_SP}/synchronization/jobs", {"GET": GraphDouble.list_jobs, "POST": GraphDouble.make_job}),
    (f"{_SP}/synchronization/secrets", {"GET": GraphDouble.get_secrets, "PUT": GraphDouble.put_secrets}),
    (_JOB, {"GET": GraphDouble.get_job}),
    (f"{_JOB}/schema", {"GET": GraphDouble.get_schema, "PUT": GraphDouble.put_schema}),
    (f"{_JOB}/schema/parseExpression", {"POST": GraphDouble.parse_expression}),
    (f"{_JOB}/validateCredentials", {"POST": GraphDouble.validate}),
    (f"{_JOB}/provisionOnDemand", {"POST": GraphDouble.on_demand}),
    (f"{_JOB}/start", {"POST": GraphDouble.start}),
    (f"{_SP}/appRoleAssignedTo", {"GET": GraphDouble.assignments, "POST": GraphDouble.assign}),
    ("/groups", {"GET": GraphDouble.find_groups}),
    ("/users/([^/]+)", {"GET": GraphDouble.get_user}),
)
