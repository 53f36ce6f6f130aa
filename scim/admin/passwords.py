"""Passwords: Argon2id (RFC 9106) by the reference implementation, and which ones are good enough (NIST SP 800-63B)."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from scim.admin.problems import Invalid
from scim.sentences import Sentence

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_CHARACTERS = 12
MAX_CHARACTERS = 256
_LOOKED_AT = 72
"""Characters whose guessability is estimated: the estimate takes time, and a longer password is not easier to guess."""
AT_ONCE = 2
"""Hashes that are worked on at the same time."""
_GOOD_ENOUGH = 3
"""Of 4: more than 10^8 guesses."""


@dataclass(frozen=True)
class Passwords:
    """Hashes passwords and checks them, beside the event loop.

    Attributes:
        time_cost, memory_kib, parallelism: Of Argon2id. The defaults are the second choice of RFC 9106 §4.
    """

    time_cost: int = 3
    memory_kib: int = 64 * 1024
    parallelism: int = 4

    async def hash(self, password: str) -> str:
        """The hash, with its salt and parameters."""
        return await self._beside(self._hasher.hash, password)

    async def matches(self, password: str, hashed: str) -> bool:
        """Whether it is the password. An empty hash never matches, and takes as long."""
        return await self._beside(self._verify, password, hashed)

    def _verify(self, password: str, hashed: str) -> bool:
        from argon2.exceptions import InvalidHashError, VerificationError  # noqa: PLC0415 - only sign-in needs it

        try:
            verified = self._hasher.verify(hashed or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return False
        return verified and bool(hashed)

    async def _beside[**P, T](self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        call = partial(work, *arguments, **named)
        return await asyncio.get_running_loop().run_in_executor(self._threads, call)

    @cached_property
    def _threads(self) -> ThreadPoolExecutor:
        """Few: each hash takes `memory_kib`, and anybody may ask for one. The others wait."""
        return ThreadPoolExecutor(AT_ONCE, "passwords")

    @cached_property
    def _hasher(self) -> "PasswordHasher":
        from argon2 import PasswordHasher  # noqa: PLC0415

        return PasswordHasher(self.time_cost, self.memory_kib, self.parallelism)

    @cached_property
    def _nobodys(self) -> str:
        """What the passwords of people are compared with who have none."""
        return self._hasher.hash("nobody")


def check_password(password: str, *known: str) -> None:
    """Check that a new password is good enough.

    Args:
        password: As typed.
        known: What is known of the person (names, addresses), and so makes a bad password.

    Raises:
        Invalid: It is too short, too long or easily guessed.
    """
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # noqa: PLC0415

    if not MIN_CHARACTERS <= len(password) <= MAX_CHARACTERS:
        raise Invalid(
            Sentence("A password has {least} to {most} characters.", least=MIN_CHARACTERS, most=MAX_CHARACTERS),
            "password",
        )
    words = [part for text in known for part in (text, *text.replace("@", ".").split(".")) if part]
    estimate = zxcvbn(password[:_LOOKED_AT], user_inputs=[*words, "rollcall"])
    if estimate["score"] < _GOOD_ENOUGH:
        advice = estimate["feedback"]["warning"].rstrip(".")
        raise Invalid(
            Sentence(
                "This password is easily guessed: {advice}. Choose a longer or less common one.",
                advice=Sentence.word(advice),
            )
            if advice
            else Sentence("This password is easily guessed. Choose a longer or less common one."),
            "password",
        )
