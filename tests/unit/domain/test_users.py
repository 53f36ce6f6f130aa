"""What Rollcall makes of a user's attributes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from scim.domain.providers import NATIVE, AdoptionPolicy, OrganizationPolicy, Policies, Provider
from scim.domain.resources import document_text
from scim.domain.users import (
    Standing,
    User,
    UserType,
    contact_address,
    email_domain,
    is_adoptable,
    needs_organization,
    requested_organization,
    requested_user_type,
    spelled_out,
    standing_of,
    with_defaults,
)
from scim.errors import InvalidValue
from scim.schema.urns import CORE_USER, NINJAONE_USER

REJECT, MISSING, UNKNOWN = OrganizationPolicy
NOW = datetime(2026, 11, 23, tzinfo=UTC)


def document(organization=None, user_type=None, **attributes):
    extension = {"organizationId": organization, "userType": user_type}
    extension = {name: value for name, value in extension.items() if value is not None}
    return {"userName": "anna@contoso.com", **attributes, **({NINJAONE_USER: extension} if extension else {})}


def provider(policy=REJECT, default="9", **changes):
    return Provider(
        id="entra", name="Entra", default_organization=default, policies=Policies(organization=policy), **changes
    )


def organization(policy, sent, *, exists, default="9", user_type=None):
    """The effective organization, or "refused"."""
    try:
        return standing_of(
            document(sent, user_type), provider(policy, default), organization_exists=exists
        ).organization
    except InvalidValue:
        return "refused"


@pytest.mark.parametrize(
    ("sent", "exists", "reject", "default_missing", "default_unknown"),
    [
        ("12", True, "12", "12", "12"),
        (" 12 ", True, "12", "12", "12"),
        ("99", False, "refused", "refused", "9"),
        (None, True, "refused", "9", "9"),
        ("", True, "refused", "9", "9"),
        ("  ", True, "refused", "9", "9"),
        ("All", True, "All", "All", "All"),
        ("all", False, "All", "All", "All"),
        (" ALL ", False, "All", "All", "All"),
        ("Allx", False, "refused", "refused", "9"),
        ("none", False, "refused", "refused", "9"),
    ],
)
def test_the_organization_of_an_end_user_under_every_policy(sent, exists, reject, default_missing, default_unknown):
    """R052, R055, R065, AMB-5, AMB-7."""
    found = [organization(policy, sent, exists=exists) for policy in (REJECT, MISSING, UNKNOWN)]

    assert found == [reject, default_missing, default_unknown]


@pytest.mark.parametrize("policy", OrganizationPolicy)
@pytest.mark.parametrize("sent", [None, "99"])
def test_a_default_organization_that_nobody_has_set_refuses(policy, sent):
    assert organization(policy, sent, exists=False, default=None) == "refused"


@pytest.mark.parametrize("policy", OrganizationPolicy)
@pytest.mark.parametrize("sent", [None, "", "12", "99", "All"])
def test_a_technician_has_no_organization_and_needs_none(policy, sent):
    """AMB-5."""
    assert organization(policy, sent, exists=False, user_type="technician") is None


def test_a_missing_organization_is_never_silently_all():
    """AMB-5."""
    found = {organization(policy, sent, exists=False) for policy in OrganizationPolicy for sent in (None, "", "99")}

    assert found == {"refused", "9"}


@pytest.mark.parametrize(
    ("sent", "user_type"),
    [
        (None, UserType.END_USER),
        ("", UserType.END_USER),
        ("  ", UserType.END_USER),
        ("endUser", UserType.END_USER),
        ("ENDUSER", UserType.END_USER),
        (" enduser ", UserType.END_USER),
        ("technician", UserType.TECHNICIAN),
        ("Technician", UserType.TECHNICIAN),
        ("\uff34echnician", UserType.TECHNICIAN),
    ],
)
def test_the_kind_of_user_in_every_spelling(sent, user_type):
    """R040, R067-R071, AMB-2."""
    assert requested_user_type(document(user_type=sent)) is user_type


@pytest.mark.parametrize("sent", ["end user", "admin", "systemAdministrator", "technicians", "0", "technician\n2"])
def test_any_other_kind_of_user_is_refused_with_both_that_exist(sent):
    """R069."""
    with pytest.raises(InvalidValue, match='"endUser" or "technician"'):
        requested_user_type(document(user_type=sent))


@pytest.mark.parametrize(
    ("sent", "user_type", "to_check"),
    [("12", None, "12"), (" 12", None, "12"), (None, None, None), ("all", None, None), ("12", "technician", None)],
)
def test_an_organization_is_looked_up_only_when_it_matters(sent, user_type, to_check):
    assert needs_organization(document(sent, user_type)) == to_check


def test_what_was_requested_is_told_apart_from_what_is_missing():
    assert [requested_organization(document(sent)) for sent in ("12", "aLl", "", None)] == ["12", "All", None, None]


def test_a_refusal_repeats_only_the_beginning_of_a_long_organization():
    with pytest.raises(InvalidValue) as refusal:
        standing_of(document("9" * 5_000), provider(), organization_exists=False)

    assert "9" * 64 in refusal.value.detail
    assert len(refusal.value.detail) < 200


@pytest.mark.parametrize(("given", "active"), [({}, True), ({"active": True}, True), ({"active": False}, False)])
def test_who_is_not_said_to_be_inactive_is_active(given, active):
    assert standing_of(document("12", **given), provider(), organization_exists=True).active is active


def test_a_new_user_is_stored_as_active_unless_it_says_otherwise():
    assert with_defaults({"userName": "a"}) == {"userName": "a", "active": True}
    assert with_defaults({"userName": "a", "active": False}) == {"userName": "a", "active": False}


WORK, HOME = {"type": "work", "value": "w@x.y"}, {"type": "home", "value": "h@x.y"}


@pytest.mark.parametrize(
    ("emails", "address"),
    [
        ([WORK, {**HOME, "primary": True}], "h@x.y"),
        ([HOME, WORK], "w@x.y"),
        ([HOME, {"value": "o@x.y"}], "h@x.y"),
        ([{"type": "work", "primary": True}, HOME], "h@x.y"),
        ([{"type": "work"}], "anna@contoso.com"),
        ([], "anna@contoso.com"),
        ([{"type": "work", "value": "w" * 321, "primary": True}, HOME], "h@x.y"),
        ([{"value": "w" * 318 + "@x"}], "w" * 318 + "@x"),
    ],
)
def test_the_contact_address_is_the_primary_the_work_or_any_email_else_the_name(emails, address):
    """AMB-20."""
    assert contact_address(document(emails=emails)) == address


@pytest.mark.parametrize("name", ["anna", "@contoso.com", "anna@", "@", "a" * 319 + "@x"])
def test_a_name_that_is_no_address_is_none(name):
    assert contact_address({"userName": name}) is None


def account(**changes):
    standing = Standing(user_type=UserType.END_USER, organization="12", active=True, contact=None)
    text = document_text({"schemas": [], "userName": changes.pop("user_name", "Nora@Contoso.com")})
    user = User(id="1", provider=NATIVE, text=text, created=NOW, modified=NOW, standing=standing)
    return replace(user, **changes)


ADOPTER = provider(email_domains=frozenset({"contoso.com"}))


def test_a_native_account_of_a_declared_domain_is_adoptable():
    """AMB-22."""
    assert is_adoptable(account(), ADOPTER)


@pytest.mark.parametrize(
    ("user", "by"),
    [
        (account(provider="okta"), ADOPTER),
        (account(provider="entra"), ADOPTER),
        (account(administrator=True), ADOPTER),
        (account(user_name="nora@sub.contoso.com"), ADOPTER),
        (account(user_name="nora@notcontoso.com"), ADOPTER),
        (account(user_name="contoso.com"), ADOPTER),
        (account(user_name="nora@contoso.com@evil.example"), ADOPTER),
        (account(user_name="nora"), replace(ADOPTER, email_domains=frozenset({""}))),
        (account(), replace(ADOPTER, email_domains=frozenset())),
        (account(), replace(ADOPTER, policies=Policies(adoption=AdoptionPolicy.ASK))),
        (account(), replace(ADOPTER, policies=Policies(adoption=AdoptionPolicy.NEVER))),
    ],
)
def test_any_other_account_is_not(user, by):
    assert not is_adoptable(user, by)


@pytest.mark.parametrize(
    ("name", "domain"),
    [
        ("a@Contoso.COM", "contoso.com"),
        ("a@b@c.de", "c.de"),
        ("a", ""),
        ("a@", ""),
        ("a@\uff23ontoso.com", "contoso.com"),
    ],
)
def test_the_domain_is_what_follows_the_last_at_sign(name, domain):
    assert email_domain(name) == domain


@pytest.mark.parametrize(
    ("sent", "standing", "spelled"),
    [
        ({}, (UserType.END_USER, "12"), {"organizationId": "12"}),
        ({"organizationId": "nope"}, (UserType.END_USER, "12"), {"organizationId": "12"}),
        ({}, (UserType.TECHNICIAN, None), {"userType": "technician"}),
        ({"userType": "technician", "title": "x"}, (UserType.END_USER, "All"), {"userType": "endUser", "title": "x"}),
    ],
)
def test_what_a_policy_gave_is_spelled_out_so_that_the_document_alone_amounts_to_it(sent, standing, spelled):
    """AMB-5, AMB-7: whoever is native has no provider's policies any more."""
    kind, organization = standing
    text = document_text({"schemas": [CORE_USER], "userName": "n@x.y", **({NINJAONE_USER: sent} if sent else {})})
    before = account(
        text=text, standing=Standing(user_type=kind, organization=organization, active=True, contact="n@x.y")
    )
    after = spelled_out(before)
    assert after.document()[NINJAONE_USER].items() >= spelled.items()
    assert after.document()["schemas"] == [CORE_USER, NINJAONE_USER]
    assert standing_of(after.document(), provider(), organization_exists=True) == before.standing == after.standing
    assert spelled_out(after) is after


def test_an_organization_in_another_letter_case_is_spelled_out_already():
    text = document_text({"schemas": [], "userName": "n@x.y", NINJAONE_USER: {"organizationId": " ALL"}})
    user = account(text=text)
    user = replace(user, standing=replace(user.standing, organization="All"))
    assert spelled_out(user) is user
