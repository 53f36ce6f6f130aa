"""Sends requests: waits where it was asked to wait, and in a dry run only reads."""

import time
from collections.abc import Callable, Generator
from itertools import count
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from ops.entra.console import Console, Refused, as_sent

PATIENCE_SECONDS = 180
"""How long one request may wait in all: for throttling to end, or for what was just made to be seen everywhere."""
_LONGEST_PAUSE_SECONDS = 20
_THROTTLED = 429
_BUSY = frozenset({503, 504})


class Answer(BaseModel):
    """What is read of a reply; the rest is let go."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, hide_input_in_errors=True)


class _Page(Answer):
    """A part of a collection."""

    value: list[Any]
    following: str | None = Field(None, alias="@odata.nextLink")


class Bearer(httpx.Auth):
    """Authenticates each request.

    Args:
        token: Gives the token; a credential of azure-identity renews it as needed.
    """

    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response]:
        """Add the header."""
        request.headers["Authorization"] = f"Bearer {self._token()}"
        yield request


class Client:
    """One service.

    Args:
        http: Leads there, and authenticates.
        refusal: What a reply means that is none of the good ones.
        console: Is told of what a dry run would send.
        dry_run: Whether nothing is to be changed.
        sleep: Waits some seconds.
    """

    def __init__(
        self,
        http: httpx.Client,
        refusal: Callable[[httpx.Response], Refused],
        console: Console,
        *,
        dry_run: bool = False,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._http = http
        self._refusal = refusal
        self._console = console
        self._sleep = sleep
        self._new: list[str] = []
        self.dry_run = dry_run

    def get[T: BaseModel](self, path: str, answer: type[T], **query: str) -> T:
        """Read something.

        Raises:
            Refused: It is not there, or not to be had.
        """
        return self._read(self._send("GET", path, query=query), answer)

    def list[T: BaseModel](self, path: str, answer: type[T], **query: str) -> list[T]:
        """Read all pages of a collection. Errors are those of `get`."""
        page = self._read(self._send("GET", path, query=query), _Page)
        items = page.value
        while page.following:
            page = self._read(self._send("GET", self._own(page.following)), _Page)
            items += page.value
        return [self._validated(item, answer) for item in items]

    def ask[T: BaseModel](self, path: str, body: Any, answer: type[T]) -> T:
        """A POST that changes nothing, so that a dry run sends it as well. Errors are those of `get`."""
        return self._read(self._send("POST", path, body), answer)

    def complaint(self, path: str, body: Any) -> str | None:
        """What a POST that changes nothing is refused with (400); None if it is not. It raises what `get` raises."""
        reply = self._send("POST", path, body, allowed=httpx.codes.BAD_REQUEST)
        return None if reply.is_success else str(self._refusal(reply))

    def write(
        self, method: str, path: str, body: Any = None, *, shown: Any = None, headers: dict[str, str] | None = None
    ) -> httpx.Response | None:
        """Change something. In a dry run: tell what would be sent, and return None.

        Args:
            method: Of the request.
            path: Below the base URL.
            body: JSON, with secrets as `SecretStr`.
            shown: What a dry run shows in the body's place, where that is long.
            headers: Besides the usual ones.

        Raises:
            Refused: It was not done.
        """
        if self.dry_run:
            self._console.show_call(method, f"{self._http.base_url}".rstrip("/") + path, shown or body)
            return None
        return self._send(method, path, body, headers=headers)

    def make[T: BaseModel](self, path: str, body: Any, answer: type[T]) -> T | None:
        """POST something new; None in a dry run."""
        reply = self.write("POST", path, body)
        return None if reply is None else self._read(reply, answer)

    def expect(self, path: str) -> None:
        """What is below this path was just made: "not found" means for a while that it must be asked again."""
        self._new.append(path)

    def patiently[T](
        self, read: Callable[[], T], is_there: Callable[[T], bool], seconds: float = PATIENCE_SECONDS
    ) -> T:
        """Read until it is there, or so many seconds are over; returns what was read last."""
        found, waited, pause = read(), 0.0, 1.0
        while not is_there(found) and waited + pause <= seconds:
            self._sleep(pause)
            waited, pause = waited + pause, min(2 * pause, _LONGEST_PAUSE_SECONDS)
            found = read()
        return found

    def _send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        allowed: int = 0,
    ) -> httpx.Response:
        content = None if body is None else as_sent(body)
        own = ({} if body is None else {"Content-Type": "application/json"}) | (headers or {})
        waited = 0.0
        for attempt in count():
            try:
                reply = self._http.request(method, path, params=query or None, headers=own, content=content)
            except httpx.RequestError as error:
                raise Refused(f"{self._http.base_url.host} cannot be reached: {error}") from None
            pause = self._pause(method, path, reply, attempt)
            if pause is None or waited + pause > PATIENCE_SECONDS:
                break
            self._sleep(pause)
            waited += pause
        if reply.is_success or reply.status_code == allowed:
            return reply
        raise self._refusal(reply)

    def _own(self, link: str) -> str:
        """A link that stays with this service: the access token is for no other."""
        base = self._http.base_url
        try:
            url = base.join(link)
        except (httpx.InvalidURL, ValueError):
            url = httpx.URL()
        if (url.scheme, url.netloc, url.userinfo) != (base.scheme, base.netloc, b""):
            raise Refused(f"{base.host} answered something else than it should: a next page that is not its own.")
        return str(url)

    def _pause(self, method: str, path: str, reply: httpx.Response, attempt: int) -> float | None:
        """How many seconds to wait before the request is sent again; None when it shall not be."""
        status = reply.status_code
        is_late = status == httpx.codes.NOT_FOUND and any(path.startswith(new) for new in self._new)
        is_repeatable = status == _THROTTLED or (status in _BUSY and method != "POST")
        if not is_late and not is_repeatable:
            return None
        asked = reply.headers.get("Retry-After", "")
        return float(asked) if asked.isdecimal() else min(2.0**attempt, _LONGEST_PAUSE_SECONDS)

    def _read[T: BaseModel](self, reply: httpx.Response, answer: type[T]) -> T:
        return self._validated(self._json(reply), answer)

    def _json(self, reply: httpx.Response) -> Any:
        try:
            return reply.json()
        except (ValueError, RecursionError):
            raise Refused(
                f"{reply.url.host} answered {reply.status_code} to {reply.request.method} {reply.url.path}, and not "
                "with JSON. Is the address right, and is there no sign-in page or proxy in between?"
            ) from None

    def _validated[T: BaseModel](self, document: Any, answer: type[T]) -> T:
        try:
            return answer.model_validate(document)
        except ValidationError as error:
            raise Refused(f"{self._http.base_url.host} answered something else than it should: {error}") from None
