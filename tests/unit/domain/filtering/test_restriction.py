"""A filter over several resource types, as it reads for one of them."""

import pytest

from scim.domain.filtering.grammar import parse_filter
from scim.domain.filtering.nodes import to_text
from scim.domain.filtering.restriction import restricted
from scim.errors import InvalidFilter
from scim.schema.catalog import group_type, resource_types, user_type


def for_type(text, kind):
    found = restricted(parse_filter(text), kind, resource_types())
    return found if isinstance(found, bool) else to_text(found)


@pytest.mark.parametrize(
    ("text", "for_users", "for_groups"),
    [
        ("displayName pr", "displayName pr", "displayName pr"),
        ("userName pr", "userName pr", False),
        ('userName eq "x"', 'userName eq "x"', False),
        ('userName ne "x"', 'userName ne "x"', True),
        ("userName eq null", "userName eq null", True),
        ("userName ne null", "userName ne null", False),
        ('members eq "x"', False, 'members eq "x"'),
        ('emails[type eq "work"]', 'emails[type eq "work"]', False),
        ('not (userName eq "x")', 'not (userName eq "x")', True),
        ("not (members pr)", True, "not (members pr)"),
        ('userName eq "x" or displayName eq "y"', 'userName eq "x" or displayName eq "y"', 'displayName eq "y"'),
        ('userName eq "x" and displayName eq "y"', 'userName eq "x" and displayName eq "y"', False),
        ('userName ne "x" and displayName eq "y"', 'userName ne "x" and displayName eq "y"', 'displayName eq "y"'),
        ("userName eq null or displayName pr", "userName eq null or displayName pr", True),
        ("userName pr or members pr", "userName pr", "members pr"),
        ('meta.resourceType eq "User"', True, False),
        ('meta.resourceType ne "User"', False, True),
        ('meta.resourceType eq "user"', False, False),
        ('meta.resourceType eq "User" and displayName pr', "displayName pr", False),
        ('meta.resourceType sw "U"', 'meta.resourceType sw "U"', 'meta.resourceType sw "U"'),
    ],
)
def test_what_the_type_settles_is_settled(text, for_users, for_groups):
    assert for_type(text, user_type()) == for_users
    assert for_type(text, group_type()) == for_groups


@pytest.mark.parametrize("text", ["nonsense pr", 'userName eq "x" and nonsense pr', 'name.nonsense eq "x"'])
@pytest.mark.parametrize("kind", resource_types(), ids=lambda kind: kind.name)
def test_what_no_type_has_is_refused(text, kind):
    with pytest.raises(InvalidFilter):
        restricted(parse_filter(text), kind, resource_types())
