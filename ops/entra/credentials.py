"""What Entra ID calls Rollcall with: the address and the token, which it keeps as secrets of the job.

Secrets come back blanked, so whether the token is right is found out by having Entra ID try it.
"""

from dataclasses import dataclass

from ops.entra import tokens
from ops.entra.console import Refused
from ops.entra.graph import Secret
from ops.entra.setup import Setup

_OURS = {"BaseAddress", "SecretToken", "SyncAll"}
_SAVED = {"useSavedCredentials": True}
_SAVING_SECONDS = 30
"""How long it may take until Entra ID uses what was saved."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the job has.

    Attributes:
        address: The tenant URL; None where none was saved.
        everybody: Whether it provisions the whole directory, assigned or not; None where nothing was saved.
        work: Whether Entra ID got in with them.
        renewed: Whether they are those of this run.
    """

    address: str | None = None
    everybody: bool | None = None
    work: bool = False
    renewed: bool = False


def read(setup: Setup) -> Credentials:
    """What is saved, and whether it works."""
    if setup.job is None:
        return Credentials()
    saved = {each.key: each.value or "" for each in _saved(setup)}
    if not saved.get("BaseAddress"):
        return Credentials()
    return Credentials(
        address=_visible(saved["BaseAddress"]) or setup.options.scim_url,
        everybody=saved.get("SyncAll", "").lower() == "true",
        work=_complaint(setup, _SAVED) is None,
    )


def wanted(setup: Setup, _found: Credentials) -> Credentials:
    """Rollcall's address, a token that works, and only those who are assigned."""
    return Credentials(setup.options.scim_url, everybody=False, work=True, renewed=setup.options.rotate)


def write(setup: Setup, found: Credentials, _wanted: Credentials) -> str:
    """Save a token. One that works is replaced only after Entra ID got in with the new one, so there is no gap."""
    others = (
        [each.model_dump() for each in _saved(setup) if each.key not in _OURS and _visible(each.value or "")]
        if setup.job
        else []
    )
    token = tokens.obtain(setup, works=found.work)
    pairs = [
        {"key": "BaseAddress", "value": setup.options.scim_url},
        {"key": "SecretToken", "value": token.text},
    ]
    is_taken: bool | None = False
    try:
        if found.work and not setup.graph.dry_run:
            _validate(setup, {"credentials": pairs})
            is_taken = None  # until Entra ID has answered
        setup.graph.write(
            "PUT",
            f"{setup.application_path}/synchronization/secrets",
            {"value": [*pairs, {"key": "SyncAll", "value": "false"}, *others]},
        )
        is_taken = True
        if not setup.graph.dry_run:
            _validate(setup, _SAVED, patience=_SAVING_SECONDS)
    except (Refused, KeyboardInterrupt) as error:
        left = tokens.left_over(setup, token, error, is_taken=is_taken)
        raise type(error)(f"{error} {left}".strip()) from None
    _tell_rotation(setup)
    return f"{token.name} saved, and Entra ID got in with it"


def finish(setup: Setup) -> str:
    """End a rotation: revoke the old token.

    Raises:
        Refused: By Rollcall, or there is nothing to finish.
    """
    rotation = tokens.listed(setup).rotation
    if rotation is None:
        raise Refused("There is no rotation to finish: the provider has one live token, or none.")
    code = setup.ask("Time-based code of your authenticator app: ")
    if not code:
        raise Refused("Revoking the old token takes a time-based code of your authenticator app.")
    path = f"{setup.provider_path}/scim/tokens:finish"
    setup.rollcall.write("POST", path, headers=tokens.proof(setup, rotation.old, code))
    return "rotation finished: the old token is revoked"


def _saved(setup: Setup) -> list[Secret]:
    return setup.graph.list(f"{setup.application_path}/synchronization/secrets", Secret)


def _visible(value: str) -> str:
    """A value that was not blanked."""
    return "" if set(value) <= {"*"} else value


def _complaint(setup: Setup, body: object) -> str | None:
    return setup.graph.complaint(f"{setup.job_path}/validateCredentials", body)


def _validate(setup: Setup, body: object, patience: float = 0) -> None:
    if complaint := setup.graph.patiently(lambda: _complaint(setup, body), lambda found: found is None, patience):
        raise Refused(f"Entra ID cannot get into Rollcall at {setup.options.scim_url}. {complaint}")


def _tell_rotation(setup: Setup) -> None:
    if setup.options.token is not None or setup.provider is None or setup.graph.dry_run:
        return
    rotation = tokens.listed(setup).rotation
    if rotation is not None:
        seen = "Rollcall has seen Entra ID use the new token" if rotation.has_switched else "Both tokens are live"
        setup.remind(
            f"{seen}. Finish the rotation: run the command with --finish, or use the console. "
            "Unless somebody uses the old token, that happens by itself after seven days."
        )
