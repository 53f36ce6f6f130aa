"""Okta's SCIM client: applications from its catalog (OIN) and from its wizard (AIW).

People who leave are only ever deactivated: Okta never deletes a user in the service.
"""

from collections.abc import Callable, Iterable
from random import Random
from typing import Literal
from urllib.parse import quote

import httpx

from tests.simulations.directory import Directory, Person, Team
from tests.simulations.expected import Expected, ExpectedGroup
from tests.simulations.wire import CORE_GROUP, CORE_USER, NINJAONE_USER, Json, Wire, each, flatten, list_problem, patch

HEADERS = {"User-Agent": "Okta SCIM Client 1.0.0", "Accept": "application/scim+json"}
PAGE = 100

type Kind = Literal["OIN", "AIW"]


class OktaApp:
    """An application's provisioning.

    Args:
        client: Leads to the service.
        base_url: The SCIM base URL.
        token: The API token.
        directory: What is provisioned.
        kind: Catalog applications PATCH, those of the wizard PUT.
        concurrency: Objects that are processed at once.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        base_url: str,
        token: str,
        directory: Directory,
        kind: Kind = "OIN",
        *,
        concurrency: int = 1,
    ) -> None:
        self.wire = Wire(client, base_url, token, HEADERS)
        self.directory = directory
        self.kind = kind
        self.user_ids: dict[str, str] = {}
        self.group_ids: dict[str, str] = {}
        self.gone: list[str] = []
        self._pushed: dict[str, Json] = {}
        self._pushed_groups: dict[str, tuple[str, frozenset[str]]] = {}
        self._left: dict[str, Json] = {}
        self._concurrency = concurrency
        self._random = Random(directory.domain)

    @property
    def failures(self) -> list[str]:
        """What Okta would count as a failure."""
        return self.wire.failures

    async def test_connection(self) -> bool:
        """What the test of the API credentials sends."""
        before = len(self.failures)
        for path, count in (("/Users", 2), ("/Groups", PAGE)):
            reply = await self.wire.send("GET", f"{path}?startIndex=1&count={count}")
            if reply is not None and (problem := list_problem(reply.document)):
                self.wire.fail(f"GET {path}: {problem}")
        return len(self.failures) == before

    async def assign_all(self) -> None:
        """The first push: everybody who is active, then the groups with their members."""
        await self.test_connection()
        await self.push_changes()

    async def push_changes(self) -> None:
        """Whatever changed since: people who left, people, groups."""
        people = self.directory.people
        left = [object_id for object_id in self.user_ids if object_id not in people]
        await self._each(left, self._deactivate_for_good)
        known = [person for person in people.values() if self._is_changed(person)]
        await self._each(known, self._update)
        unknown = [each for each in people.values() if each.is_active and each.object_id not in self.user_ids]
        await self._each(unknown, self._assign)
        await self._each([each for each in self.group_ids if each not in self.directory.teams], self._delete_group)
        founded = [team for team in self.directory.teams.values() if team.object_id not in self.group_ids]
        await self._each(founded, self._push_group)
        changed = [team for team in self.directory.teams.values() if self._is_group_changed(team)]
        await self._each(changed, self._update_group)

    async def push_now(self, team: Team) -> None:
        """The administrator's button: the whole group at once."""
        await (self._put_group(team) if self.kind == "AIW" else self._replace_members(team))

    async def import_all(self) -> tuple[list[Json], list[Json]]:
        """Read all users and all groups, page after page, twice: Okta counts on the order."""
        users = await self._import("/Users")
        groups = await self._import("/Groups")
        for path, first in (("/Users", users), ("/Groups", groups)):
            if [each["id"] for each in await self._import(path)] != [each["id"] for each in first]:
                self.wire.fail(f"GET {path}: another order at the second reading")
        return users, groups

    def expected(self) -> Expected:
        """What the service must hold."""
        users = {id_: _attributes(self.directory.people[object_id]) for object_id, id_ in self.user_ids.items()}
        groups = {
            id_: ExpectedGroup(self.directory.teams[object_id].name, self._members(self.directory.teams[object_id]))
            for object_id, id_ in self.group_ids.items()
        }
        return Expected(users | self._left, groups, tuple(self.gone))

    async def _each[T](self, items: Iterable[T], action: Callable[[T], object]) -> None:
        await each(list(items), action, self._concurrency)

    # Users

    async def _assign(self, person: Person) -> None:
        """Find a user by its name; create it, or take it over and switch it on."""
        found = await self._find("/Users", "userName", person.upn)
        if found is None:
            return
        if not found:
            await self._create(person)
            return
        user_id = found[0]["id"]
        self._left.pop(user_id, None)
        self.user_ids[person.object_id] = user_id
        self._pushed[person.object_id] = {**flatten(found[0]), "active": found[0]["active"]}
        await self._update(person)

    async def _create(self, person: Person) -> None:
        body = {**_resource(person), "groups": []}
        if self._random.random() < 0.3:
            body["password"] = f"1mz050nq-{self._random.getrandbits(32)}"
        reply = await self.wire.send("POST", "/Users", body, expected=(201,))
        if reply is None or not self._is_user(reply.document, _attributes(person)):
            return
        self.user_ids[person.object_id] = reply.document["id"]
        self._pushed[person.object_id] = _attributes(person)

    async def _update(self, person: Person) -> None:
        """Profile by PUT of everything; the state by PATCH, or by PUT as well."""
        user_id = self.user_ids[person.object_id]
        pushed, wanted = self._pushed[person.object_id], _attributes(person)
        profile = {**wanted, "active": pushed["active"]} if self.kind == "OIN" else wanted
        if profile != pushed:
            await self._put(person, user_id, profile)
        if wanted["active"] != self._pushed[person.object_id]["active"]:
            await self._switch(person.object_id, active=person.is_active)

    async def _put(self, person: Person, user_id: str, profile: Json) -> None:
        reply = await self.wire.send("GET", f"/Users/{user_id}")
        if reply is None:
            return
        body = {
            **_resource(person, active=profile["active"]),
            "id": user_id,
            "meta": reply.document["meta"],
            "groups": [],
        }
        reply = await self.wire.send("PUT", f"/Users/{user_id}", body)
        if reply is not None and self._is_user(reply.document, profile, user_id):
            self._pushed[person.object_id] = profile

    async def _switch(self, object_id: str, *, active: bool) -> None:
        """The operation of catalog applications, which has no path."""
        user_id = self.user_ids[object_id]
        body = patch({"op": "replace", "value": {"active": active}})
        reply = await self.wire.send("PATCH", f"/Users/{user_id}", body, expected=(200, 204))
        if reply is None:
            return
        if reply.document and reply.document["active"] is not active:
            self.wire.fail(f"PATCH /Users/{user_id}: active is {reply.document['active']}, sent {active}")
        self._pushed[object_id] = {**self._pushed[object_id], "active": active}

    async def _deactivate_for_good(self, object_id: str) -> None:
        user_id, pushed = self.user_ids[object_id], self._pushed[object_id]
        if pushed["active"] and self.kind == "OIN":
            await self._switch(object_id, active=False)
        elif pushed["active"]:
            reply = await self.wire.send("GET", f"/Users/{user_id}")
            body = {**reply.document, "active": False} if reply else {}
            if await self.wire.send("PUT", f"/Users/{user_id}", body) is not None:
                self._pushed[object_id] = {**pushed, "active": False}
        if not self._pushed[object_id]["active"]:
            self._left[user_id] = self._pushed.pop(object_id)
            del self.user_ids[object_id]

    def _is_changed(self, person: Person) -> bool:
        return person.object_id in self.user_ids and self._pushed[person.object_id] != _attributes(person)

    def _is_user(self, document: Json, wanted: Json, user_id: str | None = None) -> bool:
        problem = ""
        if not isinstance(document.get("id"), str) or user_id not in (None, document["id"]):
            problem = f"the id {document.get('id')}"
        elif "password" in document:
            problem = "the password is returned"
        elif flatten(document) != wanted:
            problem = f"sent {wanted}, got {flatten(document)}"
        if problem:
            self.wire.fail(f"User {user_id or '(new)'}: {problem}")
        return not problem

    # Groups

    async def _push_group(self, team: Team) -> None:
        """Link by name or create, empty; members follow."""
        found = await self._find("/Groups", "displayName", team.name)
        if found is None:
            return
        if found:
            group_id = found[0]["id"]
            members = frozenset(member["value"] for member in found[0].get("members", []))
        else:
            body = {"schemas": [CORE_GROUP], "displayName": team.name, "members": []}
            reply = await self.wire.send("POST", "/Groups", body, expected=(201,))
            if reply is None:
                return
            group_id, members = reply.document["id"], frozenset()
            if reply.document.get("displayName") != team.name or not isinstance(group_id, str):
                self.wire.fail(f"POST /Groups: {reply.document}")
        self.group_ids[team.object_id] = group_id
        self._pushed_groups[team.object_id] = (team.name, members)

    async def _update_group(self, team: Team) -> None:
        if self.kind == "AIW":
            await self._put_group(team)
        elif self._random.random() < 0.1:
            await self._rename(team)
            await self._replace_members(team)
        else:
            await self._rename(team)
            await self._patch_members(team)

    async def _rename(self, team: Team) -> None:
        """The name, sent again with every change of members."""
        group_id = self.group_ids[team.object_id]
        operation = {"op": "replace", "value": {"id": group_id, "displayName": team.name}}
        if await self._patch_group(group_id, operation):
            self._pushed_groups[team.object_id] = (team.name, self._pushed_groups[team.object_id][1])

    async def _patch_members(self, team: Team) -> None:
        group_id = self.group_ids[team.object_id]
        name, pushed = self._pushed_groups[team.object_id]
        wanted = self._members(team)
        operations: list[Json] = [
            {"op": "remove", "path": f'members[value eq "{user_id}"]'} for user_id in sorted(pushed - wanted)
        ]
        if wanted - pushed:
            operations.append({"op": "add", "path": "members", "value": self._listed(team, wanted - pushed)})
        if operations and await self._patch_group(group_id, *operations):
            self._pushed_groups[team.object_id] = (name, wanted)

    async def _replace_members(self, team: Team) -> None:
        group_id, wanted = self.group_ids[team.object_id], self._members(team)
        operation = {"op": "replace", "path": "members", "value": self._listed(team, wanted)}
        if await self._patch_group(group_id, operation):
            self._pushed_groups[team.object_id] = (self._pushed_groups[team.object_id][0], wanted)

    async def _patch_group(self, group_id: str, *operations: Json) -> bool:
        return await self.wire.send("PATCH", f"/Groups/{group_id}", patch(*operations), expected=(200, 204)) is not None

    async def _put_group(self, team: Team) -> None:
        group_id, wanted = self.group_ids[team.object_id], self._members(team)
        body = {
            "schemas": [CORE_GROUP],
            "id": group_id,
            "displayName": team.name,
            "members": self._listed(team, wanted),
        }
        reply = await self.wire.send("PUT", f"/Groups/{group_id}", body)
        if reply is None:
            return
        members = {member["value"] for member in reply.document.get("members", [])}
        if reply.document.get("id") != group_id or members != wanted:
            self.wire.fail(f"PUT /Groups/{group_id}: {reply.document['id']} with {len(members)} members")
        self._pushed_groups[team.object_id] = (team.name, wanted)

    async def _delete_group(self, object_id: str) -> None:
        group_id = self.group_ids[object_id]
        if await self.wire.send("DELETE", f"/Groups/{group_id}", expected=(204,)) is not None:
            del self.group_ids[object_id]
            self.gone.append(f"/Groups/{group_id}")

    def _is_group_changed(self, team: Team) -> bool:
        return self._pushed_groups.get(team.object_id) not in (None, (team.name, self._members(team)))

    def _members(self, team: Team) -> frozenset[str]:
        ids = (self.user_ids.get(member.object_id) for member in team.members)
        return frozenset(user_id for user_id in ids if user_id is not None)

    def _listed(self, team: Team, wanted: frozenset[str]) -> list[Json]:
        names = {self.user_ids.get(member.object_id): member.upn for member in team.members}
        return [{"value": user_id, "display": names[user_id]} for user_id in sorted(wanted)]

    # Both

    async def _find(self, endpoint: str, attribute: str, value: str) -> list[Json] | None:
        query = quote(f'{attribute} eq "{value}"', safe="")
        path = f"{endpoint}?filter={query}&startIndex=1&count={PAGE}"
        found = await self.wire.find(path)
        if found is None:
            return None
        if len(found) > 1 or any(each[attribute].lower() != value.lower() for each in found):
            self.wire.fail(f"GET {path}: {[each['id'] for each in found]}")
            return None
        return found

    async def _import(self, endpoint: str) -> list[Json]:
        resources: list[Json] = []
        while True:
            page = await self.wire.send("GET", f"{endpoint}?startIndex={len(resources) + 1}&count={PAGE}")
            if page is None:
                return resources
            listed = page.document.get("Resources", [])
            resources += listed
            if not listed or len(resources) >= page.document["totalResults"]:
                return resources


def _attributes(person: Person) -> Json:
    """The profile by path. What has no value is left out of a PUT, and thereby cleared."""
    values = {
        "externalId": f"00u{person.object_id.replace('-', '')[:17]}",
        "userName": person.upn,
        "active": person.is_active,
        "displayName": person.display_name,
        "locale": "en-US",
        "name.givenName": person.given_name,
        "name.familyName": person.surname,
        'emails[type eq "work"].value': person.mail,
        f"{NINJAONE_USER}:organizationId": person.organization,
        f"{NINJAONE_USER}:userType": person.user_type,
    }
    return {path: value for path, value in values.items() if value is not None}


def _resource(person: Person, *, active: bool | None = None) -> Json:
    extension = {"organizationId": person.organization, "userType": person.user_type}
    body: Json = {
        "schemas": [CORE_USER, NINJAONE_USER],
        "externalId": _attributes(person)["externalId"],
        "userName": person.upn,
        "active": person.is_active if active is None else active,
        "displayName": person.display_name,
        "locale": "en-US",
        "name": {"givenName": person.given_name, "familyName": person.surname},
        NINJAONE_USER: {name: value for name, value in extension.items() if value is not None},
    }
    if person.mail is not None:
        body["emails"] = [{"primary": True, "value": person.mail, "type": "work"}]
    return body
