"""`python -m tests.tenants`: build a tenant on the storage of the environment, and write it to the file `TENANT`.

`WORDS` is "plain" or "hostile", `PEOPLE` how many people a provider sends.
"""

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path

from localdev.application import opened
from scim.settings import Settings
from tests.tenants.building import Tenant, build
from tests.tenants.words import HOSTILE, PLAIN


async def build_on(environment: Mapping[str, str]) -> Tenant:
    """The tenant, built on the storage of the environment."""
    words = {"plain": PLAIN, "hostile": HOSTILE}[environment["WORDS"]]
    async with opened(Settings.from_environment(environment)) as app:
        return await build(app, words, now=app.clock.now(), people=int(environment["PEOPLE"]))


def main(environment: Mapping[str, str]) -> None:
    """See the module."""
    tenant = asyncio.run(build_on(environment))
    Path(environment["TENANT"]).write_text(json.dumps(tenant.as_json()), "utf-8")


if __name__ == "__main__":
    main(os.environ)  # noqa: TID251 - a program of its own
