"""What all tests can use, and which of them share a worker."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("rollcall", deadline=None)  # how long an example takes is the machine's affair
settings.load_profile("rollcall")

pytest_plugins = ["tests.emulators"]

TESTS = Path(__file__).parent
TOGETHER = ("browser", "integration")
"""Folders whose tests stay with one worker, as do those of one file elsewhere: the apps, tenants and browsers that they
share are started once."""
ALONE = ("browser/test_every_place.py",)
"""Files in these folders that share nothing with the others, and take long."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        path = item.path.relative_to(TESTS)
        file, folder = path.as_posix(), path.parts[0]
        item.add_marker(pytest.mark.xdist_group(folder if folder in TOGETHER and file not in ALONE else file))
