"""What a server's error codes mean to whoever set the connection up (RFC 6749 §4.1.2.1, §5.2; OIDC Core §3.1.2.6)."""

from collections.abc import Mapping

from scim.domain.sso import AnswerRefused
from scim.sentences import Sentence

_REDIRECT = Sentence(
    "The identity provider refused the request. Check that the redirect URI is registered there exactly as it is shown "
    "on the page of this provider, and that the client ID is right."
)
_CLIENT = Sentence(
    "The identity provider does not let this client sign people in. Allow the authorization code flow for it there, "
    "and check the client ID."
)
_SECRET = Sentence(
    "The client secret is wrong or has expired. Make a new one at the identity provider and enter it on the page of "
    "this provider."
)
_CODE = Sentence(
    "The identity provider took the code of this sign-in for used or expired. Sign in again; if that does not help, "
    "check the redirect URI there."
)
_AGAIN = Sentence("The identity provider has a problem at the moment. Try again in a few minutes.")
_CONSENT = Sentence("The identity provider asks for consent that was not given. Have an administrator give it there.")
_SIGN_IN = Sentence("The sign-in at the identity provider was not completed. Sign in again.")

_AT_AUTHORIZATION: Mapping[str, Sentence] = {
    "access_denied": Sentence(
        "The identity provider refused access, or the sign-in was cancelled. Assign the person to the application "
        "there."
    ),
    "consent_required": _CONSENT,
    "login_required": _SIGN_IN,
    "interaction_required": _SIGN_IN,
    "account_selection_required": _SIGN_IN,
    "invalid_request": _REDIRECT,
    "invalid_scope": Sentence(
        "The identity provider does not give the scopes openid, profile and email to this client. Allow them there."
    ),
    "unauthorized_client": _CLIENT,
    "unsupported_response_type": _CLIENT,
    "server_error": _AGAIN,
    "temporarily_unavailable": _AGAIN,
}
_AT_EXCHANGE: Mapping[str, Sentence] = {
    "invalid_client": _SECRET,
    "invalid_grant": _CODE,
    "invalid_request": _REDIRECT,
    "redirect_uri_mismatch": _REDIRECT,
    "unauthorized_client": _CLIENT,
    "unsupported_grant_type": _CLIENT,
    "server_error": _AGAIN,
    "temporarily_unavailable": _AGAIN,
}
_OTHER = Sentence("The identity provider refused this sign-in. Its own sign-in log says why.")


def refused_at_authorization(error: str) -> AnswerRefused:
    """The refusal that an `error` in the answer amounts to."""
    return _refusal(_AT_AUTHORIZATION, error)


def refused_at_exchange(error: str) -> AnswerRefused:
    """The refusal that an `error` of the token endpoint amounts to."""
    return _refusal(_AT_EXCHANGE, error)


def _refusal(meanings: Mapping[str, Sentence], error: str) -> AnswerRefused:
    """Codes that we do not know are the server's own text, which is not passed on."""
    known = meanings.get(error)
    return AnswerRefused(known, error) if known else AnswerRefused(_OTHER, "refused_by_provider")
