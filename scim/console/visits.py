"""One request of a browser: who asks, for what, in which language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scim.admin.context import Context, Principal
from scim.admin.problems import SignInRequired
from scim.admin.services import Services
from scim.admin.sessions import Ticket
from scim.console.forms import VERSION, Form, FormRefused, Refusal, filled
from scim.console.language import Language
from scim.contracts.base import Parameters
from scim.domain.authority import Action
from scim.sentences import Sentence
from scim.web.cookies import sso_cookie_in
from scim.web.messages import WebRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request, routed and authenticated.

    Attributes:
        services: The ports.
        caller: Who is signed in; None on public pages when nobody is.
        ticket: That session's.
        request: As it came.
        path: The parameters in the path, by name.
        form: What was sent.
        language: What the page is written in.
        refusal: Why the form that is shown again was not taken; None when it is shown for the first time.
    """

    services: Services
    caller: Principal | None = None
    ticket: Ticket | None = None
    request: WebRequest
    path: Mapping[str, str] = field(default_factory=dict)
    form: Form = field(default_factory=Form)
    language: Language
    refusal: Refusal | None = None

    @property
    def context(self) -> Context:
        """For use cases.

        Raises:
            SignInRequired: Nobody is signed in.
        """
        if self.caller is None:
            raise SignInRequired(Sentence("Sign in first."))
        return Context(services=self.services, principal=self.caller, request_id=self.request.id)

    @property
    def csrf_token(self) -> str:
        """What every form of this person's pages holds."""
        return self.ticket.csrf_token if self.ticket else ""

    @property
    def agent(self) -> str:
        """What the browser says of itself; "" for nothing."""
        return self.request.headers.get("user-agent", "")

    @property
    def sso_cookie(self) -> str:
        """What the browser keeps of sign-ins at identity providers; "" for nothing."""
        return sso_cookie_in(self.request.headers.get("cookie", ""))

    @property
    def is_fragment(self) -> bool:
        """Whether a script asks, which shows the page's dialog over another page."""
        return self.request.headers.get("x-fragment") == "dialog"

    @property
    def version(self) -> str | None:
        """The version that the form was filled from, for `if_match`; None when it names none."""
        return self.form.text(VERSION) or None

    def verified(self) -> "Visit":
        """The same, of a person who has just proven who they are."""
        return replace(self, caller=replace(self.context.principal, verified_at=self.context.now))

    def may(self, action: Action) -> bool:
        """Whether this person may do it. Hiding is only courtesy: the use case asks again."""
        return self.caller is not None and self.caller.may(action)

    def query(self, name: str) -> str:
        """A parameter behind the path; "" for none."""
        return next(iter(self.request.query.get(name, ())), "").strip()

    def queries(self, name: str) -> Sequence[str]:
        """All values of a parameter."""
        return [value for value in self.request.query.get(name, ()) if value]

    def parameters[P: Parameters](self, contract: type[P], **more: object) -> P:
        """The parameters as a contract of the API. Blank ones and those that it does not know are left out.

        Values that do not fit are left out, too: an address that somebody mistyped shows more, not an error.
        """
        names = {info.alias or name: info for name, info in contract.model_fields.items()}
        values: dict[str, Any] = dict(more)
        for name, info in names.items():
            several = getattr(info.annotation, "__origin__", None) is tuple
            if asked := (tuple(self.queries(name)) if several else self.query(name)):
                values[name] = asked
        try:
            return filled(contract, values)
        except FormRefused as refused:
            wrong = {field.partition(".")[0] for field in refused.refusal.fields}
            return filled(contract, {name: value for name, value in values.items() if name not in wrong})
