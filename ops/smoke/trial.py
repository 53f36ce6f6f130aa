"""A deployment under test, as its clients reach it."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from uuid import uuid4

import httpx

from ops.smoke.findings import Problem
from ops.smoke.replies import ENCODINGS, Reply, encoding, unpacked
from scim.protocol.messages import MEDIA_TYPE

BASE_PATH = "/ws/scim/v2"
ANY_ORGANIZATION = "All"
TIMEOUT_SECONDS = 30.0
"""Longer than a cold start and Rollcall's own 25 seconds."""


@dataclass(slots=True)
class Person:
    """The throw-away user.

    Attributes:
        user_name: Nobody else's; no e-mail can ever be delivered to it (RFC 6761 §6.4).
        id: As soon as it is known.
        location: What the reply to its creation said in `Location`; "" before that.
        may_exist: Whether a request was sent that may have made it, and none that has surely removed it.
        was_answered: Whether that request came to its end, so that nothing makes it any more.
    """

    user_name: str = field(default_factory=lambda: f"rollcall-smoke-{uuid4()}@smoke.invalid")
    id: str = ""
    location: str = ""
    may_exist: bool = False
    was_answered: bool = False


class Trial:
    """The deployment, the token, and what was asked so far.

    Args:
        client: Follows no redirects.
        url: The SCIM URL, without a slash at its end.
        token: The token.
        organization: Where the throw-away user belongs.
        person: The throw-away user.
    """

    def __init__(
        self,
        client: httpx.Client,
        url: str,
        token: str,
        organization: str = ANY_ORGANIZATION,
        person: Person | None = None,
    ) -> None:
        self.url = url
        self.root = url.removesuffix(BASE_PATH)
        self.token = token
        self.organization = organization
        self.person = person or Person()
        self.replies: list[Reply] = []
        self._client = client

    @property
    def is_encrypted(self) -> bool:
        """Whether it is reached over TLS."""
        return self.url.startswith("https:")

    def scim(self, method: str, path: str, body: Any = None, **query: str) -> Reply:
        """A request with the token, below the SCIM URL.

        Raises:
            Problem: There is no reply.
        """
        return self.send(method, self.url + path, body, token=self.token, query=query)

    def send(
        self,
        method: str,
        url: str,
        body: Any = None,
        *,
        token: str | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Reply:
        """A request.

        Raises:
            Problem: There is no reply.
        """
        headers = {"Accept": MEDIA_TYPE, "Accept-Encoding": ", ".join(ENCODINGS)}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        if body is not None:
            headers["Content-Type"] = MEDIA_TYPE
        request = self._client.build_request(method, url, json=body, headers=headers, params=query or None)
        started = perf_counter()
        try:
            reply = _received(self._client, request, started)
        except httpx.TransportError as error:
            raise _unreached(error, request) from error
        self.replies.append(reply)
        return reply


def _received(client: httpx.Client, request: httpx.Request, started: float) -> Reply:
    response = client.send(request, stream=True)
    try:
        stream = response.extensions.get("network_stream")
        tls = stream.get_extra_info("ssl_object") if stream else None
        body = unpacked(_read(response), encoding(response.headers))
        milliseconds = (perf_counter() - started) * 1000
        return Reply(request.method, request.url, response.status_code, response.headers, body, milliseconds, tls)
    finally:
        response.close()


def _read(response: httpx.Response) -> bytes:
    try:
        return b"".join(response.iter_raw())
    except (httpx.ReadError, httpx.RemoteProtocolError) as error:
        raise Problem(
            f"The reply to {response.request.method} {response.request.url.path} ({response.status_code}) is cut off: "
            f"{error}.",
            "Look whether something in front of Rollcall breaks connections off, or changes Content-Length.",
        ) from error


_UNTRUSTED = (
    ("expired", "has expired", "Renew it; on a host name of Azure that happens by itself."),
    ("not yet valid", "is not valid yet", "Check this machine's clock, and from when on the certificate is valid."),
    (
        "self-signed",
        "is signed by nobody that identity providers trust (self-signed)",
        "Use one of a public authority.",
    ),
    (
        "self signed",
        "is signed by nobody that identity providers trust (self-signed)",
        "Use one of a public authority.",
    ),
    ("mismatch", "is made for another host name", "Use the host name that it is made for, or add this one to it."),
    ("not valid for", "is made for another host name", "Use the host name that it is made for, or add this one to it."),
    (
        "unable to get local issuer",
        "is signed by nobody that identity providers trust, or comes without its intermediate certificates",
        "Serve the whole chain of a public authority.",
    ),
)
"""A word of OpenSSL's message, what the certificate is, what to do."""


def _unreached(error: httpx.TransportError, request: httpx.Request) -> Problem:
    host = request.url.host
    cause = _cause(error, ssl.SSLError)
    if isinstance(cause, ssl.SSLCertVerificationError):
        message = str(cause).lower()
        for word, is_, remedy in _UNTRUSTED:
            if word in message:
                return Problem(f"The certificate of {host} {is_}.", remedy)
        return Problem(f"The certificate of {host} is not valid: {cause.verify_message}.", "Replace it.")
    if cause is not None:
        return Problem(
            f"{host} and this machine agree on no version of TLS, or it speaks none ({cause.reason}).",
            "Serve TLS 1.2 or 1.3.",
        )
    if isinstance(error, httpx.TimeoutException):
        return Problem(
            f"{request.method} {request.url.path} got no reply within {TIMEOUT_SECONDS:.0f} seconds.",
            "Look into the app's log whether the request arrived; a firewall may swallow it.",
        )
    return Problem(
        f"{request.method} {request.url.path} on {host} got no reply: {error or type(error).__name__}.",
        "Check the host name, that the app runs, and that this machine may connect to it.",
    )


def _cause[T: BaseException](error: BaseException | None, kind: type[T]) -> T | None:
    while error is not None and not isinstance(error, kind):
        error = error.__cause__ or error.__context__
    return error
