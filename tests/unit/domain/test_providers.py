"""Identity providers and their policies."""

from scim.domain.providers import NATIVE, AdoptionPolicy, OrganizationPolicy, Policies, Provider
from scim.schema.values import UnknownAttributes


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
