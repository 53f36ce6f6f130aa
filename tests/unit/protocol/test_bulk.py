"""Bulk requests: the references between their operations."""

import pytest

from scim.errors import InvalidSyntax
from scim.protocol.bulk import detached, parse_bulk, references_in, resolved, resolved_path
from scim.schema.urns import ENTERPRISE_USER, PATCH_OP

MANAGER = {"userName": "x", ENTERPRISE_USER: {"department": "d", "manager": {"value": "bulkId:b"}}}


def operation(**parts):
    (found,) = parse_bulk({"operations": [{"METHOD": "delete", "Path": "/Users/x", **parts}]}).operations
    return found


def test_names_are_read_in_any_letter_case_and_null_is_nothing():
    found = operation(bulkid=None, VERSION=None, data=None)
    assert (found.method, found.path, found.bulk_id, found.version) == ("DELETE", "/Users/x", "", None)


@pytest.mark.parametrize("parts", [{"bulkId": 1}, {"version": 1}, {"path": ""}, {"path": 1}, {"path": None}])
def test_parts_of_the_wrong_type_are_refused(parts):
    with pytest.raises(InvalidSyntax):
        parse_bulk({"Operations": [{"method": "DELETE", "path": "/Users/x"} | parts]})


def test_references_are_found_in_paths_and_in_data():
    assert operation(data={"members": ["bulkId:x", {"value": "bulkId:y"}], "value": "bulk:z"}).references == {"x", "y"}
    found = parse_bulk({"Operations": [{"method": "DELETE", "path": "/Users/bulkId:p"}]})
    assert found.operations[0].references == {"p"}


def test_a_text_that_only_looks_like_a_reference_is_a_text():
    data = {"displayName": "bulkId:a", "userName": "bulkId:a", "value": "about bulkId:a", "title": ["bulkId:a"]}

    assert not operation(data=data).references
    assert resolved(data, {"a": "1"}) == data


def test_references_are_replaced_where_the_id_is_known():
    ids = {"a": "1"}
    data = {"members": [{"value": "bulkId:a", "$ref": "../Users/bulkId:a"}, {"value": "bulkId:b"}, "bulkId:a"], "n": 1}

    assert resolved(data, ids) == {
        "members": [{"value": "1", "$ref": "../Users/1"}, {"value": "bulkId:b"}, "1"],
        "n": 1,
    }
    assert resolved({f"{ENTERPRISE_USER}:manager": "bulkId:a"}, ids) == {f"{ENTERPRISE_USER}:manager": "1"}
    assert resolved({f"{ENTERPRISE_USER}:manager.value": "bulkId:a"}, ids) == {f"{ENTERPRISE_USER}:manager.value": "1"}
    assert resolved_path("/Users/bulkId:a", ids) == "/Users/1"


def test_references_in_the_path_of_a_patch_are_found_and_replaced():
    data = {"Operations": [{"op": "remove", "path": 'members[value eq "bulkId:a" or value eq "bulkId:b"]'}]}

    assert operation(data=data).references == {"a", "b"}
    (change,) = resolved(data, {"a": "1"})["Operations"]
    assert change["path"] == 'members[value eq "1" or value eq "bulkId:b"]'


def addition(*operations):
    return {"schemas": [PATCH_OP], "Operations": list(operations)}


def test_members_and_managers_can_be_added_later():
    group = {"displayName": "g", "members": [{"value": "1"}, {"value": "bulkId:b"}]}

    assert detached(group) == (
        {"displayName": "g", "members": [{"value": "1"}]},
        addition({"op": "add", "path": "members", "value": [{"value": "bulkId:b"}]}),
    )
    assert detached(MANAGER) == (
        {"userName": "x", ENTERPRISE_USER: {"department": "d"}},
        addition({"op": "add", "path": f"{ENTERPRISE_USER}:manager", "value": {"value": "bulkId:b"}}),
    )


def test_nothing_is_left_out_of_what_refers_to_nothing():
    data = {"userName": "x", "name": {"givenName": "y"}, "emails": [{"value": "z"}], "urn:x:y": {"a": 1}}
    assert detached(data) == (data, addition())


@pytest.mark.parametrize(
    "data",
    [
        {"displayName": "bulkId:a", "emails": [{"value": "bulkId:a@b"}], "roles": [{"value": "bulkId:x"}]},
        {"Operations": [{"op": "replace", "path": "displayName", "value": "bulkId:a"}]},
        {"Operations": [{"op": "replace", "path": "name.givenName", "value": "bulkId:a"}]},
        {"Operations": [{"op": "add", "path": 'emails[type eq "work"].value', "value": "bulkId:a"}]},
        {"Operations": [{"op": "add", "path": 'roles[value eq "bulkId:a"].display', "value": "x"}]},
        {"Operations": [{"op": "add", "value": {"displayName": "bulkId:a", "emails": [{"value": "bulkId:a"}]}}]},
        {"value": "bulkId:a"},
    ],
)
def test_what_is_no_member_and_no_manager_holds_no_reference(data):
    """RFC 7644 §3.7.3: an operation has the same result as alone."""
    assert set(references_in(data)) == set()
    assert resolved(data, {"a": "1", "x": "2", "a@b": "3"}) == data


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "add", "path": "members", "value": [{"value": "bulkId:a"}]},
        {"OP": "add", "Path": "MEMBERS", "Value": "bulkId:a"},
        {"op": "add", "path": f"{ENTERPRISE_USER}:manager", "value": "bulkId:a"},
        {"op": "add", "path": f"{ENTERPRISE_USER}:manager.value", "value": "bulkId:a"},
        {"op": "add", "path": "manager", "value": {"$ref": "../Users/bulkId:a"}},
        {"op": "add", "value": {"members": [{"value": "bulkId:a"}]}},
        {"op": "add", "value": {f"{ENTERPRISE_USER}:manager": {"value": "bulkId:a"}}},
        {"op": "remove", "path": 'members[value eq "bulkId:a"]'},
    ],
)
def test_references_in_a_patch_are_found_whatever_its_form(operation):
    body = {"Operations": [operation]}
    assert set(references_in(body)) == {"a"}
    assert "bulkId" not in str(resolved(body, {"a": "1"}))


def test_paths_are_decoded_and_queries_are_taken_apart():
    (found,) = parse_bulk(
        {"Operations": [{"method": "DELETE", "path": "/Users/bulkId:a%20b?attributes=id&x=%2F"}]}
    ).operations
    assert (found.path, found.query, found.references) == ("/Users/bulkId:a b", "attributes=id&x=%2F", {"a b"})
