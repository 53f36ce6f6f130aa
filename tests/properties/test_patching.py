"""PATCH on generated input: an independent implementation (`scim2_models`) gives the same resource, refused patches
leave nothing behind, PATCH equals PUT of its result, and garbage raises nothing but a refusal.

Deliberate differences to scim2_models 0.12, which the generators leave out:

* A blank text is no value here (Entra ID clears with `""`); there it is a text. null and `[]` clear in both, but `add`
  of null is refused there.
* A value with nothing but `type` and `primary` is no value and disappears here; there it stays.
* Adding a value whose `value` and `type` are there already updates the rest of it here; there it is another value
  unless all its parts are equal.
* `emails.value`, a sub-attribute without a filter, means all values in both; here one is made when there is none.
* Strings are compared by NFKC and case folding here; there by NFC and lower case.
* A bare string stands for the `value` of a complex attribute here.
* Removing what a filter selects from by value is done here by the `value`, and by `type` if it is given.
* Read-only keys of an operation without a path are ignored here, since Okta sends `id`; there they are refused.
* `manager.value` is not required here, and can be removed.
"""

import copy
import json
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scim2_models import Context, EnterpriseUser, Extension, PatchOp, ScimPolicy, User
from scim2_models.urn import URN

from scim.errors import NoTarget, ScimError
from scim.protocol.json_body import parse_json, require_object
from scim.protocol.patching import apply_patch, parse_patch
from scim.protocol.projection import Projection
from scim.protocol.resources import parse_resource
from scim.schema.catalog import group_type, user_type
from scim.schema.urns import CORE_USER, ENTERPRISE_USER, NINJAONE_USER, PATCH_OP
from scim.schema.values import UnknownAttributes

IGNORE, REJECT = UnknownAttributes.IGNORE, UnknownAttributes.REJECT

# --- the same as scim2_models ----------------------------------------------------------------------------------------


class NinjaOneUser(Extension):
    __schema__ = URN(NINJAONE_USER)

    organization_id: str | None = None
    user_type: str | None = None


OracleUser = User[EnterpriseUser | NinjaOneUser]
ENTRA = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)

WORDS = st.sampled_from(["a", "A", "Anna", "Berg", "Zoë", "12", "x y"])
ADDRESSES = st.sampled_from(["a@x.org", "A@x.org", "b@x.org", "c@x.org"])
KINDS = st.sampled_from(["work", "home", "other"])
TEXT_PATHS = ["title", "displayName", "userName", "externalId", "name.givenName", "name.familyName",
              f"{ENTERPRISE_USER}:department", f"{ENTERPRISE_USER}:manager.value", f"{NINJAONE_USER}:organizationId",
              f"{CORE_USER}:nickName"]  # fmt: skip
OPTIONAL_PATHS = [path for path in TEXT_PATHS if path != "userName" and "manager" not in path]

names = st.dictionaries(st.sampled_from(["givenName", "familyName", "formatted"]), WORDS, min_size=1)
emails = st.fixed_dictionaries({"value": ADDRESSES, "type": KINDS}, optional={"display": WORDS})
email_lists = st.lists(emails, max_size=3, unique_by=lambda email: (email["value"].lower(), email["type"])).flatmap(
    lambda found: st.one_of(
        st.just(found),
        st.integers(0, max(len(found) - 1, 0)).map(
            lambda index: [each | {"primary": True} if each is found[index] else each for each in found]
        ),
    )
)


def op(verb, path=None, **value):
    return {"op": verb} | ({"path": path} if path else {}) | value


SETTERS = st.sampled_from(["add", "replace", "Add", "Replace"])
operations = st.one_of(
    st.builds(lambda verb, path, value: op(verb, path, value=value), SETTERS, st.sampled_from(TEXT_PATHS), WORDS),
    st.builds(lambda verb, value: op(verb, "active", value=value), SETTERS, st.booleans()),
    st.builds(lambda path: op("remove", path), st.sampled_from([*OPTIONAL_PATHS, "name", "emails", "active"])),
    st.builds(lambda path: op("replace", path, value=None), st.sampled_from(OPTIONAL_PATHS)),
    st.builds(lambda verb, value: op(verb, "name", value=value), SETTERS, names),
    st.builds(lambda value: op("replace", "emails", value=value), email_lists.filter(bool)),
    st.builds(
        lambda verb, values: op(verb, value=values),
        SETTERS,
        st.dictionaries(st.sampled_from(TEXT_PATHS), WORDS, min_size=1, max_size=3),
    ),
    st.builds(lambda verb, value: op(verb, value={"name": value}), SETTERS, names),
    st.builds(
        lambda verb, kind, value: op(verb, f'emails[type eq "{kind}"].value', value=value), SETTERS, KINDS, ADDRESSES
    ),
    st.builds(
        lambda verb, kind, value: op(verb, f'emails[type eq "{kind}"]', value={"value": value, "display": "x"}),
        SETTERS,
        KINDS,
        ADDRESSES,
    ),
    st.builds(lambda kind: op("remove", f'emails[type eq "{kind}"]'), KINDS),
    st.builds(lambda kind: op("remove", f'emails[type eq "{kind}"].display'), KINDS),
    st.builds(lambda value: op("remove", f'emails[value eq "{value}"]'), ADDRESSES),
    st.builds(lambda value: op("remove", f'emails[value sw "{value[0]}" or type eq "work"]'), ADDRESSES),
    st.builds(lambda value: op("remove", "emails", value=[{"value": value}]), ADDRESSES),
)
users = st.fixed_dictionaries(
    {"userName": WORDS},
    optional={
        "title": WORDS,
        "active": st.booleans(),
        "name": names,
        "emails": email_lists,
        ENTERPRISE_USER: st.fixed_dictionaries({"department": WORDS}),
        NINJAONE_USER: st.fixed_dictionaries({"organizationId": WORDS}, optional={"userType": WORDS}),
    },
)
additions = st.builds(
    lambda verb, kind, primary: op(verb, "emails", value=[{"value": "new@x.org", "type": kind} | primary]),
    st.sampled_from(["add", "Add"]),
    KINDS,
    st.sampled_from([{}, {"primary": True}, {"primary": False}]),
)
patches = st.builds(
    lambda found, addition, index: {
        "schemas": [PATCH_OP],
        "Operations": [*found[:index], *addition, *found[index:]],
    },
    st.lists(operations, min_size=1, max_size=4),
    st.lists(additions, max_size=1),
    st.integers(0, 4),
)


def theirs(document, body):
    """The document after the patch, by scim2_models; None if it refuses."""
    with ENTRA:
        resource = OracleUser.model_validate(document)
        try:
            patch = PatchOp[OracleUser].model_validate(body, scim_ctx=Context.RESOURCE_PATCH_REQUEST)
            patch.patch(resource)
        except Exception:  # noqa: BLE001  pydantic's and its own
            return None
        return comparable(resource.model_dump())


def comparable(document):
    """Without `schemas`, whose order and completeness differ."""
    return {name: value for name, value in document.items() if name not in {"schemas", "meta", "id"}}


def put(body, resource_type=None):
    return parse_resource(body, resource_type or user_type(), REJECT).document


@settings(max_examples=300)
@given(users, patches)
def test_another_implementation_gives_the_same_resource(body, patch):
    document = put(body)

    expected = theirs(document, patch)
    try:
        found = comparable(apply_patch(document, parse_patch(patch, user_type(), REJECT)).document)
    except ScimError:
        found = None

    assert found == expected


# --- the whole -------------------------------------------------------------------------------------------------------


@given(users, patches)
def test_the_result_of_a_patch_is_what_a_put_of_it_stores(body, patch):
    with suppress(ScimError):
        patched = apply_patch(put(body), parse_patch(patch, user_type(), REJECT)).document
        assert put(patched) == patched


@given(users, patches)
def test_what_changed_is_what_differs(body, patch):
    before = put(body)
    with suppress(ScimError):
        patched = apply_patch(before, parse_patch(patch, user_type(), REJECT))
        assert set(patched.changed) == {
            name for name in flat(before).keys() | flat(patched.document).keys()
            if flat(before).get(name) != flat(patched.document).get(name)
        }  # fmt: skip


def flat(document):
    """Top-level attributes, and those of extensions under qualified names."""
    found = {}
    for name, value in document.items():
        if name in {ENTERPRISE_USER, NINJAONE_USER}:
            found |= {f"{name}:{key}": item for key, item in value.items()}
        elif name != "schemas":
            found[name] = value
    return found


@given(users, patches, st.sampled_from(["emails[not (type pr)].value", "emails[value ne null].primary"]))
def test_a_patch_that_fails_leaves_nothing(body, patch, failing):
    document = put(body | {"emails": [{"value": "x@x.org", "type": "a"}, {"value": "y@x.org", "type": "b"}]})
    before = copy.deepcopy(document)
    patch = {"Operations": [*patch["Operations"][:3], op("remove", "emails"), op("add", failing, value="True")]}

    with pytest.raises(NoTarget):
        apply_patch(document, parse_patch(patch, user_type(), REJECT))
    assert document == before


@given(users)
def test_replacing_with_the_same_document_changes_nothing(body):
    document = put(body)
    patch = {"Operations": [op("replace", value=document)]}
    patched = apply_patch(document, parse_patch(patch, user_type(), REJECT))

    assert patched.changed == ()
    assert patched.document == document


@given(users, patches)
def test_applying_a_patch_of_values_twice_changes_nothing_more(body, patch):
    with suppress(ScimError):
        parsed = parse_patch(patch, user_type(), REJECT)
        once = apply_patch(put(body), parsed).document
        if len(patch["Operations"]) == 1:
            assert apply_patch(once, parsed).changed == ()


# --- garbage ---------------------------------------------------------------------------------------------------------

KEYS = st.sampled_from([
    "schemas", "Operations", "op", "path", "value", "userName", "name", "name.givenName", "emails", "active", "members",
    "members.value", "groups", "meta", "id", "password", "photos", "x509Certificates", "addresses", "displayName",
    NINJAONE_USER, f"{NINJAONE_USER}:organizationId", ENTERPRISE_USER, f"{ENTERPRISE_USER}:manager", CORE_USER,
    'emails[type eq "work"].value', 'members[value eq "a"]', 'groups[value eq "a"]', "emails[", "foo", "type",
    "primary",
])  # fmt: skip
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8)
    | KEYS | st.sampled_from(["add", "Replace", "remove", PATCH_OP, "True", "", " "])
)  # fmt: skip
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=4), inner, max_size=4)
)
OBJECTS = st.dictionaries(KEYS | st.text(max_size=4), JSON, max_size=6)
TYPES = st.sampled_from([user_type(), group_type()])
POLICIES = st.sampled_from(list(UnknownAttributes))


@given(st.binary(max_size=64) | JSON.map(lambda value: json.dumps(value).encode()))
@example(b"\xff\xfe{")
@example(b'{"a":"\\ud800"}')
def test_any_bytes_are_a_body_or_refused(body):
    with suppress(ScimError):
        require_object(parse_json(body))


@given(OBJECTS, TYPES, POLICIES)
def test_any_object_is_a_resource_or_refused(body, resource_type, unknown):
    before = copy.deepcopy(body)
    with suppress(ScimError):
        parsed = parse_resource(body, resource_type, unknown)
        json.dumps(parsed.document)
        assert next(iter(parsed.document)) == "schemas"
        again = parse_resource(parsed.document, resource_type, REJECT)
        assert again.document == parsed.document
    assert body == before


@settings(max_examples=400)
@given(
    users,
    st.lists(
        st.fixed_dictionaries(
            {"op": st.sampled_from(["add", "replace", "remove"])}, optional={"path": KEYS, "value": JSON}
        ),
        min_size=1,
        max_size=4,
    ),
    TYPES,
    POLICIES,
)
def test_any_operations_are_a_patch_or_refused(body, found, resource_type, unknown):
    document = put(body | {"displayName": "x"}, user_type())
    before = copy.deepcopy(document)
    with suppress(ScimError):
        patched = apply_patch(document, parse_patch({"Operations": found}, resource_type, unknown))
        json.dumps(patched.document)
        if resource_type is user_type():
            assert put(patched.document) == patched.document
    assert document == before


@given(OBJECTS, TYPES, POLICIES)
def test_any_object_is_a_patch_or_refused(body, resource_type, unknown):
    with suppress(ScimError):
        parse_patch(body, resource_type, unknown)


@given(st.none() | st.text() | st.lists(KEYS).map(",".join), st.none() | st.lists(KEYS).map(",".join), users)
def test_any_projection_keeps_what_is_always_returned(attributes, excluded, body):
    document = {"id": "7c41", **put(body), "meta": {"resourceType": "User"}}
    with suppress(ScimError):
        projected = Projection.parse(attributes, excluded, user_type()).apply(document)
        assert projected["id"] == "7c41"
        assert projected["schemas"] == document["schemas"]
        assert projected.items() <= document.items() or attributes or excluded
