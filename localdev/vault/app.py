"""The secrets API of Key Vault over HTTP, as the official clients speak it.

https://learn.microsoft.com/rest/api/keyvault/secrets/
"""

from collections.abc import Callable, Sequence
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from localdev.identity import TENANT_ID, audience_of
from localdev.vault.faults import Faults
from localdev.vault.store import RECOVERABLE_DAYS, Properties, Secret, Store, VaultError, Version

PAGE = 25
"""Items in one page of a list, and the largest `maxresults` that the service takes."""
_DAY = 24 * 60 * 60
_STORE = web.AppKey("store", Store)

type Body = dict[str, Any]


def create(store: Store) -> web.Application:
    """The vault as an application; `PUT /faults` makes it fail (see `faults`)."""
    app = web.Application(client_max_size=1 << 20)
    app[_STORE] = store
    Faults().add_to(app)
    app.middlewares.append(_errors)
    app.middlewares.append(_challenge)
    for method, path, handler in _ROUTES:
        app.router.add_route(method, path, handler)
    return app


async def _set(request: web.Request) -> web.Response:
    body = await _body(request)
    if not isinstance(body.get("value"), str):
        raise VaultError(400, "BadParameter", "The property value is required.")
    secret, version = _store(request).set(_name(request), body["value"], _properties(body))
    return web.json_response(_bundle(request, secret, version, with_value=True))


async def _get(request: web.Request) -> web.Response:
    secret, version = _store(request).get(_name(request), _version(request))
    return web.json_response(_bundle(request, secret, version, with_value=True))


async def _update(request: web.Request) -> web.Response:
    body = await _body(request)
    secret, version = _store(request).update(_name(request), _version(request), _properties(body))
    return web.json_response(_bundle(request, secret, version))


async def _delete(request: web.Request) -> web.Response:
    return web.json_response(_deleted_bundle(request, _store(request).delete(_name(request))))


async def _get_deleted(request: web.Request) -> web.Response:
    return web.json_response(_deleted_bundle(request, _store(request).get_deleted(_name(request))))


async def _recover(request: web.Request) -> web.Response:
    secret = _store(request).recover(_name(request))
    return web.json_response(_bundle(request, secret, secret.latest))


async def _purge(request: web.Request) -> web.Response:
    _store(request).purge(_name(request))
    return web.Response(status=204)


async def _list(request: web.Request) -> web.Response:
    return _page(request, _store(request).all(deleted=False), lambda secret: _item(request, secret))


async def _list_deleted(request: web.Request) -> web.Response:
    deleted = _store(request).all(deleted=True)
    return _page(request, deleted, lambda secret: _item(request, secret) | _deletion(request, secret))


async def _list_versions(request: web.Request) -> web.Response:
    secret = _store(request).versions(_name(request))
    return _page(request, secret.versions, lambda version: _bundle(request, secret, version))


_ROUTES = (
    ("PUT", "/secrets/{name}", _set),
    ("GET", "/secrets", _list),
    ("GET", "/secrets/{name}", _get),
    ("GET", "/secrets/{name}/", _get),
    ("GET", "/secrets/{name}/versions", _list_versions),
    ("GET", "/secrets/{name}/{version}", _get),
    ("PATCH", "/secrets/{name}", _update),
    ("PATCH", "/secrets/{name}/", _update),
    ("PATCH", "/secrets/{name}/{version}", _update),
    ("DELETE", "/secrets/{name}", _delete),
    ("GET", "/deletedsecrets", _list_deleted),
    ("GET", "/deletedsecrets/{name}", _get_deleted),
    ("DELETE", "/deletedsecrets/{name}", _purge),
    ("POST", "/deletedsecrets/{name}/recover", _recover),
)


@web.middleware
async def _challenge(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse requests without a token, and say for whom the token has to be."""
    if request.match_info.http_exception is not None or not request.path.startswith(("/secrets", "/deletedsecrets")):
        return await handler(request)
    resource = _resource(request)
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or audience_of(token) != resource:
        challenge = f'Bearer authorization="https://login.microsoftonline.com/{TENANT_ID}", resource="{resource}"'
        error = VaultError(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.")
        return _reply(error, {"WWW-Authenticate": challenge})
    if "api-version" not in request.query:
        return _reply(VaultError(400, "BadParameter", "api-version must be specified"))
    return await handler(request)


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except VaultError as error:
        return _reply(error)
    except web.HTTPException as error:
        return _reply(VaultError(error.status, "BadParameter", error.reason))


def _reply(error: VaultError, headers: dict[str, str] | None = None) -> web.Response:
    body: Body = {"code": error.code, "message": error.message}
    if error.inner is not None:
        body["innererror"] = {"code": error.inner}
    return web.json_response({"error": body}, status=error.status, headers=headers)


def _resource(request: web.Request) -> str:
    # Clients verify that the resource is a dot-suffix of the host that they called: 127.0.0.1:1234 → 0.0.1:1234.
    return f"https://{request.host.partition('.')[2] or request.host}"


def _store(request: web.Request) -> Store:
    return request.app[_STORE]


def _name(request: web.Request) -> str:
    return request.match_info["name"]


def _version(request: web.Request) -> str | None:
    return request.match_info.get("version")


async def _body(request: web.Request) -> Body:
    try:
        body = await request.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise VaultError(400, "BadParameter", "The request body must be a JSON object.")
    return body


def _properties(body: Body) -> Properties:
    attributes = body.get("attributes") or {}
    return Properties(
        enabled=attributes.get("enabled"),
        not_before=attributes.get("nbf"),
        expires=attributes.get("exp"),
        content_type=body.get("contentType"),
        tags=body.get("tags"),
    )


def _url(request: web.Request, *path: str) -> str:
    return "/".join((f"https://{request.host}", *path))


def _bundle(request: web.Request, secret: Secret, version: Version, *, with_value: bool = False) -> Body:
    value = {"value": version.value} if with_value else {}
    identity = {"id": _url(request, "secrets", secret.name, version.id)}
    return value | identity | _described(version)


def _item(request: web.Request, secret: Secret) -> Body:
    return {"id": _url(request, "secrets", secret.name)} | _described(secret.latest)


def _described(version: Version) -> Body:
    attributes = {
        "enabled": version.enabled,
        "nbf": version.not_before,
        "exp": version.expires,
        "created": version.created,
        "updated": version.updated,
        "recoveryLevel": "Recoverable+Purgeable",
        "recoverableDays": RECOVERABLE_DAYS,
    }
    body = {"contentType": version.content_type, "attributes": _given(attributes), "tags": version.tags}
    return _given(body)


def _deleted_bundle(request: web.Request, secret: Secret) -> Body:
    return _bundle(request, secret, secret.latest) | _deletion(request, secret)


def _deletion(request: web.Request, secret: Secret) -> Body:
    deleted = secret.deleted or 0
    return {
        "recoveryId": _url(request, "deletedsecrets", secret.name),
        "deletedDate": deleted,
        "scheduledPurgeDate": deleted + RECOVERABLE_DAYS * _DAY,
    }


def _given(body: Body) -> Body:
    return {name: value for name, value in body.items() if value is not None}


def _page[T](request: web.Request, items: Sequence[T], describe: Callable[[T], Body]) -> web.Response:
    try:
        start = int(request.query.get("$skiptoken", "0"))
        size = int(request.query.get("maxresults", str(PAGE)))
    except ValueError:
        size = 0
    if not 1 <= size <= PAGE:
        raise VaultError(400, "BadParameter", f"maxresults must be between 1 and {PAGE}.")
    end = start + size
    following = request.url.update_query({"$skiptoken": str(end)}).with_scheme("https") if end < len(items) else None
    return web.json_response(
        {
            "value": [describe(item) for item in items[start:end]],
            "nextLink": None if following is None else str(following),
        }
    )
