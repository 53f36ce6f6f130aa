"""What all tests can use, and in which order their files begin."""

from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("rollcall", deadline=None)  # how long an example takes is the machine's affair
settings.load_profile("rollcall")

pytest_plugins = ["tests.emulators"]

TESTS = Path(__file__).parent
LONG = {"architecture", "browser", "contract", "integration", "properties"}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long begins first, so that all workers end at about the same time."""
    items.sort(key=lambda item: item.path.relative_to(TESTS).parts[0] not in LONG)
