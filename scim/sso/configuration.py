"""Configurations that nobody can sign in with."""

from scim.sentences import Sentence


class ConfigurationRefused(Exception):
    """What an administrator gave, or had fetched, cannot be signed in with.

    Args:
        detail: Says in one sentence what is wrong; nothing of what was given is in it but dates and numbers.
        code: Machine-readable, e.g. `not_metadata`.
    """

    def __init__(self, detail: Sentence, code: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code
