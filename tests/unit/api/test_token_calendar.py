"""A token's expiry as a calendar entry: RFC 5545, read back by its rules."""

import pytest

from scim.domain.providers import Provider
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows

NAME = 'Ünïcode, "quoted"; with \\ and a name that is by far too long for a line of seventy-five octets 漢字漢字漢字'


@pytest.fixture
async def admin():
    admin = await AdminWorld.on(FakeRows())
    await admin.services.providers.create(Provider(id="p", name=NAME))
    return admin


async def test_the_expiry_is_an_event_with_reminders(admin):
    """R033: the same moment as the record's."""
    token = await admin.done("POST", "/identity-providers/p/scim/tokens", {})
    path = f"/identity-providers/p/scim/tokens/{token['id']}/expiry.ics"
    status, headers, body = await admin.call("GET", path)

    assert status == 200
    assert headers["Content-Disposition"] == f'attachment; filename="scim-token-{token["id"]}.ics"'
    lines = unfolded(body)
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-1] == "END:VCALENDAR"
    properties = dict(line.split(":", 1) for line in lines if not line.startswith(("BEGIN", "END")))
    assert properties["DTSTART"] == "20270523T120000Z"
    assert properties["DTSTAMP"] == "20261123T120000Z"
    assert properties["UID"] == f"scim-token-{token['id']}@rollcall.example"
    assert text(properties["SUMMARY"]) == f'The SCIM token ••••{token["lastFour"]} of "{NAME}" expires'
    assert [line for line in lines if line.startswith("TRIGGER")] == ["TRIGGER:-P14D", "TRIGGER:-P1D"]
    opened = [line.partition(":")[2] for line in lines if line.startswith("BEGIN")]
    assert sorted(opened) == sorted(line.partition(":")[2] for line in lines if line.startswith("END"))
    assert token["token"] not in body.decode()


async def test_a_token_that_ended_is_in_no_calendar(admin):
    token = await admin.done("POST", "/identity-providers/p/scim/tokens", {})
    admin.clock.advance(days=185)
    fresh = await admin.as_(await admin.account("carl@contoso.com", administrator=True))
    assert (await fresh.call("GET", f"/identity-providers/p/scim/tokens/{token['id']}/expiry.ics")).status == 404


def unfolded(body):
    """The content lines (§3.1), after a look at their lengths and ends."""
    assert body.endswith(b"\r\n")
    physical = body.removesuffix(b"\r\n").split(b"\r\n")
    assert b"\n" not in b"".join(physical)
    assert max(map(len, physical)) <= 75
    assert all(line.decode() for line in physical), "no character is cut in two"
    return body.removesuffix(b"\r\n").replace(b"\r\n ", b"").decode().split("\r\n")


def text(value):
    """A value of type TEXT (§3.3.11)."""
    found, escaped = "", False
    for character in value:
        if escaped or character != "\\":
            assert escaped or character not in ",;"
            found += character
        escaped = character == "\\" and not escaped
    return found
