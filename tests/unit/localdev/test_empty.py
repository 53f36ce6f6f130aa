"""The tenant of `make run SEED=none`: its secret opens the set-up, and nothing else is there."""

from localdev.empty import set_up_secret
from scim.admin.set_up import SECRET_NAME
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.visitor import Visitor
from tests.world import World

FIRST = {"email": "ana@contoso.com", "givenName": "Ana", "familyName": "Ruiz", "password": "a lighthouse at low tide"}


async def nobody():
    return AdminWorld(await World.on(FakeRows()), "")


async def test_the_secret_opens_the_set_up():
    admin = await nobody()
    secret = await set_up_secret(admin.world.app)
    page = await Visitor(None, admin).send("set-up", secret=secret, **FIRST)
    assert (page.status, "Set up an authenticator app" in page.text) == (200, True)


async def test_a_second_start_keeps_the_secret():
    admin = await nobody()
    secret = await set_up_secret(admin.world.app)
    assert await set_up_secret(admin.world.app) == secret
    assert (await admin.services.secrets.get(SECRET_NAME))[0] == secret


async def test_a_tenant_that_has_an_administrator_gets_none():
    admin = await AdminWorld.on(FakeRows())
    await Visitor.signed_in(admin)
    assert await set_up_secret(admin.world.app) is None
    assert await admin.services.secrets.get(SECRET_NAME) is None
