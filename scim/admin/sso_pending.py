"""What the browser keeps while somebody signs in at an identity provider: sealed, for ten minutes, and good once.

Nothing of it is stored here: the cookie binds a sign-in to the browser in which it was begun. It has room for several,
begun in as many tabs; the oldest goes when there is no more.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from scim.admin.services import Services
from scim.domain.sso import Identity, SignInRequest

LIFETIME = timedelta(minutes=10)
_PURPOSE = "sso"
_MOST_LEFT = 4
_MOST_BYTES = 2_800
"""Of what is sealed: browsers keep cookies of 4,096 bytes."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What a browser keeps.

    Attributes:
        left: The sign-ins that have begun in it, the oldest first.
        arrived: Who is to show a code; None for nobody.
    """

    left: tuple[Left, ...] = ()
    arrived: Arrived | None = None

    def leaving(self, left: Left) -> "Kept":
        """The same, when one more begins."""
        return replace(self, left=(*self.left, left)[-_MOST_LEFT:])

    def arriving(self, arrived: Arrived, left: Left | None) -> "Kept":
        """The same, when somebody has come back: who had left so, is to show a code."""
        return replace(self, left=tuple(each for each in self.left if each != left), arrived=arrived)

    def answered(self, provider_id: str, named: str) -> Left | None:
        """The sign-in at a provider that an answer names; its latest one where it names none that is kept.

        What an answer names has no weight: the engines compare what it says with the request itself.
        """
        here = [each for each in self.left if each.provider_id == provider_id]
        return next((each for each in here if each.request.id == named), here[-1] if here else None)


async def keep(services: Services, kept: Kept) -> str:
    """For the cookie."""
    while len((content := _text(kept)).encode()) > _MOST_BYTES and len(kept.left) > 1:
        kept = replace(kept, left=kept.left[1:])
    return await services.sealer.seal(_PURPOSE, content)


async def opened(services: Services, sealed: str) -> Kept:
    """What the cookie holds that is not older than ten minutes."""
    content = await services.sealer.open(_PURPOSE, sealed) if sealed else None
    if content is None:
        return Kept()
    left, arrived = json.loads(content)
    since = services.clock.now() - LIFETIME
    found = [_arrived(*arrived)] if arrived else []
    return Kept(
        left=tuple(each for each in (_left(*values) for values in left) if each.request.at > since),
        arrived=next((each for each in found if each.began > since), None),
    )


def _text(kept: Kept) -> str:
    left = [
        (each.provider_id, each.next, each.tester, each.request.id, each.request.nonce, each.request.verifier,
         each.request.at.timestamp())
        for each in kept.left
    ]  # fmt: skip
    arrived = kept.arrived
    back = arrived and (arrived.provider_id, arrived.account_id, arrived.began.timestamp(), arrived.next)
    return json.dumps([left, back], ensure_ascii=False)


def _left(provider_id: str, wanted: str, tester: str, id_: str, nonce: str, verifier: str, at: float) -> Left:
    request = SignInRequest(id=id_, nonce=nonce, verifier=verifier, at=datetime.fromtimestamp(at, UTC))
    return Left(provider_id=provider_id, request=request, next=wanted, tester=tester)


def _arrived(provider_id: str, account_id: str, began: float, wanted: str) -> Arrived:
    since = datetime.fromtimestamp(began, UTC)
    return Arrived(provider_id=provider_id, account_id=account_id, began=since, next=wanted)


async def use_request(services: Services, request: SignInRequest) -> bool:
    """Use a request up; False when it was already. What it is answered with, it is answered once."""
    return await services.used_proofs.use(f"sso-{_digest(request.id)}", request.at + LIFETIME)


async def use_arrival(services: Services, arrived: Arrived) -> bool:
    """Use a sign-in up that a code was shown for; False when it was already."""
    began = arrived.began.isoformat()
    name = f"sso-{_digest('arrived', arrived.provider_id, arrived.account_id, began)}"
    return await services.used_proofs.use(name, arrived.began + LIFETIME)


async def use_answer(services: Services, provider_id: str, identity: Identity) -> bool:
    """Use an answer up; False when it was already, in whatever browser."""
    return await services.used_proofs.use(f"sso-{_digest(provider_id, identity.answer_id)}", identity.ends)


def _digest(*parts: str) -> str:
    """Ids of others may hold what keys must not."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
