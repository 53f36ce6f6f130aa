"""What the form of a provider holds. Lists are lines: domains one each, certificates pasted one below the other."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scim.console.forms import Form, given
from scim.domain.providers import Provider
from scim.domain.sso import OidcConfiguration, SamlConfiguration, SsoConfiguration, SsoProtocol

_BETWEEN_DOMAINS = re.compile(r"[\s,;]+")
_BETWEEN_CERTIFICATES = re.compile(r"\n\s*\n|(?<=-----END CERTIFICATE-----)")
_CONNECTION = ("entityId", "signOnUrl", "certificates")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderFields:
    """What the fields show when the form is opened.

    Attributes:
        name, kind: See `Provider`.
        domains: By name.
        protocol: Of its single sign-on.
        entity_id, sign_on_url, certificates: See `SamlConfiguration`; the certificates as one text.
        version: Of the provider; "" for a new one.
    """

    name: str = ""
    kind: str = "entra"
    domains: Sequence[str] = ()
    protocol: SsoProtocol = SsoProtocol.SAML
    entity_id: str = ""
    sign_on_url: str = ""
    certificates: str = ""
    version: str = ""


def fields_of(provider: Provider, configuration: SsoConfiguration | None) -> ProviderFields:
    """What is stored."""
    saml = configuration if isinstance(configuration, SamlConfiguration) else None
    return ProviderFields(
        name=provider.name,
        kind=provider.kind.value,
        domains=sorted(provider.email_domains),
        protocol=configuration.protocol if configuration else SsoProtocol.SAML,
        entity_id=saml.entity_id if saml else "",
        sign_on_url=saml.sign_on_url if saml else "",
        certificates="\n\n".join(map(str.strip, saml.certificates)) if saml else "",
        version=provider.version,
    )


def wanted(form: Form, present: SsoConfiguration | None = None) -> dict[str, Any]:
    """What was sent, as the body of the API.

    Args:
        form: The form.
        present: The configuration that is stored; None before there is one.
    """
    body = given(form, ("name", "kind"), blank="") | {"emailDomains": domains(form)}
    if isinstance(present, OidcConfiguration):
        return body  # its connection is edited over the API
    connection = {name: form.text(f"sso.{name}") for name in _CONNECTION}
    if present is None and not any(connection.values()):
        return body
    return body | {"sso": connection | _kept(connection, present)}


def domains(form: Form) -> tuple[str, ...]:
    """The e-mail domains that were typed: several may be in one field."""
    found = (part for text in form.all("emailDomains") for part in _BETWEEN_DOMAINS.split(text) if part)
    return tuple(dict.fromkeys(found))


def certificates(text: str) -> tuple[str, ...]:
    """The certificates in a text: PEM one below the other, or bare base64 with blank lines between."""
    return tuple(filter(None, map(str.strip, _BETWEEN_CERTIFICATES.split(text))))


def _kept(connection: dict[str, str], present: SamlConfiguration | None) -> dict[str, Any]:
    """The parts of the stored configuration that the form does not show, or shows in another form.

    A form that is sent as it was opened must not change anything: another configuration has to be tested again.
    """
    found = certificates(connection["certificates"])
    if present is None:
        return {"certificates": found}
    is_as_before = found == certificates("\n\n".join(present.certificates))
    is_same = is_as_before and (connection["entityId"], connection["signOnUrl"]) == (
        present.entity_id,
        present.sign_on_url,
    )
    return {
        "certificates": present.certificates if is_as_before else found,
        **({"metadata": present.metadata} if is_same else {}),
    }
