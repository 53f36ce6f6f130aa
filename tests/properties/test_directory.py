"""Whatever providers do, in whatever order, through whichever process: the directory is what a dictionary would be."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scim.domain.providers import NATIVE
from scim.schema.comparison import comparison_key
from scim.schema.urns import NINJAONE_USER
from tests.fakes.rows import FakeRows
from tests.invariants import directory, kinds, violations
from tests.world import OKTA, Reply, World, add_members, group, patch, remove_members, user

NAMES = (
    "anna@contoso.com",
    "ANNA@contoso.com",
    "straße@contoso.com",
    "STRASSE@contoso.com",
    "o'brien#EXT#@fabrikam.com",
    "bert/x?y|z%=@fabrikam.com",
    "nobody's domain",
    "x" * 500,
    "x" * 500 + "y",
)
EXTERNAL_IDS = (None, "e", "E", "a|b")
ADDRESSES = ("a@x.y", "A@X.Y", "bb@x.y")
DOMAINS = {"entra": "contoso.com", "okta": "fabrikam.com"}

type Step = tuple[str, int, int, int, int, list[int]]
"""What to do, who does it, through which process, to whom, with which value, and with which members."""


@dataclass
class Entry:
    """A user or group as it should be."""

    owner: str
    document: dict[str, Any]
    members: set[str] = field(default_factory=set)


class Model:
    """The directory as dictionaries, and the rules as plain code."""

    def __init__(self) -> None:
        self.users: dict[str, Entry] = {}
        self.groups: dict[str, Entry] = {}
        self.changes = 0

    def user_named(self, name: str) -> str | None:
        return _named(self.users, "userName", name, lambda _: True)

    def group_named(self, owner: str, name: str) -> str | None:
        return _named(self.groups, "displayName", name, lambda entry: entry.owner == owner)

    def visible_user(self, provider: str, id_: str) -> Entry | None:
        entry = self.users.get(id_)
        if entry is None or entry.owner == provider:
            return entry
        domain = entry.document["userName"].rpartition("@")[2]
        return entry if entry.owner == NATIVE and domain == DOMAINS[provider] else None

    def owned_group(self, provider: str, id_: str) -> Entry | None:
        entry = self.groups.get(id_)
        return entry if entry is not None and entry.owner == provider else None

    def admitted(self, provider: str, ids: list[str], group_id: str = "") -> set[str]:
        both = {**self.users, **self.groups}
        return {id_ for id_ in ids if id_ in both and both[id_].owner == provider and id_ != group_id}

    def forget(self, id_: str) -> None:
        for entry in self.groups.values():
            entry.members.discard(id_)


def _named(entries: dict[str, Entry], attribute: str, name: str, counts: Callable[[Entry], bool]) -> str | None:
    for id_, entry in entries.items():
        if counts(entry) and comparison_key(entry.document[attribute]) == comparison_key(name):
            return id_
    return None


class Player:
    """Does steps in the world and in the model, and compares what comes of them."""

    def __init__(self, worlds: list[list[World]]) -> None:
        self.worlds = worlds
        self.model = Model()
        self.ids: list[str] = ["00000000-0000-7000-8000-000000000000", "no id"]

    async def play(self, step: Step) -> None:
        what, provider, process, whom, value, members = step
        world = self.worlds[provider % 2][process % 2]
        id_ = self.ids[whom % len(self.ids)]
        named = [self.ids[index % len(self.ids)] for index in members]
        before = self.model.changes
        await getattr(self, what)(world, id_, value, named)
        assert kinds(await directory(world.rows))["a"] == self.model.changes + 1, step  # and the first native account
        assert before <= self.model.changes <= before + 1

    # Users

    async def create_user(self, world: World, _id: str, value: int, _members: list[str]) -> None:
        body = user_body(value)
        reply = await world.call("POST", "/Users", body)
        if self.model.user_named(body["userName"]) is not None:
            assert (reply.status, reply.json["scimType"]) == (409, "uniqueness")
            return
        assert reply.status == 201, reply
        self.model.users[reply.json["id"]] = Entry(world.provider.id, {"active": True, **body})
        self._took(reply.json["id"])

    async def create_native(self, world: World, _id: str, value: int, _members: list[str]) -> None:
        name = NAMES[value % len(NAMES)]
        if self.model.user_named(name) is None:
            account = await world.native(name)
            self.model.users[account.id] = Entry(NATIVE, {"active": True, **user(name)})
            self._took(account.id)

    async def replace_user(self, world: World, id_: str, value: int, _members: list[str]) -> None:
        body = user_body(value)
        reply = await world.call("PUT", f"/Users/{id_}", body)
        entry = self.model.visible_user(world.provider.id, id_)
        if entry is None:
            assert reply.status == 404
        else:
            self._updated(world, id_, entry, {"active": entry.document["active"], **body}, reply)

    async def modify_user(self, world: World, id_: str, value: int, _members: list[str]) -> None:
        changes = user_body(value)
        changes.pop(NINJAONE_USER)
        changes["active"] = value % 3 != 0
        if value % 2:
            changes.pop("userName")
        operations = [("replace", name, changed) for name, changed in changes.items()]
        reply = await world.call("PATCH", f"/Users/{id_}", patch(*operations))
        entry = self.model.visible_user(world.provider.id, id_)
        if entry is None:
            assert reply.status == 404
        else:
            self._updated(world, id_, entry, {**entry.document, **changes}, reply)

    def _updated(self, world: World, id_: str, entry: Entry, document: dict[str, Any], reply: Reply) -> None:
        if self.model.user_named(document["userName"]) not in {None, id_}:
            assert (reply.status, reply.json["scimType"]) == (409, "uniqueness")
            return
        assert reply.status == 200, reply
        changed = document != entry.document or entry.owner != world.provider.id
        self.model.users[id_] = Entry(world.provider.id, document)
        self.model.changes += changed

    async def delete_user(self, world: World, id_: str, _value: int, _members: list[str]) -> None:
        reply = await world.call("DELETE", f"/Users/{id_}")
        entry = self.model.visible_user(world.provider.id, id_)
        if entry is None:
            assert reply.status == 404
        elif entry.owner == NATIVE:
            assert reply.status == 403
        else:
            assert reply.status == 204
            del self.model.users[id_]
            self.model.forget(id_)
            self.model.changes += 1

    # Groups

    async def create_group(self, world: World, _id: str, value: int, members: list[str]) -> None:
        body = group_body(value, members)
        reply = await world.call("POST", "/Groups", body)
        if self.model.group_named(world.provider.id, body["displayName"]) is not None:
            assert (reply.status, reply.json["scimType"]) == (409, "uniqueness")
            return
        assert reply.status == 201, reply
        ids = self.model.admitted(world.provider.id, members)
        self.model.groups[reply.json["id"]] = Entry(world.provider.id, without_members(body), ids)
        self._took(reply.json["id"])

    async def replace_group(self, world: World, id_: str, value: int, members: list[str]) -> None:
        body = group_body(value, members)
        reply = await world.call("PUT", f"/Groups/{id_}", body)
        entry = self.model.owned_group(world.provider.id, id_)
        if entry is None:
            assert reply.status == 404
            return
        if self.model.group_named(world.provider.id, body["displayName"]) not in {None, id_}:
            assert reply.status == 409
            return
        assert reply.status == 200, reply
        self._regrouped(id_, entry, without_members(body), self.model.admitted(world.provider.id, members, id_))

    async def add(self, world: World, id_: str, value: int, members: list[str]) -> None:
        entry = self.model.owned_group(world.provider.id, id_)
        reply = await world.call("PATCH", f"/Groups/{id_}", add_members(*members, *members[value % 2 :]))
        if entry is None:
            assert reply.status == 404
            return
        assert reply.status == 204, reply
        ids = self.model.admitted(world.provider.id, members, id_)
        self._regrouped(id_, entry, entry.document, entry.members | ids)

    async def remove(self, world: World, id_: str, value: int, members: list[str]) -> None:
        body = remove_members(*members)
        if value % 3 == 0:
            body = patch(*(("remove", f'members[value eq "{member}"]', None) for member in members))
        reply = await world.call("PATCH", f"/Groups/{id_}", body)
        entry = self.model.owned_group(world.provider.id, id_)
        if entry is None:
            assert reply.status == 404
            return
        assert reply.status == 204, reply
        self._regrouped(id_, entry, entry.document, entry.members - set(members))

    async def rename_and_add(self, world: World, id_: str, value: int, members: list[str]) -> None:
        name = NAMES[value % len(NAMES)]
        operations = patch(("replace", "displayName", name))["Operations"] + add_members(*members)["Operations"]
        reply = await world.call("PATCH", f"/Groups/{id_}", {"Operations": operations})
        entry = self.model.owned_group(world.provider.id, id_)
        if entry is None:
            assert reply.status == 404
            return
        if self.model.group_named(world.provider.id, name) not in {None, id_}:
            assert reply.status == 409
            return
        assert reply.status == 204, reply
        ids = self.model.admitted(world.provider.id, members, id_)
        self._regrouped(id_, entry, {**entry.document, "displayName": name}, entry.members | ids)

    async def delete_group(self, world: World, id_: str, _value: int, _members: list[str]) -> None:
        reply = await world.call("DELETE", f"/Groups/{id_}")
        if self.model.owned_group(world.provider.id, id_) is None:
            assert reply.status == 404
            return
        assert reply.status == 204
        del self.model.groups[id_]
        self.model.forget(id_)
        self.model.changes += 1

    def _regrouped(self, id_: str, entry: Entry, document: dict[str, Any], members: set[str]) -> None:
        self.model.changes += document != entry.document or members != entry.members
        self.model.groups[id_] = Entry(entry.owner, document, members)

    async def sweep(self, world: World, _id: str, _value: int, _members: list[str]) -> None:
        await world.app.jobs.run_due(world.clock.advance(minutes=7))

    def _took(self, id_: str) -> None:
        self.ids.append(id_)
        self.model.changes += 1

    # The end

    async def compare(self) -> None:
        """Every resource is as in the model, found by all that it is called, and nothing else is there."""
        for processes in self.worlds:
            for world in processes:
                await self._compare_users(world)
                await self._compare_groups(world)

    async def _compare_users(self, world: World) -> None:
        provider = world.provider.id
        expected = {id_: entry.document for id_, entry in self.model.users.items() if entry.owner == provider}
        listed = await world.call("GET", "/Users", attributes="userName,groups,active,title,externalId,emails")
        assert listed.json["totalResults"] == len(expected)
        assert {each["id"]: plain(each) for each in listed.json["Resources"]} == {
            id_: {key: value for key, value in document.items() if key != NINJAONE_USER}
            for id_, document in expected.items()
        }
        for each in listed.json["Resources"]:
            groups = {id_ for id_, entry in self.model.groups.items() if each["id"] in entry.members}
            assert {reference["value"] for reference in each.get("groups", ())} == groups
        for id_ in self.ids:
            entry = self.model.visible_user(provider, id_)
            reply = await world.call("GET", f"/Users/{id_}")
            assert (plain(reply.json) if reply.status == 200 else None) == (entry and entry.document)
        for name in NAMES:
            holder = self.model.user_named(name)
            visible = holder is not None and self.model.visible_user(provider, holder)
            assert await found(world, "/Users", f'userName eq "{name}"') == ({holder} if visible else set())
        for external_id in EXTERNAL_IDS[1:]:
            ids = {id_ for id_, document in expected.items() if document.get("externalId") == external_id}
            assert await found(world, "/Users", f'externalId eq "{external_id}"') == ids
        for address in ADDRESSES:
            ids = {
                id_
                for id_, document in expected.items()
                if any(comparison_key(email["value"]) == address.lower() for email in document.get("emails", ()))
            }
            assert await found(world, "/Users", f'emails.value eq "{address}"') == ids

    async def _compare_groups(self, world: World) -> None:
        expected = {id_: entry for id_, entry in self.model.groups.items() if entry.owner == world.provider.id}
        listed = await world.call("GET", "/Groups")
        assert listed.json["totalResults"] == len(expected)
        assert {
            each["id"]: (without_members(plain(each)), {member["value"] for member in each.get("members", ())})
            for each in listed.json["Resources"]
        } == {id_: (entry.document, entry.members) for id_, entry in expected.items()}
        for id_ in self.ids:
            reply = await world.call("GET", f"/Groups/{id_}")
            assert reply.status == (200 if id_ in expected else 404)
            ids = {group_id for group_id, entry in expected.items() if id_ in entry.members}
            assert await found(world, "/Groups", f'members.value eq "{id_}"') == ids
            users = expected[id_].members & self.model.users.keys() if id_ in expected else set()
            assert await found(world, "/Users", f'groups.value eq "{id_}"') == users
        for name in NAMES:
            holder = self.model.group_named(world.provider.id, name)
            assert await found(world, "/Groups", f'displayName eq "{name}"') == ({holder} if holder else set())


def user_body(value: int) -> dict[str, Any]:
    """One of many bodies."""
    attributes: dict[str, Any] = {"title": f"T{value % 4}"}
    if external_id := EXTERNAL_IDS[value // 3 % 4]:
        attributes["externalId"] = external_id
    if addresses := ADDRESSES[: value // 5 % 4]:
        attributes["emails"] = [
            {"value": address, "type": kind} for address, kind in zip(addresses, "who", strict=False)
        ]
    return user(NAMES[value % len(NAMES)], "12" if value % 5 else "All", **attributes)


def group_body(value: int, members: list[str]) -> dict[str, Any]:
    external_id = EXTERNAL_IDS[value // 3 % 4]
    return group(NAMES[value % len(NAMES)], members, **({"externalId": external_id} if external_id else {}))


def plain(resource: dict[str, Any]) -> dict[str, Any]:
    """What a client wrote of a resource."""
    return {name: value for name, value in resource.items() if name not in {"id", "meta", "schemas", "groups"}}


def without_members(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "members"}


async def found(world: World, endpoint: str, text: str) -> set[str]:
    reply = await world.call("GET", endpoint, filter=text, excludedAttributes="members")
    assert reply.status == 200, reply
    assert reply.json["totalResults"] == len(reply.json["Resources"])
    return {resource["id"] for resource in reply.json["Resources"]}


SMALL = st.integers(min_value=0, max_value=60)
ACTIONS = (
    *("create_user", "create_group", "add", "modify_user") * 2,
    *("create_native", "replace_user", "delete_user", "replace_group", "remove", "rename_and_add", "delete_group"),
    "sweep",
)
STEPS = st.tuples(st.sampled_from(ACTIONS), SMALL, SMALL, SMALL, SMALL, st.lists(SMALL, min_size=1, max_size=6))


@settings(max_examples=60)
@given(st.lists(STEPS, max_size=40), st.sampled_from([2, 1000]))
async def test_the_directory_is_what_a_dictionary_would_be(steps: list[Step], page_rows: int) -> None:
    rows = FakeRows(page_rows=page_rows)
    entra = await World.on(rows)
    okta = await entra.provided(OKTA)
    beside = await entra.instance()
    player = Player([[entra, beside], [okta, World(beside.app, rows, OKTA, okta.token)]])
    await player.worlds[0][0].native("the first native account")

    for step in steps:
        await player.play(step)

    await player.compare()
    assert await violations(rows) == []
    await entra.app.jobs.run_due(entra.clock.advance(minutes=7))
    await entra.app.jobs.run_due(entra.clock.advance(minutes=7))
    assert kinds(await directory(rows))["j"] == 0
    assert await violations(rows) == []
