"""What replies must be when Rollcall itself answers."""

from typing import Any

from ops.smoke.findings import Problem
from ops.smoke.replies import Reply
from ops.smoke.strangers import explained
from scim.schema.urns import ERROR


def expect(reply: Reply, status: int) -> dict[str, Any]:
    """The document of a reply that must be Rollcall's and have this status; empty for one without content.

    Raises:
        Problem: Another answers, or Rollcall answers something else.
    """
    if not reply.is_ours:
        raise explained(reply)
    document = reply.document or {}
    if reply.status != status:
        raise Problem(
            f"Rollcall answers {reply.method} {reply.url.path} with {reply.status} instead of {status}: "
            f"{document.get('detail', 'without a word')}",
            "Do what the sentence says; the app's log has more under the reply's X-Request-Id "
            f"({reply.headers.get('x-request-id', 'not sent')}).",
        )
    return document


def expect_error(reply: Reply, status: int) -> dict[str, Any]:
    """The SCIM error of a reply that must be one (RFC 7644 §3.12).

    Raises:
        Problem: See `expect`; or the body is no SCIM error.
    """
    document = expect(reply, status)
    if document.get("schemas") != [ERROR] or document.get("status") != str(status):
        raise Problem(
            f"The body of {reply.method} {reply.url.path} ({status}) is no SCIM error.",
            "Look whether something in front of Rollcall rewrites the bodies of errors.",
        )
    return document
