"""A pytest plugin that leaves out of the collection what may not run, or may fail."""

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = [item for item in items if not any(map(item.get_closest_marker, ("skip", "skipif", "xfail")))]
