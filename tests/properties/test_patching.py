"""PATCH on generated input: an independent implementation (`scim2_models`) gives the same resource, refused patches
leave nothing behind, PATCH equals PUT of its result, and garbage raises nothing but a refusal.

What is to differ is listed in ADR 10 and proved in `test_differences.py`; the generators leave it out.
"""

import copy
import json
from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scim2_models import Context, EnterpriseUser, Extension, Group, PatchOp, ScimPolicy, User
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
URIS = st.sampled_from(["https://x.org/a", "https://x.org/A", "https://x.org/b"])
NAME_PARTS = ["givenName", "familyName", "formatted", "middleName", "honorificPrefix", "honorificSuffix"]
ENTERPRISE_TEXTS = ["employeeNumber", "costCenter", "organization", "division", "department"]
OPTIONAL_PATHS = [
    "title", "displayName", "nickName", "userType", "locale", "timezone", "preferredLanguage", "externalId",
    *(f"name.{part}" for part in NAME_PARTS), f"{CORE_USER}:nickName", f"{CORE_USER}:name.givenName",
    *(f"{ENTERPRISE_USER}:{name}" for name in ENTERPRISE_TEXTS), f"{NINJAONE_USER}:organizationId",
    f"{NINJAONE_USER}:userType", "TITLE", "Name.GivenName",
]  # fmt: skip
TEXT_PATHS = [*OPTIONAL_PATHS, "userName", f"{ENTERPRISE_USER}:manager.value"]
UNCHANGEABLE_PATHS = ["id", "meta", "meta.created", "groups", "groups.value"]
UNKNOWN_PATHS = ["unknown", "name.unknown", "emails.unknown", f"{ENTERPRISE_USER}:unknown", "urn:x:y:2.0:User:unknown"]
SIMPLE_LISTS = {"emails": ADDRESSES, "phoneNumbers": WORDS, "roles": WORDS, "photos": URIS}
"""Multi-valued attributes whose values have a `value`."""

names = st.dictionaries(st.sampled_from(NAME_PARTS), WORDS, min_size=1)
addresses = st.fixed_dictionaries({"country": WORDS, "type": KINDS}, optional={"locality": WORDS})
enterprises = st.dictionaries(st.sampled_from(ENTERPRISE_TEXTS), WORDS, min_size=1)
organizations = st.fixed_dictionaries({"organizationId": WORDS}, optional={"userType": WORDS})


def with_primary(found):
    """The values themselves, or with one of them primary."""
    chosen = st.sampled_from(found).map(
        lambda one: [each | {"primary": True} if each is one else each for each in found]
    )
    return st.just(found) | chosen if found else st.just(found)


def lists(elements):
    """Values of which no two are the same but for case, and at most one is primary."""
    same = lambda each: tuple(each.get(name, "").lower() for name in ("value", "country", "locality", "type"))  # noqa: E731
    return st.lists(elements, max_size=3, unique_by=same).flatmap(with_primary)


def simple(value):
    return st.fixed_dictionaries({"value": value, "type": KINDS}, optional={"display": WORDS})


LISTS = {name: lists(simple(value)) for name, value in SIMPLE_LISTS.items()} | {"addresses": lists(addresses)}


def op(verb, path=None, **value):
    return {"op": verb} | ({"path": path} if path else {}) | value


SETTERS = st.sampled_from(["add", "replace", "Add", "Replace"])


def of_simple_list(name):
    """Operations on the values that are there, and on those that a filter describes."""
    value = SIMPLE_LISTS[name]
    return st.one_of(
        st.builds(lambda values: op("replace", name, value=values), LISTS[name].filter(bool)),
        st.builds(lambda verb, kind, one: op(verb, f'{name}[type eq "{kind}"].value', value=one),
                  SETTERS, KINDS, value),
        st.builds(
            lambda verb, kind, one: op(verb, f'{name}[type eq "{kind}"]', value={"value": one, "display": "x"}),
            SETTERS, KINDS, value,
        ),
        st.builds(lambda verb, one: op(verb, f"{name}[primary eq true].value", value=one), SETTERS, value),
        st.builds(lambda verb, kind, one: op(verb, f'{name}[type eq "{kind}" and primary eq true].value', value=one),
                  SETTERS, KINDS, value),
        st.builds(lambda verb, kind, one: op(verb, f'{name}[not (type eq "{kind}")].value', value=one),
                  SETTERS, KINDS, value),
        st.builds(lambda kind: op("remove", f'{name}[type eq "{kind}"]'), KINDS),
        st.builds(lambda kind: op("remove", f'{name}[type eq "{kind}"].display'), KINDS),
        st.builds(lambda one: op("remove", f'{name}[value eq "{one}"]'), value),
        st.builds(lambda one: op("remove", f'{name}[value sw "{one[0]}" or type eq "work"]'), value),
        st.builds(lambda one: op("remove", name, value=[{"value": one}]), value),
        st.builds(lambda one, kind: op("remove", name, value=[{"value": one, "type": kind}]), value, KINDS),
        st.builds(lambda kind: op("remove", name, value=[{"type": kind}]), KINDS),
        st.sampled_from([op("remove", name), op("remove", f"{name}.display"), op("remove", f"{name}.type"),
                         op("replace", name, value=[]),
                         op("add", name, value=[]), op("replace", name, value=None)]),
    )  # fmt: skip


operations = st.one_of(
    st.builds(lambda verb, path, value: op(verb, path, value=value), SETTERS, st.sampled_from(TEXT_PATHS), WORDS),
    st.builds(
        lambda verb, value: op(verb, "active", value=value), SETTERS, st.sampled_from([True, False, "True", "false"])
    ),
    st.builds(lambda path: op("remove", path), st.sampled_from([*OPTIONAL_PATHS, "name", "active"])),
    st.builds(lambda path: op("replace", path, value=None), st.sampled_from(OPTIONAL_PATHS)),
    st.builds(lambda verb, value: op(verb, "profileUrl", value=value), SETTERS, URIS),
    st.builds(lambda verb, path, value: op(verb, path, value=value), SETTERS,
              st.sampled_from(["name", f"{CORE_USER}:name"]), names),
    *map(of_simple_list, SIMPLE_LISTS),
    st.builds(lambda value: op("replace", "addresses", value=value), LISTS["addresses"].filter(bool)),
    st.builds(lambda verb, kind, value: op(verb, f'addresses[type eq "{kind}"].country', value=value),
              SETTERS, KINDS, WORDS),
    st.builds(lambda verb, kind, value: op(verb, f'addresses[type eq "{kind}"]', value=value),
              SETTERS, KINDS, st.fixed_dictionaries({"country": WORDS}, optional={"locality": WORDS})),
    st.builds(lambda value: op("remove", "addresses", value=[{"country": value}]), WORDS),
    st.builds(lambda value: op("remove", f'addresses[country eq "{value}"]'), WORDS),
    st.builds(lambda verb, value: op(verb, f"{ENTERPRISE_USER}", value=value), SETTERS, enterprises),
    st.builds(lambda verb, value: op(verb, f"{NINJAONE_USER}", value=value), SETTERS, organizations),
    st.builds(lambda path: op("remove", path),
              st.sampled_from([ENTERPRISE_USER, NINJAONE_USER, f"{ENTERPRISE_USER}:manager"])),
    st.builds(
        lambda verb, values: op(verb, value=values),
        SETTERS,
        st.dictionaries(st.sampled_from(TEXT_PATHS), WORDS, min_size=1, max_size=3),
    ),
    st.builds(lambda verb, value: op(verb, value={"name": value}), SETTERS, names),
    st.builds(lambda verb, value: op(verb, value={ENTERPRISE_USER: value}), SETTERS, enterprises),
    st.builds(lambda name, data: op("replace", value={name: data[name]}), st.sampled_from(sorted(LISTS)),
              st.fixed_dictionaries(LISTS)),
)  # fmt: skip
unusual = st.one_of(
    st.builds(lambda verb, path: op(verb, path, value="x"), SETTERS, st.sampled_from(UNKNOWN_PATHS)),
    st.builds(lambda verb: op(verb, value={"unknown": "x", "title": "y"}), SETTERS),
    st.builds(lambda verb, path: op(verb, path, value="x"), SETTERS, st.sampled_from(UNCHANGEABLE_PATHS)),
    st.builds(op, SETTERS, st.sampled_from(OPTIONAL_PATHS)),
    st.sampled_from([op("remove"), op("remove", "userName"), op("replace", "userName", value=None)]),
)
"""Operations that are ignored, when unknown attributes are, or refused."""
users = st.fixed_dictionaries(
    {"userName": WORDS},
    optional={
        "title": WORDS,
        "active": st.booleans(),
        "name": names,
        **LISTS,
        ENTERPRISE_USER: enterprises,
        NINJAONE_USER: organizations,
    },
)
NEW = {"emails": {"value": "new@x.org"}, "phoneNumbers": {"value": "new"}, "roles": {"value": "new"},
       "photos": {"value": "https://x.org/new"}, "addresses": {"country": "new"}}  # fmt: skip
additions = st.builds(
    lambda verb, name, kind, primary: op(verb, name, value=[NEW[name] | {"type": kind} | primary]),
    st.sampled_from(["add", "Add"]),
    st.sampled_from(sorted(NEW)),
    KINDS,
    st.sampled_from([{}, {"primary": True}, {"primary": False}]),
)
primaries = st.sampled_from(sorted(SIMPLE_LISTS)).flatmap(
    lambda name: st.builds(
        lambda verb, one, kind, flag: op(verb, f'{name}[value eq "{one}" and type eq "{kind}"].primary', value=flag),
        SETTERS,
        SIMPLE_LISTS[name],
        KINDS,
        st.sampled_from([True, False, "True"]),
    )
)
"""Operations that make one value primary: first in a patch, while no two values are the same."""


def patches_of(rare):
    """Up to four operations, one that makes a value primary before them, and one of the rare ones among them."""
    return st.builds(
        lambda first, found, one, index: {
            "schemas": [PATCH_OP],
            "Operations": [*first, *found[:index], *one, *found[index:]],
        },
        st.lists(primaries, max_size=1),
        st.lists(operations, min_size=1, max_size=4),
        st.lists(rare, max_size=1),
        st.integers(0, 4),
    )


patches = patches_of(additions)


def theirs(document, body, model=OracleUser):
    """The document after the patch, by scim2_models; None if it refuses."""
    with ENTRA:
        resource = model.model_validate(document)
        try:
            patch = PatchOp[model].model_validate(body, scim_ctx=Context.RESOURCE_PATCH_REQUEST)
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
@given(users, patches | patches_of(unusual))
def test_another_implementation_gives_the_same_resource(body, patch):
    document = put(body)

    expected = theirs(document, patch)
    try:
        found = comparable(apply_patch(document, parse_patch(patch, user_type(), IGNORE)).document)
    except ScimError:
        found = None

    assert found == expected


@pytest.mark.parametrize("name", sorted(SIMPLE_LISTS))
@given(data=st.data(), verb=SETTERS, kind=KINDS)
def test_setting_a_part_of_every_value_gives_the_same_resource(name, data, verb, kind):
    """Where there is a value, that is; else one is made here."""
    document = put({"userName": "a", name: data.draw(LISTS[name].filter(bool))})
    patch = {"schemas": [PATCH_OP], "Operations": [op(verb, f"{name}.type", value=kind)]}

    found = apply_patch(document, parse_patch(patch, user_type(), IGNORE)).document

    assert comparable(found) == theirs(document, patch)


# --- groups ----------------------------------------------------------------------------------------------------------

IDS = st.sampled_from(["a", "A", "ab", "b", "c"])
members = st.fixed_dictionaries({"value": IDS}, optional={"type": st.sampled_from(["User", "Group"])})
member_lists = st.lists(members, max_size=3, unique_by=lambda member: member["value"])
id_lists = st.lists(IDS, min_size=1, max_size=3, unique=True).map(lambda ids: [{"value": id_} for id_ in ids])
group_operations = st.one_of(
    st.builds(lambda verb, value: op(verb, "displayName", value=value), SETTERS, WORDS),
    st.builds(lambda verb, value: op(verb, "externalId", value=value), SETTERS, WORDS),
    st.builds(lambda verb, value: op(verb, value={"displayName": value}), SETTERS, WORDS),
    st.builds(lambda value: op("add", "members", value=value), id_lists),
    st.builds(lambda value: op("Add", "members", value=value[0]), id_lists),
    st.builds(lambda value: op("replace", "members", value=value), member_lists),
    st.builds(lambda value: op("Remove", "members", value=value), id_lists),
    st.builds(lambda verb, value: op(verb, value={"members": value}), SETTERS, id_lists),
    st.builds(lambda id_: op("remove", f'members[value eq "{id_}"]'), IDS),
    st.builds(lambda one, other: op("remove", f'members[value eq "{one}" or value eq "{other}"]'), IDS, IDS),
    st.builds(lambda id_: op("remove", f'members[value sw "{id_}"]'), IDS),
    st.builds(lambda id_: op("remove", f'members[not (value co "{id_}")]'), IDS),
    st.builds(lambda id_: op("add", f'members[value eq "{id_}"]', value={"value": id_}), IDS),
    st.sampled_from([
        op("remove", "members"), op("replace", "members", value=None), op("remove", "externalId"),
        op("remove", 'members[type eq "Group"]'), op("remove", "members[not (type pr)]"),
        op("remove", "displayName"), op("replace", "id", value="x"),
    ]),
)  # fmt: skip
groups = st.fixed_dictionaries({"displayName": WORDS}, optional={"externalId": WORDS})
group_patches = st.lists(group_operations, min_size=1, max_size=5).map(
    lambda found: {"schemas": [PATCH_OP], "Operations": found}
)


def members_after(members, change):
    """The ids of the members when the change, if there is one, has happened to them."""
    if change is None:
        return {member["value"] for member in members}
    staying = () if change.clear else members
    kept = {
        member["value"]
        for member in staying
        if member["value"] not in change.remove and not any(matches(member) for matches in change.remove_where)
    }
    return kept | set(change.add)


@settings(max_examples=300)
@given(groups, member_lists, group_patches)
def test_another_implementation_gives_the_same_group(body, before, patch):
    document = put(body, group_type())

    expected = theirs(document | {"members": before}, patch, Group)
    try:
        patched = apply_patch(document, parse_patch(patch, group_type(), IGNORE))
    except ScimError:
        assert expected is None
        return

    assert expected is not None
    assert members_after(before, patched.members) == {member["value"] for member in expected.pop("members", ())}
    assert comparable(patched.document) == expected


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
