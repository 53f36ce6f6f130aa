"""Pages are sent compressed, to people who ask for them on a page of ours.

A compressed page tells by its length whether a text that somebody put into it is in there a second time (BREACH): a
search that is repeated beside the token of forms, or beside somebody's address. Whoever guesses like that must have the
victim's browser ask for the page, with its session, from another site. The session's cookie is `SameSite=Strict`, so
that such a request has none; and it is answered without compression in any case, as browsers themselves say where a
request comes from, and no page can say it in their place.
"""

import gzip
from collections.abc import Mapping
from dataclasses import replace

from scim.web.messages import WebRequest, WebResponse

_LEVEL = 5
"""Of 9: what more there is to gain costs more time than it saves."""
_WORTH_IT = 1_000
"""Bytes: less fits into one packet anyhow."""
_OUR_OWN = frozenset({"same-origin", "none"})
"""From a page of ours, or from nowhere: typed, a bookmark, another program."""
_VARY: Mapping[str, str] = {"Vary": "Accept-Encoding, Sec-Fetch-Site"}


def compressed(response: WebResponse, request: WebRequest) -> WebResponse:
    """The response, compressed where that is wanted, worth it and safe."""
    headers = request.headers
    is_wanted = "gzip" in headers.get("accept-encoding", "") and headers.get("sec-fetch-site") in _OUR_OWN
    if not is_wanted or response.body is None or len(response.body) < _WORTH_IT:
        return response
    body = gzip.compress(response.body, _LEVEL, mtime=0)
    return replace(response, body=body, headers={**response.headers, **_VARY, "Content-Encoding": "gzip"})
