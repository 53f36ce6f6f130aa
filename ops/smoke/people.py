"""Checks with a throw-away user, from its creation to its end, and what removes it in any case."""

from typing import Any

from ops.smoke.expectations import expect, expect_error
from ops.smoke.findings import Problem
from ops.smoke.replies import Reply
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
    person.location = reply.headers.get("location", "")
    if reply.is_ours and reply.status == 400 and "organization" in reply.text:  # noqa: PLR2004
        raise Problem(
            f"The throw-away user is refused: {(reply.document or {}).get('detail')}",
            "Name an organization that there is: make smoke ORGANIZATION=<id>.",
        )
    document = expect(reply, 201)
    person.id = document["id"]
    wanted = f"{trial.url}/Users/{person.id}"
    if person.location != wanted:
        raise Problem(
            f"Location of the new user is {person.location or 'missing'}, and should be {wanted}.",
            f"Set the app setting PUBLIC_URL to {trial.root}; no gateway may rewrite Location.",
        )
    return f"{person.user_name} is made."


def read(trial: Trial) -> str:
    """GET."""
    document = expect(_read(trial), 200)
    _same("userName", document.get("userName"), trial.person.user_name, trial)
    return "It can be read."


def change(trial: Trial) -> str:
    """PATCH, and what is read afterwards."""
    _patch(trial, "displayName", _AFTER)
    _same("displayName", expect(_read(trial), 200).get("displayName"), _AFTER, trial)
    return "It can be changed, and the change is read at once."


def find(trial: Trial) -> str:
    """A search by userName."""
    _same("what is found", _found(trial), [trial.person.id], trial)
    return "It is found by its userName."


def deactivate(trial: Trial) -> str:
    """PATCH of `active`."""
    _patch(trial, "active", value=False)
    _same("active", expect(_read(trial), 200).get("active"), wanted=False, trial=trial)
    return "It can be deactivated."


def delete(trial: Trial) -> str:
    """DELETE, and what is read afterwards."""
    expect(trial.scim("DELETE", f"/Users/{trial.person.id}"), 204)
    trial.person.may_exist = False
    reply = _read(trial)
    _same("the status after the deletion", reply.status, 404, trial)
    expect_error(reply, 404)
    return "It is deleted, and gone."


def clean_up(trial: Trial) -> Problem | None:
    """Delete the user if it may still exist; what went wrong with that."""
    if not trial.person.may_exist:
        return None
    try:
        for id_ in _ids(trial):
            reply = trial.scim("DELETE", f"/Users/{id_}")
            if not (reply.is_ours and reply.status in {204, 404}):
                expect(reply, 204)
    except Problem as problem:
        return Problem(
            f"The throw-away user {trial.person.user_name} could not be deleted: {problem.sentence}",
            "Delete it in the console, under Users.",
        )
    trial.person.may_exist = False
    return None


def _ids(trial: Trial) -> list[str]:
    """Of the user; from the Location, which something may have rewritten, only when it cannot be searched for."""
    person = trial.person
    if person.id:
        return [person.id]
    try:
        return _found(trial)
    except Problem:
        if not person.location:
            raise
        return [person.location.rpartition("/")[2]]


def _found(trial: Trial) -> list[str]:
    reply = trial.scim("GET", "/Users", filter=f'userName eq "{trial.person.user_name}"')
    return [user["id"] for user in expect(reply, 200)["Resources"]]


def _read(trial: Trial) -> Reply:
    return trial.scim("GET", f"/Users/{trial.person.id}")


def _patch(trial: Trial, path: str, value: Any) -> None:
    body = {"schemas": [PATCH_OP], "Operations": [{"op": "replace", "path": path, "value": value}]}
    expect(trial.scim("PATCH", f"/Users/{trial.person.id}", body), 200)


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
