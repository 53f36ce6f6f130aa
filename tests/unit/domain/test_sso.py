"""The way of single sign-on from untested to enabled."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scim.domain.sso import NameClaim, OidcConfiguration, SamlConfiguration, Sso, SsoState

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CONFIGURATION = SamlConfiguration(entity_id="e", sign_on_url="https://idp.example/", certificates=("A",))


def in_state(state):
    return Sso(state=state, is_configured=True, tested_at=NOW, tested_by="ana")


@pytest.mark.parametrize(
    ("state", "may_be_enabled", "configured", "tested"),
    [
        (SsoState.NOT_TESTED, False, SsoState.NOT_TESTED, SsoState.READY),
        (SsoState.READY, True, SsoState.NOT_TESTED, SsoState.READY),
        (SsoState.ENABLED, False, SsoState.ENABLED, SsoState.ENABLED),
        (SsoState.DISABLED, True, SsoState.NOT_TESTED, SsoState.DISABLED),
    ],
)
def test_what_leads_where(state, may_be_enabled, configured, tested):
    """AMB-30, R128: enabled again without another test, unless the configuration is another one."""
    sso = in_state(state)
    assert sso.may_be_enabled is may_be_enabled
    assert sso.configured().state is configured
    assert sso.tested(NOW, "ben").state is tested


def test_another_configuration_forgets_the_test():
    sso = in_state(SsoState.READY).configured()
    assert (sso.tested_at, sso.tested_by, sso.is_configured) == (None, "", True)


def test_a_switch_says_when_and_by_whom():
    sso = in_state(SsoState.READY).switched(SsoState.ENABLED, NOW, "Ana")
    assert (sso.state, sso.since, sso.by, sso.tested_by) == (SsoState.ENABLED, NOW, "Ana", "ana")


def test_exchanged_certificates_are_the_same_connection():
    exchanged = SamlConfiguration(entity_id="e", sign_on_url="https://idp.example/", certificates=("B",), metadata="x")
    assert CONFIGURATION.is_same_connection(exchanged)
    for entity_id, url in (("f", "https://idp.example/"), ("e", "https://other.example/")):
        other = SamlConfiguration(entity_id=entity_id, sign_on_url=url, certificates=("A",))
        assert not CONFIGURATION.is_same_connection(other)


def test_an_exchanged_client_secret_is_the_same_connection():
    present = OidcConfiguration(issuer="https://idp.example", client_id="c", secret_version="1")
    assert present.is_same_connection(replace(present, secret_version="2"))
    for other in (
        replace(present, issuer="https://other.example"),
        replace(present, client_id="d"),
        replace(present, name_claims=(NameClaim.EMAIL,)),
        CONFIGURATION,
    ):
        assert not present.is_same_connection(other)
        assert not other.is_same_connection(present)
