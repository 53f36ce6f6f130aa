import pytest

from scim.protocol.names import find, targets
from scim.schema.catalog import group_type, user_type
from scim.schema.urns import CORE_USER, ENTERPRISE_USER, NINJAONE_USER

USER = targets(user_type())


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("username", "userName"),
        ("NAME.GIVENNAME", "name.givenName"),
        ("emails.Value", "emails.value"),
        (f"{CORE_USER}:userName", "userName"),
        (f"{CORE_USER.upper()}:NAME.givenname", "name.givenName"),
        (f"{NINJAONE_USER.lower()}:organizationid", f"{NINJAONE_USER}:organizationId"),
        (f"{ENTERPRISE_USER}:manager.value", f"{ENTERPRISE_USER}:manager.value"),
        (ENTERPRISE_USER.upper(), ENTERPRISE_USER),
        ("manager", f"{ENTERPRISE_USER}:manager"),
        ("userType", "userType"),
        ("externalid", "externalId"),
        ("meta.lastmodified", "meta.lastModified"),
    ],
)
def test_names_are_found_in_every_spelling(spelling, name):
    found = find(USER, spelling)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("name", ["", "foo", "name.foo", "userName.x", f"{CORE_USER}:foo", "urn:x:User", "__class__"])
def test_other_names_are_unknown(name):
    assert find(USER, name) is None


def test_what_clients_do_not_manage_is_marked():
    assert {target.name for target in USER.values() if target.is_read_only} == {
        "id", "meta", "meta.resourceType", "meta.created", "meta.lastModified", "meta.location", "meta.version",
        "groups", "groups.value", "groups.$ref", "groups.display", "groups.type",
        f"{ENTERPRISE_USER}:manager.displayName",
    }  # fmt: skip
    ignored = {target.name for target in USER.values() if target.is_ignored and not target.is_read_only}
    assert ignored == {"schemas", "password"}


def test_a_table_is_built_once():
    assert targets(group_type()) is targets(group_type())
    assert targets(group_type()) is not USER
