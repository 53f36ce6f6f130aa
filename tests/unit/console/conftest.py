"""A tenant with an administrator at the console."""

import pytest

from scim.domain.sso import SsoState
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.people import Person
from tests.signing_in import Browser, SamlProvider
from tests.visitor import Visitor
from tests.world import user


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


@pytest.fixture
async def provider(admin):
    """Contoso Entra, with single sign-on enabled."""
    provider = SamlProvider(admin)
    await provider.connect(SsoState.ENABLED)
    return provider


@pytest.fixture
async def ana(admin):
    """Provisioned by Contoso Entra; the id."""
    return await admin.world.created("/Users", user("ana@contoso.com"))


@pytest.fixture
def browser(admin):
    """Somebody who is not signed in."""
    return Browser(admin)
