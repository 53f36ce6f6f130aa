"""Checks of who is let in."""

from ops.smoke.expectations import expect_error
from ops.smoke.findings import Problem
from ops.smoke.replies import Reply
from ops.smoke.searches import expect_nobody, search_for_nobody
from ops.smoke.trial import Trial
from scim.domain.tokens import generate_token, parse_token

_UNAUTHORIZED, _FORBIDDEN, _UNAVAILABLE = 401, 403, 503
_IN_THE_CONSOLE = (
    "Generate a new token in the console, at the provider under SCIM, and give it to the identity provider."
)


def without_token(trial: Trial) -> str:
    """Nobody is let in without a token."""
    return _refused(trial.send("GET", f"{trial.url}/Users"), "A request without a token")


def wrong_token(trial: Trial) -> str:
    """A well-formed token that nobody has is looked for, not found, and refused."""
    return _refused(trial.send("GET", f"{trial.url}/Users", token=generate_token().text), "An unknown token")


def _refused(reply: Reply, what: str) -> str:
    if reply.is_ours and reply.status == _UNAVAILABLE:
        raise Problem(
            "Rollcall answers 503: it cannot look a token up, because its storage is not reached.",
            "Check TABLES_URL, the identity's role Storage Table Data Contributor, and the account's network rules.",
        )
    if reply.is_ours and reply.status < 300:  # noqa: PLR2004
        raise Problem(
            f"{what} is let in ({reply.status}).",
            "Take the app off the net: something in front adds a token of its own, or this is not Rollcall.",
        )
    expect_error(reply, _UNAUTHORIZED)
    if "bearer" not in reply.headers.get("www-authenticate", "").lower():
        raise Problem(
            "The 401 has lost its WWW-Authenticate header on the way.",
            "Let the proxy or gateway in front of Rollcall hand on headers of replies unchanged.",
        )
    return f"{what} gets Rollcall's own 401."


def probe(trial: Trial) -> str:
    """What Entra ID sends when somebody selects Test connection: a search for a user that cannot be."""
    reply = search_for_nobody(trial)
    if reply.is_ours and reply.status in _REFUSALS:
        raise _REFUSALS[reply.status](trial, reply.detail)
    expect_nobody(reply)
    return "The token is accepted, and the search of Test connection finds nobody, as it should."


def _not_accepted(trial: Trial, detail: str) -> Problem:
    if parse_token(trial.token) is None:
        return Problem(
            "This is no token of Rollcall, or it was not copied whole: the checksum does not fit.",
            "Copy it again, from rc_ to its last character, without blanks or quotes. " + _IN_THE_CONSOLE,
        )
    if "expired" in detail or "revoked" in detail:
        return Problem(f"The token is not accepted: {detail}", _IN_THE_CONSOLE)
    if _is_authorization_eaten(trial):
        return Problem(
            "Something in front of Rollcall eats the Authorization header: requests with and without it look alike.",
            "Let the proxy or gateway hand on Authorization (in API Management, look for set-header policies).",
        )
    return Problem(
        "The token is wrong: Rollcall does not know it (401).",
        "Look whether it belongs to this deployment, and whether a gateway in front hands on Authorization. "
        + _IN_THE_CONSOLE,
    )


def _is_authorization_eaten(trial: Trial) -> bool:
    """Whether the API of administrators, which tells a wrong credential from none, sees none."""
    url = f"{trial.root}/api/me/access-tokens"
    without, with_one = (trial.send("GET", url, token=token).detail for token in (None, generate_token().text))
    return without != "" and without == with_one


def _switched_off(_: Trial, detail: str) -> Problem:
    return Problem(
        f"The token is known, but not let in (403): {detail}", "Enable SCIM for the provider in the console."
    )


def _out_of_reach(_: Trial, __: str) -> Problem:
    return Problem(
        "Rollcall answers 503 to a good token: its vault is not reached.",
        "Check KEY_VAULT_URL, the identity's role Key Vault Secrets Officer, and the vault's network rules; then try "
        "again.",
    )


_REFUSALS = {_UNAUTHORIZED: _not_accepted, _FORBIDDEN: _switched_off, _UNAVAILABLE: _out_of_reach}
