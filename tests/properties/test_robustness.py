"""Whatever comes in, the answer is a SCIM reply: no fault of ours, and every refusal a SCIM error that says why."""

import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from scim.protocol.messages import Request
from scim.schema.urns import ENTERPRISE_USER, ERROR, NINJAONE_USER
from tests.fakes.rows import FakeRows
from tests.invariants import violations
from tests.world import World

REQUESTS = 150
NAMES = (
    "userName", "id", "externalId", "emails", "emails.value", "name", "name.givenName", "active", "groups",
    "groups.value", "members", "members.value", "displayName", "meta", "meta.lastModified", "title", "schemas",
    "password", "roles.primary", "addresses", "manager", f"{NINJAONE_USER}:organizationId", ENTERPRISE_USER, "urn:x:y",
)  # fmt: skip
OPERATORS = ("eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le", "pr", "xx")
CHARACTERS = [
    *"abcXYZ019 .:-_|/\\#?%='\"[]()@$&*",
    *"éßİﬁ\u200b\ud7ff\ue000\ufffe\uffff\x00\x1f",
    "\U0001f600",
    "\U0010ffff",
]
METHODS = ("GET", "GET", "GET", "POST", "POST", "PUT", "PATCH", "PATCH", "DELETE")


class Chaos:
    """Requests that are sometimes almost right."""

    def __init__(self, source: random.Random) -> None:
        self._source = source
        self.ids: list[str] = []

    def request(self, token: str) -> Request:
        pick = self._source
        method = pick.choice(METHODS)
        endpoint = pick.choice(("/Users", "/Groups", "/Schemas", "/ResourceTypes", f"/{self.text()}"))
        element = f"/{pick.choice([*self.ids[-20:], self.text()])}" if method not in {"GET", "POST"} else ""
        headers = {"authorization": f"Bearer {token}"}
        if self.likely(0.1):
            headers["if-match"] = pick.choice(("*", 'W/"x"', 'W/"2026-11-23T19:22:38.0000021Z"', f'"{self.text()}"'))
        body = b"" if method in {"GET", "DELETE"} else self.json(self.body())
        query = {name: make() for name, make in self.parameters().items() if method == "GET" and self.likely(0.3)}
        return Request(method=method, path=endpoint + element, query=query, headers=headers, body=body, id="request")

    def likely(self, probability: float) -> bool:
        return self._source.random() < probability

    def text(self, longest: int = 10) -> str:
        return "".join(self._source.choices(CHARACTERS, k=self._source.randint(0, longest)))

    def parameters(self):
        pick = self._source.choice
        return {
            "filter": self.filter,
            "sortby": lambda: pick((*NAMES, self.text())),
            "sortorder": lambda: pick(("ascending", "descending", "x")),
            "startindex": lambda: pick(("0", "1", "5", "-3", "x", "--1", "9" * 30)),
            "count": lambda: pick(("0", "1", "5", "1000", "-1", "²")),
            "attributes": lambda: pick((*NAMES, self.text())),
            "excludedattributes": lambda: pick(NAMES),
        }

    def literal(self) -> str:
        pick = self._source.choice
        texts = (
            self.text(),
            *self.ids[-3:],
            f"u{pick(range(30))}",
            "x" * pick((399, 400, 401)),
            "2026-01-01T00:00:00Z",
        )
        quoted = '"' + pick(texts).replace("\\", "\\\\").replace('"', '\\"') + '"'
        return pick((quoted, quoted, "true", "null", "12", "1e999", '"\\ud800"', self.text()))

    def filter(self, depth: int = 0) -> str:
        pick, kind = self._source.choice, self._source.random()
        if depth < 3 and kind < 0.3:
            return f"({self.filter(depth + 1)} {pick(('and', 'or'))} {self.filter(depth + 1)})"
        if depth < 3 and kind < 0.4:
            return f"not ({self.filter(depth + 1)})"
        if kind < 0.5:
            return f"{pick(NAMES)}[{pick(('type', 'value', 'primary', 'x'))} {pick(OPERATORS)} {self.literal()}]"
        operator = pick(OPERATORS)
        return f"{pick(NAMES)} {operator}" if operator == "pr" else f"{pick(NAMES)} {operator} {self.literal()}"

    def value(self, depth: int = 0):
        pick, kind = self._source.choice, self._source.random()
        if depth > 2 or kind < 0.5:
            return pick((self.text(), None, True, 0, -1, 1.5, "True", 10**30, "", [], {}, *self.ids[-3:]))
        if kind < 0.7:
            return [self.value(depth + 1) for _ in range(pick(range(4)))]
        names = (*NAMES, "value", "type", "primary", "$ref", "givenName", self.text(4))
        return {pick(names): self.value(depth + 1) for _ in range(pick(range(4)))}

    def body(self):
        return self._source.choice((self.user, self.user, self.group, self.patch, self.patch, self.value))()

    def user(self):
        pick = self._source.choice
        name = pick((self.text(), f"u{pick(range(30))}", "x" * pick((100, 399, 401, 600))))
        body = {
            "userName": name,
            NINJAONE_USER: {"organizationId": pick(("12", "All", "9"))},
            "externalId": self.text(30),
        }
        return body | {pick(NAMES): self.value() for _ in range(pick((0, 0, 1, 2)))}

    def group(self):
        pick = self._source.choice
        members = [{"value": pick((*self.ids[-10:], self.text()))} for _ in range(pick(range(5)))]
        return {"displayName": pick((self.text(), f"g{pick(range(9))}")), "externalId": self.text(), "members": members}

    def patch(self):
        pick = self._source.choice
        paths = (*NAMES, f"members[value eq {self.literal()}]", self.filter(2), self.text())
        values = (self.value(), [{"value": pick((*self.ids[-5:], "x"))}])
        return {
            "Operations": [
                {"op": pick(("add", "Replace", "remove", "zz"))}
                | ({"path": pick(paths)} if self.likely(0.8) else {})
                | ({"value": pick(values)} if self.likely(0.8) else {})
                for _ in range(pick(range(4)))
            ]
        }

    def json(self, body) -> bytes:
        encoded = json.dumps(body, ensure_ascii=self.likely(0.5)).encode("utf-8", "surrogatepass")
        return encoded[: self._source.randint(0, len(encoded))] if self.likely(0.03) else encoded


@settings(max_examples=25, deadline=None)
@given(st.integers(min_value=0))
async def test_no_request_is_answered_with_a_fault_or_breaks_the_directory(seed):
    world, chaos = await World.on(FakeRows()), Chaos(random.Random(seed))
    for _ in range(REQUESTS):
        request = chaos.request(world.token)
        response = await world.app.dispatcher.answer(request)
        assert response.status < 500 or response.status == 501, request
        if response.body is not None:
            body = json.loads(response.body)
            if response.status >= 400:
                assert (body["schemas"], body["status"]) == ([ERROR], str(response.status))
                assert body["detail"]
            elif response.status == 201:
                chaos.ids.append(body["id"])
    await world.app.background.drain()
    assert await violations(world.rows) == []
