"""What is set up, in order: each step reads what is there, says what is wanted, and writes only if that differs."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ops.entra import assignments, credentials, mappings
from ops.entra.console import Refused
from ops.entra.graph import (
    NON_GALLERY,
    SCIM_TEMPLATE,
    Job,
    Named,
    NewApplication,
    ServicePrincipal,
)
from ops.entra.on_demand import provision
from ops.entra.options import Options
from ops.entra.rollcall import Provider, Providers
from ops.entra.schemas import Parsed, Schema, Source
from ops.entra.setup import Setup
from ops.entra.sign_in import is_object_id


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is set up.

    Attributes:
        name: What people call it.
        read: What is there.
        wanted: What is to be there, given what is there.
        write: Makes it so; returns what was done.
        when: Whether it is wanted at all.
    """

    name: str
    read: Callable[[Setup], Any]
    wanted: Callable[[Setup, Any], Any]
    write: Callable[[Setup, Any, Any], str]
    when: Callable[[Options], bool] = lambda _: True


def run(setup: Setup, steps: Iterable[Step]) -> int:
    """Set everything up; returns the number of steps that wrote.

    Raises:
        Refused: One could not be done. Those before it are done, and running again continues there.
    """
    written = 0
    for step in steps:
        if not step.when(setup.options):
            continue
        found = step.read(setup)
        wanted = step.wanted(setup, found)
        if found == wanted:
            setup.console.say(f"= {step.name}: as wanted")
            continue
        if setup.options.dry_run:
            setup.console.say(f"~ {step.name}: not as wanted")
            step.write(setup, found, wanted)
        else:
            setup.console.say(f"+ {step.name}: {step.write(setup, found, wanted)}")
        written += 1
    return written


# --- the identity provider in Rollcall ---


def _read_provider(setup: Setup) -> Provider | None:
    given, providers = setup.options.provider, setup.rollcall.get("/identity-providers", Providers).items
    found = [
        each
        for each in providers
        if (each.kind == "entra" if given is None else given == each.name or given.lower() == each.id.lower())
    ]
    if len(found) > 1:
        names = ", ".join(f"{each.name} ({each.id})" for each in found)
        raise Refused(f"Rollcall has several identity providers for Entra ID: choose one with --provider: {names}.")
    if given is not None and not found:
        raise Refused(f'Rollcall has no identity provider "{given}". Leave --provider out to have one made.')
    setup.provider = found[0] if found else None
    return setup.provider


def _make_provider(setup: Setup, _found: None, wanted: Any) -> str:
    _not_rotating(setup, "identity provider")
    setup.provider = setup.rollcall.make("/identity-providers", wanted, Provider)
    return f"{wanted['name']} made"


def _enable_provisioning(setup: Setup, *_: object) -> str:
    setup.rollcall.write("POST", f"{setup.provider_path}/scim:enable")
    return "switched on"


# --- the enterprise application ---

_SELECT = {"$select": "id,displayName,applicationTemplateId,appRoles"}


def _read_application(setup: Setup) -> ServicePrincipal | None:
    name = setup.options.name
    if is_object_id(name):
        setup.application = setup.graph.get(f"/servicePrincipals/{name}", ServicePrincipal, **_SELECT)
    else:
        quoted = name.replace("'", "''")
        found = setup.graph.list(
            "/servicePrincipals", ServicePrincipal, **{"$filter": f"displayName eq '{quoted}'", **_SELECT}
        )
        if len(found) > 1:
            raise Refused(
                f'There are {len(found)} enterprise applications called "{name}". Give the object id of one as --name: '
                f"{', '.join(each.id for each in found)}."
            )
        setup.application = found[0] if found else None
    if setup.application and (setup.application.application_template_id or "").lower() != NON_GALLERY:
        raise Refused(
            f'The enterprise application "{setup.application.display_name}" is not a non-gallery application, so it '
            "cannot provision by SCIM. Choose another --name."
        )
    return setup.application


def _make_application(setup: Setup, _found: None, wanted: Any) -> str:
    _not_rotating(setup, "enterprise application")
    made = setup.graph.make(f"/applicationTemplates/{NON_GALLERY}/instantiate", wanted, NewApplication)
    if made is not None:
        path = f"/servicePrincipals/{made.service_principal.id}"
        setup.graph.expect(path)
        setup.application = setup.graph.get(path, ServicePrincipal, **_SELECT)
    return f"{wanted['displayName']} made"


# --- the provisioning job ---


def _read_job(setup: Setup) -> Job | None:
    if setup.application is not None:
        jobs = setup.graph.list(f"{setup.application_path}/synchronization/jobs", Job)
        setup.job = next((job for job in jobs if job.template_id == SCIM_TEMPLATE), None)
    return setup.job


def _make_job(setup: Setup, _found: None, wanted: Any) -> str:
    _not_rotating(setup, "provisioning job")
    if setup.application is not None:
        path = f"{setup.application_path}/synchronization/templates"
        templates = setup.graph.patiently(lambda: setup.graph.list(path, Named), bool)
        if SCIM_TEMPLATE not in {each.id for each in templates}:
            raise Refused(
                f'Entra ID offers no SCIM provisioning for "{setup.application.display_name}". Choose another --name.'
            )
    setup.job = setup.graph.make(f"{setup.application_path}/synchronization/jobs", wanted, Job)
    if setup.job is not None:
        setup.graph.expect(setup.job_path)
    return "made"


# --- the attribute mappings ---


def _read_schema(setup: Setup) -> Schema | None:
    if setup.job is None:
        return None
    schema = setup.graph.get(f"{setup.job_path}/schema", Schema)
    rule = schema.rule()
    setup.rule = rule.id if rule else None
    return schema


def _wanted_schema(setup: Setup, found: Schema | None) -> Schema | mappings.Wanted | None:
    wanted = setup.options.wanted
    if wanted is None or found is None:
        return wanted
    return mappings.settled(found, wanted, lambda expression: _parsed(setup, expression))


def _parsed(setup: Setup, expression: str) -> Source:
    answer = setup.graph.ask(f"{setup.job_path}/schema/parseExpression", {"expression": expression}, Parsed)
    if not answer.parsing_succeeded or answer.parsed_expression is None:
        why = str((answer.error or {}).get("message") or "it gives no reason")
        raise Refused(f"Entra ID does not understand the expression {expression} ({why.rstrip('.')}). Correct it.")
    return answer.parsed_expression


def _write_schema(setup: Setup, found: Schema | None, wanted: Any) -> str:
    path = f"{setup.job_path}/schema"
    if found is None:
        flows = {flow.target: flow.value.written for flow in wanted.people}
        setup.graph.write("PUT", path, {"…": "the schema that Entra ID makes, with these mappings", "User": flows})
        return "all made"
    setup.graph.write("PUT", path, wanted.as_body(), shown=mappings.excerpt(wanted))
    return "; ".join(f"{what} {', '.join(names)}" for what, names in mappings.changes(found, wanted).items())


# --- the start ---


def _read_run(setup: Setup) -> str | None:
    if setup.job is None:
        return None
    job = setup.graph.get(setup.job_path, Job)
    return job.status.code if job.status.code == "Quarantine" else job.schedule.state


def _start(setup: Setup, *_: object) -> str:
    """Only of a job that does not run: starting a running one again and again may stop it, Microsoft says."""
    setup.graph.write("POST", f"{setup.job_path}/start")
    return "started; the first cycle takes minutes for a hundred people, hours for ten thousand"


def _not_rotating(setup: Setup, what: str) -> None:
    if setup.options.rotate:
        raise Refused(f"There is no {what} to rotate a token of. Run the command without --rotate first.")


def _asks_rollcall(options: Options) -> bool:
    return options.token is None


STEPS: tuple[Step, ...] = (
    Step(
        "identity provider",
        _read_provider,
        lambda _, found: found or {"name": "Microsoft Entra ID", "kind": "entra"},
        _make_provider,
        _asks_rollcall,
    ),
    Step(
        "provisioning",
        lambda setup: bool(setup.provider and setup.provider.scim.enabled),
        lambda *_: True,
        _enable_provisioning,
        _asks_rollcall,
    ),
    Step(
        "enterprise application",
        _read_application,
        lambda setup, found: found or {"displayName": setup.options.name},
        _make_application,
    ),
    Step("provisioning job", _read_job, lambda _, found: found or {"templateId": SCIM_TEMPLATE}, _make_job),
    Step(
        "attribute mappings",
        _read_schema,
        _wanted_schema,
        _write_schema,
        lambda options: options.wanted is not None,
    ),
    Step("credentials", credentials.read, credentials.wanted, credentials.write),
    Step("groups", assignments.read, assignments.wanted, assignments.write, lambda options: bool(options.groups)),
    Step(
        "person on demand",
        lambda _: None,
        lambda setup, _: setup.options.person,
        lambda setup, *_: provision(setup),
        lambda options: options.person is not None,
    ),
    Step(
        "job runs",
        _read_run,
        lambda *_: "Active",
        _start,
        lambda options: options.start and not options.rotate,
    ),
)
"""Everything, in the order in which one thing needs another."""
