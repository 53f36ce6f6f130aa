"""Checks of what lies between client and app: name, TLS, plain HTTP; and of what monitors ask."""

import contextlib
import socket
import ssl
import urllib.request
import warnings
from datetime import UTC, datetime, timedelta

import httpx

from ops.smoke.findings import NotApplicable, Problem
from ops.smoke.strangers import explained
from ops.smoke.trial import BASE_PATH, Trial

CONFIG = "/ServiceProviderConfig"
ENOUGH = timedelta(days=14)
"""Life that a certificate must have left: time to renew it by hand."""
_WITHOUT_TLS = "The connection is not encrypted; that is right for a local run only."
_OLD_SECONDS = 10


def reachable(trial: Trial) -> str:
    """The URL answers, and leads to Rollcall."""
    reply = trial.send("GET", trial.url + CONFIG)
    if not reply.is_ours and reply.status == httpx.codes.NOT_FOUND:
        _look_for_prefix(trial)
    if not reply.is_ours:
        raise explained(reply)
    return f"Rollcall answers at {trial.url}."


def _look_for_prefix(trial: Trial) -> None:
    """Functions puts `/api` before all routes unless `host.json` says otherwise."""
    elsewhere = f"{trial.root}/api{BASE_PATH}"
    if trial.send("GET", elsewhere + CONFIG).is_ours:
        raise Problem(
            f"Rollcall answers at {elsewhere}, not at {trial.url}: the route prefix is wrong.",
            'host.json must set extensions.http.routePrefix to ""; deploy it as it is in the project.',
        )


def certificate(trial: Trial) -> str:
    """The certificate is valid for long enough, and TLS is new enough."""
    if not trial.is_encrypted:
        raise NotApplicable(_WITHOUT_TLS)
    tls = trial.replies[0].tls  # of the first check
    ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(tls.getpeercert()["notAfter"]), UTC)
    left = ends - datetime.now(UTC)  # noqa: TID251 - no clock port out here
    if left < ENOUGH:
        raise Problem(
            f"The certificate expires in {left.days} days, on {ends:%Y-%m-%d}.",
            "Renew it now; identity providers stop provisioning on the day it expires.",
        )
    return f"{tls.version().replace('v', ' ')}; the certificate is valid for another {left.days} days."


def old_tls(trial: Trial) -> str:
    """TLS 1.0 and 1.1 are refused (RFC 8996)."""
    if not trial.is_encrypted:
        raise NotApplicable(_WITHOUT_TLS)
    if urllib.request.getproxies().get("https"):
        raise NotApplicable("This machine reaches the app through a proxy, which negotiates TLS its own way.")
    address = httpx.URL(trial.url)
    if _speaks_old_tls(address.host, address.port or 443):
        raise Problem(
            "TLS 1.0 or 1.1 is still accepted.", "Set the minimum TLS version to 1.2, where TLS ends (app or gateway)."
        )
    return "TLS 1.0 and 1.1 are refused."


def _speaks_old_tls(host: str, port: int) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # else OpenSSL does not even offer them
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version, context.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with (
        contextlib.suppress(OSError),
        socket.create_connection((host, port), _OLD_SECONDS) as connection,
        context.wrap_socket(connection, server_hostname=host),
    ):
        return True
    return False


def plain_http(trial: Trial) -> str:
    """Without TLS nothing is answered: redirects lead to https, or nobody listens."""
    if not trial.is_encrypted:
        raise NotApplicable(_WITHOUT_TLS)
    if httpx.URL(trial.url).port is not None:
        raise NotApplicable("The URL names a port, so that the one of plain HTTP is not known.")
    try:
        reply = trial.send("GET", trial.url.replace("https:", "http:", 1) + CONFIG)
    except Problem:
        return "Nobody listens without TLS."
    if httpx.codes.is_redirect(reply.status) and reply.headers.get("location", "").startswith("https:"):
        return "Plain HTTP is redirected to HTTPS."
    if httpx.codes.is_error(reply.status) and not reply.is_ours:
        return f"Plain HTTP is refused ({reply.status})."
    raise Problem(
        f"Rollcall is reached without TLS ({reply.status}): a token sent so can be read on the way.",
        "Set 'HTTPS only' for the app (az functionapp update --set httpsOnly=true), and redirect at the gateway.",
    )


def health(trial: Trial) -> str:
    """What monitors ask (`/healthz`)."""
    reply = trial.send("GET", f"{trial.root}/healthz")
    status = (reply.document or {}).get("status")
    if reply.status == httpx.codes.SERVICE_UNAVAILABLE and isinstance(status, str):
        raise Problem(
            "Rollcall runs, but says that it cannot work (503): its storage or vault is not reached.",
            "Check TABLES_URL and KEY_VAULT_URL, the roles of the app's identity (Storage Table Data Contributor, Key "
            "Vault Secrets Officer), and the network rules of both.",
        )
    if reply.status != httpx.codes.OK or not isinstance(status, str):
        raise explained(reply)
    return f"/healthz says {status}."


def security_txt(trial: Trial) -> str:
    """Who finds a hole can tell somebody (RFC 9116)."""
    reply = trial.send("GET", f"{trial.root}/.well-known/security.txt")
    if reply.status == httpx.codes.NOT_FOUND:
        raise NotApplicable("No contact is told. Set SECURITY_CONTACT to an address for reports of security holes.")
    if reply.status != httpx.codes.OK or "Contact:" not in reply.text:
        raise explained(reply)
    return "security.txt names a contact."
