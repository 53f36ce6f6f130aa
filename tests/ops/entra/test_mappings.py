"""The mappings that the command writes are those of the guides, and provision people as they should."""

import re
from pathlib import Path
from random import Random

import httpx
import pytest

from ops.entra import mappings
from scim.schema.urns import NINJAONE_USER
from tests.ops.entra.service import mapping_of
from tests.simulations.directory import Directory, Person
from tests.simulations.entra import EntraJob
from tests.simulations.expected import differences
from tests.simulations.in_process import DispatcherTransport
from tests.world import BASE_URL

ROOT = Path(__file__).parents[3]
README = ROOT / "README.md"
INTEROP = ROOT / "docs" / "interop" / "entra.md"
CONSOLE = ROOT / "scim" / "console" / "guides" / "en"

BY_DEPARTMENT = 'Switch([department], "", "Contoso Sales", "12", "Contoso Support", "13")'
BY_ROLE = 'Switch(SingleAppRoleAssignment([appRoleAssignments]), "endUser", "technician", "technician")'


def table(path, after):
    """The first table behind a text: source → target, and which of them matches."""
    rows = re.search(r"^ *\|.*?(?=^ *$)", path.read_text("utf-8").partition(after)[2], re.MULTILINE | re.DOTALL)[0]
    cells = [[cell.strip().strip("`") for cell in row.strip().strip("|").split("|")] for row in rows.splitlines()[2:]]
    return {target: (source, more[0].startswith(("yes", "ja")) if more else None) for source, target, *more in cells}


def told(flows, *, with_matching):
    return {flow.target: (flow.value.text, flow.matching == 1 if with_matching else None) for flow in flows}


@pytest.mark.parametrize(
    ("path", "after", "flows"),
    [
        (README, "Provision Microsoft Entra ID Users**", mappings.PEOPLE),
        (INTEROP, "## Map the attributes of users", mappings.PEOPLE),
        (INTEROP, "## Map groups", mappings.GROUPS),
        (CONSOLE / "attributes.md", "## Map what Entra ID knows", mappings.PEOPLE),
        (CONSOLE.parent / "de" / "attributes.md", "## Zuordnen", mappings.PEOPLE),
    ],
    ids=lambda value: value.parent.name + "/" + value.name if isinstance(value, Path) else "",
)
def test_the_guides_show_the_mappings_that_are_written(path, after, flows):
    shown = table(path, after)
    has_matching = any(matching is not None for _, matching in shown.values())
    assert shown == told(flows, with_matching=has_matching)


def test_the_attributes_that_are_added_are_those_of_the_extension():
    assert mappings.EXTENSION == NINJAONE_USER
    assert [name.rpartition(":")[2] for name, _ in mappings.ATTRIBUTES] == ["organizationId", "userType"]
    for path in (README, INTEROP):
        for name, _ in mappings.ATTRIBUTES:
            assert f"`{name}`" in path.read_text("utf-8")


@pytest.mark.parametrize(
    ("expression", "kind"),
    [("[department]", "Attribute"), (' "12" ', "Constant"), (BY_DEPARTMENT, "Function"), ('"a" & [b]', "Function")],
)
def test_an_expression_of_one_part_is_just_that_part(expression, kind):
    assert mappings.Value.expression(expression).kind == kind


def test_blanks_count_within_constants_only(connection):
    connection.set_up("--user-type-expression", 'Switch([department],"a  b",  "x" , "y")')
    connection.mapping("userType")["source"]["expression"] = 'Switch( [department], "a  b","x","y" )'
    arguments = ("--organization", "12", "--group", "Help desk", "--user-type-expression")
    assert connection.run(*arguments, 'Switch([department], "a  b", "x", "y")') == 0
    assert connection.writes == []
    assert connection.run(*arguments, 'Switch([department], "a b", "x", "y")') == 0
    assert len(connection.writes) == 1


# --- provisioning by what was written ---


def people():
    return {
        "tess": Person("1", "tess@contoso.com", "Tess", "Lund", mail="t@contoso.com", mail_nickname="tess",
                       department="Contoso Support", user_type="technician"),
        "anna": Person("2", "anna@contoso.com", "Anna", "Berg", mail="a@contoso.com", mail_nickname="anna",
                       department="Contoso Sales"),
    }  # fmt: skip


@pytest.mark.parametrize("dialect", ["legacy", "2020"])
def test_people_arrive_by_the_mappings_that_were_written(connection, dialect):
    """R076, R057: a technician and an end user, created and moved, by the schema and the token that Entra ID got."""
    assert connection.run("--organization-expression", BY_DEPARTMENT, "--user-type-expression", BY_ROLE) == 0
    found = people()
    assert connection.scim.wait(_provision(connection, found, dialect)) == []

    users = connection.scim.wait(_users(connection))
    tess, anna = users["tess@contoso.com"], users["anna@contoso.com"]
    assert tess[NINJAONE_USER] == {"organizationId": "13", "userType": "technician"}
    assert anna[NINJAONE_USER] == {"organizationId": "13", "userType": "endUser"}
    assert (tess["active"], anna["active"]) == (True, False)
    assert anna["name"] == {"givenName": "Anna", "familyName": "Lind"}
    assert (anna["externalId"], anna["emails"][0]["value"]) == ("anna", "a@contoso.com")


async def _provision(connection, found, dialect):
    """A cycle, changes, and another one; returns what went wrong."""
    service = DispatcherTransport(connection.admin.world.app.dispatcher, BASE_URL)
    async with httpx.AsyncClient(transport=service) as client:
        secrets, schema = connection.graph.application.secrets, connection.graph.job.schema
        directory = Directory(Random(3), "contoso.com", ("12", "13"))
        directory.people = {person.object_id: person for person in found.values()}
        entra = EntraJob(
            client, secrets["BaseAddress"], secrets["SecretToken"], directory, dialect, mapping=mapping_of(schema)
        )
        await entra.initial_cycle()
        found["anna"].department, found["anna"].surname, found["anna"].is_assigned = "Contoso Support", "Lind", False
        await entra.incremental_cycle()
        wrong = await differences(client, BASE_URL, secrets["SecretToken"], entra.expected())
        return entra.failures + wrong


async def _users(connection):
    service = DispatcherTransport(connection.admin.world.app.dispatcher, BASE_URL)
    token = connection.graph.application.secrets["SecretToken"]
    async with httpx.AsyncClient(transport=service, headers={"Authorization": f"Bearer {token}"}) as client:
        reply = await client.get(f"{BASE_URL}/Users")
        return {user["userName"]: user for user in reply.json()["Resources"]}


def test_one_person_is_provisioned_on_demand(connection):
    connection.set_up("--try-user", "anna@contoso.com")
    assert "anna@contoso.com provisioned" in connection.text
    assert connection.graph.writes[-2].endswith("/provisionOnDemand"), "before the job is started for everybody"
    assert connection.scim.wait(_users(connection)).keys() == {"anna@contoso.com"}
    assert connection.run("--organization", "12", "--group", "Help desk", "--try-user", "anna@contoso.com") == 0


def test_a_person_whom_rollcall_refuses_is_told_in_its_words_and_the_job_is_not_started(connection):
    assert connection.run("--organization-expression", BY_DEPARTMENT, "--try-user", "anna@contoso.com") == 1
    assert "organizationId is required for end users" in connection.text
    assert connection.graph.job.state == "Disabled"
