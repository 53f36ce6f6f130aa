"""Rollcall's administration API: what it answers and refuses (docs/openapi.json)."""

import httpx
from pydantic import SecretStr

from ops.entra.clients import Answer
from ops.entra.console import Refused


class Scim(Answer):
    """How provisioning stands."""

    enabled: bool


class Provider(Answer):
    """An identity provider."""

    id: str
    name: str
    kind: str
    scim: Scim


class Providers(Answer):
    """All of them."""

    items: list[Provider]


class Token(Answer):
    """A token, without its text."""

    id: str
    last_four: str
    state: str


class Rotation(Answer):
    """Two live tokens, by their ids, and whether Entra ID uses the new one."""

    old: str
    new: str
    has_switched: bool


class Tokens(Answer):
    """A provider's tokens, newest first."""

    items: list[Token]
    rotation: Rotation | None = None


class NewToken(Answer):
    """A token with its text, which is to be had only once."""

    id: str
    last_four: str
    token: SecretStr


class Proof(Answer):
    """A proof of identity, for one critical change."""

    proof: SecretStr


class _Problem(Answer):
    detail: str


def refusal(reply: httpx.Response) -> Refused:
    """Rollcall says itself what is wrong, and what to do."""
    try:
        detail = _Problem.model_validate_json(reply.content).detail
    except ValueError:
        return Refused(
            f"{reply.url.host} answered {reply.status_code} to {reply.request.method} {reply.url.path}, and not as "
            "Rollcall does. Is --app the address of the deployment?"
        )
    if reply.status_code == httpx.codes.UNAUTHORIZED:
        detail += (
            " The access token is that of a system administrator, made in the console under your account, Security."
        )
    return Refused(f"Rollcall refused: {detail}")
