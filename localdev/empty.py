"""The tenant of `make run SEED=none`: nothing is made, so that one begins as in a new deployment, with the set-up.

`python -m localdev.empty` runs with the environment of the app, before the app. As whoever deploys Rollcall does, it
puts the set-up secret into the vault. What an earlier run left stays as it is.
"""

import asyncio
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from localdev import run_file
from localdev.application import opened
from scim.admin.set_up import SECRET_NAME
from scim.bootstrap import Application
from scim.settings import Settings


async def prepare(environment: Mapping[str, str]) -> None:
    """Make the set-up possible, and write `run.json`."""
    settings = Settings.from_environment(environment)
    file = Path(environment["LOCAL_DIR"]) / "run.json"
    async with opened(settings) as app:
        url, secret = app.administration.services.public_url, await set_up_secret(app)
    known = {"providers": [], "organizations": [], "admin": None, "accounts": []} | run_file.read(file)
    addresses = {"scim_url": settings.scim_base_url, "console_url": f"{url}/console", "api_url": f"{url}/api"}
    set_up = {"url": f"{url}/console/set-up", "secret": secret} if secret else None
    run_file.write(file, known | addresses | {"set_up": set_up})


async def set_up_secret(app: Application) -> str | None:
    """The secret that lets the first administrator in, put into the vault if there is none; None once there is one."""
    services = app.administration.services
    if await services.administrator_guard.has_any():
        return None
    if present := await services.secrets.get(SECRET_NAME):
        return present[0]
    secret = secrets.token_urlsafe(24)
    await services.secrets.set(SECRET_NAME, secret)
    return secret


if __name__ == "__main__":
    asyncio.run(prepare(os.environ))  # noqa: TID251 - a program of its own
