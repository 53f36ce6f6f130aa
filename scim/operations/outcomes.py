"""From what an operation does, or raises, to its reply."""

import logging
from collections.abc import Awaitable

from scim.errors import ScimError, Unavailable
from scim.protocol.messages import Response, error_response

logger = logging.getLogger(__name__)


class _Failure(ScimError):
    """A fault of this service."""

    status = 500


async def outcome(work: Awaitable[Response], request_id: str) -> Response:
    """The reply, whatever happens; it never raises.

    A `TimeoutError` is taken for the end of the time that the caller gave. A fault is told by its reference alone; the
    log has the rest.
    """
    try:
        return await work
    except ScimError as error:
        return error_response(error)
    except TimeoutError:
        return error_response(Unavailable("This took too long. Send the request again.", 10))
    except Exception:
        logger.exception("request_failed id=%s", request_id)
        return error_response(
            _Failure(f"Something failed here, not in your identity provider. Reference {request_id}.")
        )
