"""What answers in Rollcall's place, by the marks that it leaves: one row for each, the first that fits counts."""

import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from ops.smoke.findings import Problem
from ops.smoke.replies import ENCODINGS, Reply, encoding
from ops.smoke.trial import BASE_PATH

TOO_MANY_REQUESTS = 429
_LONGEST_TITLE = 60
_TITLE = re.compile(r"<title[^>]*>(.*?)</title>", re.IGNORECASE | re.DOTALL)
_SIGN_IN = re.compile(r"login\.(microsoftonline|windows)|/\.auth/login", re.IGNORECASE)
_EASY_AUTH = (
    "Requests under /ws/scim/v2 must reach the app without a sign-in: switch App Service Authentication off "
    "(Authentication → Edit → Disabled), or exclude /ws/scim/v2/* from it. Rollcall checks tokens itself."
)


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who is not Rollcall.

    Attributes:
        left: Whether a reply has its marks.
        sentence: Who it is, with `{status}`, `{method}`, `{path}` and other facts of the reply.
        remedy: What to do.
    """

    left: Callable[[Reply], bool]
    sentence: str
    remedy: str


def _redirects(reply: Reply) -> bool:
    return httpx.codes.is_redirect(reply.status) and "location" in reply.headers


def _is_easy_auth(reply: Reply) -> bool:
    if _redirects(reply):
        return bool(_SIGN_IN.search(reply.headers["location"]))
    challenge = reply.headers.get("www-authenticate", "")
    return reply.status in {401, 403} and (
        "authorization_uri" in challenge or "x-ms-middleware-request-id" in reply.headers
    )


def _is_page(reply: Reply) -> bool:
    return reply.media_type == "text/html"


STRANGERS = (
    Stranger(
        lambda reply: encoding(reply.headers) not in ENCODINGS,
        "The reply to {method} {path} says that it is compressed in a way that was not asked for (Content-Encoding: "
        "{encoding}).",
        "A proxy in front of Rollcall spoils compression: let it heed Accept-Encoding, or hand on bodies unchanged.",
    ),
    Stranger(
        lambda reply: reply.body is None,
        "The reply to {method} {path} says that it is compressed, and cannot be unpacked: it is cut off, or no gzip.",
        "A proxy in front of Rollcall spoils compression: let it hand on Content-Encoding and bodies unchanged.",
    ),
    Stranger(
        lambda reply: reply.status == TOO_MANY_REQUESTS,
        "{method} {path} is throttled: there were too many requests (429, Retry-After: {retry}).",
        "Wait as long as it says, and test again. A gateway that throttles must spare identity providers: they send "
        "many requests at once.",
    ),
    Stranger(
        _is_easy_auth,
        "App Service Authentication answers {method} {path} ({status}), and lets no identity provider through.",
        _EASY_AUTH,
    ),
    Stranger(
        _redirects,
        "{method} {path} is redirected to {location}; identity providers do not follow, or lose the token on the way.",
        "Give the URL that Rollcall is reached at directly, or remove the rule that redirects.",
    ),
    Stranger(
        lambda reply: reply.is_scim and reply.is_cut_off,
        "The reply to {method} {path} ({status}) is cut off: its JSON ends in the middle, after {length} bytes.",
        "Look whether something in front of Rollcall breaks replies off, or changes Content-Length.",
    ),
    Stranger(
        lambda reply: reply.is_scim and reply.document is None,
        "The reply to {method} {path} ({status}) is no JSON object, although its content type says {type}.",
        "Look whether the URL is that of Rollcall, and whether something in front of it rewrites bodies.",
    ),
    Stranger(
        lambda reply: BASE_PATH in reply.url.path and "scim:" in reply.text and '"schemas"' in reply.text,
        'Something rewrites the content type of {method} {path}: "{type}" instead of application/scim+json.',
        "Let the proxy or gateway in front of Rollcall hand on the Content-Type header unchanged.",
    ),
    Stranger(
        lambda reply: "subscription key" in reply.text.lower(),
        "API Management answers {method} {path} ({status}) and demands a subscription key, which no identity provider "
        "sends.",
        "Switch off 'Subscription required' for this API in API Management. Rollcall checks tokens itself.",
    ),
    Stranger(
        lambda reply: reply.status == 401 and not reply.body,  # noqa: PLR2004
        "The Functions host answers {method} {path} with an empty 401: it demands a function key.",
        "Deploy Rollcall as it is, with anonymous routes (authLevel); no function key belongs into a SCIM URL.",
    ),
    Stranger(
        lambda reply: "x-ms-forbidden-ip" in reply.headers or "blocked your access" in reply.text,
        "The platform keeps this address out of the app ({status}): access restrictions.",
        "Allow the addresses of your identity provider (and this one, for the test) under Networking → Public network "
        "access.",
    ),
    Stranger(
        lambda reply: "app is stopped" in reply.text,
        "The app is stopped ({status}).",
        "Start it: az functionapp start --name <app> --resource-group <group>.",
    ),
    Stranger(
        lambda reply: reply.status in {502, 503, 504},
        "The platform answers {method} {path} in the app's place ({status}): the app does not start, or a gateway "
        "does not reach it.",
        "Look into the app's log (Application Insights, or az webapp log tail); a setting that is missing is named "
        "there.",
    ),
    Stranger(
        lambda reply: reply.status in {403, 405, 406, 411, 413, 414, 415, 501},
        "Something in front of Rollcall refuses {method} {path} ({status}): a firewall or gateway.",
        "Let the firewall pass GET, POST, PUT, PATCH and DELETE below /ws/scim/v2, with bodies of up to 16 MiB.",
    ),
    Stranger(
        _is_page,
        'A web page ("{title}") answers {method} {path}, not Rollcall.',
        "Check host name and path: the SCIM URL is https://<app>.azurewebsites.net/ws/scim/v2. A static site or "
        "sign-in page in front must leave /ws/scim/v2 alone.",
    ),
    Stranger(
        lambda reply: reply.status == 404,  # noqa: PLR2004
        "The host knows nothing at {path} (404, not from Rollcall).",
        'Check the path, and that the app is deployed (az functionapp function list). host.json must set "routePrefix" '
        'to "".',
    ),
)
_UNKNOWN = Stranger(
    lambda _: True,
    'Something other than Rollcall answers {method} {path}: {status} with content type "{type}".',
    "Look what stands between you and the app: DNS, proxies, gateways.",
)


def explained(reply: Reply) -> Problem:
    """What a reply that is not Rollcall's shows."""
    stranger = next((each for each in STRANGERS if each.left(reply)), _UNKNOWN)
    title = _TITLE.search(reply.text)
    facts = {
        "status": reply.status,
        "method": reply.method,
        "path": reply.url.path,
        "type": reply.headers.get("content-type", "none"),
        "encoding": encoding(reply.headers),
        "length": len(reply.body or b""),
        "retry": reply.headers.get("retry-after", "not told"),
        "location": reply.headers.get("location", "").partition("?")[0],
        "title": _short(title[1]) if title else "without a title",
    }
    return Problem(stranger.sentence.format(**facts), stranger.remedy)


def _short(text: str) -> str:
    """Cut between words: a part of the token would not be known as one any more."""
    return textwrap.shorten(text, _LONGEST_TITLE, placeholder=" …", break_long_words=False, break_on_hyphens=False)
