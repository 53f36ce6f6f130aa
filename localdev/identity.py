"""The managed-identity endpoint of App Service, as `ManagedIdentityCredential` finds it in the environment.

Its tokens look like those of Entra ID, and nobody checks their signature: Azurite (`--oauth basic`) and the emulated
vault look at issuer, audience and life only. They open nothing outside this machine.
"""

import base64
import json
import secrets
import time

from aiohttp import web

from localdev.vault.faults import Faults

TENANT_ID = "00000000-0000-4000-8000-00000000c0de"
ISSUER = f"https://sts.windows.net/{TENANT_ID}/"
LIFETIME_SECONDS = 24 * 60 * 60


def create(header: str) -> web.Application:
    """The endpoint as an application; `PUT /faults` makes it fail (see `vault.faults`).

    Args:
        header: The value of `X-IDENTITY-HEADER` that callers must send, their `IDENTITY_HEADER`.
    """

    async def token(request: web.Request) -> web.Response:
        if not secrets.compare_digest(request.headers.get("X-IDENTITY-HEADER", ""), header):
            return web.json_response({"statusCode": 401, "message": "X-IDENTITY-HEADER is wrong."}, status=401)
        resource = request.query.get("resource", "")
        if not resource:
            return web.json_response({"statusCode": 400, "message": "resource is missing."}, status=400)
        return web.json_response(_reply(resource))

    app = web.Application()
    Faults().add_to(app)
    app.router.add_get("/msi/token", token)
    return app


def issue(audience: str, lifetime_seconds: int = LIFETIME_SECONDS) -> str:
    """A token for `audience`, in the form of a JWT."""
    now = int(time.time())
    claims = {
        "aud": audience,
        "iss": ISSUER,
        "iat": now,
        "nbf": now - 300,
        "exp": now + lifetime_seconds,
        "oid": "00000000-0000-4000-8000-000000000001",
        "tid": TENANT_ID,
        "ver": "1.0",
    }
    return ".".join((_encode({"alg": "RS256", "typ": "JWT"}), _encode(claims), "unsigned"))


def audience_of(token: str) -> str | None:
    """For whom a token was issued; None when it is no token or its life is over."""
    try:
        claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        return str(claims["aud"]) if claims["exp"] > time.time() else None
    except (IndexError, KeyError, TypeError, ValueError):
        return None


def _reply(resource: str) -> dict[str, str]:
    return {
        "access_token": issue(resource),
        "expires_on": str(int(time.time()) + LIFETIME_SECONDS),
        "resource": resource,
        "token_type": "Bearer",
        "client_id": "00000000-0000-4000-8000-000000000001",
    }


def _encode(part: dict[str, object]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
