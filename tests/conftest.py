"""What all tests can use, and which of them share a worker."""

from pathlib import Path

import pytest

pytest_plugins = ["tests.emulators"]

TESTS = Path(__file__).parent
TOGETHER = ("browser", "integration")
"""Folders whose tests stay with one worker, as do those of one file elsewhere: the apps, tenants and browsers that they
share are started once."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        path = item.path.relative_to(TESTS)
        group = path.parts[0] if path.parts[0] in TOGETHER else path.as_posix()
        item.add_marker(pytest.mark.xdist_group(group))
