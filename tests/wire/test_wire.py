"""What goes over the wire: one JSON file for each case, by client; see `README.md` in this folder for their form."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import azure.functions as func
import pytest

from scim.triggers.http import http_response, scim_request
from tests.invariants import violations
from tests.wire.comparing import compare, short
from tests.wire.conformance import Reply, conformance
from tests.wire.modes import MODES, runs_in, step_under
from tests.wire.tenant import Tenant
from tests.world import BASE_URL

CASES = Path(__file__).parent
FILES = sorted(CASES.glob("*/*.json"))

PLACEHOLDER = re.compile(r"\{([A-Za-z_][\w.]*)\}")
NOT_THE_DIRECTORY = ("a|", "b|", "q|")
"""Prefixes of rows that a refused or reading request may write: bookmarks, the adoption queue."""


def _read(file: Path) -> dict[str, Any]:
    case: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return case


def _name(file: Path) -> str:
    return file.relative_to(CASES).with_suffix("").as_posix()


RUNS = [
    pytest.param(case, mode, id=f"{_name(file)}-{mode}" if mode else _name(file))
    for file in FILES
    for case in (_read(file),)
    for mode in MODES
    if runs_in(case, mode)
]
"""Each case in each mode; in the usual one, a test's id is the name of the case alone."""


@pytest.mark.parametrize(("case", "mode"), RUNS)
async def test_wire(case: dict[str, Any], mode: str):
    tenant = await Tenant.build(case, mode)
    talk = Talk(tenant, dict(tenant.names))
    number = 0
    for step in case["steps"]:
        for turn in range(1, step.get("times", 1) + 1):
            number += 1
            talk.names["n"] = f"{turn:03d}"
            problems = await talk.take(step)
            if problems:
                pytest.fail(_report(case, number, talk, problems), pytrace=False)
    assert await violations(tenant.rows) == []


@dataclass
class Talk:
    """The requests and replies of a case, and the names that it has given to values in them."""

    tenant: Tenant
    names: dict[str, str]
    sent: dict[str, Any] = field(default_factory=dict)
    reply: Reply | None = None

    async def take(self, step: dict[str, Any]) -> list[str]:
        """Take a step of the case, as it is under the policies of who calls; what is wrong with it, if anything."""
        self.reply = None
        taken = step_under(step, self.tenant.policies[step.get("send", {}).get("as", self.tenant.world.provider.id)])
        if taken is None:
            return []
        step = taken
        self.tenant.world.clock.advance(seconds=1)
        if "wait" in step:
            self.tenant.world.clock.advance(**step["wait"])
        if "console" in step:
            await self.tenant.console(filled(step["console"], self.names))
        if "send" not in step:
            return []
        before = self.tenant.rows.contents("directory")
        self.sent = filled(step["send"], self.names)
        self.reply = await self._send(self.sent)
        expected = filled(step["expect"], self.names)
        problems = [*conformance(self.sent, self.reply, self.tenant.secrets), *expectations(expected, self.reply)]
        problems += self._traces(step, before)
        if not problems:
            problems += self._save(step.get("save", {}))
        return problems

    async def _send(self, send: dict[str, Any]) -> Reply:
        body = _bytes(send)
        headers = {"Authorization": f"Bearer {self.names[send.get('as', self.tenant.world.provider.id) + '.token']}"}
        if body:
            headers["Content-Type"] = "application/scim+json; charset=utf-8"
        headers = {name: value for name, value in (headers | send.get("headers", {})).items() if value is not None}
        query = dict(parse_qsl(send.get("query", ""), keep_blank_values=True))
        request = func.HttpRequest(
            send["method"], f"{BASE_URL}{send['path']}", headers=headers, params=query, body=body
        )
        asked = scim_request(request, send["path"])
        answer = await self.tenant.world.app.dispatcher.answer(asked)
        await self.tenant.world.app.background.drain()
        response = http_response(answer, asked.id)
        text = response.get_body().decode()
        sent_headers = {name.lower(): value for name, value in response.headers.items()}
        if answer.body is not None:
            sent_headers["content-type"] = response.mimetype
        return Reply(response.status_code, sent_headers, text, json.loads(text) if text else None)

    def _traces(self, step: dict[str, Any], before: Mapping[Any, Any]) -> Iterator[str]:
        """Refused and reading requests leave the directory alone; each change of it leaves one activity."""
        assert self.reply is not None
        after = self.tenant.rows.contents("directory")
        changed = _directory(before) != _directory(after)
        new = [row for key, row in sorted(after.items()) if key[1].startswith("a|") and key not in before]
        reads = self.sent["method"] == "GET" or self.sent["path"].endswith("/.search")
        if changed and (reads or self.reply.status >= HTTPStatus.BAD_REQUEST):
            yield "The directory was changed by a request that was refused, or that only reads."
        if changed != bool(new):
            yield f"The directory was {'changed' if changed else 'left alone'}, with {len(new)} new activities."
        if "activities" in step:
            facts = [json.loads(row["facts"]) for row in new]
            expected = filled(step["activities"], self.names)
            expected = [{"status": each} if isinstance(each, str) else each for each in expected]
            yield from compare(expected, facts, "activities")
        if "queued" in step:
            queued = [key.rpartition("|")[2] for _, key in sorted(after) if key.startswith("q|")]
            yield from compare(filled(step["queued"], self.names), queued, "queued")

    def _save(self, wanted: dict[str, str]) -> Iterator[str]:
        assert self.reply is not None
        for name, path in filled(wanted, self.names).items():
            value = self.reply.body
            for part in path.split("."):
                value = value[int(part)] if isinstance(value, list) else value.get(part)
            if not isinstance(value, str):
                yield f"There is no text at {path} to be called {name}."
            self.names[name] = value


def filled(value: Any, names: Mapping[str, str]) -> Any:
    """A value of the case with its placeholders filled in; braces around anything else are left alone."""
    if isinstance(value, str):
        return PLACEHOLDER.sub(lambda match: names.get(match[1], match[0]), value)
    if isinstance(value, list):
        return [filled(each, names) for each in value]
    if isinstance(value, dict):
        return {filled(name, names): filled(each, names) for name, each in value.items()}
    return value


def expectations(expected: dict[str, Any], reply: Reply) -> Iterator[str]:
    """Where a reply is not what the step expects."""
    if reply.status != expected["status"]:
        yield f"status: expected {expected['status']}, got {reply.status}"
    for name, value in expected.get("headers", {}).items():
        yield from compare(value, reply.headers.get(name.lower()), f"header {name}")
    if "body" in expected:
        yield from compare(expected["body"], reply.body, "body")
    if "body_exact" in expected:
        yield from compare(expected["body_exact"], reply.body, "body", exact=True)


def _bytes(send: dict[str, Any]) -> bytes:
    if "body" in send:
        return json.dumps(send["body"], ensure_ascii=False).encode()
    raw = send.get("raw_body", "")
    if isinstance(raw, str):
        return raw.encode()
    if "base64" in raw:
        return base64.b64decode(raw["base64"])
    start, end = raw["start"].encode(), raw["end"].encode()
    if "bytes" in raw:
        return start + raw["fill"].encode() * (raw["bytes"] - len(start) - len(end)) + end
    return start + raw.get("between", "").join(raw["repeat"] for _ in range(raw["times"])).encode() + end


def _directory(contents: Mapping[Any, Any]) -> dict[str, Any]:
    return {key: row for (_, key), row in contents.items() if not key.startswith(NOT_THE_DIRECTORY)}


def _report(case: dict[str, Any], number: int, talk: Talk, problems: list[str]) -> str:
    sent = talk.sent
    request = f"{sent.get('method')} {sent.get('path')}{'?' if 'query' in sent else ''}{sent.get('query', '')}"
    lines = [case["title"], f"({case['source']})", "", f"step {number}: {request}"]
    lines += [f"  sent: {short(sent['body'], 2000)}"] if "body" in sent else []
    if talk.reply is not None:
        lines += [f"  got: {talk.reply.status} {dict(talk.reply.headers)}", f"  {talk.reply.text[:2000]}"]
    return "\n".join([*lines, "", *(f"* {problem}" for problem in problems)])
