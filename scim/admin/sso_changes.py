"""What decides who may sign in at a provider: changing it takes a session and a code, and the log says what it was.

Whoever exchanges a signing certificate signs in as anybody of the provider, so a stolen access token, or a session that
was left open, must not be enough for it (R097, AMB-12).
"""

from collections.abc import Iterator, Sequence

from scim.admin.context import Context
from scim.admin.services import Services
from scim.admin.sso_configurations import certificates_of
from scim.admin.step_up import CriticalAction, require_proof
from scim.domain.details import change
from scim.domain.providers import Provider
from scim.domain.sso import Certificate, OidcConfiguration, SamlConfiguration, SsoConfiguration, SsoState
from scim.sentences import Sentence

_NAMED = 5
"""Certificates that an activity names of those that were added, and of those that were removed."""
_SUBJECT = 100
"""Characters of a certificate's subject that it tells."""


async def require_code(context: Context, proof: str | None, action: CriticalAction, provider_id: str) -> None:
    """Check that a person at the console does it, who has shown a code for it.

    Raises:
        Denied: `session_required` or `mfa_required`.
    """
    context.require_session()
    await require_proof(context, proof, action, provider_id)


def opens_more(
    before: Provider, after: Provider, present: SsoConfiguration | None, configuration: SsoConfiguration | None
) -> bool:
    """Whether somebody may get in after a change who did not before, or by something else.

    The first connection of a provider is no such change, as nobody signs in by it until it is enabled.

    Args:
        before: The provider.
        after: As it is to be.
        present: Its configuration; None before there is one.
        configuration: Another one that it is to have; None if the present one stays.
    """
    if present is not None and configuration is not None:
        return True
    was, will_be = before.policies, after.policies
    return before.sso.state is SsoState.ENABLED and (
        not after.email_domains <= before.email_domains
        or will_be.trusts_mfa > was.trusts_mfa
        or will_be.idp_initiated > was.idp_initiated
    )


def in_words(services: Services, present: SsoConfiguration | None, configuration: SsoConfiguration | None) -> Sentence:
    """What changes of a connection, for the log: who the provider is, its certificates, that its secret is another.

    Args:
        services: The ports.
        present: What is stored; None before there is one.
        configuration: Another one; None if the present one stays.
    """
    return Sentence.joined(_told(services, present, configuration) if configuration else ())


def _told(services: Services, present: SsoConfiguration | None, configuration: SsoConfiguration) -> Iterator[str]:
    who, other = _who(present), _who(configuration)
    if who != other:
        yield change("connection", who, other) if who else Sentence("connection: {name}", name=other)
    was, will_be = certificates_of(services, present), certificates_of(services, configuration)
    for each in _only(will_be, was):
        yield Sentence("certificate added: {subject} (SHA-256 {fingerprint})", **_named(each))
    for each in _only(was, will_be):
        yield Sentence("certificate removed: {subject} (SHA-256 {fingerprint})", **_named(each))
    if isinstance(configuration, OidcConfiguration) and isinstance(present, OidcConfiguration):
        yield Sentence("another client secret") if configuration.secret_version != present.secret_version else ""


def _who(configuration: SsoConfiguration | None) -> str:
    match configuration:
        case SamlConfiguration():
            return configuration.entity_id
        case OidcConfiguration():
            return configuration.issuer
    return ""


def _only(some: Sequence[Certificate], others: Sequence[Certificate]) -> Sequence[Certificate]:
    known = {each.fingerprint for each in others}
    return [each for each in some if each.fingerprint not in known][:_NAMED]


def _named(certificate: Certificate) -> dict[str, str]:
    return {"subject": certificate.subject[:_SUBJECT], "fingerprint": certificate.fingerprint}
