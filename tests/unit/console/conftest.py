"""A tenant with an administrator at the console."""

import pytest

from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.people import Person
from tests.visitor import Visitor


@pytest.fixture
async def admin():
    return await AdminWorld.on(FakeRows())


@pytest.fixture
async def visitor(admin):
    return await Visitor.signed_in(admin)


@pytest.fixture
async def last(admin):
    """The only system administrator, signed in."""
    boss = await admin.services.users.find_by_name("boss@contoso.com", {"native"})
    person = await Person(admin, boss).equip()
    await person.sign_in()
    return Visitor(person)
