"""CPU of the SCIM engine, without HTTP and storage, beside scim2-models doing the same work in the same run.

Both get the same bytes and must give the same JSON; that is checked before anything is timed. What a service keeps of a
resource is its JSON text, so both start from that text where a resource is read; scim2-models is also timed with its
models kept in memory, which saves it the parsing. Its models are built once, and it is used as its documentation shows:
validation and serialization in the context of the operation, and the policies that Entra ID needs.
"""

import asyncio
import gc
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from statistics import median
from time import process_time_ns
from typing import Annotated, Any

from scim2_models import (
    URN,
    Context,
    EnterpriseUser,
    Extension,
    Group,
    ListResponse,
    Meta,
    PatchOp,
    Required,
    ScimPolicy,
    User,
)

from benchmarks.tables import duration, print_table
from scim.domain import users as domain
from scim.domain.groups import Member, MembershipChange
from scim.domain.providers import Provider
from scim.domain.resources import document_text
from scim.protocol.json_body import parse_json, require_object
from scim.protocol.messages import list_response
from scim.protocol.patching import apply_patch, parse_patch
from scim.protocol.projection import Projection
from scim.protocol.representation import represent
from scim.protocol.resources import parse_resource
from scim.schema.catalog import group_type, user_type
from scim.schema.urns import CORE_GROUP, NINJAONE_USER, PATCH_OP
from scim.schema.values import UnknownAttributes
from tests.fakes.rows import FakeRows
from tests.world import World, add_members, remove_members

SAMPLES = 41
SAMPLE_NANOSECONDS = 10_000_000
"""So much work in one sample, where one run does not take longer: short ones meet the same disturbances."""
PAGE = 100
LARGE = 100_000
BASE_URL = "https://rollcall.example/ws/scim/v2"
USER_ID = "0193a5c2-7d3e-7c41-9a4f-2b8e6d0c1f35"
VERSION = 'W/"0193a5c2"'
NOW = datetime(2026, 11, 23, 12, 30, 15, 250_000, tzinfo=UTC)
PROVIDER = Provider(id="entra", name="Entra")

NEW_USER = json.dumps(
    {
        "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
        ],
        "externalId": "aberg",
        "userName": "Anna.Berg@contoso.com",
        "active": True,
        "displayName": "Anna Berg",
        "title": "Technician",
        "preferredLanguage": "en-US",
        "emails": [{"primary": True, "type": "work", "value": "anna.berg@contoso.com"}],
        "phoneNumbers": [{"type": "work", "value": "+43 1 5550100"}],
        "meta": {"resourceType": "User"},
        "name": {"formatted": "Anna Berg", "givenName": "Anna", "familyName": "Berg"},
        "roles": [],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "Field", "employeeNumber": "7041"},
        NINJAONE_USER: {"organizationId": "12", "userType": "technician"},
    }
).encode()
FOUR_OPERATIONS = json.dumps(
    {
        "schemas": [PATCH_OP],
        "Operations": [
            {"op": "Replace", "path": "name.familyName", "value": "Lund"},
            {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "anna.lund@contoso.com"},
            {"op": "Replace", "path": f"{NINJAONE_USER}:organizationId", "value": "14"},
            {"op": "Replace", "path": "active", "value": False},
        ],
    }
).encode()


class NinjaOneUser(Extension):
    """The extension, as scim2-models has custom ones declared."""

    __schema__ = URN(NINJAONE_USER)
    organization_id: Annotated[str | None, Required.false] = None
    user_type: str | None = None


TheirUser = User[EnterpriseUser | NinjaOneUser]
TheirPatch = PatchOp[TheirUser]
TheirPage = ListResponse[TheirUser]
TheirGroupPatch = PatchOp[Group]
TOLERANT = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One piece of work, done by both.

    Attributes:
        name: What it is.
        ours: Does it once.
        theirs: Likewise.
        required: How many times faster ours must be; None where nothing is required.
    """

    name: str
    ours: Callable[[], object]
    theirs: Callable[[], object]
    required: int | None = None


def run() -> None:
    """Check, measure, print."""
    rows = []
    for comparison in comparisons():
        ours, theirs = measure(comparison.ours, comparison.theirs)
        rows.append(
            [
                comparison.name,
                duration(ours),
                duration(theirs),
                f"{theirs / ours:,.0f}",
                _verdict(comparison, theirs / ours),
            ]
        )
    print_table(["work", "Rollcall", "scim2-models", "times faster", "required"], rows)
    print_table(["a whole PATCH that adds a member, rows in memory", "Rollcall"], asyncio.run(whole_patches()))


def _verdict(comparison: Comparison, ratio: float) -> str:
    if comparison.required is None:
        return ""
    return f"{comparison.required}: {'met' if ratio >= comparison.required else 'NOT MET'}"


def comparisons() -> Iterator[Comparison]:
    """What is compared, after a look that both give the same."""
    _check_same(create(), their_create())
    yield Comparison("create a user", create, their_create, 10)

    text = create()
    stored = _stored(text)
    in_memory = _loaded(text)
    _check_same(patch(stored), their_patch(text))
    yield Comparison("PATCH of 4 operations", lambda: patch(stored), lambda: their_patch(text), 30)

    _check_same(read(stored), their_read(text))
    yield Comparison("read a user", lambda: read(stored), lambda: their_read(text), 50)
    yield Comparison("read a user, models in memory", lambda: read(stored), lambda: _dumped(in_memory))

    users = [_numbered(stored, number) for number in range(PAGE)]
    texts = [read(user) for user in users]
    models = [_loaded(text) for text in texts]
    _check_same(page(users), their_page([_loaded(text) for text in texts]))
    yield Comparison(
        f"a page of {PAGE} users", lambda: page(users), lambda: their_page([_loaded(text) for text in texts]), 100
    )
    yield Comparison(f"a page of {PAGE} users, models in memory", lambda: page(users), lambda: their_page(models))

    for size in (10, LARGE):
        group = _their_group(size)
        numbers = count(size)
        yield Comparison(
            f"add a member to a group of {size:,}",
            lambda numbers=numbers: add_member(_addition(next(numbers))),
            lambda numbers=numbers, group=group: their_add_member(group, _addition(next(numbers))),
        )


# Rollcall: what the operations do between the request's bytes and the reply's text.


def create() -> str:
    parsed = parse_resource(require_object(parse_json(NEW_USER)), user_type(), UnknownAttributes.IGNORE)
    return read(_user(domain.with_defaults(parsed.document)))


def patch(stored: domain.User) -> str:
    read_patch = parse_patch(require_object(parse_json(FOUR_OPERATIONS)), user_type(), UnknownAttributes.IGNORE)
    return read(_user(apply_patch(stored.document(), read_patch).document))


def read(stored: domain.User) -> str:
    return represent(stored, BASE_URL, Projection.parse(None, None, user_type()))


def page(users: Sequence[domain.User]) -> str:
    projection = Projection.parse(None, None, user_type())
    texts = [represent(user, BASE_URL, projection) for user in users]
    response = list_response(texts, total=len(texts), start_index=1)
    assert response.body is not None  # noqa: S101 - for the type
    return response.body


def add_member(body: bytes) -> MembershipChange:
    read_patch = parse_patch(require_object(parse_json(body)), group_type(), UnknownAttributes.IGNORE)
    members = read_patch.members
    assert members is not None  # noqa: S101 - for the type
    return MembershipChange(add=tuple(Member(id_, "User") for id_ in members.add), remove=tuple(members.remove))


async def whole_patches() -> list[tuple[str, str]]:
    """From token to reply, in a small group and in a large one; storage is a sorted list in this process."""
    world = await World.on(FakeRows())
    member = (await world.users(1))[0]
    groups = {size: await _group(world, size) for size in (10, LARGE)}
    spent: dict[int, list[int]] = {size: [] for size in groups}
    for _ in range(10 * SAMPLES):
        for size, group in groups.items():
            started = process_time_ns()
            await world.call("PATCH", f"/Groups/{group}", add_members(member))
            spent[size].append(process_time_ns() - started)
            await world.call("PATCH", f"/Groups/{group}", remove_members(member))
    return [(f"group of {size:,}", duration(median(times))) for size, times in spent.items()]


async def _group(world: World, size: int) -> str:
    """A group of so many."""
    group = await world.created("/Groups", {"displayName": f"Group of {size}"})
    for start in range(0, size, 5_000):
        ids = [_member_id(number) for number in range(start, min(size, start + 5_000))]
        change = MembershipChange(add=tuple(Member(id_, "User") for id_ in ids))
        await world.app.groups.change_members(world.provider.id, group, change, world.activity(group))
    return group


def _user(document: dict[str, Any]) -> domain.User:
    return domain.User(
        id=USER_ID,
        provider=PROVIDER.id,
        text=document_text(document),
        created=NOW,
        modified=NOW,
        version=VERSION,
        standing=domain.standing_of(document, PROVIDER, organization_exists=True),
    )


def _stored(text: str) -> domain.User:
    document = json.loads(text)
    del document["id"], document["meta"]
    return _user(document)


def _numbered(user: domain.User, number: int) -> domain.User:
    """One of many: another id, name and times."""
    document = {**user.document(), "userName": f"user.{number}@contoso.com"}
    created = NOW + timedelta(seconds=number)
    return replace(_user(document), id=_member_id(number), created=created, modified=created + timedelta(hours=number))


# scim2-models: validate, act, serialize.


def their_create() -> str:
    user = TheirUser.model_validate_json(NEW_USER, scim_ctx=Context.RESOURCE_CREATION_REQUEST, scim_policy=TOLERANT)
    user.id = USER_ID
    user.meta = _meta()
    return user.model_dump_json(scim_ctx=Context.RESOURCE_CREATION_RESPONSE)


def their_patch(text: str) -> str:
    operations = TheirPatch.model_validate_json(
        FOUR_OPERATIONS, scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=TOLERANT
    )
    user = _loaded(text)
    operations.patch(user, scim_policy=TOLERANT)
    return user.model_dump_json(scim_ctx=Context.RESOURCE_PATCH_RESPONSE)


def their_read(text: str) -> str:
    return _dumped(_loaded(text))


def their_page(models: list[Any]) -> str:
    listed = TheirPage(total_results=len(models), start_index=1, items_per_page=len(models), resources=models)
    return listed.model_dump_json(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)


def their_add_member(group: Group, body: bytes) -> None:
    operations = TheirGroupPatch.model_validate_json(
        body, scim_ctx=Context.RESOURCE_PATCH_REQUEST, scim_policy=TOLERANT
    )
    operations.patch(group, scim_policy=TOLERANT)


def _loaded(text: str) -> Any:
    return TheirUser.model_validate_json(text)


def _dumped(user: Any) -> str:
    dumped: str = user.model_dump_json(scim_ctx=Context.RESOURCE_QUERY_RESPONSE)
    return dumped


def _meta() -> Meta:
    location = f"{BASE_URL}/Users/{USER_ID}"
    return Meta(resource_type="User", created=NOW, last_modified=NOW, location=location, version=VERSION)


def _their_group(size: int) -> Group:
    members = [{"value": _member_id(number)} for number in range(size)]
    return Group.model_validate({"schemas": [CORE_GROUP], "displayName": "Everybody", "members": members})


def _member_id(number: int) -> str:
    return f"0193a5c2-7d3e-7c41-9a4f-{number:012x}"


def _addition(number: int) -> bytes:
    operation = {"op": "Add", "path": "members", "value": [{"value": _member_id(number)}]}
    return json.dumps({"schemas": [PATCH_OP], "Operations": [operation]}).encode()


# Measuring.


def measure(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Median CPU of one run of each, in nanoseconds; samples of the two alternate."""
    with _without_collector():
        loops = [_loops(work) for work in (ours, theirs)]
        samples: tuple[list[float], list[float]] = ([], [])
        for _ in range(SAMPLES if loops[1] > 1 else 5):
            gc.collect()
            for work, number, taken in zip((ours, theirs), loops, samples, strict=True):
                taken.append(_spent(work, number) / number)
    return median(samples[0]), median(samples[1])


def _loops(work: Callable[[], object]) -> int:
    """How often to run it in one sample."""
    number = 1
    while (spent := _spent(work, number)) < SAMPLE_NANOSECONDS / 4:
        number *= 4
    return max(1, round(number * SAMPLE_NANOSECONDS / spent))


def _spent(work: Callable[[], object], number: int) -> int:
    started = process_time_ns()
    for _ in range(number):
        work()
    return process_time_ns() - started


@contextmanager
def _without_collector() -> Iterator[None]:
    """Keep the garbage collector from running in one sample and not in another."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _check_same(ours: str, theirs: str) -> None:
    """Both replies mean the same; attributes may come in another order, times in another spelling."""
    one, other = _comparable(json.loads(ours)), _comparable(json.loads(theirs))
    if one != other:
        raise AssertionError(f"not the same work:\n{one}\n{other}")


def _comparable(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _comparable(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_comparable(item) for item in value]
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) and value[:4].isdecimal() else value
    except ValueError:
        return value
