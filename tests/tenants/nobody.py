"""`python -m tests.tenants.nobody`: an empty tenant, and the secret of `SET_UP_SECRET` for whoever comes first."""

import asyncio
import os
from collections.abc import Mapping

from localdev.application import opened
from scim.admin.set_up import SECRET_NAME
from scim.settings import Settings


async def prepare(environment: Mapping[str, str]) -> None:
    """Put the secret where whoever deploys the app puts it."""
    async with opened(Settings.from_environment(environment)) as app:
        await app.administration.services.secrets.set(SECRET_NAME, environment["SET_UP_SECRET"])


if __name__ == "__main__":
    asyncio.run(prepare(os.environ))  # noqa: TID251 - a program of its own
