"""`Idempotency-Key`: a creation that is sent again, because its reply was lost, is answered like the first time.

Keys are remembered a day, for each person apart. A reply that holds a secret is not kept: its repetition is told that
the thing was made. One that never got a reply (the instance died) counts as under way for a minute, and as unknown
afterwards: the person looks what became of it, and takes another key.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

from scim.admin.context import Principal
from scim.admin.problems import Conflicting, Invalid
from scim.admin.services import Services
from scim.api.endpoints import Endpoint
from scim.domain.ports.idempotency import Remembered
from scim.web.messages import WebRequest, WebResponse

HEADER = "idempotency-key"
MAX_KEY = 200
_UNDER_WAY = timedelta(minutes=1)


async def once(
    services: Services,
    endpoint: Endpoint,
    caller: Principal | None,
    request: WebRequest,
    work: Callable[[], Awaitable[WebResponse]],
) -> WebResponse:
    """The reply of the work, or of the same request before.

    Raises:
        Invalid: The key is empty or too long.
        Conflicting: `idempotency_key_reused`, `under_way`, or `already_done`.
    """
    key = request.headers.get(HEADER)
    if key is None or caller is None or not endpoint.is_creation:
        return await work()
    if not 0 < len(key) <= MAX_KEY:
        raise Invalid(f"An Idempotency-Key has 1 to {MAX_KEY} characters.")
    keys, account = services.idempotency_keys, caller.account_id
    creation = Remembered(fingerprint=_fingerprint(request), began=services.clock.now())
    earlier = await keys.begin(account, key, creation)
    if earlier is not None:
        return _repeated(earlier, creation)
    try:
        response = await work()
    except BaseException:
        await keys.forget(account, key)
        raise
    kept = None if endpoint.tells_secret else _text(response)
    await keys.finish(account, key, replace(creation, reply=kept, is_over=True))
    return response


def _repeated(earlier: Remembered, now: Remembered) -> WebResponse:
    if earlier.fingerprint != now.fingerprint:
        raise Conflicting("This Idempotency-Key was used for another request.", "idempotency_key_reused")
    if earlier.reply is not None:
        return _response(earlier.reply)
    if not earlier.is_over and now.began - earlier.began < _UNDER_WAY:
        raise Conflicting("The same request is under way. Wait, and send it again.", "under_way")
    raise Conflicting(
        "This request was sent before, and what it was answered cannot be told again. Look what became of it.",
        "already_done",
    )


def _fingerprint(request: WebRequest) -> str:
    text = f"{request.method}\n{request.path}\n".encode() + request.body
    return hashlib.sha256(text).hexdigest()


def _text(response: WebResponse) -> str:
    body = response.body.decode() if response.body is not None else None
    return json.dumps([response.status, body, response.media_type, dict(response.headers)])


def _response(text: str) -> WebResponse:
    status, body, media_type, headers = json.loads(text)
    return WebResponse(
        status=status, body=None if body is None else body.encode(), media_type=media_type, headers=headers
    )
