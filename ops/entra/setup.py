"""One run: the two services, what is wanted, and what was found so far."""

from collections.abc import Callable
from dataclasses import dataclass

from pydantic import SecretStr

from ops.entra.clients import Client
from ops.entra.console import Console
from ops.entra.graph import Job, ServicePrincipal
from ops.entra.options import Options
from ops.entra.rollcall import Provider


@dataclass
class Setup:
    """What the steps share.

    Attributes:
        rollcall: The administration API; not asked for anything when a token was given.
        ask: Asks the person for something; "" when there is nobody to answer.
        provider, application, job, rule: Found or made by their steps; None before, and in a dry run where they are
            missing.
        groups, person: The object ids of who was named in the options.
        tells: What is left to do for the person, told at the end.
    """

    options: Options
    graph: Client
    rollcall: Client
    console: Console
    ask: Callable[[str], str]
    provider: Provider | None = None
    application: ServicePrincipal | None = None
    job: Job | None = None
    rule: str | None = None
    groups: frozenset[str] = frozenset()
    person: str | None = None
    tells: tuple[str, ...] = ()

    @property
    def provider_path(self) -> str:
        """Of the provider, below Rollcall's API."""
        return f"/identity-providers/{self.provider.id if self.provider else '{new provider}'}"

    @property
    def application_path(self) -> str:
        """Of the service principal, below Graph."""
        return f"/servicePrincipals/{self.application.id if self.application else '{new application}'}"

    @property
    def job_path(self) -> str:
        """Of the job."""
        return f"{self.application_path}/synchronization/jobs/{self.job.id if self.job else '{new job}'}"

    def keep(self, token: SecretStr) -> SecretStr:
        """A secret that is not to be shown."""
        return self.console.keep(token)

    def remind(self, text: str) -> None:
        """Tell this at the end."""
        self.tells = (*self.tells, text)
