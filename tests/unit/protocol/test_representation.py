"""Resources as they are sent: the short way, which puts text together, says what the long one says."""

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from scim.domain.groups import Group, Member
from scim.domain.resources import document_text
from scim.domain.users import Standing, User, UserType
from scim.protocol.projection import Projection
from scim.protocol.representation import Reference, location, represent
from scim.protocol.resources import parse_resource
from scim.schema.catalog import group_type, user_type
from scim.schema.urns import ENTERPRISE_USER, NINJAONE_USER
from scim.schema.values import UnknownAttributes

BASE = "https://rollcall.example/ws/scim/v2"
ID = "01999999-0000-7000-8000-000000000000"
STANDING = Standing(user_type=UserType.END_USER, organization="All", active=True, contact=None)

texts = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Cn"]), min_size=1, max_size=20).map(
    lambda text: f"x{text}x"
)
awkward = st.sampled_from(['"', '\\"', "}{", "\\u0041", "</script>", "😀", "a\u2028b", '","id":"evil'])
words = texts | awkward
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
versions = st.from_regex(r'W/"[A-Za-z0-9:.-]{1,30}"', fullmatch=True)
identifiers = st.uuids().map(str)


def some(**attributes):
    return st.fixed_dictionaries({}, optional=attributes)


emails = st.lists(some(value=words, type=words, display=words), max_size=3)
users = st.fixed_dictionaries(
    {"userName": texts},
    optional={
        "title": words,
        "active": st.booleans(),
        "name": some(givenName=words, formatted=words),
        "emails": emails,
        ENTERPRISE_USER: some(department=words, manager=some(value=words)),
        NINJAONE_USER: some(organizationId=words),
    },
)
groups = st.fixed_dictionaries({"displayName": texts}, optional={"externalId": words})
members = st.lists(st.builds(Member, identifiers, st.sampled_from(["User", "Group"])), max_size=5)


@given(users, moments, moments, versions)
def test_a_user_is_the_same_text_put_together_or_projected(body, created, modified, version):
    document = parse_resource(body, user_type(), UnknownAttributes.REJECT).document
    user = User(
        id=ID,
        provider="entra",
        text=document_text(document),
        created=created,
        modified=modified,
        version=version,
        standing=STANDING,
    )

    short, long = both_ways(user, user_type(), None)

    assert short == long
    assert short == {"id": ID, **document, "meta": short["meta"]}
    assert short["meta"]["version"] == version


@given(groups, members, moments, versions)
def test_a_group_is_the_same_text_put_together_or_projected(body, present, moment, version):
    document = parse_resource(body, group_type(), UnknownAttributes.REJECT).document
    group = Group(
        id=ID, provider="entra", text=document_text(document), created=moment, modified=moment, version=version
    )

    short, long = both_ways(group, group_type(), Reference("members", present))

    assert short["members"] == [
        {"value": member.id, "$ref": f"{BASE}/{member.type}s/{member.id}", "type": member.type} for member in present
    ]
    assert {**short, "members": None} == {**long, "members": None}
    assert short["members"] == long.get("members", [])


@given(moments)
def test_times_have_milliseconds_and_are_utc(moment):
    group = Group(id=ID, provider="entra", text='{"schemas":[]}', created=moment, modified=moment, version='W/"1"')

    meta = both_ways(group, group_type(), None)[0]["meta"]

    assert meta["created"] == meta["lastModified"]
    assert meta["created"].endswith("Z")
    assert timedelta(0) <= moment - datetime.fromisoformat(meta["created"]) < timedelta(milliseconds=1)


def test_the_location_comes_from_the_base_url():
    assert location(BASE, "User", ID) == f"{BASE}/Users/{ID}"
    assert location(BASE, "Group", ID) == f"{BASE}/Groups/{ID}"


def both_ways(resource, resource_type, references):
    """The resource by the default projection, and by one that leaves nothing out."""
    short = represent(resource, BASE, Projection.parse(None, None, resource_type), references)
    long = represent(resource, BASE, Projection.parse(None, "nothing", resource_type), references)
    return json.loads(short), json.loads(long)
