"""Where identity providers send people to, and back from: the addresses that administrators enter there (R023, AMB-30).

What a provider has a browser post comes without the session's cookie, and what it sets is not sent along by a redirect
(SameSite=Strict). So an answer is answered with a page from which the browser goes on by itself.
"""

from collections.abc import Sequence
from dataclasses import replace

from scim.admin import enrolment, sso_code, sso_pending, sso_sign_in
from scim.admin.problems import Denied, Missing
from scim.admin.sso_sign_in import Answer, CodeNeeded, SignedIn
from scim.console.entering import destination, own_address
from scim.console.forms import Form, Refusal
from scim.console.paths import SSO, path_to
from scim.console.routing import Page
from scim.console.views import Download, Outcome, Redirect, View, view
from scim.console.visits import Visit
from scim.domain.providers import Provider
from scim.domain.users import display_name
from scim.sentences import Sentence
from scim.web.cookies import set_cookie, set_sso_cookie

_ONE = f"/{SSO}/{{providerId}}"
_METADATA = "application/samlmetadata+xml"
_POSTED = "SAMLResponse"
"""What is posted, and taken in no other way: addresses are in histories and logs, and in links of other sites."""
_CERTIFICATE = "application/pem-certificate-chain"
_MOST_BYTES = 1024 * 1024
"""Of what is posted by SAML: more than its engine takes, which has a sentence for what is too large."""


async def leave(visit: Visit) -> Outcome:
    """The link of a provider: whoever opens it goes there to sign in, and on to `next`."""
    if visit.caller is not None:
        return Redirect(destination(visit))
    if visit.request.method == "HEAD" or _is_no_page(visit):
        return Redirect(path_to("sign-in"))
    try:
        departure = await sso_sign_in.begin(
            visit.services, visit.path["providerId"], visit.sso_cookie, wanted=visit.query("next")
        )
    except Denied as denied:
        return _refused(denied)
    return Redirect(departure.url, headers=set_sso_cookie(departure.sealed))


def _is_no_page(visit: Visit) -> bool:
    """Whether a page of whatever site asks for it as for a picture, which would push sign-ins out of the cookie."""
    return visit.request.headers.get("sec-fetch-dest", "document") != "document"


async def show_reply_url(_: Visit) -> Outcome:
    """Somebody opened the Reply URL by hand."""
    return Redirect(path_to("sign-in"))


async def take_post(visit: Visit) -> Outcome:
    """An answer of SAML."""
    return await _arrived(visit, visit.form.pairs)


async def take_parameters(visit: Visit) -> Outcome:
    """An answer of OpenID Connect."""
    if visit.request.method == "HEAD":
        return Redirect(path_to("sign-in"))
    given = [(name, value) for name, values in visit.request.query.items() for value in values if name != _POSTED]
    return await _arrived(visit, given)


async def _arrived(visit: Visit, fields: Sequence[tuple[str, str]]) -> Outcome:
    services, provider_id, sealed = visit.services, visit.path["providerId"], visit.sso_cookie
    answer = Answer(
        provider_id=provider_id, fields=fields, sealed=sealed, agent=visit.agent, request_id=visit.request.id
    )
    try:
        arrival = await sso_sign_in.complete(services, answer)
    except Denied as denied:
        left = (await sso_pending.opened(services, sealed)).answered(provider_id, answer.named)
        return _refused(denied, tested=provider_id if left and left.tester else "")
    match arrival:
        case SignedIn():
            return _signed_in(arrival)
        case CodeNeeded():
            address = path_to(SSO, provider_id, "code")
            return View(template="sso/go_on.html", values={"address": address}, headers=set_sso_cookie(arrival.sealed))
    return view("sso/tested.html", result=arrival, person=display_name(arrival.user) if arrival.user else "")


async def show_code(visit: Visit) -> Outcome:
    """Who has signed in there, and is to show a code here."""
    try:
        _, offer = await sso_code.asked(visit.services, visit.sso_cookie, visit.path["providerId"])
    except Denied as denied:
        return _refused(denied)
    if offer is not None and "enrolment" in visit.form:  # after a wrong code, the app that was scanned is good
        offer = await enrolment.offered(visit.services, visit.form.text("enrolment")) or offer
    return view("sso/code.html", offer=offer)


async def take_code(visit: Visit) -> Outcome:
    """The code."""
    form = visit.form
    try:
        arrival = await sso_code.show(
            visit.services,
            visit.sso_cookie,
            visit.path["providerId"],
            code=form.text("code"),
            enrolment_text=form.text("enrolment"),
            agent=visit.agent,
            request_id=visit.request.id,
        )
    except Denied as denied:
        if denied.code != "enrolment_expired":
            raise
        again = await show_code(replace(visit, form=Form()))
        return replace(again, status=403, refusal=Refusal.of(denied)) if isinstance(again, View) else again
    return _signed_in(arrival)


async def show_metadata(visit: Visit) -> Outcome:
    """Our metadata: what the Identifier leads to."""
    provider = await _provider(visit)
    content = await visit.services.sso.metadata(provider.id)
    return Download(name="rollcall-metadata.xml", content=content, media_type=_METADATA)


async def show_certificate(visit: Visit) -> Outcome:
    """The certificate that assertions may be encrypted for, where metadata is not read (Entra: Token encryption)."""
    await _provider(visit)
    certificate = await visit.services.sso.encryption_certificate()
    return Download(name="rollcall-encryption.cer", content=certificate.pem.encode(), media_type=_CERTIFICATE)


async def _provider(visit: Visit) -> Provider:
    provider = await visit.services.providers.get(visit.path["providerId"])
    if provider is None:
        raise Missing(Sentence("There is no identity provider with this id."))
    return provider


def _signed_in(arrival: SignedIn) -> View:
    values = {"address": own_address(arrival.next)}
    return View(template="sso/go_on.html", values=values, headers=set_cookie(arrival.ticket))


def _refused(denied: Denied, *, tested: str = "") -> View:
    """The reason; with the way back to the provider whose connection was only tested."""
    values = {"detail": denied.detail, "provider_id": tested}
    return View(template="sso/refused.html", values=values, status=denied.status)


PAGES = (
    Page(path=_ONE, show=leave, is_public=True),
    Page(
        path=f"{_ONE}/acs",
        show=show_reply_url,
        submit=take_post,
        is_public=True,
        takes_foreign_forms=True,
        most_bytes=_MOST_BYTES,
    ),
    Page(path=f"{_ONE}/callback", show=take_parameters, is_public=True),
    Page(path=f"{_ONE}/code", show=show_code, submit=take_code, is_public=True),
    Page(path=f"{_ONE}/metadata", show=show_metadata, is_public=True),
    Page(path=f"{_ONE}/encryption.cer", show=show_certificate, is_public=True),
)
