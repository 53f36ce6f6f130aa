"""Searches for users by userName, as identity providers send them before they write."""

from uuid import uuid4

from ops.smoke.documents import Document, Listing, User
from ops.smoke.expectations import expect_document
from ops.smoke.findings import Problem
from ops.smoke.replies import Reply
from ops.smoke.trial import Trial


def search(trial: Trial, user_name: str) -> Reply:
    """A search for one user."""
    return trial.scim("GET", "/Users", filter=f'userName eq "{user_name}"')


def search_for_nobody(trial: Trial) -> Reply:
    """A search for a user that cannot be."""
    return search(trial, str(uuid4()))


def found(reply: Reply) -> list[User]:
    """Who is in the reply to a search."""
    return expect_document(reply, 200, Listing[User]).resources


def expect_nobody(reply: Reply) -> None:
    """Let a reply to `search_for_nobody` pass.

    Raises:
        Problem: It finds somebody, or nothing can be read in it.
    """
    document = expect_document(reply, 200, Listing[Document])
    if document.total_results or document.resources:
        raise Problem(
            "A search for a user that cannot be finds somebody.",
            "Look whether something in front of Rollcall drops the query (?filter=…) or answers from a cache.",
        )
