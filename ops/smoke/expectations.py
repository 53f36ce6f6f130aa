"""What replies must be when Rollcall itself answers."""

from pydantic import ValidationError

from ops.smoke.documents import Document, Error
from ops.smoke.findings import Problem
from ops.smoke.replies import Reply
from ops.smoke.strangers import TOO_MANY_REQUESTS, explained
from scim.schema.urns import ERROR


def expect(reply: Reply, status: int) -> None:
    """Let a reply pass that is Rollcall's and has this status.

    Raises:
        Problem: Another answers, or Rollcall answers something else.
    """
    if not reply.is_ours or reply.status == TOO_MANY_REQUESTS:
        raise explained(reply)
    if reply.status != status:
        raise Problem(
            f"Rollcall answers {reply.method} {reply.url.path} with {reply.status} instead of {status}: "
            f"{reply.detail or 'without a word'}",
            "Do what the sentence says; the app's log has more under the reply's X-Request-Id "
            f"({reply.headers.get('x-request-id', 'not sent')}).",
        )


def expect_document[D: Document](reply: Reply, status: int, shape: type[D]) -> D:
    """The document of a reply that must be Rollcall's.

    Raises:
        Problem: See `expect`; or the document has another shape.
    """
    expect(reply, status)
    try:
        return shape.model_validate(reply.document)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the document"
        raise Problem(
            f"The body of {reply.method} {reply.url.path} ({reply.status}) is not as Rollcall writes it. "
            f"{where}: {first['msg']}.",
            "Look whether the URL is that of Rollcall, of the release that belongs to this test, and whether something "
            "in front of it rewrites bodies.",
        ) from None


def expect_error(reply: Reply, status: int) -> None:
    """Let a SCIM error pass (RFC 7644 §3.12).

    Raises:
        Problem: See `expect`; or the body is no SCIM error.
    """
    error = expect_document(reply, status, Error)
    if error.schemas != [ERROR] or error.status != str(status):
        raise Problem(
            f"The body of {reply.method} {reply.url.path} ({status}) is no SCIM error.",
            "Look whether something in front of Rollcall rewrites the bodies of errors.",
        )
