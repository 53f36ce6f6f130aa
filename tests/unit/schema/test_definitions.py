import pytest
from scim2_models import EnterpriseUser, Group, User

from scim.schema import urns
from scim.schema.catalog import group_type, resource_types, schema, user_type

NAMES = ("user", "enterprise_user", "ninjaone_user", "group")
CHARACTERISTICS = {
    "name", "type", "multiValued", "description", "required", "caseExact", "mutability", "returned", "uniqueness",
}  # fmt: skip
DELIBERATE = {
    # Expensive to compute, so only on request.
    ("groups", "returned"),
    # Entra ID sends a manager as a bare id, and RFC 7643 §8.7.1 does not require one.
    ("manager.value", "required"),
    ("manager.$ref", "required"),
    # As in RFC 7643 §8.7.1; it is not kept anyway.
    ("password", "caseExact"),
    # A group's name identifies it within its provider.
    ("displayName", "uniqueness"),
    # All that is said about a member is said when it is added.
    ("members.display", "mutability"),
}


def flattened(attributes, prefix=""):
    for attribute in attributes:
        yield prefix + attribute["name"], attribute
        yield from flattened(attribute.get("subAttributes", ()), f"{prefix}{attribute['name']}.")


@pytest.mark.parametrize("name", NAMES)
def test_every_attribute_states_every_characteristic(name):
    for path, attribute in flattened(schema(name).definition["attributes"]):
        assert attribute.keys() >= CHARACTERISTICS, path
        assert attribute["description"].endswith("."), path


@pytest.mark.parametrize(("name", "model"), [("user", User), ("enterprise_user", EnterpriseUser), ("group", Group)])
def test_definitions_agree_with_another_reading_of_rfc_7643(name, model):
    ours = dict(flattened(schema(name).definition["attributes"]))
    theirs = dict(flattened(model.to_schema().model_dump()["attributes"]))
    compared = CHARACTERISTICS - {"description"} | {"canonicalValues", "referenceTypes"}

    differences = {
        (path, key)
        for path in ours
        for key in compared
        if (sorted(ours[path][key]) if isinstance(ours[path].get(key), list) else ours[path].get(key))
        != (sorted(theirs[path][key]) if isinstance(theirs[path].get(key), list) else theirs[path].get(key))
    }
    assert ours.keys() == theirs.keys()
    assert differences <= DELIBERATE


def test_the_extension_of_rollcall_is_announced_as_mappings_expect_it():
    extension = schema("ninjaone_user")
    organization, kind = extension.attributes

    assert (extension.id, extension.name) == (urns.NINJAONE_USER, "NinjaOneUser")
    assert (organization.name, organization.type, organization.required, organization.case_exact) == (
        "organizationId", "string", True, False,
    )  # fmt: skip
    assert organization.canonical_values == ("All",)
    assert (kind.name, kind.required, kind.case_exact) == ("userType", False, False)
    assert kind.canonical_values == ("endUser", "technician")


def test_no_two_attributes_of_a_schema_share_a_name_in_lower_case():
    for resource_type in resource_types():
        for each in (resource_type.schema, *resource_type.extensions):
            names = [path.lower() for path, _ in flattened(each.definition["attributes"])]
            assert len(names) == len(set(names))


def test_schemas_have_the_urns_of_the_standard():
    assert user_type().schema.id == urns.CORE_USER
    assert [each.id for each in user_type().extensions] == [urns.ENTERPRISE_USER, urns.NINJAONE_USER]
    assert group_type().schema.id == urns.CORE_GROUP
