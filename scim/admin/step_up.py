"""*Verify it's you*: a proof of identity for one critical change of one thing (R013-R015, AMB-12, AMB-13).

A proof is given out for a time-based code, is sealed, holds for the person, the credential, the change and the object
that it was asked for, lives five minutes, and is good for one use.
"""

import json
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from scim.admin.codes import check_code
from scim.admin.context import Context
from scim.admin.problems import Denied
from scim.sentences import Sentence

LIFETIME = timedelta(minutes=5)
_PURPOSE = "step-up"


class CriticalAction(StrEnum):
    """What takes a proof."""

    REVOKE_TOKEN = "revokeToken"  # noqa: S105
    CHANGE_SSO = "changeSso"
    """Change by what a provider signs people in, or whom it may sign in."""
    ENABLE_SSO = "enableSso"
    DISABLE_SSO = "disableSso"
    DELETE_PROVIDER = "deleteProvider"
    GRANT_ADMINISTRATOR = "grantAdministrator"
    REVOKE_ADMINISTRATOR = "revokeAdministrator"
    CHANGE_ADMINISTRATOR = "changeAdministrator"
    """Switch an administrator off or on, delete one, or change how one signs in."""
    RESET_MFA = "resetMfa"
    CREATE_ACCESS_TOKEN = "createAccessToken"  # noqa: S105
    """In a session that began at a provider: a token outlives that, and single sign-on."""


async def verify(context: Context, code: str, action: CriticalAction, object_id: str) -> tuple[str, datetime]:
    """A proof, and when it ends.

    Args:
        context: Whose code it is.
        code: From the authenticator app.
        action: The change that it is for.
        object_id: The id of the thing that is to be changed.

    Raises:
        Denied: `mfa_not_enrolled`, `wrong_code` or `used_code`.
        TooManyAttempts: Wrong too often.
    """
    await check_code(context.services, context.principal.account_id, code, context.request_id)
    until = context.now + LIFETIME
    content = [context.services.identifiers.new(), *_bond(context, action, object_id), until.timestamp()]
    return await context.services.sealer.seal(_PURPOSE, json.dumps(content)), until


async def require_proof(context: Context, proof: str | None, action: CriticalAction, object_id: str) -> None:
    """Check a proof, and use it up.

    Args:
        context: Who acts.
        proof: From `verify`; None when none came.
        action: The change that is to be made.
        object_id: The id of the thing that it is made to.

    Raises:
        Denied: `mfa_required`: there is none, or it is for something else, too old, or used.
    """
    if not proof:
        raise Denied(Sentence("Enter the time-based code from your authenticator app to do this."), "mfa_required")
    content = await context.services.sealer.open(_PURPOSE, proof)
    parts: list[Any] = json.loads(content) if content else ["", 0]
    proof_id, *bond, until = parts
    if bond != _bond(context, action, object_id):
        raise Denied(Sentence("This proof of identity is for something else. Enter a code again."), "mfa_required")
    ends = datetime.fromtimestamp(until, context.now.tzinfo)
    if context.now >= ends or not await context.services.used_proofs.use(proof_id, ends):
        raise Denied(Sentence("Nothing was changed: the proof of identity is over. Start again."), "mfa_required")


def _bond(context: Context, action: CriticalAction, object_id: str) -> list[str]:
    principal = context.principal
    return [principal.account_id, principal.credential, action.value, object_id]
