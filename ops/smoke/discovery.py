"""Checks of what SCIM clients read first (RFC 7644 §4)."""

from ops.smoke.connection import CONFIG
from ops.smoke.documents import Configuration, Listing, ResourceType, Schema
from ops.smoke.expectations import expect_document
from ops.smoke.findings import Problem
from ops.smoke.trial import Trial
from scim.schema.urns import CORE_GROUP, CORE_USER, ENTERPRISE_USER, NINJAONE_USER, SERVICE_PROVIDER_CONFIG

_OTHER_RELEASE = "Deploy the release that belongs to this test."


def service_provider_config(trial: Trial) -> str:
    """The configuration is public, and offers what identity providers use."""
    document = expect_document(trial.send("GET", trial.url + CONFIG), 200, Configuration)
    offers = document.patch.supported and document.filter.supported
    if document.schemas != [SERVICE_PROVIDER_CONFIG] or not offers:
        raise Problem("The service provider configuration is not the one of Rollcall.", _OTHER_RELEASE)
    return "The service provider configuration is readable without a token."


def public_url(trial: Trial) -> str:
    """Links lead to the URL that is tested."""
    location = expect_document(trial.send("GET", trial.url + CONFIG), 200, Configuration).meta.location
    if location != trial.url + CONFIG:
        raise Problem(
            f"Links lead elsewhere: meta.location is {location}, and should be {trial.url + CONFIG}.",
            f"Set the app setting PUBLIC_URL to {trial.root}, if that is what clients use; else use the other URL.",
        )
    return "Links (meta.location) lead to this URL."


def schemas(trial: Trial) -> str:
    """All schemas are there."""
    document = expect_document(trial.scim("GET", "/Schemas"), 200, Listing[Schema])
    found = {schema.id for schema in document.resources}
    missing = {CORE_USER, ENTERPRISE_USER, CORE_GROUP, NINJAONE_USER} - found
    if missing:
        raise Problem(f"Schemas are missing: {', '.join(sorted(missing))}.", _OTHER_RELEASE)
    return f"{len(found)} schemas, among them that of organizationId and userType."


def resource_types(trial: Trial) -> str:
    """Users with their extension, and groups."""
    document = expect_document(trial.scim("GET", "/ResourceTypes"), 200, Listing[ResourceType])
    extensions = {resource.id: {each.urn for each in resource.schema_extensions} for resource in document.resources}
    if not {"User", "Group"} <= set(extensions) or NINJAONE_USER not in extensions["User"]:
        raise Problem("The resource types are not those of Rollcall.", _OTHER_RELEASE)
    return "Users, with their extension, and groups."
