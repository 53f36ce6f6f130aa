"""What holds for every reply, whatever the request was."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from tests.world import BASE_URL

ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
BULK = "urn:ietf:params:scim:api:messages:2.0:BulkResponse"
SCIM_TYPES = {
    "expiredCursor",
    "invalidCount",
    "invalidCursor",
    "invalidFilter",
    "invalidPath",
    "invalidSyntax",
    "invalidValue",
    "mutability",
    "noTarget",
    "tooMany",
    "uniqueness",
}
FORBIDDEN_WORDS = re.compile(r"Traceback|tenant\|00|\b[a-z]\|[\w-]+\||PartitionKey|RowKey|azure", re.IGNORECASE)
FORBIDDEN_IN_ERRORS = re.compile(r"\b(directory|config|sysadmins)\b|\.py\b")
TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
UNRESERVED = re.compile(r"[A-Za-z0-9._~-]+")
IDENTIFIER = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class Reply:
    """A reply as the client sees it."""

    status: int
    headers: Mapping[str, str]
    text: str
    body: Any


def conformance(sent: dict[str, Any], reply: Reply, secrets: Mapping[str, str]) -> Iterator[str]:
    """Where a reply breaks a rule that holds whatever the request was."""
    everything = f"{reply.text} {reply.headers}"
    yield from (f"The reply tells {what}." for what, secret in secrets.items() if secret in everything)
    if match := FORBIDDEN_WORDS.search(everything):
        yield f"The reply tells of our insides: {match[0]!r}."
    if reply.headers.get("cache-control") != "no-store":
        yield "The reply may be cached."
    if reply.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}:
        if reply.text:
            yield f"{reply.status} has a body."
        return
    if reply.headers.get("content-type") != "application/scim+json" or not isinstance(reply.body, dict):
        yield "The reply is no SCIM message."
        return
    if reply.status >= HTTPStatus.BAD_REQUEST:
        yield from _error(reply)
    elif reply.body.get("schemas") == [LIST]:
        yield from _list(sent, reply)
    elif reply.body.get("schemas") == [BULK]:
        yield from _bulk(reply)
    else:
        yield from _resource(reply.body)
        yield from _resource_headers(sent, reply)


def _error(reply: Reply) -> Iterator[str]:
    yield from _error_message(reply.body, reply.status)
    if reply.status == HTTPStatus.UNAUTHORIZED and reply.headers.get("www-authenticate") != "Bearer":
        yield "401 without a challenge."
    if reply.status == HTTPStatus.SERVICE_UNAVAILABLE and not reply.headers.get("retry-after", "").isdecimal():
        yield "503 without Retry-After."


def _error_message(body: dict[str, Any], status: int, *, in_bulk: bool = False) -> Iterator[str]:
    if body.get("schemas") != [ERROR] or body.get("status") != str(status):
        yield "The refusal is no SCIM error with its status as text."
    if not isinstance(body.get("detail"), str) or not body["detail"].endswith("."):
        yield "The refusal has no sentence for the administrator."
    if status in {HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT}:
        unresolved = in_bulk and status == HTTPStatus.CONFLICT and "scimType" not in body  # RFC 7644 §3.7.2
        if body.get("scimType") not in SCIM_TYPES and not unresolved:
            yield f"scimType {body.get('scimType')!r} is not known."
    elif "scimType" in body:
        yield f"scimType with status {status}."
    if match := FORBIDDEN_IN_ERRORS.search(json.dumps(body)):
        yield f"The refusal tells of our insides: {match[0]!r}."


def _list(sent: dict[str, Any], reply: Reply) -> Iterator[str]:
    body = reply.body
    by_cursor = "cursor" in _asked(sent)
    numbers = {name: body.get(name) for name in ("totalResults", "startIndex", "itemsPerPage")}
    if by_cursor:  # a page by cursor has no startIndex, and may be without a total (RFC 9865 §2)
        del numbers["startIndex"]
        if numbers["totalResults"] is None:
            del numbers["totalResults"]
    if any(type(number) is not int for number in numbers.values()) or body["itemsPerPage"] != len(body["Resources"]):
        yield f"The page says {numbers}, with {len(body['Resources'])} resources."
    if ("startIndex" in body) == by_cursor or ("nextCursor" in body and not by_cursor):
        yield "The page is one by index and one by cursor."
    if not UNRESERVED.fullmatch(body.get("nextCursor", "x")):
        yield f"nextCursor {body['nextCursor']!r} needs escaping in a URL."
    for resource in body["Resources"]:
        yield from _resource(resource)


def _asked(sent: dict[str, Any]) -> set[str]:
    """The names of what a search asks for, in its query or in its body."""
    body = sent.get("body")
    names = [name for name, _ in parse_qsl(sent.get("query", ""), keep_blank_values=True)]
    return {name.lower() for name in (*names, *(body if isinstance(body, dict) else ()))}


def _bulk(reply: Reply) -> Iterator[str]:
    for operation in reply.body["Operations"]:
        method, status = operation.get("method"), operation.get("status")
        if not isinstance(status, str) or not status.isdecimal():
            yield f"The status of a {method} is {status!r}."
            continue
        if int(status) >= HTTPStatus.BAD_REQUEST:
            yield from _error_message(operation.get("response", {}), int(status), in_bulk=True)
        elif "location" not in operation:
            yield f"A {method} has no location (RFC 7644 §3.7)."
        if method == "POST" and not operation.get("bulkId"):
            yield "A POST has no bulkId (RFC 7644 §3.7)."


def _resource(resource: dict[str, Any]) -> Iterator[str]:
    meta = resource.get("meta", {})
    schemas = resource.get("schemas")
    if (schemas is not None and len(set(schemas)) != len(schemas)) or schemas == []:
        yield "The resource has no schemas, or one twice."
    if meta.get("resourceType") not in {"User", "Group", None}:
        return
    if not IDENTIFIER.fullmatch(str(resource.get("id"))):
        yield f"The resource's id is {resource.get('id')!r}."
    if meta.keys() == {"resourceType", "created", "lastModified", "location", "version"}:
        if meta["location"] != f"{BASE_URL}/{meta['resourceType']}s/{resource['id']}":
            yield f"meta.location is {meta['location']!r}."
        if not all(TIMESTAMP.fullmatch(meta[name]) for name in ("created", "lastModified")):
            yield f"meta has no proper times: {meta}."
    extensions = {name for name in resource if name.startswith("urn:")}
    if schemas and not extensions <= set(schemas):
        yield f"schemas do not name {extensions - set(schemas)}."
    if None in resource.values() or "password" in resource:
        yield "The resource holds null, or a password."


def _resource_headers(sent: dict[str, Any], reply: Reply) -> Iterator[str]:
    body, meta = reply.body, reply.body.get("meta", {})
    if meta.get("resourceType") not in {"User", "Group"}:
        return
    if "version" in meta and reply.headers.get("etag") != meta["version"]:
        yield f"ETag {reply.headers.get('etag')!r} is not meta.version {meta['version']!r}."
    if sent["method"] == "POST" and reply.headers.get("location") != f"{BASE_URL}/{meta['resourceType']}s/{body['id']}":
        yield f"Location is {reply.headers.get('location')!r}."
