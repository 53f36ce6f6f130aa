"""A search finds what looking at every resource finds, whatever rows its plan reads."""

import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from scim.domain.filtering.evaluate import compile_filter
from scim.domain.filtering.grammar import parse_filter
from scim.schema.catalog import group_type, user_type
from tests.fakes.rows import FakeRows
from tests.world import OKTA, World, group, user

FILTERS = 40
NAMES = ("anna", "Anna", "ANNA.b", "bert", "b", "straße", "STRASSE", "a#b", "a/b", "a|b", "ab", "", "zoë", "zoe\u0308")
KINDS = ("work", "home", "other")
STRING_OPERATORS = ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le")


class Filters:
    """Random filters over users, or groups, that the directory knows how to search."""

    def __init__(self, source: random.Random, attributes: dict[str, tuple[str, ...]], reference: str, ids: list[str]):
        self._source = source
        self._attributes = attributes
        self._reference = reference
        self._ids = ids

    def filter(self, depth: int = 0) -> str:  # noqa: PLR0911 - a production of the grammar each
        pick, kind = self._source.choice, self._source.random()
        if depth < 3 and kind < 0.35:
            return f"({self.filter(depth + 1)} {pick(('and', 'or'))} {self.filter(depth + 1)})"
        if depth < 3 and kind < 0.45:
            return f"not ({self.filter(depth + 1)})"
        if kind < 0.6:
            return f"{pick((self._reference, f'{self._reference}.value'))} eq {json.dumps(pick(self._ids))}"
        if kind < 0.65:
            return f"{self._reference}[value eq {json.dumps(pick(self._ids))}]"
        if kind < 0.7:
            return f"id eq {json.dumps(pick(self._ids))}"
        if kind < 0.8 and "emails" in self._attributes:
            term = f"value {pick(STRING_OPERATORS)} {json.dumps(pick(self._attributes['emails']))}"
            return f"emails[type eq {json.dumps(pick(KINDS))} {pick(('and', 'or'))} {term}]"
        name = pick(tuple(self._attributes))
        if kind < 0.85:
            return f"{name} pr"
        return f"{name} {pick(STRING_OPERATORS)} {json.dumps(pick(self._attributes[name]))}"


async def _found(world: World, path: str, text: str) -> tuple[list[str], int]:
    status, _, page = await world.call("GET", path, filter=text, count=200, attributes="id")
    assert status == 200, (text, page)
    return sorted(found["id"] for found in page["Resources"]), page["totalResults"]


def _expected(text: str, resource_type, documents: dict[str, dict]) -> list[str]:
    matches = compile_filter(parse_filter(text), resource_type)
    return sorted(id_ for id_, document in documents.items() if matches(document))


async def _tenant(source: random.Random) -> tuple[World, list[str], list[str]]:
    """Two providers with users and groups; the ids of the first one's."""
    world = await World.on(FakeRows(page_rows=source.choice((3, 1000))))
    stranger = await world.provided(OKTA)
    users, groups = [], []
    for index in range(source.randint(5, 25)):
        owner = source.choice((world, world, stranger))
        emails = [
            {"value": f"{source.choice(NAMES)}@x.y", "type": kind}
            for kind in source.sample(KINDS, source.randint(0, 2))
        ]
        extra = {"externalId": source.choice(NAMES), "title": source.choice(NAMES), "emails": emails}
        id_ = await owner.created("/Users", user(f"{source.choice(NAMES)}{index}", **extra))
        users += [id_] if owner is world else []
    for index in range(source.randint(1, 6)):
        members = source.sample(users, source.randint(0, len(users)))
        extra = {"externalId": source.choice(NAMES)}
        groups.append(await world.created("/Groups", group(f"{source.choice(NAMES)}{index}", members, **extra)))
    return world, users, groups


@settings(max_examples=20)
@given(st.integers(min_value=0))
async def test_a_search_finds_exactly_what_looking_at_every_user_finds(seed):
    source = random.Random(seed)
    world, users, groups = await _tenant(source)
    documents = {}
    for id_ in users:
        _, _, documents[id_] = await world.call("GET", f"/Users/{id_}")
        _, _, roster = await world.call("GET", f"/Users/{id_}", attributes="groups")
        documents[id_]["groups"] = roster.get("groups", [])
    names = tuple(f"{name}{index}" for name in NAMES for index in (0, 3))
    attributes = {
        "userName": (*names, *NAMES), "externalId": NAMES, "title": NAMES,
        "emails": tuple(f"{name}@x.y" for name in NAMES), "emails.value": tuple(f"{name}@X.y" for name in NAMES),
        "emails.type": KINDS, "meta.created": ("2026-11-23T12:00:00Z", "2027-01-01T00:00:00Z"),
    }  # fmt: skip
    filters = Filters(source, attributes, "groups", [*groups, *users, "nobody"])
    for _ in range(FILTERS):
        text = filters.filter()
        if "meta.created" in text and any(f"meta.created {name}" in text for name in ("co", "sw", "ew")):
            continue  # instants have no parts
        expected = _expected(text, user_type(), documents)
        assert await _found(world, "/Users", text) == (expected, len(expected)), text


@settings(max_examples=20)
@given(st.integers(min_value=0))
async def test_a_search_finds_exactly_what_looking_at_every_group_finds(seed):
    source = random.Random(seed)
    world, users, groups = await _tenant(source)
    documents = {id_: (await world.call("GET", f"/Groups/{id_}")).json for id_ in groups}
    attributes = {"displayName": (*NAMES, *(f"{name}0" for name in NAMES)), "externalId": NAMES}
    filters = Filters(source, attributes, "members", [*users, *groups, "nobody"])
    for _ in range(FILTERS):
        text = filters.filter()
        expected = _expected(text, group_type(), documents)
        assert await _found(world, "/Groups", text) == (expected, len(expected)), text
