"""What a service must hold after provisioning, and what of it is not so."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from urllib.parse import quote

import httpx

from tests.simulations.wire import Json, Wire, each, flatten, list_problem

PAGE = 97
"""No divisor of anything, so that last pages are short."""


@dataclass(frozen=True, slots=True)
class ExpectedGroup:
    """A group; `external_id` is None for identity providers that send none."""

    name: str
    members: frozenset[str]
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """All of it.

    Attributes:
        users: By id; the attributes as `flatten` gives them.
        groups: By id.
        gone: Paths that must be 404.
    """

    users: Mapping[str, Json]
    groups: Mapping[str, ExpectedGroup]
    gone: tuple[str, ...] = ()


async def differences(
    client: httpx.AsyncClient,
    base_url: str,
    token: str,
    expected: Expected,
    *,
    sample: int = 1_000_000,
    concurrency: int = 4,
) -> list[str]:
    """Read everything back; returns a line for each difference.

    Args:
        client, base_url, token: As for the simulated identity providers.
        expected: What must be there.
        sample: Users and groups that are also read and searched one by one.
        concurrency: Requests at once.
    """
    check = _Check(Wire(client, base_url, token), expected, concurrency)
    await check.users()
    await check.groups()
    await check.memberships()
    await check.totals()
    await check.each_of(sample)
    return check.found


class _Check:
    def __init__(self, wire: Wire, expected: Expected, concurrency: int) -> None:
        self.found: list[str] = wire.failures
        self._wire = wire
        self._expected = expected
        self._concurrency = concurrency
        self._read: dict[str, Json] = {}

    async def users(self) -> None:
        """All users, twice: the order is the same whatever the size of a page."""
        users = await self._list("/Users?", PAGE)
        again = await self._list("/Users?", 200)
        self._compare("the order of users", [user["id"] for user in users], [user["id"] for user in again])
        self._compare_ids("users", users, self._expected.users)
        for user in users:
            self._read[user["id"]] = user
            self._check_head(user, "User")
            if user["id"] in self._expected.users:
                self._compare(f"user {user['id']}", flatten(user), self._expected.users[user["id"]])

    async def groups(self) -> None:
        """All groups, with their members."""
        groups = await self._list("/Groups?", PAGE)
        self._compare_ids("groups", groups, self._expected.groups)
        for group in groups:
            self._read[group["id"]] = group
            self._check_head(group, "Group")
            wanted = self._expected.groups.get(group["id"])
            if wanted is not None:
                id_ = group["id"]
                self._compare(f"name of {id_}", group["displayName"], wanted.name)
                self._compare(f"externalId of {id_}", group.get("externalId"), wanted.external_id)
                self._compare_members(id_, group.get("members", []), wanted.members)

    async def memberships(self) -> None:
        """The same from the other side: the groups of each user."""
        wanted: dict[str, set[str]] = {id_: set() for id_ in self._expected.users}
        for id_, group in self._expected.groups.items():
            for member in group.members & wanted.keys():
                wanted[member].add(id_)
        for user in await self._list("/Users?attributes=userName,groups&", PAGE):
            self._compare(f"attributes of {user['id']}", user.keys() - {"groups"}, {"schemas", "id", "userName"})
            ids = [group["value"] for group in user.get("groups", [])]
            self._compare(f"groups of {user['id']}", sorted(ids), sorted(wanted.get(user["id"], ())))

    async def totals(self) -> None:
        """Numbers without resources."""
        users = self._expected.users.values()
        for path, number in (
            ("/Users?count=0", len(users)),
            ("/Groups?count=0", len(self._expected.groups)),
            ("/Users?count=0&filter=active%20eq%20false", sum(user["active"] is False for user in users)),
        ):
            reply = await self._wire.send("GET", path)
            if reply is not None:
                self._compare(f"total of {path}", reply.document["totalResults"], number)

    async def each_of(self, sample: int) -> None:
        """Users and groups one by one: by id, by name in another spelling, by externalId; and those that are gone."""
        random = Random(sample)
        users = random.sample(sorted(self._expected.users), min(sample, len(self._expected.users)))
        groups = random.sample(sorted(self._expected.groups), min(sample, len(self._expected.groups)))
        gone = random.sample(self._expected.gone, min(sample, len(self._expected.gone)))
        await each(users, self._check_user, self._concurrency)
        await each(groups, self._check_group, self._concurrency)
        await each(gone, self._check_gone, self._concurrency)

    async def _check_user(self, id_: str) -> None:
        wanted = self._expected.users[id_]
        reply = await self._wire.send("GET", f"/Users/{id_}")
        if reply is not None:
            self._compare(f"GET and list of {id_}", reply.document, self._read.get(id_))
            self._compare(f"ETag of {id_}", reply.headers.get("etag"), reply.document["meta"]["version"])
        await self._check_filter("/Users", "userName", wanted["userName"].swapcase(), {id_})
        external_id = wanted.get("externalId")
        if external_id is not None:
            sharing = {other for other, user in self._expected.users.items() if user.get("externalId") == external_id}
            await self._check_filter("/Users", "externalId", external_id, sharing)

    async def _check_group(self, id_: str) -> None:
        wanted = self._expected.groups[id_]
        reply = await self._wire.send("GET", f"/Groups/{id_}")
        if reply is not None:
            self._compare(f"GET and list of {id_}", reply.document, self._read.get(id_))
        await self._check_filter("/Groups", "displayName", wanted.name.upper(), {id_})
        reply = await self._wire.send("GET", f"/Groups/{id_}?excludedAttributes=members")
        if reply is not None:
            self._compare(f"members of {id_}, excluded", reply.document.get("members"), None)

    async def _check_gone(self, path: str) -> None:
        await self._wire.send("GET", path, expected=(404,))

    async def _check_filter(self, endpoint: str, attribute: str, value: str, ids: set[str]) -> None:
        query = quote(f'{attribute} eq "{value}"', safe="")
        found = await self._wire.find(f"{endpoint}?count=200&filter={query}")
        if found is not None:
            self._compare(f"{attribute} eq {value}", {resource["id"] for resource in found}, ids)

    async def _list(self, path: str, count: int) -> list[Json]:
        """All pages. A page may be shorter than asked for, so the next one starts after what came."""
        resources: list[Json] = []
        total = None
        while total is None or len(resources) < total:
            page = await self._wire.send("GET", f"{path}startIndex={len(resources) + 1}&count={count}")
            if page is None:
                break
            problem = list_problem(page.document)
            if problem:
                self.found.append(f"{path}: {problem}")
                break
            if total not in (None, page.document["totalResults"]):
                self.found.append(f"{path}: totalResults was {total}, is {page.document['totalResults']}")
            total = page.document["totalResults"]
            if page.document["startIndex"] != len(resources) + 1:
                self.found.append(f"{path}: startIndex {page.document['startIndex']}, not {len(resources) + 1}")
            if total and not page.document.get("Resources"):
                self.found.append(f"{path}: {len(resources)} of {total}, then an empty page")
                break
            resources += page.document.get("Resources", [])
        return resources

    def _compare_ids(self, what: str, read: list[Json], expected: Mapping[str, object]) -> None:
        ids = [resource["id"] for resource in read]
        if len(ids) != len(set(ids)):
            self.found.append(f"{what}: some are listed twice")
        if missing := expected.keys() - set(ids):
            self.found.append(f"{what}: {len(missing)} missing, {sorted(missing)[:3]}")
        if surplus := set(ids) - expected.keys():
            self.found.append(f"{what}: {len(surplus)} too many, {sorted(surplus)[:3]}")

    def _compare_members(self, group_id: str, members: list[Json], expected: frozenset[str]) -> None:
        ids = [member["value"] for member in members]
        self._compare(f"members of {group_id}", sorted(ids), sorted(expected))
        for member in members:
            kind = "Group" if member["value"] in self._expected.groups else "User"
            reference = {"value": member["value"], "type": kind, "$ref": f"{self._wire.root}/{kind}s/{member['value']}"}
            self._compare(f"member of {group_id}", member, reference)

    def _check_head(self, resource: Json, kind: str) -> None:
        """What every resource has, and the schemas that it is made of."""
        id_, meta = resource["id"], resource["meta"]
        extensions = {name for name in resource if name.startswith("urn:")}
        self._compare(f"location of {id_}", meta["location"], f"{self._wire.root}/{kind}s/{id_}")
        self._compare(f"resourceType of {id_}", meta["resourceType"], kind)
        self._compare(f"schemas of {id_}", set(resource["schemas"][1:]), extensions)
        if not meta["created"] <= meta["lastModified"]:
            self.found.append(f"{id_} was modified before it was created: {meta}")

    def _compare(self, what: str, found: object, expected: object) -> None:
        if found != expected:
            self.found.append(f"{what}: {found!r:.300} is not {expected!r:.300}")
