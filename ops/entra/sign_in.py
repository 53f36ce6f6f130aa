"""Signs in to Entra ID, and explains why that fails."""

import re
import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from azure.core.exceptions import AzureError
from azure.identity import (
    AzureCliCredential,
    DeviceCodeCredential,
    InteractiveBrowserCredential,
)

from ops.entra.console import Refused
from ops.entra.graph import PERMISSIONS
from ops.entra.options import Options

_RESOURCE = "https://graph.microsoft.com"
_OBJECT_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

REFUSALS: tuple[tuple[str, str], ...] = (
    (
        r"AADSTS(65001|90094|90095)\b",
        (
            "An administrator must consent to the permissions first. Sign in as a Privileged Role or Global "
            'Administrator once and tick "Consent on behalf of your organization", or have the request approved under '
            "Enterprise apps → Admin consent requests."
        ),
    ),
    (r"AADSTS65004\b", "The consent was declined. Run the command again and accept the permissions that it asks for."),
    (
        r"AADSTS700016\b",
        "The tenant does not know this client. Check --tenant and --client-id.",
    ),
    (
        r"AADSTS7000218\b",
        "The app registration must allow public client flows: Authentication → Settings → Allow public client flows.",
    ),
    (r"AADSTS(50020|50034)\b", "This account is not of that tenant. Check --tenant, or sign in with another account."),
    (
        r"AADSTS(53000|53001|53002|53003|530032)\b",
        (
            "A Conditional Access policy blocks this sign-in. Sign in from a device and a place that it allows; many "
            "policies block device codes, so prefer --sign-in browser."
        ),
    ),
    (r"az login|Azure CLI not found", "Run az login first, or use --sign-in browser."),
)
"""What Entra ID says, and what to do."""


class Credential(Protocol):
    """Of azure-identity."""

    def get_token(self, *scopes: str) -> "AccessToken":
        """A token that is alive."""


class AccessToken(Protocol):
    """Its text."""

    @property
    def token(self) -> str:
        """See the class."""


def permissions(options: Options) -> list[str]:
    """The permissions that a run takes; none is asked for that it can do without."""
    by_name = {
        "GroupMember.Read.All": any(not is_object_id(group) for group in options.groups),
        "User.ReadBasic.All": bool(options.person and not is_object_id(options.person)),
        "AppRoleAssignment.ReadWrite.All": bool(options.groups),
    }
    return [name for _, name, _ in PERMISSIONS if by_name.get(name, True)]


def is_object_id(text: str) -> bool:
    """Whether a text is an object id rather than a name."""
    return _OBJECT_ID.fullmatch(text) is not None


def access_token(options: Options, credential: Credential | None = None) -> Callable[[], str]:
    """Gives an access token for Microsoft Graph; the first call signs in.

    Raises:
        Refused: The tenant or the client cannot be one; or later, when it is called, the sign-in fails.
    """
    try:
        signed_in = credential or _CREDENTIALS[options.sign_in](options)
    except ValueError as error:
        raise Refused(f"Check --tenant and --client-id: {error}") from None
    names = [".default"] if options.sign_in == "cli" else permissions(options)
    scopes = [f"{_RESOURCE}/{name}" for name in names]

    def token() -> str:
        try:
            return signed_in.get_token(*scopes).token
        except AzureError as error:
            raise Refused(explained(str(error))) from None

    return token


def explained(text: str) -> str:
    """What a failed sign-in means."""
    for pattern, sentence in REFUSALS:
        if re.search(pattern, text):
            return f"Signing in to Entra ID failed. {sentence}"
    return f"Signing in to Entra ID failed: {text.strip().splitlines()[0]}"


def _device(options: Options) -> DeviceCodeCredential:
    def prompt(address: str, code: str, _until: datetime) -> None:
        sys.stderr.write(f"Open {address} and enter the code {code}\n")

    return DeviceCodeCredential(options.client_id, prompt_callback=prompt, tenant_id=options.tenant)


_CREDENTIALS: Mapping[str, Callable[[Options], Credential]] = {
    "browser": lambda options: InteractiveBrowserCredential(client_id=options.client_id, tenant_id=options.tenant),
    "device": _device,
    "cli": lambda options: AzureCliCredential(tenant_id=options.tenant or ""),
}
