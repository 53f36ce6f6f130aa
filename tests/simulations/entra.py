"""Microsoft Entra ID's provisioning service: cycles over a directory, in both dialects of PATCH.

It knows what it exported last (`Link.exported`), compares that with the directory, and sends the difference. An object
whose request failed stays different, so the next cycle sends it again, as Entra's escrow does.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Literal
from urllib.parse import quote_plus
from uuid import UUID

import httpx

from tests.simulations.directory import Directory, Person, Team
from tests.simulations.expected import Expected, ExpectedGroup
from tests.simulations.wire import (
    CORE_GROUP,
    CORE_USER,
    ENTERPRISE_USER,
    NINJAONE_USER,
    Json,
    Reply,
    Wire,
    each,
    flatten,
    patch,
)

ADSCIM_GROUP = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
"""Not a schema of SCIM; Entra sends it with every new group."""
WORK_EMAIL = 'emails[type eq "work"].value'

type Dialect = Literal["legacy", "2020"]

MAPPING: Mapping[str, Callable[[Person], str | bool | None]] = {
    "userName": lambda person: person.upn,
    "active": lambda person: person.is_active,
    "displayName": lambda person: person.display_name,
    WORK_EMAIL: lambda person: person.mail,
    "name.givenName": lambda person: person.given_name,
    "name.familyName": lambda person: person.surname,
    "externalId": lambda person: person.mail_nickname,
    f"{ENTERPRISE_USER}:department": lambda person: person.department,
    f"{NINJAONE_USER}:organizationId": lambda person: person.organization,
    f"{NINJAONE_USER}:userType": lambda person: person.user_type,
}
"""Target attribute → source. Two of the default mappings are left in, as customers do."""


@dataclass
class Link:
    """What Entra knows of a user in the service.

    Attributes:
        id: There.
        exported: What it sent last, by attribute. What has no value any more is not sent, so the old value stays.
        is_managed: False once the user was unassigned: deleting it then sends nothing.
    """

    id: str
    exported: Json
    is_managed: bool = True


@dataclass
class GroupLink:
    """What Entra knows of a group in the service; `members` are ids there."""

    id: str
    name: str
    external_id: str
    members: set[str] = field(default_factory=set)


class EntraJob:
    """A provisioning job.

    Args:
        client: Leads to the service.
        base_url: The tenant URL.
        token: The secret token.
        directory: What is provisioned.
        dialect: `2020` is what `aadOptscim062020` in the tenant URL switches on.
        batch: Members in one PATCH at most; Entra's own number is not published.
        concurrency: Objects that are processed at once.
        repeats: The share of membership changes that are sent twice, as after a reply that was lost.
        mapping: The attribute mappings of people.
    """

    def __init__(
        self,
        client: httpx.AsyncClient,
        base_url: str,
        token: str,
        directory: Directory,
        dialect: Dialect = "legacy",
        *,
        batch: int = 150,
        concurrency: int = 1,
        repeats: float = 0.05,
        mapping: Mapping[str, Callable[[Person], str | bool | None]] = MAPPING,
    ) -> None:
        self.wire = Wire(client, base_url, token)
        self.directory = directory
        self.dialect = dialect
        self.links: dict[str, Link] = {}
        self.group_links: dict[str, GroupLink] = {}
        self.gone: list[str] = []
        self._unmanaged: list[Link] = []
        self._batch = batch
        self._concurrency = concurrency
        self._repeats = repeats
        self._mapping = mapping
        self._random = Random(directory.domain)

    @property
    def failures(self) -> list[str]:
        """What Entra would count as a failure."""
        return self.wire.failures

    async def test_connection(self) -> bool:
        """What Test Connection sends, and the start of each cycle: searches for what cannot be there."""
        before = len(self.failures)
        for path in (
            f"/Users?filter={_filter('userName', self._guid())}",
            f"/Groups?excludedAttributes=members&filter={_filter('displayName', self._guid())}",
        ):
            if await self.wire.find(path):
                self.wire.fail(f"GET {path}: found something")
        return len(self.failures) == before

    async def initial_cycle(self) -> None:
        """Everybody in scope, then groups without members, then the members; done again, it is a restart."""
        await self._probe()
        people = self.directory.people.values()
        await self._each(people, self._match_user)
        await self._each(self.directory.teams.values(), self._match_group)
        await self._each(self._membership_patches(), self._change_members)

    async def incremental_cycle(self) -> None:
        """What changed since the last cycle: deletions, users, groups, memberships."""
        await self._probe()
        people = self.directory.people
        deleted = [object_id for object_id in self.links if object_id not in people]
        await self._each(deleted, self._delete_user)
        known = [person for person in people.values() if self._is_changed(person)]
        await self._each(known, self._update_user)
        unknown = [person for person in people.values() if person.object_id not in self.links]
        await self._each(unknown, self._match_user)
        await self._each([each for each in self.group_links if each not in self.directory.teams], self._delete_group)
        renamed = [team for team in self.directory.teams.values() if self._is_renamed(team)]
        await self._each(renamed, self._rename_group)
        founded = [team for team in self.directory.teams.values() if team.object_id not in self.group_links]
        await self._each(founded, self._match_group)
        await self._each(self._membership_patches(), self._change_members)

    async def provision_on_demand(self, person: Person) -> None:
        """One user at once; this always speaks the legacy dialect."""
        dialect, self.dialect = self.dialect, "legacy"
        try:
            await self._probe()
            await self._match_user(person)
        finally:
            self.dialect = dialect

    def expected(self) -> Expected:
        """What the service must hold."""
        users = {}
        for object_id, link in self.links.items():
            person = self.directory.people[object_id]
            users[link.id] = {**link.exported, **self._source(person)}
        users |= {link.id: link.exported for link in self._unmanaged}
        groups = {}
        for object_id, group in self.group_links.items():
            team = self.directory.teams[object_id]
            groups[group.id] = ExpectedGroup(team.name, frozenset(self._member_ids(team)), team.object_id)
        return Expected(users, groups, tuple(self.gone))

    async def _probe(self) -> None:
        for _ in range(2):
            await self.test_connection()

    async def _each[T](self, items: Iterable[T], action: Callable[[T], object]) -> None:
        await each(list(items), action, self._concurrency)

    # Users

    async def _match_user(self, person: Person) -> None:
        """Find a user by its name; create it, or take it over and update it."""
        link = self.links.get(person.object_id)
        if link is None and not person.is_active:
            return  # Entra does not create accounts that are switched off
        found = await self._find("/Users", "userName", link.exported["userName"] if link else person.upn)
        if found is None:
            return
        if not found and link is not None:
            self.wire.fail(f"{link.exported['userName']} is not found any more")
            return
        if not found:
            await self._create_user(person)
            return
        exported = {path: value for path, value in flatten(found[0]).items() if path in self._mapping}
        if link is None:
            link = self._take_over(found[0]["id"], exported)
            self.links[person.object_id] = link
        elif link.id != found[0]["id"]:
            self.wire.fail(f"{person.upn} is {found[0]['id']}, was {link.id}")
            return
        else:
            link.exported |= exported
        await self._patch_user(person, link)

    def _take_over(self, user_id: str, exported: Json) -> Link:
        """The link to a user that was there before: one that an earlier object of that name had left behind."""
        self._unmanaged = [link for link in self._unmanaged if link.id != user_id]
        return Link(user_id, exported)

    async def _create_user(self, person: Person) -> None:
        values = self._source(person)
        reply = await self.wire.send("POST", "/Users", _new_user(values), expected=(201,))
        if reply is None or not self._is_resource(reply, "User"):
            return
        if flatten(reply.document) != values:
            self.wire.fail(f"POST /Users: sent {values}, got {flatten(reply.document)}")
        if reply.document["id"] in self.gone:
            self.wire.fail(f"POST /Users: the id {reply.document['id']} is that of a user who was deleted")
        self.links[person.object_id] = Link(reply.document["id"], values)

    async def _update_user(self, person: Person) -> None:
        link = self.links[person.object_id]
        reply = await self.wire.send("GET", f"/Users/{link.id}")
        if reply is None or not self._is_resource(reply, "User", link.id):
            return
        if self._random.random() < 0.3 and not await self._find("/Users", "userName", link.exported["userName"]):
            self.wire.fail(f"{link.exported['userName']} is not found any more")
        await self._patch_user(person, link)

    async def _patch_user(self, person: Person, link: Link) -> None:
        changes = self._changes(person, link)
        if changes:
            write = _legacy_operations if self.dialect == "legacy" else _operations_2020
            body = patch(*write(changes, link.exported))
            reply = await self.wire.send("PATCH", f"/Users/{link.id}", body, expected=(200, 204))
            if reply is None or (reply.status == 200 and not self._is_resource(reply, "User", link.id)):
                return
            link.exported |= changes
        link.is_managed = person.is_assigned

    async def _delete_user(self, object_id: str) -> None:
        """Gone from the recycle bin; of a user that was unassigned first, Entra thinks no more."""
        link = self.links[object_id]
        if not link.is_managed:
            self._unmanaged.append(self.links.pop(object_id))
            return
        if await self.wire.send("DELETE", f"/Users/{link.id}", expected=(204,)) is not None:
            del self.links[object_id]
            self.gone.append(f"/Users/{link.id}")

    def _is_changed(self, person: Person) -> bool:
        link = self.links.get(person.object_id)
        return link is not None and bool(self._changes(person, link))

    def _source(self, person: Person) -> Json:
        """The attributes of a user that have a value."""
        values = {path: read(person) for path, read in self._mapping.items()}
        return {path: value for path, value in values.items() if value is not None}

    def _changes(self, person: Person, link: Link) -> Json:
        return {path: value for path, value in self._source(person).items() if link.exported.get(path) != value}

    # Groups

    async def _match_group(self, team: Team) -> None:
        """Find a group by its name; create it without members, or take it over."""
        link = self.group_links.get(team.object_id)
        found = await self._find("/Groups", "displayName", link.name if link else team.name)
        if found is None:
            return
        if not found:
            await self._create_group(team)
        elif link is None:
            self.group_links[team.object_id] = GroupLink(found[0]["id"], found[0]["displayName"], team.object_id)
        elif link.id != found[0]["id"]:
            self.wire.fail(f"{team.name} is {found[0]['id']}, was {link.id}")

    async def _create_group(self, team: Team) -> None:
        body = {
            "schemas": [CORE_GROUP, ADSCIM_GROUP],
            "externalId": team.object_id,
            "displayName": team.name,
            "meta": {"resourceType": "Group"},
        }
        reply = await self.wire.send("POST", "/Groups", body, expected=(201,))
        if reply is None or not self._is_resource(reply, "Group"):
            return
        if reply.document.get("members", []) or reply.document["displayName"] != team.name:
            self.wire.fail(f"POST /Groups: {reply.document}")
        self.group_links[team.object_id] = GroupLink(reply.document["id"], team.name, team.object_id)

    async def _rename_group(self, team: Team) -> None:
        link = self.group_links[team.object_id]
        path = f"/Groups/{link.id}"
        reply = await self.wire.send("GET", f"{path}?excludedAttributes=members")
        if reply is None or not self._is_resource(reply, "Group", link.id) or not self._is_without_members(reply):
            return
        operation = {"op": self._op("Replace"), "path": "displayName", "value": team.name}
        if await self.wire.send("PATCH", path, patch(operation), expected=(200, 204)):
            link.name = team.name

    async def _delete_group(self, object_id: str) -> None:
        link = self.group_links[object_id]
        if await self.wire.send("DELETE", f"/Groups/{link.id}", expected=(204,)) is not None:
            del self.group_links[object_id]
            self.gone.append(f"/Groups/{link.id}")

    def _is_renamed(self, team: Team) -> bool:
        link = self.group_links.get(team.object_id)
        return link is not None and link.name != team.name

    # Members

    def _member_ids(self, team: Team) -> set[str]:
        """The members that the service knows."""
        linked = {**self.links, **self.group_links}
        return {linked[member.object_id].id for member in team.members if member.object_id in linked}

    def _membership_patches(self) -> list[tuple[GroupLink, list[str], list[str]]]:
        """What is to be added to and removed from each group, in batches."""
        patches = []
        for object_id, link in self.group_links.items():
            wanted = self._member_ids(self.directory.teams[object_id])
            steps = [(True, id_) for id_ in sorted(wanted - link.members)]
            steps += [(False, id_) for id_ in sorted(link.members - wanted)]
            for start in range(0, len(steps), self._batch):
                batch = steps[start : start + self._batch]
                patches.append((link, [id_ for adds, id_ in batch if adds], [id_ for adds, id_ in batch if not adds]))
        return patches

    async def _change_members(self, change: tuple[GroupLink, list[str], list[str]]) -> None:
        link, added, removed = change
        operations = []
        if added:
            operations.append({"op": self._op("Add"), "path": "members", "value": self._members(added)})
        if removed and self.dialect == "legacy":
            operations.append({"op": "Remove", "path": "members", "value": self._members(removed)})
        elif removed:
            operations += [{"op": "remove", "path": f'members[value eq "{id_}"]'} for id_ in removed]
        for _ in range(2 if self._random.random() < self._repeats else 1):
            reply = await self.wire.send("PATCH", f"/Groups/{link.id}", patch(*operations), expected=(204,))
            if reply is None:
                return
        link.members = (link.members | set(added)) - set(removed)

    def _members(self, ids: Iterable[str]) -> list[Json]:
        return [{"$ref": None, "value": id_} if self.dialect == "legacy" else {"value": id_} for id_ in ids]

    # Both

    def _op(self, name: str) -> str:
        return name if self.dialect == "legacy" else name.lower()

    async def _find(self, endpoint: str, attribute: str, value: str) -> list[Json] | None:
        """A match query; None when it failed or found several."""
        without_members = "excludedAttributes=members&" if endpoint == "/Groups" else ""
        path = f"{endpoint}?{without_members}filter={_filter(attribute, value)}"
        found = await self.wire.find(path)
        if found is None:
            return None
        if len(found) > 1:
            self.wire.fail(f"GET {path}: {len(found)} matches (DuplicateTargetEntries)")
            return None
        for resource in found:
            if resource[attribute].lower() != value.lower() or not isinstance(resource.get("id"), str):
                self.wire.fail(f"GET {path}: {resource}")
                return None
            if endpoint == "/Groups" and "members" in resource:
                self.wire.fail(f"GET {path}: members, which were excluded (MultipleEntriesInResponse)")
        return found

    def _is_resource(self, reply: Reply, resource_type: str, resource_id: str | None = None) -> bool:
        """Whether a reply carries the resource, or a new one when no id is given."""
        document = reply.document
        meta, id_ = document.get("meta", {}), document.get("id")
        problem = ""
        if not isinstance(id_, str) or resource_id not in (None, id_):
            problem = f"the id {id_}"
        elif (
            meta.get("resourceType") != resource_type
            or meta.get("location") != f"{self.wire.root}/{resource_type}s/{id_}"
        ):
            problem = f"meta {meta}"
        elif reply.status == 201 and reply.headers.get("location") != meta["location"]:
            problem = f"the Location {reply.headers.get('location')}"
        if problem:
            self.wire.fail(f"{resource_type} {resource_id or '(new)'}: {problem}")
        return not problem

    def _is_without_members(self, reply: Reply) -> bool:
        if "members" in reply.document:
            self.wire.fail(f"Group {reply.document['id']}: members, which were excluded")
        return "members" not in reply.document

    def _guid(self) -> str:
        return str(UUID(int=self._random.getrandbits(128), version=4))


def _new_user(values: Json) -> Json:
    """The body of a POST: the custom extension is there without its URN in `schemas`."""
    body: Json = {"schemas": [CORE_USER, ENTERPRISE_USER]}
    for path, value in values.items():
        if path == WORK_EMAIL:
            body["emails"] = [{"primary": True, "type": "work", "value": value}]
        elif path.startswith("urn:"):
            urn, _, name = path.rpartition(":")
            body.setdefault(urn, {})[name] = value
        elif "." in path:
            container, _, name = path.partition(".")
            body.setdefault(container, {})[name] = value
        else:
            body[path] = value
    return body | {"meta": {"resourceType": "User"}, "roles": []}


def _legacy_operations(changes: Json, exported: Collection[str]) -> list[Json]:
    """An operation for each attribute; booleans are strings."""
    return [
        {
            "op": "Replace" if path in exported else "Add",
            "path": path,
            "value": str(value) if isinstance(value, bool) else value,
        }
        for path, value in changes.items()
    ]


def _operations_2020(changes: Json, exported: Collection[str]) -> list[Json]:
    """What is replaced in one operation without a path, except behind a filter; what is new with a path each."""
    filtered = [{"op": "replace", "path": path, "value": value} for path, value in changes.items() if "[" in path]
    plain = {path: value for path, value in changes.items() if "[" not in path}
    replaced = {path: value for path, value in plain.items() if path in exported}
    added = [{"op": "add", "path": path, "value": value} for path, value in plain.items() if path not in exported]
    return [*filtered, *([{"op": "replace", "value": replaced}] if replaced else []), *added]


def _filter(attribute: str, value: str) -> str:
    """A filter as a query parameter's value, encoded like a form."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return quote_plus(f'{attribute} eq "{escaped}"')
