"""One request from its first byte to its page: route, authenticate, run, and turn refusals into pages."""

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from time import perf_counter
from urllib.parse import quote

from scim import deadline
from scim.admin.banners import Banner, banners
from scim.admin.problems import Denied, Problem, SignInRequired
from scim.admin.services import Services
from scim.console import verification
from scim.console.compression import compressed
from scim.console.conflicts import refusal_of
from scim.console.forms import CSRF, MAX_BYTES, MEDIA_TYPE, Form, FormRefused, Refusal
from scim.console.language import language_of
from scim.console.paths import NOTICE, path_to
from scim.console.proofs import VerificationRequired
from scim.console.rendering import render
from scim.console.routing import Page, find
from scim.console.static_files import static_reply
from scim.console.views import Download, Outcome, Redirect, View, view
from scim.console.visits import Visit
from scim.errors import ScimError
from scim.sentences import Sentence
from scim.web.authentication import RequestAuthenticator
from scim.web.cookies import ticket_in
from scim.web.messages import WebRequest, WebResponse

logger = logging.getLogger(__name__)

DEADLINE_SECONDS = 25.0
HTML = "text/html"
SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "same-origin",  # without any, browsers hide from us where our own forms come from
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Strict-Transport-Security": "max-age=31536000",
}
_RECENT = "recent_sign_in_required"
_FORGED = "csrf"
_OLD_PAGE = Sentence("This page is from before you signed in. Load it again, and repeat what you did.")


@dataclass(frozen=True, slots=True)
class Console:
    """Answers requests of browsers.

    Attributes:
        services: The ports.
        authenticator: Tells who sends a request.
        pages: All of them.
    """

    services: Services
    authenticator: RequestAuthenticator
    pages: Sequence[Page]

    async def answer(self, request: WebRequest) -> WebResponse:
        """The reply to a request; it never raises."""
        if (file := static_reply(request)) is not None:
            return _secured(file)
        started = perf_counter()
        response = compressed(await self._outcome(request), request)
        logger.info(
            "console_request_answered id=%s method=%s status=%d ms=%.1f",
            request.id,
            request.method,
            response.status,
            (perf_counter() - started) * 1000,
        )
        return _secured(response)

    async def _outcome(self, request: WebRequest) -> WebResponse:
        visit = Visit(services=self.services, request=request, language=language_of("", _accepted(request)), path={})
        try:
            return await deadline.within(DEADLINE_SECONDS, self._answered(visit))
        except TimeoutError:
            return self._failure(visit, 503, Sentence("This took too long. Try again."))
        except ScimError as error:
            return self._failure(visit, error.status, error.detail)
        except Exception:
            logger.exception("console_request_failed id=%s", request.id)
            return self._failure(visit, 500, Sentence("Something failed here, not in your identity provider."))

    async def _answered(self, visit: Visit) -> WebResponse:
        found = find(self.pages, visit.request.path.rstrip("/") or "/")
        page = found[0] if found else None
        try:
            visit = await self._identified(visit, page)
        except SignInRequired:
            return self._sign_in_first(visit)
        except Problem as problem:
            return self._refused(visit, problem)
        if found is None:
            return self._failure(visit, 404, Sentence("There is nothing at this address."))
        page, parameters = found
        visit = replace(visit, path=parameters)
        try:
            outcome, above = await asyncio.gather(self._run(page, visit), self._banners(visit))
        except SignInRequired:
            return self._sign_in_first(visit)
        except Problem as problem:
            return self._refused(visit, problem)
        return self._response(outcome, visit, page.place, above)

    async def _identified(self, visit: Visit, page: Page | None) -> Visit:
        """The visit with who is signed in, and the form that came.

        Raises:
            SignInRequired: Nobody is, and the page is not public.
            Problem: The form comes from elsewhere, or is none.
        """
        request = visit.request
        visit = replace(visit, form=_form(request, page.most_bytes if page else MAX_BYTES))
        if page is not None and page.takes_foreign_forms and request.method == "POST":
            return visit
        self.authenticator.admit(request)
        ticket = ticket_in(request.headers.get("cookie", ""))
        try:
            caller = await self.authenticator.visitor(request, visit.form.text(CSRF))
        except Problem as problem:
            if page is not None and page.is_public:
                return visit
            if problem.code != _FORGED:
                raise
            if visit.is_fragment:  # the script asks for the new session's token
                raise SignInRequired(_OLD_PAGE) from problem
            raise Denied(_OLD_PAGE, _FORGED) from problem
        language = language_of(caller.language, _accepted(request), caller.time_zone)
        return replace(visit, caller=caller, ticket=ticket, language=language)

    async def _banners(self, visit: Visit) -> Sequence[Banner]:
        is_page = visit.caller is not None and visit.request.method == "GET" and not visit.is_fragment
        return await banners(visit.context) if is_page else ()

    async def _run(self, page: Page, visit: Visit) -> Outcome:
        if visit.request.method != "POST":
            return await page.show(visit)
        if page.submit is None:
            return _error(405, Sentence("This page takes no form."))
        try:
            return await page.submit(await verification.accept(visit) if verification.is_answer(visit) else visit)
        except VerificationRequired as required:
            return await verification.ask(required.visit, required.purpose)
        except FormRefused as refused:
            return await self._shown_again(page, visit, refused.refusal, 400)
        except Problem as problem:
            return await self._told(page, visit, problem)

    async def _told(self, page: Page, visit: Visit, problem: Problem) -> Outcome:
        """What a refused form is answered with."""
        if isinstance(problem, SignInRequired) and not page.is_public:
            raise problem
        if problem.code == _RECENT:
            return await verification.ask(visit, "")
        if verification.is_answer(visit) and verification.concerns_code(problem):
            return verification.ask_again(visit, problem)
        return await self._shown_again(page, visit, await refusal_of(visit, problem), problem.status)

    async def _shown_again(self, page: Page, visit: Visit, refusal: Refusal, status: int) -> Outcome:
        again = await page.show(replace(visit, refusal=refusal))
        return replace(again, status=status, refusal=refusal) if isinstance(again, View) else again

    def _sign_in_first(self, visit: Visit) -> WebResponse:
        request = visit.request
        if request.method == "GET" and request.headers.get("sec-fetch-site") == "cross-site":
            # A link on another site: the browser kept the cookie back, and sends it when the page asks again itself.
            return self._response(view("again.html"), visit, "", ())
        if visit.is_fragment:
            return WebResponse(status=401, media_type=HTML, headers={"X-Sign-In": path_to("sign-in")})
        back = _address_of(request) if request.method == "GET" and request.path != "/" else ""
        over = "session-over" if ticket_in(request.headers.get("cookie", "")) else ""
        return self._response(Redirect(path_to("sign-in", next=back), over), visit, "", ())

    def _refused(self, visit: Visit, problem: Problem) -> WebResponse:
        return self._response(_error(problem.status, problem.detail), visit, "", ())

    def _failure(self, visit: Visit, status: int, detail: str) -> WebResponse:
        return self._response(_error(status, detail), visit, "", ())

    def _response(self, outcome: Outcome, visit: Visit, place: str, above: Sequence[Banner]) -> WebResponse:
        match outcome:
            case View():
                html = render(outcome, visit, place=place, banners=above)
                body = None if visit.request.method == "HEAD" else html.encode()
                return WebResponse(status=outcome.status, body=body, media_type=HTML, headers=outcome.headers)
            case Redirect():
                return _redirect(outcome, visit)
            case Download():
                disposition = {"Content-Disposition": f'attachment; filename="{outcome.name}"'}
                return WebResponse(status=200, body=outcome.content, media_type=outcome.media_type, headers=disposition)


def _secured(response: WebResponse) -> WebResponse:
    return replace(response, headers={**SECURITY_HEADERS, **response.headers})


def _redirect(redirect: Redirect, visit: Visit) -> WebResponse:
    mark = "&" if "?" in redirect.to else "?"
    to = f"{redirect.to}{mark}{NOTICE}={redirect.notice}" if redirect.notice else redirect.to
    if visit.is_fragment:  # a script shows the page itself: a redirect would have it fetched twice
        return WebResponse(status=204, headers={**redirect.headers, "X-Location": to})
    return WebResponse(status=303, headers={**redirect.headers, "Location": to})


def _error(status: int, detail: str) -> View:
    return View(template="error.html", values={"status": status, "detail": detail}, status=status)


def _form(request: WebRequest, most_bytes: int) -> Form:
    if request.method != "POST":
        return Form()
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != MEDIA_TYPE or len(request.body) > most_bytes:
        raise Denied(Sentence("This form is too large, or none of ours."), "no_form")
    try:
        return Form.parse(request.body)
    except ValueError:
        raise Denied(Sentence("This form is too large, or none of ours."), "no_form") from None


def _address_of(request: WebRequest) -> str:
    """Where the person wanted to go, with filters and all."""
    query = {name: values for name, values in request.query.items() if name != NOTICE}
    return path_to(quote(request.path.strip("/")), **query)


def _accepted(request: WebRequest) -> str:
    return request.headers.get("accept-language", "")[:200]
