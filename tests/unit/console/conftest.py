"""A tenant with an administrator at the console."""

import pytest

from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.visitor import Visitor


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


@pytest.fixture
async def visitor(admin):
    return await Visitor.signed_in(admin)
