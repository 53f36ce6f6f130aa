"""Everything that people and identity providers do in a run, with the secrets that go to and fro."""

import hashlib
from collections.abc import Mapping
from typing import Any

import httpx
import pyotp

from scim.admin.sessions import Ticket
from scim.api.routes import ENDPOINTS
from scim.bootstrap import SystemClock
from scim.domain.people import ACCESS_TOKEN_PREFIX
from scim.domain.tokens import parse_token
from scim.domain.totp import STEP_SECONDS
from scim.schema.urns import CORE_USER, NINJAONE_USER, PATCH_OP
from scim.triggers.timers import SCHEDULES

SCIM = "/ws/scim/v2"
WRONG_PASSWORD = "a wrong password, told to nobody"
FIRST_PASSWORD = "a river of small blue lanterns"
SECOND_PASSWORD = "a lantern of small blue rivers"
SCIM_PASSWORD = "what an identity provider sends as a password"
SET_UP_SECRET = "a set-up secret of some length"
KEY = "an idempotency key of nobody else"


class WholeRun:
    """The run.

    Args:
        client: Of the app.
        facts: What `run.json` says.

    Attributes:
        secrets: What must not be found, by what it is.
        token_digests, other_digests: What the vault knows tokens by, and storage the rest.
        replies: What was replied, without the secrets that a reply is there to tell.
    """

    def __init__(self, client: httpx.Client, facts: Mapping[str, Any]) -> None:
        self._client = client
        self._facts = facts
        self.secrets = {
            "wrong password": WRONG_PASSWORD,
            "first password": FIRST_PASSWORD,
            "second password": SECOND_PASSWORD,
            "password by SCIM": SCIM_PASSWORD,
            "set-up secret": SET_UP_SECRET,
            "idempotency key": KEY,
            "administrator's password": facts["admin"]["password"],
            "administrator's app": facts["admin"]["totp_secret"],
        }
        self.token_digests: dict[str, str] = {}
        self.other_digests: dict[str, str] = {}
        self.replies: dict[str, bytes] = {}

    def play(self) -> None:
        """Act it."""
        tokens = [provider["scim_token"] for provider in self._facts["providers"]]
        for number, token in enumerate(tokens):
            self.secrets[f"token {number}"] = token
            self.token_digests[f"digest of token {number}"] = hashlib.sha256(token.encode()).hexdigest()
            self._provision(token)
        self._tokens_where_they_do_not_belong(tokens[0])
        administrator = self._administrator()
        self._invited_person(administrator)
        self._new_provider(administrator)
        self._send("POST", "/api/set-up:begin", 409, json={"secret": SET_UP_SECRET, "email": "eve@contoso.com"})
        for endpoint in ENDPOINTS:
            if endpoint.method == "GET" and not endpoint.parameters:
                self._send("GET", f"/api{endpoint.path}", None, headers=administrator)
        for timer in SCHEDULES:
            self._send("POST", f"/admin/functions/{timer}", None, json={})
        self._send("DELETE", "/api/session", 204, headers=administrator)

    def _provision(self, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        body = {
            "schemas": [CORE_USER, NINJAONE_USER],
            "userName": f"{parse_token(token).id}@example.com",
            "password": SCIM_PASSWORD,
            NINJAONE_USER: {"organizationId": "1"},
        }
        id_ = self._send("POST", f"{SCIM}/Users", None, headers=headers, json=body).json().get("id", "")
        off = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": "active", "value": False}]}
        self._send("PATCH", f"{SCIM}/Users/{id_}", None, headers=headers, json=off)
        group = {"displayName": "Helpdesk", "members": [{"value": id_}]}
        self._send("POST", f"{SCIM}/Groups", None, headers=headers, json=group)

    def _tokens_where_they_do_not_belong(self, token: str) -> None:
        bearer = {"Authorization": f"Bearer {token}"}
        self._send("GET", f"{SCIM}/Users", 401, params={"access_token": token})
        self._send("GET", f"{SCIM}/Users", 401, headers={"Cookie": f"token={token}"})
        self._send("GET", f"{SCIM}/Users", 401, headers={"Authorization": f"Bearer {token}x"})
        self._send("GET", f"{SCIM}/Users", 400, headers=bearer, params={"filter": f'userName eq {token}"'})
        self._send("POST", f"{SCIM}/Users", 400, headers=bearer, content=token)
        self._send("GET", "/api/session", 401, headers=bearer)
        self._send("GET", f"/api/users/{token}:nothing", 401)

    def _administrator(self) -> dict[str, str]:
        """The administrator signs in, makes an access token, and proves who it is; returns the session's headers."""
        admin = self._facts["admin"]
        app = pyotp.TOTP(admin["totp_secret"])
        attempt = {"email": admin["email"], "password": admin["password"], "code": app.at(_now())}
        self._send("POST", "/api/session", 401, json=attempt | {"password": WRONG_PASSWORD})
        self._send("POST", "/api/session", 400, json=attempt | {"password": {"x": WRONG_PASSWORD}})
        headers = self._session("administrator", self._send("POST", "/api/session", 201, json=attempt))
        made = self._send(
            "POST", "/api/me/access-tokens", 201, headers=headers | {"Idempotency-Key": KEY}, json={"label": "script"}
        )
        token = self._told("access token", made, "token")
        self.other_digests["digest of the access token"] = parse_token(token, ACCESS_TOKEN_PREFIX).digest
        for text, status in ((token, 200), (f"{token}x", 401)):
            self._send("GET", "/api/me/access-tokens", status, headers={"Authorization": f"Bearer {text}"})
        proof = {"code": app.at(_now() + STEP_SECONDS), "action": "revokeToken", "object": "0123456789abcdef"}
        self._told("proof", self._send("POST", "/api/mfa:verify", 200, headers=headers, json=proof), "proof")
        return headers

    def _invited_person(self, administrator: Mapping[str, str]) -> None:
        """Somebody is invited, chooses a password with an app, and another password."""
        person = next(each for each in self._facts["accounts"] if each["user_name"] != self._facts["admin"]["email"])
        invited = self._send("POST", f"/api/users/{person['id']}:invite", 200, headers=administrator)
        invitation = self._told("invitation", invited, "url").partition("#")[2]
        self.secrets["invitation"] = invitation
        opened = self._send("POST", "/api/invitation:begin", 200, json={"invitation": invitation})
        enrolment, secret = (self._told(name, opened, "enrolment", name) for name in ("enrolment", "secret"))
        self._told("QR code", opened, "enrolment", "uri")
        app = pyotp.TOTP(secret)
        body = {"invitation": invitation, "password": FIRST_PASSWORD, "enrolment": enrolment, "code": app.at(_now())}
        self._send("POST", "/api/invitation:accept", 400, json=body | {"password": secret[:11]})
        headers = self._session("invited", self._send("POST", "/api/invitation:accept", 200, json=body))
        passwords = {
            "currentPassword": FIRST_PASSWORD,
            "newPassword": SECOND_PASSWORD,
            "code": app.at(_now() + STEP_SECONDS),
        }
        self._send("PUT", "/api/me/password", 204, headers=headers, json=passwords)

    def _new_provider(self, administrator: Mapping[str, str]) -> None:
        """A provider is made, and gets two tokens, with which it provisions."""
        made = self._send(
            "POST", "/api/identity-providers", 201, headers=administrator, json={"name": "Northwind", "kind": "okta"}
        )
        path = f"/api/identity-providers/{made.json()['id']}"
        self._send("POST", f"{path}/scim:enable", 200, headers=administrator)
        for way in ("", ":rotate"):
            name = f"token by the API{way}"
            issued = self._send("POST", f"{path}/scim/tokens{way}", 201, headers=administrator, json={"label": "new"})
            token = self._told(name, issued, "token")
            self.token_digests[f"digest of the {name}"] = parse_token(token).digest
            self._provision(token)
        for what in ("", "/scim/tokens", "/groups", "/sso/impact", "/deletion/impact"):
            self._send("GET", f"{path}{what}", 200, headers=administrator)

    def _send(self, method: str, path: str, status: int | None, **request: Any) -> httpx.Response:
        """Send a request and keep the reply; `status` is what it must have, None for any that is no fault."""
        reply = self._client.request(method, path, **request)
        assert reply.status_code < 500, reply.text
        assert status in {None, reply.status_code}, f"{method} {path} {reply.text}"
        self._keep(reply, f"{reply.headers.multi_items()} {reply.text}")
        return reply

    def _keep(self, reply: httpx.Response, text: str) -> None:
        reply.extensions["kept"] = text
        self.replies[f"{id(reply)} {reply.request.method} {reply.request.url.path[:40]}"] = text.encode()

    def _told(self, name: str, reply: httpx.Response, *members: str) -> str:
        """A secret that a reply is there to tell: once."""
        value = reply.json()
        for member in members:
            value = value[member]
        self._is_secret(name, value, reply)
        return value

    def _is_secret(self, name: str, text: str, reply: httpx.Response) -> None:
        self.secrets[name] = text
        self._keep(reply, reply.extensions["kept"].replace(text, "…", 1))

    def _session(self, who: str, reply: httpx.Response) -> dict[str, str]:
        """The session that a reply begins, as the headers of its requests."""
        cookie = reply.headers["set-cookie"].partition(";")[0]
        ticket = Ticket.parse(cookie.partition("=")[2])
        self._is_secret(f"session of the {who}", ticket.secret, reply)
        self._is_secret(f"CSRF token of the {who}", ticket.csrf_token, reply)
        self.other_digests[f"digest of the session of the {who}"] = ticket.session_id
        return {"Cookie": cookie, "X-CSRF-Token": ticket.csrf_token}


def _now() -> int:
    return int(SystemClock().now().timestamp())
