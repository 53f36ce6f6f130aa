"""What the browser keeps while somebody signs in at an identity provider: sealed, for ten minutes, and good once.

Nothing of it is stored here: the cookie binds a sign-in to the browser in which it was begun.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scim.admin.services import Services
from scim.domain.sso import Identity, SignInRequest

LIFETIME = timedelta(minutes=10)
_LEFT, _ARRIVED = "sso-left", "sso-arrived"


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Somebody was sent to an identity provider.

    Attributes:
        provider_id: Which.
        request: What its answer has to fit.
        next: Where the person wanted to go; "" for the first page.
        tester: The id of the administrator who only tests the connection; "" for a sign-in.
    """

    provider_id: str
    request: SignInRequest
    next: str = ""
    tester: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Somebody has come back as themselves, and is still to show a code of the authenticator app.

    Attributes:
        provider_id: From where.
        account_id: Who.
        began: When the answer was judged.
        next: See `Left`.
    """

    provider_id: str
    account_id: str
    began: datetime
    next: str = ""


async def seal_left(services: Services, left: Left) -> str:
    """For the cookie."""
    request = left.request
    values = [request.id, request.nonce, request.verifier, request.at.timestamp()]
    return await services.sealer.seal(_LEFT, json.dumps([left.provider_id, left.next, left.tester, *values]))


async def open_left(services: Services, sealed: str, provider_id: str) -> Left | None:
    """What the cookie holds; None for nothing that was sent to this provider in the last ten minutes."""
    content = await services.sealer.open(_LEFT, sealed) if sealed else None
    if content is None:
        return None
    whither, wanted, tester, id_, nonce, verifier, at = json.loads(content)
    request = SignInRequest(id=id_, nonce=nonce, verifier=verifier, at=datetime.fromtimestamp(at, UTC))
    if whither != provider_id or services.clock.now() >= request.at + LIFETIME:
        return None
    return Left(provider_id=whither, request=request, next=wanted, tester=tester)


async def seal_arrived(services: Services, arrived: Arrived) -> str:
    """For the cookie."""
    values = [arrived.provider_id, arrived.account_id, arrived.began.timestamp(), arrived.next]
    return await services.sealer.seal(_ARRIVED, json.dumps(values))


async def open_arrived(services: Services, sealed: str, provider_id: str) -> Arrived | None:
    """What the cookie holds; None for nobody who has come back from this provider in the last ten minutes."""
    content = await services.sealer.open(_ARRIVED, sealed) if sealed else None
    if content is None:
        return None
    whence, account_id, began, wanted = json.loads(content)
    arrived = Arrived(provider_id=whence, account_id=account_id, began=datetime.fromtimestamp(began, UTC), next=wanted)
    is_over = whence != provider_id or services.clock.now() >= arrived.began + LIFETIME
    return None if is_over else arrived


async def use_request(services: Services, request: SignInRequest) -> bool:
    """Use a request up; False when it was already. What it is answered with, it is answered once."""
    return await services.used_proofs.use(f"sso-{_digest(request.id)}", request.at + LIFETIME)


async def use_answer(services: Services, provider_id: str, identity: Identity) -> bool:
    """Use an answer up; False when it was already, in whatever browser."""
    return await services.used_proofs.use(f"sso-{_digest(provider_id, identity.answer_id)}", identity.ends)


def _digest(*parts: str) -> str:
    """Ids of others may hold what keys must not."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
