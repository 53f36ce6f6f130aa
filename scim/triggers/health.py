"""What anybody may ask: whether the app works, and whom to tell of a hole in it. Both say nothing else."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import azure.functions as func

type Ready = Callable[[], Awaitable[bool]]

_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_RENEWED = timedelta(days=180)
"""How long the answer of `security.txt` holds (RFC 9116 §2.5.5 wants less than a year)."""


def health(ready: Callable[[], Ready], security_contact: Callable[[], str | None]) -> func.Blueprint:
    """The blueprint.

    Args:
        ready: Gives what tells whether the app can do its work.
        security_contact: Gives the address for reports of holes: `mailto:` or `https:`; None for none.
    """
    blueprint = func.Blueprint()  # type: ignore[no-untyped-call]

    async def answer_health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the host's binding
        is_ready = await ready()()
        body = '{"status":"ok"}' if is_ready else '{"status":"unavailable"}'
        status = 200 if is_ready else 503
        return func.HttpResponse(body, status_code=status, headers=_HEADERS, mimetype="application/json")

    async def answer_security(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the host's binding
        contact = security_contact()
        if contact is None:
            return func.HttpResponse(status_code=404, headers=_HEADERS)
        return func.HttpResponse(_security_txt(contact), headers=_HEADERS, mimetype="text/plain")

    for name, path, run in (
        ("Health", "healthz", answer_health),
        ("SecurityTxt", ".well-known/security.txt", answer_security),
    ):
        register = blueprint.route(path, methods=("GET", "HEAD"), auth_level=func.AuthLevel.ANONYMOUS)
        blueprint.function_name(name)(register(run))
    return blueprint


def _security_txt(contact: str) -> str:
    """The file (RFC 9116)."""
    expires = datetime.now(UTC) + _RENEWED  # noqa: TID251 - no use case, and no clock port at hand
    return f"Contact: {contact}\nExpires: {expires:%Y-%m-%dT00:00:00Z}\nPreferred-Languages: en\n"
