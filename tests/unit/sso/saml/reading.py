"""Reading an answer as provider p1's service provider would."""

from datetime import timedelta

from scim.domain.sso import SamlConfiguration, SignInRequest
from scim.sso.saml.responses import read_answer
from scim.sso.saml.service_provider import ServiceProvider
from tests.saml_identity_provider import ENTITY_ID, NOW, REQUEST_ID, SIGN_ON_URL, signer

US = ServiceProvider.of("https://rollcall.example", "p1")
REQUEST = SignInRequest(id=REQUEST_ID, at=NOW - timedelta(seconds=40))


def configured(*signers, entity_id=ENTITY_ID):
    pems = tuple(each.pem for each in signers or (signer(),))
    return SamlConfiguration(entity_id=entity_id, sign_on_url=SIGN_ON_URL, certificates=pems)


def read(posted, configuration=None, request=REQUEST, now=NOW, us=US):
    return read_answer(posted, configuration or configured(), us, request, now)
