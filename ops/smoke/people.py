"""Checks with a throw-away user, from its creation to its end, and what removes it in any case."""

import re
from typing import Any

from ops.smoke.documents import RESOURCE_ID, User
from ops.smoke.expectations import expect, expect_document, expect_error
from ops.smoke.findings import Problem, as_problem
from ops.smoke.replies import Reply
from ops.smoke.searches import expect_nobody, found, search, search_for_nobody
from ops.smoke.trial import Trial
from scim.schema.urns import CORE_USER, NINJAONE_USER, PATCH_OP

_BEFORE, _AFTER = "Smoke test", "Smoke test, changed"
_LARGE = 200_000
"""Bytes; web application firewalls let 128 KiB pass unless they are told."""


def large_body(trial: Trial) -> str:
    """A large body arrives. It is refused for want of a userName, so that nothing is made of it."""
    body = {"schemas": [CORE_USER], "displayName": "x" * _LARGE}
    expect_error(trial.scim("POST", "/Users", body), 400)
    return "A body of 200 KB reaches Rollcall."


def create(trial: Trial) -> str:
    """POST."""
    person = trial.person
    body = {
        "schemas": [CORE_USER, NINJAONE_USER],
        "userName": person.user_name,
        "displayName": _BEFORE,
        "active": True,
        NINJAONE_USER: {"organizationId": trial.organization},
    }
    person.may_exist = True
    reply = trial.scim("POST", "/Users", body)
    person.was_answered = reply.is_ours or reply.status < 500  # noqa: PLR2004 - a gateway's 504 says nothing of it
    person.location = reply.headers.get("location", "")
    if reply.is_ours and reply.status == 400 and "organization" in reply.detail:  # noqa: PLR2004
        raise Problem(
            f"The throw-away user is refused: {reply.detail}",
            "Name an organization that there is: make smoke ORGANIZATION=<id>.",
        )
    person.id = expect_document(reply, 201, User).id
    wanted = f"{trial.url}/Users/{person.id}"
    if person.location != wanted:
        raise Problem(
            f"Location of the new user is {person.location or 'missing'}, and should be {wanted}.",
            f"Set the app setting PUBLIC_URL to {trial.root}; no gateway may rewrite Location.",
        )
    return f"{person.user_name} is made."


def read(trial: Trial) -> str:
    """GET."""
    _same("userName", _written(trial).user_name, trial.person.user_name, trial)
    return "It can be read."


def change(trial: Trial) -> str:
    """PATCH, and what is read afterwards."""
    _patch(trial, "displayName", _AFTER)
    _same("displayName", _written(trial).display_name, _AFTER, trial)
    return "It can be changed, and the change is read at once."


def find(trial: Trial) -> str:
    """A search by userName; and one for another, which finds nobody even if there is nobody else to be found."""
    _same("what is found", [user.id for user in found(search(trial, trial.person.user_name))], [trial.person.id], trial)
    expect_nobody(search_for_nobody(trial))
    return "It is found by its userName, and by no other."


def deactivate(trial: Trial) -> str:
    """PATCH of `active`."""
    _patch(trial, "active", value=False)
    _same("active", _written(trial).active, wanted=False, trial=trial)
    return "It can be deactivated."


def delete(trial: Trial) -> str:
    """DELETE, and what is read afterwards."""
    expect(trial.scim("DELETE", _path(trial.person.id)), 204)
    trial.person.may_exist = False
    reply = _read(trial)
    _same("the status after the deletion", reply.status, 404, trial)
    expect_error(reply, 404)
    return "It is deleted, and gone."


def clean_up(trial: Trial) -> Problem | None:
    """Delete the user if it may still exist; what went wrong with that."""
    person = trial.person
    if not person.may_exist:
        return None
    try:
        ids = _ids(trial)
        for id_ in ids:
            reply = trial.scim("DELETE", _path(id_))
            if not (reply.is_ours and reply.status in {204, 404}):
                expect(reply, 204)
    except Exception as error:  # noqa: BLE001 - whatever it was, the user must be told
        return Problem(
            f"The throw-away user {person.user_name} could not be deleted: {as_problem(error).sentence}",
            "Delete it in the console, under Users.",
        )
    person.may_exist = not ids and not person.was_answered
    if not person.may_exist:
        return None
    return Problem(
        f"The throw-away user {person.user_name} is not there, but may still come: its creation was not answered.",
        "Look for it in the console, under Users, in some minutes, and delete it.",
    )


def _ids(trial: Trial) -> list[str]:
    """Of the user; from the Location, which something may have rewritten, only when it cannot be searched for.

    Others that are found are left alone: something may drop the query.
    """
    person = trial.person
    if person.id:
        return [person.id]
    try:
        return [user.id for user in found(search(trial, person.user_name)) if user.user_name == person.user_name]
    except Problem:
        told = person.location.rpartition("/")[2]
        if not re.match(RESOURCE_ID, told):
            raise
        return [told]


def _path(id_: str) -> str:
    return f"/Users/{id_}"


def _read(trial: Trial) -> Reply:
    return trial.scim("GET", _path(trial.person.id))


def _written(trial: Trial) -> User:
    return expect_document(_read(trial), 200, User)


def _patch(trial: Trial, path: str, value: Any) -> None:
    body = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": path, "value": value}]}
    expect(trial.scim("PATCH", _path(trial.person.id), body), 200)


def _same(what: str, seen: object, wanted: object, trial: Trial) -> None:
    """Raise unless it is what was just written."""
    if seen == wanted:
        return
    reply = trial.replies[-1]
    marks = [f"{name}: {reply.headers[name]}" for name in ("age", "x-cache", "via") if name in reply.headers]
    raise Problem(
        f"A stale reply: {what} is {seen!r} instead of {wanted!r}"
        + (f"; it came from a cache ({', '.join(marks)})." if marks else "; it comes from a cache, or from elsewhere."),
        "Switch caching off below /ws/scim/v2 in whatever stands in front of Rollcall; its replies say no-store.",
    )
