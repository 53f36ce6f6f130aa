"""The guides for administrators tell the truth.

What is checked follows from how the guides are written:

* a table with the column "Rollcall's sentence" quotes `detail` word for word, with {placeholders};
* a table with a column "… attribute of Rollcall" names targets of mappings;
* a table with a column "`organizationId` sent" (or `userType`, `active`) gives examples, and the status they earn;
* an `http` block is a request, and the "Rollcall answers `…`" nearest to it the status of its reply.
"""

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl

import pytest

from scim.domain.filtering.grammar import parse_path
from scim.domain.filtering.resolution import resolve
from scim.domain.providers import AdoptionPolicy, Policies, Provider
from scim.domain.resources import document_text
from scim.domain.tokens import MAX_LIVE_TOKENS, expiry_of
from scim.domain.users import User, standing_of
from scim.errors import InvalidPath
from scim.operations import dispatch
from scim.schema.catalog import group_type, user_type
from scim.schema.urns import NINJAONE_USER
from scim.schema.values import UnknownAttributes
from scim.storage.tables.rows import Merge
from tests.fakes.rows import FakeRows, Fault, FaultyRows, fail_before
from tests.world import OKTA, Reply, World, add_members, group, patch, user

FOLDER = Path(__file__).parents[2] / "docs" / "interop"
GUIDES = {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.md"))}

NAME = "anna@contoso.com"
FILLED = {
    "userName": NAME,
    "displayName": "Help desk",
    "organizationId": "99",
    "attribute": "shoeSize",
    "member id": "nobody",
    "time": "2027-05-23T12:00:00.000Z",
    "bytes": "1,048,577",
    "limit": "1,048,576",
    "reference": "",  # another one at each request
}
"""What the provocations below make of the placeholders."""


# --- reading the guides ---


def prose(guide: str) -> str:
    """A guide without its code blocks."""
    return re.sub(r"^ *```.*?^ *```", "", GUIDES[guide], flags=re.DOTALL | re.MULTILINE)


def sections(guide: str) -> dict[str, str]:
    """The text below each heading, up to the next one, by the heading's anchor."""
    _, *parts = re.split(r"^#+ (.+)$", prose(guide), flags=re.MULTILINE)
    return {anchor(heading): text for heading, text in zip(parts[::2], parts[1::2], strict=True)}


def anchor(heading: str) -> str:
    """The anchor that Markdown gives to a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def steps(text: str) -> list[int]:
    """The numbers of the steps of a section."""
    return [int(number) for number in re.findall(r"^(\d+)\. ", text, flags=re.MULTILINE)]


def tables(guide: str) -> Iterator[list[dict[str, str]]]:
    """The tables of a guide: rows by the names of their columns."""
    for block in re.findall(r"(?:^ *\|.*\n)+", prose(guide), flags=re.MULTILINE):
        header, _, *rows = [[cell.strip() for cell in line.strip()[1:-1].split(" |")] for line in block.splitlines()]
        yield [dict(zip(header, row, strict=True)) for row in rows]


def code(cell: str) -> str:
    """The text between a cell's first pair of backticks."""
    found = re.search(r"`([^`]+)`", cell)
    assert found, f"no code in {cell!r}"
    return found[1]


class Sentence(NamedTuple):
    """A quoted `detail`, and the status it comes with."""

    guide: str
    text: str
    status: int


class Target(NamedTuple):
    """The target of a mapping."""

    guide: str
    resource_type: str
    path: str


class Example(NamedTuple):
    """A value that a mapping may send, and the status it earns."""

    guide: str
    attribute: str
    value: str
    status: int


class Sample(NamedTuple):
    """A request of a guide."""

    method: str
    target: str
    body: str
    status: int


def quoted() -> list[Sentence]:
    """The quoted sentences of all guides, each once."""
    rows = [(guide, row) for guide in GUIDES for table in tables(guide) for row in table]
    found = [
        Sentence(guide, code(row["Rollcall's sentence"]), int(code(row["Status"])))
        for guide, row in rows
        if "Rollcall's sentence" in row
    ]
    return list(dict.fromkeys(found))


def targets() -> list[Target]:
    """The targets in tables of mappings, and every attribute that is named with its URN."""
    found = [
        Target(guide, resource_type, code(row[f"{resource_type} attribute of Rollcall"]))
        for guide in GUIDES
        for resource_type in ("User", "Group")
        for table in tables(guide)
        for row in table
        if f"{resource_type} attribute of Rollcall" in row
    ]
    for guide, text in GUIDES.items():
        found += [Target(guide, "User", path) for path in re.findall(r"urn:[\w:.]+:User:\w+", text)]
    return list(dict.fromkeys(found))


def examples() -> list[Example]:
    """The examples of what expressions send."""
    return [
        Example(guide, attribute, code(sent) if "`" in (sent := row[f"`{attribute}` sent"]) else "", int(answer[:3]))
        for guide in GUIDES
        for attribute in ("organizationId", "userType", "active")
        for table in tables(guide)
        for row in table
        if f"`{attribute}` sent" in row
        for answer in [row["Rollcall answers"].lstrip("`")]
    ]


_SAMPLE = re.compile(r"^ *```http\n *(\w+) (/\S*[^\n]*)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
_ANSWER = re.compile(r"Rollcall answers `(\d{3})`")
_PLACEHOLDER = re.compile(r"\{([a-zA-Z][\w ]*)\}")


def samples(guide: str) -> list[Sample]:
    """The requests of a guide, in their order.

    A POST, PUT or PATCH is announced with its status; the status of a GET follows it.
    """
    text, found = GUIDES[guide], []
    for match in _SAMPLE.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        near = after.lstrip().split("\n", 1)[0] if match[1] == "GET" else before.rstrip().rsplit("\n\n", 1)[-1]
        statuses = _ANSWER.findall(near)
        assert len(statuses) == 1, f"{match[1]} {match[2]}: no status, or several, in {near!r}"
        found.append(Sample(match[1], match[2], match[3].strip(), int(statuses[0])))
    return found


# --- form ---


@pytest.mark.parametrize("guide", GUIDES)
def test_steps_are_numbered_without_gaps(guide):
    """R122, AMB-3."""
    lists = {name: numbers for name, text in sections(guide).items() if (numbers := steps(text))}
    assert len(lists) >= 5
    assert {name: list(range(1, len(numbers) + 1)) for name, numbers in lists.items()} == lists


@pytest.mark.parametrize("guide", GUIDES)
def test_references_lead_to_a_section_and_to_a_step_of_it(guide):
    named = sections(guide)
    assert not [target for target in re.findall(r"\]\(#([^)]+)\)", GUIDES[guide]) if target not in named]
    for number, target in re.findall(r"step (\d+) of \[[^\]]+\]\(#([^)]+)\)", GUIDES[guide]):
        assert int(number) in steps(named[target])


@pytest.mark.parametrize("guide", GUIDES)
def test_every_link_of_a_guide_within_the_project_leads_somewhere(guide):
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", GUIDES[guide])
    assert links
    assert not [link for link in links if not (FOLDER / link).exists()]


def test_the_step_that_makes_technicians_possible_is_the_one_referred_to():
    """AMB-3: a guide that points at the wrong step makes everybody an end user."""
    text = sections("entra")["map-the-attributes-of-users"]
    step = re.search(rf"^(\d+)\. (?:(?!^\d).)*{NINJAONE_USER}:userType", text, flags=re.DOTALL | re.MULTILINE)
    assert step
    assert f"step {step[1]} of [Map the attributes of users]" in sections("entra")["map-the-type-of-user"]


# --- mappings ---


@pytest.mark.parametrize("target", targets(), ids=lambda target: f"{target.guide}: {target.path}")
def test_targets_of_mappings_are_attributes(target):
    """R042-R047, R064, R073, AMB-4."""
    resource_type = {"User": user_type, "Group": group_type}[target.resource_type]()
    assert resolve(parse_path(target.path).attribute, resource_type, InvalidPath)


@pytest.mark.parametrize("guide", GUIDES)
def test_both_attributes_of_the_extension_are_explained(guide):
    assert {f"{NINJAONE_USER}:organizationId", f"{NINJAONE_USER}:userType"} <= {
        target.path for target in targets() if target.guide == guide
    }


@pytest.mark.parametrize("example", examples(), ids=lambda each: f"{each.guide}: {each.attribute}={each.value}")
async def test_what_an_expression_sends_is_answered_as_the_guide_says(example):
    """R057, R063, R072, AMB-6."""
    world = await World.on(FakeRows())
    body = user(NAME)
    owner = body if example.attribute == "active" else body[NINJAONE_USER]
    owner[example.attribute] = example.value

    status, _, reply = await world.call("POST", "/Users", body)

    assert status == example.status, reply


@pytest.mark.parametrize("guide", GUIDES)
async def test_requests_of_a_guide_are_answered_as_it_says(guide):
    world, known = await World.on(FakeRows(), OKTA if guide == "okta" else Provider(id="entra", name="Entra")), {}
    assert len(samples(guide)) >= 6

    for sample in samples(guide):
        target, body = (_with_ids(text, known) for text in (sample.target, sample.body))
        path, _, query = target.removeprefix("/ws/scim/v2").partition("?")
        sent = json.loads(body) if body else None
        status, _, reply = await world.call(sample.method, path, sent, **dict(parse_qsl(query)))

        assert status == sample.status, f"{sample.method} {path}: {reply}"
        if sample.method == "POST":
            known["user id" if path == "/Users" else "group id"] = reply["id"]


def _with_ids(text: str, known: dict[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: known[found[1]], text)


# --- refusals ---

type Provocation = Callable[[World], Awaitable[Reply]]

_PROVOCATIONS: dict[str, list[Provocation]] = {}


def provokes(sentence: str) -> Callable[[Provocation], Provocation]:
    """Say what a function provokes; one sentence may have several causes."""

    def register(provocation: Provocation) -> Provocation:
        _PROVOCATIONS.setdefault(sentence, []).append(provocation)
        return provocation

    return register


@pytest.mark.parametrize("sentence", quoted(), ids=lambda each: f"{each.guide}: {each.text[:60]}")
async def test_quoted_sentences_are_what_rollcall_says(sentence):
    assert sentence.text in _PROVOCATIONS, "write a provocation for it, or correct the guide"
    for provoke in _PROVOCATIONS[sentence.text]:
        reply = await provoke(await World.on(FakeRows()))
        said = re.sub(r"(?<=Reference )[\w-]+(?=\.)", "", reply.json["detail"])
        assert (said, reply.status) == (_filled(sentence.text), sentence.status)


def test_every_provocation_is_quoted_in_some_guide():
    assert set(_PROVOCATIONS) == {sentence.text for sentence in quoted()}


def _filled(text: str) -> str:
    return _PLACEHOLDER.sub(lambda found: FILLED[found[1]], text)


async def _strict(world: World) -> World:
    """The world, called by a provider that refuses what is unknown."""
    policies = Policies(unknown_attributes=UnknownAttributes.REJECT)
    return await world.provided(Provider(id="strict", name="Strict", policies=policies))


async def _administrator(world: World) -> str:
    """A SCIM-managed technician who is the only system administrator."""
    document = {**user(NAME), "active": True, NINJAONE_USER: {"userType": "technician"}}
    now = world.clock.now()
    account = User(
        id=world.app.services.identifiers.new(),
        provider=world.provider.id,
        text=document_text(document),
        created=now,
        modified=now,
        standing=standing_of(document, world.provider, organization_exists=True),
        administrator=True,
    )
    return (await world.app.users.create(account, world.activity(account.id))).id


async def _with_fault(world: World, fault: Fault) -> Reply:
    """A request that meets a fault of the directory."""
    broken = await world.instance(
        FaultyRows(world.rows, lambda call: fault if call.table == "directory" else None)  # the token is still known
    )
    return await broken.call("GET", "/Users", filter=f'userName eq "{NAME}"')


@provokes("Bearer token missing or not recognised.")
async def _no_token(world):
    return await world.call("GET", "/Users", headers={"Authorization": ""})


@provokes("Bearer token missing or not recognised.")
async def _mistyped_token(world):
    return await world.call("GET", "/Users", headers={"Authorization": f"Bearer {world.token[:-1]}"})


@provokes("Bearer token missing or not recognised.")
async def _token_without_bearer(world):
    return await world.call("GET", "/Users", headers={"Authorization": world.token})


@provokes("The SCIM token was revoked. Generate a new one in the console.")
async def _revoked_token(world):
    token_id = world.token.split("_")[1]
    await world.rows.batch("config", "tok", [Merge(token_id, {"state": "revoked"})])
    world.clock.advance(seconds=30)
    return await world.call("GET", "/Users")


@provokes("The SCIM token expired on {time}. Generate a new one in the console.")
async def _expired_token(world):
    world.clock.moment = datetime(2027, 5, 23, 12, 0, tzinfo=UTC)  # six calendar months after the world's beginning
    return await world.call("GET", "/Users")


@provokes("SCIM provisioning is disabled for this provider. Enable it in the console.")
async def _disabled_provider(world):
    return await (await world.provided(replace(OKTA, scim_enabled=False))).call("GET", "/Users")


@provokes("There is no such SCIM endpoint.")
async def _wrong_url(world):
    return await world.call("GET", "/v2/Users")


@provokes("There is no user with this id.")
async def _deleted_user(world):
    anna = await world.created("/Users", user(NAME))
    await world.call("DELETE", f"/Users/{anna}")
    return await world.call("PATCH", f"/Users/{anna}", patch(("Replace", "active", "True")))


@provokes("There is no user with this id.")
async def _url_that_ends_in_users(world):
    return await world.call("GET", "/Users/Users", filter=f'userName eq "{NAME}"')


@provokes("There is no group with this id.")
async def _deleted_group(world):
    desk = await world.created("/Groups", group("Help desk"))
    await world.call("DELETE", f"/Groups/{desk}")
    return await world.call("PATCH", f"/Groups/{desk}", patch(("Replace", "displayName", "Service desk")))


@provokes(
    'organizationId is required for end users: map it to an organization ID or to "All" '
    f"(attribute {NINJAONE_USER}:organizationId)."
)
async def _no_organization(world):
    return await world.call("POST", "/Users", {"userName": NAME})


@provokes('organizationId "{organizationId}" does not match an organization. Send an organization ID or "All".')
async def _unknown_organization(world):
    return await world.call("POST", "/Users", user(NAME, "99"))


@provokes('userType must be "endUser" or "technician".')
async def _unknown_user_type(world):
    return await world.call("POST", "/Users", user(NAME, **{NINJAONE_USER: {"userType": "User"}}))


@provokes('"active" must be true or false.')
async def _neither_true_nor_false(world):
    return await world.call("POST", "/Users", user(NAME, active="Enabled"))


@provokes('"userName" is required and has no value.')
async def _no_name(world):
    return await world.call("POST", "/Users", user(""))


@provokes('"userName" begins or ends with a space; remove it.')
async def _name_with_a_space(world):
    return await world.call("POST", "/Users", user(f"{NAME} "))


@provokes('"userName" contains characters that cannot be seen; remove them.')
async def _name_with_a_zero_width_space(world):
    return await world.call("POST", "/Users", user("an\u200bna@contoso.com"))


@provokes("User has no attribute {attribute}.")
async def _unknown_matching_attribute(world):
    return await world.call("GET", "/Users", filter=f'shoeSize eq "{NAME}"')


@provokes('"{attribute}" is not an attribute that this service knows; remove it from the attribute mapping.')
async def _unknown_attribute(world):
    return await (await _strict(world)).call("POST", "/Users", user(NAME, shoeSize="44"))


@provokes("No user or group here has the member id {member id}.")
async def _unknown_member(world):
    strict = await _strict(world)
    desk = await strict.created("/Groups", group("Help desk"))
    return await strict.call("PATCH", f"/Groups/{desk}", add_members("nobody"))


@provokes('A user with userName "{userName}" already exists.')
async def _taken_name(world):
    await world.created("/Users", user(NAME))
    return await world.call("POST", "/Users", user(NAME))


@provokes('"{userName}" is managed by another identity provider.')
async def _name_of_another_provider(world):
    await world.created("/Users", user(NAME))
    return await (await world.provided(OKTA)).call("POST", "/Users", user(NAME))


@provokes('"{userName}" is a native account here.')
async def _native_account_of_another_domain(world):
    await world.native(NAME)
    return await (await world.provided(OKTA)).call("POST", "/Users", user(NAME))


@provokes('"{userName}" is a native account here.')
async def _native_account_never_adopted(world):
    await world.native(NAME)
    never = replace(OKTA, policies=Policies(adoption=AdoptionPolicy.NEVER))
    return await (await world.provided(never)).call("POST", "/Users", user(NAME))


@provokes('"{userName}" is a native account here. An administrator can hand it over in the console.')
async def _native_account_to_be_asked_for(world):
    await world.native(NAME)
    asking = replace(OKTA, policies=Policies(adoption=AdoptionPolicy.ASK))
    return await (await world.provided(asking)).call("POST", "/Users", user(NAME))


@provokes('A group with displayName "{displayName}" already exists.')
async def _taken_group_name(world):
    await world.created("/Groups", group("HELP DESK"))
    return await world.call("POST", "/Groups", group("Help desk"))


@provokes("A system administrator cannot become an end user. Remove the role in the console first.")
async def _administrator_becomes_end_user(world):
    boss = await _administrator(world)
    extension = {"userType": "endUser", "organizationId": "12"}
    return await world.call("PUT", f"/Users/{boss}", user(NAME, **{NINJAONE_USER: extension}))


@provokes("The last active system administrator cannot be deactivated.")
async def _last_administrator_deactivated(world):
    return await world.call("PATCH", f"/Users/{await _administrator(world)}", patch(("Replace", "active", "False")))


@provokes("The last active system administrator cannot be deleted.")
async def _last_administrator_deleted(world):
    return await world.call("DELETE", f"/Users/{await _administrator(world)}")


@provokes("This account is managed in the console; deleting it there is an administrator's decision.")
async def _native_account_deleted(world):
    return await world.call("DELETE", f"/Users/{(await world.native(NAME)).id}")


@provokes("The body has {bytes} bytes; at most {limit} are accepted.")
async def _body_too_large(world):
    return await world.call("POST", "/Users", b" " * (1024 * 1024 + 1))


@provokes("A part of this service is not reachable.")
async def _storage_down(world):
    return await _with_fault(world, fail_before)


@provokes("This took too long. Send the request again.")
async def _storage_hangs(world):
    async def stall(_call):
        raise TimeoutError  # as the deadline of a request does

    return await _with_fault(world, stall)


@provokes("Something failed here, not in your identity provider. Reference {reference}.")
async def _fault_of_our_own(world):
    async def fail(_call):
        raise RuntimeError("fault")

    return await _with_fault(world, fail)


@pytest.mark.parametrize("guide", GUIDES)
def test_the_figures_of_a_guide_are_those_of_the_code(guide):
    text = prose(guide)
    assert f"not ready within {dispatch.DEADLINE_SECONDS:.0f} seconds" in text
    assert "A provider can have two live tokens" in text
    assert MAX_LIVE_TOKENS == 2
    assert "generated on 31 August at 09:00 expires on 28 February at 09:00 (on the 29th in a leap year)" in text
    assert expiry_of(datetime(2026, 8, 31, 9, tzinfo=UTC)) == datetime(2027, 2, 28, 9, tzinfo=UTC)
    assert expiry_of(datetime(2027, 8, 31, 9, tzinfo=UTC)) == datetime(2028, 2, 29, 9, tzinfo=UTC)
