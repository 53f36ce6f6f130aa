"""Checks of headers: Rollcall's own must arrive, and none of a cache."""

from ops.smoke.connection import CONFIG
from ops.smoke.expectations import expect
from ops.smoke.findings import Problem
from ops.smoke.strangers import explained
from ops.smoke.trial import Trial

_UNCHANGED = "Let the proxy or gateway in front of Rollcall hand on headers of replies unchanged."
_CACHES = ("age", "x-cache", "cf-cache-status")
_CONSOLE = {
    "Content-Security-Policy": "frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=",
}
"""What each header of the console's pages must contain."""


def caching(trial: Trial) -> str:
    """Nothing of a directory is kept on the way."""
    reply = trial.send("GET", trial.url + CONFIG)
    expect(reply, 200)
    if "no-store" not in reply.headers.get("cache-control", ""):
        raise Problem("Replies have lost Cache-Control: no-store on the way.", _UNCHANGED)
    marks = [f"{name}: {reply.headers[name]}" for name in _CACHES if name in reply.headers]
    if marks:
        raise Problem(
            f"A cache stands in front of Rollcall ({', '.join(marks)}).",
            "Switch caching off below /ws/scim/v2: Rollcall's replies say no-store, and hold people's data.",
        )
    return "Replies say that they must not be cached, and no cache has added its mark."


def security(trial: Trial) -> str:
    """The headers that protect administrators in their browsers."""
    reply = trial.send("GET", f"{trial.root}/console")
    missing = [name for name, part in _CONSOLE.items() if part not in reply.headers.get(name, "")]
    if reply.body is None or len(missing) == len(_CONSOLE):
        raise explained(reply)
    if reply.headers.get("x-content-type-options") != "nosniff":
        missing.append("X-Content-Type-Options")
    if missing:
        raise Problem(f"Pages of the console have lost {', '.join(missing)} on the way.", _UNCHANGED)
    return "Pages of the console have their security headers."


def correlation(trial: Trial) -> str:
    """Each reply names itself, so that the log is found by it."""
    ids = [trial.send("GET", trial.url + CONFIG).headers.get("x-request-id", "") for _ in range(2)]
    if not all(ids) or ids[0] == ids[1]:
        raise Problem("Replies have no X-Request-Id of their own.", _UNCHANGED)
    return "Each reply has an X-Request-Id, under which the log has more."
