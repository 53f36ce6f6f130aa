"""Checks of what SCIM clients read first (RFC 7644 §4)."""

from ops.smoke.connection import CONFIG
from ops.smoke.expectations import expect
from ops.smoke.findings import Problem
from ops.smoke.trial import Trial
from scim.schema.urns import CORE_GROUP, CORE_USER, ENTERPRISE_USER, NINJAONE_USER, SERVICE_PROVIDER_CONFIG

_OTHER_RELEASE = "Deploy the release that belongs to this test."


def service_provider_config(trial: Trial) -> str:
    """The configuration is public, and offers what identity providers use."""
    document = expect(trial.send("GET", trial.url + CONFIG), 200)
    offers = [name for name in ("patch", "filter") if document.get(name, {}).get("supported") is True]
    if document.get("schemas") != [SERVICE_PROVIDER_CONFIG] or len(offers) < 2:  # noqa: PLR2004
        raise Problem("The service provider configuration is not the one of Rollcall.", _OTHER_RELEASE)
    return "The service provider configuration is readable without a token."


def public_url(trial: Trial) -> str:
    """Links lead to the URL that is tested."""
    location = expect(trial.send("GET", trial.url + CONFIG), 200).get("meta", {}).get("location", "")
    if location != trial.url + CONFIG:
        raise Problem(
            f"Links lead elsewhere: meta.location is {location}, and should be {trial.url + CONFIG}.",
            f"Set the app setting PUBLIC_URL to {trial.root}, if that is what clients use; else use the other URL.",
        )
    return "Links (meta.location) lead to this URL."


def schemas(trial: Trial) -> str:
    """All schemas are there."""
    document = expect(trial.scim("GET", "/Schemas"), 200)
    found = {schema.get("id") for schema in document.get("Resources", ())}
    missing = {CORE_USER, ENTERPRISE_USER, CORE_GROUP, NINJAONE_USER} - found
    if missing:
        raise Problem(f"Schemas are missing: {', '.join(sorted(missing))}.", _OTHER_RELEASE)
    return f"{len(found)} schemas, among them that of organizationId and userType."


def resource_types(trial: Trial) -> str:
    """Users with their extension, and groups."""
    resources = expect(trial.scim("GET", "/ResourceTypes"), 200).get("Resources", ())
    extensions = {
        resource["id"]: {each["schema"] for each in resource.get("schemaExtensions", ())} for resource in resources
    }
    if not {"User", "Group"} <= set(extensions) or NINJAONE_USER not in extensions["User"]:
        raise Problem("The resource types are not those of Rollcall.", _OTHER_RELEASE)
    return "Users, with their extension, and groups."
