"""What the options name is looked up before anything is written, so that a slip of the pen leaves nothing half made."""

from urllib.parse import quote

from ops.entra.clients import Answer
from ops.entra.console import Refused
from ops.entra.graph import Named
from ops.entra.setup import Setup
from ops.entra.sign_in import is_object_id


class _Text(Answer):
    """A mapping, written by Rollcall."""

    text: str


def look_up(setup: Setup) -> None:
    """Find the organization, the groups and the person.

    Raises:
        Refused: One of them is not there, or there are several.
    """
    options = setup.options
    organization = options.wanted and options.wanted.organization
    if organization and organization.kind == "Constant" and options.token is None:
        body = {"target": "entra", "default": organization.text}
        setup.rollcall.ask("/organizations:expression", body, _Text)
    setup.groups = frozenset(_group(setup, group) for group in options.groups)
    setup.person = options.person and _person(setup, options.person)


def _group(setup: Setup, group: str) -> str:
    if is_object_id(group):
        return group.lower()
    quoted = group.replace("'", "''")
    found = setup.graph.list("/groups", Named, **{"$filter": f"displayName eq '{quoted}'", "$select": "id"})
    if not found:
        raise Refused(f'Entra ID has no group called "{group}".')
    if len(found) > 1:
        ids = ", ".join(each.id for each in found)
        raise Refused(f'Entra ID has {len(found)} groups called "{group}": give the object id of one, {ids}.')
    return found[0].id.lower()


def _person(setup: Setup, person: str) -> str:
    if is_object_id(person):
        return person
    return setup.graph.get(f"/users/{quote(person, safe='@')}", Named, **{"$select": "id"}).id
