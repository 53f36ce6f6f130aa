"""An Entra tenant and a Rollcall, with the command between them."""

import asyncio
import io
from dataclasses import replace

import pytest
from azure.core.credentials import AccessToken

from ops.entra.command import Machine, perform
from ops.entra.options import parse
from scim.domain.providers import Provider, ProviderKind
from tests.admin_world import AdminWorld
from tests.fakes.rows import FakeRows
from tests.ops.entra.graph_double import GraphDouble
from tests.ops.entra.service import ApiTransport, Service
from tests.people import Person as Administrator
from tests.simulations.directory import Person
from tests.world import World

APP = "https://rollcall.example"
FIRST = ("--organization", "12", "--group", "Help desk")
HELP_DESK = "5b0f3c1a-7d0e-4a55-9f0e-2f4f5f0f9a11"
ANNA = Person("9bb0f679-a883-4a6f-8260-35b491b8b8c8", "anna@contoso.com", "Anna", "Berg", mail="anna@contoso.com")


class SignIn:
    """A credential that the Graph double accepts."""

    def __init__(self, graph):
        self._graph = graph
        self.scopes = ()
        self.error = None

    def get_token(self, *scopes):
        self.scopes = scopes
        if self.error:
            raise self.error
        return AccessToken(self._graph.access_token(), 4102444800)


class Connection:
    """What a test works with: `graph` and `api` are the two services, `run` is the command."""

    def __init__(self, runner):
        self.admin = runner.run(_tenant())
        app = self.admin.world.app
        self.scim = Service(app, runner)
        self.api = ApiTransport(self.scim, app)
        self.graph = GraphDouble(self.scim)
        self.graph.groups[HELP_DESK] = "Help desk"
        self.graph.people[ANNA.object_id] = replace(ANNA)
        self.sign_in = SignIn(self.graph)
        self.output = []
        self.waits = []
        self.person = None
        self.questions = []

    def run(self, *arguments, secret=None, option="--access-token-file"):
        """Run the command; returns its exit code. What it printed is in `text`, what it wrote in `writes`."""
        self.output.clear()
        self.graph.calls.clear()
        self.api.calls.clear()
        self.questions.clear()
        stdin = io.StringIO(f"{self.admin.token if secret is None else secret}\n")
        options = parse(["--app", APP, option, "-", *arguments], stdin)
        machine = Machine(
            graph=self.graph,
            rollcall=self.api,
            credential=self.sign_in,
            write=self.output.append,
            ask=self._answer,
            sleep=self.waits.append,
        )
        return perform(options, machine)

    def _answer(self, question):
        self.questions.append(question)
        if self.person is None:
            raise EOFError
        return self.person.code()

    def equip(self):
        """From now on there is somebody to answer, who has an authenticator app."""
        self.person, self.admin = self.scim.wait(_administrator(self.admin))

    def set_up(self, *arguments):
        """The first run."""
        assert self.run(*FIRST, *arguments) == 0, self.text

    def ask(self, method, path, body=None):
        """What an administrator does in Rollcall besides."""
        return self.scim.wait(self.admin.done(method, path, body))

    @property
    def provider_path(self):
        """The identity provider that the command made."""
        (provider,) = [each for each in self.ask("GET", "/identity-providers")["items"] if each["kind"] == "entra"]
        return f"/identity-providers/{provider['id']}"

    @property
    def live(self):
        """The last characters of the tokens that are live, newest first."""
        tokens = self.ask("GET", f"{self.provider_path}/scim/tokens")["items"]
        return [each["lastFour"] for each in tokens if each["state"] == "active"]

    @property
    def text(self):
        return "\n".join(self.output)

    @property
    def writes(self):
        return self.graph.writes + self.api.writes

    @property
    def secret_token(self):
        return self.graph.application.secrets["SecretToken"]

    def mapping(self, target, kind="User"):
        """The mapping of an attribute, to be looked at or edited as in the portal; None when there is none."""
        found = [each for each in self.mappings(kind) if each["targetAttributeName"].endswith(target)]
        return found[0] if found else None

    def mappings(self, kind="User"):
        (rule,) = self.graph.job.schema["synchronizationRules"]
        return next(each for each in rule["objectMappings"] if each["sourceObjectName"] == kind)["attributeMappings"]

    def attributes(self):
        """The attributes that people have in Rollcall."""
        return self.graph.job.schema["directories"][1]["objects"][0]["attributes"]


async def _tenant():
    """A tenant that Okta provisions so far."""
    okta = Provider(id="okta", name="Okta", kind=ProviderKind.OKTA)
    admin = AdminWorld(await World.on(FakeRows(), okta), "")
    return await admin.as_(await admin.account("boss@contoso.com", administrator=True))


async def _administrator(admin):
    account = await admin.account("ana@contoso.com", administrator=True)
    return await Administrator(admin, account).equip(), await admin.as_(account)


@pytest.fixture
def connection():
    with asyncio.Runner() as runner:
        yield Connection(runner)
