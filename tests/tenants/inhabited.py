"""An app of its own with a tenant in it: what is in there is in no other test's way.

with inhabited(folder, "hostile", people=16) as (app_url, tenant): ...
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from localdev.stack import Stack
from tests.tenants.building import Tenant


@contextmanager
def inhabited(folder: Path, words: Literal["plain", "hostile"], people: int) -> Iterator[tuple[str, Tenant]]:
    """The app's URL, and who lives there; all of it ends with the block."""
    with Stack(folder, memory=True) as stack:
        pending = stack.prepare_app()
        file = folder / "tenant.json"
        variables = {"WORDS": words, "PEOPLE": str(people), "TENANT": str(file), "PUBLIC_URL": pending.url}
        stack.run("The tenant", "tests.tenants", variables)
        app = pending.open()
        yield app.url, Tenant(**json.loads(file.read_text("utf-8")))
        app.stop()
