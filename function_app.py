"""The Azure Functions app: settings, application, blueprints."""

import os
from functools import cache

import azure.functions as func

from scim.bootstrap import Application, build
from scim.triggers.health import health
from scim.triggers.scim_api import scim_api
from scim.triggers.timers import timers
from scim.triggers.web import admin_api, console


@cache
def application() -> Application:
    """The application, built when the first function is invoked; before that, nobody needs settings and pydantic."""
    from scim.settings import Settings  # noqa: PLC0415

    return build(Settings.from_environment(os.environ))  # noqa: TID251 - the one place where the environment is read


app = func.FunctionApp()
app.register_functions(scim_api(lambda: application().dispatcher))
app.register_functions(admin_api(lambda: application().administration.api))
app.register_functions(console(lambda: application().administration.console))
app.register_functions(health(lambda: application().readiness, lambda: application().security_contact))
app.register_functions(timers(lambda: application().chores))
