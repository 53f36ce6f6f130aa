"""Identity providers and their policies."""

from datetime import UTC, datetime, timedelta

import pytest

from scim.domain.providers import (
    NATIVE,
    AdoptionPolicy,
    Deletion,
    OrganizationPolicy,
    Policies,
    Provider,
    domain_key,
    name_key,
)
from scim.domain.sso import Sso, SsoState
from scim.schema.values import UnknownAttributes

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def test_the_default_policies_suit_entra_and_okta():
    assert Policies() == Policies(
        unknown_attributes=UnknownAttributes.IGNORE,
        organization=OrganizationPolicy.REJECT,
        adoption=AdoptionPolicy.AUTOMATIC,
    )


def test_the_values_of_the_policies_as_they_are_stored():
    policies = (UnknownAttributes, OrganizationPolicy, AdoptionPolicy)

    assert [[value.value for value in policy] for policy in policies] == [
        ["ignore", "reject"],
        ["reject", "defaultMissing", "defaultUnknown"],
        ["automatic", "ask", "never"],
    ]


def test_a_new_provider_provisions_and_vouches_for_no_domain():
    provider = Provider(id="entra", name="Entra")

    assert (provider.scim_enabled, provider.email_domains, provider.default_organization) == (True, frozenset(), None)


def test_the_owner_of_native_accounts_can_stand_in_a_key():
    assert NATIVE == "native"


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("contoso.com", "contoso.com"),
        (" CONTOSO.Com ", "contoso.com"),
        ("mail.xn--bcher-kva.example", "mail.xn--bcher-kva.example"),
        ("BÜCHER.example", "bücher.example"),
        ("a-b.c1.example", "a-b.c1.example"),
        ("contoso", None),
        ("contoso.", None),
        (".com", None),
        ("a..com", None),
        ("-a.com", None),
        ("a-.com", None),
        ("@contoso.com", None),
        ("ana@contoso.com", None),
        ("contoso.com/x", None),
        ("con toso.com", None),
        (f"{'a' * 63}.com", f"{'a' * 63}.com"),
        (f"{'a' * 64}.com", None),
        (".".join(["a" * 50] * 6), None),
        ("", None),
    ],
)
def test_what_can_be_an_email_domain(text, domain):
    assert domain_key(text) == domain


def test_names_are_compared_without_case_and_spaces():
    assert name_key("  Contoso   ENTRA ") == name_key("contoso entra") != name_key("contosoentra")


def test_what_remains_of_a_deleted_provider_neither_provisions_nor_signs_in():
    """R127."""
    deletion = Deletion(at=NOW, by="Ana", account_id="a", request_id="r")
    gone = Provider(id="p", name="P", sso=Sso(state=SsoState.ENABLED, is_configured=True)).deleted(deletion)
    assert (gone.scim_enabled, gone.sso, gone.deleted_at) == (False, Sso(), NOW)
    assert not gone.is_quiet(NOW + timedelta(seconds=59))
    assert gone.is_quiet(NOW + timedelta(seconds=60))
    assert not Provider(id="p", name="P").is_quiet(NOW + timedelta(days=9))
