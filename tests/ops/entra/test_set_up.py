"""The first run makes everything, in order; the second nothing; each drift is corrected by what it takes."""

import pytest

from tests.ops.entra.conftest import APP, FIRST, HELP_DESK
from tests.ops.entra.graph_double import USER_ROLE
from tests.ops.entra.template import ENTERPRISE, mapping

EXTENSION = "urn:ietf:params:scim:schemas:extension:ninjaone:2.0:User"
SYNC = "/servicePrincipals/{id}/synchronization"
JOB = f"{SYNC}/jobs/scim.{{id}}"
PUT_SCHEMA = f"PUT {JOB}/schema"
PUT_SECRETS = f"PUT {SYNC}/secrets"
ASSIGN = "POST /servicePrincipals/{id}/appRoleAssignedTo"
START = f"POST {JOB}/start"


def test_the_first_run_makes_everything_in_order(connection):
    assert connection.run(*FIRST) == 0, connection.text
    assert connection.graph.writes == [
        "POST /applicationTemplates/{id}/instantiate",
        f"POST {SYNC}/jobs",
        PUT_SCHEMA,
        PUT_SECRETS,
        ASSIGN,
        START,
    ]
    (make, enable, generate) = connection.api.writes
    assert make == "POST /identity-providers"
    assert enable.endswith("/scim:enable")
    assert generate.endswith("/scim/tokens")
    assert connection.graph.job.state == "Active"
    assert connection.graph.application.assigned == {HELP_DESK: USER_ROLE}


def test_entra_gets_the_address_a_token_that_works_and_the_scope_of_the_assigned(connection):
    connection.set_up()
    secrets = connection.graph.application.secrets
    assert secrets.keys() == {"BaseAddress", "SecretToken", "SyncAll"}
    assert (secrets["BaseAddress"], secrets["SyncAll"]) == (f"{APP}/ws/scim/v2", "false")
    assert connection.scim.is_reached(secrets["BaseAddress"], secrets["SecretToken"])


def test_the_second_run_changes_nothing(connection):
    connection.set_up()
    before = connection.graph.job.schema
    assert connection.run(*FIRST) == 0
    assert connection.writes == []
    assert connection.graph.job.schema is before
    assert "nothing was changed" in connection.text


@pytest.mark.parametrize(
    "options",
    [
        ("--organization", "All", "--user-type", "technician"),
        ("--organization-attribute", "extensionAttribute1"),
        ("--organization-expression", 'Switch([department],"","Sales",  "12")', "--people-only"),
        ("--organization-expression", "[extensionAttribute1]", "--user-type-expression", '"endUser"'),
        (
            *("--organization", "12"),
            *(
                "--user-type-expression",
                'Switch(SingleAppRoleAssignment([appRoleAssignments]), "endUser", "technician", "technician")',
            ),
        ),
        ("--user-type", "technician"),
    ],
)
def test_the_second_run_changes_nothing_however_mappings_are_given(connection, options):
    """Entra ID may write an expression in its own way: that is no difference."""
    assert connection.run(*options) == 0, connection.text
    assert connection.run(*options) == 0
    assert connection.writes == []


def test_an_interrupted_run_is_continued(connection):
    connection.graph.permissions.discard("AppRoleAssignment.ReadWrite.All")
    assert connection.run(*FIRST) == 1
    connection.graph.permissions.add("AppRoleAssignment.ReadWrite.All")
    assert connection.run(*FIRST) == 0
    assert connection.writes == [ASSIGN, START]


def test_a_provider_that_rollcall_has_is_used(connection):
    connection.ask("POST", "/identity-providers", {"name": "Contoso", "kind": "entra"})
    assert connection.run(*FIRST) == 0
    assert "POST /identity-providers" not in connection.api.writes


def test_of_several_providers_one_must_be_chosen(connection):
    for name in ("Contoso", "Fabrikam"):
        connection.ask("POST", "/identity-providers", {"name": name, "kind": "entra"})
    assert connection.run(*FIRST) == 1
    assert "Contoso" in connection.text
    assert connection.writes == []
    assert connection.run(*FIRST, "--provider", "Fabrikam") == 0


def test_a_token_that_is_given_is_used_and_rollcall_is_not_asked(connection):
    assert connection.run(*FIRST, option="--token-file", secret=connection.admin.world.token) == 0, connection.text
    assert connection.api.calls == []
    assert connection.secret_token == connection.admin.world.token


# --- drift ---


def drift(change):
    """A change that somebody made in the portal, named for the test's id."""
    return pytest.param(change, id=change.__name__.replace("_", " "))


def the_source_of_a_mapping_was_changed(it):
    it.mapping("externalId")["source"] = mapping("externalId", "[displayName]")["source"]


def the_expression_of_active_was_changed(it):
    it.mapping("active")["source"] = mapping("active", 'Switch([IsSoftDeleted], , "False", "True")')["source"]


def the_organization_was_changed(it):
    it.mapping("organizationId")["source"] = mapping("x", '"13"')["source"]


def a_mapping_was_removed(it):
    it.mappings().remove(it.mapping("mail" if it.mapping("mail") else "name.givenName"))


def a_mapping_that_rollcall_does_not_use_was_added(it):
    it.mappings().append(mapping("title", "[jobTitle]"))


def another_attribute_matches(it):
    it.mapping("userName")["matchingPriority"] = 0
    it.mapping("externalId")["matchingPriority"] = 1


def an_attribute_flows_only_once(it):
    it.mapping("name.familyName")["flowType"] = "ObjectAddOnly"


def an_attribute_has_a_default(it):
    it.mapping("organizationId")["defaultValue"] = "All"


def an_attribute_of_rollcall_was_removed(it):
    it.attributes().remove(next(each for each in it.attributes() if each["name"] == f"{EXTENSION}:userType"))


def an_attribute_of_rollcall_is_not_required_any_more(it):
    next(each for each in it.attributes() if each["name"] == f"{EXTENSION}:organizationId")["required"] = False


def deletion_was_switched_off(it):
    (rule,) = it.graph.job.schema["synchronizationRules"]
    rule["objectMappings"][1]["flowTypes"] = "Add,Update"


def groups_were_switched_off(it):
    (rule,) = it.graph.job.schema["synchronizationRules"]
    rule["objectMappings"][0]["enabled"] = False


def a_mapping_of_groups_was_removed(it):
    it.mappings("Group").remove(it.mapping("members", "Group"))


@pytest.mark.parametrize(
    "change",
    [
        drift(change)
        for change in (
            the_source_of_a_mapping_was_changed,
            the_expression_of_active_was_changed,
            the_organization_was_changed,
            a_mapping_was_removed,
            a_mapping_that_rollcall_does_not_use_was_added,
            another_attribute_matches,
            an_attribute_flows_only_once,
            an_attribute_has_a_default,
            an_attribute_of_rollcall_was_removed,
            an_attribute_of_rollcall_is_not_required_any_more,
            deletion_was_switched_off,
            groups_were_switched_off,
            a_mapping_of_groups_was_removed,
        )
    ],
)
def test_a_schema_that_was_edited_is_corrected_by_one_write(connection, change):
    connection.set_up()
    right = _comparable(connection.graph.job.schema)
    change(connection)
    assert _comparable(connection.graph.job.schema) != right

    assert connection.run(*FIRST) == 0, connection.text

    assert connection.writes == [PUT_SCHEMA]
    assert _comparable(connection.graph.job.schema) == right


def _comparable(schema):
    """A schema, whatever the order of its mappings and attributes; blanks are as they may be."""
    (rule,) = schema["synchronizationRules"]
    mappings = {
        (each["sourceObjectName"], mapping["targetAttributeName"]): {
            name: mapping[name] for name in ("source", "matchingPriority", "flowType", "flowBehavior", "defaultValue")
        }
        for each in rule["objectMappings"]
        for mapping in each["attributeMappings"]
    }
    objects = {
        each["sourceObjectName"]: (each["enabled"], each["flowTypes"].replace(" ", ""))
        for each in rule["objectMappings"]
    }
    attributes = {
        (definition["name"], each["name"]): (each["type"], each["required"])
        for directory in schema["directories"]
        for definition in directory["objects"]
        for each in definition["attributes"]
    }
    return mappings, objects, attributes


def test_what_agrees_and_what_is_unknown_stays_as_it_was(connection):
    connection.set_up()
    (rule,) = connection.graph.job.schema["synchronizationRules"]
    people = rule["objectMappings"][1]
    people["scope"] = {"name": "only IT", "categoryFilterGroups": [], "groups": []}
    user_name = dict(connection.mapping("userName"))
    connection.mappings().append(mapping("title", "[jobTitle]"))

    assert connection.run(*FIRST) == 0

    (rule,) = connection.graph.job.schema["synchronizationRules"]
    assert rule["objectMappings"][1]["scope"] == people["scope"]
    assert connection.mapping("userName") == user_name
    assert connection.mapping("title") is None


def test_only_extension_attributes_are_added_and_only_unused_mappings_removed(connection):
    connection.set_up("--user-type", "endUser")
    names = [each["name"] for each in connection.attributes()]
    assert names[-2:] == [f"{EXTENSION}:organizationId", f"{EXTENSION}:userType"]
    assert f"{ENTERPRISE}:department" in names, "what the directory can do is left alone"
    assert f"{ENTERPRISE}:department" not in [each["targetAttributeName"] for each in connection.mappings()]


@pytest.mark.parametrize(("state", "code"), [("Paused", "Paused"), ("Disabled", "NotRun"), ("Active", "Quarantine")])
def test_a_job_that_stopped_is_started(connection, state, code):
    connection.set_up()
    connection.graph.job.state, connection.graph.job.code = state, code
    assert connection.run(*FIRST) == 0
    assert connection.writes == [START]


def test_a_job_is_left_alone_when_that_is_wanted(connection):
    connection.set_up("--no-start")
    assert connection.graph.job.state == "Disabled"


def test_a_group_that_was_unassigned_is_assigned(connection):
    connection.set_up()
    connection.graph.application.assigned.clear()
    assert connection.run(*FIRST) == 0
    assert connection.writes == [ASSIGN]


def test_a_group_that_somebody_assigned_with_another_role_is_left_alone(connection):
    connection.set_up()
    connection.graph.page_size = 2
    others = {connection.graph.made(): USER_ROLE for _ in range(4)}
    connection.graph.application.assigned = {**others, HELP_DESK: "b9632174-c057-4f7e-951b-be3adc52bfe6"}
    assert connection.run(*FIRST) == 0
    assert connection.writes == []


def test_provisioning_that_was_switched_off_is_switched_on(connection):
    connection.set_up()
    path = connection.provider_path
    connection.ask("POST", f"{path}/scim:disable", {"users": "keepEditable"})
    assert connection.run(*FIRST) == 0
    assert connection.writes == [f"POST {path}/scim:enable"]


@pytest.mark.parametrize(
    ("key", "value"), [("BaseAddress", "https://old.example/ws/scim/v2"), ("SyncAll", "True"), ("SecretToken", "rc_x")]
)
def test_credentials_that_were_changed_are_corrected(connection, key, value):
    """The text of the token that was in use is lost: Rollcall makes a second one, and both work."""
    connection.set_up()
    old = connection.secret_token
    connection.graph.application.secrets |= {key: value, "SkipOutOfScopeDeletions": "True"}

    assert connection.run(*FIRST) == 0, connection.text

    assert connection.graph.writes == [PUT_SECRETS]
    assert [call.rpartition("/")[2] for call in connection.api.writes] == ["tokens:rotate"]
    secrets = connection.graph.application.secrets
    assert secrets.keys() == {"BaseAddress", "SecretToken", "SyncAll", "SkipOutOfScopeDeletions"}
    assert secrets["SyncAll"] == "false"
    for token in (old, secrets["SecretToken"]):
        assert connection.scim.is_reached(f"{APP}/ws/scim/v2", token)
    assert "--finish" in connection.text
    assert connection.run(*FIRST) == 0
    assert connection.writes == []


def test_ids_may_be_in_any_case_of_letters(connection):
    """As scripts and portals write them: what is as wanted is seen to be so, whoever wrote it how."""
    connection.set_up()
    arguments = ("--organization", "12", "--group", HELP_DESK.upper())
    assert connection.run(*arguments) == 0, connection.text
    assert connection.writes == []
    assigned = connection.graph.application.assigned
    assigned[HELP_DESK.upper()] = assigned.pop(HELP_DESK)
    connection.graph.application.template = connection.graph.application.template.upper()
    provider = connection.provider_path.rpartition("/")[2]
    assert connection.run(*FIRST, "--provider", provider.upper()) == 0, connection.text
    assert connection.writes == []
